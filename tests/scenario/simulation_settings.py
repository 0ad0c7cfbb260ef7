"""How the simulator works (block `simulation`) shows in no result: neither where timers wait nor how far links decide ahead.

Environment: that of replay.py, and SCRIPTS, the folder of the scripts of this folder.
"""
import itertools
import os
import pathlib
import unittest

import replay

SCRIPTS = pathlib.Path(os.environ["SCRIPTS"])


def settings(*lines):
    return tuple(word for line in lines for word in ("--set", line))


# 290 ms: enough of a scenario of the paper to have traffic.
CASES = {
    "download": ("paper/fig10-pooled-client", ("--until", "290 ms")),
    "ping and copy": ("paper/fig7-ping-copy", ()),
    "two slaves at once": ("pooling/two-slaves", ("--until", "290 ms")),
    "few credits": (SCRIPTS / "two-uploads.yaml", ("--until", "56 ms", *settings(
        "topology.switch.upstream_credits={posted: {headers: 2}, non_posted: {headers: 1, data: 1}}",
        "topology.devices.nic0.link.credits={posted: {headers: 1}}"))),
    "bit errors, cut-through": (SCRIPTS / "two-uploads.yaml", ("--until", "56 ms", *settings(
        "topology.devices.nic0.link.bit_error_rate=1e-6", "topology.switch.switching=cut_through"))),
    "parallel steps that end at once": (SCRIPTS / "two-uploads.yaml", settings(
        "topology.servers.server1.link.down=[{at: 46639.947 us, for: 1.5 us}]",
        "topology.servers.server4.link.bit_error_rate=1e-6", "topology.devices.nic0.link.bit_error_rate=1e-5")),
    **{f"end under traffic, {end} us": ("paper/fig10-pooled-client", ("--until", f"{end} us", *settings("expect=[]")))
       for end in range(267_900, 267_920)},
    "steps that end under traffic": (SCRIPTS / "cut-short.yaml", ()),
    "DMA probe": (SCRIPTS / "bench-sweep.yaml", ()),
    "end in a credit stall": (SCRIPTS / "end-in-stall.yaml", ()),
    "answers between DMA": (SCRIPTS / "unlike-slaves.yaml", ()),
    "DLLPs that take no time": (SCRIPTS / "bench-short-link.yaml", ()),
    "Acks behind the replay timer": (SCRIPTS / "late-acks.yaml", ()),
    "link of 10 us": (SCRIPTS / "far-peer.yaml", ()),
    "DLLPs shorter than a symbol time": (SCRIPTS / "wide-slow-link.yaml", ()),
    "threads and timers of a moment": (SCRIPTS / "narrow-card.yaml", ()),
    "interrupts of a driver at work": (SCRIPTS / "far-master.yaml", ()),
    "programs that go on at once": (SCRIPTS / "pings-at-once.yaml", ()),
    "standstill": (SCRIPTS / "stuck-slave.yaml", settings("topology.switch.fence_timeout=off")),
}


class SimulationSettings(unittest.TestCase):
    def test_results_are_those_of_the_defaults(self):
        for case, (script, options) in CASES.items():
            expected = replay.run(script, "defaults", *options, accepted=(0, 1, 3)).result
            self.assertGreater(len(expected["metrics"]), 50)
            self.assertEqual(bool(expected["violation"]), case == "standstill")
            for timers, look_ahead in itertools.product(("wheel", "kernel"), ("on", "off")):
                with self.subTest(case, timers=timers, look_ahead=look_ahead):
                    result = replay.run(script, f"{timers}-{look_ahead}", *options, *settings(
                        f"simulation.timers={timers}", f"simulation.look_ahead={look_ahead}"), accepted=(0, 1, 3)).result
                    for part in ("event_hash", "metrics", "simulated_time", "violation"):
                        self.assertEqual(result[part], expected[part])
                    print(f"{case:<32} timers {timers:<6} look_ahead {look_ahead:<3} event hash {result['event_hash']}")


if __name__ == "__main__":
    unittest.main()
