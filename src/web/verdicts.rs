//! Verdicts in the words of the pages: one by itself, and those on many URLs in one sentence.

use super::view::{counted, grouped};
use crate::{
    domain::{HistoryVerdict, Verdict},
    store::CheckCount,
};

/// How a page shows a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    /// A class of the style sheet.
    pub class: &'static str,
    /// The icon.
    pub icon: &'static str,
    /// The words.
    pub label: &'static str,
}

impl From<Verdict> for Badge {
    fn from(verdict: Verdict) -> Self {
        let (class, icon, label) = match verdict {
            Verdict::Live => ("ok", "check", "Live"),
            Verdict::Gone => ("ok", "check", "Live: no longer delivered"),
            Verdict::NothingNewer => ("info", "info", "Nothing newer at the origin"),
            Verdict::StillOld => ("bad", "error", "Still old"),
            Verdict::CachedAgain => ("warn", "warning", "Cached again before publishing finished"),
            Verdict::CouldNotCheck => ("warn", "warning", "Could not check"),
            Verdict::NotChecked => ("neutral", "info", "Not checked"),
        };
        Self { class, icon, label }
    }
}

/// The words for a verdict that is not final.
pub fn so_far(verdict: Verdict) -> String {
    match verdict {
        Verdict::CouldNotCheck => "Not certain yet".to_owned(),
        verdict => format!("{} so far", Badge::from(verdict).label),
    }
}

impl From<HistoryVerdict> for Badge {
    fn from(verdict: HistoryVerdict) -> Self {
        match verdict {
            HistoryVerdict::Known(verdict) => verdict.into(),
            HistoryVerdict::Checking => Self {
                class: "info",
                icon: "clock",
                label: "Being checked",
            },
        }
    }
}

/// How many of an invalidation's URLs were seen to be what. Addresses that it does not clear do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    live: u64,
    still_old: u64,
    cached_again: u64,
    nothing_newer: u64,
    could_not_check: u64,
    /// Could not be checked so far; it is looked at again.
    not_certain: u64,
    pending: u64,
    /// Some are covered by the URL that was sent: how many of those there are is not known here.
    is_covered: bool,
}

impl Tally {
    /// Adds up.
    pub fn of(counts: &[CheckCount]) -> Self {
        let mut tally = Self::default();
        for count in counts.iter().filter(|count| count.covered) {
            tally.is_covered |= count.behind_base > 0;
            if count.is_pending {
                tally.pending += count.urls;
            }
            let of_verdict = match count.verdict {
                Some(Verdict::Live | Verdict::Gone) => &mut tally.live,
                Some(Verdict::StillOld) => &mut tally.still_old,
                Some(Verdict::CachedAgain) => &mut tally.cached_again,
                Some(Verdict::NothingNewer) => &mut tally.nothing_newer,
                Some(Verdict::CouldNotCheck) if count.is_pending => &mut tally.not_certain,
                Some(Verdict::CouldNotCheck) => &mut tally.could_not_check,
                Some(Verdict::NotChecked) | None => continue,
            };
            *of_verdict += count.urls;
        }
        tally
    }

    /// How many were looked at after the purge.
    pub const fn seen(&self) -> u64 {
        self.live
            + self.still_old
            + self.cached_again
            + self.nothing_newer
            + self.could_not_check
            + self.not_certain
    }

