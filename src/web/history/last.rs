//! When an asset was invalidated last, by whom and with what verdict: the sentence above its history. What Adobe did not take
//! is no invalidation; when it was tried after that, a second sentence says so.

use std::collections::{BTreeSet, HashSet};

use super::words::state_view;
use crate::{
    app::App,
    domain::{
        BatchState, CheckId, CompanyId, HistoryVerdict, InvalidationState, Verdict, shown_asset_of,
    },
    error::AppError,
    store::{Fate, Fates, HistoryEntry, HistoryQuery, SubmittedUrl},
    web::{verdicts::Badge, view::Moment},
};

/// So many of an asset's latest entries are looked through for one that Adobe took.
const LATEST: i64 = 50;

/// What happened to an asset, newest first: what was tried, and what Adobe took last. One or both.
pub struct LastView {
    pub lines: Vec<LastLine>,
}

/// A sentence, in its parts.
pub struct LastLine {
    /// What happened then: `Last invalidated`.
    pub what: &'static str,
    pub when: Moment,
    pub who: String,
    /// What came of it: `live`.
    pub outcome: String,
}

impl LastView {
    /// `None` when the asset was never on a list.
    pub async fn load(
        app: &App,
        company: CompanyId,
        asset: &str,
    ) -> Result<Option<Self>, AppError> {
        let query = HistoryQuery {
            asset: Some(asset.to_owned()),
            limit: LATEST,
            ..HistoryQuery::default()
        };
        let entries = app.store.history(company, &query).await?.entries;
        let mut lines = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let became = became(app, company, entry, asset).await?;
            if became.fate == Fate::Taken || index == 0 {
                lines.push(LastLine::load(app, company, entry, asset, became).await?);
            }
            if became.fate == Fate::Taken {
                break;
            }
        }
        Ok((!lines.is_empty()).then_some(Self { lines }))
    }
}

impl LastLine {
    async fn load(
        app: &App,
        company: CompanyId,
        entry: &HistoryEntry,
        asset: &str,
        became: Became,
    ) -> Result<Self, AppError> {
        let Became { fate, is_open } = became;
        let is_partly = entry.state == InvalidationState::Partly;
        let outcome = match fate {
            // What was seen holds of a part of its URLs only.
            Fate::Taken if is_open => state_view(entry.state).1,
            Fate::Taken => match verdict_on(app, company, entry, asset).await? {
                HistoryVerdict::Known(Verdict::NotChecked) => "accepted",
                seen => Badge::from(seen).label,
            },
            Fate::Unknown => "not known whether accepted",
            Fate::NotTaken if is_partly => "not accepted",
            Fate::NotTaken | Fate::Open => state_view(entry.state).1,
        };
        Ok(Self {
            what: if fate == Fate::Taken {
                "Last invalidated"
            } else {
                "Last submitted"
            },
            when: entry.submitted_at.into(),
            who: entry.author_email.clone(),
            outcome: outcome.to_lowercase(),
        })
    }
}

/// What became of an asset's URLs.
#[derive(Clone, Copy)]
struct Became {
    /// Taken, where one was.
    fate: Fate,
    /// One is still to be sent or answered.
    is_open: bool,
}

impl From<Fate> for Became {
    fn from(fate: Fate) -> Self {
        Self {
            fate,
            is_open: fate == Fate::Open,
        }
    }
}

async fn became(
    app: &App,
    company: CompanyId,
    entry: &HistoryEntry,
    asset: &str,
) -> Result<Became, AppError> {
    match entry.state {
        InvalidationState::Accepted => return Ok(Fate::Taken.into()),
        // Nobody sent it by this program.
        InvalidationState::Downloaded => return Ok(Fate::NotTaken.into()),
        // Of what failed, was refused or called off, a request may have got no answer.
        InvalidationState::Partly
        | InvalidationState::Sending
        | InvalidationState::Paused
        | InvalidationState::Refused
        | InvalidationState::Failed
        | InvalidationState::Cancelled => {}
    }
    let mut became = Became::from(Fate::NotTaken);
    for batch in app.store.batches(company, entry.id).await? {
        let fates = Fates::of(&batch);
        let urls = app.store.batch_urls(company, batch.id, 0, i64::MAX).await?;
        let own = urls.iter().filter(|url| {
            is_formed_for(url, asset)
                || shown_asset_of(&batch.root, &url.url).as_deref() == Some(asset)
        });
        for url in own {
            let fate = fates.fate(url.position, &url.url);
            became.is_open |= fate == Fate::Open;
            if became.fate != Fate::Taken && fate != Fate::NotTaken {
                became.fate = fate;
            }
        }
    }
    Ok(became)
}

fn is_formed_for(url: &SubmittedUrl, asset: &str) -> bool {
    url.origins
        .iter()
        .any(|origin| origin.asset() == Some(asset))
}

/// That of the asset's own URLs, which may be better or worse than that of the invalidation.
async fn verdict_on(
    app: &App,
    company: CompanyId,
    entry: &HistoryEntry,
    asset: &str,
) -> Result<HistoryVerdict, AppError> {
    let checks = app.store.checks(company, entry.id).await?;
    let batches = app.store.batches(company, entry.id).await?;
    let roots: BTreeSet<&str> = batches.iter().map(|batch| batch.root.as_str()).collect();
    let shows = |url: &str| {
        let mut shown = roots.iter().filter_map(|root| shown_asset_of(root, url));
        shown.any(|id| id == asset)
    };
    // What was formed for the asset need not show it by its text: a file's name, a folder, a picture within another.
    let mut formed = HashSet::new();
    for batch in &batches {
        let urls = app.store.batch_urls(company, batch.id, 0, i64::MAX).await?;
        let of_asset = urls.into_iter().filter(|url| is_formed_for(url, asset));
        formed.extend(of_asset.map(|url| url.url));
    }
    let own = checks
        .iter()
        .filter(|check| check.covered && (shows(&check.url) || formed.contains(&check.sent_url)));
    let unpurged = app.store.unpurged_checks(company, entry.id).await?;
    let is_accepted = |id| {
        let mut batches = batches.iter();
        batches.any(|batch| batch.id == id && batch.state == BatchState::Accepted)
    };
    // Adobe has just taken them.
    let starting: HashSet<CheckId> = unpurged
        .iter()
        .filter(|check| is_accepted(check.batch))
        .map(|check| check.id)
        .collect();
    Ok(HistoryVerdict::together(own.map(|check| {
        let is_pending = check.is_pending() || starting.contains(&check.id);
        HistoryVerdict::of_url(check.verdict, is_pending)
    })))
}
