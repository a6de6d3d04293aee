//! The CDN invalidation template: editing, live preview, earlier versions, exchange with Dynamic Media.

mod diff;
pub mod edit;
pub mod exchange;
mod foreign;
pub mod preview;
pub mod versions;
