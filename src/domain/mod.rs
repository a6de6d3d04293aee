//! Plain types and rules: what a company, an asset, a template, an invalidation is, and which URLs are formed.
//!
//! Pure: no I/O, no clock, no database. It must not import axum, sqlx, askama, reqwest or any other module of ours; the one
//! thing that it borrows is the type of an instant.

mod account;
mod asset;
mod batch;
mod catalogue;
mod check;
mod company;
mod comparison;
mod connection_check;
mod evidence;
pub mod formation;
mod general_settings;
mod generic_hosts;
mod history;
mod host;
mod ids;
mod invalidation;
mod notices;
mod origin_url;
mod outcome;
mod person;
mod preset;
mod queue;
mod sample;
mod search;
mod sighting;
mod site_change;
pub mod spreadsheet;
mod template;
mod usual_urls;
mod verdict;
#[cfg(test)]
mod verdict_tests;

pub use self::{
    account::{AccountFacts, MayPurge, PasswordLife},
    asset::{Asset, AssetClass, LONGEST_KEY, can_be_kept, type_of_extension},
    batch::{BatchChange, BatchEvent, BatchState},
    catalogue::{CatalogueSource, CatalogueSync, ReadingKind, SYNC_INTERVAL, Step, Unlisted},
    check::{CheckFormat, CheckSettings, LookKind},
    company::{Alias, Company, InvalidSlug, MissingSetting, PublishServer, Site, Slug},
    comparison::Comparison,
    connection_check::{CheckOutcome, CheckReport, CheckStep, CheckedStep},
    evidence::{CacheWord, Evidence},
    general_settings::{
        FoundServer, GeneralSettings, PREVIEW_PROPERTY, TEMPLATE_PROPERTY, ValueSource,
    },
    generic_hosts::{GenericHosts, InvalidGenericHosts},
    history::{HistoryVerdict, InvalidationState, shown_asset_of},
    host::{DeliveryHost, HostOrigin, HostVerdict, PurgeScope},
    ids::{AssetKey, BatchId, CheckId, CompanyId, ImportId, InvalidId, InvalidationId, PersonId},
    invalidation::{BATCH_LIMIT, INVALIDATION_LIMIT, Options, PresetChoice, Revision, UrlOrigin},
    notices::Notices,
    origin_url::{at_server, origin_url},
    outcome::{Failure, FailureKind, Headline, Receipt},
    person::{Email, InvalidEmail, InvalidRole, Role},
    preset::Preset,
    queue::QueueEntry,
    sample::{Candidate, sample},
    search::{Part, Probe, Refusal, SEARCH_LIMIT, Search},
    sighting::{Look, Sighting},
    site_change::{Change, SiteChange},
    template::{
        ForeignTemplate, InvalidTemplate, TEMPLATE_LIMIT, TemplateText, characters, check_template,
    },
    usual_urls::usual_urls,
    verdict::{Doubt, Judgement, Looks, Purge, Verdict, judge},
};
