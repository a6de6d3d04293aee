//! The URLs of one batch, 200 at a time, and what happened to it: the part of the outcome that does not move.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use crate::{
    domain::{BatchChange, BatchEvent, CompanyId},
    error::AppError,
    store::{Batch, Store, SubmittedUrl},
    web::{
        covered::Covered,
        forms::number,
        invalidations::checks::ChecksSection,
        verdicts::Badge,
        view::{Moment, origins_words},
    },
};

/// URLs on one page.
const ROWS: i64 = 200;

/// Which batch's URLs are shown, and from which on.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    batch: String,
    #[serde(default, deserialize_with = "number")]
    after: i64,
    /// Which page of what was looked at, from 1.
    #[serde(default, deserialize_with = "number")]
    pub checks: usize,
}

/// The URLs of a batch.
pub struct UrlsView {
    pub id: String,
    pub position: i32,
    pub rows: Vec<RowView>,
    /// Position after which the next rows stand.
    pub next: Option<i64>,
    pub events: Vec<EventView>,
}

/// One URL.
pub struct RowView {
    pub url: String,
    pub origins: String,
    /// What it clears along with itself.
    pub covered: Covered,
    /// What was seen of it.
    pub seen: Option<Badge>,
}

/// Something that happened.
pub struct EventView {
    pub at: Moment,
    pub what: String,
}

impl UrlsView {
    /// Those of the batch that is wanted, else of the first.
    pub async fn load(
        store: &Store,
        company: CompanyId,
        batches: &[Batch],
        checks: &ChecksSection,
        wanted: &Wanted,
    ) -> Result<Option<Self>, AppError> {
        let named = batches
            .iter()
            .find(|batch| batch.id.to_string() == wanted.batch);
        let (batch, after) = match (named, batches.first()) {
            (Some(batch), _) => (batch, wanted.after),
            (None, Some(first)) => (first, 0),
            (None, None) => return Ok(None),
        };
        let urls = store.batch_urls(company, batch.id, after, ROWS).await?;
        let events = store.batch_events(company, batch.id).await?;
        let sent: HashSet<&str> = urls.iter().map(|url| url.url.as_str()).collect();
        let seen = checks.badges(&sent);
        let last = urls.last().map_or(0, |url| url.position);
        Ok(Some(Self {
            id: batch.id.to_string(),
            position: batch.position,
            next: (last < batch.url_count && !urls.is_empty()).then_some(last),
            rows: urls.iter().map(|url| row(url, &seen)).collect(),
            events: events.iter().map(event).collect(),
        }))
    }
}

fn row(submitted: &SubmittedUrl, seen: &HashMap<&str, Badge>) -> RowView {
    RowView {
        url: submitted.url.clone(),
        origins: origins_words(&submitted.origins, usize::MAX),
        covered: Covered::of(&submitted.covers),
        seen: seen.get(submitted.url.as_str()).copied(),
    }
}

fn event(event: &BatchEvent) -> EventView {
    let what = match event.change {
        BatchChange::Sent => "Sending",
        BatchChange::Repeated => "Sending again",
        BatchChange::Accepted => "Accepted by Adobe",
        BatchChange::Refused => "Refused by Adobe",
        BatchChange::Failed => "Failed",
        BatchChange::NotReached => "Adobe could not be reached; nothing was sent",
        BatchChange::Postponed => "Nothing was sent",
        BatchChange::NotAnswered => "No clear answer; whether Adobe took it is unknown",
        BatchChange::LeaseLost => {
            "Unstale stopped while it was on its way; whether Adobe took it is unknown"
        }
        BatchChange::SearchStarted => "Search for the bad URL started",
        BatchChange::SearchedOn => "A part of it was answered",
        BatchChange::Paused => "Paused",
        BatchChange::Resumed => "Resumed",
        BatchChange::Cancelled => "Cancelled",
    };
    EventView {
        at: event.at.into(),
        what: match &event.note {
            Some(note) => format!("{what}: {note}"),
            None => what.to_owned(),
        },
    }
}
