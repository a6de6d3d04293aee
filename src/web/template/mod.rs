//! The CDN invalidation template: editing, live preview, earlier versions.

pub mod edit;
pub mod preview;
pub mod versions;
