//! What was seen of a URL, in plain words and with what to do about it.

use crate::{domain::Verdict, store::Check};

/// How a row says what was seen.
pub(super) struct Words {
    /// A class of the style sheet.
    pub(super) class: &'static str,
    pub(super) icon: &'static str,
    pub(super) label: String,
    pub(super) advice: String,
}

/// The words for a check as it stands.
pub(super) fn words(check: &Check) -> Words {
    let (class, icon, label, advice) = verdict_words(check);
    let pending = check.is_pending();
    let not_covered = if check.covered {
        ""
    } else {
        "This invalidation did not clear this address. "
    };
    if pending && check.verdict.is_some() {
        return Words {
            class: "info",
            icon: "clock",
            label: format!("{label} so far"),
            advice: match check.verdict {
                Some(Verdict::NothingNewer) => format!("{advice} Unstale looks again by itself."),
                _ => format!(
                    "{not_covered}A purge may take some minutes; Unstale looks again by itself."
                ),
            },
        };
    }
    Words {
        class,
        icon,
        label: label.to_owned(),
        advice: format!("{not_covered}{advice}"),
    }
}

fn verdict_words(check: &Check) -> (&'static str, &'static str, &'static str, String) {
    let text = str::to_owned;
    match check.verdict {
        Some(Verdict::Live) if !check.covered => (
            "ok",
            "check",
            "As Dynamic Media has it",
            text(
                "The host delivers what Dynamic Media has now. If you still see another picture, your own browser keeps it: reload the page without its cache, or open it in a private window.",
            ),
        ),
        Some(Verdict::Live) => ("ok", "check", "Live", text("The new picture is delivered.")),
        Some(Verdict::Gone) => (
            "ok",
            "check",
            "Live: no longer delivered",
            text("There was a picture before the purge; now there is none."),
        ),
        Some(Verdict::NothingNewer) => (
            "info",
            "info",
            "Nothing newer at the origin",
            text(
                "Dynamic Media delivers the same picture as before the purge. If it is the new one, it was already live; if not, publish it and purge again.",
            ),
        ),
        Some(Verdict::StillOld) if check.stayed_old_behind_its_base() => (
            "bad",
            "error",
            "Still old",
            text(
                "Its base URL was purged, and the host still delivers the old picture. Send the full URLs, above.",
            ),
        ),
        Some(Verdict::StillOld) => (
            "bad",
            "error",
            "Still old",
            text(
                "The host still delivers another picture than Dynamic Media has now. Purge it again; if that does not help, an administrator should know.",
            ),
        ),
        Some(Verdict::CachedAgain) => (
            "warn",
            "warning",
            "Cached again before publishing finished",
            text(
                "The purge worked, but the old picture came into the cache anew. It is published by now: purge again.",
            ),
        ),
        Some(Verdict::CouldNotCheck) => (
            "warn",
            "warning",
            "Could not check",
            check.doubt.clone().unwrap_or_default(),
        ),
        Some(Verdict::NotChecked) | None if check.is_pending() => (
            "info",
            "clock",
            "Looking soon",
            text("The purge needs a moment."),
        ),
        Some(Verdict::NotChecked) | None => (
            "info",
            "clock",
            "Looked at before the purge",
            text("It is looked at again when Adobe has accepted its purge."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::summary::tests::check, *};

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
}
