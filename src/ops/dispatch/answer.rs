//! What a failure means for a batch: whether it may pass, and when to try again. Never for a fault: Adobe has answered,
//! and would answer the same again.

use std::time::Duration;

use crate::{
    clock::Clock,
    config::DispatchConfig,
    domain::{Failure, FailureKind},
    ips::IpsError,
    store::{BatchOutcome, BatchSearch, LostBatch, WaitingBatch},
};

/// No pause before a repeat is longer.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// Whether the same request may go through a little later.
pub(super) fn may_pass(error: &IpsError) -> bool {
    match error {
        IpsError::Unreachable { .. } | IpsError::TimedOut { .. } | IpsError::Closed { .. } => true,
        // A gateway's error page. With any other status something answers that is not Adobe's API.
        IpsError::Unexpected { status, .. } => *status >= 500,
        _ => false,
    }
}

/// A request of a search that got no answer is one of those that it may make. Where it was the last, the search is over, and
/// what was in it is as uncertain as the answer.
pub(super) fn of_a_search(outcome: BatchOutcome, search: &BatchSearch) -> BatchOutcome {
    let made = i32::try_from(search.probes.len() + 1).unwrap_or(i32::MAX);
    match outcome {
        BatchOutcome::Again { failure, .. }
            if !failure.kind.cleared_nothing() && made >= search.limit =>
        {
            BatchOutcome::Failed {
                failure,
                named_url: None,
            }
        }
        outcome => outcome,
    }
}

/// What becomes of a batch whose sender has died or lost its lease: again, the first time at once. A batch that ends its
/// process each time comes to an end so; and so does a search that may make no further request.
pub(super) fn abandoned(lost: &LostBatch, config: &DispatchConfig, clock: &Clock) -> BatchOutcome {
    let failures = lost.failures;
    let failure = Failure {
        kind: FailureKind::TimedOut,
        code: None,
        reason: "Unstale was stopped, or cut off from its database, while it sent this".to_owned(),
    };
    if failures < config.repeats && !lost.ends_search {
        let pause = failures.checked_sub(1).map_or(Duration::ZERO, |failures| {
            clock.jittered(pause(failures, config))
        });
        return BatchOutcome::Abandoned {
            failure,
            at: clock.now().plus(pause),
        };
    }
    BatchOutcome::Failed {
        failure,
        named_url: None,
    }
}

/// What becomes of a batch of which nothing was sent because our own database failed: it waits for as long as that takes.
pub(super) fn later(config: &DispatchConfig, clock: &Clock) -> BatchOutcome {
    BatchOutcome::Postponed {
        reason: "Unstale’s own database was away",
        at: clock.now().plus(clock.jittered(config.repeat_pause)),
    }
}

/// What becomes of a batch that Adobe refused with an account that was changed while it was on its way: at once again.
pub(super) fn with_the_new_account(clock: &Clock) -> BatchOutcome {
    BatchOutcome::Postponed {
        reason: "the account was changed while Adobe refused the one before",
        at: clock.now(),
    }
}

/// The same where the password does not open with this process's key. Another one may have the right key, or nobody, so the
/// pauses grow.
pub(super) fn without_key(
    batch: &WaitingBatch,
    config: &DispatchConfig,
    clock: &Clock,
) -> BatchOutcome {
    let before = u32::try_from(batch.attempts - 1).unwrap_or_default();
    let pause = pause(before, config);
    BatchOutcome::Postponed {
        reason: "the stored password does not open with the key of the process that took this up",
        at: clock.now().plus(clock.jittered(pause)),
    }
}

/// Again later; or, once too often, no more.
pub(super) fn again(
    batch: &WaitingBatch,
    failure: Failure,
    config: &DispatchConfig,
    clock: &Clock,
) -> BatchOutcome {
    if batch.failures < config.repeats {
        let pause = clock.jittered(pause(batch.failures, config));
        return BatchOutcome::Again {
            failure,
            at: clock.now().plus(pause),
        };
    }
    // "Nothing was sent" is true of the last attempt only.
    let kind = if batch.maybe_taken && failure.kind == FailureKind::Unreachable {
        FailureKind::TimedOut
    } else {
        failure.kind
    };
    BatchOutcome::Failed {
        failure: Failure { kind, ..failure },
        named_url: None,
    }
}

