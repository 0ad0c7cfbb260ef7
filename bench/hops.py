#!/usr/bin/env python3
"""Counts what a TLP costs in the switch, in instructions, over loads, sizes and numbers of roots, and the same in the clocked
twin.

usage: hops.py [--bench DIR] [--csv FILE] [--twin]

DIR: folder of the programs fabric_load and twin_load (default: build/release/bench). --twin: count the twin, too, which takes
minutes.
Roots write to their VFs of one device. Each TLP makes eight hops: the root's link, ingress, crossbar queue, arbitration,
look-up, compose, egress, the device's link. A point is run twice, for a short and for a long time; the difference is what steady
traffic costs.
Exit status: 0, or 2 if a program could not be run.
"""
import argparse
import concurrent.futures
import csv
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import callgrind

HOPS = 8
SHORT, LONG = 50, 150  # microseconds at full load


@dataclasses.dataclass(frozen=True)
class Point:
    roots: int
    payload: int
    load: int  # percent of the device's link; 100: as fast as it goes


POINTS = [Point(4, 256, 100), Point(4, 256, 60), Point(4, 256, 10), Point(4, 256, 1), Point(4, 128, 100), Point(4, 64, 100),
          Point(2, 256, 60), Point(8, 256, 60), Point(16, 256, 60), Point(32, 256, 60), Point(63, 256, 60)]
TWIN_POINTS = [Point(4, 256, 100), Point(4, 256, 10), Point(4, 64, 100)]


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
    return int(total.group(1)), int(re.search(r"tlps (\d+)", done.stdout).group(1))


def cost(program, point, folder):
    """Instructions per TLP. At a small load a TLP is rare: run for longer."""
    scale = max(1, 100 // point.load) if program.name == "fabric_load" else min(10, max(1, 100 // point.load))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        short, long = pool.map(lambda microseconds: count(program, point, microseconds * scale, folder), (SHORT, LONG))
    return (long[0] - short[0]) / (long[1] - short[1])


def main(arguments):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--bench", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent / "build/release/bench")
    parser.add_argument("--csv", type=pathlib.Path)
    parser.add_argument("--twin", action="store_true")
    options = parser.parse_args(arguments)
    rows = []
    print(f"{'roots':>5} {'payload':>7} {'load %':>6} {'Ir/TLP':>8} {'Ir/hop':>7} {'twin Ir/hop':>11} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        try:
            for point in POINTS:
                model = cost(options.bench / "fabric_load", point, folder)
                twin = cost(options.bench / "twin_load", point, folder) if options.twin and point in TWIN_POINTS else None
                rows.append({**dataclasses.asdict(point), "instructions_per_tlp": round(model),
                             "instructions_per_hop": round(model / HOPS),
                             "twin_instructions_per_hop": round(twin / HOPS) if twin else "",
                             "ratio": round(twin / model, 1) if twin else ""})
                print("{roots:>5} {payload:>7} {load:>6} {instructions_per_tlp:>8} {instructions_per_hop:>7} "
                      "{twin_instructions_per_hop:>11} {ratio:>6}".format(**rows[-1]), flush=True)
        except (callgrind.RunFailed, OSError) as error:
            print(f"hops.py: {error}", file=sys.stderr)
            return 2
    if options.csv:
        with options.csv.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
