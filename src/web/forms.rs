//! What all forms share: text that can be stored, check boxes, and the button that was pressed.

use std::str::FromStr;

use serde::{Deserialize as _, Deserializer};

/// Text that no page can do anything with: a NUL, or bytes that were no text (they arrive as U+FFFD).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl Unreadable {
    /// The sentence for the page.
    pub const SENTENCE: &str = "The text holds characters that cannot be read (it may come from a file in another \
                                encoding). Remove them, shown as \u{fffd}, and try again.";
}

/// Refuses text that cannot be stored or read. Everything else is kept byte for byte.
pub fn readable(text: &str) -> Result<&str, Unreadable> {
    if text.contains(['\0', char::REPLACEMENT_CHARACTER]) {
        Err(Unreadable)
    } else {
        Ok(text)
    }
}

/// A number in an address or a hidden field; what is none counts as missing, for it is nothing that a person typed.
pub fn number<'de, T: FromStr + Default, D: Deserializer<'de>>(value: D) -> Result<T, D::Error> {
    let text = String::deserialize(value)?;
    Ok(text.parse().unwrap_or_default())
}

/// What people meant to paste or to type: without blanks at its ends, and without what is not seen there. Spreadsheets and
/// mails leave a byte order mark or a blank without width, texts with words from right to left their directions.
pub fn bare(text: &str) -> &str {
    let is_unseen = |c| matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}');
    text.trim_matches(|c: char| c.is_whitespace() || is_unseen(c))
}

/// A text as it is shown again: a browser drops NULs, so they become what it shows for the unreadable.
pub fn showable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_seen_at_the_ends_of_a_text_is_no_part_of_it() {
        for (text, meant) in [
            ("\u{feff}shoe_24", "shoe_24"),
            ("\u{200b} shoe 24\u{a0}\u{200e}", "shoe 24"),
            ("\u{2068}\u{202b}נעל\u{202c}\u{2069}\u{200f}", "נעל"),
            ("a\u{200b}b", "a\u{200b}b"),
            ("👩\u{200d}🚀\u{fe0f}", "👩\u{200d}🚀\u{fe0f}"),
            (" \u{2060}", ""),
        ] {
            assert_eq!(bare(text), meant, "{text:?}");
        }
    }
}
