//! Integration tests, in one binary: they share the dependencies' link time.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests may"
)]

mod cli;
mod fault;
mod ips_wire;
mod look;
mod pages;
mod sandbox;
mod store_contract;
mod support;
mod sync;
mod varnish;
