//! All SQL: what Unstale keeps, on `SQLite` and on PostgreSQL, with one text for both wherever they agree.
//!
//! One file per thing that is kept. A method is a transaction: it happens as a whole or not at all. Company data is
//! only ever reached through its company; an id of another company finds nothing. Nothing here knows of axum, of
//! Adobe, or of how URLs are formed, and nothing outside knows of sqlx.
//!
//! Text is kept as it came, but for NUL, which PostgreSQL cannot hold: see [`convert::storable`].

#[macro_use]
mod db;
#[macro_use]
mod batch_change;
#[macro_use]
mod companies;
#[macro_use]
mod last_invalidation;
#[macro_use]
mod selection;
#[macro_use]
mod statement;
#[macro_use]
mod searchable;
#[macro_use]
mod batch_steering;

mod address;
mod asset_index;
mod asset_search;
mod assets;
mod batch_claims;
mod batch_outcomes;
mod batches;
mod beginnings;
mod catalogue;
mod catalogue_syncs;
mod checks;
mod company_settings;
mod connections;
mod convert;
mod drafts;
mod error;
mod fate;
mod fold;
mod folders;
mod history;
mod history_checks;
mod history_conditions;
mod history_parts;
mod history_search;
mod history_span;
mod hosts;
mod imports;
mod invalidations;
mod open;
mod pending_connections;
mod people;
mod presets;
mod put_assets;
mod retention;
mod sealed_passwords;
mod sessions;
mod templates;
mod trigrams;
mod unpurged_checks;

pub use self::{
    address::{DatabaseUrl, InvalidDatabaseUrl},
    asset_search::{
        AssetCursor, AssetPage, AssetQuery, AssetSort, Counted, InvalidCursor, Matches,
        TooManyAssets,
    },
    assets::Folder,
    batch_claims::{BatchSearch, Claim, NodeId, WaitingBatch},
    batch_outcomes::{BatchOutcome, Finished, LostBatch},
    batch_steering::Steering,
    batches::Batch,
    catalogue_syncs::SyncLease,
    checks::{
        Check, CheckCount, CheckLease, DueCheck, NewCheck, Round, StayedOld, StoredLook,
        StoredPicture, Taken, UncheckedBatch, Walked,
    },
    company_settings::CompanySettings,
    connections::{AskedAs, Connection, ConnectionState, RememberedTemplate, Said},
    drafts::Draft,
    error::{Result, StoreError},
    fate::{Fate, Fates},
    fold::lower_letter,
    folders::FolderEntry,
    history::{
        HistoryCursor, HistoryEntry, HistoryOrder, HistoryPage, HistoryQuery,
        InvalidCursor as InvalidHistoryCursor, UrlFilter,
    },
    history_checks::HistoryCheck,
    history_parts::{HistoryUrl, RecentClear},
    hosts::{HostSetting, HostTest},
    imports::{ImportFile, ImportState},
    invalidations::{Invalidation, NewBatch, Submission, SubmittedUrl},
    open::OpenError,
    pending_connections::PendingConnection,
    people::{NewPerson, PasswordHash, Person},
    presets::{ListedPreset, PresetList},
    put_assets::PutCounts,
    sealed_passwords::{SealedFor, SealedPassword},
    sessions::StoredSession,
    templates::TemplateVersion,
    unpurged_checks::UnpurgedCheck,
};

/// The database. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Store {
    db: db::Db,
    snapshots: std::sync::Arc<asset_search::Snapshots>,
}
