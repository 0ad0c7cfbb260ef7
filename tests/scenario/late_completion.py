"""A completion that comes after its request was given up is unexpected, and is not taken for the answer to another request.

Environment: that of replay.py, and SCRIPT, late-completion.yaml.
"""
import os
import subprocess
import unittest

import replay

SCRIPT = os.environ["SCRIPT"]


class LateCompletion(unittest.TestCase):
    def test_registers_read_afterwards_are_right(self):
        late = replay.run(SCRIPT, "late", "--lspci")
        shown = subprocess.run(["lspci", "-F", late.folder / "lspci" / "server1.txt", "-vvv"], capture_output=True, text=True,
                               check=True).stdout
        root_port = shown[shown.index("00:01.0"):shown.index("01:00.0")]
        self.assertIn("CmpltTO+", root_port)
        # Unexpected Completion is an advisory case, and masked after reset (PCIe base 6.2.3.2.4.5, 6.2.4.3)
        self.assertIn("AdvNonFatalErr+", next(line for line in root_port.splitlines() if "CESta:" in line))
        log = (late.folder / "log" / "server1.txt").read_text(encoding="utf-8")
        self.assertIn("Intel(R) 10 Gigabit Network Connection", log)
        prompt = replay.run(SCRIPT, "prompt", "--set", "topology.servers.server1.hold_credits=[]")
        address = log[log.index("MAC: 2"):].splitlines()[1].split("] ")[1]
        self.assertIn(address, (prompt.folder / "log" / "server1.txt").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
