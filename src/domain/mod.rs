//! Plain types and rules: what a company, an asset, a template, an invalidation is, and which URLs are formed.
//!
//! Pure: no I/O, no clock, no database. It must not import axum, sqlx, askama, reqwest or any other module of ours; the one
//! thing that it borrows is the type of an instant.

mod account;
mod asset;
mod batch;
mod catalogue;
mod company;
mod connection_check;
pub mod formation;
mod general_settings;
mod generic_hosts;
mod history;
mod host;
mod ids;
mod invalidation;
mod outcome;
mod person;
mod preset;
mod queue;
mod search;
pub mod spreadsheet;
mod template;
mod usual_urls;

pub use self::{
    account::{AccountFacts, MayPurge, PasswordLife},
    asset::{Asset, AssetClass, type_of_extension},
    batch::{BatchChange, BatchEvent, BatchState},
    catalogue::{CatalogueSync, ReadingKind, SYNC_INTERVAL, Step},
    company::{Alias, Company, InvalidSlug, MissingSetting, PublishServer, Site, Slug},
    connection_check::{CheckOutcome, CheckReport, CheckStep, CheckedStep},
    general_settings::{
        FoundServer, GeneralSettings, PREVIEW_PROPERTY, TEMPLATE_PROPERTY, ValueSource,
    },
    generic_hosts::{GenericHosts, InvalidGenericHosts},
    history::{InvalidationState, shown_asset},
    host::{DeliveryHost, HostOrigin, HostVerdict, PurgeScope},
    ids::{AssetKey, BatchId, CompanyId, ImportId, InvalidId, InvalidationId, PersonId},
    invalidation::{BATCH_LIMIT, INVALIDATION_LIMIT, Options, PresetChoice, Revision, UrlOrigin},
    outcome::{Failure, FailureKind, Headline, Receipt},
    person::{Email, InvalidEmail, InvalidRole, Role},
    preset::Preset,
    queue::QueueEntry,
    search::{Part, Probe, SEARCH_LIMIT, Search},
    template::{
        ForeignTemplate, InvalidTemplate, TEMPLATE_LIMIT, TemplateText, characters, check_template,
    },
    usual_urls::usual_urls,
};
