//! Looking at delivery hosts as a visitor would: what they answer, and whether it comes from their cache.
//!
//! [`Client`] is the only thing here that talks to anybody: to one host at a time that the caller names, without
//! following redirects to others, within limits of time and size, and to no address of a private network unless the caller
//! says that an administrator wants it. [`Evidence`] is what can be told from a look; [`small_picture`] keeps what was seen
//! for people. It must not know databases, Adobe's API or pages.

mod addresses;
mod client;
mod freshness;
mod probe;
mod small_picture;

pub use self::{
    client::{Client, ClientNotBuilt, Look, LookError, Reach, Timeouts},
    probe::Probe,
    small_picture::{SmallPicture, small_picture},
};
pub use crate::domain::{CacheWord, Evidence};
