"""How the simulator works (block `simulation`) shows in no result: neither where timers wait nor how far links decide ahead.

Environment: that of replay.py.
"""
import itertools
import unittest

import replay

# 290 ms: enough of it to have traffic.
SCENARIOS = {"paper/fig10-pooled-client": ("--until", "290 ms"), "paper/fig7-ping-copy": (),
             "pooling/two-slaves": ("--until", "290 ms")}


class SimulationSettings(unittest.TestCase):
    def test_results_are_those_of_the_defaults(self):
        for name, options in SCENARIOS.items():
            expected = replay.run(name, "defaults", *options, accepted=(0, 1)).result
            self.assertGreater(len(expected["metrics"]), 50)
            for timers, look_ahead in itertools.product(("wheel", "kernel"), ("on", "off")):
                with self.subTest(name, timers=timers, look_ahead=look_ahead):
                    settings = (f"simulation.timers={timers}", f"simulation.look_ahead={look_ahead}")
                    run = replay.run(name, f"{timers}-{look_ahead}", *options,
                                     *(word for setting in settings for word in ("--set", setting)), accepted=(0, 1))
                    self.assertEqual(run.result["event_hash"], expected["event_hash"])
                    self.assertEqual(run.result["metrics"], expected["metrics"])
                    print(f"{name:<28} timers {timers:<6} look_ahead {look_ahead:<3} event hash {run.result['event_hash']}")


if __name__ == "__main__":
    unittest.main()
