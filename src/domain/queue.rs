//! Whose batch is next. Each company has a queue; in it stand invalidations, each with its next batch, and they take
//! turns: after a batch an invalidation goes to the end.

use std::time::Duration;

use super::{BatchId, CompanyId, InvalidationId};
use crate::clock::Timestamp;

/// The least that somebody is patient for.
const MINUTE: Duration = Duration::from_mins(1);
/// So many turns, where they take longer than that.
const TURNS: u32 = 3;
/// From one URL to more than an invalidation may have.
const DOUBLINGS: u32 = 16;

/// An invalidation in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueEntry {
    /// Which one.
    pub invalidation: InvalidationId,
    /// Whose.
    pub company: CompanyId,
    /// Its next batch.
    pub batch: BatchId,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// When a batch of it was sent last, if ever.
    pub served_at: Option<Timestamp>,
    /// How many URLs are still to be sent.
    pub urls: i64,
    /// Not to be sent before; an earlier attempt failed, or the company's pause lasts.
    pub not_before: Option<Timestamp>,
}

impl QueueEntry {
    /// How long one who had a turn lets those pass who had none: else a stream of these could keep it waiting without end.
    /// It goes by how long a turn takes at most, or else everybody's patience would be over with every turn.
    #[must_use]
    pub fn patience(turn: Duration) -> Duration {
        MINUTE.max(turn.saturating_mul(TURNS))
    }

    /// Puts a queue in order; the first one is next. The order does not depend on when one looks: nobody's place gets worse
    /// but by those who come later, or come back: resumed, or when their pause is over.
    pub fn order(queue: &mut [Self], patience: Duration) {
        queue.sort_by_cached_key(|entry| entry.rank(patience));
    }

