"""Several devices, interfaces and programs at a time.

Environment: that of replay.py, and SCRIPT, several.yaml.
"""
import os
import unittest

import replay


class Several(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_ = replay.run(os.environ["SCRIPT"], "several", "--pcap")
        cls.metrics = cls.run_.metrics

    def senders(self, capture, display_filter):
        path = self.run_.folder / "pcap" / f"{capture}.pcapng"
        return {row[0] for row in replay.packets(path, display_filter, ["ip.src"])}

    def test_the_slave_sees_the_functions_of_both_devices(self):
        self.assertEqual(self.metrics["lspci.slave.virtual_functions"], 5)

    def test_every_ping_gets_its_own_replies(self):
        for name in "abcd":
            self.assertEqual(self.metrics[f"ping.{name}.received"], 5, name)
            self.assertEqual(self.metrics[f"ping.{name}.loss"], 0, name)
        self.assertNotIn("duplicates", self.run_.console("server2"))

    def test_programs_send_through_the_interface_that_they_were_given(self):
        self.assertEqual(self.senders("nic3-0", "icmp.type == 8"), {"10.0.2.5"})
        self.assertEqual(self.senders("nic3-0", "udp"), {"10.0.2.5"})
        self.assertEqual(self.senders("nic4-0", "icmp.type == 8"), {"10.0.2.2", "10.0.1.1"})

    def test_every_stream_arrives(self):
        for name in "efg":
            self.assertGreater(self.metrics[f"iperf.{name}.bytes"], 100_000, name)
            self.assertEqual(self.metrics[f"iperf.{name}.wrong_bytes"], 0, name)
        self.assertEqual(self.metrics["iperf.e.lost"], 0)
        self.assertEqual(self.metrics["iperf.f.failed"] + self.metrics["iperf.g.failed"], 0)


if __name__ == "__main__":
    unittest.main()
