"""What the tests of scenarios share: run one, read its result.

Environment: PROGRAM, the program rootpool; FOLDER, for its output; BRIEF, when the program is slow (sanitizers): 1.
"""
import json
import os
import pathlib
import shutil
import subprocess

PROGRAM = pathlib.Path(os.environ["PROGRAM"])
FOLDER = pathlib.Path(os.environ["FOLDER"])
BRIEF = os.environ.get("BRIEF") == "1"


class Run:
    """A run that has ended: its exit status and its files."""

    def __init__(self, folder, status, messages):
        self.folder = folder
        self.status = status
        self.messages = messages
        self.result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        self.metrics = {metric["name"]: metric["value"] for metric in self.result["metrics"]}

    def console(self, server):
        return (self.folder / "console" / f"{server}.txt").read_text(encoding="utf-8")


def run(name, out, *options, program=(PROGRAM, "run"), accepted=(0,)):
    """Runs a scenario to FOLDER/out; its exit status must be one of the accepted ones."""
    folder = FOLDER / out
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    words = [*program, *([name] if name else []), "--quiet", "--out", folder, *options]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode not in accepted:
        raise AssertionError(f"{name}: exit status {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return Run(folder, done.returncode, done.stdout + done.stderr)


def packets(capture, display_filter="", fields=(), checks=True):
    """What tshark sees in a capture, one list of fields for each packet that passes the filter."""
    words = ["tshark", "-r", capture, "-T", "fields", "-E", "occurrence=f"]
    for name in fields or ["frame.number"]:
        words += ["-e", name]
    if checks:
        for protocol in ("ip", "tcp", "udp"):
            words += ["-o", f"{protocol}.check_checksum:TRUE"]
    for protocol in ("tcp", "udp"): # the payload is a pattern, whatever protocol Wireshark knows at the port
        words += ["-d", f"{protocol}.port==5001-32767,data"]
    if display_filter:
        words += ["-Y", display_filter]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True,
                          env={**os.environ, "HOME": str(FOLDER), "XDG_CONFIG_HOME": str(FOLDER)})
    return [line.split("\t") for line in done.stdout.splitlines()]


def count_packets(capture):
    done = subprocess.run(["capinfos", "-c", "-M", "-T", "-r", str(capture)], capture_output=True, text=True, check=True)
    return int(done.stdout.split("\t")[1])
