//! Unstale clears the CDN cache of Adobe Dynamic Media assets, and shows that the new picture is live.
//!
//! The map of the modules; dependencies point one way, `web -> ops -> {store, ips, edge} -> domain`:
//!
//! - [`domain`]: plain types and rules. [`domain::formation`] decides which URLs an invalidation sends.
//! - [`store`]: all SQL, on `SQLite` and `PostgreSQL`.
//! - [`ips`]: Adobe's IPS API over SOAP.
//! - [`edge`]: looks at delivery hosts.
//! - [`ops`]: actions that touch more than one of the above, such as sending a submitted invalidation.
//! - [`web`]: routes, extractors, pages; [`error`]: what a page says when it cannot answer.
//! - [`sandbox`]: the Dynamic Media stand-in behind [`demo`] and the tests.
//! - [`config`], [`vault`], [`app`], [`server`], [`cli`]: from settings to a running process.
//! - [`clock`]: the only source of time, ids and randomness.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod domain;
pub mod edge;
pub mod error;
pub mod ips;
pub mod ops;
pub mod sandbox;
pub mod server;
pub mod store;
pub mod vault;
pub mod web;
