//! How checks are made: which formats, how often, for how long.

use std::time::Duration;

use super::{PurgeScope, Verdict, origin_url::modifiers};
use crate::clock::Timestamp;

/// What a browser says that it can show. Smart Imaging answers each with a picture of its own, and a cache keeps each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckFormat {
    /// Whatever the host has.
    Plain,
    /// WebP.
    Webp,
    /// AVIF, or else WebP.
    Avif,
}

impl CheckFormat {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Webp, Self::Avif];

    /// The formats in which a URL is looked at, the plain one first: all for pictures where Smart Imaging is on. A purge scope
    /// of `base` tells so, the URL itself, or an answer to it that was seen to be negotiated.
    #[must_use]
    pub fn of(url: &str, scope: PurgeScope, is_negotiated: bool) -> &'static [Self] {
        let is_smart = is_negotiated || scope == PurgeScope::Base || asks_for_smart_imaging(url);
        if is_smart && url.contains("/is/image/") {
            &Self::ALL
        } else {
            &[Self::Plain]
        }
    }

    /// The value of `Accept`.
    #[must_use]
    pub const fn accept(self) -> &'static str {
        match self {
            Self::Plain => "*/*",
            Self::Webp => "image/webp,*/*;q=0.8",
            Self::Avif => "image/avif,image/webp,*/*;q=0.8",
        }
    }

    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Webp => "webp",
            Self::Avif => "avif",
        }
    }

    /// The format that the database's word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }
}

/// Whether a URL turns Smart Imaging on, whatever the company's default: `bfc=on`, `dpr=on,2`, `network=on`.
fn asks_for_smart_imaging(url: &str) -> bool {
    let url = url.split('#').next().unwrap_or_default();
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let is_on = |modifier: &&str| {
        let (name, value) = modifier.split_once('=').unwrap_or((modifier, ""));
        let first = value.split([',', '%']).next().unwrap_or_default();
        let is = |known: &&str| name.eq_ignore_ascii_case(known);
        ["bfc", "dpr", "network"].iter().any(is) && first.eq_ignore_ascii_case("on")
    };
    modifiers(query).is_some_and(|modifiers| modifiers.iter().any(is_on))
}

/// What a look is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LookKind {
    /// B: the edge before the purge.
    Before,
    /// A: the edge after it.
    After,
    /// O: the origin.
    Origin,
    /// The company's secure preview server, which shows what is not published yet. Never evidence.
    Preview,
}

impl LookKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Before, Self::After, Self::Origin, Self::Preview];

    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Origin => "origin",
            Self::Preview => "preview",
        }
    }

    /// The kind that the database's word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How many URLs are looked at, when, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckSettings {
    /// At most so many URLs of an invalidation.
    pub sample: usize,
    /// All looks before the purge together may take so long; sending does not wait for more.
    pub allowed: Duration,
    /// The first look after the purge comes so much later, or after Adobe's estimate when that is longer.
    pub first: Duration,
    /// The pause between the first and the second look; it doubles from look to look.
    pub interval: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// How long after the purge a verdict other than *live* is not final yet.
    pub window: Duration,
    /// Between two looks at the database for what is due.
    pub idle: Duration,
    /// Between two looks for what a process that died left unchecked.
    pub sweep: Duration,
}

impl Default for CheckSettings {
    fn default() -> Self {
        Self {
            sample: 50,
            allowed: Duration::from_secs(3),
            first: Duration::from_secs(5),
            interval: Duration::from_secs(5),
            longest: Duration::from_mins(1),
            window: Duration::from_mins(10),
            idle: Duration::from_secs(1),
            sweep: Duration::from_mins(1),
        }
    }
}

/// The longest estimate of Adobe's that is waited for: a look costs little.
const LONGEST_ESTIMATE: Duration = Duration::from_mins(1);

impl CheckSettings {
    /// When a URL is looked at first.
    #[must_use]
    pub fn first_look(&self, purged_at: Timestamp, estimated_seconds: Option<i32>) -> Timestamp {
        let estimate = estimated_seconds.and_then(|seconds| u64::try_from(seconds).ok());
        let estimate = Duration::from_secs(estimate.unwrap_or(0)).min(LONGEST_ESTIMATE);
        purged_at.plus(self.first.max(estimate))
    }

