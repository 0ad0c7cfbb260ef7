"""Same scenario, same seed: the same bytes, whatever is written beside and wherever the program lies.

Environment: that of replay.py, and BINARIES, the folder of the scenarios' own programs.
"""
import os
import pathlib
import shutil
import tempfile
import unittest

import replay

BINARIES = pathlib.Path(os.environ["BINARIES"])
SINKS = ("--pcap", "--tlp-pcap", "--lspci")
# Enough of it to have traffic; less than would make captures of gigabytes.
SCENARIOS = {"paper/fig7-ping-copy": (), "pooling/two-slaves": ("--until", "300 ms"),
             "paper/fig10-pooled-client": ("--until", "290 ms")}


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Reproducible(unittest.TestCase):
    def assert_common_files_equal(self, one, other):
        common = one.keys() & other.keys()
        self.assertIn("result.json", common)
        self.assertEqual([name for name in sorted(common) if one[name] != other[name]], [])

    def test_twice_with_and_without_sinks_gives_the_same_bytes(self):
        for name, options in SCENARIOS.items():
            with self.subTest(name):
                bare, again, full, full_again = (
                    files(replay.run(name, f"{name}-{out}", *options, *sinks, accepted=(0, 1)).folder)
                    for out, sinks in (("bare", ()), ("again", ()), ("full", SINKS), ("full-again", SINKS)))
                self.assertEqual(bare.keys(), again.keys())
                self.assert_common_files_equal(bare, again)
                self.assert_common_files_equal(bare, full)
                self.assert_common_files_equal(full, full_again)
                self.assertIn("tlp.pcapng", full)
                self.assertTrue(any(file.startswith("pcap/") for file in full))

    def test_another_seed_gives_other_addresses_and_another_hash(self):
        name = "paper/fig7-ping-copy"
        one, other = (replay.run(name, f"seed{seed}", "--seed", seed) for seed in (1, 2))
        self.assertNotEqual(one.result["event_hash"], other.result["event_hash"])

    def test_a_program_that_was_moved_gives_the_same_result(self):
        name = "paper/fig7-ping-copy"
        expected = files(replay.run(name, "in-place").folder)
        with tempfile.TemporaryDirectory() as elsewhere:
            moved = pathlib.Path(shutil.copy(BINARIES / name, elsewhere))
            run = replay.run("", "moved", program=[moved])
        self.assertEqual(files(run.folder)["result.json"], expected["result.json"])


if __name__ == "__main__":
    unittest.main()
