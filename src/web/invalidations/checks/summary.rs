//! What can be said of all URLs that were looked at together.

use crate::{
    domain::HostOrigin,
    store::CheckCount,
    web::view::{Moment, counted},
};

/// How long browsers may keep the old picture.
#[derive(Debug)]
pub(super) enum Browsers {
    /// They ask each time.
    Ask,
    /// They ask each time for some; of the others the host does not say, and they guess.
    AskForSome,
    /// They may keep it until then; some of them the host does not speak of, and those perhaps longer.
    Keep(Moment, bool),
}

/// A host that may not clear by base URL.
#[derive(Debug)]
pub(super) struct DoubtedHost {
    pub(super) host: String,
    /// How many of its URLs stayed old.
    pub(super) urls: String,
}

/// The latest instant to which a browser may keep the old picture: from just before the purge, or from the last time that
/// it was seen to be given out since.
pub(super) fn browsers(counts: &[CheckCount]) -> Option<Browsers> {
    let covered = counts.iter().filter(|count| count.covered);
    let is_silent = covered.clone().any(|count| count.silent > 0);
    let until = covered.filter_map(|count| Some((count.kept_until?, count.asks)));
    let (latest, asks) = until.max()?;
    Some(match (asks, is_silent) {
        (true, false) => Browsers::Ask,
        (true, true) => Browsers::AskForSome,
        (false, is_silent) => Browsers::Keep(latest.into(), is_silent),
    })
}

impl DoubtedHost {
    /// So many of its URLs stayed old.
    pub(super) fn new(host: &HostOrigin, urls: u64) -> Self {
        Self {
            host: host.to_string(),
            urls: counted(urls, "URL"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Timestamp, web::verdicts::tests::one};

    #[test]
    fn browsers_may_keep_the_old_picture_for_as_long_as_the_longest_lived_one() {
        let keeping = |seconds: i64| CheckCount {
            asks: seconds == 0,
            kept_until: Some(Timestamp::from_micros((1 + seconds) * 1_000_000)),
            ..one(None, true)
        };
        assert!(browsers(&[one(None, true)]).is_none());
        assert!(matches!(browsers(&[keeping(0)]), Some(Browsers::Ask)));
        let not_cleared = CheckCount {
            covered: false,
            ..keeping(90)
        };
        let kept = browsers(&[keeping(0), keeping(60), keeping(9), not_cleared]);
        let Some(Browsers::Keep(until, false)) = kept else {
            panic!("they keep it");
        };
        assert_eq!(until.machine, "1970-01-01T00:01:01Z");
    }

    #[test]
    fn nothing_is_said_of_those_for_which_the_host_does_not_say_how_long_they_are_kept() {
        let keeping = |seconds: i64, silent| CheckCount {
            asks: seconds == 0,
            silent,
            kept_until: Some(Timestamp::from_micros((1 + seconds) * 1_000_000)),
            ..one(None, true)
        };
        let silent = CheckCount {
            silent: 49,
            ..one(None, true)
        };
        assert!(browsers(std::slice::from_ref(&silent)).is_none());
        let some = browsers(&[keeping(0, 0), silent.clone()]);
        assert!(matches!(some, Some(Browsers::AskForSome)), "{some:?}");
        let longer = browsers(&[keeping(60, 1), keeping(0, 0)]);
        assert!(
            matches!(longer, Some(Browsers::Keep(_, true))),
            "{longer:?}"
        );
        let not_cleared = CheckCount {
            covered: false,
            ..silent
        };
        let all = browsers(&[keeping(0, 0), not_cleared]);
        assert!(matches!(all, Some(Browsers::Ask)), "{all:?}");
    }
}
