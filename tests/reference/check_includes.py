#!/usr/bin/env python3
"""Refuses sources of the clocked twin that include more of rootpool than TLPs, bytes and time.

The twin shares no code with what it is compared with; otherwise both could be wrong in the same way.

usage: check_includes.py FOLDER
"""

import pathlib
import re
import sys

ALLOWED = {f"rootpool/{name}.h" for name in (
    "core/bytes", "core/intrusive_pool", "core/strong", "core/time",
    "pcie/tlp", "pcie/tlp_codec", "pcie/tlp_header", "pcie/types")}
BUILDER = "rootpool/pcie/tlp_builder.h"  # tests of the twin send TLPs, the twin itself makes its own
INCLUDE = re.compile(r"^\s*#\s*include\s*(.*)")
STANDARD_OR_TEST = re.compile(r"^(<[a-z_]+>|<gtest/gtest\.h>|<gmock/gmock\.h>)$")


def is_allowed(operand: str, source: pathlib.Path) -> bool:
    """Says whether a source may #include this operand: of the standard library, of the twin itself or of the list."""
    if STANDARD_OR_TEST.match(operand):
        return operand != "<systemc>"
    name = operand.strip('"')
    own = re.fullmatch(r"tests/reference/[a-z_]+\.h", name)
    is_test = source.name == "test_bench.h" or source.name.endswith("_test.cpp")
    return operand == f'"{name}"' and (own is not None or name in ALLOWED or (is_test and name == BUILDER))


def refusals(folder: pathlib.Path) -> list[str]:
    """Each forbidden #include below `folder` as file:line: operand."""
    found = []
    for source in sorted(folder.rglob("*")):
        if source.suffix not in {".h", ".cpp"}:
            continue
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
            include = INCLUDE.match(line)
            if include and not is_allowed(include[1].split("//")[0].strip(), source):
                found.append(f"{source}:{number}: {include[1]}")
    return found


def main() -> int:
    found = refusals(pathlib.Path(sys.argv[1]))
    for refusal in found:
        print(f"the clocked twin must not include {refusal}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
