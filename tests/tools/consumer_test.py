"""A project outside the tree finds, builds against and runs with the installed rootpool."""
import json
import os
import pathlib
import tempfile
import unittest

from judge import BUILD, SOURCE, run


class Consumer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.prefix = pathlib.Path(cls.folder.name) / "prefix"
        cls.must(run("cmake", "--install", BUILD, "--prefix", cls.prefix))

    @staticmethod
    def must(result):
        """The output of a command that has to succeed."""
        if result.returncode != 0:
            raise AssertionError(result.stdout + result.stderr)
        return result.stdout

    def build(self, project, *options):
        """Builds a project against the installed tree; returns its build folder."""
        build = pathlib.Path(self.folder.name) / pathlib.Path(project).name
        self.must(run("cmake", "-S", SOURCE / project, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                      f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCMAKE_CXX_FLAGS={os.environ['ROOTPOOL_CXX_FLAGS']}", *options))
        self.must(run("cmake", "--build", build))
        return build

    def test_plain_areas_work_without_systemc(self):
        program = self.build("tests/consumer") / "consumer"
        self.assertEqual(json.loads(self.must(run(program)))["metrics"][0]["value"], 12)
        self.assertNotIn("systemc", self.must(run("ldd", program)))

    def test_switch_and_nic_run_in_somebody_elses_sc_main(self):
        lines = self.must(run(self.build("examples/embed") / "embed")).splitlines()
        owner, other = (next(line for line in lines if line.startswith(server) and "slot" in line)
                        for server in ("server1", "server2"))
        self.assertIn("03:00.0 is 8086:10fb", owner)
        self.assertIn("03:00.0 is empty", other)

    def test_no_header_is_missing(self):
        for tree, where in [("include/rootpool", "include/rootpool"), ("models", "include/rootpool-models/models")]:
            ours = {path.relative_to(SOURCE / tree) for path in (SOURCE / tree).rglob("*.h")}
            installed = {path.relative_to(self.prefix / where) for path in (self.prefix / where).rglob("*.h")}
            self.assertEqual(ours, installed)
            self.assertTrue(ours)


if __name__ == "__main__":
    unittest.main()
