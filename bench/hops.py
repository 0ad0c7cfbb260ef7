#!/usr/bin/env python3
"""Counts what a TLP costs in the switch, in instructions, over loads, sizes and numbers of roots, and the same in the clocked
twin.

usage: hops.py [--bench DIR] [--csv FILE] [--twin] [--time] [--check FILE | --record FILE]

DIR: folder of the programs fabric_load and twin_load (default: build/release/bench). --twin: count the twin, too. --time:
nanoseconds of the processor, too, the best of five runs. --check, --record: instead of the table, compare some points with a
record, within 2 %, or renew it; and with the aims of docs/performance.md, if the compiler is that of the record. --compiler NAME
as in instructions.py.
Roots write to their VFs of one device. Each TLP makes eight hops: the root's link, ingress, crossbar queue, arbitration,
look-up, compose, egress, the device's link. A point is run twice, for a short and for a long time; the difference is what steady
traffic costs.
Exit status: 0, 1 if --check finds another cost or misses an aim, 2 if a program could not be run.
"""
import argparse
import concurrent.futures
import json
import csv
import dataclasses
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

import callgrind

HOPS = 8
HEADER = 16  # bytes: four dwords
SAME_COMPILER, OTHER_COMPILER = 0.02, 0.10  # as in instructions.py
SHORT, LONG = 50, 150  # microseconds at full load


@dataclasses.dataclass(frozen=True)
class Point:
    roots: int
    payload: int
    load: int  # percent of the device's link; 100: as fast as it goes


POINTS = [Point(4, 256, 100), Point(4, 256, 60), Point(4, 256, 10), Point(4, 256, 1), Point(4, 128, 100), Point(4, 64, 100),
          Point(2, 256, 60), Point(8, 256, 60), Point(16, 256, 60), Point(32, 256, 60), Point(64, 256, 60)]
TWIN_POINTS = [Point(4, 256, 100), Point(4, 256, 10), Point(4, 64, 100)]
CHECKED_POINTS = [*TWIN_POINTS, Point(2, 256, 60), Point(64, 256, 60)]


def count(program, point, microseconds, folder):
    """(instructions, TLPs) of one run."""
    counts = folder / f"{program.name}.{point.roots}.{point.payload}.{point.load}.{microseconds}"
    words = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={counts}", program, "--roots", point.roots,
             "--payload", point.payload, "--load", point.load, "--microseconds", microseconds]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False,
                          env={**os.environ, "GLIBC_TUNABLES": callgrind.PLAIN_MEMCPY})
    if done.returncode != 0:
        raise callgrind.RunFailed(f"{' '.join(map(str, words))}: {done.stderr[-1000:]}")
    total = re.search(r"^(?:summary|totals): (\d+)", counts.read_text(encoding="utf-8"), re.MULTILINE)
    tlps, length = map(int, re.match(r"tlps (\d+) of (\d+) bytes", done.stdout).groups())
    if length != point.payload + HEADER:
        raise callgrind.RunFailed(f"{' '.join(map(str, words))}: TLPs of {length} bytes")
    return int(total.group(1)), tlps


