"""The twin includes what it may, and check_includes.py refuses the rest."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent


def check(folder) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, HERE / "check_includes.py", folder], capture_output=True, text=True,
                          check=False)


class CheckIncludes(unittest.TestCase):
    def check_line(self, line: str, name="source.cpp") -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / name).write_text(f"#include <array>\n{line}\n", encoding="utf-8")
            return check(folder)

    def test_the_twin_shares_no_code_with_the_models(self):
        result = check(HERE)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_accepts_tlps_and_the_twin_itself(self):
        for line in ('#include "rootpool/pcie/tlp.h"', '#include "tests/reference/link.h"', "#include <vector>"):
            self.assertEqual(self.check_line(line).returncode, 0, line)

    def test_only_tests_of_the_twin_may_build_tlps_as_the_models_do(self):
        line = '#include "rootpool/pcie/tlp_builder.h"'
        self.assertEqual(self.check_line(line).returncode, 1)
        for name in ("some_test.cpp", "test_bench.h"):
            self.assertEqual(self.check_line(line, name).returncode, 0, name)

    def test_refuses_what_the_models_are_built_on(self):
        for line in ('#include "rootpool/pcie/link_arithmetic.h"', '#include "rootpool/pcie/credits.h"',
                     '#include "models/pcie/link.h"', '#include "tests/reference/../../models/pcie/link.h"',
                     "#include <rootpool/pcie/credits.h>", "#include <systemc>", '  # include   "credits.h"',
                     "#include SOMETHING"):
            result = self.check_line(line)
            self.assertEqual(result.returncode, 1, line)
            self.assertIn("source.cpp:2", result.stderr)


if __name__ == "__main__":
    unittest.main()
