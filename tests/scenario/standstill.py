"""A fabric that stands still: the run ends with status 3 and says who waits for whom; what only takes long is none.

Environment: that of replay.py, and SCRIPT, stuck.yaml; LINK_DOWN, link-down.yaml.
"""
import os
import unittest

import replay

SCRIPT = os.environ["SCRIPT"]
PROBE = "topology.device_probe.port transmit posted"
BUFFER = "topology.server_server1.root_complex.port receive posted"
HOLDER = "topology.server_server1.root_complex"


class Standstill(unittest.TestCase):
    def test_report_names_who_holds_credits_and_who_waits(self):
        run = replay.run(SCRIPT, "stuck", accepted=(3,))
        for line in (f"{PROBE} waits for {BUFFER}: ", f"{BUFFER} waits for {HOLDER}: 32 TLPs"):
            self.assertIn(line, run.messages)
            self.assertIn(line, run.result["violation"])
        self.assertIn("no cycle", run.messages)  # nobody waits for the probe
        self.assertTrue(run.result["partial"])
        # one to two limits of 1 ms after the last movement
        self.assertGreaterEqual(run.result["simulated_time"]["seconds"], 0.101)
        self.assertLessEqual(run.result["simulated_time"]["seconds"], 0.1021)

    def test_limit_is_that_of_the_script(self):
        run = replay.run(SCRIPT, "later", "--set", "topology.watchdog=20 ms", accepted=(3,))
        self.assertGreaterEqual(run.result["simulated_time"]["seconds"], 0.120)

    def test_switched_off_it_says_nothing(self):
        run = replay.run(SCRIPT, "off", "--set", "topology.watchdog=off", "--until", "150 ms")
        self.assertIsNone(run.result["violation"])

    def test_standstill_shorter_than_the_limit_is_none(self):
        run = replay.run(SCRIPT, "short", "--set", "topology.servers.server1.hold_credits[0].for=900 us", "--until",
                         "150 ms")
        self.assertIsNone(run.result["violation"])

    def test_reads_that_memory_takes_long_for_are_none(self):
        # one read is being served, the others wait for its place in the receive buffer
        run = replay.run(SCRIPT, "slow-memory", "--set", "topology.watchdog=100 us", "--set",
                         "topology.servers.server1={memory_latency: 1 ms, link: {credits: {non_posted: {headers: 1}}}}",
                         "--set", "timeline[1].pcie_bench={device: probe, name: slow, operation: read, sizes: 64 B, "
                         "warm_up: 0 s, duration: 10 ms}")
        self.assertIsNone(run.result["violation"])
        self.assertEqual(run.metrics["pcie_bench.slow.failed"], 0)
        self.assertEqual(run.metrics["pcie_bench.slow.transfers"], 9)  # each takes 1 ms and a flight

    def test_reads_whose_credits_are_held_are_one(self):
        run = replay.run(SCRIPT, "stuck-reads", "--set", "timeline[1].pcie_bench.operation=read", accepted=(3,))
        self.assertIn("non-posted", run.messages)
        self.assertIn("hold_credits keeps their credits", run.messages)

    def test_link_that_is_down_is_no_standstill(self):
        run = replay.run(os.environ["LINK_DOWN"], "link-down")
        self.assertIsNone(run.result["violation"])
        self.assertGreater(run.metrics["ping.meanwhile.loss"], 0)


if __name__ == "__main__":
    unittest.main()
