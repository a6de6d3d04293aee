//! Actions that touch more than one of store, IPS and domain, shared by the pages and the command line.
//!
//! Nothing here knows about HTTP requests of ours, HTML or SQL.

pub mod companies;
pub mod connection;
pub mod dispatch;
pub mod passwords;
pub mod plan;
pub mod submit;
pub mod sync;
pub mod verify;
