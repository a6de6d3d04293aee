//! *Find the bad URL*: which part of a refused batch to send next, so that the good URLs are sent and the bad ones stay.
//!
//! Pure: what comes next follows from what was answered so far, so that a crash loses nothing. Adobe takes a request as a
//! whole or not at all, which makes each answer one about all of its URLs.

use std::{collections::BTreeSet, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

use super::Receipt;
use crate::clock::Timestamp;

/// Requests of one search; *Go on* allows as many again.
pub const SEARCH_LIMIT: i32 = 12;

/// URLs of a batch by their places in it, from 1: ranges in order that do not touch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Part(Vec<(i64, i64)>);

impl Part {
    /// One stretch.
    #[must_use]
    pub fn range(range: RangeInclusive<i64>) -> Self {
        Self(if range.is_empty() {
            Vec::new()
        } else {
            vec![(*range.start(), *range.end())]
        })
    }

    /// How many URLs.
    #[must_use]
    pub fn len(&self) -> i64 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the URL at that place is in it.
    #[must_use]
    pub fn contains(&self, place: i64) -> bool {
        self.0
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&place))
    }

    /// The place of the only URL, when there is one only.
    #[must_use]
    pub fn only(&self) -> Option<i64> {
        (self.len() == 1).then(|| self.0[0].0)
    }

    /// All places, in order.
    pub fn places(&self) -> impl Iterator<Item = i64> + '_ {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// This without what is in the other.
    fn without(&self, other: &Self) -> Self {
        self.places()
            .filter(|place| !other.contains(*place))
            .collect()
    }

    /// Both together.
    fn and(&self, other: &Self) -> Self {
        let places: BTreeSet<i64> = self.places().chain(other.places()).collect();
        places.into_iter().collect()
    }

    /// Its first half, rounded up, and the rest.
    fn halves(&self) -> (Self, Self) {
        let middle = usize::try_from((self.len() + 1) / 2).unwrap_or(usize::MAX);
        (
            self.places().take(middle).collect(),
            self.places().skip(middle).collect(),
        )
    }
}

impl FromIterator<i64> for Part {
    /// Places in ascending order.
    fn from_iter<I: IntoIterator<Item = i64>>(places: I) -> Self {
        let mut ranges: Vec<(i64, i64)> = Vec::new();
        for place in places {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == place => *last = place,
                _ => ranges.push((place, place)),
            }
        }
        Self(ranges)
    }
}

/// What Adobe said when it refused because of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its fault code.
    pub code: Option<i32>,
    /// Its reason.
    pub reason: String,
}

/// A request of a search that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What was sent.
    pub part: Part,
    /// When it was sent; not known of those that an older version made.
    pub sent_at: Option<Timestamp>,
    /// When it was answered; not known either of older ones.
    pub answered_at: Option<Timestamp>,
    /// What Adobe gave for the part when it took it, or said when it refused a URL of it.
    pub answer: Result<Receipt, Refusal>,
}

impl Probe {
    /// Whether Adobe took it.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.answer.is_ok()
    }

    /// What Adobe said when it refused a URL of the part.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.answer.as_ref().err()
    }

    /// Why Adobe refuses the URL at a place: what it said of the last of these parts that held it. `None` when all that
    /// is known of it comes from the refusal of the whole batch.
    #[must_use]
    pub fn refusal_of(place: i64, probes: &[Self]) -> Option<&Refusal> {
        let mut held = probes
            .iter()
            .rev()
            .filter(|probe| probe.part.contains(place));
        held.find_map(Self::refusal)
    }
}

/// How far a search is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// What Adobe took.
    pub sent: Part,
    /// URLs because of which Adobe refused: each was refused alone, or is all that remains of a part that was refused.
    pub bad: Part,
    /// What is neither.
    pub left: Part,
    /// What to send next; `None` when there is nothing more to find out.
    pub next: Option<Part>,
    /// Adobe refused the first URL too, in which no fault is known: it is not about the URL.
    pub connection: bool,
}

impl Search {
    /// How far it is with a refused batch of so many URLs. `sound` is the place of a URL that passed every local check,
    /// and goes first.
    #[must_use]
    pub fn of(urls: i64, sound: i64, probes: &[Probe]) -> Self {
        let mut this = Self {
            sent: Part::default(),
            bad: Part::default(),
            left: Part::range(1..=urls),
            next: None,
            connection: false,
        };
        let first = Part::range(sound..=sound);
        if probes.first().is_some_and(|probe| !probe.is_accepted()) {
            this.connection = true;
            return this;
        }
        // A part that is known to hold a bad URL; the batch as a whole was refused.
        let mut suspect = this.left.clone();
        for probe in probes {
            this.take(probe, &mut suspect);
        }
        this.next = if probes.is_empty() {
            Some(first)
        } else {
            this.after(&suspect)
        };
        this
    }

