//! Typing mistakes in an ID: a letter that is wrong, missing, too many, or swapped with its neighbour.

use std::collections::BTreeSet;

use super::snapshot::Snapshot;

/// A longer ID is not compared.
const LONGEST: usize = 100;

/// In a shorter ID one mistake makes another word of it.
const SHORTEST: usize = 4;

/// No more names are looked up; of a long ID the rarest letters are not tried.
const MOST_NAMES: usize = 5_000;

/// Pieces that begin so far apart are not both broken by one mistake: a swap touches two letters.
const APART: usize = 4;

/// Pieces to look for; of fewer than the least nothing certain would be left.
const MOST_PIECES: usize = 5;
const LEAST_PIECES: usize = 3;

/// A piece that more assets have, of all companies, is not looked for, nor pieces that lead to more assets together.
const LONGEST_LIST: f64 = 50_000.0;
const MOST_ROWS: f64 = 2_000.0;

/// How many mistakes lie between two IDs. Those that are too long to be compared are far from each other.
pub(super) fn distance(a: &str, b: &str) -> usize {
    if a.len().max(b.len()) > 2 * LONGEST {
        return usize::MAX;
    }
    strsim::osa_distance(a, b)
}

/// All names from which one mistake leads to this one, and itself. Letters that were left out or replaced are among
/// the given ones, which are sorted by how common they are.
pub(super) fn one_away(name: &str, letters: &[char]) -> BTreeSet<String> {
    let name: Vec<char> = name.chars().collect();
    if !(SHORTEST..=LONGEST).contains(&name.len()) {
        return BTreeSet::new();
    }
    let letters = &letters[..letters.len().min(MOST_NAMES / (2 * name.len() + 1))];
    let mut names = BTreeSet::new();
    let mut add = |parts: &[&[char]]| names.insert(parts.concat().iter().collect());
    for at in 0..=name.len() {
        let (before, after) = name.split_at(at);
        for letter in letters {
            add(&[before, &[*letter], after]);
        }
        if let [typed, rest @ ..] = after {
            add(&[before, rest]);
            for letter in letters {
                add(&[before, &[*letter], rest]);
            }
            if let [next, rest @ ..] = rest {
                add(&[before, &[*next, *typed], rest]);
            }
        }
    }
    names
}

