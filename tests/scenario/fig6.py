"""Fig. 6 of the paper as an unmodified lspci draws it from what the simulated servers read out of configuration space.

Environment: that of replay.py, and EXPECTED, the tree that server2 must show.
"""
import os
import pathlib
import subprocess
import unittest

import replay

EXPECTED = pathlib.Path(os.environ["EXPECTED"])


def lspci(dump, *options):
    return subprocess.run(["lspci", "-F", str(dump), *options], check=True, capture_output=True, text=True).stdout


def dumps_of(out, *options):
    return replay.run("paper/fig6-enumeration", out, *options).folder / "lspci"


class Fig6(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dumps = dumps_of("ari")

    def test_slave_sees_bridges_and_four_functions_as_in_the_paper(self):
        self.assertEqual(lspci(self.dumps / "server2.slave.txt", "-nt"), EXPECTED.read_text())

    def test_functions_on_bus_3_are_82599_virtual_functions(self):
        functions = [line for line in lspci(self.dumps / "server2.slave.txt", "-n").splitlines() if line.startswith("03:")]
        self.assertEqual(len(functions), 4)
        self.assertTrue(all("8086:10ed" in line for line in functions), functions)

    def test_master_sees_sriov_and_raw_virtual_functions_at_offset_128(self):
        dump = self.dumps / "server1.master.txt"
        self.assertIn("VF offset: 128, stride: 2, Device ID: 10ed", lspci(dump, "-vvv"))
        raw = [line.split()[0] for line in lspci(dump, "-n").splitlines() if "ffff:ffff" in line]
        self.assertEqual(raw, ["03:10.0", "03:10.2", "03:10.4", "03:10.6"])

    def test_without_ari_the_offset_is_384_and_virtual_functions_are_on_the_next_bus(self):
        dump = dumps_of("no-ari", "--set", "topology.devices.nic0.ari=false") / "server1.master.txt"
        self.assertIn("VF offset: 384, stride: 2, Device ID: 10ed", lspci(dump, "-vvv"))
        raw = [line.split()[0] for line in lspci(dump, "-n").splitlines() if "ffff:ffff" in line]
        self.assertEqual(raw, ["04:10.0", "04:10.2", "04:10.4", "04:10.6"])

    def test_every_dump_decodes_completely(self):
        for dump in self.dumps.iterdir():
            text = lspci(dump, "-vvv")
            self.assertNotIn("chain broken", text, dump)
            self.assertNotIn("!!!", text, dump)
        slave = lspci(self.dumps / "server2.slave.txt", "-vvv")
        for capability in ("MSI-X: ", "Advanced Error Reporting", "(Slot+)"):
            self.assertIn(capability, slave)
        windows = [line for line in slave.splitlines() if "I/O behind bridge" in line]
        self.assertEqual(len(windows), 3, "root port, upstream and downstream port of the switch")
        self.assertTrue(all("[disabled]" in window for window in windows), windows)
        self.assertIn("Alternative Routing-ID Interpretation", lspci(self.dumps / "server1.master.txt", "-vvv"))


if __name__ == "__main__":
    unittest.main()
