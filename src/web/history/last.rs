//! When an asset was invalidated last, by whom and with what verdict: the sentence above its history. What Adobe did not take
//! is no invalidation; when it was tried after that, a second sentence says so.

use std::collections::{BTreeSet, HashSet};

use super::words::state_view;
use crate::{
    app::App,
    domain::{CompanyId, HistoryVerdict, InvalidationState, Verdict, shown_asset_of},
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
            let fate = fate(app, company, entry, asset).await?;
            if fate == Fate::Taken || index == 0 {
                lines.push(LastLine::load(app, company, entry, asset, fate).await?);
            }
            if fate == Fate::Taken {
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
        fate: Fate,
    ) -> Result<Self, AppError> {
        let is_partly = entry.state == InvalidationState::Partly;
        let outcome = match fate {
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

/// What became of the asset's URLs: taken, where one was.
async fn fate(
    app: &App,
    company: CompanyId,
    entry: &HistoryEntry,
    asset: &str,
) -> Result<Fate, AppError> {
    match entry.state {
        InvalidationState::Accepted => return Ok(Fate::Taken),
        // Nobody sent it by this program.
        InvalidationState::Downloaded => return Ok(Fate::NotTaken),
        // Of what failed, was refused or called off, a request may have got no answer.
        InvalidationState::Partly
        | InvalidationState::Sending
        | InvalidationState::Paused
        | InvalidationState::Refused
        | InvalidationState::Failed
        | InvalidationState::Cancelled => {}
    }
    let mut fate = Fate::NotTaken;
    for batch in app.store.batches(company, entry.id).await? {
        let fates = Fates::of(&batch);
        let urls = app.store.batch_urls(company, batch.id, 0, i64::MAX).await?;
        let own = urls.iter().filter(|url| {
            is_formed_for(url, asset)
                || shown_asset_of(&batch.root, &url.url).as_deref() == Some(asset)
        });
        for url in own {
            match fates.fate(url.position, &url.url) {
                Fate::Taken => return Ok(Fate::Taken),
                Fate::NotTaken => {}
                unsettled => fate = unsettled,
            }
        }
    }
    Ok(fate)
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
    Ok(HistoryVerdict::together(own.map(|check| {
        HistoryVerdict::of_url(check.verdict, check.next_look_at.is_some())
    })))
}
