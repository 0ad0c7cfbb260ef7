"""The DMA probe in a whole run: bandwidth beside the calculated one, latency, CSV files and diagrams.

Environment: that of replay.py, and FULL=1 for every size of pcie-bench in place of a few.
"""
import csv
import os
import shutil
import unittest

import replay

NAME = "bench/pcie-bench"
FULL = os.environ.get("FULL") == "1"
SIZES = "{from: 64 B, to: 2048 B, step: 4 B}" if FULL else "{from: 64 B, to: 2048 B, step: 248 B}"
OPERATIONS = ("write", "read", "read_write")


def sizes(text):
    return [option for step in (1, 2, 3) for option in ("--set", f"timeline[{step}].pcie_bench.sizes={text}")]


def exact(out, *options):
    """A run with DLLPs as they are, and so without the expectations on the published figures."""
    return replay.run(NAME, out, "--set", "topology.dllp_accounting=exact", "--set", "expect=[]", *options)


def series(run, name):
    with open(run.folder / "data" / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class PcieBench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_ = exact("exact", *sizes(SIZES))

    def test_every_size_is_measured(self):
        for operation in OPERATIONS:
            rows = series(self.run_, operation)
            self.assertEqual([int(row["size_bytes"]) for row in rows], list(range(64, 2049, 4 if FULL else 248)))
            self.assertTrue(all(int(row["transfers"]) > 10 for row in rows), operation)
            self.assertEqual(self.run_.metrics[f"pcie_bench.{operation}.points"], len(rows))

    def test_published_figures_stand_beside_where_there_are_some(self):
        published = {int(row["size_bytes"]): row["published_gbps"] for row in series(self.run_, "write")}
        self.assertEqual(published[64], "20.86")
        self.assertEqual(published[2048], "")

    def test_a_link_is_as_fast_as_calculated(self):
        for operation in OPERATIONS:
            self.assertLess(self.run_.metrics[f"pcie_bench.{operation}.formula_deviation"], 1, operation)

    def test_with_the_accounting_of_pcie_bench_figures_are_those_published(self):
        for name in (NAME, f"{NAME}-mps128", f"{NAME}-mps512", f"{NAME}-gen3"):
            metrics = replay.run(name, name.replace("/", "-"), *sizes(SIZES)).metrics
            for operation in OPERATIONS:
                self.assertLess(metrics[f"pcie_bench.{operation}.table_deviation"], 2, f"{name} {operation}")
                self.assertLess(metrics[f"pcie_bench.{operation}.formula_deviation"], 1, f"{name} {operation}")

    def test_bandwidth_moves_with_the_link(self):
        slow = exact("slow", "--set", "topology.devices.probe0.link.width=4", *sizes("512 B"))
        fast = exact("fast", *sizes("512 B"))
        self.assertAlmostEqual(fast.metrics["pcie_bench.write.bandwidth_max"] /
                               slow.metrics["pcie_bench.write.bandwidth_max"], 2, delta=0.02)

    def test_one_tag_is_one_read_in_a_round_trip(self):
        run = exact("one-tag", "--set", "topology.devices.probe0.tags=1", *sizes("64 B"))
        round_trip = run.metrics["pcie_bench.read_latency.latency_median"]
        self.assertAlmostEqual(run.metrics["pcie_bench.read.bandwidth_max"] * round_trip / (64 * 8), 1, delta=0.05)

    def test_latency_moves_with_the_memory(self):
        metrics = self.run_.metrics
        order = [metrics[f"pcie_bench.read_latency.latency_{which}"] for which in ("min", "median", "p99", "max")]
        self.assertEqual(order, sorted(order))
        slower = exact("memory", "--set", "topology.servers.server1.memory_latency=450 ns", *sizes("64 B"))
        self.assertAlmostEqual(slower.metrics["pcie_bench.read_latency.latency_median"] - order[1], 100e-9, delta=1e-9)

    def test_diagrams_are_drawn_if_there_is_gnuplot(self):
        self.assertIn("../data/write.csv", (self.run_.folder / "plot" / "write.gp").read_text(encoding="utf-8"))
        drawn = (self.run_.folder / "plot" / "write.svg").exists()
        self.assertEqual(drawn, shutil.which("gnuplot") is not None)
        self.assertEqual("gnuplot is not installed" in self.run_.messages, not drawn)


if __name__ == "__main__":
    unittest.main()
