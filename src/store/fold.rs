//! How text is searched: without case and without accents, and in pieces of at least three characters.
//!
//! An index of pieces of three characters answers any search for three or more. So that it answers shorter ones too,
//! the searched text ends with the beginnings of all its words, each behind marks that no text of Dynamic Media holds:
//! *`re`* at the beginning of a word is the piece *mark, r, e*, and *`r`* is *mark, mark, r*.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::convert::storable;
use crate::domain::{Asset, LONGEST_KEY};

/// Stands before the beginning of a word.
const MARK: char = '\u{1f}';

/// Signs that nearly every text holds: to index where they are would help nobody.
const ORDINARY: [char; 4] = ['_', '-', '.', '/'];

/// PostgreSQL's indexes hold some 2,700 bytes a row, and one holds the searched text beside the ID and the folder.
const LONGEST: usize = 2_400;

/// So much of the searched text is kept however long ID and folder are.
const ALWAYS_FITS: usize = LONGEST / 8;

/// Text as it is searched and sorted: compatible forms are one, accents are gone, and so is case.
pub(super) fn fold(text: &str) -> String {
    lower(&plain(text))
}

/// An ID as it is sorted and searched by its beginning. No longer than an ID may be: of some letters of Arabic one becomes
/// eighteen, and indexes hold the whole of it.
pub(super) fn fold_id(id: &str) -> String {
    let mut folded = fold(id);
    folded.truncate(folded.floor_char_boundary(LONGEST_KEY));
    folded
}

/// What words are looked for in. The line ends keep a word from matching across two of the three.
pub(super) fn search_text(asset: &Asset) -> String {
    // Mostly the file is called as the asset, with an extension: then its name is enough.
    let id = if asset.file_name.starts_with(&asset.id) {
        ""
    } else {
        &asset.id
    };
    let original = format!("{id}\n{}\n{}", asset.file_name, asset.folder);
    let original = storable(&original);
    let original = plain(&original);
    let mut text = lower(&original);
    for (first, second) in starts(&original) {
        text.extend([MARK, MARK, first]);
        text.extend(second);
    }
    // A million are made in a row: most are short, and need no second folding of their ID.
    if text.len() > ALWAYS_FITS {
        let room = LONGEST.saturating_sub(fold_id(&asset.id).len() + asset.folder.len());
        text.truncate(text.floor_char_boundary(room.max(ALWAYS_FITS)));
    }
    text
}

/// What is looked for in [`search_text`] when a person types a word, which is folded already; all of it must be there.
///
/// With a sign, two characters are no beginning of a word, and no piece of three. So that an index knows the way to `-x`,
/// what it tells goes with it: a letter behind a sign begins a word. Of a letter before a sign, such as `x-`, nothing is
/// known but that the word ends there: it is walked for.
pub(super) fn needles(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().take(3).collect();
    let marked = |c: &char| format!("{MARK}{MARK}{c}");
    match chars[..] {
        [sign] if !ORDINARY.contains(&sign) => vec![marked(&sign)],
        [a, b] if a.is_alphanumeric() && b.is_alphanumeric() => vec![format!("{MARK}{word}")],
        [_, letter] if letter.is_alphanumeric() => vec![word.to_owned(), marked(&letter)],
        _ => vec![word.to_owned()],
    }
}

/// Without accents, but with its case: words can still be told apart where it changes.
fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.contains(MARK) {
        return text.into();
    }
    let spaced = |c: char| if c == MARK { ' ' } else { c };
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .map(spaced)
        .collect()
}

fn lower(plain: &str) -> String {
    if plain.is_ascii() {
        plain.to_ascii_lowercase()
    } else {
        plain.chars().flat_map(lower_letter).collect()
    }
}

/// A letter without its case, whatever stands beside it: at the end of a word `Σ` would otherwise be another letter than
/// within, and the beginning of a word another text than the word. A stroke through a letter is an accent like others, though
/// Unicode makes letters of their own of them. What is changed here changes what is stored: migrations 0019 and 0022 did so.
pub fn lower_letter(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().flat_map(|small| {
        let letters = match small {
            'ß' => [Some('s'), Some('s')],
            'æ' => [Some('a'), Some('e')],
            'œ' => [Some('o'), Some('e')],
            'þ' => [Some('t'), Some('h')],
            'ς' => [Some('σ'), None],
            'ø' => [Some('o'), None],
            'ł' => [Some('l'), None],
            'đ' | 'ð' => [Some('d'), None],
            'ħ' => [Some('h'), None],
            'ŧ' => [Some('t'), None],
            'ı' => [Some('i'), None],
            _ => [Some(small), None],
        };
        letters.into_iter().flatten()
    })
}

