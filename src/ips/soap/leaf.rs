//! Values of an answer's elements, read leniently: what cannot be read is missing, and never costs the rest of a page.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, de};

use super::instant;
use crate::clock::Timestamp;

/// What an element holds. `None` for a missing, empty or blank element, for `xsi:nil`, and for what cannot be read.
///
/// Numbers on which success or failure hangs are not for this: see [`super::number`].
#[derive(Debug, PartialEq, Eq)]
pub(in crate::ips) struct Leaf<T>(pub Option<T>);

impl<T> Default for Leaf<T> {
    fn default() -> Self {
        Self(None)
    }
}

/// A value that an element may hold; the text is never blank.
pub(in crate::ips) trait FromElement: Sized {
    fn from_element(text: &str) -> Option<Self>;
}

/// Text to the byte, blanks at its ends included: names and values.
impl FromElement for String {
    fn from_element(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// A word without the blanks around it: handles, types, roles.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::ips) struct Word(String);

impl FromElement for Word {
    fn from_element(text: &str) -> Option<Self> {
        Some(Self(text.trim().to_owned()))
    }
}

impl Leaf<Word> {
    pub fn word(self) -> Option<String> {
        self.0.map(|word| word.0)
    }
}

impl FromElement for bool {
    fn from_element(text: &str) -> Option<Self> {
        match text.trim() {
            "1" => Some(true),
            "0" => Some(false),
            word if word.eq_ignore_ascii_case("true") => Some(true),
            word if word.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }
}

impl FromElement for u64 {
    fn from_element(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

impl FromElement for Timestamp {
    fn from_element(text: &str) -> Option<Self> {
        instant::parse(text.trim())
    }
}

impl<'de, T: FromElement> Deserialize<'de> for Leaf<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Reader(PhantomData))
    }
}

struct Reader<T>(PhantomData<T>);

impl<T: FromElement> de::Visitor<'_> for Reader<T> {
    type Value = Leaf<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an element that holds text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Leaf<T>, E> {
        Ok(Leaf(match text.trim() {
            "" => None,
            _ => T::from_element(text),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Answer {
        text: Leaf<String>,
        word: Leaf<Word>,
        flag: Leaf<bool>,
        count: Leaf<u64>,
        instant: Leaf<Timestamp>,
    }

    fn answer(children: &str) -> Answer {
        quick_xml::de::from_str(&format!("<a xmlns:xsi='urn:x'>{children}</a>")).unwrap()
    }

    #[test]
    fn text_stays_to_the_byte_and_words_lose_the_blanks_around_them() {
        let both = answer(
            "<text x='1'> a \u{a0}b&amp;<![CDATA[<c>]]>e\u{301} </text><word>\n a|1 b \n</word>",
        );
        assert_eq!(
            both.text.0.as_deref(),
            Some(" a \u{a0}b&<c>e\u{301} "),
            "nothing trimmed or normalised"
        );
        assert_eq!(both.word.word().as_deref(), Some("a|1 b"));
    }

    #[test]
    fn nothing_is_read_from_empty_blank_nil_and_nonsense() {
        for value in ["<E/>", "<E></E>", "<E> \n </E>", "<E xsi:nil='true'/>", ""] {
            let of = |name| answer(&value.replace('E', name));
            assert_eq!(of("text").text.0, None, "{value}");
            assert_eq!(of("word").word.word(), None, "{value}");
            assert_eq!(of("flag").flag.0, None, "{value}");
            assert_eq!(of("count").count.0, None, "{value}");
            assert_eq!(of("instant").instant.0, None, "{value}");
        }
        let nonsense =
            answer("<flag>maybe</flag><count>-1</count><instant>yesterday</instant><text>t</text>");
        assert_eq!(nonsense.flag.0, None);
        assert_eq!(nonsense.count.0, None);
        assert_eq!(nonsense.instant.0, None);
        assert_eq!(nonsense.text.0.as_deref(), Some("t"));
    }

    #[test]
    fn flags_and_counts_are_read_in_every_spelling() {
        for (text, flag) in [("true", true), ("1", true), (" True ", true), ("0", false)] {
            assert_eq!(answer(&format!("<flag>{text}</flag>")).flag.0, Some(flag));
        }
        assert_eq!(answer("<count> 2500 </count>").count.0, Some(2_500));
        assert_eq!(answer("<count>1e3</count>").count.0, None);
    }
}
