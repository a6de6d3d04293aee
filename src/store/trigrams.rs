//! Pieces of three bytes, by which URLs are found that contain a text.
//!
//! An invalidation is found by the pieces of all its URLs together, each once: URLs of one run are much alike, so a
//! thousand of them have hardly more pieces than ten. What is found this way is a candidate; the URLs themselves decide.

use std::{collections::BTreeSet, fmt::Write as _};

/// What nearly every URL holds: to know where it is would help nobody.
const ORDINARY: [&str; 4] = ["https://", "http://", "/is/image/", "/is/content/"];

/// Pieces to look for at once. A longer text has more, and they tell hardly more.
const SOUGHT: usize = 16;

/// Text as it is compared: the case of A to Z does not matter. Both databases fold these by themselves, and no others.
pub(super) fn fold(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// The pieces of several texts.
#[derive(Debug, Default)]
pub(super) struct Trigrams(BTreeSet<u32>);

impl Trigrams {
    /// Adds those of a text.
    pub(super) fn add(&mut self, text: &str) {
        self.0.extend(pieces(&fold(text)));
    }

    /// All of them but the ordinary ones, as both databases take them: numbers with a blank between.
    pub(super) fn to_text(&self) -> String {
        let ordinary = ordinary();
        text(self.0.iter().filter(|piece| !ordinary.contains(piece)))
    }
}

/// What [`Trigrams::to_text`] of every text holds in which these occur. `None` when they are too short, or too
/// ordinary, to tell anything.
pub(super) fn sought(needles: &[&str]) -> Option<String> {
    let ordinary = ordinary();
    let pieces: BTreeSet<u32> = needles
        .iter()
        .flat_map(|needle| pieces(&fold(needle)).collect::<Vec<_>>())
        .filter(|piece| !ordinary.contains(piece))
        .collect();
    let step = pieces.len().div_ceil(SOUGHT).max(1);
    (!pieces.is_empty()).then(|| text(pieces.iter().step_by(step)))
}

fn pieces(folded: &str) -> impl Iterator<Item = u32> {
    let windows = folded.as_bytes().windows(3);
    windows.map(|piece| u32::from_be_bytes([0, piece[0], piece[1], piece[2]]))
}

fn ordinary() -> BTreeSet<u32> {
    ORDINARY.iter().flat_map(|text| pieces(text)).collect()
}

fn text<'a>(pieces: impl Iterator<Item = &'a u32>) -> String {
    let mut text = String::new();
    for piece in pieces {
        let _ = write!(text, "{piece} ");
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(urls: &[&str]) -> String {
        let mut trigrams = Trigrams::default();
        for url in urls {
            trigrams.add(url);
        }
        trigrams.to_text()
    }

    fn holds(urls: &[&str], needle: &str) -> bool {
        let all = all(urls);
        let all: BTreeSet<&str> = all.split(' ').collect();
        sought(&[needle]).is_none_or(|text| text.split(' ').all(|piece| all.contains(piece)))
    }

    #[test]
    fn whatever_occurs_in_a_url_is_among_its_pieces() {
        let url = "https://Images.example.com/is/image/Acme/Größe-👟?$p$&a=%25";
        for from in (0..url.len()).filter(|at| url.is_char_boundary(*at)) {
            for to in (from..=url.len()).filter(|at| url.is_char_boundary(*at)) {
                assert!(
                    holds(&[url, "https://h/"], &url[from..to]),
                    "{}",
                    &url[from..to]
                );
            }
        }
        assert!(holds(&[url], "ACME"));
        assert!(!holds(&[url], "acne"));
    }

    #[test]
    fn what_is_short_or_ordinary_tells_nothing() {
        for needle in ["", "a", "ab", "https://", "/is/image", "content"] {
            assert_eq!(sought(&[needle]), None, "{needle}");
        }
    }

    #[test]
    fn a_long_text_is_looked_for_by_a_few_of_its_pieces() {
        let long: String = ('\u{100}'..'\u{900}').collect();
        assert!(sought(&[&long]).unwrap().split(' ').count() <= SOUGHT);
    }

    #[test]
    fn pieces_are_numbers_whatever_the_text() {
        let text = all(&["\"' OR * NEAR(:^-\u{202e}ع"]);
        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b' ')
        );
    }
}
