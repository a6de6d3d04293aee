//! The asset picker over a million assets, through the HTTP route itself, as a table.
//!
//!     cargo bench --bench picker
//!
//! Fills a catalogue on `SQLite`, and on PostgreSQL when `UNSTALE_TEST_POSTGRES` names a cluster, and asks for pages as a
//! browser does. What is measured is the time from request to the last byte of the answer, on this machine's loopback.
//! With `UNSTALE_BENCH_DIR` the `SQLite` file stays there for the next run.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on is none"
)]

mod catalogue;
mod requests;
mod server;

use self::server::Target;

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut targets = vec![Target::sqlite()];
    targets.extend(Target::postgres().await);
    for target in targets {
        target.measure().await;
    }
}
