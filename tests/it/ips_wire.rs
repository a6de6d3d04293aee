//! The IPS client over real connections: the wire vectors W1 to W18, servers that misbehave, and the sandbox's endpoint.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests may"
)]

mod answers;
mod bad_servers;
mod client;
mod log;
mod requests;
mod sandbox;
mod server;
mod strictness;

use std::time::Duration;

use unstale::ips::{Account, Client, Endpoint, Timeouts};

/// Needs escaping, so that a reflection of it is hard to spot.
pub const PASSWORD: &str = "s3cret&<word>";
pub const URLS: [&str; 2] = [
    "http://s7d7.example/is/image/Acme/11008047?$large$",
    "http://s7d7.example/is/image/Acme/11008047?scl=1&qlt=100",
];

pub fn urls() -> Vec<String> {
    URLS.map(str::to_owned).to_vec()
}

/// Patient, so that a busy machine fails no test.
pub fn client() -> Client {
    client_within(Duration::from_mins(1))
}

pub fn client_within(total: Duration) -> Client {
    let connect = total;
    Client::new(Timeouts { connect, total }).unwrap()
}

pub fn account(base: &str) -> Account {
    Account {
        endpoint: Endpoint::parse(base).unwrap(),
        email: "admin@example.com".to_owned(),
        password: PASSWORD.into(),
    }
}

pub fn fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/ips/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}
