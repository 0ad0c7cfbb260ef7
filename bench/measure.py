#!/usr/bin/env python3
"""Measures what scenarios cost: wall and processor time per simulated second, memory; with --instructions also
instructions per frame and per TLP.

usage: measure.py [--program PROGRAM] [--runs N] [--instructions] [--excerpt PATH=SHORT,LONG] [SCENARIO]...

PROGRAM: a release build of rootpool (default: build/release/bin/rootpool). SCENARIO: name or file (default:
paper/fig10-pooled-client). --runs: how many runs the median is of (default: 3). --excerpt: which value of the scenario
sets how long there is traffic, and its two values (default: timeline[3].iperf.duration=8 ms,20 ms).
Exit status: 0 measured, 1 a scenario could not be run, 2 usage.
"""
import argparse
import os
import pathlib
import statistics
import sys
import tempfile
import time

import callgrind

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = ("scenario", "simulated s", "wall s", "from", "to", "wall s/simulated s", "CPU s", "peak MiB")
COUNT_COLUMNS = ("frames", "TLPs", "Ir/frame", "Ir/TLP")


def run_timed(program, scenario, folder):
    """(simulated s, wall s, CPU s, peak MiB) of one run."""
    words = [str(program), "run", scenario, "--quiet", "--out", str(folder)]
    start = time.monotonic()
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(words[0], words, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):  # 1: an expectation was not met, which is not judged here
        raise callgrind.RunFailed(f"{' '.join(words)}: exit status {os.waitstatus_to_exitcode(status)}")
    return callgrind.read_result(folder).seconds, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def time_row(program, scenario, runs, folder):
    simulated, wall, cpu, memory = zip(*(run_timed(program, scenario, folder / "out") for _ in range(runs)))
    median = statistics.median(wall)
    return [f"{simulated[0]:.3f}", f"{median:.2f}", f"{min(wall):.2f}", f"{max(wall):.2f}", f"{median / simulated[0]:.2f}",
            f"{statistics.median(cpu):.2f}", f"{max(memory):.0f}"]


def count_row(program, scenario, excerpt, folder):
    cost = callgrind.measure(program, callgrind.Excerpt(scenario, *excerpt), folder)
    return [str(cost.frames), str(cost.tlps), f"{cost.instructions_per_frame:.0f}", f"{cost.instructions_per_tlp:.0f}"]


def print_table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join([row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:]))]))


def parse_excerpt(text):
    """(path, short, long) of PATH=SHORT,LONG."""
    path, _, values = text.partition("=")
    short, _, long = values.partition(",")
    if not (path and short and long):
        raise argparse.ArgumentTypeError(f"'{text}' is not PATH=SHORT,LONG")
    return path, short.strip(), long.strip()


def main(arguments):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bin/rootpool")
    parser.add_argument("--runs", type=int, choices=range(1, 100), metavar="N", default=3)
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--excerpt", type=parse_excerpt, default=parse_excerpt("timeline[3].iperf.duration=8 ms,20 ms"))
    parser.add_argument("scenarios", nargs="*", default=["paper/fig10-pooled-client"])
    options = parser.parse_args(arguments)
    rows = [list(COLUMNS + (COUNT_COLUMNS if options.instructions else ()))]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        try:
            for scenario in options.scenarios:
                row = [scenario, *time_row(options.program, scenario, options.runs, folder)]
                if options.instructions:
                    row += count_row(options.program, scenario, options.excerpt, folder)
                rows.append(row)
        except (callgrind.RunFailed, OSError) as error:
            print(f"measure.py: {error}", file=sys.stderr)
            return 1
    print_table(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
