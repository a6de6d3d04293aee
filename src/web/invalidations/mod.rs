//! Invalidations: Add Details, Confirm, the outcome. One file per action.

pub mod cancel;
pub mod confirm;
mod confirm_view;
pub mod details;
mod details_view;
pub mod outcome;
pub mod resubmit;
pub mod start;