/// After so many failures in a row: twice as long each time.
fn pause(failures: u32, config: &DispatchConfig) -> Duration {
    let factor = 2_u32.saturating_pow(failures);
    config
        .repeat_pause
        .saturating_mul(factor)
        .min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        clock::Timestamp,
        domain::{BatchChange, BatchId, CompanyId, InvalidationId},
        ips::{Fault, FaultKind, NoConnection},
    };

    const CONFIG: DispatchConfig = DispatchConfig {
        pause: Duration::ZERO,
        lease: Duration::from_secs(15),
        idle: Duration::from_secs(5),
        repeats: 3,
        repeat_pause: Duration::from_secs(4),
        daily: 1,
    };

    fn batch(failures: u32, maybe_taken: bool) -> WaitingBatch {
        WaitingBatch {
            id: BatchId::from_uuid(Uuid::nil()),
            company: CompanyId::from_uuid(Uuid::nil()),
            invalidation: InvalidationId::from_uuid(Uuid::nil()),
            handle: None,
            taken_at: Timestamp::from_micros(0),
            attempts: 9,
            failures,
            maybe_taken,
            looked: true,
            urls: Vec::new(),
            search: None,
        }
    }

    fn lost(failures: u32) -> LostBatch {
        LostBatch {
            id: BatchId::from_uuid(Uuid::nil()),
            company: CompanyId::from_uuid(Uuid::nil()),
            failures,
            ends_search: false,
        }
    }

    fn unreachable() -> Failure {
        Failure {
            kind: FailureKind::Unreachable,
            code: None,
            reason: "refused".to_owned(),
        }
    }

    #[test]
    fn what_adobe_said_is_never_asked_again() {
        let passing = [
            IpsError::Unreachable {
                cause: NoConnection::Refused,
                reason: String::new(),
            },
            IpsError::TimedOut {
                after: Duration::ZERO,
            },
            IpsError::Closed {
                reason: String::new(),
            },
            unexpected(503),
        ];
        assert!(passing.iter().all(may_pass));
        let lasting = [
            IpsError::Fault(Fault {
                kind: FaultKind::Api,
                code: Some(30_000),
                reason: String::new(),
            }),
            IpsError::Partial {
                accepted: Some(1),
                refused: 1,
                errors: Vec::new(),
            },
            unexpected(200),
            unexpected(404),
        ];
        assert!(!lasting.iter().any(may_pass));
    }

    fn unexpected(status: u16) -> IpsError {
        IpsError::Unexpected {
            status,
            problem: String::new(),
            excerpt: String::new(),
        }
    }

    #[test]
    fn repeats_wait_longer_each_time_and_come_to_an_end() {
        let clock = Clock::manual(Timestamp::from_micros(0));
        for (failures, most) in [(0, 4), (1, 8), (2, 16)] {
            let BatchOutcome::Again { at, .. } =
                again(&batch(failures, false), unreachable(), &CONFIG, &clock)
            else {
                panic!("it is not the end yet");
            };
            let pause = at.since(clock.now());
            let most = Duration::from_secs(most);
            assert!(pause >= most / 2 && pause <= most, "{pause:?}");
        }
        let end = again(&batch(3, false), unreachable(), &CONFIG, &clock);
        assert_eq!(end.change(), crate::domain::BatchChange::Failed);
        let long = DispatchConfig {
            repeats: 99,
            ..CONFIG
        };
        assert_eq!(pause(60, &long), LONGEST_PAUSE);
    }

    #[test]
    fn a_batch_that_ends_its_process_each_time_comes_to_an_end() {
        let clock = Clock::manual(Timestamp::from_micros(0));
        let pauses: Vec<_> = (0..3)
            .map(
                |failures| match abandoned(&lost(failures), &CONFIG, &clock) {
                    BatchOutcome::Abandoned { at, .. } => at.since(clock.now()),
                    other => panic!("{other:?}"),
                },
            )
            .collect();
        assert_eq!(pauses[0], Duration::ZERO, "a restart is not waited for");
        assert!(pauses[1] >= Duration::from_secs(2) && pauses[2] >= Duration::from_secs(4));
        let last_of_search = LostBatch {
            ends_search: true,
            ..lost(0)
        };
        for lost in [lost(3), last_of_search] {
            let BatchOutcome::Failed { failure, .. } = abandoned(&lost, &CONFIG, &clock) else {
                panic!("it is the end");
            };
            assert!(!failure.kind.cleared_nothing());
        }
    }

    #[test]
    fn a_search_is_over_when_its_last_request_got_no_answer() {
        let clock = Clock::manual(Timestamp::from_micros(0));
        let search = |limit| BatchSearch {
            limit,
            sound: 1,
            refusal: None,
            probes: Vec::new(),
        };
        let timed_out = || Failure {
            kind: FailureKind::TimedOut,
            ..unreachable()
        };
        let changed = |failure, limit| {
            let outcome = again(&batch(0, false), failure, &CONFIG, &clock);
            of_a_search(outcome, &search(limit)).change()
        };
        assert_eq!(changed(timed_out(), 2), BatchChange::NotAnswered);
        assert_eq!(changed(timed_out(), 1), BatchChange::Failed);
        assert_eq!(
            changed(unreachable(), 1),
            BatchChange::NotReached,
            "nothing was sent"
        );
    }

    #[test]
    fn it_does_not_say_nothing_was_sent_when_an_earlier_attempt_was() {
        let clock = Clock::manual(Timestamp::from_micros(0));
        for (maybe_taken, kind) in [
            (false, FailureKind::Unreachable),
            (true, FailureKind::TimedOut),
        ] {
            let BatchOutcome::Failed { failure, .. } =
                again(&batch(3, maybe_taken), unreachable(), &CONFIG, &clock)
            else {
                panic!("it is the end");
            };
            assert_eq!(failure.kind, kind);
        }
    }
}
