#!/usr/bin/env python3
"""Checks that every area includes only what lies below it.

usage: check_layers.py [ROOT]

Plain C++ (include/, src/) knows neither SystemC nor models/; an area includes only areas before it in the order
below. Exit status: 0 in order, 1 a file includes what it may not, 2 usage.
"""
import pathlib
import re
import sys

AREAS = ["core", "pcie", "pooling", "nic", "net", "host", "observe", "scenario", "cli"]
MODELS = ["core", "pcie", "pooling", "net", "nic", "host", "platform"]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
KERNEL = re.compile(r"^(systemc(\.h)?|tlm(\.h)?|tlm_utils/.*|sysc/.*|sc_.*)$")
SUFFIXES = {".h", ".cpp"}


def includes(path):
    """(line number, included name) of each include of a file."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def refuse_plain(area, name):
    """Why a plain C++ file of this area may not include `name`; None if it may."""
    if name.startswith("models/") or KERNEL.match(name):
        return "plain C++ includes neither SystemC nor models/"
    return refuse_order(AREAS, area, name, r"(?:rootpool/)?(\w+)/")


def refuse_model(area, name):
    return refuse_order(MODELS, area, name, r"models/(\w+)/")


def refuse_order(order, area, name, pattern):
    match = re.match(pattern, name)
    other = match.group(1) if match else None
    if other in order and order.index(other) > order.index(area):
        return f"{area} lies below {other}"
    return None


def check(root):
    """The messages about all files below `root`, and how many files were read."""
    trees = [("include/rootpool", AREAS, refuse_plain), ("src", AREAS, refuse_plain), ("models", MODELS, refuse_model)]
    messages, files = [], 0
    for tree, order, refuse in trees:
        for path in sorted(p for p in (root / tree).rglob("*") if p.suffix in SUFFIXES):
            files += 1
            area = path.relative_to(root / tree).parts[0]
            if area not in order:
                messages.append(f"{path.relative_to(root)}: {area} is no area; there are {', '.join(order)}")
                continue
            for number, name in includes(path):
                reason = refuse(area, name)
                if reason:
                    messages.append(f"{path.relative_to(root)}:{number}: includes {name}: {reason}")
    return messages, files


def main(arguments):
    if len(arguments) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parent.parent
    messages, files = check(root)
    if files == 0:
        print(f"check_layers.py: no sources below {root}", file=sys.stderr)
        return 2
    for message in messages:
        print(message, file=sys.stderr)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
