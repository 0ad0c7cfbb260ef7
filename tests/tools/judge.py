"""What the tests of tools share: where things are, and how to run one."""
import os
import pathlib
import subprocess

SOURCE = pathlib.Path(os.environ["ROOTPOOL_SOURCE"])
BUILD = pathlib.Path(os.environ["ROOTPOOL_BUILD"])


def run(*command, **options):
    """Runs a command to its end; its output is text."""
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=100, **options)


def write_captures(folder):
    """Lets capture_sample fill a folder; returns what its alias monitor counted."""
    result = run(BUILD / "tests/capture_sample", folder)
    if result.returncode != 0:
        raise AssertionError(result.stderr)
    return int(result.stdout.split()[1])
