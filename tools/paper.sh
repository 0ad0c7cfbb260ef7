#!/usr/bin/env bash
# Sets up, builds, replays the paper's experiments and prints one table.
#
#   tools/paper.sh [--out DIR] [NAME]...
#
#   --out DIR  where results go (default rootpool-out/paper-table)
#   NAME       experiments, e.g. fig10-pooled-client (default: every script in scenarios/paper)
#
# Exit status: 0 every figure of the paper is met, 1 one is not, 2 it could not be run.
set -euo pipefail
cd "$(dirname "$0")/.."

out=rootpool-out/paper-table
names=()
while [ $# -gt 0 ]; do
    case $1 in
    --out) [ $# -ge 2 ] || { echo "paper.sh: --out needs a folder" >&2; exit 2; }
           out=$2; shift 2 ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "paper.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
    *) [ -f "scenarios/paper/$1.yaml" ] || { echo "paper.sh: no script scenarios/paper/$1.yaml" >&2; exit 2; }
       names+=("$1"); shift ;;
    esac
done
if [ ${#names[@]} = 0 ]; then
    for script in scenarios/paper/*.yaml; do
        names+=("$(basename "$script" .yaml)")
    done
fi

build() {
    tools/setup.sh
    export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
    cmake --preset release
    cmake --build --preset release --target rootpool
}
build >&2 || exit 2

# A failed expectation (status 1) is a row of the table, anything else ends here.
replay() {
    local status=0
    build/release/bin/rootpool run "scenarios/paper/$1.yaml" --out "$2/$1" --quiet >/dev/null || status=$?
    [ "$status" -le 1 ] || { echo "paper.sh: $1 ended with status $status" >&2; return 1; }
}
export -f replay
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I NAME bash -c 'replay "$@"' _ NAME "$out" || exit 2

tools/paper_table.py "${names[@]/#/$out/}"
