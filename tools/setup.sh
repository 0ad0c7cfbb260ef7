#!/usr/bin/env bash
# Installs what rootpool needs on Debian 12: sudo or root, no questions, no effect when everything is there.
#
#   tools/setup.sh [--without PACKAGE]...
#
# Exit status: 0 everything is installed, 1 a package could not be installed (named on stderr), 2 usage.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."

without=" "
while [ $# -gt 0 ]; do
    case $1 in
    --without) [ $# -ge 2 ] || { echo "setup.sh: --without needs the name of a package" >&2; exit 2; }
               without+="$2 "; shift 2 ;;
    -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "setup.sh: unknown argument $1 (see --help)" >&2; exit 2 ;;
    esac
done

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Names of the packages that are wanted and not installed.
missing() {
    local package
    while read -r package _; do
        case $package in '' | '#'*) continue ;; esac
        case $without in *" $package "*) continue ;; esac
        is_installed "$package" || echo "$package"
    done <tools/packages.txt
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 \
        -o Acquire::Retries=3 "$@"
}

mapfile -t wanted < <(missing)
if [ ${#wanted[@]} = 0 ]; then
    echo "setup.sh: everything is installed"
    exit 0
fi
if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    echo "setup.sh: root or sudo without a password is needed to install: ${wanted[*]}" >&2
    exit 1
fi

echo "setup.sh: installing ${wanted[*]}"
apt_get update || echo "setup.sh: apt-get update failed; trying with the lists that are there" >&2
if ! apt_get install --no-install-recommends "${wanted[@]}"; then
    # One package that is not to be had stops them all: one at a time shows which.
    for package in "${wanted[@]}"; do
        apt_get install --no-install-recommends "$package" >/dev/null 2>&1 || true
    done
fi

mapfile -t failed < <(missing)
if [ ${#failed[@]} != 0 ]; then
    printf 'setup.sh: could not install %s\n' "${failed[@]}" >&2
    exit 1
fi
echo "setup.sh: done"
