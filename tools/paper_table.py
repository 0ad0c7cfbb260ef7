#!/usr/bin/env python3
"""Prints what the paper measured beside what was simulated.

usage: paper_table.py FOLDER...

FOLDER: outputs of `rootpool run` with their result.json. A row is an expectation whose source begins with "paper". Below
the table: what pooling costs, for each pair of experiments that differ in "pooled" and "control" only.
Exit status: 0 every row passes, 1 one does not, 2 no row, or a result that cannot be read.
"""
import json
import pathlib
import sys

# Payload of TCP with time stamps over 10 Gb/s Ethernet: 1448 of 1538 bytes of each frame of MTU 1500.
LINE_RATE_GBPS = 10 * 1448 / 1538
UNITS = {"b/s": (1e-9, "Gb/s"), "s": (1e3, "ms")}
LATENCIES = {
    "device.nic0.to_device_latency_min": "root to device, smallest,",
    "device.nic0.to_device_latency": "root to device, mean,",
    "server.server2.to_host_latency_min": "device to root, smallest,",
    "server.server2.to_host_latency": "device to root, mean,",
}
NANOSECONDS = {"ns": 1, "s": 1e9}


def scaled(value, unit):
    """A value in the unit in which the paper gives it."""
    factor, name = UNITS.get(unit, (1, unit))
    return (None if value is None else value * factor), name


def row_of(result, expectation):
    paper, unit = scaled(expectation["expected"], expectation["unit"])
    actual, _ = scaled(expectation["actual"], expectation["unit"])
    known = paper is not None and actual is not None
    return [
        expectation["source"].removeprefix("paper").strip(" ,"),
        result["scenario"].removeprefix("paper/"),
        expectation["metric"],
        text(paper),
        text(LINE_RATE_GBPS) if unit == "Gb/s" else "",
        text(actual),
        unit,
        f"{100 * (actual - paper) / paper:+.2f} %" if known and paper else "",
        "pass" if expectation["passed"] else "FAIL",
    ]


def text(value):
    return "-" if value is None else f"{value:.4g}"


def print_table(rows):
    heads = ["figure", "experiment", "metric", "paper", "line rate", "simulated", "unit", "difference", "result"]
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def metric(result, name):
    return next((each for each in result["metrics"] if each["name"] == name), None)


def goodput(result):
    """The data rate that the experiment is about: the first that it expects."""
    rates = [scaled(each["actual"], each["unit"]) for each in result["expectations"]]
    return next((value for value, unit in rates if unit == "Gb/s"), None)


def overheads(results):
    """Lines about each pooled experiment that has a control."""
    for name, pooled in results.items():
        control = results.get(name.replace("pooled", "control"))
        if "pooled" not in name or control is None:
            continue
        experiment = name.removeprefix("paper/")
        rates = goodput(pooled), goodput(control)
        if None not in rates:
            yield f"{experiment}: goodput {rates[0] - rates[1]:+.4f} Gb/s against the control"
        for latency, way in LATENCIES.items():
            times = [metric(each, latency) for each in (pooled, control)]
            if None not in times:
                difference = [each["value"] * NANOSECONDS[each["unit"]] for each in times]
                yield f"{experiment}: {way} {difference[0] - difference[1]:+.1f} ns against the control"


def main(arguments):
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    results = {}
    for folder in arguments:
        try:
            result = json.loads((pathlib.Path(folder) / "result.json").read_text(encoding="utf-8"))
            results[result["scenario"]] = result
        except (OSError, ValueError, KeyError) as error:
            print(f"paper_table.py: {folder}/result.json: {error}", file=sys.stderr)
            return 2
    rows = [row_of(result, expectation) for result in results.values() for expectation in result["expectations"]
            if expectation["source"].startswith("paper")]
    if not rows:
        print("paper_table.py: no expectation has the paper as its source", file=sys.stderr)
        return 2
    print_table(rows)
    print()
    for line in overheads(results):
        print(line)
    return 0 if all(row[-1] == "pass" for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