def cost(program, point, folder):
    """Instructions per TLP. At a small load a TLP is rare, and many roots write in bursts, one TLP each: run for longer."""
    scale = max(1, 100 // point.load, point.roots // 4)
    scale = scale if program.name == "fabric_load" else min(10, scale)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        short, long = pool.map(lambda microseconds: count(program, point, microseconds * scale, folder), (SHORT, LONG))
    return (long[0] - short[0]) / (long[1] - short[1])


def nanoseconds(program, point):
    """Time of the processor per TLP: the difference of a long and a short run, the best of five."""
    def run(microseconds):
        words = [program, "--roots", point.roots, "--payload", point.payload, "--load", point.load, "--microseconds",
                 microseconds]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True)
        return (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before,
                int(re.search(r"tlps (\d+)", done.stdout).group(1)))

    scale = min(40, max(1, 100 // point.load))
    short, long = (min(run(microseconds * scale) for _ in range(5)) for microseconds in (1_000, 21_000))
    return 1e9 * (long[0] - short[0]) / (long[1] - short[1])


def name_of(point):
    return f"{point.roots} roots, {point.payload} B, {point.load} %"


def missed_aims(costs, twin):
    """What of the aims the instructions per TLP, by point, of model and twin miss: for people."""
    full, idle, short, few, many = CHECKED_POINTS
    figures = [("instructions per hop", costs[full] / HOPS, "at most", 750),
               ("instructions per hop of the twin", twin[full] / HOPS, "at most", 10_000),
               ("twin : model", twin[full] / costs[full], "at least", 15),
               ("twin : model at 10 %", twin[idle] / costs[idle], "at least", 100),
               ("twin : model with 64 B", twin[short] / costs[short], "at least", 7),
               ("many roots : 2 roots", costs[many] / costs[few], "at most", 1.5)]
    return [f"{what}: {figure:.4g}, aim: {bound} {aim:,}" for what, figure, bound, aim in figures
            if (figure > aim if bound == "at most" else figure < aim)]


def compare(options):
    """With the record of options.check, or a new one to options.record."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        exact = {point: cost(options.bench / "fabric_load", point, folder) for point in CHECKED_POINTS}
        twin = {point: cost(options.bench / "twin_load", point, folder) for point in TWIN_POINTS}
    costs = {name_of(point): round(figure) for point, figure in exact.items()}
    if options.record:
        text = json.dumps({"compiler": options.compiler, "instructions_per_tlp": costs}, indent=2) + "\n"
        options.record.write_text(text, encoding="utf-8")
    record = json.loads((options.check or options.record).read_text(encoding="utf-8"))
    tolerance = SAME_COMPILER if options.compiler == record["compiler"] else OTHER_COMPILER
    status = 0
    for name, now in costs.items():
        change = now / record["instructions_per_tlp"][name] - 1
        print(f"{name}: {now} instructions per TLP, {now / HOPS:.0f} per hop, {change:+.2%}")
        if abs(change) > tolerance:
            print(f"  that is more than {tolerance:.0%} away from the record: find out why, or renew it")
            status = 1
    for point, figure in twin.items():
        print(f"{name_of(point)}: {figure / HOPS:.0f} per hop in the twin, {figure / exact[point]:.1f} times as many")
    if options.compiler != record["compiler"]:
        print(f"built with {options.compiler}: the aims are for {record['compiler']}")
        return status
    missed = missed_aims(exact, twin)
    print("\n".join(missed) or "no aim is missed")
    return 1 if missed else status


def main(arguments):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--bench", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent / "build/release/bench")
    parser.add_argument("--csv", type=pathlib.Path)
    parser.add_argument("--twin", action="store_true")
    parser.add_argument("--time", action="store_true")
    parser.add_argument("--check", type=pathlib.Path)
    parser.add_argument("--record", type=pathlib.Path)
    parser.add_argument("--compiler", default="GNU 12.2.0")
    options = parser.parse_args(arguments)
    try:
        return compare(options) if options.check or options.record else show(options)
    except (callgrind.RunFailed, subprocess.CalledProcessError, OSError) as error:
        print(f"hops.py: {error}", file=sys.stderr)
        return 2


def show(options):
    rows = []
    print(f"{'roots':>5} {'payload':>7} {'load %':>6} {'Ir/TLP':>8} {'Ir/hop':>7} {'ns/hop':>6} {'twin Ir/hop':>11} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for point in POINTS:
            model = cost(options.bench / "fabric_load", point, folder)
            twin = cost(options.bench / "twin_load", point, folder) if options.twin and point in TWIN_POINTS else None
            time = nanoseconds(options.bench / "fabric_load", point) if options.time else None
            rows.append({**dataclasses.asdict(point), "instructions_per_tlp": round(model),
                         "instructions_per_hop": round(model / HOPS),
                         "nanoseconds_per_hop": round(time / HOPS) if time else "",
                         "twin_instructions_per_hop": round(twin / HOPS) if twin else "",
                         "ratio": round(twin / model, 1) if twin else ""})
            print("{roots:>5} {payload:>7} {load:>6} {instructions_per_tlp:>8} {instructions_per_hop:>7} "
                  "{nanoseconds_per_hop:>6} {twin_instructions_per_hop:>11} {ratio:>6}".format(**rows[-1]), flush=True)
    if options.csv:
        with options.csv.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
