"""TCP connections that break or are never made: both programs end, and the run says so.

Environment: that of replay.py, and SCRIPT, broken-connections.yaml.
"""
import os
import unittest

import replay


class BrokenConnections(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_ = replay.run(os.environ["SCRIPT"], "out")

    def test_sender_and_receiver_say_why_they_end(self):
        received = self.run_.metrics["copy.broken.bytes"]
        self.assertGreater(received, 1_000_000)
        self.assertIn("broken: connection to 10.0.2.1 failed: timed out\n", self.run_.console("server3"))
        self.assertIn(f"broken: ended after {received} bytes: the sender has failed\n", self.run_.console("server2"))

    def test_receiver_that_nobody_reached_ends_too(self):
        self.assertIn("unanswered: connection to 10.0.2.1 failed: timed out\n", self.run_.console("server3"))
        self.assertIn("unanswered: ended after 0 bytes: the sender has failed\n", self.run_.console("server2"))

    def test_result_counts_them(self):
        for metric in ("copy.broken.failed", "iperf.unanswered.failed"):
            self.assertEqual(self.run_.metrics[metric], 1)
        self.assertEqual(self.run_.metrics["copy.broken.sha256_equal"], 0)


if __name__ == "__main__":
    unittest.main()
