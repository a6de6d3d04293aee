//! What can be said of all URLs that were looked at together.

use crate::{
    clock::Timestamp,
    domain::HostOrigin,
    store::Check,
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
pub(super) fn browsers(checks: &[Check]) -> Option<Browsers> {
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

/// Hosts whose URLs stayed old although their base URL was purged.
pub(super) fn doubted(checks: &[Check]) -> Vec<DoubtedHost> {
    let mut hosts = std::collections::BTreeMap::new();
    for check in checks
        .iter()
        .filter(|check| check.stayed_old_behind_its_base())
    {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{domain::Verdict, web::verdicts::tests::check};

    const AT: Timestamp = Timestamp::from_micros(1_000_000);

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
