//! Adobe's IPS API in our words.
//!
//! [`Client`] has one method per operation; each lives in a file of its own, which says what it sends and what it
//! makes of the answer (`cdn_cache_invalidation.rs` is the pattern for more). `soap/` turns operations into messages
//! and back and does no I/O; `http.rs` is the only place that does.
//!
//! It must not know databases or pages, never retry by itself, and never let a password into a log, a `Debug` or an
//! error.

mod account;
mod assets;
mod cdn_cache_invalidation;
mod company;
mod error;
mod folders;
mod http;
mod image_formats;
mod property_sets;
mod redact;
mod soap;
mod user;

pub use self::{
    account::{Account, Endpoint, InvalidEndpoint},
    assets::{AssetCount, AssetItem, AssetPage, AssetSearch, AssociatedAssets, SortBy},
    company::{CompanyInfo, CompanyKey, Membership},
    error::{Fault, FaultKind, IpsError},
    http::{Client, ClientNotBuilt, Timeouts},
    property_sets::{PropertySet, PropertySetType},
    user::UserInfo,
};
