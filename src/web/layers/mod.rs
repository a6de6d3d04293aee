//! What every request passes through, in the order that [`router`](super::router) shows.

pub mod drain;
pub mod errors;
pub mod headers;
pub mod same_origin;
pub mod trace;
