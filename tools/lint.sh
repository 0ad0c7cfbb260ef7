#!/usr/bin/env bash
# Checks format, layering and clang-tidy.
#
#   tools/lint.sh [--build DIR] [FILE]...
#
#   --no-tidy    format and layering only
#   --build DIR  a configured build folder (default build/lint; configured if it is not there)
#   FILE         files to look at (default: all that git tracks)
#
# Exit status: 0 clean, 1 findings, 2 usage.
set -euo pipefail
cd "$(dirname "$0")/.."

build=build/lint
tidy=yes
files=()
while [ $# -gt 0 ]; do
    case $1 in
    --build) [ $# -ge 2 ] || { echo "lint.sh: --build needs a folder" >&2; exit 2; }
             build=$2; shift 2 ;;
    --no-tidy) tidy=; shift ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "lint.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
    *) [ -f "$1" ] || { echo "lint.sh: no file $1" >&2; exit 2; }
       files+=("$1"); shift ;;
    esac
done
if [ ${#files[@]} = 0 ]; then
    mapfile -t files < <(git ls-files)
fi

sources=()
for file in "${files[@]}"; do
    case $file in *.h | *.cpp) sources+=("$file") ;; esac
done

status=0
if [ ${#sources[@]} != 0 ]; then
    clang-format --dry-run -Werror "${sources[@]}" || status=1
fi
tools/check_layers.py || status=1
if [ -n "$tidy" ] && [ ${#sources[@]} != 0 ]; then
    [ -f "$build/compile_commands.json" ] || cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release
    tools/tidy.py "$build" "${sources[@]}" || status=1
fi
exit $status
