"""vcd2fst of GTKWave, which nobody here wrote, reads the waves of a model and of a twin that differs from it."""
import os
import pathlib
import shutil
import tempfile
import unittest

from judge import BUILD, run


class Waves(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.holder.cleanup)
        cls.folder = pathlib.Path(cls.holder.name)
        result = run(BUILD / "tests/link_waves_test", env={**os.environ, "ROOTPOOL_TWIN_WAVES": cls.holder.name})
        if result.returncode != 0:
            raise AssertionError(result.stdout + result.stderr)

    def read(self, name):
        """The wave as the judge has understood it: dumped again from its own format, without the head."""
        fst = self.folder / f"{name}.fst"
        converted = run("vcd2fst", self.folder / f"{name}.vcd", fst)
        self.assertEqual((converted.returncode, converted.stderr), (0, ""), converted.stdout)
        dumped = run("fst2vcd", fst)
        self.assertEqual(dumped.returncode, 0, dumped.stderr)
        head, values = dumped.stdout.split("$enddefinitions $end")
        return head, values

    def test_vcd2fst_is_there(self):
        self.assertIsNotNone(shutil.which("vcd2fst"))

    def test_both_directions_have_their_signals(self):
        head, _ = self.read("model")
        for signal in ["valid", "packet", "sequence", "class", "credits_headers", "credits_data", "received", "receptions"]:
            self.assertEqual(head.count(f" {signal} "), 2, signal)

    def test_packets_are_named(self):
        _, values = self.read("model")
        self.assertIn("sTLP ", values)

    def test_the_difference_is_in_them(self):
        self.assertNotEqual(self.read("model")[1], self.read("twin")[1])


if __name__ == "__main__":
    unittest.main()
