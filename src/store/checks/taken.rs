//! What Adobe took of a batch: all of it, the parts of a search that it accepted, or all but the URL that it named.

use crate::{
    clock::Timestamp,
    domain::{BatchState, FailureKind, Part, Purge},
    store::Batch,
};

/// The URLs of a batch that are being cleared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// By then Adobe had taken all of them.
    pub taken_at: Timestamp,
    /// Nothing of them was sent before.
    sent_at: Timestamp,
    /// The parts that a search sent later, each with its request.
    sent_later: Vec<(Part, Timestamp)>,
    part: Part,
    /// The URL that was left out, where Adobe told it by its text.
    but: Option<String>,
}

impl Taken {
    /// What Adobe took of a batch that is at its end; `None` when that is nothing, or not known.
    #[must_use]
    pub fn of(batch: &Batch) -> Option<Self> {
        let all = || Part::range(1..=batch.url_count);
        let kind = batch.failure.as_ref().map(|failure| failure.kind);
        let (part, but) = match (batch.state, batch.search()) {
            (BatchState::Accepted, _) => (all(), None),
            (BatchState::Refused | BatchState::Failed | BatchState::Cancelled, Some(search)) => {
                (search.sent, None)
            }
            // Which ones it took is known only where it named the one that it did not take.
            (BatchState::Refused, None) if kind == Some(FailureKind::Partial) => {
                (all(), Some(batch.named_url.clone()?))
            }
            _ => return None,
        };
        let taken_at = batch.finished_at?;
        // Where an attempt got no answer, nothing tells which one cleared a URL.
        let probes = batch.probes.iter().filter(|_| !batch.maybe_taken);
        let accepted = probes.filter(|probe| probe.is_accepted());
        let taken = Self {
            taken_at,
            sent_at: batch.first_sent_at.unwrap_or(taken_at),
            sent_later: accepted
                .filter_map(|probe| Some((probe.part.clone(), probe.sent_at?)))
                .collect(),
            part,
            but,
        };
        (!taken.part.is_empty()).then_some(taken)
    }

    /// When the URL at a place was purged: by the request that sent it.
    #[must_use]
    pub fn purge(&self, place: i64) -> Purge {
        let mut parts = self.sent_later.iter();
        let own = parts.find(|(part, _)| part.contains(place));
        Purge {
            sent_at: own.map_or(self.sent_at, |(_, sent_at)| *sent_at),
            taken_at: self.taken_at,
        }
    }

    /// How many URLs Adobe took of all these batches.
    #[must_use]
    pub fn total(batches: &[Batch]) -> u64 {
        let taken = batches.iter().filter_map(Self::of);
        taken.map(|taken| taken.count()).sum::<i64>().unsigned_abs()
    }

    /// How many URLs.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.part.len() - i64::from(self.but.is_some())
    }

    /// Whether the URL at that place is among them.
    #[must_use]
    pub fn holds(&self, position: i64, url: &str) -> bool {
        self.part.contains(position) && self.but.as_deref() != Some(url)
    }
}
