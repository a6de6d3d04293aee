//! The pages of one list, as they come: when it ends, and that it ends. Nothing that Adobe says about numbers is believed:
//! an empty page ends a list, and a page that came before is an error.

use std::{
    collections::{
        HashMap,
        hash_map::{DefaultHasher, Entry},
    },
    hash::{Hash as _, Hasher as _},
};

use super::trouble::ReadingError;
use crate::ips::AssetPage;

/// A company has fewer pages than this; whoever sends more never ends.
const MOST: u32 = 100_000;

/// What a turn came to.
pub(super) enum Turn {
    /// The step has another page.
    Again,
    /// The step is done.
    Done,
}

/// The pages that came so far.
#[derive(Default)]
pub(super) struct Pages {
    /// Their numbers by what is on them; at most [`MOST`].
    numbers: HashMap<u64, u32>,
    /// The most assets on one of them.
    largest: u64,
}

impl Pages {
    /// Takes note of a page. One that is not `full` ends the list, if no more than that were promised; an empty one ends it in
    /// any case.
    pub fn take(&mut self, page: &AssetPage, number: u32, full: u32) -> Result<Turn, ReadingError> {
        let here = page.assets.len() as u64;
        if here == 0 {
            return Ok(Turn::Done);
        }
        let same_as = self.note(page, number);
        if same_as.is_some() || number > MOST {
            return Err(ReadingError::Repeats {
                page: number,
                same_as,
            });
        }
        // A server may hand out smaller pages than were asked for; the last one may be smaller still.
        let before = u64::from(number - 1) * self.largest;
        let has_all = page.total_rows.is_some_and(|total| total <= before + here);
        Ok(if here < u64::from(full) && has_all {
            Turn::Done
        } else {
            Turn::Again
        })
    }

    /// Takes note of a page that an earlier attempt has stored: should it come again, it is known.
    pub fn recall(&mut self, page: &AssetPage, number: u32) {
        self.note(page, number);
    }

    /// The page before that is the same, if there is one.
    fn note(&mut self, page: &AssetPage, number: u32) -> Option<u32> {
        let mut fingerprint = DefaultHasher::new();
        for item in &page.assets {
            (&item.handle, &item.name, item.last_modified).hash(&mut fingerprint);
        }
        self.largest = self.largest.max(page.assets.len() as u64);
        match self.numbers.entry(fingerprint.finish()) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(new) => {
                new.insert(number);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ips::AssetItem;

    fn page(names: std::ops::Range<u32>, total: Option<u64>) -> AssetPage {
        let assets = names.map(|name| AssetItem {
            name: Some(name.to_string()),
            ..AssetItem::default()
        });
        AssetPage {
            total_rows: total,
            assets: assets.collect(),
        }
    }

    #[test]
    fn a_list_ends_with_a_page_that_is_empty_or_completes_what_was_promised() {
        for (last, total, ends) in [
            (page(10..13, None), None, false),
            (page(0..0, None), None, true),
            (page(10..20, None), None, false),
            (page(10..13, Some(13)), Some(13), true),
            (page(10..13, Some(14)), Some(14), false),
            (page(0..0, Some(99)), Some(99), true),
        ] {
            let mut pages = Pages::default();
            let first = pages.take(&page(0..10, total), 1, 10).unwrap();
            assert!(matches!(first, Turn::Again));
            let turn = pages.take(&last, 2, 10).unwrap();
            assert_eq!(matches!(turn, Turn::Done), ends, "{last:?}");
        }
    }

    #[test]
    fn smaller_pages_than_were_asked_for_go_on_while_more_are_promised() {
        let mut pages = Pages::default();
        for (number, names, ends) in [(1, 0..4, false), (2, 4..8, false), (3, 8..9, true)] {
            let turn = pages.take(&page(names, Some(9)), number, 10).unwrap();
            assert_eq!(matches!(turn, Turn::Done), ends, "{number}");
        }
    }

    #[test]
    fn a_page_that_came_before_and_a_list_without_end_are_errors() {
        let is_as = |turn, expected| {
            let Err(ReadingError::Repeats { page: 3, same_as }) = turn else {
                return false;
            };
            same_as == Some(expected)
        };
        let mut pages = Pages::default();
        pages.take(&page(0..10, None), 1, 10).unwrap();
        pages.take(&page(10..20, None), 2, 10).unwrap();
        let again = pages.take(&page(0..10, None), 3, 10);
        assert!(is_as(again, 1));
        let mut taken_up = Pages::default();
        taken_up.recall(&page(10..20, None), 2);
        let again = taken_up.take(&page(10..20, None), 3, 10);
        assert!(is_as(again, 2));
        let endless = pages.take(&page(20..30, None), MOST + 1, 10);
        let Err(ReadingError::Repeats { same_as: None, .. }) = endless else {
            panic!("it does not end");
        };
    }
}
