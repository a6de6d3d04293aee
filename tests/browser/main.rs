//! Journeys in real Chromium: what a person does and sees, from the sign-in to the new picture in the shop.
//!
//! Each test has an Unstale, a sandbox and a browser of its own, and waits for what it expects instead of sleeping.
//! Run with `--test-threads=1`: several Chromiums at once are slower than one after the other.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and its helpers with it"
)]

mod catalogue;
mod history;
mod keyboard;
mod live;
mod pages;
mod parts_by_keyboard;
mod picker;
mod picker_parts;
mod proof;
mod sending;
mod story;
mod support;
