"""A run whose steps have no end of their own ends before simulated time does, and says so.

Environment: that of replay.py, and SCRIPT, longest-run.yaml.
"""
import os
import unittest

import replay


class LongestRun(unittest.TestCase):
    def test_ends_with_what_it_has_and_a_note(self):
        run = replay.run(os.environ["SCRIPT"], "out")
        self.assertIn("rootpool: the run was ended at 9100 s, the longest that there is: the timeline had not come to its end\n",
                      run.messages)
        self.assertEqual(run.result["simulated_time"]["seconds"], 9100)
        self.assertIn("ping.p1.loss", run.metrics)


if __name__ == "__main__":
    unittest.main()
