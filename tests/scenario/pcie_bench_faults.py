"""The step pcie_bench on links that are slow, lossy or down: what is slow is not wrong, and what is not measured has no figure.

Environment: that of replay.py, LINK_DOWN, bench-link-down.yaml, and SLOW_MEMORY, bench-slow-memory.yaml.
"""
import csv
import os
import unittest

import replay

NAME = "bench/pcie-bench"
OPERATIONS = ("write", "read", "read_write")
STEPS = (*OPERATIONS, "read_latency")
ONE_SIZE = [option for step in (1, 2, 3) for option in ("--set", f"timeline[{step}].pcie_bench.sizes=512 B")]
SHORT = ("--set", "timeline[4].pcie_bench.duration=50 us")
LINK = "topology.servers.server1.link"


def bench(out, *settings, expect="[]", accepted=(0,)):
    options = [option for setting in (*settings, f"expect={expect}") for option in ("--set", setting)]
    return replay.run(NAME, out, *ONE_SIZE, *SHORT, *options, accepted=accepted)


def series(run, name):
    with open(run.folder / "data" / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class SlowLinks(unittest.TestCase):
    """Writes that are on the wire, or sent again, when the probe has handed over its last."""

    def expect_sound(self, run):
        for step in STEPS:
            for count in ("wrong_bytes", "failed", "failed_transfers", "lost_writes", "unexpected_completions"):
                self.assertEqual(run.metrics[f"pcie_bench.{step}.{count}"], 0, f"{step} {count}")
            self.assertEqual(run.metrics[f"pcie_bench.{step}.points"], 1, step)

    def test_narrow_link(self):
        self.expect_sound(bench("narrow", "topology.devices.probe0.link={generation: 1, width: 1}",
                                "timeline[1].pcie_bench.sizes=2048 B"))

    def test_long_link(self):
        self.expect_sound(bench("long", f"{LINK}.latency=10 us", "timeline[4].pcie_bench.duration=1 ms",
                                *(f"timeline[{step}].pcie_bench.duration=200 us" for step in (1, 2, 3))))

    def test_lossy_link(self):
        self.expect_sound(bench("lossy", f"{LINK}.bit_error_rate=0.001",
                                *(f"timeline[{step}].pcie_bench.duration=1 ms" for step in (1, 2, 3, 4))))


class FewTransfers(unittest.TestCase):
    """A memory that is slower than what is to be measured."""

    @classmethod
    def setUpClass(cls):
        cls.run_ = bench("few", "topology.servers.server1.memory_latency=1 ms", "timeline[4].pcie_bench.duration=20 us",
                         expect="[{metric: pcie_bench.read_latency.latency_max, max: 1 s},"
                                " {metric: pcie_bench.read.bandwidth_min, max: 100 Gb/s}]", accepted=(1,))

    def test_what_is_not_measured_is_no_metric_and_fails_expectations(self):
        for name in ("read_latency.latency_max", "read.bandwidth_min", "read.formula_deviation"):
            self.assertNotIn(f"pcie_bench.{name}", self.run_.metrics)
        self.assertEqual([(each["passed"], each["actual"]) for each in self.run_.result["expectations"]],
                         [(False, None)] * 2)
        self.assertEqual(self.run_.metrics["pcie_bench.read.points"], 0)
        self.assertEqual(self.run_.metrics["pcie_bench.read.failed"], 0)

    def test_what_is_not_measured_is_an_empty_cell(self):
        self.assertEqual({series(self.run_, "read_latency")[0][cell] for cell in ("min_ns", "median_ns", "p99_ns", "max_ns")},
                         {""})
        row = series(self.run_, "read")[0]
        self.assertEqual((row["measured_gbps"], row["calculated_deviation_percent"]), ("", ""))
        self.assertGreater(float(row["calculated_gbps"]), 0)

    def test_steps_that_measure_are_not_touched(self):
        self.assertGreater(self.run_.metrics["pcie_bench.write.bandwidth_min"], 0)


class LinkDown(unittest.TestCase):
    def test_probe_that_software_does_not_find_fails_every_step(self):
        run = replay.run(NAME, "never-up", "--set", f"{LINK}.down=[{{at: 1 us, for: 1 s}}]", accepted=(1,))
        for step in STEPS:
            self.assertEqual(run.metrics[f"pcie_bench.{step}.failed"], 1, step)
            self.assertIn(f"pcie_bench {step}, 64 bytes: probe0 is not enabled: software does not reach it", run.console("server1"))
        self.assertIsNone(run.result["violation"])

    def fail_at(self, step, out):
        """Takes the link down for 5 us in the middle of a step of a run that is otherwise as it was."""
        sound = bench("sound")
        at = round(sound.metrics[f"pcie_bench.{step}.start"] * 1e9) + 15_000
        run = bench(out, f"{LINK}.down=[{{at: {at} ns, for: 5 us}}]",
                    expect=f"[{{metric: pcie_bench.{step}.failed, equals: 0}}]", accepted=(1,))
        self.assertIsNone(run.result["violation"])
        self.assertEqual([run.metrics[f"pcie_bench.{each}.failed"] for each in STEPS],
                         [int(each == step) for each in STEPS])
        self.assertNotIn(f"pcie_bench.{step}.bandwidth_min", run.metrics)
        return run

    def test_reads_in_flight_have_failed_and_later_steps_measure(self):
        run = self.fail_at("read", "down-read")
        self.assertGreater(run.metrics["pcie_bench.read.failed_transfers"], 0)
        # the link resets the probe, which waits for nothing any more
        self.assertIn("pcie_bench read, 512 bytes: the link went down and reset the probe; ", run.console("server1"))
        self.assertNotIn("50 ms", run.console("server1"))
        self.assertGreater(run.metrics["pcie_bench.read_write.bandwidth_min"], 0)

    def test_writes_in_flight_are_lost_and_later_steps_measure(self):
        run = self.fail_at("write", "down-write")
        self.assertGreater(run.metrics["pcie_bench.write.lost_writes"], 0)
        self.assertEqual(run.metrics["pcie_bench.write.failed_transfers"], 0)
        self.assertIn("write requests did not arrive", run.console("server1"))
        self.assertGreater(run.metrics["pcie_bench.read.bandwidth_min"], 0)


class LinkDownBetweenSteps(unittest.TestCase):
    """The link takes the probe's configuration with it (PCIe base 2.9.1); its driver writes it again before the next step."""

    COMMAND, BUS_MASTER = 0x04, 0x0004
    DEVICE_CONTROL, MAX_PAYLOAD, EXTENDED_TAG = 0x68, 0x00E0, 0x0100

    @classmethod
    def setUpClass(cls):
        cls.run_ = replay.run(os.environ["LINK_DOWN"], "between", "--lspci")

    def register(self, dump, offset):
        """A 16-bit register of the probe as lspci read it."""
        text = (self.run_.folder / "lspci" / f"server1.{dump}.txt").read_text(encoding="utf-8")
        lines = text[text.index("01:00.0 "):].splitlines()[1:]
        data = bytes.fromhex(lines[offset // 16].split(": ")[1])
        return int.from_bytes(data[offset % 16:offset % 16 + 2], "little")

    def test_registers_are_those_of_a_reset(self):
        self.assertEqual(self.register("reset", self.COMMAND), 0)
        self.assertEqual(self.register("reset", self.DEVICE_CONTROL) & (self.MAX_PAYLOAD | self.EXTENDED_TAG), 0)

    def test_next_step_finds_the_probe_as_it_was_set_up(self):
        for offset, enabled in ((self.COMMAND, self.BUS_MASTER), (self.DEVICE_CONTROL, 2 << 5 | self.EXTENDED_TAG)):
            self.assertEqual(self.register("set_up", offset) & enabled, enabled)
            self.assertEqual(self.register("restored", offset), self.register("set_up", offset))
        self.assertIn("0000:01:00.0: lost its configuration", (self.run_.folder / "log" / "server1.txt").read_text("utf-8"))

    def test_next_step_measures_as_the_one_before(self):
        before, after = (self.run_.metrics[f"pcie_bench.{step}.bandwidth_min"] for step in ("before", "after"))
        self.assertAlmostEqual(after, before, delta=0.01 * before)

    def test_reads_from_before_are_not_answered_by_memory_that_is_slower(self):
        run = replay.run(os.environ["SLOW_MEMORY"], "slow-memory")
        self.assertGreater(run.metrics["pcie_bench.before.failed_transfers"], 0)
        self.assertEqual(run.metrics["pcie_bench.before.transfers"], 0)
        for count in ("wrong_bytes", "failed", "failed_transfers", "unexpected_completions"):
            self.assertEqual(run.metrics[f"pcie_bench.after.{count}"], 0, count)
        self.assertGreater(run.metrics["pcie_bench.after.transfers"], 100)


if __name__ == "__main__":
    unittest.main()
