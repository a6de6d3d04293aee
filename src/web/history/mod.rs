//! The history: finding what was submitted, reading all about it, exporting it, and starting anew from it. One file per
//! action. Every editor of the installation may read all of a company's.

pub mod again;
pub mod export;
mod filter;
mod last;
pub mod list;
pub mod record;
pub mod row;
mod seen;
mod words;
