//! What was seen of each URL, in plain words and with what to do about it.

use std::time::Duration;

use askama::Template;

use crate::{
    clock::Timestamp,
    domain::{BatchState, CheckId, Company, HostOrigin, InvalidationId, LookKind, Verdict},
    error::AppError,
    store::{Batch, Check, Store},
    web::{
        verdicts::{Badge, Tally},
        view::{Moment, company_path, counted, outcome_path},
    },
};

/// So many URLs are shown with their pictures.
const SHOWN: usize = 100;

/// By then the looks at an accepted batch are due, even where a process has died in between.
const STARTING: Duration = Duration::from_mins(2);

/// The section of the outcome page.
#[derive(Debug, Template)]
#[template(path = "invalidations/checks.html")]
pub struct ChecksSection {
    /// The address of the outcome.
    this: String,
    /// Something will still change.
    running: bool,
    /// What was seen of all of them.
    tally: Tally,
    /// Adobe has taken something, so there is something to look for.
    accepted: bool,
    /// How many were looked at, and what came of it; `None` before the first look.
    summary: Option<String>,
    /// How many are looked at again.
    pending: Option<String>,
    /// How long browsers may keep the old picture.
    browsers: Option<Browsers>,
    /// Hosts whose URLs stayed old although their base URL was purged.
    doubted: Vec<DoubtedHost>,
    /// How many URLs can be purged again.
    old: usize,
    rows: Vec<CheckView>,
    /// How many are not shown.
    more: usize,
    is_admin: bool,
    /// *Settings > Delivery hosts*.
    hosts_page: String,
}

#[derive(Debug)]
enum Browsers {
    /// They ask each time.
    Ask,
    /// They may keep it until then.
    Keep(Moment),
}

#[derive(Debug)]
struct DoubtedHost {
    host: String,
    urls: String,
}

#[derive(Debug)]
struct CheckView {
    id: String,
    url: String,
    /// A class of the style sheet, and an icon.
    class: &'static str,
    icon: &'static str,
    label: String,
    advice: String,
    /// When the last look was.
    at: Option<Moment>,
    before: Option<String>,
    after: Option<String>,
    /// The button that puts it into a new draft, if that would help.
    again: Option<&'static str>,
    can_look: bool,
}

