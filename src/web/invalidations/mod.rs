//! Invalidations: Add Details, Confirm, the outcome. One file per action.

pub mod cancel;
pub mod checks;
pub mod confirm;
mod confirm_view;
pub mod details;
mod details_view;
pub mod outcome;
pub mod resubmit;
pub mod start;
pub mod still_old;
pub mod unchecked;
