#!/usr/bin/env bash
# Sets up, builds and tests rootpool.
#
#   tools/test.sh [--long] [--preset NAME] [--without TOOL]...
#
#   --long          all tests with full counts (up to an hour); otherwise all but those labelled long
#   --preset NAME   release (default), debug or asan
#   --without TOOL  do without tshark, lspci or vcd2fst and the tests that need it as a judge
#
# Exit status: 0 all tests passed, 1 not, 2 usage.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=release
without=()
exclude=long
while [ $# -gt 0 ]; do
    case $1 in
    --long) exclude=; shift ;;
    --preset | --without)
        [ $# -ge 2 ] || { echo "test.sh: $1 needs an argument" >&2; exit 2; }
        case $1 in --preset) preset=$2 ;; *) without+=("$2") ;; esac
        shift 2 ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "test.sh: unknown argument $1 (see --help)" >&2; exit 2 ;;
    esac
done
case $preset in release | debug | asan) ;; *) echo "test.sh: no preset $preset; there are release, debug, asan" >&2; exit 2 ;; esac

# Tools that judge outputs, and the packages they come in. Their tests carry the tool's name as a label.
declare -A package_of=([tshark]=tshark [lspci]=pciutils [vcd2fst]=gtkwave)
setup_options=()
for tool in "${without[@]}"; do
    [ -n "${package_of[$tool]:-}" ] || { echo "test.sh: --without takes ${!package_of[*]}, not $tool" >&2; exit 2; }
    setup_options+=(--without "${package_of[$tool]}")
    exclude+="${exclude:+|}$tool"
done

tools/setup.sh "${setup_options[@]}"
for tool in "${!package_of[@]}"; do
    if ! command -v "$tool" >/dev/null && [[ " ${without[*]} " != *" $tool "* ]]; then
        echo "test.sh: $tool is missing; install ${package_of[$tool]} or say --without $tool" >&2
        exit 1
    fi
done

export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1 # hits do not depend on where the tree lies
cmake --preset "$preset"
cmake --build --preset "$preset"
ctest --preset "$preset" -j "$(nproc)" ${exclude:+-LE "^($exclude)\$"}
