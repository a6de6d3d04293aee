#!/bin/sh
# Everything that proves the project: formatting, lints, unit tests, integration tests on SQLite and on a PostgreSQL of its
# own, journeys in a real browser. It stops at the first step that fails.
set -eu
cd "$(dirname "$0")/.."

tests/requirements.sh

step() {
    printf '\n== %s\n' "$*"
}

step formatting
cargo fmt --check

step lints
cargo clippy --all-targets -- -D warnings

step tests are built
cargo test --no-run

step a PostgreSQL for the tests
work=$(mktemp -d)
# The server runs as somebody else when we are root, and must get in.
chmod 755 "$work"
trap 'tests/postgres.sh stop "$work/cluster" || true; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
UNSTALE_TEST_POSTGRES=$(tests/postgres.sh start "$work/cluster")
export UNSTALE_TEST_POSTGRES

step unit and integration tests
cargo test --lib --bins --test it

step nothing is lost while the program is killed
cargo test --test it fault -- --ignored --test-threads=1

step documentation examples and links
RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --quiet

step browser journeys
cargo test --test browser -- --test-threads=1
