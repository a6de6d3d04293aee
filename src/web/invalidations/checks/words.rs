//! What was seen of a URL, in plain words and with what to do about it.

use crate::{
    domain::Verdict,
    store::{Check, Fate},
    web::verdicts::{Badge, so_far},
};

/// How a row says what was seen.
pub(super) struct Words {
    /// A class of the style sheet.
    pub(super) class: &'static str,
    pub(super) icon: &'static str,
    pub(super) label: String,
    pub(super) advice: String,
}

/// The words for a check as it stands. `fate` is that of a URL which waits for its purge, or is not known to be purged.
pub(super) fn words(check: &Check, fate: Option<Fate>) -> Words {
    let (badge, advice) = verdict_words(check, fate);
    let advice = of_what_it_is(advice, &check.url);
    let pending = check.is_pending();
    let cleared = match (check.covered, fate) {
        (true, _) if check.asked && check.purged_at.is_some() => {
            "This invalidation cleared this address. "
        }
        (true, _) => "",
        (false, Some(Fate::Unknown)) => {
            "It is not known whether this invalidation cleared this address. "
        }
        (false, _) => "This invalidation did not clear this address. ",
    };
    if let Some(verdict) = check.verdict.filter(|_| pending) {
        return Words {
            class: "info",
            icon: "clock",
            label: so_far(verdict),
            advice: match verdict {
                Verdict::NothingNewer => format!("{advice} Unstale looks again by itself."),
                _ if check.covered => format!(
                    "{cleared}A purge may take some minutes; Unstale looks again by itself."
                ),
                _ => format!("{cleared}Unstale looks again in a moment."),
            },
        };
    }
    Words {
        class: badge.class,
        icon: badge.icon,
        label: badge.label.to_owned(),
        advice: format!("{cleared}{advice}"),
    }
}

/// The sentences speak of pictures, as most are; what is delivered otherwise is a file.
pub fn of_what_it_is(advice: String, url: &str) -> String {
    if url.contains("/is/image/") {
        advice
    } else {
        advice.replace("picture", "file")
    }
}

fn verdict_words(check: &Check, fate: Option<Fate>) -> (Badge, String) {
    let other = |class, icon, label| Badge { class, icon, label };
    match check.verdict {
        Some(Verdict::Live) if !check.covered => (
            other("ok", "check", "As Dynamic Media has it"),
            "The host delivers what Dynamic Media has now. If you still see another picture, your own browser keeps it: reload the page without its cache, or open it in a private window."
                .to_owned(),
        ),
        Some(Verdict::NotChecked) | None if check.is_pending() => (
            other("info", "clock", "Looking soon"),
            "The purge needs a moment.".to_owned(),
        ),
        Some(Verdict::NotChecked) | None => unpurged(fate),
        Some(verdict) => (verdict.into(), advice(check, verdict)),
    }
}

/// Nobody has looked since the purge, if there was one.
fn unpurged(fate: Option<Fate>) -> (Badge, String) {
    let (class, icon, label, advice) = match fate {
        Some(Fate::Open) => (
            "info",
            "clock",
            "Looked at before the purge",
            "It is looked at again when Adobe has accepted its purge.",
        ),
        Some(Fate::NotTaken) => (
            "neutral",
            "info",
            "Not cleared",
            "Its purge did not go through, so there is nothing to look for.",
        ),
        Some(Fate::Unknown) => (
            "neutral",
            "info",
            "Looked at before",
            "It is not known whether it was purged, so Unstale does not look again by itself.",
        ),
        Some(Fate::Taken) | None => (
            "info",
            "clock",
            "Looked at before the purge",
            "Adobe has accepted its purge; what it shows after that is next.",
        ),
    };
    (Badge { class, icon, label }, advice.to_owned())
}

fn advice(check: &Check, verdict: Verdict) -> String {
    let advice = match verdict {
        Verdict::StillOld if check.stayed_old_behind_its_base() => {
            "Its base URL was purged, and the host still delivers the old picture. Send the full URLs, above."
        }
        // What it leaves open says more.
        _ if check.doubt.is_some() => check.doubt.as_deref().unwrap_or_default(),
        Verdict::Live => "The new picture is delivered.",
        Verdict::Gone => "There was a picture before the purge; now there is none.",
        Verdict::NothingNewer => {
            "Dynamic Media delivers the same picture as before the purge. If it is the new one, it was already live; if not, publish it and purge again."
        }
        Verdict::StillOld => {
            "The host still delivers another picture than Dynamic Media has now. Purge it again; if that does not help, an administrator should know."
        }
        Verdict::CachedAgain => {
            "The purge worked, but the old picture came into the cache anew. It is published by now: purge again."
        }
        Verdict::CouldNotCheck | Verdict::NotChecked => "",
    };
    advice.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::verdicts::tests::check;

    #[test]
    fn a_verdict_that_is_not_final_says_so() {
        let so_far = words(&check(Some(Verdict::StillOld), true), None);
        assert_eq!(
            (so_far.class, so_far.label.as_str()),
            ("info", "Still old so far")
        );
        let final_one = words(&check(Some(Verdict::StillOld), false), None);
        assert_eq!(
            (final_one.class, final_one.label.as_str()),
            ("bad", "Still old")
        );
        let doubt = words(&check(Some(Verdict::CouldNotCheck), false), None);
        assert_eq!(doubt.advice, "Because.");
        let uncertain = words(&check(Some(Verdict::CouldNotCheck), true), None);
        assert_eq!(uncertain.label, "Not certain yet");
    }

    #[test]
    fn what_a_verdict_leaves_open_is_said_in_place_of_the_usual() {
        let live = check(Some(Verdict::Live), false);
        assert_eq!(words(&live, None).advice, "The new picture is delivered.");
        let by_origin = Check {
            doubt: Some("The host delivers what Dynamic Media has now.".to_owned()),
            ..live
        };
        let words = words(&by_origin, None);
        assert_eq!((words.class, words.label.as_str()), ("ok", "Live"));
        assert!(words.advice.starts_with("The host delivers what"));
    }

    #[test]
    fn a_look_is_promised_only_where_a_purge_is_to_come() {
        let unpurged = Check {
            purged_at: None,
            verdict_at: None,
            doubt: None,
            looks: 0,
            ..check(None, false)
        };
        for (fate, label, advice) in [
            (
                Fate::Open,
                "Looked at before the purge",
                "It is looked at again when Adobe has accepted its purge.",
            ),
            (
                Fate::Taken,
                "Looked at before the purge",
                "Adobe has accepted its purge; what it shows after that is next.",
            ),
            (
                Fate::NotTaken,
                "Not cleared",
                "Its purge did not go through, so there is nothing to look for.",
            ),
            (
                Fate::Unknown,
                "Looked at before",
                "It is not known whether it was purged, so Unstale does not look again by itself.",
            ),
        ] {
            let words = words(&unpurged, Some(fate));
            assert_eq!(
                (words.label.as_str(), words.advice.as_str()),
                (label, advice)
            );
        }
    }

    #[test]
    fn what_is_no_picture_is_called_a_file() {
        for (url, noun) in [
            ("https://h/is/image/C/a?wid=1", "picture"),
            ("https://h/is/content/C/a.pdf", "file"),
        ] {
            let old = Check {
                url: url.to_owned(),
                sent_url: url.to_owned(),
                ..check(Some(Verdict::StillOld), false)
            };
            let old = words(&old, None);
            let sentence = format!("The host still delivers another {noun} than");
            assert!(old.advice.starts_with(&sentence), "{}", old.advice);
        }
    }
}
