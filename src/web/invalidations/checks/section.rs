//! The section *Is it live?* of the outcome page: what can be said of all URLs together, and one row for each.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use askama::Template;

use super::{
    row::CheckRow,
    summary::{Browsers, DoubtedHost, browsers},
};
use crate::{
    clock::Timestamp,
    domain::{BatchId, CheckId, Company, CompanyId, InvalidationId},
    error::AppError,
    store::{Batch, Check, CheckCount, Fate, Fates, Store, Taken},
    web::{
        invalidations::outcome::Place,
        verdicts::Tally,
        view::{company_path, counted, outcome_path},
    },
};

/// So many URLs are shown on a page, with their pictures.
const SHOWN: u64 = 100;

/// By then the looks at an accepted batch are due, even where a process has died in between.
const STARTING: Duration = Duration::from_mins(2);

/// The section of the outcome page.
#[derive(Debug, Template)]
#[template(path = "invalidations/checks.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent of each other, switches of the template"
)]
pub struct ChecksSection {
    /// The address of the outcome.
    this: String,
    /// Something will still change by itself.
    running: bool,
    /// Or by somebody: what is paused.
    is_open: bool,
    /// What was seen of all of them.
    tally: Tally,
    /// Adobe has taken something, so there is something to look for.
    accepted: bool,
    /// What is said of the time since the purge before the first look.
    since: &'static str,
    /// How many were looked at, and what came of it; `None` before the first look.
    summary: Option<String>,
    /// How many are looked at again.
    pending: Option<String>,
    /// How long browsers may keep the old picture.
    browsers: Option<Browsers>,
    /// Hosts whose URLs stayed old although their base URL was purged.
    doubted: Vec<DoubtedHost>,
    /// The rest is being looked at too: somebody wanted that.
    wants_all: bool,
    /// Nothing more is on its way: all that there is can be looked at.
    can_want_all: bool,
    /// How many URLs can be purged again.
    old: u64,
    /// How many were looked at, or are to be.
    total: u64,
    /// Where on the outcome this is.
    place: Place,
    /// The page of them that is shown, from 1.
    page: u64,
    pages: u64,
    rows: Vec<CheckRow>,
    is_admin: bool,
    /// *Settings > Delivery hosts*.
    hosts_page: String,
}

impl ChecksSection {
    /// Loads it. A page that there is not is the nearest that there is.
    pub async fn load(
        store: &Store,
        company: &Company,
        id: InvalidationId,
        batches: &[Batch],
        is_admin: bool,
        place: &Place,
        now: Timestamp,
    ) -> Result<Self, AppError> {
        // First: the mark goes when the last of them are added, and those are then among the checks.
        let wants_all = store.wanted_all_checked(company.id).await?.contains(&id);
        let counts = store.check_counts(company.id, id).await?;
        let of_all = |number: fn(&CheckCount) -> u64| counts.iter().map(number).sum::<u64>();
        let total = of_all(|count| count.urls);
        let pending = of_all(|count| if count.is_pending { count.urls } else { 0 });
        let old = of_all(|count| if count.stayed_old() { count.urls } else { 0 });
        let doubted = if old > 0 {
            store.stayed_old_by_host(company.id, id).await?
        } else {
            BTreeMap::new()
        };
        let this = outcome_path(company, id);
        let accepted = Taken::total(batches);
        let sending = batches.iter().any(|batch| batch.state.is_under_way());
        let tally = Tally::of(&counts);
        let pages = total.div_ceil(SHOWN).max(1);
        let page = place.checks.clamp(1, pages);
        let shown = store
            .checks_shown(company.id, id, (page - 1) * SHOWN, SHOWN)
            .await?;
        let ids: Vec<CheckId> = shown.iter().map(|check| check.id).collect();
        let pictures = store.pictures(company.id, &ids).await?;
        let mut looks = store.looks_of(company.id, &ids).await?;
        let fates = fates(store, company.id, id, batches, &shown).await?;
        let awaits = counts.iter().any(|count| count.unpurged > 0)
            || !store.is_sampled(company.id, id).await?;
        let is_starting = awaits && has_just_taken(batches, now);
        let running = sending || wants_all || pending > 0 || is_starting;
        let since = if accepted > 0 || running {
            "; what they show after it is next."
        } else if batches.iter().all(Batch::cleared_nothing) {
            ". Adobe has cleared none of them."
        } else {
            ". It is not known that Adobe has cleared any of them."
        };
        Ok(Self {
            running,
            is_open: batches.iter().any(|batch| !batch.state.is_final()),
            since,
            accepted: accepted > 0,
            summary: tally.summary(accepted),
            tally,
            pending: (pending > 0).then(|| counted(pending, "URL")),
            browsers: browsers(&counts),
            doubted: doubted
                .iter()
                .map(|(host, urls)| DoubtedHost::new(host, *urls))
                .collect(),
            wants_all,
            can_want_all: accepted > 0 && !sending,
            old,
            total,
            place: place.at_checks(page),
            page,
            pages,
            rows: shown
                .iter()
                .map(|check| {
                    let fate = fates.get(&check.id).copied();
                    let looks = looks.remove(&check.id).unwrap_or_default();
                    CheckRow::new(check, fate, &this, &pictures, &looks)
                })
                .collect(),
            is_admin,
            hosts_page: format!("{}/settings/hosts", company_path(company)),
            this,
        })
    }

    /// Whether something will still change, if only when somebody resumes what is paused.
    pub const fn is_open(&self) -> bool {
        self.running || self.is_open
    }

    /// Whether something will still change by itself.
    pub const fn is_running(&self) -> bool {
        self.running
    }

    /// What was seen of all URLs together.
    pub const fn tally(&self) -> Tally {
        self.tally
    }
}

/// Whether Adobe took the URLs that were looked at before the purge only, and those that it is not known to have cleared.
async fn fates(
    store: &Store,
    company: CompanyId,
    id: InvalidationId,
    batches: &[Batch],
    checks: &[Check],
) -> Result<HashMap<CheckId, Fate>, AppError> {
    let settled = |check: &Check| check.covered && check.purged_at.is_some();
    if checks.iter().all(settled) {
        return Ok(HashMap::new());
    }
    let of: HashMap<BatchId, Fates<'_>> = batches
        .iter()
        .map(|batch| (batch.id, Fates::of(batch)))
        .collect();
    let unpurged = store.unpurged_checks(company, id).await?;
    let fates = unpurged.into_iter().filter_map(|check| {
        let fate = of.get(&check.batch)?.fate(check.position, &check.sent_url);
        Some((check.id, fate))
    });
    let mut fates: HashMap<CheckId, Fate> = fates.collect();
    for check in checks.iter().filter(|check| !check.covered) {
        let sent = store.sent_urls(company, id, &[&check.sent_url]).await?;
        if let Some((url, batch, position)) = sent.first()
            && let Some(batch) = of.get(batch)
        {
            fates.insert(check.id, batch.fate(*position, url));
        }
    }
    Ok(fates)
}

/// Adobe has just taken something, and its URLs are about to be chosen and due.
fn has_just_taken(batches: &[Batch], now: Timestamp) -> bool {
    let mut taken = batches.iter().filter_map(Taken::of);
    taken.any(|taken| now.since(taken.taken_at) < STARTING)
}