    fn take(&mut self, probe: &Probe, suspect: &mut Part) {
        if probe.is_accepted() {
            self.sent = self.sent.and(&probe.part);
            self.left = self.left.without(&probe.part);
            *suspect = suspect.without(&probe.part);
        } else {
            *suspect = probe.part.clone();
        }
        // A bad one that is alone needs no request of its own.
        if suspect.only().is_some() {
            self.bad = self.bad.and(suspect);
            self.left = self.left.without(suspect);
            *suspect = Part::default();
        }
    }

    /// The first half of what is known to hold a bad one; without such a part, all that is left.
    fn after(&self, suspect: &Part) -> Option<Part> {
        if !suspect.is_empty() {
            return Some(suspect.halves().0);
        }
        (!self.left.is_empty()).then(|| self.left.clone())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Searches to its end, or until that many requests were made.
    fn search(urls: i64, sound: i64, bad: &BTreeSet<i64>, limit: usize) -> (Search, Vec<Probe>) {
        let mut probes = Vec::new();
        loop {
            let search = Search::of(urls, sound, &probes);
            let Some(part) = search.next.clone().filter(|_| probes.len() < limit) else {
                return (search, probes);
            };
            let answer = if bad.iter().any(|place| part.contains(*place)) {
                Err(refusal(&format!("one of {} is bad", part.len())))
            } else {
                Ok(Receipt::default())
            };
            probes.push(Probe {
                part,
                sent_at: None,
                answered_at: None,
                answer,
            });
        }
    }

    #[test]
    fn one_bad_url_in_a_thousand_is_found_by_twelve_requests_wherever_it_is() {
        for bad in 1..=1_000 {
            let sound = if bad == 500 { 501 } else { 500 };
            let (search, probes) = search(1_000, sound, &BTreeSet::from([bad]), 12);
            assert_eq!(search.bad.only(), Some(bad));
            assert_eq!((search.sent.len(), search.left.len()), (999, 0), "{bad}");
            assert_eq!(search.next, None);
            assert!(probes.len() <= 12);
        }
    }

    fn refusal(reason: &str) -> Refusal {
        Refusal {
            code: Some(40_002),
            reason: reason.to_owned(),
        }
    }

    #[test]
    fn each_bad_url_has_the_reason_of_the_smallest_part_that_was_refused_with_it() {
        let (search, probes) = search(8, 1, &BTreeSet::from([5, 7]), 12);
        assert_eq!(search.bad.places().collect::<Vec<_>>(), [5, 7]);
        let reason =
            |place| Probe::refusal_of(place, &probes).map(|refusal| refusal.reason.as_str());
        assert_eq!(reason(5), Some("one of 4 is bad"));
        assert_eq!(reason(7), Some("one of 2 is bad"));
        assert_eq!(reason(1), None, "it was never refused");
    }

    #[test]
    fn a_bad_url_that_is_all_that_remains_has_the_reason_of_the_whole_batch_only() {
        let (search, probes) = search(2, 1, &BTreeSet::from([2]), 12);
        assert_eq!(search.bad.only(), Some(2));
        assert_eq!(Probe::refusal_of(2, &probes), None);
    }

    #[test]
    fn when_the_sound_url_is_refused_the_connection_is_at_fault() {
        let (search, probes) = search(10, 4, &(1..=10).collect(), 12);
        assert!(search.connection);
        assert_eq!((probes.len(), search.next), (1, None));
        assert_eq!(search.left.len(), 10);
    }

    proptest! {
        #[test]
        fn nothing_good_stays_and_nothing_bad_is_sent(
            urls in 10_i64..300,
            bad in prop::collection::btree_set(2_i64..100, 1..6),
        ) {
            let bad: BTreeSet<i64> = bad.into_iter().filter(|place| *place <= urls).collect();
            prop_assume!(!bad.is_empty());
            let (search, probes) = search(urls, 1, &bad, 1_000);
            prop_assert_eq!(search.bad.places().collect::<BTreeSet<_>>(), bad);
            prop_assert!(search.left.is_empty());
            prop_assert_eq!(search.sent.len() + search.bad.len(), urls);
            for probe in probes {
                prop_assert!(!probe.part.is_empty());
            }
        }

        #[test]
        fn when_it_stops_early_it_knows_what_was_sent_and_what_is_left(
            urls in 20_i64..1_001,
            bad in prop::collection::btree_set(2_i64..40, 1..9),
            limit in 0_usize..20,
        ) {
            let bad: BTreeSet<i64> = bad.into_iter().filter(|place| *place <= urls).collect();
            prop_assume!(!bad.is_empty());
            let (search, probes) = search(urls, 1, &bad, limit);
            let sent: BTreeSet<i64> = probes
                .iter()
                .filter(|probe| probe.is_accepted())
                .flat_map(|probe| probe.part.places().collect::<Vec<_>>())
                .collect();
            prop_assert_eq!(search.sent.places().collect::<BTreeSet<_>>(), sent);
            prop_assert_eq!(search.sent.len() + search.bad.len() + search.left.len(), urls);
            prop_assert!(search.bad.places().all(|place| bad.contains(&place)));
        }
    }
}
