# What a newcomer types. `make demo` needs Rust and a C compiler; `make test` installs or names what else it needs.

.PHONY: demo run test check bench

## Unstale with a sandbox of Dynamic Media and a small shop, on this machine
demo:
	cargo run -- demo

## Unstale itself, with the settings of unstale.toml and UNSTALE_*
run:
	cargo run --release

## Everything that proves the project
test:
	tests/run.sh

## The quick part of it: formatting, lints, unit tests
check:
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo test --lib

## Speed, as tables
bench:
	cargo bench
