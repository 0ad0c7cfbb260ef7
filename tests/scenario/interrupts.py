"""Interrupts of lent VFs: whoever keeps their addresses and data, servers see the same at the same time.

Environment: that of replay.py.
"""
import unittest

import replay

OF_TRANSLATION = {"switch.interrupts_translated", "switch.interrupt_tables"}


class Interrupts(unittest.TestCase):
    def compare(self, script, servers):
        runs = {way: replay.run(script, f"{script.split('/')[1]}-{way}", "--set", f"topology.switch.interrupts={way}")
                for way in ("direct", "translate")}
        direct, translate = runs["direct"], runs["translate"]
        for server in servers:
            self.assertEqual(direct.console(server), translate.console(server))
        rest = [{name: value for name, value in run.metrics.items() if name not in OF_TRANSLATION}
                for run in (direct, translate)]
        self.assertEqual(rest[0], rest[1])
        self.assertEqual([direct.metrics[name] for name in sorted(OF_TRANSLATION)], [0, 0])
        self.assertGreater(translate.metrics["switch.interrupts_translated"], 0)
        self.assertEqual(translate.metrics["switch.interrupt_tables"], 64 * 3 * 16)  # VFs, vectors, bytes of an entry
        self.assertNotEqual(direct.result["event_hash"], translate.result["event_hash"])  # the device got other words

    def test_one_slave(self):
        self.compare("paper/fig7-ping-copy", ["server2", "server3"])

    def test_two_slaves_with_equal_addresses_and_data(self):
        self.compare("pooling/two-slaves", ["server2", "server3", "server4"])


if __name__ == "__main__":
    unittest.main()
