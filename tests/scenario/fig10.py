"""Fig. 10 of the paper, and that its figures move with their causes.

Environment: that of replay.py.
"""
import unittest
from concurrent.futures import ThreadPoolExecutor

import replay

NAMES = [f"fig10-{kind}-{end}" for kind in ("direct", "pooled", "control") for end in ("client", "server")]
# What a server pays for each packet and buffer.
PER_PACKET = ("receive_packet", "receive_segment", "transmit_packet", "transmit_completion", "acknowledgement",
              "receive_ack", "map_buffer")


def goodput(run):
    return run.metrics["iperf.fig10.goodput"]


def replay_all(names, *options, out="", accepted=(0,)):
    """Runs scenarios, two at a time; by name."""
    with ThreadPoolExecutor(2) as pool:
        runs = pool.map(lambda name: replay.run(f"paper/{name}", f"{name}{out}", *options, accepted=accepted), names)
        return dict(zip(names, runs))


class Fig10(unittest.TestCase):
    """That every expectation is met is the exit status that replay_all() accepts."""

    @classmethod
    def setUpClass(cls):
        cls.runs = replay_all(NAMES)

    def test_no_byte_is_wrong_and_no_segment_is_sent_twice(self):
        for name, run in self.runs.items():
            self.assertEqual(run.metrics["iperf.fig10.wrong_bytes"], 0, name)
            self.assertEqual(run.metrics["iperf.fig10.retransmissions"], 0, name)

    def test_server_figures_are_below_client_figures(self):
        for kind in ("direct", "pooled", "control"):
            self.assertLess(goodput(self.runs[f"fig10-{kind}-server"]), goodput(self.runs[f"fig10-{kind}-client"]))

    def test_pooling_costs_time_in_both_directions(self):
        for end in ("client", "server"):
            pooled, control = (self.runs[f"fig10-{kind}-{end}"].metrics for kind in ("pooled", "control"))
            for metric in ("device.nic0.to_device_latency_min", "server.server2.to_host_latency_min"):
                self.assertGreater(pooled[metric], control[metric])

    def test_server_figures_rise_and_fail_when_packets_cost_no_time(self):
        free = [option for cost in PER_PACKET for option in ("--set", f"cpu_profiles.free.{cost}=0 ns")]
        for kind, receiver in (("direct", "server1"), ("pooled", "server2")):
            name = f"fig10-{kind}-server"
            run = replay.run(f"paper/{name}", f"{name}-free", *free, "--set", f"topology.servers.{receiver}.cpu=free",
                             accepted=(1,) if kind == "direct" else (0, 1))
            self.assertGreater(goodput(run), 1.01 * goodput(self.runs[name]))

    def test_client_figure_fails_with_two_tags(self):
        run = replay.run("paper/fig10-pooled-client", "two-tags", "--set", "topology.devices.nic0.tags=2", accepted=(1,))
        self.assertLess(goodput(run), 0.9 * goodput(self.runs["fig10-pooled-client"]))


if __name__ == "__main__":
    unittest.main()
