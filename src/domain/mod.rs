//! Plain types and rules: what a company, an asset, a template, an invalidation is, and which URLs are formed.
//!
//! Pure: no I/O, no clock, no database. It must not import axum, sqlx, askama, reqwest or any other module of ours; the one
//! thing that it borrows is the type of an instant.

mod asset;
mod catalogue;
mod company;
pub mod formation;
mod history;
mod host;
mod ids;
mod invalidation;
mod outcome;
mod person;
mod preset;
pub mod spreadsheet;
mod template;
mod usual_urls;

pub use self::{
    asset::{Asset, AssetClass},
    catalogue::{CatalogueSync, ReadingKind, SYNC_INTERVAL, Step},
    company::{Alias, Company, InvalidSlug, MissingSetting, PublishServer, Site, Slug},
    history::{InvalidationState, shown_asset},
    host::{DeliveryHost, HostOrigin, PurgeScope},
    ids::{AssetKey, BatchId, CompanyId, InvalidId, InvalidationId, PersonId},
    invalidation::{BATCH_LIMIT, INVALIDATION_LIMIT, Options, PresetChoice, Revision, UrlOrigin},
    outcome::{BatchState, Failure, FailureKind, Headline, Receipt},
    person::{Email, InvalidEmail, InvalidRole, Role},
    preset::Preset,
    template::{InvalidTemplate, TEMPLATE_LIMIT, TemplateText, characters, check_template},
    usual_urls::usual_urls,
};
