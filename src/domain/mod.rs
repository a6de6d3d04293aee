//! Plain types and rules: what a company, an asset, a template, an invalidation is, and which URLs are formed.
//!
//! Pure: no I/O, no clock, no database. It must not import axum, sqlx, askama, reqwest or any other module of ours.

mod asset;
mod company;
mod host;
mod ids;
mod invalidation;
mod outcome;
mod person;
mod preset;

pub use self::{
    asset::{Asset, AssetClass},
    company::{Alias, Company, InvalidSlug, MissingSetting, PublishServer, Site, Slug},
    host::{DeliveryHost, HostOrigin, PurgeScope},
    ids::{AssetKey, BatchId, CompanyId, InvalidId, InvalidationId, PersonId},
    invalidation::{BATCH_LIMIT, INVALIDATION_LIMIT, Options, PresetChoice, UrlOrigin},
    outcome::{BatchState, Failure, FailureKind, Headline},
    person::{Email, InvalidEmail, InvalidRole, Role},
    preset::Preset,
};
