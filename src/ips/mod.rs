//! Adobe's IPS API in our words.
//!
//! [`Client`] has one method per operation; each lives in a file of its own, which says what it sends and what it
//! makes of the answer (`cdn_cache_invalidation.rs` is the pattern for more). `soap/` turns operations into messages
//! and back and does no I/O; `http.rs` is the only place that does.
//!
//! It must not know databases or pages, never retry by itself, and never let a password into a log, a `Debug` or an
//! error.

mod account;
mod advice;
mod assets;
mod cdn_cache_invalidation;
mod check_login;
mod company;
mod error;
mod get_asset_counts;
mod get_assets_by_name;
mod get_associated_assets;
mod get_company_info;
mod get_company_membership;
mod get_folder_tree;
mod get_image_formats;
mod get_property_set_types;
mod get_property_sets;
mod get_user_info;
mod http;
#[cfg(test)]
mod properties;
mod redact;
mod search_assets;
mod soap;
mod update_property_set;

pub use self::{
    account::{Account, Endpoint, InvalidEndpoint},
    assets::AssetItem,
    company::CompanyInfo,
    error::{Fault, FaultKind, IpsError, NoConnection},
    get_asset_counts::AssetCount,
    get_associated_assets::AssociatedAssets,
    get_company_info::CompanyKey,
    get_company_membership::Membership,
    get_property_set_types::PropertySetType,
    get_property_sets::PropertySet,
    get_user_info::UserInfo,
    http::{Client, ClientNotBuilt, Timeouts},
    search_assets::{AssetPage, AssetSearch, SortBy},
};

/// Whether an ID can be sent. One that holds a character that XML cannot carry is no ID of Adobe's.
#[must_use]
pub fn can_be_asked_for(id: &str) -> bool {
    soap::forbidden_in(id).is_none()
}

/// The field names of handles that [`IpsError::InvalidRequest`] uses.
const COMPANY: &str = "company handle";
