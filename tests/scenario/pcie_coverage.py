"""docs/pcie-coverage.md against the program: each refused feature is a scenario error that names its place, and every test and source that the page names exists.

Environment: PROGRAM, the program rootpool; FOLDER, for scripts; SOURCE and BUILD, the folders of the project; CTEST.
"""
import json
import os
import pathlib
import re
import subprocess
import unittest

PROGRAM = os.environ["PROGRAM"]
FOLDER = pathlib.Path(os.environ["FOLDER"])
SOURCE = pathlib.Path(os.environ["SOURCE"])
PAGE = "docs/pcie-coverage.md"
STATES = {"modelled", "partly", "refused", "not present"}
COLUMNS = ["feature", "state", "clause", "what there is, what is missing", "where", "proof"]


class Row:
    """One feature of the page."""

    def __init__(self, line, number):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != len(COLUMNS):
            raise AssertionError(f"{PAGE}:{number}: {len(cells)} cells")
        self.feature, self.state, self.clause, self.text, self.where, self.proof = cells
        self.place = f"{PAGE}:{number}"

    def named(self, cell):
        return re.findall(r"`([^`]+)`", cell)

    def requests(self):
        """(path, value) of every way in which the row says that a script may ask; a word alone is a sibling key."""
        path, value = "", ""
        for words in self.named(self.where):
            if "=" in words:
                path, value = words.split("=", 1)
            else:
                path = path[:path.rindex(".") + 1] + words
            yield path, value


def rows():
    found, in_table = [], False
    for number, line in enumerate((SOURCE / PAGE).read_text(encoding="utf-8").splitlines(), start=1):
        if [cell.strip() for cell in line.strip("|").split("|")] == COLUMNS:
            in_table = True
        elif not line.startswith("|"):
            in_table = False
        elif in_table and not line.startswith("|---"):
            found.append(Row(line, number))
    return found


def script():
    """What rows of the page change: a pooled NIC, and a probe at a third server."""
    return {
        "version": 1,
        "name": "refused",
        "topology": {
            "servers": {"server1": {}, "server2": {}, "server3": {}},
            "devices": {"nic0": {"model": "intel-82599"}, "probe0": {"model": "dma-probe", "attach": "server3"}},
            "switch": {"upstream": "[server1, server2]", "downstream": "[nic0]", "master": "server1"},
        },
        "timeline": [{"power_on": "[server1, server3]"}],
    }


def put(tree, path, value):
    """Sets what `a.b[0].c` names; an element of the timeline is replaced, since a step has one key."""
    words = re.findall(r"[^.\[\]]+", path)
    for word in words[:-1]:
        if isinstance(tree, list):
            tree[int(word)] = {}
            tree = tree[int(word)]
        else:
            tree = tree.setdefault(word, {})
    tree[words[-1]] = value


def lines_of(tree, indent=0):
    """A tree as YAML, a key on each line: (text, path) of each line."""
    items = [("- ", value, f"[{i}]") for i, value in enumerate(tree)] if isinstance(tree, list) else [
        (f"{key}: ", value, f".{key}") for key, value in tree.items()]
    for head, value, path in items:
        nested = isinstance(value, (dict, list)) and value
        text = "" if nested else "{}" if value == {} else value
        yield f"{' ' * indent}{head}{text}".rstrip(), path
        if nested:
            yield from ((line, path + below) for line, below in lines_of(value, indent + 2))


def check(path):
    done = subprocess.run([PROGRAM, "check", str(path)], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


class PcieCoverage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = rows()
        FOLDER.mkdir(parents=True, exist_ok=True)

    def refuse(self, row, path, value):
        """Where the message of a script with this value points to, and the message."""
        tree = script()
        put(tree, path, value)
        lines = list(lines_of(tree))
        file = FOLDER / "refused.yaml"
        file.write_text("\n".join(line for line, _ in lines) + "\n", encoding="utf-8")
        number = next(i for i, (_, at) in enumerate(lines, start=1) if at == "." + path)
        status, out, error = check(file)
        case = f"{row.place}: {path}={value}: status {status}: {error}"
        self.assertEqual((status, out), (2, ""), case)
        self.assertEqual(error.count("\n"), 1, case)
        column = re.match(re.escape(f"rootpool: {file}:{number}:") + r"(\d+): (.*)", error)
        self.assertTrue(column, f"{case}line {number} is expected")
        text = lines[number - 1][0]
        key = len(text) - len(text.lstrip()) + 1
        self.assertIn(int(column[1]), {key, text.index(": ") + 3}, case)
        return case, column[2]

    def test_the_script_itself_is_accepted(self):
        file = FOLDER / "accepted.yaml"
        file.write_text("\n".join(line for line, _ in lines_of(script())) + "\n", encoding="utf-8")
        self.assertEqual(check(file)[0], 0, check(file)[2])

    def test_every_refused_feature_is_a_scenario_error_with_its_place(self):
        refused = [row for row in self.rows if row.state == "refused"]
        self.assertGreater(len(refused), 40)
        for row in refused:
            document = "PCIe base " if row.clause[0].isdigit() else ""
            clause = "" if row.clause == "none" else f" ({document}{row.clause})"
            requests = list(row.requests())
            self.assertTrue(requests, f"{row.place}: no way to ask for it")
            for path, value in requests:
                case, message = self.refuse(row, path, value)
                self.assertTrue(message.startswith(f"not modelled, see {PAGE}: {row.feature}{clause}; key '{path}'; "
                                                   "accepted: "), case)

    def test_rows_have_a_state_a_clause_and_what_is_missing(self):
        self.assertGreater(len(self.rows), 100)
        for row in self.rows:
            self.assertIn(row.state, STATES, row.place)
            self.assertTrue(row.clause, row.place)
            if row.state == "partly":
                self.assertGreater(len(row.text), 20, f"{row.place}: what is missing?")
            if row.state in ("modelled", "partly"):
                self.assertTrue(row.named(row.where) and row.named(row.proof), row.place)

    def test_sources_and_classes_exist(self):
        headers = "\n".join(path.read_text(encoding="utf-8") for folder in ("include", "models")
                            for path in sorted((SOURCE / folder).rglob("*.h")))
        for row in self.rows:
            for name in [] if row.state == "refused" else row.named(row.where):
                if "::" in name:
                    declaration = rf"\b(class|struct) {name.split('::')[-1]}\b"
                    self.assertTrue(re.search(declaration, headers), f"{row.place}: no class {name}")
                else:
                    self.assertTrue((SOURCE / name).is_file(), f"{row.place}: no file {name}")

    def test_tests_exist(self):
        listed = subprocess.run([os.environ["CTEST"], "--show-only=json-v1", "--test-dir", os.environ["BUILD"]],
                                capture_output=True, text=True, check=True).stdout
        known = {test["name"] for test in json.loads(listed)["tests"]}
        for path in sorted((SOURCE / "tests").rglob("*_test.cpp")):
            known.update(f"{suite}.{name}" for suite, name in re.findall(
                r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", path.read_text(encoding="utf-8"), re.MULTILINE))
        for row in self.rows:
            for name in row.named(row.proof):
                self.assertTrue(name in known, f"{row.place}: no test {name}")


if __name__ == "__main__":
    unittest.main()