    /// The tone of it: a class of the style sheet. Nothing is good before all that is looked at is live.
    pub const fn class(&self) -> &'static str {
        if self.pending > 0 || self.seen() == 0 {
            "info"
        } else if self.still_old + self.cached_again + self.could_not_check > 0 {
            "warns"
        } else if self.nothing_newer > 0 {
            "info"
        } else {
            "success"
        }
    }

    /// `3 of 3 checked are live.`; `None` before the first look. While the invalidation runs, that is what was seen so far.
    pub fn sentence(&self, is_running: bool) -> Option<String> {
        let seen = self.seen();
        if seen == 0 {
            return None;
        }
        let so_far = if is_running || self.pending > 0 {
            " so far"
        } else {
            ""
        };
        let number = grouped(seen);
        Some(if self.live < seen {
            format!("Of {number} checked{so_far}: {}.", self.parts())
        } else {
            let are = if seen == 1 { "is" } else { "are" };
            format!("{number} of {number} checked{so_far} {are} live.")
        })
    }

    /// `Looked at 3 of 1,000: 2 live, 1 still old.`; `None` before the first look. `taken` URLs are all that could be looked
    /// at, unless they cover others.
    pub fn summary(&self, taken: u64) -> Option<String> {
        let seen = self.seen();
        if seen == 0 {
            return None;
        }
        // While a search goes on with a batch, what it took before is not counted.
        let of = if self.is_covered || seen > taken {
            counted(seen, "URL")
        } else {
            format!("{} of {}", grouped(seen), grouped(taken))
        };
        Some(format!("Looked at {of}: {}.", self.parts()))
    }

    fn parts(&self) -> String {
        let parts: Vec<String> = [
            (self.live, "live"),
            (self.still_old, "still old"),
            (self.cached_again, "cached again too early"),
            (self.nothing_newer, "with nothing newer"),
            (self.could_not_check, "could not be checked"),
            (self.not_certain, "not certain yet"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, words)| format!("{} {words}", grouped(number)))
        .collect();
        parts.join(", ")
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::{clock::Timestamp, domain::CheckId, store::Check};

    const AT: Timestamp = Timestamp::from_micros(1_000_000);

    /// A URL that is looked at, or is to be.
    pub fn check(verdict: Option<Verdict>, pending: bool) -> Check {
        Check {
            id: CheckId::from_uuid(uuid::Uuid::nil()),
            url: "https://h/is/image/C/a?wid=1".to_owned(),
            sent_url: "https://h/is/image/C/a?wid=1".to_owned(),
            covered: true,
            asked: false,
            purged_at: Some(AT),
            keeps: None,
            looks: 1,
            next_look_at: pending.then_some(AT),
            verdict,
            doubt: (verdict == Some(Verdict::CouldNotCheck)).then(|| "Because.".to_owned()),
            verdict_at: Some(AT),
        }
    }

    /// One of these, counted.
    pub fn one(verdict: Option<Verdict>, is_pending: bool) -> CheckCount {
        CheckCount {
            covered: true,
            verdict,
            is_pending,
            asks: false,
            urls: 1,
            unpurged: 0,
            behind_base: 0,
            silent: 0,
            kept_until: None,
        }
    }

    #[test]
    fn the_summary_counts_what_was_seen_and_claims_nothing_about_the_rest() {
        let counts = [
            one(Some(Verdict::Live), false),
            one(Some(Verdict::Gone), false),
            one(Some(Verdict::StillOld), true),
            one(None, true),
        ];
        let summary = |counts: &[CheckCount], total| Tally::of(counts).summary(total);
        let words = summary(&counts, 1_000).unwrap();
        assert_eq!(words, "Looked at 3 of 1,000: 2 live, 1 still old.");
        assert_eq!(summary(&counts[3..], 1_000), None);
        assert_eq!(
            summary(&counts, 1).unwrap(),
            "Looked at 3 URLs: 2 live, 1 still old."
        );
        let mut covered = counts;
        covered[1].behind_base = 1;
        assert_eq!(
            summary(&covered, 1_000).unwrap(),
            "Looked at 3 URLs: 2 live, 1 still old.",
            "a thousand base URLs clear more than a thousand"
        );
        let thousands = CheckCount {
            urls: 1_200,
            ..one(Some(Verdict::Live), false)
        };
        assert_eq!(
            summary(&[thousands], 1_200).unwrap(),
            "Looked at 1,200 of 1,200: 1,200 live."
        );
    }

    #[test]
    fn a_sentence_says_live_only_of_what_was_seen_to_be_live() {
        let live = one(Some(Verdict::Live), false);
        let old = one(Some(Verdict::StillOld), false);
        let not_cleared = CheckCount {
            covered: false,
            ..old.clone()
        };
        let waiting = one(None, true);
        let unpublished = one(Some(Verdict::NothingNewer), false);
        for (counts, sentence, class) in [
            (vec![], None, "info"),
            (vec![waiting.clone()], None, "info"),
            (
                vec![live.clone(), not_cleared],
                Some("1 of 1 checked is live."),
                "success",
            ),
            (
                vec![live.clone(), live.clone(), waiting],
                Some("2 of 2 checked so far are live."),
                "info",
            ),
            (
                vec![live.clone(), old],
                Some("Of 2 checked: 1 live, 1 still old."),
                "warns",
            ),
            (
                vec![live, unpublished],
                Some("Of 2 checked: 1 live, 1 with nothing newer."),
                "info",
            ),
            (
                vec![one(Some(Verdict::StillOld), true)],
                Some("Of 1 checked so far: 1 still old."),
                "info",
            ),
            (
                vec![
                    one(Some(Verdict::CouldNotCheck), true),
                    one(Some(Verdict::CouldNotCheck), false),
                ],
                Some("Of 2 checked so far: 1 could not be checked, 1 not certain yet."),
                "info",
            ),
        ] {
            let tally = Tally::of(&counts);
            assert_eq!(tally.sentence(false).as_deref(), sentence);
            assert_eq!(tally.class(), class, "{sentence:?}");
        }
        let tally = Tally::of(&[one(Some(Verdict::Live), false)]);
        let running = tally.sentence(true).unwrap();
        assert_eq!(running, "1 of 1 checked so far is live.");
    }
}
