"""tshark, which nobody here wrote, reads the captures; the Lua dissector names every field of a TLP."""
import os
import pathlib
import shutil
import struct
import tempfile
import unittest

from judge import SOURCE, run, write_captures

DISSECTOR = SOURCE / "tools/wireshark/rootpool_tlp.lua"


class Captures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        write_captures(cls.folder.name)
        cls.sample = pathlib.Path(cls.folder.name) / "sample"

    def fields(self, file, *names, options=()):
        """One list of field values for each packet, as tshark sees them without the user's own settings."""
        arguments = [word for name in names for word in ("-e", name)]
        result = run("tshark", *options, "-r", file, "-T", "fields", "-E", "occurrence=f", *arguments,
                     env={**os.environ, "XDG_CONFIG_HOME": self.folder.name, "HOME": self.folder.name})
        self.assertEqual(result.returncode, 0, result.stderr)
        return [line.split("\t") for line in result.stdout.splitlines()]

    def tlp_fields(self, *names, file=None):
        return self.fields(file or self.sample / "tlp.pcapng", *names, options=["-X", f"lua_script:{DISSECTOR}"])

    def test_tshark_is_there(self):
        self.assertIsNotNone(shutil.which("tshark"))

    def test_frames_keep_time_direction_interface_and_bytes(self):
        rows = self.fields(self.sample / "nic0-0.pcapng", "frame.time_epoch", "frame.interface_name",
                           "frame.packet_flags_direction", "arp.dst.proto_ipv4", "frame.len")
        sent, received = "0x00000002", "0x00000001"
        self.assertEqual(rows, [["5.000000000", "nic0-0", sent, "10.0.0.3", "60"],
                                ["5.000001234", "nic0-0", received, "10.0.0.3", "60"]])

    def test_every_kind_has_its_name(self):
        kinds = [row[0] for row in self.tlp_fields("rootpool_tlp.kind")]
        self.assertEqual(kinds, ["MRd", "MRdLk", "MWr", "IORd", "IOWr", "CfgRd0", "CfgWr0", "CfgRd1", "CfgWr1", "Msg", "MsgD",
                                 "Cpl", "CplD", "CplLk", "CplDLk", "FetchAdd", "Swap", "CAS", "MWr"])

    def test_no_tlp_is_malformed(self):
        self.assertEqual({row[0] for row in self.tlp_fields("rootpool_tlp.malformed")}, {""})

    def test_request_fields(self):
        row = self.tlp_fields("rootpool_tlp.requester", "rootpool_tlp.tag", "rootpool_tlp.address", "rootpool_tlp.length",
                              "rootpool_tlp.first_be", "rootpool_tlp.last_be", "frame.interface_name")[18]
        self.assertEqual(row, ["03:10.2", "0x002a", "0x0000001234567890", "1024", "0x0f", "0x0f", "server1.link.up"])

    def test_configuration_and_completion_fields(self):
        rows = self.tlp_fields("rootpool_tlp.target", "rootpool_tlp.register", "rootpool_tlp.completer",
                               "rootpool_tlp.byte_count", "rootpool_tlp.lower_address")
        self.assertEqual(rows[5], ["05:00.1", "0x0104", "", "", ""])
        self.assertEqual(rows[12], ["", "", "04:00.0", "4", "0x40"])

    def test_capture_header_keeps_femtoseconds(self):
        row = self.tlp_fields("rootpool_tlp.first_beat", "rootpool_tlp.last_beat", "rootpool_tlp.direction", "rootpool_tlp.root",
                              "rootpool_tlp.transaction")[18]
        self.assertEqual(row, ["1000000001", "1008000001", "2", "2", "77"])

    def test_malformed_tlps_are_marked(self):
        whole = (self.sample / "tlp.pcapng").read_bytes()
        first_tlp = whole.index(b"\x00\x00\x00\x01\x03\x82\x2a\x0f")
        capture_header = first_tlp - 32
        for name, at, value in [("type", first_tlp, 0x1F), ("fmt", first_tlp, 0x80), ("length", first_tlp, 0x40),
                                ("version", capture_header, 9)]:
            broken = self.sample / name
            broken.write_bytes(whole[:at] + struct.pack("B", value) + whole[at + 1:])
            with self.subTest(name):
                marks = [row[0] for row in self.tlp_fields("rootpool_tlp.malformed", file=broken)]
                self.assertNotEqual(marks[0], "")
                self.assertEqual(set(marks[1:]), {""})


if __name__ == "__main__":
    unittest.main()