impl ChecksSection {
    /// Loads it.
    pub async fn load(
        store: &Store,
        company: &Company,
        id: InvalidationId,
        batches: &[Batch],
        is_admin: bool,
        now: Timestamp,
    ) -> Result<Self, AppError> {
        let checks = store.checks(company.id, id).await?;
        let pictures = store.pictures(company.id, id).await?;
        let this = outcome_path(company, id);
        let accepted: i64 = batches
            .iter()
            .filter(|batch| batch.state == BatchState::Accepted)
            .map(|batch| batch.url_count)
            .sum();
        let sending = batches.iter().any(|batch| batch.state.is_under_way());
        let pending = checks.iter().filter(|check| is_pending(check)).count();
        let tally = Tally::of(&checks);
        let mut shown: Vec<&Check> = checks.iter().collect();
        shown.sort_by_key(|check| (!check.asked, rank(check)));
        Ok(Self {
            running: sending || pending > 0 || is_starting(&checks, batches, now),
            accepted: accepted > 0,
            summary: tally.summary(accepted.unsigned_abs()),
            tally,
            pending: (pending > 0).then(|| counted(pending as u64, "URL")),
            browsers: browsers(&checks),
            doubted: doubted(&checks),
            old: checks.iter().filter(|check| is_old(check)).count(),
            more: checks.len().saturating_sub(SHOWN),
            rows: shown
                .into_iter()
                .take(SHOWN)
                .map(|check| CheckView::new(check, &this, &pictures))
                .collect(),
            is_admin,
            hosts_page: format!("{}/settings/hosts", company_path(company)),
            this,
        })
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

impl CheckView {
    fn new(check: &Check, this: &str, pictures: &[(CheckId, LookKind)]) -> Self {
        let words = words(check);
        let picture = |kind: LookKind| {
            // A new look has a new address, so that no browser shows the one before.
            let mark = match kind {
                LookKind::Before => 0,
                _ => check.looks,
            };
            pictures
                .contains(&(check.id, kind))
                .then(|| format!("{this}/checks/{}/{}?{mark}", check.id, kind.as_str()))
        };
        Self {
            id: check.id.to_string(),
            url: check.url.clone(),
            class: words.class,
            icon: words.icon,
            label: words.label,
            advice: words.advice,
            at: check.verdict_at.map(Moment::from),
            before: picture(LookKind::Before),
            after: picture(LookKind::After),
            again: match check.verdict {
                _ if !check.covered => Some("Put it into a new invalidation"),
                Some(Verdict::CachedAgain | Verdict::StillOld) => Some("Purge again"),
                _ => None,
            },
            can_look: check.purged_at.is_some() && check.next_look_at.is_none(),
        }
    }
}

/// Adobe has just taken a batch, and its URLs are about to be due.
fn is_starting(checks: &[Check], batches: &[Batch], now: Timestamp) -> bool {
    let mut accepted = batches
        .iter()
        .filter(|batch| batch.state == BatchState::Accepted);
    checks.iter().any(|check| check.purged_at.is_none())
        && accepted.any(|batch| batch.finished_at.is_some_and(|at| now.since(at) < STARTING))
}

/// It is to be looked at again by itself.
const fn is_pending(check: &Check) -> bool {
    check.next_look_at.is_some()
}

/// It was seen to be old, and nothing better is expected.
pub const fn is_old(check: &Check) -> bool {
    check.covered
        && check.next_look_at.is_none()
        && matches!(
            check.verdict,
            Some(Verdict::StillOld | Verdict::CachedAgain)
        )
}

/// The same, though the URL that covers it was purged.
pub fn is_old_behind_its_base(check: &Check) -> bool {
    is_old(check) && check.url != check.sent_url
}

/// What asks for somebody comes first.
fn rank(check: &Check) -> u8 {
    match check.verdict {
        Some(Verdict::StillOld | Verdict::CachedAgain) => 0,
        Some(Verdict::CouldNotCheck) => 1,
        Some(Verdict::NothingNewer) => 2,
        None | Some(Verdict::NotChecked) => 3,
        Some(Verdict::Live | Verdict::Gone) => 4,
    }
}

/// The latest instant to which a browser may keep what it got just before the purge.
fn browsers(checks: &[Check]) -> Option<Browsers> {
    let until = |check: &Check| -> Option<(Timestamp, bool)> {
        let (purged, keeps) = (check.purged_at?, check.keeps?);
        Some((purged.plus(keeps), keeps.is_zero()))
    };
    let covered = checks.iter().filter(|check| check.covered);
    let (latest, asks) = covered.filter_map(until).max()?;
    Some(if asks {
        Browsers::Ask
    } else {
        Browsers::Keep(latest.into())
    })
}

fn doubted(checks: &[Check]) -> Vec<DoubtedHost> {
    let mut hosts = std::collections::BTreeMap::new();
    for check in checks.iter().filter(|check| is_old_behind_its_base(check)) {
        if let Some(host) = HostOrigin::of(&check.url) {
            *hosts.entry(host).or_insert(0_u64) += 1;
        }
    }
    hosts
        .into_iter()
        .map(|(host, urls)| DoubtedHost {
            host: host.to_string(),
            urls: counted(urls, "URL"),
        })
        .collect()
}

struct Words {
    class: &'static str,
    icon: &'static str,
    label: String,
    advice: String,
}

fn words(check: &Check) -> Words {
    let (badge, advice) = verdict_words(check);
    let pending = is_pending(check);
    let not_covered = if check.covered {
        ""
    } else {
        "This invalidation did not clear this address. "
    };
    if pending && check.verdict.is_some() {
        return Words {
            class: "info",
            icon: "clock",
            label: format!("{} so far", badge.label),
            advice: match check.verdict {
                Some(Verdict::NothingNewer) => format!("{advice} Unstale looks again by itself."),
                _ => format!(
                    "{not_covered}A purge may take some minutes; Unstale looks again by itself."
                ),
            },
        };
    }
    Words {
        class: badge.class,
        icon: badge.icon,
        label: badge.label.to_owned(),
        advice: format!("{not_covered}{advice}"),
    }
}

fn verdict_words(check: &Check) -> (Badge, String) {
    let other = |class, icon, label| Badge { class, icon, label };
    match check.verdict {
        Some(Verdict::Live) if !check.covered => (
            other("ok", "check", "As Dynamic Media has it"),
            "The host delivers what Dynamic Media has now. If you still see another picture, your own browser keeps it: reload the page without its cache, or open it in a private window."
                .to_owned(),
        ),
        Some(Verdict::NotChecked) | None if is_pending(check) => (
            other("info", "clock", "Looking soon"),
            "The purge needs a moment.".to_owned(),
        ),
        Some(Verdict::NotChecked) | None => (
            other("info", "clock", "Looked at before the purge"),
            "It is looked at again when Adobe has accepted its purge.".to_owned(),
        ),
        Some(verdict) => (verdict.into(), advice(check, verdict)),
    }
}

fn advice(check: &Check, verdict: Verdict) -> String {
    let advice = match verdict {
        Verdict::Live => "The new picture is delivered.",
        Verdict::Gone => "There was a picture before the purge; now there is none.",
        Verdict::NothingNewer => {
            "Dynamic Media delivers the same picture as before the purge. If it is the new one, it was already live; if not, publish it and purge again."
        }
        Verdict::StillOld if is_old_behind_its_base(check) => {
            "Its base URL was purged, and the host still delivers the old picture. Send the full URLs, below."
        }
        Verdict::StillOld => {
            "The host still delivers another picture than Dynamic Media has now. Purge it again; if that does not help, an administrator should know."
        }
        Verdict::CachedAgain => {
            "The purge worked, but the old picture came into the cache anew. It is published by now: purge again."
        }
        Verdict::CouldNotCheck => check.doubt.as_deref().unwrap_or_default(),
        Verdict::NotChecked => "",
    };
    advice.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::verdicts::tests::check;

    const AT: Timestamp = Timestamp::from_micros(1_000_000);

    #[test]
    fn a_verdict_that_is_not_final_says_so() {
        let so_far = words(&check(Some(Verdict::StillOld), true));
        assert_eq!(
            (so_far.class, so_far.label.as_str()),
            ("info", "Still old so far")
        );
        let final_one = words(&check(Some(Verdict::StillOld), false));
        assert_eq!(
            (final_one.class, final_one.label.as_str()),
            ("bad", "Still old")
        );
        let doubt = words(&check(Some(Verdict::CouldNotCheck), false));
        assert_eq!(doubt.advice, "Because.");
    }

    #[test]
    fn browsers_may_keep_the_old_picture_for_as_long_as_the_longest_lived_one() {
        let keeping = |seconds| Check {
            keeps: Some(Duration::from_secs(seconds)),
            ..check(None, true)
        };
        assert!(browsers(&[check(None, true)]).is_none());
        assert!(matches!(browsers(&[keeping(0)]), Some(Browsers::Ask)));
        let Some(Browsers::Keep(until)) = browsers(&[keeping(0), keeping(60), keeping(9)]) else {
            panic!("they keep it");
        };
        assert_eq!(until.machine, "1970-01-01T00:01:01Z");
    }

    #[test]
    fn a_host_whose_covered_urls_stay_old_is_doubted() {
        let covered = Check {
            sent_url: "https://h/is/image/C/a".to_owned(),
            ..check(Some(Verdict::StillOld), false)
        };
        assert_eq!(doubted(std::slice::from_ref(&covered))[0].host, "https://h");
        assert!(doubted(&[check(Some(Verdict::StillOld), false)]).is_empty());
        let unfinished = Check {
            next_look_at: Some(AT),
            ..covered
        };
        assert!(doubted(&[unfinished]).is_empty());
    }
}
