//! Sorting texts by code point, fast for texts that share long beginnings, as URLs of one company do.
//!
//! Comparing two such URLs reads some fifty bytes before the first difference. So the common beginning of a group
//! is skipped, the group is sorted by the next eight bytes as one integer, and what is still equal is a group
//! again. (UTF-8 sorts by bytes as it does by code points.)

use std::cmp::Ordering;

/// Below this size, comparing texts is cheaper than preparing keys.
const SMALL_GROUP: usize = 12;

/// How many bytes of a text a key holds; its last byte tells how many there were, see [`key`].
const KEY_BYTES: usize = 7;

/// An item of a sorted list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sorted {
    /// Where it stood before.
    pub index: usize,
    /// Whether its text is that of the item before.
    pub repeats: bool,
}

/// The indices below `count`, sorted by their texts; `tie` decides between equal texts.
pub(super) fn sorted<'t>(
    count: usize,
    text: impl Fn(usize) -> &'t [u8],
    tie: impl Fn(usize, usize) -> Ordering,
) -> impl ExactSizeIterator<Item = Sorted> {
    // The key of the moment, and the index. Once an item is in place, the key says whether it repeats.
    let mut items: Vec<(u64, usize)> = (0..count).map(|index| (NEW, index)).collect();
    // Groups to be sorted, and how many bytes their texts share for certain.
    let mut groups = vec![(0..count, 0)];
    while let Some((range, shared)) = groups.pop() {
        let start = range.start;
        let group = &mut items[range];
        if group.len() <= SMALL_GROUP {
            sort_small(group, |index| &text(index)[shared..], &tie);
            continue;
        }
        let prefix = common_prefix(group, shared, &text);
        for (item, index) in &mut *group {
            *item = key(&text(*index)[prefix..]);
        }
        group.sort_by_key(|(key, _)| *key);
        let mut at = start;
        for equal in group.chunk_by_mut(|(a, _), (b, _)| a == b) {
            let end = at + equal.len();
            if equal.len() > 1 && !ends_within(equal[0].0) {
                groups.push((at..end, prefix + KEY_BYTES));
            } else {
                equal.sort_by(|(_, a), (_, b)| tie(*a, *b));
                mark_repeats(equal, |_, _| true);
            }
            at = end;
        }
    }
    items.into_iter().map(|(mark, index)| Sorted {
        index,
        repeats: mark == REPEATS,
    })
}

const NEW: u64 = 0;
const REPEATS: u64 = 1;

fn sort_small<'t>(
    group: &mut [(u64, usize)],
    text: impl Fn(usize) -> &'t [u8],
    tie: impl Fn(usize, usize) -> Ordering,
) {
    group.sort_by(|(_, a), (_, b)| text(*a).cmp(text(*b)).then_with(|| tie(*a, *b)));
    mark_repeats(group, |a, b| text(a) == text(b));
}

/// Marks the items of a group, whose first text is not that of the item before.
fn mark_repeats(group: &mut [(u64, usize)], are_equal: impl Fn(usize, usize) -> bool) {
    let mut before = None;
    for (mark, index) in group {
        let repeats = before.is_some_and(|before| are_equal(before, *index));
        *mark = if repeats { REPEATS } else { NEW };
        before = Some(*index);
    }
}

/// How many bytes all texts of a group start with; they are known to share the first `shared`.
fn common_prefix<'t>(
    group: &[(u64, usize)],
    shared: usize,
    text: &impl Fn(usize) -> &'t [u8],
) -> usize {
    let mut prefix = group
        .first()
        .map_or(&[][..], |(_, first)| &text(*first)[shared..]);
    for (_, index) in group {
        let rest = &text(*index)[shared..];
        if !rest.starts_with(prefix) {
            let equal = prefix.iter().zip(rest).take_while(|(a, b)| a == b).count();
            prefix = &prefix[..equal];
        }
    }
    shared + prefix.len()
}

/// The first seven bytes, zeros after the end, then how many bytes there were: keys compare as such texts do, and
/// equal keys of texts that end within them are equal texts.
fn key(text: &[u8]) -> u64 {
    let mut bytes = [0; KEY_BYTES + 1];
    let held = text.len().min(KEY_BYTES);
    bytes[..held].copy_from_slice(&text[..held]);
    u64::from_be_bytes(bytes) | text.len().min(GOES_ON) as u64
}

/// In place of the count: there is more than the key holds.
const GOES_ON: usize = KEY_BYTES + 1;

const fn ends_within(key: u64) -> bool {
    key & 0xff < GOES_ON as u64
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn sort(texts: &[Vec<u8>]) -> Vec<Sorted> {
        sorted(texts.len(), |i| &texts[i], |a, b| a.cmp(&b)).collect()
    }

    fn expected(texts: &[Vec<u8>]) -> Vec<Sorted> {
        let mut indices: Vec<usize> = (0..texts.len()).collect();
        indices.sort_by(|a, b| texts[*a].cmp(&texts[*b]).then(a.cmp(b)));
        let mut before = None;
        let sorted = indices.into_iter().map(|index| Sorted {
            index,
            repeats: before.replace(&texts[index]) == Some(&texts[index]),
        });
        sorted.collect()
    }

    #[test]
    fn each_text_is_a_beginning_of_the_next() {
        let texts: Vec<Vec<u8>> = (0..200).rev().map(|length| vec![b'a'; length]).collect();
        assert_eq!(sort(&texts), expected(&texts));
    }

    proptest! {
        #[test]
        fn texts_sort_as_slices_do(texts in vec(vec(prop_oneof![Just(0_u8), Just(b'a'), Just(255)], 0..24), 0..200)) {
            prop_assert_eq!(sort(&texts), expected(&texts));
        }

        #[test]
        fn a_common_beginning_changes_nothing(texts in vec("[ab]{0,20}", 0..200)) {
            let texts: Vec<_> = texts.iter().map(|text| format!("https://h/is/image/C/{text}").into_bytes()).collect();
            prop_assert_eq!(sort(&texts), expected(&texts));
        }
    }
}
