//! Integration tests, in one binary: they share the dependencies' link time.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests may"
)]
#![expect(
    clippy::assigning_clones,
    clippy::format_collect,
    reason = "in a test what is short counts more than an allocation"
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
