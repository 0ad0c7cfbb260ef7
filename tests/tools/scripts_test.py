"""The scripts of tools/ answer with the exit status that their help promises."""
import json
import pathlib
import shutil
import tempfile
import unittest

from judge import SOURCE, run

TOOLS = SOURCE / "tools"


class Help(unittest.TestCase):
    def test_help_is_status_0_on_stdout(self):
        for script in ["setup.sh", "test.sh", "lint.sh", "paper.sh"]:
            with self.subTest(script):
                result = run(TOOLS / script, "--help")
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertIn(f"tools/{script}", result.stdout)
                self.assertIn("Exit status", result.stdout)

    def test_unknown_arguments_are_status_2_and_named(self):
        for script in ["setup.sh", "test.sh", "lint.sh", "paper.sh"]:
            with self.subTest(script):
                result = run(TOOLS / script, "--frobnicate")
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertIn("--frobnicate", result.stderr)

    def test_test_sh_refuses_presets_and_judges_that_do_not_exist(self):
        self.assertEqual(run(TOOLS / "test.sh", "--preset", "fast").returncode, 2)
        self.assertEqual(run(TOOLS / "test.sh", "--without", "gtkwavw").returncode, 2)
        self.assertEqual(run(TOOLS / "test.sh", "--without").returncode, 2)


class Setup(unittest.TestCase):
    """setup.sh with a dpkg-query and an apt-get that only pretend."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bin = pathlib.Path(folder.name)
        self.fake("sudo", 'case "$1" in -n) shift ;; esac; exec "$@"')
        for tool in ["bash", "env", "sed", "dirname", "cat", "touch", "test", "true"]:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.fake("id", "echo 1000")

    def fake(self, name, text):
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)

    def setup(self, *arguments):
        return run(TOOLS / "setup.sh", *arguments, env={"PATH": str(self.bin)})

    def test_does_nothing_when_everything_is_there(self):
        self.fake("dpkg-query", "printf installed")
        self.fake("apt-get", "exit 99")
        result = self.setup()
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_installs_what_is_missing(self):
        marker = self.bin / "installed"
        self.fake("dpkg-query", f'test -e {marker} && printf installed || exit 1')
        self.fake("apt-get", f'case "$*" in *install*ninja-build*) touch {marker} ;; esac')
        self.assertEqual(self.setup().returncode, 0)
        self.assertTrue(marker.exists())

    def test_names_the_package_that_cannot_be_installed(self):
        self.fake("dpkg-query", 'case "$*" in *libcli11-dev) exit 1 ;; esac; printf installed')
        self.fake("apt-get", 'case "$*" in *install*) exit 100 ;; esac')
        result = self.setup()
        self.assertEqual(result.returncode, 1)
        self.assertIn("could not install libcli11-dev", result.stderr)

    def test_leaves_out_what_is_not_wanted(self):
        self.fake("dpkg-query", 'case "$*" in *tshark) exit 1 ;; esac; printf installed')
        self.fake("apt-get", "exit 100")
        self.assertEqual(self.setup("--without", "tshark").returncode, 0)

    def test_needs_root_or_sudo(self):
        self.fake("dpkg-query", "exit 1")
        self.fake("sudo", "exit 1")
        result = self.setup()
        self.assertEqual(result.returncode, 1)
        self.assertIn("sudo", result.stderr)


class Layers(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return run(TOOLS / "check_layers.py", folder)

    def test_the_tree_itself_is_in_order(self):
        result = run(TOOLS / "check_layers.py")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_lower_areas_may_be_included(self):
        self.assertEqual(self.check({"src/net/a.cpp": '#include "rootpool/pcie/tlp.h"\n#include <vector>\n'}).returncode, 0)

    def test_refused_includes_are_named_with_file_and_line(self):
        for name, line in [("src/pcie/a.cpp", "#include <systemc>"), ("src/pcie/a.cpp", "#include <tlm.h>"),
                           ("include/rootpool/core/a.h", '#include "models/pcie/link.h"'),
                           ("include/rootpool/pcie/a.h", '#include "rootpool/host/msi.h"'),
                           ("src/pcie/a.cpp", '#include "nic/rings.h"'),
                           ("models/pcie/a.h", '#include "models/platform/platform.h"')]:
            with self.subTest(line):
                result = self.check({name: f"#pragma once\n{line}\n"})
                self.assertEqual(result.returncode, 1)
                self.assertIn(f"{name}:2:", result.stderr)

    def test_an_unknown_area_is_refused(self):
        self.assertEqual(self.check({"src/misc/a.cpp": ""}).returncode, 1)

    def test_a_folder_without_sources_is_a_usage_error(self):
        self.assertEqual(self.check({"README.md": ""}).returncode, 2)


class Lint(unittest.TestCase):
    def lint(self, text):
        """lint.sh over a copy of the scripts and one source file."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copytree(TOOLS, root / "tools")
            for name in [".clang-format", ".clang-tidy"]:
                shutil.copy(SOURCE / name, root)
            source = root / "src/core/a.cpp"
            source.parent.mkdir(parents=True)
            source.write_text(text, encoding="utf-8")
            build = root / "build"
            build.mkdir()
            command = f"c++ -std=c++20 -o a.o -c {source}"
            (build / "compile_commands.json").write_text(
                json.dumps([{"directory": str(root), "file": str(source), "command": command}]), encoding="utf-8")
            arguments = ["--build", "build", "src/core/a.cpp"]
            first = run(root / "tools/lint.sh", *arguments, env=self.environment(root))
            again = run(root / "tools/lint.sh", *arguments, env=self.environment(root))
            self.assertEqual((first.returncode, first.stdout), (again.returncode, again.stdout))
            return first

    @staticmethod
    def environment(root):
        return {"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(root / "cache")}

    def test_clean_file_passes(self):
        result = self.lint("int main() {}\n")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_wrong_format_fails(self):
        self.assertEqual(self.lint("int  main( ) { }\n").returncode, 1)

    def test_clang_tidy_finding_fails_also_the_second_time(self):
        result = self.lint("typedef int Number;\n")
        self.assertEqual(result.returncode, 1)
        self.assertIn("modernize-use-using", result.stdout)

    def test_a_file_that_does_not_exist_is_a_usage_error(self):
        self.assertEqual(run(TOOLS / "lint.sh", "no/such/file.cpp").returncode, 2)


if __name__ == "__main__":
    unittest.main()
