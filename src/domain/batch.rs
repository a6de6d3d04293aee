//! Where a batch stands, and what may become of it.
//!
//! A state is never set by itself: a [`BatchChange`] says what happened, and knows from which states it may come and to
//! which it leads. The store knows no other way to write a state, so an illegal change cannot be written.

use crate::clock::Timestamp;

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchState {
    /// Stored, and to be sent when its turn comes.
    Waiting,
    /// On its way to Adobe.
    Sending,
    /// It was sent, and no clear answer came. It is sent again when its turn comes: a repeat is safe for Adobe.
    Unknown,
    /// Somebody holds it back.
    Paused,
    /// Adobe has taken it.
    Accepted,
    /// Adobe has refused URLs of it; as documented, with the whole batch.
    Refused,
    /// It failed in any other way.
    Failed,
    /// Somebody has called it off.
    Cancelled,
    /// Never to be sent: the company is not connected, and the list was given to the person.
    Downloaded,
}

impl BatchState {
    /// All states, for parsing and tests.
    pub const ALL: [Self; 9] = [
        Self::Waiting,
        Self::Sending,
        Self::Unknown,
        Self::Paused,
        Self::Accepted,
        Self::Refused,
        Self::Failed,
        Self::Cancelled,
        Self::Downloaded,
    ];

    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Paused => "paused",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Downloaded => "downloaded",
        }
    }

    /// The state that the database's word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether nothing more will happen unless somebody asks for it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::Refused | Self::Failed | Self::Cancelled | Self::Downloaded
        )
    }

    /// Whether something will happen by itself.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Waiting | Self::Sending | Self::Unknown)
    }

    /// Where a change leads; `None` when it cannot happen here.
    #[must_use]
    pub fn after(self, change: BatchChange) -> Option<Self> {
        change.from().contains(&self).then_some(change.to())
    }
}

/// What happens to a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchChange {
    /// A node has taken it, to send it for the first time, or the next part of it.
    Sent,
    /// A node has taken it, to send what was sent before.
    Repeated,
    /// Adobe has taken it.
    Accepted,
    /// Adobe has refused it because of a URL.
    Refused,
    /// It failed in a way that does not pass, or once too often.
    Failed,
    /// Adobe could not be reached, and nothing was sent: later again.
    NotReached,
    /// Nothing was sent, because of our own database, or Adobe refused an account that was changed meanwhile: later again.
    Postponed,
    /// It was sent, and no clear answer came: later again.
    NotAnswered,
    /// Whoever sent it has died or lost its lease: again.
    LeaseLost,
    /// Somebody wants the URL found that made Adobe refuse it.
    SearchStarted,
    /// A part of it was answered, and the search goes on with the next.
    SearchedOn,
    /// Somebody holds it back.
    Paused,
    /// Somebody lets it go on.
    Resumed,
    /// Somebody has called it off.
    Cancelled,
}

impl BatchChange {
    /// All changes, for parsing and tests.
    pub const ALL: [Self; 14] = [
        Self::Sent,
        Self::Repeated,
        Self::Accepted,
        Self::Refused,
        Self::Failed,
        Self::NotReached,
        Self::Postponed,
        Self::NotAnswered,
        Self::LeaseLost,
        Self::SearchStarted,
        Self::SearchedOn,
        Self::Paused,
        Self::Resumed,
        Self::Cancelled,
    ];

    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Repeated => "repeated",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::NotReached => "not-reached",
            Self::Postponed => "postponed",
            Self::NotAnswered => "not-answered",
            Self::LeaseLost => "lease-lost",
            Self::SearchStarted => "search-started",
            Self::SearchedOn => "searched-on",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The change that the database's word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == word)
    }

    /// The states in which it can happen.
    #[must_use]
    pub const fn from(self) -> &'static [BatchState] {
        use BatchState::{Failed, Paused, Refused, Sending, Unknown, Waiting};
        match self {
            Self::Sent | Self::Repeated | Self::Paused => &[Waiting, Unknown],
            Self::Accepted
            | Self::Refused
            | Self::Failed
            | Self::NotReached
            | Self::Postponed
            | Self::NotAnswered
            | Self::LeaseLost
            | Self::SearchedOn => &[Sending],
            Self::SearchStarted => &[Refused, Failed],
            Self::Resumed => &[Paused],
            Self::Cancelled => &[Waiting, Unknown, Paused],
        }
    }

    /// The state to which it leads.
    #[must_use]
    pub const fn to(self) -> BatchState {
        match self {
            Self::Sent | Self::Repeated => BatchState::Sending,
            Self::Accepted => BatchState::Accepted,
            Self::Refused => BatchState::Refused,
            Self::Failed => BatchState::Failed,
            Self::NotReached
            | Self::Postponed
            | Self::SearchStarted
            | Self::SearchedOn
            | Self::Resumed => BatchState::Waiting,
            Self::NotAnswered | Self::LeaseLost => BatchState::Unknown,
            Self::Paused => BatchState::Paused,
            Self::Cancelled => BatchState::Cancelled,
        }
    }

    /// Whether from now on nobody knows if Adobe has taken something of it.
    #[must_use]
    pub const fn leaves_doubt(self) -> bool {
        matches!(self, Self::NotAnswered | Self::LeaseLost)
    }
}

