#!/usr/bin/env python3
"""Runs clang-tidy over the files of a build folder, two things better than run-clang-tidy: a file that was clean is not
looked at again until it, a header of the project that it includes, the checks or its compile command change; and what is
printed about two files does not mix.

usage: tidy.py BUILD [FILE]...

FILE: source files (default: all of the build). Headers are looked at through the sources that include them.
Exit status: 0 clean, 1 findings, 2 usage.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "rootpool-tidy"


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def read_commands(build):
    """Compile command by source file."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    return {pathlib.Path(entry["file"]).resolve(): entry for entry in entries}


def fingerprint(entry, checks):
    """Changes whenever the verdict on this file could."""
    words = [word for word in shlex.split(entry["command"]) if not word.endswith("ccache")]
    output = words.index("-o")
    dependencies = run(words[:output] + words[output + 2:] + ["-MM", "-MT", "x", "-MF", "-"], cwd=entry["directory"])
    names = dependencies.stdout.replace("\\\n", " ").split()[1:]
    digest = hashlib.sha256(checks)
    digest.update(" ".join(words).replace(str(ROOT), "").encode())
    for name in names:
        digest.update((pathlib.Path(entry["directory"]) / name).read_bytes())
    # a file that does not compile has no fingerprint that could be remembered
    return digest.hexdigest() if dependencies.returncode == 0 and names else None


def checks_of(path):
    """The text of every .clang-tidy that is in force for a file."""
    folders = [folder for folder in path.parents if folder == ROOT or ROOT in folder.parents]
    return b"".join((folder / ".clang-tidy").read_bytes() for folder in folders if (folder / ".clang-tidy").is_file())


def check(build, path, entry, version):
    """What clang-tidy says about one file; empty if it is clean."""
    key = fingerprint(entry, version + checks_of(path))
    if key and (CACHE / key).exists():
        return ""
    result = run(["clang-tidy", "--quiet", "-p", str(build), str(path)])
    if result.returncode == 0:
        if key:
            (CACHE / key).touch()
        return ""
    return result.stdout + (result.stderr if not result.stdout else "")


def main(arguments):
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    build = pathlib.Path(arguments[0])
    commands = read_commands(build)
    wanted = [pathlib.Path(name).resolve() for name in arguments[1:]] or sorted(commands)
    wanted = [path for path in wanted if path in commands]
    version = run(["clang-tidy", "--version"]).stdout.encode()
    CACHE.mkdir(parents=True, exist_ok=True)
    findings = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for said in pool.map(lambda path: check(build, path, commands[path], version), wanted):
            if said:
                findings += 1
                print(said, flush=True)
    print(f"tidy.py: {len(wanted)} files, {findings} with findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
