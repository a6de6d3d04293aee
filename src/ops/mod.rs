//! Actions that touch more than one of store, IPS and domain, shared by the pages and the command line.
//!
//! Nothing here knows about HTTP requests of ours, HTML or SQL.

pub mod associations;
pub mod bisect;
pub mod by_hand;
pub mod companies;
pub mod connection;
pub mod dispatch;
pub mod host_test;
pub mod hosts;
pub mod import;
pub mod passwords;
pub mod plan;
pub mod presets;
pub mod submit;
pub mod sync;
pub mod verify;
