//! What was seen of the URLs of an invalidation: how many, with which verdicts, when, and on what grounds.

use crate::{
    domain::{CheckId, CompanyId, HistoryVerdict, InvalidationId, Verdict},
    error::AppError,
    store::{Check, Store, StoredLook, Taken},
    web::{
        grounds,
        invalidations::checks::of_what_it_is,
        verdicts::{Badge, Tally, so_far},
        view::{Moment, grouped},
    },
};

/// URLs that are listed; the rest is counted, and in the exports.
const LISTED: usize = 100;

/// The section of the record.
pub struct SeenView {
    /// How many were looked at, and what came of it; `None` before the first look.
    pub summary: Option<String>,
    pub rows: Vec<SeenRow>,
    /// How many are not listed.
    pub more: Option<String>,
}

/// A URL that was looked at, or is to be.
pub struct SeenRow {
    pub url: String,
    /// The URL whose purge clears it, where that is another.
    pub cleared_by: Option<String>,
    /// A class of the style sheet, and an icon.
    pub class: &'static str,
    pub icon: &'static str,
    pub label: String,
    /// When the last look was.
    pub at: Option<Moment>,
    pub grounds: String,
}

impl SeenView {
    /// Loads it. Addresses that the invalidation does not clear are left to the outcome page.
    pub async fn load(
        store: &Store,
        company: CompanyId,
        id: InvalidationId,
    ) -> Result<Self, AppError> {
        let mut checks = store.checks(company, id).await?;
        checks.retain(|check| check.covered);
        let accepted = Taken::total(&store.batches(company, id).await?);
        let counts = store.check_counts(company, id).await?;
        let summary = Tally::of(&counts).summary(accepted);
        let more = checks.len().saturating_sub(LISTED);
        checks.truncate(LISTED);
        let ids: Vec<CheckId> = checks.iter().map(|check| check.id).collect();
        let mut looks = store.looks_of(company, &ids).await?;
        let rows = checks.into_iter().map(|check| {
            let looks = looks.remove(&check.id).unwrap_or_default();
            SeenRow::new(check, &looks)
        });
        Ok(Self {
            summary,
            rows: rows.collect(),
            more: (more > 0).then(|| grouped(more as u64)),
        })
    }
}

impl SeenRow {
    fn new(check: Check, looks: &[StoredLook]) -> Self {
        let is_pending = check.next_look_at.is_some();
        let badge = Badge::from(HistoryVerdict::of_url(check.verdict, is_pending));
        let so_far = check.verdict.filter(|_| is_pending).map(so_far);
        Self {
            class: badge.class,
            icon: badge.icon,
            label: so_far.unwrap_or_else(|| badge.label.to_owned()),
            at: check.verdict_at.map(Moment::from),
            grounds: of_what_it_is(grounds(&check, looks), &check.url),
            cleared_by: Some(check.sent_url).filter(|sent| *sent != check.url),
            url: check.url,
        }
    }
}

/// The grounds of the verdict on a URL.
fn grounds(check: &Check, looks: &[StoredLook]) -> String {
    // Of other verdicts it is told what was seen, and not what to make of it.
    let is_in_doubt = check.next_look_at.is_none() && check.verdict == Some(Verdict::CouldNotCheck);
    if let Some(doubt) = check.doubt.as_ref().filter(|_| is_in_doubt) {
        return doubt.clone();
    }
    grounds::of(looks).unwrap_or_else(|| "Looked at before the purge only.".to_owned())
}
