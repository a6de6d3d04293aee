//! One URL that was looked at, as the page shows it.

use super::words::{of_what_it_is, words};
use crate::{
    domain::{CheckId, LookKind, Verdict},
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
    /// `fate` is that of a URL which waits for its purge. `newer_waits`: the preview server shows a version that is not
    /// published.
    pub(super) fn new(
        check: &Check,
        fate: Option<Fate>,
        this: &str,
        pictures: &[(CheckId, LookKind)],
        looks: &[StoredLook],
        newer_waits: bool,
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
            newer_waits,
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

/// What asks for somebody comes first.
pub(super) fn rank(check: &Check) -> u8 {
    match check.verdict {
        Some(Verdict::StillOld | Verdict::CachedAgain) => 0,
        Some(Verdict::CouldNotCheck) => 1,
        Some(Verdict::NothingNewer) => 2,
        None | Some(Verdict::NotChecked) => 3,
        Some(Verdict::Live | Verdict::Gone) => 4,
    }
}
