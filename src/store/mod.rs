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
mod statement;
#[macro_use]
mod searchable;

mod address;
mod asset_search;
mod assets;
mod batches;
mod catalogue;
mod catalogue_syncs;
mod companies;
mod convert;
mod drafts;
mod error;
mod history;
mod history_conditions;
mod history_parts;
mod history_search;
mod invalidations;
mod open;
mod people;
mod retention;
mod selection;
mod sessions;
mod templates;
mod trigrams;

pub use self::{
    address::{DatabaseUrl, InvalidDatabaseUrl},
    asset_search::{AssetCursor, AssetPage, AssetQuery, InvalidCursor},
    assets::{Folder, PutCounts},
    batches::{Batch, BatchOutcome, WaitingBatch},
    catalogue_syncs::SyncLease,
    companies::Connection,
    drafts::Draft,
    error::{Result, StoreError},
    history::{
        HistoryCursor, HistoryEntry, HistoryOrder, HistoryPage, HistoryQuery,
        InvalidCursor as InvalidHistoryCursor, UrlFilter,
    },
    history_parts::{HistoryBatch, HistoryUrl, RecentClear},
    invalidations::{Invalidation, InvalidationSummary, NewBatch, Submission, SubmittedUrl},
    open::OpenError,
    people::{NewPerson, PasswordHash, Person},
    sessions::StoredSession,
    templates::TemplateVersion,
};

/// The database. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Store {
    db: db::Db,
}
