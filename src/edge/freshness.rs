//! How long a browser may keep an answer without asking again, read from its headers.

use std::time::Duration;

use time::{PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

use crate::clock::Timestamp;

/// The date of HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT`.
const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// The headers of an answer that say how long it may be kept.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lifetime<'a> {
    /// `Cache-Control`, all of it.
    pub cache_control: &'a str,
    /// `Expires`.
    pub expires: Option<&'a str>,
    /// `Date`: when the origin gave the answer, by its own clock.
    pub date: Option<&'a str>,
    /// `Age`, in seconds.
    pub age: Option<u64>,
}

/// What remains at an instant of an answer's life, `Cache-Control` before `Expires`, by RFC 9111, section 4.2; `None` when
/// neither says.
pub(super) fn keeps(lifetime: &Lifetime<'_>, at: Timestamp) -> Option<Duration> {
    let date = lifetime.date.and_then(instant);
    let age = Duration::from_secs(lifetime.age.unwrap_or(0));
    let age = age.max(date.map_or(Duration::ZERO, |date| at.since(date)));
    let mut max_age = None;
    for directive in lifetime.cache_control.split(',') {
        let (name, value) = directive
            .trim()
            .split_once('=')
            .unwrap_or((directive.trim(), ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Some(Duration::ZERO),
            "max-age" => max_age = max_age.or_else(|| value.trim().trim_matches('"').parse().ok()),
            _ => {}
        }
    }
    if let Some(seconds) = max_age {
        return Some(Duration::from_secs(seconds).saturating_sub(age));
    }
    // Whatever is no date means "expired already", most often as `0` or `-1`.
    let Some(expires) = instant(lifetime.expires?) else {
        return Some(Duration::ZERO);
    };
    Some(match date {
        Some(date) => expires.since(date).saturating_sub(age),
        None => expires.since(at),
    })
}

fn instant(header: &str) -> Option<Timestamp> {
    let date = PrimitiveDateTime::parse(header.trim(), HTTP_DATE).ok()?;
    let micros = date.assume_utc().unix_timestamp().saturating_mul(1_000_000);
    Some(Timestamp::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_remains_of_an_answers_life_is_told() {
        let at = Timestamp::from_micros(784_111_777_000_000);
        let seconds = |cache_control: Option<_>, expires, age| {
            let lifetime = Lifetime {
                cache_control: cache_control.unwrap_or_default(),
                expires,
                date: None,
                age,
            };
            keeps(&lifetime, at).map(|life| life.as_secs())
        };
        let date = Some("Sun, 06 Nov 1994 08:59:37 GMT");
        for (cache_control, expires, age, expected) in [
            (Some("public, max-age=36000"), None, Some(600), Some(35_400)),
            (Some("max-age=60"), date, None, Some(60)),
            (Some("max-age=60"), None, Some(90), Some(0)),
            (Some("max-age=60, max-age=90"), None, None, Some(60)),
            (Some("No-Cache, max-age=60"), None, None, Some(0)),
            (Some("no-store"), date, None, Some(0)),
            (Some("public"), date, None, Some(600)),
            (None, date, Some(5), Some(600)),
            (None, Some("-1"), None, Some(0)),
            (None, None, Some(5), None),
        ] {
            assert_eq!(
                seconds(cache_control, expires, age),
                expected,
                "{cache_control:?}"
            );
        }
    }

    #[test]
    fn expires_is_read_by_the_clock_that_wrote_it() {
        // 08:49:37
        let at = Timestamp::from_micros(784_111_777_000_000);
        let time = |time| format!("Sun, 06 Nov 1994 {time} GMT");
        for (name, date, expires, age, expected) in [
            ("right", "08:49:37", "08:59:37", None, 600),
            ("an hour ahead", "09:49:37", "09:59:37", None, 600),
            ("ahead, from a cache", "09:49:37", "09:59:37", Some(60), 540),
            // As browsers have it: it may have been on its way for so long.
            ("a while ago", "08:44:37", "08:54:37", None, 300),
            (
                "a while ago, and said so",
                "08:44:37",
                "08:54:37",
                Some(300),
                300,
            ),
            ("long ago", "07:49:37", "07:59:37", None, 0),
            ("expired when it was given", "08:49:37", "08:49:37", None, 0),
        ] {
            let (date, expires) = (time(date), time(expires));
            let lifetime = Lifetime {
                expires: Some(&expires),
                date: Some(&date),
                age,
                ..Lifetime::default()
            };
            let expected = Some(Duration::from_secs(expected));
            assert_eq!(keeps(&lifetime, at), expected, "{name}");
        }
        let expires = time("08:59:37");
        let undated = Lifetime {
            expires: Some(&expires),
            date: Some("yesterday"),
            ..Lifetime::default()
        };
        assert_eq!(keeps(&undated, at), Some(Duration::from_mins(10)));
    }
}
