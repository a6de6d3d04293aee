//! The URLs of one batch, 200 at a time, and what happened to it. The checks, when they move, bring both lists along.

use std::collections::HashMap;

use askama::Template;

use super::Place;
use crate::{
    domain::{BatchChange, BatchEvent, CompanyId, HistoryVerdict},
    error::AppError,
    store::{Batch, Store, SubmittedUrl},
    web::{
        covered::Covered,
        verdicts::Badge,
        view::{Moment, origins_words},
    },
};

/// URLs on one page.
const ROWS: i64 = 200;

/// The URLs of a batch.
pub struct UrlsView {
    pub position: i32,
    pub rows: Vec<RowView>,
    /// Where the next rows stand.
    pub next: Option<Place>,
    pub events: Vec<EventView>,
    /// Something happened to it, or will.
    pub has_events: bool,
}

/// Its two lists, for htmx to put into their places.
#[derive(Template)]
#[template(path = "invalidations/outcome_beside.html")]
pub struct UrlsBeside {
    pub urls: UrlsView,
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
        place: &Place,
    ) -> Result<Option<Self>, AppError> {
        let named = batches
            .iter()
            .find(|batch| batch.id.to_string() == place.batch);
        let (batch, after) = match (named, batches.first()) {
            (Some(batch), _) => (batch, place.after),
            (None, Some(first)) => (first, 0),
            (None, None) => return Ok(None),
        };
        let urls = store.batch_urls(company, batch.id, after, ROWS).await?;
        let events = store.batch_events(company, batch.id).await?;
        let sent: Vec<&str> = urls.iter().map(|url| url.url.as_str()).collect();
        let seen = store.verdicts_of_sent(company, batch.invalidation, &sent);
        let seen = seen.await?;
        let last = urls.last().map_or(0, |url| url.position);
        Ok(Some(Self {
            position: batch.position,
            next: (last < batch.url_count && !urls.is_empty())
                .then(|| place.at_urls(batch.id, last)),
            rows: urls.iter().map(|url| row(url, &seen)).collect(),
            has_events: !events.is_empty() || !batch.state.is_final(),
            events: events.iter().map(event).collect(),
        }))
    }
}

fn row(submitted: &SubmittedUrl, seen: &HashMap<String, HistoryVerdict>) -> RowView {
    let seen = seen.get(&submitted.url);
    RowView {
        url: submitted.url.clone(),
        origins: origins_words(&submitted.origins, usize::MAX),
        covered: Covered::of(&submitted.covers),
        // What is not decided has no badge.
        seen: seen
            .filter(|verdict| **verdict != HistoryVerdict::Checking)
            .map(|verdict| Badge::from(*verdict)),
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
        BatchChange::Postponed => "Put off; nothing was cleared",
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
