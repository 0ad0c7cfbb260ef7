"""Two slaves with equal requester IDs, tags and addresses use one device at the same time: recounted from the TLPs.

Environment: that of replay.py, and CHECKER, tools/check_identity.py.
"""
import os
import subprocess
import sys
import unittest

import replay

CHECKER = os.environ["CHECKER"]


class Identity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        brief = [option for step in (6, 7) for stream in (0, 1)
                 for option in ("--set", f"timeline[{step}].parallel[{stream}].iperf.duration=20 ms")]
        cls.run_ = replay.run("pooling/two-slaves", "identity", "--tlp-pcap", *brief, accepted=(0, 1))
        cls.equal = cls.run_.metrics["identity.equal_outstanding"]

    def test_at_least_a_thousand_reads_met_one_of_equal_identity(self):
        self.assertGreaterEqual(self.equal, 1000)

    def test_the_capture_proves_the_count(self):
        links = [word for server in ("server1", "server2", "server3") for word in ("--link", f"{server}.link")]
        words = [sys.executable, CHECKER, self.run_.folder / "tlp.pcapng", *links, "--expect", self.equal]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_no_byte_crossed(self):
        for stream in ("first", "second", "third", "fourth"):
            self.assertEqual(self.run_.metrics[f"iperf.{stream}.wrong_bytes"], 0)
            self.assertGreater(self.run_.metrics[f"iperf.{stream}.bytes"], 1_000_000)


if __name__ == "__main__":
    unittest.main()