/// The first two letters or digits of each word, and each sign that is not an everyday one; sorted, each once. A word begins
/// after anything else, at a capital after a small letter, and between letters and digits: `redShoe-78` has three.
fn starts(plain: &str) -> Vec<(char, Option<char>)> {
    let mut starts = Vec::new();
    let mut before: Option<char> = None;
    for (at, c) in plain.char_indices() {
        if c.is_alphanumeric() {
            let begins = before.is_none_or(|b| {
                !b.is_alphanumeric()
                    || (b.is_lowercase() && c.is_uppercase())
                    || b.is_numeric() != c.is_numeric()
            });
            if begins {
                let word = plain[at..].chars().take_while(|c| c.is_alphanumeric());
                let mut letters = word.take(2).flat_map(lower_letter);
                starts.extend(letters.next().map(|first| (first, letters.next())));
            }
        } else if !c.is_whitespace() && !c.is_control() && !ORDINARY.contains(&c) {
            starts.push((c, None));
        }
        before = Some(c);
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Timestamp, domain::AssetKey};

    fn asset(id: &str, file_name: &str, folder: &str) -> Asset {
        Asset {
            key: AssetKey::from_uuid(uuid::Uuid::nil()),
            id: id.to_owned(),
            file_name: file_name.to_owned(),
            folder: folder.to_owned(),
            asset_type: "Image".to_owned(),
            published: true,
            handle: None,
            created_at: Timestamp::from_micros(0),
            changed_at: Timestamp::from_micros(0),
            vanished_at: None,
        }
    }

    #[test]
    fn case_accents_and_compatible_forms_do_not_matter() {
        for (text, folded) in [
            ("GLO_Shoe", "glo_shoe"),
            ("Größe", "grosse"),
            ("GRO\u{308}SSE", "grosse"),
            ("ﬁn\u{1f}e", "fin e"),
            ("İstanbul™", "istanbultm"),
            ("ПЁС", "пес"),
            ("ΟΔΟΣ", "οδοσ"),
            ("οδός", "οδοσ"),
            ("Łódź Øre Đà Ħal Ŧa", "lodz ore da hal ta"),
            ("Kırmızı ǿ", "kirmizi o"),
            ("Ægir Œuvre Þór Ð", "aegir oeuvre thor d"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in [
            "Größe ẞ İ Ǆ ﬁ ™ ΟΔΌΣ ΣΑΣ Łß ǼŒÞ",
            "שלום",
            "한국어",
            "👟\u{fe0f}",
        ] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }

    #[test]
    fn words_begin_at_signs_capitals_and_digits() {
        let text = |(first, second)| [first].into_iter().chain(second).collect::<String>();
        let starts = starts("GLO_redShoe78-x 100% glo");
        let found: Vec<String> = starts.into_iter().map(text).collect();
        assert_eq!(found, ["%", "10", "78", "gl", "re", "sh", "x"]);
    }

    #[test]
    fn short_words_are_looked_for_at_beginnings_and_long_ones_anywhere() {
        let text = search_text(&asset("GLO_redShoe", "über.tif", "Größen/a"));
        for (word, found) in [
            ("dsh", true),
            ("re", true),
            ("ed", false),
            ("u", true),
            ("b", false),
            ("grossen", true),
            ("_", true),
            ("/a", true),
            ("_r", true),
            ("_e", false),
            ("o_", true),
            ("%", false),
            (".t", true),
            (".%", false),
        ] {
            let is_there = needles(word).iter().all(|it| text.contains(it));
            assert_eq!(is_there, found, "{word}");
        }
    }

    #[test]
    fn what_a_letter_behind_a_sign_tells_is_true_wherever_they_stand() {
        let id = "a-b%c (É)-ß+Æx.9_#7 'İ\u{301}–™ﬁ/½&ע-ж";
        let text = search_text(&asset(id, "über-öl.tif", "x/-y"));
        let chars: Vec<char> = text.split(MARK).next().unwrap().chars().collect();
        let pairs = chars.windows(2).filter(|pair| {
            let is_word = pair.iter().all(|c| c.is_alphanumeric());
            !is_word && !pair.iter().any(|c| c.is_whitespace())
        });
        let mut looked_at = 0;
        for pair in pairs {
            let word: String = pair.iter().collect();
            for needle in needles(&word) {
                assert!(text.contains(&needle), "{word}: {needle:?}");
            }
            looked_at += 1;
        }
        assert!(looked_at > 30, "{looked_at}");
        let number = ["-x", "%x", "x-", "x%", "--"].map(|it| needles(it).len());
        assert_eq!(number, [2, 2, 1, 1, 1]);
    }

    #[test]
    fn a_very_long_text_fits_into_an_index() {
        let asset = asset(&"ä".repeat(400), &"b".repeat(5_000), &"c".repeat(500));
        assert!(
            search_text(&asset).len() + fold_id(&asset.id).len() + asset.folder.len() <= LONGEST
        );
    }
}
