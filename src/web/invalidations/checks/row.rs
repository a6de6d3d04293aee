//! One URL that was looked at, as the page shows it.

use std::collections::HashSet;

use super::words::{of_what_it_is, words};
use crate::{
    domain::{CheckFormat, CheckId, LookKind, Verdict},
    store::{Check, Fate, StoredLook},
    web::{grounds, view::Moment},
};

/// A row of the section.
#[derive(Debug)]
pub(super) struct CheckRow {
    pub(super) id: String,
    pub(super) url: String,
    /// A class of the style sheet, and an icon.
    pub(super) class: &'static str,
    pub(super) icon: &'static str,
    pub(super) label: String,
    pub(super) advice: String,
    /// What was seen in each format, where that differs.
    pub(super) by_format: Option<String>,
    pub(super) newer_waits: bool,
    /// When the last look was.
    pub(super) at: Option<Moment>,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    /// Whether the invalidation clears it.
    pub(super) covered: bool,
    /// The button that puts it into a new draft, if that would help.
    pub(super) again: Option<&'static str>,
    pub(super) can_look: bool,
}

impl CheckRow {
    /// `fate` is that of a URL which waits for its purge.
    pub(super) fn new(
        check: &Check,
        fate: Option<Fate>,
        this: &str,
        pictures: &HashSet<(CheckId, LookKind)>,
        looks: &[StoredLook],
    ) -> Self {
        let words = words(check, fate);
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
            by_format: grounds::where_formats_differ(looks)
                .map(|seen| of_what_it_is(seen, &check.url)),
            newer_waits: newer_waits(check, looks),
            at: check.verdict_at.map(Moment::from),
            before: picture(LookKind::Before),
            after: picture(LookKind::After),
            covered: check.covered,
            again: match check.verdict {
                _ if !check.covered => Some("Put it into a new invalidation"),
                _ if check.is_pending() => None,
                Some(Verdict::CachedAgain | Verdict::StillOld | Verdict::NothingNewer) => {
                    Some("Purge again")
                }
                _ if check.asked => Some("Put it into a new invalidation"),
                _ => None,
            },
            can_look: check.purged_at.is_some() && check.next_look_at.is_none(),
        }
    }
}

/// Whether the preview server showed another version than the origin when both were looked at last: one that waits to be
/// published. It is no evidence, so only what has nothing newer at the origin says so.
fn newer_waits(check: &Check, looks: &[StoredLook]) -> bool {
    let seen = |kind| {
        let mut plain = looks.iter().filter(|it| it.format == CheckFormat::Plain);
        let look = plain.find(|look| look.kind == kind)?;
        look.look.as_ref().ok()
    };
    check.verdict == Some(Verdict::NothingNewer)
        && match (seen(LookKind::Origin), seen(LookKind::Preview)) {
            // A preview server that was taken off the settings leaves its last look behind.
            (Some(origin), Some(preview)) => {
                preview.at >= origin.at && preview.is_newer_than_published(origin)
            }
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Timestamp,
        domain::{Evidence, Sighting},
        web::verdicts::tests::check,
    };

    fn look(kind: LookKind, second: i64, picture: u8) -> StoredLook {
        let at = Timestamp::from_micros(second * 1_000_000);
        StoredLook {
            format: CheckFormat::Plain,
            kind,
            at,
            look: Ok(Sighting {
                at,
                status: 200,
                hash: Some([picture; 32]),
                etag: None,
                last_modified: None,
                length: None,
                evidence: Evidence::default(),
                keeps: None,
            }),
        }
    }

    #[test]
    fn a_version_that_waits_is_seen_by_what_two_looks_showed() {
        let waits = |verdict, preview| {
            let looks = [look(LookKind::Origin, 2, 1), preview];
            newer_waits(&check(Some(verdict), false), &looks)
        };
        let newer = || look(LookKind::Preview, 2, 2);
        assert!(waits(Verdict::NothingNewer, newer()));
        assert!(!waits(Verdict::StillOld, newer()), "no verdict is touched");
        let same = look(LookKind::Preview, 2, 1);
        assert!(!waits(Verdict::NothingNewer, same));
        let earlier = look(LookKind::Preview, 1, 2);
        assert!(
            !waits(Verdict::NothingNewer, earlier),
            "that look is older than the origin's"
        );
        let failed = StoredLook {
            look: Err("it did not answer".to_owned()),
            ..newer()
        };
        assert!(!waits(Verdict::NothingNewer, failed));
        let webp = StoredLook {
            format: CheckFormat::Webp,
            ..newer()
        };
        assert!(!waits(Verdict::NothingNewer, webp));
    }
}
