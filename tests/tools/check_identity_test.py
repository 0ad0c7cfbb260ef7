"""The independent recount of equal identities agrees with the monitor, and refuses what it cannot read."""
import pathlib
import tempfile
import unittest

from judge import SOURCE, run, write_captures

CHECKER = SOURCE / "tools/check_identity.py"
LINKS = ["--link", "server1.link", "--link", "server2.link"]


class CheckIdentity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.counted = write_captures(cls.folder.name)
        cls.capture = pathlib.Path(cls.folder.name) / "aliases/tlp.pcapng"

    def test_agrees_with_the_monitor(self):
        self.assertGreater(self.counted, 100)
        result = run(CHECKER, self.capture, *LINKS, "--expect", self.counted)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout, f"identity.equal_outstanding {self.counted}\n")

    def test_another_count_is_status_1(self):
        self.assertEqual(run(CHECKER, self.capture, *LINKS, "--expect", self.counted + 1).returncode, 1)

    def test_links_that_are_not_in_the_capture_count_nothing(self):
        result = run(CHECKER, self.capture, "--link", "server8.link", "--link", "server9.link", "--expect", 0)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_one_link_is_a_usage_error(self):
        self.assertEqual(run(CHECKER, self.capture, "--link", "server1.link").returncode, 2)

    def test_a_missing_file_is_status_2(self):
        self.assertEqual(run(CHECKER, self.capture.with_name("none"), *LINKS).returncode, 2)

    def test_a_file_that_is_cut_or_is_no_capture_is_status_2(self):
        whole = self.capture.read_bytes()
        for name, content in {"cut": whole[:-7], "text": b"hello, this is no capture", "length": whole[:4] + b"\1" + whole[5:]}.items():
            broken = self.capture.with_name(name)
            broken.write_bytes(content)
            with self.subTest(name):
                result = run(CHECKER, broken, *LINKS)
                self.assertEqual(result.returncode, 2, result.stdout)
                self.assertIn(str(broken), result.stderr)


if __name__ == "__main__":
    unittest.main()
