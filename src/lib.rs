//! Unstale clears the CDN cache of Adobe Dynamic Media assets, and shows that the new picture is live.
//!
//! The map of the modules; dependencies point one way, `web -> ops -> {store, ips} -> domain`:
//!
//! - [`domain`]: plain types and rules. [`domain::formation`] decides which URLs an invalidation sends.
//! - [`store`]: all SQL, on `SQLite` and `PostgreSQL`.
//! - [`ips`]: Adobe's IPS API over SOAP.
//! - [`clock`]: the only source of time, ids and randomness.

pub mod clock;
pub mod domain;
pub mod ips;
pub mod sandbox;
pub mod store;