    /// When a URL is looked at next, after so many looks; `None` when its verdict is final. The last look comes when the
    /// window ends, so that the final verdict is one of then.
    #[must_use]
    pub fn next_look(
        &self,
        verdict: Verdict,
        purged_at: Timestamp,
        looks: u32,
        now: Timestamp,
    ) -> Option<Timestamp> {
        if verdict.is_final(purged_at, self.window, now) {
            return None;
        }
        let doublings = looks.saturating_sub(1).min(16);
        let pause = self
            .interval
            .saturating_mul(1 << doublings)
            .min(self.longest);
        Some(now.plus(pause).min(purged_at.plus(self.window)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURGE: Timestamp = Timestamp::from_micros(0);

    fn after(seconds: u64) -> Timestamp {
        PURGE.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn looks_come_at_growing_intervals_and_the_last_when_the_window_ends() {
        let settings = CheckSettings::default();
        let mut now = settings.first_look(PURGE, Some(8));
        let mut seconds = Vec::new();
        for looks in 1.. {
            seconds.push(now.since(PURGE).as_secs());
            match settings.next_look(Verdict::StillOld, PURGE, looks, now) {
                Some(next) => now = next,
                None => break,
            }
        }
        assert_eq!(
            seconds,
            [
                8, 13, 23, 43, 83, 143, 203, 263, 323, 383, 443, 503, 563, 600
            ]
        );
    }

    #[test]
    fn what_is_live_is_not_looked_at_again() {
        let settings = CheckSettings::default();
        assert_eq!(settings.next_look(Verdict::Live, PURGE, 1, after(5)), None);
        assert_eq!(
            settings.next_look(Verdict::StillOld, PURGE, 1, after(600)),
            None
        );
    }

    #[test]
    fn an_estimate_is_waited_for_within_reason() {
        let settings = CheckSettings::default();
        for (estimate, seconds) in [
            (None, 5),
            (Some(1), 5),
            (Some(-4), 5),
            (Some(20), 20),
            (Some(3_600), 60),
        ] {
            assert_eq!(
                settings.first_look(PURGE, estimate),
                after(seconds),
                "{estimate:?}"
            );
        }
    }

    #[test]
    fn every_format_is_looked_at_where_smart_imaging_is_on() {
        let picture = "https://h/is/image/C/a";
        let of = CheckFormat::of;
        assert_eq!(of(picture, PurgeScope::Base, false), CheckFormat::ALL);
        assert_eq!(of(picture, PurgeScope::Exact, false), [CheckFormat::Plain]);
        assert_eq!(of(picture, PurgeScope::Exact, true), CheckFormat::ALL);
        assert_eq!(CheckFormat::ALL[0], CheckFormat::Plain);
        let file = "https://h/is/content/C/a.pdf";
        assert_eq!(of(file, PurgeScope::Base, true), [CheckFormat::Plain]);
    }

    #[test]
    fn a_url_may_turn_smart_imaging_on_by_itself() {
        for (query, expected) in [
            ("bfc=on", true),
            ("wid=300&BFC=On", true),
            ("$p$&dpr=on,2&x", true),
            ("dpr=on%2C1.5", true),
            ("network=on#top", true),
            ("dpr=on", true),
            ("bfc=off", false),
            ("dpr=off", false),
            ("dpr=2", false),
            ("bfc", false),
            ("abfc=on", false),
            ("src=is{C/b?bfc=on}", false),
            ("", false),
        ] {
            let url = format!("https://h/is/image/C/a?{query}");
            let formats = CheckFormat::of(&url, PurgeScope::Exact, false);
            assert_eq!(formats.len() == 3, expected, "{query}");
        }
    }

    #[test]
    fn words_stand_for_what_they_were_made_of() {
        for format in CheckFormat::ALL {
            assert_eq!(CheckFormat::from_word(format.as_str()), Some(format));
        }
        for kind in LookKind::ALL {
            assert_eq!(LookKind::from_word(kind.as_str()), Some(kind));
        }
    }
}
