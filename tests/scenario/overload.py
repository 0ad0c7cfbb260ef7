"""A receiver that cannot keep up: what is lost is counted where it is lost, and TCP adapts.

Environment: that of replay.py, and SCRIPT, overload.yaml.
"""
import os
import unittest

import replay


class Overload(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.metrics = replay.run(os.environ["SCRIPT"], "overload").metrics

    def test_every_datagram_is_received_or_counted_as_dropped(self):
        metrics = self.metrics
        # by a NIC without free descriptors, or by a kernel: the sender's while it asks for the MAC address, the receiver's
        dropped = sum(value for name, value in metrics.items() if name.endswith(("frames_dropped", "packets_dropped")))
        self.assertGreater(metrics["iperf.flood.lost"], 1000)
        self.assertEqual(metrics["iperf.flood.lost"], dropped)

    def test_what_arrives_is_right(self):
        for step in ("flood", "stream", "streams"):
            self.assertEqual(self.metrics[f"iperf.{step}.wrong_bytes"], 0)
            self.assertGreater(self.metrics[f"iperf.{step}.bytes"], 0)

    def test_a_connection_is_as_fast_as_the_processor_and_loses_nothing(self):
        self.assertEqual(self.metrics["iperf.stream.retransmissions"], 0)
        # 3 us of processor time for each 1448 bytes, and more
        self.assertLess(self.metrics["iperf.stream.goodput"], 8 * 1448 / 3e-6)

    def test_connections_share_the_wire(self):
        self.assertGreater(self.metrics["iperf.streams.goodput"], 8e9)


if __name__ == "__main__":
    unittest.main()
