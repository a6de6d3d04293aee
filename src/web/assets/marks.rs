//! Marking what was found: where the words occur in a text as people see it, though searching minds neither case nor
//! accents.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::store::lower_letter;

/// A piece of a text, and whether it is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub is_marked: bool,
}

/// A character of the folded text, and the bytes of the original that it came from.
struct Folded {
    is: char,
    from: usize,
    to: usize,
}

/// Cuts a text where any of the words begins or ends.
pub fn marked(text: &str, words: &[String]) -> Vec<Piece> {
    let folded = fold(text);
    let mut marks = vec![false; text.len()];
    for word in words {
        let word: Vec<char> = fold(word).into_iter().map(|c| c.is).collect();
        if word.iter().all(|c| c.is_whitespace()) {
            continue;
        }
        let is_short = word.len() < 3 && word.iter().all(|c| c.is_alphanumeric());
        for (at, window) in folded.windows(word.len()).enumerate() {
            let begins = at == 0 || is_border(text, &folded[at - 1], &folded[at]);
            if window.iter().map(|c| c.is).eq(word.iter().copied()) && (!is_short || begins) {
                marks[window[0].from..window[word.len() - 1].to].fill(true);
            }
        }
    }
    pieces(text, &marks)
}

/// Whether any of the words occurs in a text.
pub fn is_found(text: &str, words: &[String]) -> bool {
    marked(text, words).iter().any(|piece| piece.is_marked)
}

/// Short words are found at the beginnings of words only, and so are marked there only.
fn is_border(text: &str, before: &Folded, here: &Folded) -> bool {
    let original = |it: &Folded| text[it.from..].chars().next();
    let small_then_capital = original(before).is_some_and(char::is_lowercase)
        && original(here).is_some_and(char::is_uppercase);
    !before.is.is_alphanumeric()
        || small_then_capital
        || before.is.is_numeric() != here.is.is_numeric()
}

fn fold(text: &str) -> Vec<Folded> {
    let mut folded: Vec<Folded> = Vec::with_capacity(text.len());
    for (from, c) in text.char_indices() {
        let to = from + c.len_utf8();
        if c.is_ascii() {
            // As the rest would have it, but quicker: a page folds some hundred texts.
            let is = c.to_ascii_lowercase();
            folded.push(Folded { is, from, to });
            continue;
        }
        let parts = c.nfkd().filter(|part| !is_combining_mark(*part));
        let before = folded.len();
        let letters = parts.flat_map(lower_letter);
        folded.extend(letters.map(|is| Folded { is, from, to }));
        if folded.len() == before
            && let Some(last) = folded.last_mut()
        {
            // An accent of its own belongs to the letter before.
            last.to = to;
        }
    }
    folded
}

fn pieces(text: &str, marks: &[bool]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, c) in text.char_indices() {
        match pieces
            .last_mut()
            .filter(|piece| piece.is_marked == marks[at])
        {
            Some(piece) => piece.text.push(c),
            None => pieces.push(Piece {
                text: c.to_string(),
                is_marked: marks[at],
            }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, words: &str) -> String {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        marked(text, &words)
            .into_iter()
            .map(|piece| {
                if piece.is_marked {
                    format!("[{}]", piece.text)
                } else {
                    piece.text
                }
            })
            .collect()
    }

    #[test]
    fn the_original_is_marked_though_case_and_accents_do_not_matter() {
        for (text, words, expected) in [
            ("GLO_Shoe", "shoe", "GLO_[Shoe]"),
            ("Größen", "grossen", "[Größen]"),
            ("Gro\u{308}ße", "OSS", "Gr[o\u{308}ß]e"),
            ("ΟΔΟΣΑΚΙ Οδός", "ΟΔΟΣ", "[ΟΔΟΣ]ΑΚΙ [Οδός]"),
            ("Łódź Smørrebrød", "lodz brod", "[Łódź] Smørre[brød]"),
            ("Ægir", "aegi", "[Ægi]r"),
            ("a-shoe-shoe", "shoe a-", "[a-shoe]-[shoe]"),
            ("redShoe_sh", "sh", "red[Sh]oe_[sh]"),
            ("tower", "ow", "tower"),
            ("plain", "nothing", "plain"),
            ("two words", "´", "two words"),
            ("", "x", ""),
            ("x", "", "x"),
            ("👟 שלום", "שלום", "👟 [שלום]"),
        ] {
            assert_eq!(shown(text, words), expected, "{text} {words}");
        }
    }
}
