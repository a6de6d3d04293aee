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

/// A text as it is shown again: a browser drops NULs, so they become what it shows for the unreadable.
pub fn showable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
