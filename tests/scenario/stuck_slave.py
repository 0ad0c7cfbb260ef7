"""A slave that gets stuck does not stop another slave of the same device, as long as it is fenced.

Environment: that of replay.py, and SCRIPT, stuck-slave.yaml.
"""
import os
import unittest

import replay

SCRIPT = os.environ["SCRIPT"]


def share_received(metrics, name):
    return 1 - metrics[f"iperf.{name}.lost"] / metrics[f"iperf.{name}.datagrams"]


class StuckSlave(unittest.TestCase):
    def test_the_other_slave_goes_on(self):
        metrics = replay.run(SCRIPT, "fenced").metrics
        self.assertEqual(metrics["switch.fences"], 1)
        self.assertGreater(metrics["switch.fenced_tlps"], 0)
        self.assertLess(share_received(metrics, "stuck"), 0.5)
        # the card itself waits for reads of the stuck server until they time out
        self.assertGreater(share_received(metrics, "alive"), 0.9)
        self.assertEqual(metrics["iperf.alive.wrong_bytes"], 0)

    def test_without_a_stuck_slave_nothing_is_fenced(self):
        metrics = replay.run(SCRIPT, "healthy", "--set", "topology.servers.server3.hold_credits=[]", accepted=(1,)).metrics
        self.assertEqual(metrics["switch.fences"], 0)
        self.assertEqual(metrics["switch.fenced_tlps"], 0)
        self.assertGreater(share_received(metrics, "stuck"), 0.999)

    def test_without_a_fence_the_device_stops_and_the_report_says_why(self):
        run = replay.run(SCRIPT, "unfenced", "--set", "topology.switch.fence_timeout=off", accepted=(3,))
        self.assertIn("topology.switch.upstream2.port transmit posted waits for "
                      "topology.server_server3.root_complex.port receive posted", run.result["violation"])
        self.assertIn("topology.device_nic0.port transmit non-posted waits for "
                      "topology.switch.downstream0.port receive non-posted", run.result["violation"])
        self.assertGreater(run.metrics["switch.head_of_line"], 0)
        self.assertGreater(run.metrics["switch.reserve_used"], 0)


if __name__ == "__main__":
    unittest.main()
