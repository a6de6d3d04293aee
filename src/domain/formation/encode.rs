//! How an asset's ID is spelled in a URL. The spelling is part of the cache key: nothing is normalised.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What ECMAScript's `encodeURIComponent` encodes: all but letters, digits and `- _ . ! ~ * ' ( )`.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The same, but for the characters that may stand raw in a path segment and that some sites leave so.
const SEGMENT: &AsciiSet = &COMPONENT
    .remove(b'+')
    .remove(b'&')
    .remove(b'$')
    .remove(b'@')
    .remove(b'=')
    .remove(b';')
    .remove(b':')
    .remove(b',');

/// The ID as `encodeURIComponent` spells it.
#[must_use]
pub fn encode_id(id: &str) -> Cow<'_, str> {
    utf8_percent_encode(id, COMPONENT).into()
}

/// The ID with `+ & $ @ = ; : ,` left as they are; `None` when it has none of them.
pub(super) fn raw_spelling(id: &str) -> Option<Cow<'_, str>> {
    id.bytes()
        .any(|byte| matches!(byte, b'+' | b'&' | b'$' | b'@' | b'=' | b';' | b':' | b','))
        .then(|| utf8_percent_encode(id, SEGMENT).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_encoded_as_ecmascript_does() {
        let all: String = (' '..='~').collect();
        assert_eq!(
            encode_id(&all),
            "%20!%22%23%24%25%26'()*%2B%2C-.%2F0123456789%3A%3B%3C%3D%3E%3F%40ABCDEFGHIJKLMNOPQRSTUVWXYZ\
             %5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~"
        );
        assert_eq!(encode_id("Größe €"), "Gr%C3%B6%C3%9Fe%20%E2%82%AC");
    }

    #[test]
    fn the_raw_spelling_leaves_only_what_a_path_segment_may_hold() {
        assert_eq!(
            raw_spelling("a +&$@=;:,/?#b").as_deref(),
            Some("a%20+&$@=;:,%2F%3F%23b")
        );
        assert_eq!(raw_spelling("a b"), None);
    }
}