/// What two mistakes leave of a name's rarest pieces: all of one of these. Nothing where the pieces are too few, or too
/// common.
pub(super) fn pieces_left_by_two(name: &str, snapshot: &Snapshot) -> Vec<Vec<[char; 3]>> {
    let letters: Vec<char> = name.chars().take(LONGEST).collect();
    let total = float(snapshot.everywhere);
    let share = |piece: &[char; 3]| {
        let seen = snapshot.trigrams.get(piece).copied().unwrap_or(0);
        (f64::from(seen) + 0.5) / float(snapshot.rows.len().max(1))
    };
    let is_indexed = |piece: &[char; 3]| {
        snapshot.is_indexed
            && (snapshot.knows_signs || piece.iter().all(char::is_ascii_alphanumeric))
    };
    let pieces = letters.windows(3).map(|it| [it[0], it[1], it[2]]);
    let mut pieces: Vec<(usize, [char; 3])> = pieces
        .enumerate()
        .filter(|(_, piece)| is_indexed(piece) && share(piece) * total <= LONGEST_LIST)
        .collect();
    pieces.sort_by(|a, b| share(&a.1).total_cmp(&share(&b.1)));
    let mut chosen: Vec<(usize, [char; 3])> = Vec::new();
    for (at, piece) in pieces {
        let is_apart = |other: &(usize, [char; 3])| other.0.abs_diff(at) >= APART;
        if chosen.len() < MOST_PIECES && chosen.iter().all(is_apart) {
            chosen.push((at, piece));
        }
    }
    if chosen.len() < LEAST_PIECES {
        return Vec::new();
    }
    let mut alternatives = Vec::new();
    for first in 0..chosen.len() {
        for second in first + 1..chosen.len() {
            let left = (0..).zip(&chosen);
            let left = left.filter(|(at, _)| *at != first && *at != second);
            alternatives.push(left.map(|(_, (_, piece))| *piece).collect::<Vec<_>>());
        }
    }
    let rows = |pieces: &Vec<[char; 3]>| pieces.iter().map(share).product::<f64>() * total;
    if alternatives.iter().map(rows).sum::<f64>() > MOST_ROWS {
        return Vec::new();
    }
    alternatives
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn float(count: impl TryInto<i64>) -> f64 {
    count.try_into().unwrap_or(i64::MAX) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LETTERS: [char; 4] = ['a', 'b', '1', '_'];

    /// Where, what, and which letter of [`LETTERS`].
    type Mistake = (prop::sample::Index, u8, usize);

    fn mistake() -> impl Strategy<Value = Mistake> {
        (any::<prop::sample::Index>(), 0_u8..4, 0..LETTERS.len())
    }

    fn mistyped(name: &str, (at, what, letter): &Mistake) -> String {
        let mut name: Vec<char> = name.chars().collect();
        let at = at.index(name.len());
        match what {
            0 => name.insert(at, LETTERS[*letter]),
            1 => name[at] = LETTERS[*letter],
            2 => {
                name.remove(at);
            }
            _ if at + 1 < name.len() => name.swap(at, at + 1),
            _ => {}
        }
        name.into_iter().collect()
    }

    proptest! {
        #[test]
        fn one_mistake_leads_back(name in "[ab1_]{5,12}", mistake in mistake()) {
            let typed = mistyped(&name, &mistake);
            let names = one_away(&typed, &LETTERS);
            prop_assert!(names.contains(&name), "{typed}");
            for name in names {
                prop_assert!(distance(&name, &typed) <= 1, "{name}");
            }
        }

        #[test]
        fn two_mistakes_leave_all_of_an_alternative(
            name in "[a-z0-9_]{16,40}", mistakes in [mistake(), mistake()]
        ) {
            let typed = mistakes.iter().fold(name.clone(), |typed, it| mistyped(&typed, it));
            let mut snapshot = Snapshot::new(0, Vec::new());
            (snapshot.is_indexed, snapshot.knows_signs) = (true, true);
            let alternatives = pieces_left_by_two(&typed, &snapshot);
            let is_left = |pieces: &Vec<[char; 3]>| {
                pieces.iter().all(|it| name.contains(&it.iter().collect::<String>()))
            };
            prop_assert!(alternatives.iter().any(is_left), "{typed}: {alternatives:?}");
        }
    }

    #[test]
    fn what_is_short_or_long_has_no_names_beside_it() {
        assert!(one_away("abc", &LETTERS).is_empty());
        assert!(one_away(&"a".repeat(LONGEST + 1), &LETTERS).is_empty());
        assert_eq!(distance(&"a".repeat(2 * LONGEST + 1), "a"), usize::MAX);
    }

    #[test]
    fn pieces_are_looked_for_that_an_index_knows_and_few_assets_have() {
        let mut snapshot = Snapshot::new(0, Vec::new());
        let number = |snapshot: &Snapshot, name| pieces_left_by_two(name, snapshot).len();
        assert_eq!(
            number(&snapshot, "glo_1234567_front"),
            0,
            "there is no index"
        );
        snapshot.is_indexed = true;
        assert_eq!(number(&snapshot, "glo_1234567_front"), 6, "two of four");
        assert_eq!(number(&snapshot, "g_o_1_2_3_4_5_6"), 0, "it knows no signs");
        snapshot.knows_signs = true;
        assert_eq!(
            number(&snapshot, "g_o_1_2_3_4_5_6_7_8"),
            10,
            "three of five"
        );
        assert_eq!(number(&snapshot, "glo_123456"), 0, "too short");
        snapshot.everywhere = 1_000_000;
        assert_eq!(number(&snapshot, "glo_1234567_front"), 0, "each is common");
    }

    #[test]
    fn a_long_name_is_tried_with_the_commonest_letters() {
        let letters: Vec<char> = ('a'..='z').chain('0'..='9').collect();
        let name = "-".repeat(LONGEST);
        let names = one_away(&name, &letters);
        assert!(names.len() <= MOST_NAMES, "{}", names.len());
        assert!(names.contains(&format!("a{name}")) && !names.contains(&format!("9{name}")));
    }
}
