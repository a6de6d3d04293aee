//! What became of each URL of a batch, as far as Adobe's answers tell: whether it took the URL, what it gave for that, and
//! what it said where it did not.

use super::{Batch, Taken};
use crate::domain::{BatchState, Purge, Receipt, Refusal, Search};

/// Whether Adobe took a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its batch is still to be sent or answered, or somebody holds it back.
    Open,
    /// It did.
    Taken,
    /// It did not, and will not be asked again by itself.
    NotTaken,
    /// Nobody knows, and it is not asked again by itself.
    Unknown,
}

/// What became of the URLs of a batch. Made once for all of them.
#[derive(Debug, Clone)]
pub struct Fates<'a> {
    batch: &'a Batch,
    taken: Option<Taken>,
    search: Option<Search>,
}

impl<'a> Fates<'a> {
    /// Puts it together.
    #[must_use]
    pub fn of(batch: &'a Batch) -> Self {
        Self {
            taken: Taken::of(batch),
            search: batch.search(),
            batch,
        }
    }

    /// Whether Adobe took the URL at a place.
    #[must_use]
    pub fn fate(&self, place: i64, url: &str) -> Fate {
        if self.is_taken(place, url) {
            Fate::Taken
        } else if self.is_bad(place, url) {
            Fate::NotTaken
        } else if !self.batch.state.is_final() {
            Fate::Open
        } else if self.is_in_doubt(place) {
            Fate::Unknown
        } else {
            Fate::NotTaken
        }
    }

    /// Whether Adobe may have taken the URL at a place without anybody knowing.
    #[must_use]
    pub fn is_in_doubt(&self, place: i64) -> bool {
        let is_asked_for = |search: &Search| {
            let next = search.next.as_ref();
            next.is_some_and(|part| part.contains(place))
        };
        let is_asked_for = self.search.as_ref().is_none_or(is_asked_for);
        self.batch.maybe_taken
            || match self.batch.state {
                BatchState::Sending | BatchState::Unknown => is_asked_for,
                // Whoever has the list may have sent it.
                BatchState::Downloaded => true,
                BatchState::Refused | BatchState::Failed => {
                    is_asked_for && self.batch.ended_in_doubt()
                }
                _ => false,
            }
    }

    /// When the URL at a place was purged, if Adobe took it.
    #[must_use]
    pub fn purge(&self, place: i64, url: &str) -> Option<Purge> {
        let taken = self.taken.as_ref();
        let taken = taken.filter(|taken| taken.holds(place, url))?;
        Some(taken.purge(place))
    }

