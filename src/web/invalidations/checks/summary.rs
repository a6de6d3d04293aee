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
    /// They may keep it until then.
    Keep(Moment),
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
    let until = covered.filter_map(|count| Some((count.kept_until?, count.asks)));
    let (latest, asks) = until.max()?;
    Some(if asks {
        Browsers::Ask
    } else {
        Browsers::Keep(latest.into())
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
        let Some(Browsers::Keep(until)) = kept else {
            panic!("they keep it");
        };
        assert_eq!(until.machine, "1970-01-01T00:01:01Z");
    }
}
