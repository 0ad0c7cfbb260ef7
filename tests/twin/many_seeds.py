#!/usr/bin/env python3
"""Runs a twin test over many seeds, some hundred in each process, and sums their coverage tables.

usage: many_seeds.py PROGRAM SEEDS LEAST
Fails if a run fails, or if something happened less than LEAST times in all of them.
"""

import os
import re
import subprocess
import sys

SEEDS_IN_A_RUN = 200
COUNTER = re.compile(r"^ *(\d+)  (.*?)( \(cannot occur: .*\))?$")


def run(program: str, first: int, count: int) -> str:
    """What the program prints about seeds from `first` on. It need not see everything happen itself."""
    environment = os.environ | {"ROOTPOOL_TWIN_FIRST_SEED": str(first), "ROOTPOOL_TWIN_SEEDS": str(count),
                                "ROOTPOOL_TWIN_LEAST": "0"}
    done = subprocess.run([program], env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stdout + f"failed in seeds {first} to {first + count - 1}")
    return done.stdout


def add(sums: dict[str, int], table: str) -> None:
    """Adds the counters of one run. Those of what cannot occur are checked by the program."""
    for line in table.splitlines():
        counter = COUNTER.match(line)
        if counter and not counter[3]:
            sums[counter[2]] = sums.get(counter[2], 0) + int(counter[1])


def main() -> int:
    program, seeds, least = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sums: dict[str, int] = {}
    for first in range(1, seeds + 1, SEEDS_IN_A_RUN):
        add(sums, run(program, first, min(SEEDS_IN_A_RUN, seeds + 1 - first)))
        print(f"seeds up to {min(first + SEEDS_IN_A_RUN - 1, seeds)} are equal", flush=True)
    for name, count in sums.items():
        print(f"{count:>14}  {name}")
    rare = [name for name, count in sums.items() if count < least]
    for name in rare:
        print(f"less than {least} times: {name}")
    return 1 if rare or not sums else 0


if __name__ == "__main__":
    sys.exit(main())
