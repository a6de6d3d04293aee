//! Whose batch is next. Each company has a queue; in it stand invalidations, each with its next batch, and they take
//! turns: after a batch an invalidation goes to the end.

use std::{cmp::Reverse, time::Duration};

use super::{BatchId, CompanyId, InvalidationId};
use crate::clock::Timestamp;

/// Who has waited for so long goes before those who came later, however small these are: else a stream of small ones
/// could keep a big one waiting without end.
const PATIENCE: Duration = Duration::from_mins(1);

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
    /// Puts a queue in order; the first one is next.
    pub fn order(queue: &mut [Self], now: Timestamp) {
        queue.sort_by_cached_key(|entry| entry.rank(now));
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

    /// Those who have lost patience, the longest waiting first; then those who never had a turn, the smallest first;
    /// then the others, by the time since their last turn.
    fn rank(&self, now: Timestamp) -> impl Ord + use<> {
        let waits_since = self.served_at.unwrap_or(self.submitted_at);
        let impatient = now.since(waits_since) >= PATIENCE;
        (
            Reverse(impatient),
            impatient.then_some(waits_since),
            self.served_at,
            self.urls,
            self.submitted_at,
            self.invalidation,
        )
    }
}

#[cfg(test)]
mod tests {
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
        QueueEntry::order(&mut queue, NOW);
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
        let single = entry(3, 1, 59, None);
        assert_eq!(ordered(vec![single, big, older]), [2, 1, 3]);
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
}
