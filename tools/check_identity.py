#!/usr/bin/env python3
"""Recounts identity.equal_outstanding from a TLP capture, independently of the simulator.

usage: check_identity.py CAPTURE --link NAME --link NAME... [--expect N]

CAPTURE is a whole tlp.pcapng. Each --link names the link of one root, e.g. server2.link: its places are NAME.up (toward
the root) and NAME.down. A memory read seen on NAME.up is outstanding until the completion on NAME.down that brings its last
byte, or an error. Counted is each read that starts while another root has one with the same requester ID, tag and
address outstanding.

Exit status: 0 counted (and equal to --expect if given), 1 not equal, 2 usage or a capture that cannot be read.
"""
import argparse
import struct
import sys

CAPTURE_HEADER = struct.Struct(">BBHB3xQQQ")
FMT_TYPE_READS = {0x00, 0x20}
TYPE_COMPLETIONS = {0x0A, 0x0B}


class BadCapture(Exception):
    pass


def read_blocks(stream):
    """(type, body) of each pcapng block of a little-endian section."""
    while head := stream.read(8):
        if len(head) != 8:
            raise BadCapture("ends inside a block")
        kind, length = struct.unpack("<II", head)
        rest = stream.read(max(0, length - 8))
        if length < 12 or length % 4 or len(rest) != length - 8 or rest[-4:] != head[4:]:
            raise BadCapture("a block has a wrong length")
        yield kind, rest[:-4]


def interface_name(body):
    """The if_name option of an interface description block."""
    at = 8
    while at + 4 <= len(body):
        code, length = struct.unpack_from("<HH", body, at)
        if code == 0:
            break
        if code == 2:
            return body[at + 4:at + 4 + length].decode()
        at += 4 + (length + 3) // 4 * 4
    raise BadCapture("an interface has no name")


def read_tlps(path):
    """(place name, first beat, last beat, TLP bytes) of each packet."""
    names = []
    with open(path, "rb") as stream:
        for index, (kind, body) in enumerate(read_blocks(stream)):
            if index == 0 and (kind != 0x0A0D0D0A or body[:4] != b"\x4d\x3c\x2b\x1a"):
                raise BadCapture("not a little-endian pcapng file")
            if kind == 1:
                names.append(interface_name(body))
            elif kind == 6:
                interface, _, _, captured, _ = struct.unpack_from("<IIIII", body)
                packet = body[20:20 + captured]
                version, _, _, _, first, last, _ = CAPTURE_HEADER.unpack_from(packet)
                if version != 1:
                    raise BadCapture(f"capture header of version {version}")
                yield names[interface], first, last, packet[CAPTURE_HEADER.size:]


def events_of(path, links):
    """(time, sequence, 'end' or 'begin', link, identity, address) of what begins and ends a read."""
    for sequence, (place, first, last, tlp) in enumerate(read_tlps(path)):
        link, _, direction = place.rpartition(".")
        if link not in links:
            continue
        if direction == "up" and tlp[0] in FMT_TYPE_READS:
            address = int.from_bytes(tlp[8:16] if tlp[0] & 0x20 else tlp[8:12], "big") & ~3
            yield first, sequence, "begin", link, identity(tlp, 4), address
        elif direction == "down" and tlp[0] & 0x1F in TYPE_COMPLETIONS and is_last(tlp):
            yield last, sequence, "end", link, identity(tlp, 8), None


def identity(tlp, at):
    """(requester ID, tag), the tag with the two bits that 10-bit tags keep in byte 1."""
    tag = tlp[at + 2] | (tlp[1] & 0x80) << 2 | (tlp[1] & 0x08) << 5
    return tlp[at] << 8 | tlp[at + 1], tag


def is_last(tlp):
    status = tlp[6] >> 5
    byte_count = (tlp[6] & 0x0F) << 8 | tlp[7] or 4096
    length = ((tlp[2] & 3) << 8 | tlp[3] or 1024) * 4 if tlp[0] & 0x40 else 0
    return status != 0 or byte_count + (tlp[11] & 3) <= length


def count_equal(events):
    outstanding = {}  # (link, identity) -> address
    links, count = set(), 0
    for _, _, what, link, who, address in events:
        links.add(link)
        if what == "end":
            outstanding.pop((link, who), None)
            continue
        outstanding[link, who] = address
        if any(outstanding.get((other, who)) == address for other in links - {link}):
            count += 1
    return count


def main(arguments):
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("capture")
    parser.add_argument("--link", action="append", required=True)
    parser.add_argument("--expect", type=int)
    options = parser.parse_args(arguments)
    if len(set(options.link)) < 2:
        parser.error("at least two different links are needed")
    try:
        events = sorted(events_of(options.capture, set(options.link)), key=lambda event: (event[0], event[2] == "begin", event[1]))
    except (BadCapture, OSError, struct.error, IndexError) as error:
        print(f"check_identity.py: {options.capture}: {error}", file=sys.stderr)
        return 2
    count = count_equal(events)
    print(f"identity.equal_outstanding {count}")
    if options.expect is not None and options.expect != count:
        print(f"check_identity.py: expected {options.expect}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
