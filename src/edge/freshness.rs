//! How long a browser may keep an answer without asking again, read from its headers.

use std::time::Duration;

use time::{PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

use crate::clock::Timestamp;

/// The date of HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT`.
const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// The rest of its life, `Cache-Control` before `Expires`, as HTTP has it; `None` when neither says.
pub(super) fn keeps(
    cache_control: Option<&str>,
    expires: Option<&str>,
    age: Option<u64>,
    at: Timestamp,
) -> Option<Duration> {
    let mut max_age = None;
    for directive in cache_control.unwrap_or_default().split(',') {
        let (name, value) = directive
            .trim()
            .split_once('=')
            .unwrap_or((directive.trim(), ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Some(Duration::ZERO),
            "max-age" => max_age = value.trim().trim_matches('"').parse::<u64>().ok(),
            _ => {}
        }
    }
    if let Some(seconds) = max_age {
        let left = seconds.saturating_sub(age.unwrap_or(0));
        return Some(Duration::from_secs(left));
    }
    let expires = expires?.trim();
    // Whatever is no date means "expired already", most often as `0` or `-1`.
    let Ok(date) = PrimitiveDateTime::parse(expires, HTTP_DATE) else {
        return Some(Duration::ZERO);
    };
    let micros = date.assume_utc().unix_timestamp().saturating_mul(1_000_000);
    Some(Timestamp::from_micros(micros).since(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_remains_of_an_answers_life_is_told() {
        let at = Timestamp::from_micros(784_111_777_000_000);
        let seconds = |cache_control, expires, age| {
            keeps(cache_control, expires, age, at).map(|life| life.as_secs())
        };
        let date = Some("Sun, 06 Nov 1994 08:59:37 GMT");
        for (cache_control, expires, age, expected) in [
            (Some("public, max-age=36000"), None, Some(600), Some(35_400)),
            (Some("max-age=60"), date, None, Some(60)),
            (Some("max-age=60"), None, Some(90), Some(0)),
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
}
