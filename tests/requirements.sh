#!/bin/sh
# Sees to it that what `make test` needs beyond Rust is there: installs it with apt where that is possible without asking
# for a password, and otherwise names the packages and stops.
set -eu

has() {
    command -v "$1" >/dev/null 2>&1
}

missing=""
need() {
    missing="$missing $1"
}

has cc || need gcc
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || has initdb || need postgresql
has varnishd || [ -x /usr/sbin/varnishd ] || need varnish
has chromium || has google-chrome || need chromium
has chromedriver || need chromium-driver
[ -z "$missing" ] && exit 0

tell() {
    echo "make test needs these packages, which are not installed:$missing" >&2
    echo "Install them (their names are Debian's), then run it again." >&2
    exit 1
}

has apt-get || tell
if [ "$(id -u)" = 0 ]; then
    sudo=""
elif has sudo && sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    tell
fi

echo "Installing what the tests need:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086 # several packages
$sudo apt-get install -y -qq --no-install-recommends $missing
