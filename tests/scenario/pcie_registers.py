"""Registers as software of the servers reads them: which capabilities there are, as docs/pcie-coverage.md says, and that those say no to what is not modelled.

Environment: that of replay.py; SCRIPT, registers.yaml; PAGE, docs/pcie-coverage.md.
"""
import os
import pathlib
import re
import unittest

import replay

NAMES = {0x01: "Power Management", 0x03: "VPD", 0x05: "MSI", 0x0D: "Subsystem", 0x10: "PCI Express", 0x11: "MSI-X"}
EXTENDED_NAMES = {0x01: "AER", 0x03: "Serial Number", 0x0D: "ACS", 0x0E: "ARI", 0x10: "SR-IOV"}
KINDS = {"8086:0150": "host bridge", "8086:0151": "root port", "10ee:8086": "management endpoint",
         "10ee:8087": "upstream bridge", "10ee:8088": "downstream bridge", "8086:10fb": "82599 PF",
         "ffff:ffff": "82599 VF", "8086:10ed": "82599 VF, lent", "10ee:7028": "dma-probe"}
COLUMNS = ["function", "capabilities", "extended capabilities"]


class Function:
    """The configuration space of one function as it was dumped."""

    def __init__(self, place, data):
        self.place = place
        self.data = data
        self.kind = KINDS[f"{self.word(0):04x}:{self.word(2):04x}"]
        self.chain = dict(self.walk(self.data[0x34], lambda at: (self.data[at], self.data[at + 1])))
        self.extended = dict(self.walk(0x100 if self.dword(0x100) else 0,
                                       lambda at: (self.word(at), self.dword(at) >> 20)))

    def word(self, at):
        return int.from_bytes(self.data[at:at + 2], "little")

    def dword(self, at):
        return int.from_bytes(self.data[at:at + 4], "little")

    @staticmethod
    def walk(at, read):
        while at:
            identity, following = read(at)
            yield identity, at
            at = following

    def express(self, offset):
        return self.dword(self.chain[0x10] + offset)


def functions_of(dump):
    for text in dump.read_text(encoding="utf-8").split("\n\n"):
        if text.strip():
            head, *lines = text.strip().splitlines()
            data = bytes.fromhex("".join(line.split(": ", 1)[1] for line in lines))
            yield Function(f"{dump.stem} {head.split()[0]}", data)


def table_of(page):
    """The table of capabilities: {function: (capabilities, extended capabilities)}."""
    found, in_table = {}, False
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells == COLUMNS:
            in_table = True
        elif not line.startswith("|"):
            in_table = False
        elif in_table and not line.startswith("|---"):
            found[cells[0]] = tuple(set() if cell == "none" else set(re.split(", ", cell)) for cell in cells[1:])
    return found


class PcieRegisters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run = replay.run(os.environ["SCRIPT"], "registers", "--lspci")
        cls.functions = [function for dump in sorted((run.folder / "lspci").glob("server?.txt"))
                         for function in functions_of(dump)]

    def each(self, offset, mask, expected, *kinds):
        """Register of the PCI Express capability: `expected` in the functions of these kinds, 0 in all others."""
        for function in self.functions:
            if 0x10 in function.chain:
                value = function.express(offset) & mask
                self.assertEqual(value, expected if function.kind in kinds else 0,
                                 f"{function.place}, {function.kind}: {value:#x} at +{offset:#x}")

    def test_every_kind_of_function_is_there(self):
        self.assertEqual({function.kind for function in self.functions}, set(KINDS.values()))

    def test_capabilities_are_those_of_the_page(self):
        table = table_of(pathlib.Path(os.environ["PAGE"]))
        self.assertEqual(set(table), set(KINDS.values()))
        for function in self.functions:
            found = ({NAMES[identity] for identity in function.chain},
                     {EXTENDED_NAMES[identity] for identity in function.extended})
            self.assertEqual(found, table[function.kind], function.place)

    def test_device_capabilities(self):
        self.each(0x04, 0x18, 0)  # phantom functions
        self.each(0x04, 1 << 5, 1 << 5, "dma-probe")  # Extended Tag
        self.each(0x04, 1 << 28, 1 << 28, "82599 PF")  # FLR; erratum 35: a VF's capability reads 0
        self.each(0x24, 0x1F, 0x1F, "82599 PF")  # completion timeout
        self.each(0x24, 1 << 5, 1 << 5, "root port", "downstream bridge")  # ARI Forwarding
        self.each(0x24, 0xFFFFFFC0, 0)  # AtomicOps, LTR, TPH, 10-bit tags, OBFF, prefixes, emergency power, FRS
        self.each(0x28, 0xFFFFFFDF, 0)  # nor are they enabled

    def test_link_capabilities(self):
        self.each(0x0C, 3 << 10, 1 << 10, "82599 PF")  # ASPM
        self.each(0x0C, 0x00640000, 0)  # clock power management, bandwidth notification, ASPM optionality
        self.each(0x10, 0x03B3, 0)  # Link Control: nothing but RCB and common clock

    def test_slot_and_root_capabilities(self):
        self.each(0x14, 0x0006FFA4, 0)  # MRL sensor, surprise, power limit, interlock, no Command Completed
        self.each(0x14, 0x5B, 0x5B, "downstream bridge")
        self.each(0x1C, 0xFFFFFFFF, 0)  # Root Control and Root Capabilities

    def test_extended_capabilities(self):
        for function in self.functions:
            control = function.dword(function.extended[0x01] + 0x18) if 0x01 in function.extended else 0
            self.assertEqual(control & 0xFE0, 0x0A0 if "82599" in function.kind else 0, function.place)  # ECRC
            if 0x0D in function.extended:
                self.assertEqual(function.word(function.extended[0x0D] + 4), 0x1D, function.place)  # ACS
            if 0x10 in function.extended:
                self.assertEqual(function.dword(function.extended[0x10] + 4), 0, function.place)  # SR-IOV

    def test_link_status_is_the_slower_of_both_ends(self):
        for function in self.functions:
            if function.place.startswith("server3") and function.kind in ("root port", "dma-probe"):
                self.assertEqual(function.express(0x10) >> 16 & 0x3FF, 0x041, function.kind)
            if function.kind in ("upstream bridge", "82599 PF"):
                self.assertEqual(function.express(0x10) >> 16 & 0x3FF, 0x082, function.kind)

    def test_read_completion_boundary_of_a_root_port_is_that_of_the_script(self):
        boundaries = {function.place.split()[0]: function.express(0x10) >> 3 & 1 for function in self.functions
                      if function.kind == "root port"}
        self.assertEqual(boundaries, {"server1": 0, "server2": 0, "server3": 1})


if __name__ == "__main__":
    unittest.main()
