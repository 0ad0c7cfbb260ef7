"""That the judges of instruction counts refuse what they must, and say so."""
import dataclasses
import json
import pathlib
import unittest

import callgrind
import hops
import instructions

RECORD = {"scenario": "s", "setting": "timeline[0].iperf.duration", "short": "1 ms", "long": "2 ms", "compiler": "GNU 12.2.0",
          "instructions_per_frame": 100_000, "instructions_per_tlp": 4_000, "event_hash": "00c0ffee00c0ffee"}
SAME = callgrind.Cost(frames=10, tlps=250, instructions_per_frame=100_000.0, instructions_per_tlp=4_000.0,
                      event_hash="00c0ffee00c0ffee")


def complaints(compiler="GNU 12.2.0", **changes):
    return instructions.judge(RECORD, dataclasses.replace(SAME, **changes), compiler)[0]


class Judge(unittest.TestCase):
    def test_accepts_what_is_recorded_and_what_is_within_two_percent(self):
        for change in (1.0, 0.981, 1.019):
            self.assertEqual(complaints(instructions_per_frame=100_000 * change, instructions_per_tlp=4_000 * change), [])

    def test_refuses_more_and_less_than_two_percent_of_either_figure(self):
        for name, recorded in (("instructions_per_frame", 100_000), ("instructions_per_tlp", 4_000)):
            for change, what in ((1.021, "slower"), (0.979, "renew the record")):
                [complaint] = complaints(**{name: recorded * change})
                self.assertIn(name, complaint)
                self.assertIn(what, complaint)

    def test_says_that_another_compiler_was_used_and_compares_within_ten_percent(self):
        slower = dataclasses.replace(SAME, instructions_per_frame=109_000.0)
        refused, remarks = instructions.judge(RECORD, slower, "GNU 13.1.0")
        self.assertEqual(refused, [])
        self.assertIn("built with GNU 13.1.0", remarks[0])
        self.assertEqual(len(complaints("GNU 13.1.0", instructions_per_frame=111_000.0)), 1)
        self.assertEqual(len(complaints("GNU 13.1.0", instructions_per_frame=89_000.0)), 1)

    def test_refuses_another_event_hash_with_any_compiler(self):
        for compiler in ("GNU 12.2.0", "GNU 13.1.0"):
            [complaint] = complaints(compiler, event_hash="00c0ffee00c0ffef")
            self.assertIn("00c0ffee00c0ffef", complaint)


class Aims(unittest.TestCase):
    COSTS = dict(zip(hops.CHECKED_POINTS, (6_000.0, 8_000.0, 5_000.0, 4_000.0, 6_000.0)))
    TWIN = dict(zip(hops.TWIN_POINTS, (80_000.0, 800_000.0, 35_000.0)))
    COSTS[hops.CHECKED_POINTS[0]] = 80_000 / 15

    def test_are_met_up_to_their_bounds(self):
        self.assertEqual(hops.missed_aims(self.COSTS, self.TWIN), [])

    def test_are_missed_by_the_figure_that_is_beyond_its_bound(self):
        full, idle, short, few, many = hops.CHECKED_POINTS
        for costs, twin, what in (({full: 6_001.0}, {full: 80_000.0}, "instructions per hop: 750.1"), ({}, {full: 80_010.0}, "of the twin"),
                                  ({}, {full: 79_900.0}, "twin : model: "), ({}, {idle: 799_000.0}, "at 10 %"),
                                  ({}, {short: 34_900.0}, "with 64 B"), ({many: 6_010.0}, {}, "many roots"),
                                  ({few: 3_990.0}, {}, "many roots")):
            missed = hops.missed_aims({**self.COSTS, **costs}, {**self.TWIN, **twin})
            self.assertTrue(any(what in one for one in missed), (what, missed))


class Record(unittest.TestCase):
    def test_renewed_record_accepts_what_was_measured_and_keeps_the_excerpt(self):
        cost = dataclasses.replace(SAME, instructions_per_frame=50_000.4, instructions_per_tlp=2_000.2, event_hash="1" * 16)
        record = instructions.renewed(RECORD, cost, "GNU 13.1.0")
        self.assertEqual(instructions.judge(record, cost, "GNU 13.1.0")[0], [])
        self.assertEqual(instructions.excerpt_of(record), instructions.excerpt_of(RECORD))

    def test_file_in_the_repository_has_every_field(self):
        text = (pathlib.Path(__file__).parent / "instructions.json").read_text(encoding="utf-8")
        self.assertEqual(json.loads(text).keys(), RECORD.keys())


if __name__ == "__main__":
    unittest.main()
