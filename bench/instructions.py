#!/usr/bin/env python3
"""Compares what an excerpt of a scenario costs in instructions, and its event hash, with what is recorded.

usage: instructions.py (--check | --record) [--program PROGRAM] [--compiler NAME] [--folder DIR] [FILE]

FILE: the record (default: instructions.json beside this script). --record writes the new figures into it.
PROGRAM: a release build of rootpool (default: build/release/bin/rootpool). NAME: its compiler and version, as CMake names
them ("GNU 12.2.0"); by default what --record wrote before.
Exit status: 0 as recorded, 1 not, 2 usage or the excerpt could not be run.
"""
import argparse
import dataclasses
import json
import pathlib
import sys
import tempfile

import callgrind

HERE = pathlib.Path(__file__).resolve().parent
SAME_COMPILER = 0.02
OTHER_COMPILER = 0.10  # code of another compiler differs by more than any change worth a look
FIGURES = ("instructions_per_frame", "instructions_per_tlp")


def judge(record, cost, compiler):
    """(complaints, remarks) about a measured cost; no complaint: it is as recorded."""
    complaints, remarks = [], []
    tolerance = SAME_COMPILER
    if compiler != record["compiler"]:
        tolerance = OTHER_COMPILER
        remarks.append(f"recorded with {record['compiler']}, built with {compiler}: compared within {tolerance:.0%} only")
    for name in FIGURES:
        now, then = getattr(cost, name), record[name]
        change = now / then - 1
        line = f"{name}: {now:.0f}, recorded {then}, {change:+.2%}"
        if abs(change) <= tolerance:
            remarks.append(line)
        else:
            what = "slower" if change > 0 else "faster: renew the record"
            complaints.append(f"{line}, which is more than {tolerance:.0%}: {what}")
    if cost.event_hash != record["event_hash"]:
        complaints.append(f"event_hash: {cost.event_hash}, recorded {record['event_hash']}: the models behave differently; "
                          "if that is meant, renew the record")
    return complaints, remarks


def excerpt_of(record):
    return callgrind.Excerpt(**{field.name: record[field.name] for field in dataclasses.fields(callgrind.Excerpt)})


def renewed(record, cost, compiler):
    """The record with measured figures in place of the old ones."""
    return {**record, "compiler": compiler, **{name: round(getattr(cost, name)) for name in FIGURES},
            "event_hash": cost.event_hash}


def main(arguments):
    parser = argparse.ArgumentParser(usage=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true")
    action.add_argument("--record", action="store_true")
    parser.add_argument("--program", type=pathlib.Path, default=HERE.parent / "build/release/bin/rootpool")
    parser.add_argument("--compiler")
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("file", nargs="?", type=pathlib.Path, default=HERE / "instructions.json")
    options = parser.parse_args(arguments)
    record = json.loads(options.file.read_text(encoding="utf-8"))
    compiler = options.compiler or record["compiler"]
    with tempfile.TemporaryDirectory() as temporary:
        try:
            cost = callgrind.measure(options.program, excerpt_of(record), options.folder or temporary)
        except (callgrind.RunFailed, OSError) as error:
            print(f"instructions.py: {error}", file=sys.stderr)
            return 2
    complaints, remarks = judge(record, cost, compiler)
    print("\n".join(remarks + complaints))
    if options.record:
        options.file.write_text(json.dumps(renewed(record, cost, compiler), indent=2) + "\n", encoding="utf-8")
        return 0
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
