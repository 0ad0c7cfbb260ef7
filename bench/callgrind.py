"""What a scenario costs in instructions, counted by callgrind: a machine-independent measure of speed.

A scenario is run twice, for a short and for a long time. Their difference is what steady traffic costs: parsing, booting
and page faults happen once in both.
"""
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import subprocess

# The C library picks memcpy by the processor. One variant everywhere: the count does not depend on the machine.
PLAIN_MEMCPY = "glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-ERMS,-FSRM,-AVX_Fast_Unaligned_Load"


@dataclasses.dataclass(frozen=True)
class Excerpt:
    """Which part of which scenario is counted."""
    scenario: str
    setting: str  # the path of the value that sets how long there is traffic
    short: str
    long: str


@dataclasses.dataclass(frozen=True)
class Cost:
    """What the difference of the two runs costs."""
    frames: int
    tlps: int
    instructions_per_frame: float
    instructions_per_tlp: float
    event_hash: str  # of the long run


class RunFailed(Exception):
    """The program could not run a scenario."""


@dataclasses.dataclass(frozen=True)
class Result:
    """What happened in a run."""
    event_hash: str
    seconds: float  # simulated
    frames: int     # on cables
    tlps: int       # on links


def read_result(folder):
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    metrics = {metric["name"]: metric["value"] for metric in result["metrics"]}
    frames = sum(value for name, value in metrics.items() if re.fullmatch(r"device\.[^.]+\.frames_sent", name))
    return Result(result["event_hash"], result["simulated_time"]["seconds"], frames, metrics["links.tlps"])


def run_counted(program, excerpt, duration, folder):
    """(instructions, Result) of one run."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = folder / f"callgrind.{duration.replace(' ', '')}"
    out = folder / f"out.{duration.replace(' ', '')}"
    words = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={counts}", program, "run", excerpt.scenario,
             "--quiet", "--out", out, "--set", f"{excerpt.setting}={duration}"]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False,
                          env={**os.environ, "GLIBC_TUNABLES": PLAIN_MEMCPY})
    if done.returncode not in (0, 1):  # 1: so short a run need not meet the scenario's expectations
        raise RunFailed(f"{' '.join(map(str, words))}: exit status {done.returncode}: {done.stderr[-2000:]}")
    total = re.search(r"^(?:summary|totals): (\d+)", counts.read_text(encoding="utf-8"), re.MULTILINE)
    return int(total.group(1)), read_result(out)


def measure(program, excerpt, folder):
    """The cost of an excerpt; both runs at once."""
    folder = pathlib.Path(folder)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        short, long = pool.map(lambda duration: run_counted(program, excerpt, duration, folder),
                               (excerpt.short, excerpt.long))
    instructions = long[0] - short[0]
    frames, tlps = long[1].frames - short[1].frames, long[1].tlps - short[1].tlps
    if frames <= 0 or tlps <= 0:
        raise RunFailed(f"{excerpt.setting}={excerpt.long} has no more traffic than {excerpt.short}")
    return Cost(frames, tlps, instructions / frames, instructions / tlps, long[1].event_hash)