/// A change that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub change: BatchChange,
    /// How often it had been taken to be sent by then.
    pub attempts: i32,
    /// Why, or by whom: a sentence without secrets.
    pub note: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::{prelude::*, sample::select};

    use super::*;

    fn changes() -> impl Strategy<Value = Vec<BatchChange>> {
        prop::collection::vec(select(&BatchChange::ALL[..]), 0..60)
    }

    /// Walks as far as the changes are possible, passing over those that are not.
    fn walk(changes: &[BatchChange]) -> Vec<(BatchState, BatchChange, BatchState)> {
        let mut state = BatchState::Waiting;
        let mut steps = Vec::new();
        for &change in changes {
            if let Some(next) = state.after(change) {
                steps.push((state, change, next));
                state = next;
            }
        }
        steps
    }

    /// The states that can be reached.
    fn reachable(from: BatchState, by: &[BatchChange]) -> HashSet<BatchState> {
        let mut seen = HashSet::from([from]);
        let mut open = vec![from];
        while let Some(state) = open.pop() {
            for next in by.iter().filter_map(|&change| state.after(change)) {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen
    }

    proptest! {
        #[test]
        fn what_adobe_took_or_somebody_called_off_stays_so(changes in changes()) {
            for (from, change, _) in walk(&changes) {
                prop_assert!(!matches!(from, BatchState::Accepted | BatchState::Cancelled), "{change:?}");
            }
        }

        #[test]
        fn an_answer_only_comes_to_what_is_on_its_way(changes in changes()) {
            use BatchChange::{
                Accepted, Failed, LeaseLost, NotAnswered, NotReached, Postponed, Refused, SearchedOn,
            };
            let answers = [Accepted, Refused, Failed, NotReached, Postponed, NotAnswered, LeaseLost, SearchedOn];
            for (from, change, to) in walk(&changes) {
                prop_assert_eq!(answers.contains(&change), from == BatchState::Sending, "{:?}", change);
                prop_assert_ne!(to, if answers.contains(&change) { BatchState::Sending } else { BatchState::Accepted });
            }
        }

        #[test]
        fn only_a_search_leads_out_of_an_end(changes in changes()) {
            for (from, change, _) in walk(&changes) {
                prop_assert_eq!(from.is_final(), change == BatchChange::SearchStarted);
            }
        }

        #[test]
        fn from_wherever_it_comes_it_can_end(changes in changes()) {
            let state = walk(&changes).last().map_or(BatchState::Waiting, |step| step.2);
            let ends = reachable(state, &BatchChange::ALL);
            prop_assert!(ends.iter().any(|state| state.is_final()));
        }
    }

    #[test]
    fn nobody_is_needed_to_bring_it_to_an_end_once_it_is_under_way() {
        use BatchChange::{Accepted, LeaseLost, NotAnswered, NotReached, Repeated, Sent};
        let by_itself = [Sent, Repeated, Accepted, NotReached, NotAnswered, LeaseLost];
        for state in BatchState::ALL {
            let ends = reachable(state, &by_itself).contains(&BatchState::Accepted);
            let expected = state.is_under_way() || state == BatchState::Accepted;
            assert_eq!(ends, expected, "{state:?}");
        }
    }

    #[test]
    fn every_state_is_reached_and_every_change_can_happen() {
        let reached = reachable(BatchState::Waiting, &BatchChange::ALL);
        for state in BatchState::ALL {
            // What is downloaded was so from the beginning, and stays so.
            let is_apart = state == BatchState::Downloaded;
            assert_eq!(reached.contains(&state), !is_apart, "{state:?}");
        }
        for change in BatchChange::ALL {
            assert!(!change.from().is_empty());
            assert!(!change.from().contains(&change.to()), "{change:?}");
        }
    }

    #[test]
    fn words_are_read_back() {
        for state in BatchState::ALL {
            assert_eq!(BatchState::from_word(state.as_str()), Some(state));
        }
        for change in BatchChange::ALL {
            assert_eq!(BatchChange::from_word(change.as_str()), Some(change));
        }
        assert_eq!(BatchState::from_word("sent"), None);
    }
}
