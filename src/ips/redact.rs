//! Keeps the password out of what a server sends back.
//!
//! A server, or a proxy before it, may quote our request in its error page, escaped once, twice or not at all.

use secrecy::{ExposeSecret as _, SecretString};

const REDACTED: &str = "[redacted]";

/// `text` without the secret, however its characters are escaped: `a&b` is found in `a&b`, `a&amp;b`, `a&#38;b` and
/// `a&amp;amp;b`.
pub(super) fn redact(text: &str, secret: &SecretString) -> String {
    let secret = secret.expose_secret();
    if secret.is_empty() {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(length) = length_of(secret, rest) {
            clean.push_str(REDACTED);
            rest = &rest[length..];
        } else {
            clean.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    clean
}

/// How many bytes at the start of `text` spell `secret`, at most; `None` when none do.
fn length_of(secret: &str, text: &str) -> Option<usize> {
    // All the places where the part matched so far may end: `&amp;` is one escaped ampersand, or five raw characters.
    let mut ends = vec![0];
    for (matched, wanted) in secret.chars().enumerate() {
        if matched >= TELLING_LENGTH && ends.iter().any(|&end| is_cut_off(&text[end..])) {
            return Some(text.len());
        }
        ends = ends
            .iter()
            .flat_map(|&end| spellings(wanted, &text[end..]).map(move |length| end + length))
            .collect();
        ends.sort_unstable();
        ends.dedup();
        if ends.is_empty() {
            return None;
        }
    }
    ends.last().copied()
}

/// An answer may break off within the password. So much of it at the very end of a text is taken out too.
const TELLING_LENGTH: usize = 3;

/// Whether nothing follows, or only the first half of a character or of an escape.
fn is_cut_off(rest: &str) -> bool {
    let half_an_escape = rest.len() < 16 && rest.starts_with('&') && !rest.contains(';');
    rest.is_empty() || rest == "\u{FFFD}" || half_an_escape
}

/// The lengths of all the spellings of `wanted` at the start of `text`: raw, escaped, escaped again.
fn spellings(wanted: char, text: &str) -> impl Iterator<Item = usize> {
    let raw = text.starts_with(wanted).then(|| wanted.len_utf8());
    // Escaped again, `&lt;` becomes `&amp;lt;`: each turn takes one ampersand's escape off.
    let bodies = std::iter::successors(text.strip_prefix('&'), |body| {
        AMPERSANDS.iter().find_map(|amp| body.strip_prefix(amp))
    });
    let escaped = bodies.filter_map(move |body| {
        let (character, length) = named(body)?;
        (character == wanted).then(|| text.len() - body.len() + length)
    });
    raw.into_iter().chain(escaped)
}

const AMPERSANDS: [&str; 4] = ["amp;", "#38;", "#x26;", "#X26;"];

/// The escape whose `&` has been taken off already.
fn named(body: &str) -> Option<(char, usize)> {
    // The longest is `#x10ffff;`; a few leading zeros are allowed for.
    let end = body.bytes().take(16).position(|b| b == b';')?;
    let character = match &body[..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        name => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::escape::{escape as full_escape, minimal_escape, partial_escape};

    use super::*;

    fn without(text: &str, secret: &str) -> String {
        redact(text, &SecretString::from(secret))
    }

    #[test]
    fn a_password_is_found_however_it_is_escaped() {
        let secret = "p&<\"'ö";
        for spelt in [
            "p&<\"'ö",
            "p&amp;&lt;\"'ö",
            "p&amp;&lt;&quot;&apos;&#246;",
            "p&#38;&#60;&#34;&#39;&#xF6;",
            "p&amp;amp;&amp;lt;&amp;quot;&amp;#39;ö",
            "p&amp;amp;amp;&amp;amp;lt;\"'ö",
        ] {
            assert_eq!(
                without(&format!("<b>{spelt}</b>"), secret),
                "<b>[redacted]</b>"
            );
        }
    }

    #[test]
    fn a_password_that_looks_like_an_escape_is_found() {
        assert_eq!(without("x &amp; y", "&amp;"), "x [redacted] y");
        assert_eq!(without("x &amp;amp; y", "&amp;"), "x [redacted] y");
        assert_eq!(without("x a&lt;b y", "a&lt;b"), "x [redacted] y");
    }

    #[test]
    fn other_text_stays_as_it_is() {
        let text = "a &amp; b &unknown; &#xFFFFFF; & ö";
        assert_eq!(without(text, "secret"), text);
        assert_eq!(without(text, ""), text);
    }

    #[test]
    fn a_password_that_is_cut_off_at_the_end_is_taken_out_too() {
        for text in [
            "x horse&",
            "x horse&am",
            "x hor",
            "x horse\u{FFFD}",
            "x horse&amp;",
        ] {
            assert_eq!(without(text, "horse&ö"), "x [redacted]", "{text}");
        }
        assert_eq!(without("x horse; y", "horse&ö"), "x horse; y");
    }

    proptest! {
        #[test]
        fn no_way_of_escaping_hides_a_password(secret in "[a-z&<>\"'; #äx0-9]{1,12}", before in ".{0,8}") {
            for spelt in [
                secret.clone(),
                minimal_escape(secret.as_str()).into_owned(),
                partial_escape(secret.as_str()).into_owned(),
                full_escape(secret.as_str()).into_owned(),
                full_escape(full_escape(secret.as_str())).into_owned(),
            ] {
                let clean = without(&format!("{before}|{spelt}|"), &secret);
                prop_assert!(clean.contains(REDACTED), "{spelt} left in {clean}");
            }
        }
    }
}