    /// Whether it may be sent.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|at| at <= now)
    }

    /// How many requests of an ordered queue go before that of an invalidation: one that is held back for longer does not.
    #[must_use]
    pub fn ahead_of(queue: &[Self], invalidation: InvalidationId, now: Timestamp) -> Option<usize> {
        let place = queue
            .iter()
            .position(|entry| entry.invalidation == invalidation)?;
        let held_back = |entry: &Self| entry.not_before.filter(|at| *at > now);
        let own = held_back(&queue[place]);
        let before = queue[..place].iter();
        Some(before.filter(|entry| held_back(entry) <= own).count())
    }

    /// First who waits longest: one that had a turn as if it came so much later as its patience lasts, one that had none as
    /// if it came up to half as much later, by how big it is.
    fn rank(&self, patience: Duration) -> impl Ord + use<> {
        let doublings = self.urls.max(1).ilog2().min(DOUBLINGS);
        let stands_at = match self.served_at {
            Some(at) => at.plus(patience),
            None => self
                .submitted_at
                .plus(patience / (2 * DOUBLINGS) * doublings),
        };
        (stands_at, self.urls, self.submitted_at, self.invalidation)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

    fn entry(number: u128, urls: i64, submitted: u64, served: Option<u64>) -> QueueEntry {
        let ago = |seconds| NOW.minus(Duration::from_secs(seconds));
        QueueEntry {
            invalidation: InvalidationId::from_uuid(Uuid::from_u128(number)),
            company: CompanyId::from_uuid(Uuid::nil()),
            batch: BatchId::from_uuid(Uuid::from_u128(number)),
            submitted_at: ago(submitted),
            served_at: served.map(ago),
            urls,
            not_before: None,
        }
    }

    fn ordered(mut queue: Vec<QueueEntry>) -> Vec<u128> {
        QueueEntry::order(&mut queue, MINUTE);
        queue
            .iter()
            .map(|entry| entry.invalidation.uuid().as_u128())
            .collect()
    }

    #[test]
    fn a_single_picture_goes_before_a_big_run_that_came_first() {
        let big = entry(1, 50_000, 20, Some(2));
        let fresh = entry(2, 3_000, 10, None);
        let single = entry(3, 1, 0, None);
        assert_eq!(ordered(vec![big, fresh, single]), [3, 2, 1]);
    }

    #[test]
    fn those_who_had_turns_take_turns() {
        let first = entry(1, 20_000, 50, Some(1));
        let second = entry(2, 50_000, 40, Some(3));
        let third = entry(3, 30_000, 30, Some(2));
        assert_eq!(ordered(vec![first, second, third]), [2, 3, 1]);
    }

    #[test]
    fn nobody_waits_for_ever_because_smaller_ones_come_in() {
        let big = entry(1, 50_000, 600, Some(61));
        let older = entry(2, 10_000, 90, None);
        let single = entry(3, 1, 0, None);
        assert_eq!(ordered(vec![single, big, older]), [2, 1, 3]);
        // A single picture may not pass one that came half a minute before it, however big.
        let (big, single) = (entry(1, 50_000, 31, None), entry(2, 1, 0, None));
        assert_eq!(ordered(vec![single, big]), [1, 2]);
    }

    #[test]
    fn patience_lasts_for_several_turns() {
        let secs = Duration::from_secs;
        assert_eq!(QueueEntry::patience(secs(2)), secs(60));
        assert_eq!(QueueEntry::patience(secs(60)), secs(180));
        assert_eq!(QueueEntry::patience(Duration::MAX), Duration::MAX);
        let mut queue = [entry(1, 2_500, 60, Some(60)), entry(2, 1, 36, None)];
        QueueEntry::order(&mut queue, QueueEntry::patience(secs(60)));
        assert_eq!(queue[0].urls, 1, "it came after a turn of the other's");
    }

    #[test]
    fn what_is_tried_again_later_goes_before_nobody() {
        let at = |seconds| Some(NOW.plus(Duration::from_secs(seconds)));
        let ago = |seconds| Some(NOW.minus(Duration::from_secs(seconds)));
        let entries = |pauses: [Option<Timestamp>; 3]| {
            let numbers = [1, 2, 3].into_iter().zip(pauses);
            numbers
                .map(|(number, not_before)| QueueEntry {
                    not_before,
                    ..entry(number, 1, 9, None)
                })
                .collect::<Vec<_>>()
        };
        let last = InvalidationId::from_uuid(Uuid::from_u128(3));
        for (pauses, ahead) in [
            ([None, None, None], 2),
            ([at(1), at(1), at(1)], 2),
            ([at(9), None, None], 1),
            ([at(9), at(5), at(1)], 0),
            ([ago(1), None, ago(9)], 2),
        ] {
            assert_eq!(
                QueueEntry::ahead_of(&entries(pauses), last, NOW),
                Some(ahead)
            );
        }
        assert_eq!(QueueEntry::ahead_of(&[], last, NOW), None);
    }

    #[test]
    fn equals_keep_the_order_of_submission() {
        let queue = vec![
            entry(2, 1, 5, None),
            entry(3, 1, 6, None),
            entry(1, 1, 5, None),
        ];
        assert_eq!(ordered(queue), [3, 1, 2]);
    }

    #[test]
    fn what_has_to_wait_is_not_due() {
        let at = |at| QueueEntry {
            not_before: at,
            ..entry(1, 1, 0, None)
        };
        assert!(at(None).is_due(NOW) && at(Some(NOW)).is_due(NOW));
        assert!(!at(Some(NOW.plus(Duration::from_millis(1)))).is_due(NOW));
    }

    /// One that comes so many seconds after the one before it, with so many URLs.
    fn arrivals() -> impl Strategy<Value = Vec<(u64, i64)>> {
        let urls = select(vec![1, 2, 40, 1_000, 2_500, 7_000, 50_000]);
        vec((0..900_u64, urls), 1..20)
    }

    proptest! {
        /// Whatever the pause and however long requests last. A turn begins where the one before it, and the pause, end.
        #[test]
        fn everybody_gets_turns_and_nobodys_place_gets_worse_but_by_those_who_come_later(
            arrivals in arrivals(),
            pause in 0..=600_u64,
            requests in vec(1..=120_u64, 1..5),
        ) {
            let patience = QueueEntry::patience(Duration::from_secs(pause + 120));
            let mut clock = NOW;
            let mut to_come: Vec<QueueEntry> = Vec::new();
            for ((after, urls), number) in arrivals.into_iter().zip(1..) {
                clock = clock.plus(Duration::from_secs(after));
                to_come.push(QueueEntry { submitted_at: clock, ..entry(number, urls, 0, None) });
            }
            to_come.reverse();
            let (mut queue, mut clock) = (Vec::new(), NOW);
            for request in requests.iter().cycle() {
                while let Some(entry) = to_come.pop_if(|entry| entry.submitted_at <= clock || queue.is_empty()) {
                    clock = clock.max(entry.submitted_at);
                    queue.push(entry);
                }
                if queue.is_empty() {
                    break;
                }
                QueueEntry::order(&mut queue, patience);
                let mut turn = queue.remove(0);
                for passed in &queue {
                    let since = passed.served_at.unwrap_or(passed.submitted_at);
                    prop_assert!(turn.submitted_at <= since.plus(patience), "{passed:?} has waited for long");
                    let had_none = passed.served_at.is_none() && passed.urls == 1;
                    let waits_since = turn.served_at.unwrap_or(turn.submitted_at);
                    prop_assert!(
                        !had_none || waits_since.plus(if turn.served_at.is_some() { patience } else { Duration::ZERO }) <= passed.submitted_at,
                        "{passed:?} is a single picture"
                    );
                }
                let places: Vec<_> = queue.iter().map(|entry| entry.invalidation).collect();
                turn.served_at = Some(clock);
                turn.urls -= 1_000;
                if turn.urls > 0 {
                    queue.push(turn);
                }
                clock = clock.plus(Duration::from_secs(request + pause));
                QueueEntry::order(&mut queue, patience);
                prop_assert!(queue.iter().map(|entry| entry.invalidation).take(places.len()).eq(places));
            }
        }
    }
}
