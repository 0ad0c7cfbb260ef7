"""Fig. 7 of the paper: ping and a file copy over one VF of a pooled NIC, as programs print them.

Environment: that of replay.py.
"""
import unittest

import replay


class Fig7(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_ = replay.run("paper/fig7-ping-copy", "fig7")

    def test_six_echo_requests_get_six_replies(self):
        console = self.run_.console("server2")
        self.assertEqual([f"icmp_seq={n} " in console for n in range(1, 7)], [True] * 6)
        self.assertIn("6 packets transmitted, 6 received, 0% packet loss", console)

    def test_first_reply_is_the_slowest_because_of_address_resolution(self):
        metrics = self.run_.metrics
        self.assertEqual(metrics["ping.fig7.rtt_first"], metrics["ping.fig7.rtt_max"])
        self.assertGreater(metrics["ping.fig7.rtt_first"], metrics["ping.fig7.rtt_min"])

    def test_the_file_arrives_whole(self):
        self.assertEqual(self.run_.metrics["copy.fig7.bytes"], 430_000)
        self.assertRegex(self.run_.console("server3"), r"sha256 [0-9a-f]{64} OK")

    def test_the_round_trip_moves_with_the_latency_of_the_cable(self):
        longer = replay.run("paper/fig7-ping-copy", "far", "--set", "topology.cables[0]={ends: [nic0, nic3], delay: 1 ms}")
        self.assertGreater(longer.metrics["ping.fig7.rtt_min"], 2e-3)


if __name__ == "__main__":
    unittest.main()
