"""The paper's table shows what results say, and its status follows from the rows."""
import json
import pathlib
import tempfile
import unittest

from judge import SOURCE, run


def expectation(expected=9.39e9, actual=9.4e9, unit="b/s", source="paper Fig. 10", passed=True):
    return {"metric": "iperf.fig10.goodput", "condition": "", "expected": expected, "actual": actual, "unit": unit,
            "source": source, "passed": passed}


def result(name, *expectations, to_device=None, to_host=None):
    latencies = {"device.nic0.to_device_latency_min": to_device, "server.server2.to_host_latency_min": to_host}
    metrics = [{"name": metric, "value": value, "unit": "ns"} for metric, value in latencies.items() if value is not None]
    return {"scenario": f"paper/{name}", "expectations": list(expectations), "metrics": metrics}


class PaperTable(unittest.TestCase):
    def table(self, *results):
        with tempfile.TemporaryDirectory() as folder:
            folders = []
            for number, content in enumerate(results):
                path = pathlib.Path(folder) / str(number)
                path.mkdir()
                (path / "result.json").write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
                folders.append(path)
            return run(SOURCE / "tools/paper_table.py", *folders)

    def test_a_row_shows_paper_line_rate_simulated_and_difference(self):
        table = self.table(result("fig10-pooled-client", expectation()))
        self.assertEqual(table.returncode, 0, table.stderr)
        self.assertEqual(table.stdout.splitlines()[1].split(),
                         ["Fig.", "10", "fig10-pooled-client", "iperf.fig10.goodput", "9.39", "9.415", "9.4", "Gb/s", "+0.11", "%", "pass"])

    def test_times_are_milliseconds_without_a_line_rate(self):
        table = self.table(result("fig7", expectation(0.191e-3, 0.2e-3, "s", "paper Fig. 7")))
        self.assertEqual(table.stdout.splitlines()[1].split()[4:7], ["0.191", "0.2", "ms"])

    def test_a_failed_row_is_status_1(self):
        table = self.table(result("a", expectation()), result("b", expectation(passed=False)))
        self.assertEqual(table.returncode, 1)
        self.assertIn("FAIL", table.stdout)

    def test_a_metric_that_is_missing_fails_and_shows_as_such(self):
        table = self.table(result("a", expectation(actual=None, passed=False)))
        self.assertEqual(table.returncode, 1)

    def test_overhead_is_pooled_minus_control(self):
        table = self.table(result("fig10-pooled-client", expectation(actual=9.390e9), to_device=812, to_host=700),
                           result("fig10-control-client", expectation(actual=9.402e9, source="own"), to_device=400, to_host=350.5))
        self.assertEqual(table.stdout.splitlines()[-3:],
                         ["fig10-pooled-client: goodput -0.0120 Gb/s against the control",
                          "fig10-pooled-client: root to device, smallest, +412.0 ns against the control",
                          "fig10-pooled-client: device to root, smallest, +349.5 ns against the control"])

    def test_nothing_to_show_is_status_2(self):
        self.assertEqual(self.table(result("a", expectation(source="own"))).returncode, 2)
        self.assertEqual(self.table("{").returncode, 2)
        self.assertEqual(run(SOURCE / "tools/paper_table.py", "/no/such/folder").returncode, 2)
        self.assertEqual(run(SOURCE / "tools/paper_table.py").returncode, 2)


if __name__ == "__main__":
    unittest.main()
