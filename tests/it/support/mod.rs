//! What several test modules need.

pub mod app;
pub mod browser;
pub mod database;
pub mod log;
