//! What Adobe took of a batch: all of it, the parts of a search that it accepted so far, or all but the URL that it named.

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
    /// The parts that a search sent, each with its own request.
    parts: Vec<TakenPart>,
    part: Part,
    /// The URL that was left out, where Adobe told it by its text.
    but: Option<String>,
}

/// A part that a search sent, and its own times as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TakenPart {
    part: Part,
    sent_at: Option<Timestamp>,
    answered_at: Option<Timestamp>,
}

impl Taken {
    /// What Adobe took of a batch that is at its end, or is searched for a bad URL; `None` when that is nothing, or not known.
    #[must_use]
    pub fn of(batch: &Batch) -> Option<Self> {
        let all = || Part::range(1..=batch.url_count);
        let kind = batch.failure.as_ref().map(|failure| failure.kind);
        let (part, but) = match (batch.state, batch.search()) {
            (BatchState::Accepted, _) => (all(), None),
            // Also while it goes on, or is held back: what Adobe took of it is cleared, whatever becomes of the rest.
            (_, Some(search)) => (search.sent, None),
            // Which ones it took is known only where it named the one that it did not take.
            (BatchState::Refused, None) if kind == Some(FailureKind::Partial) => {
                (all(), Some(batch.named_url.clone()?))
            }
            _ => return None,
        };
        let accepted = batch.probes.iter().filter(|probe| probe.is_accepted());
        let parts: Vec<TakenPart> = accepted
            .map(|probe| TakenPart {
                part: probe.part.clone(),
                // Where an attempt got no answer, nothing tells which one cleared a URL.
                sent_at: probe.sent_at.filter(|_| !batch.maybe_taken),
                answered_at: probe.answered_at,
            })
            .collect();
        // A search goes on after that, and may end much later.
        // Of the last part, or else nothing: an older node beside this one keeps no instants of its own.
        let last = parts.last().and_then(|part| part.answered_at);
        let taken_at = last.or(batch.finished_at)?;
        let taken = Self {
            taken_at,
            sent_at: batch.first_sent_at.unwrap_or(taken_at),
            parts,
            part,
            but,
        };
        (!taken.part.is_empty()).then_some(taken)
    }

    /// When the URL at a place was purged: by the request that sent it.
    #[must_use]
    pub fn purge(&self, place: i64) -> Purge {
        let own = self.parts.iter().find(|own| own.part.contains(place));
        let sent_at = own.and_then(|own| own.sent_at);
        let taken_at = own.and_then(|own| own.answered_at);
        Purge {
            sent_at: sent_at.unwrap_or(self.sent_at),
            taken_at: taken_at.unwrap_or(self.taken_at),
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
