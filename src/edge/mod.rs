//! Looking at delivery hosts as a visitor would: what they answer, and whether it comes from their cache.
//!
//! [`Client`] is the only thing here that talks to anybody: to one host at a time that the caller names, without
//! following redirects, within limits of time and size, and to no address of a private network unless the caller says
//! that an administrator wants it. [`Evidence`] is what can be told from a look. It must not know databases, Adobe's API
//! or pages.

mod addresses;
mod client;
mod evidence;

pub use self::{
    client::{Client, ClientNotBuilt, Look, LookError, Reach},
    evidence::{CacheWord, Evidence},
};