    /// What Adobe gave for the URL at a place, if it took it.
    #[must_use]
    pub fn receipt(&self, place: i64, url: &str) -> Option<&'a Receipt> {
        let mut parts = self.batch.probes.iter();
        let of_its_part = parts.find_map(|probe| {
            let receipt = probe.answer.as_ref().ok()?;
            probe.part.contains(place).then_some(receipt)
        });
        let of_all = self.batch.receipt.as_ref();
        of_its_part.or_else(|| of_all.filter(|_| self.is_taken(place, url)))
    }

    /// What Adobe said of the URL at a place, where that is known to be why it refused.
    #[must_use]
    pub fn refusal(&self, place: i64, url: &str) -> Option<Refusal> {
        if self.is_found(place) {
            return self.batch.refusal_of(place).cloned();
        }
        let failure = self.batch.failure.as_ref();
        failure
            .filter(|_| self.is_bad(place, url))
            .map(|failure| Refusal {
                code: failure.code,
                reason: failure.reason.clone(),
            })
    }

    /// Whether a search found that Adobe refuses because of the URL at a place.
    #[must_use]
    pub fn is_found(&self, place: i64) -> bool {
        let search = self.search.as_ref();
        search.is_some_and(|search| search.bad.contains(place))
    }

    fn is_taken(&self, place: i64, url: &str) -> bool {
        let taken = self.taken.as_ref();
        let search = self.search.as_ref();
        taken.is_some_and(|taken| taken.holds(place, url))
            || search.is_some_and(|search| search.sent.contains(place))
    }

    fn is_bad(&self, place: i64, url: &str) -> bool {
        self.is_found(place) || self.batch.named_url.as_deref() == Some(url)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        clock::Timestamp,
        domain::{BatchId, Failure, FailureKind, InvalidationId, Part, Probe},
    };

    /// Of four URLs, `u1` to `u4`.
    fn batch(state: BatchState, kind: Option<FailureKind>) -> Batch {
        Batch {
            id: BatchId::from_uuid(Uuid::nil()),
            invalidation: InvalidationId::from_uuid(Uuid::nil()),
            position: 1,
            root: "Acme".to_owned(),
            state,
            url_count: 4,
            attempts: 1,
            first_sent_at: None,
            sent_at: None,
            finished_at: state.is_final().then_some(Timestamp::from_micros(1)),
            receipt: (state == BatchState::Accepted).then(|| receipt("all")),
            failure: kind.map(|kind| Failure {
                kind,
                code: Some(1),
                reason: "of the batch".to_owned(),
            }),
            named_url: None,
            held_by: None,
            wish: None,
            retry_at: None,
            maybe_taken: false,
            search_limit: 0,
            search_sound: 1,
            refusal: None,
            probes: Vec::new(),
        }
    }

    fn receipt(handle: &str) -> Receipt {
        Receipt {
            handle: Some(handle.to_owned()),
            ..Receipt::default()
        }
    }

    fn refused(state: BatchState, kind: FailureKind) -> Batch {
        batch(state, Some(kind))
    }

    /// A letter for each URL: taken, not taken, unknown, open.
    fn fates(batch: &Batch) -> String {
        let fates = Fates::of(batch);
        let letters = (1..=4).map(|place| match fates.fate(place, &format!("u{place}")) {
            Fate::Taken => 't',
            Fate::NotTaken => 'n',
            Fate::Unknown => 'u',
            Fate::Open => 'o',
        });
        letters.collect()
    }

    #[test]
    fn each_url_has_the_fate_that_adobes_answers_leave_it() {
        use BatchState::{
            Accepted, Cancelled, Downloaded, Failed, Paused, Refused, Sending, Unknown, Waiting,
        };
        for (state, expected) in [
            (Waiting, "oooo"),
            (Sending, "oooo"),
            (Unknown, "oooo"),
            (Paused, "oooo"),
            (Accepted, "tttt"),
            (Cancelled, "nnnn"),
            (Downloaded, "uuuu"),
        ] {
            assert_eq!(fates(&batch(state, None)), expected, "{state:?}");
        }
        assert_eq!(fates(&refused(Refused, FailureKind::BadUrl)), "nnnn");
        assert_eq!(fates(&refused(Refused, FailureKind::Partial)), "uuuu");
        assert_eq!(fates(&refused(Failed, FailureKind::TimedOut)), "uuuu");
        assert_eq!(fates(&refused(Failed, FailureKind::Permission)), "nnnn");
        let named = |kind| Batch {
            named_url: Some("u2".to_owned()),
            ..refused(Refused, kind)
        };
        assert_eq!(fates(&named(FailureKind::BadUrl)), "nnnn");
        assert_eq!(fates(&named(FailureKind::Partial)), "tntt");
        let doubtful = Batch {
            maybe_taken: true,
            ..named(FailureKind::BadUrl)
        };
        assert_eq!(fates(&doubtful), "unuu", "the named one is surely bad");
    }

    #[test]
    fn a_search_tells_the_fate_of_each_part() {
        let probe = |range, answer| Probe {
            part: Part::range(range),
            sent_at: None,
            answered_at: None,
            answer,
        };
        let why = |reason: &str| Refusal {
            code: Some(2),
            reason: reason.to_owned(),
        };
        let searched = |state, kind, probes: usize, search_limit| Batch {
            search_limit,
            probes: [
                probe(1..=1, Ok(receipt("one"))),
                probe(2..=3, Err(why("of two"))),
                probe(2..=2, Err(why("of the second"))),
            ][..probes]
                .to_vec(),
            ..batch(state, kind)
        };
        let over = searched(BatchState::Refused, Some(FailureKind::Partial), 3, 3);
        assert_eq!(fates(&over), "tnnn", "its requests are used up");
        let all = Fates::of(&over);
        assert_eq!(all.receipt(1, "u1"), Some(&receipt("one")));
        assert_eq!(all.receipt(2, "u2"), None);
        assert_eq!(all.refusal(2, "u2"), Some(why("of the second")));
        assert_eq!(all.refusal(3, "u3"), None);
        let on_its_way = searched(BatchState::Waiting, None, 3, 12);
        assert_eq!(fates(&on_its_way), "tnoo");
        let timed_out = searched(BatchState::Failed, Some(FailureKind::TimedOut), 2, 12);
        assert_eq!(fates(&timed_out), "tunn", "the second was asked for");
        let partial = searched(BatchState::Refused, Some(FailureKind::Partial), 2, 12);
        assert_eq!(
            fates(&partial),
            "tunn",
            "Adobe took some of what was asked for"
        );
    }
}
