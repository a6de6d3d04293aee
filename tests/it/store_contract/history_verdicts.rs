//! Verdicts and states in the history: they follow what is stored, whoever stores it.

use unstale::{
    domain::{
        CheckFormat, CheckId, CompanyId, Doubt, Failure, FailureKind, HistoryVerdict,
        InvalidationId, InvalidationState, Judgement, LookKind, Part, Probe, Purge, Receipt,
        Refusal, Verdict,
    },
    store::{
        BatchOutcome, CheckLease, DueCheck, Finished, HistoryQuery, NewCheck, NodeId, Round,
        Steering, StoredLook, Submission, Taken, UncheckedBatch,
    },
};
use uuid::Uuid;

use super::{Fixture, checks::take_some};
use crate::support::database::Backend;

on_both_databases! {
    the_verdict_of_an_invalidation_follows_its_checks
    an_address_that_is_cleared_by_now_counts_before_it_is_looked_at
    nothing_is_decided_while_a_part_is_still_to_be_sent
    nothing_is_decided_before_the_looks_at_what_was_taken_are_due
    the_verdict_that_asks_most_of_somebody_counts
    two_that_end_the_last_looks_at_once_forget_none
    the_history_is_filtered_by_verdict
    checks_of_many_batches_are_read_at_once
    looks_at_many_urls_are_read_at_once
    what_was_taken_in_part_is_told_from_what_was_refused
    what_was_called_off_is_told_from_what_failed
    what_is_held_back_is_paused_and_never_too_old_to_keep
    what_an_older_version_stored_has_verdicts_and_states
}

fn new_check(t: &Fixture, url: &str) -> NewCheck {
    NewCheck {
        id: CheckId::from_uuid(t.clock.new_uuid()),
        url: url.to_owned(),
        sent_url: url.to_owned(),
        covered: true,
        asked: false,
        purge: Some(Purge::at(t.now())),
        next_look_at: Some(t.now()),
        keeps: None,
        before: Vec::new(),
    }
}

async fn add(t: &Fixture, of: &Submission, checks: &[NewCheck]) {
    let added = t.store.add_checks(of.company, of.id, checks, t.now());
    added.await.unwrap();
}

async fn take(t: &Fixture, limit: i64) -> (CheckLease, Vec<DueCheck>) {
    let lease = CheckLease(t.clock.new_uuid());
    (lease, take_some(t, lease, limit).await)
}

fn round(t: &Fixture, judgement: impl Into<Judgement>, is_final: bool) -> Round {
    Round {
        looks: Vec::new(),
        judgement: judgement.into(),
        at: t.now(),
        keeps: None,
        next_look_at: (!is_final).then(|| t.now()),
    }
}

/// The looks at these URLs are over, with these verdicts.
async fn judged(t: &Fixture, of: &Submission, verdicts: &[Verdict]) {
    for (verdict, number) in verdicts.iter().zip(0..) {
        let url = format!("http://images.example.com/judged-{number}");
        add(t, of, &[new_check(t, &url)]).await;
        let (lease, due) = take(t, 1).await;
        let over = round(t, *verdict, true);
        t.store.finish_round(&due[0], lease, &over).await.unwrap();
    }
}

async fn found(t: &Fixture, company: CompanyId, query: HistoryQuery) -> Vec<InvalidationId> {
    let query = HistoryQuery {
        limit: 100,
        ..query
    };
    let page = t.store.history(company, &query).await.unwrap();
    page.entries.iter().map(|entry| entry.id).collect()
}

/// The verdict and the state of the latest.
async fn latest(t: &Fixture, company: CompanyId) -> (HistoryVerdict, InvalidationState) {
    let query = HistoryQuery {
        limit: 1,
        ..HistoryQuery::default()
    };
    let mut page = t.store.history(company, &query).await.unwrap();
    let entry = page.entries.remove(0);
    (entry.verdict, entry.state)
}

async fn verdict(t: &Fixture, company: CompanyId) -> HistoryVerdict {
    latest(t, company).await.0
}

async fn state(t: &Fixture, company: CompanyId) -> InvalidationState {
    latest(t, company).await.1
}

const fn known(verdict: Verdict) -> HistoryVerdict {
    HistoryVerdict::Known(verdict)
}

async fn the_verdict_of_an_invalidation_follows_its_checks(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let submission = t.submitted(company, author, 1).await;
    assert_eq!(verdict(t, company).await, known(Verdict::NotChecked));
    let waits = NewCheck {
        purge: None,
        next_look_at: None,
        ..new_check(t, "http://a/waits")
    };
    add(t, &submission, &[waits]).await;
    assert_eq!(
        verdict(t, company).await,
        known(Verdict::NotChecked),
        "it was looked at before the purge only"
    );
    let not_covered = NewCheck {
        covered: false,
        ..new_check(t, "http://a/other")
    };
    add(t, &submission, &[not_covered]).await;
    let (lease, due) = take(t, 1).await;
    let old = round(t, Verdict::StillOld, true);
    t.store.finish_round(&due[0], lease, &old).await.unwrap();
    assert_eq!(
        verdict(t, company).await,
        known(Verdict::NotChecked),
        "an address that it does not clear does not count"
    );

    let checks = [new_check(t, "http://a/1"), new_check(t, "http://a/2")];
    add(t, &submission, &checks).await;
    assert_eq!(verdict(t, company).await, HistoryVerdict::Checking);
    let (lease, due) = take(t, 1).await;
    let old = round(t, Verdict::StillOld, false);
    t.store.finish_round(&due[0], lease, &old).await.unwrap();
    for is_last in [false, true] {
        assert_eq!(verdict(t, company).await, HistoryVerdict::Checking);
        let (lease, due) = take(t, 1).await;
        let live = round(t, Verdict::Live, true);
        t.store.finish_round(&due[0], lease, &live).await.unwrap();
        if is_last {
            assert_eq!(verdict(t, company).await, known(Verdict::Live));
        }
    }
    let again = t.store.look_again(company, submission.id, None, t.now());
    assert_eq!(again.await.unwrap(), 3);
    assert_eq!(verdict(t, company).await, HistoryVerdict::Checking);
}

async fn an_address_that_is_cleared_by_now_counts_before_it_is_looked_at(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let submission = t.submitted(company, author, 1).await;
    let url = "http://a/other";
    let not_covered = NewCheck {
        covered: false,
        ..new_check(t, url)
    };
    add(t, &submission, &[not_covered]).await;
    assert_eq!(verdict(t, company).await, known(Verdict::NotChecked));
    add(t, &submission, &[new_check(t, url)]).await;
    assert_eq!(verdict(t, company).await, HistoryVerdict::Checking);
}

async fn nothing_is_decided_while_a_part_is_still_to_be_sent(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let submission = t.submitted(company, author, 2).await;
    let waits = [0, 1].map(|batch: usize| NewCheck {
        purge: None,
        next_look_at: None,
        ..new_check(t, &submission.batches[batch].urls[0].url)
    });
    add(t, &submission, &waits).await;
    let accepted = BatchOutcome::Accepted(Receipt::default());
    finish(t, &accepted, None).await;
    start_checks(t, &submission, 0).await;
    let (lease, due) = take(t, 1).await;
    let live = round(t, Verdict::Live, true);
    t.store.finish_round(&due[0], lease, &live).await.unwrap();
    assert_eq!(
        latest(t, company).await,
        (HistoryVerdict::Checking, InvalidationState::Sending)
    );
    let steer = async |steering| {
        let steered = t
            .store
            .steer(company, submission.id, steering, "Ann", t.now());
        steered.await.unwrap();
        verdict(t, company).await
    };
    assert_eq!(steer(Steering::Pause).await, HistoryVerdict::Checking);
    assert_eq!(steer(Steering::Resume).await, HistoryVerdict::Checking);
    finish(t, &failed(FailureKind::BadUrl), None).await;
    assert_eq!(verdict(t, company).await, known(Verdict::Live));
    let batch = submission.batches[1].id;
    let search = t
        .store
        .start_search(company, batch, 1, false, "Ann", t.now());
    search.await.unwrap();
    assert_eq!(verdict(t, company).await, HistoryVerdict::Checking);
    assert_eq!(steer(Steering::Cancel).await, known(Verdict::Live));
}

/// The looks at what Adobe has just taken are not due yet: what was seen of the rest is not all that is to be known.
async fn nothing_is_decided_before_the_looks_at_what_was_taken_are_due(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let submission = t.submitted(company, author, 2).await;
    let sent = |batch: usize| &submission.batches[batch].urls[0].url;
    let waits = [0, 1].map(|batch| NewCheck {
        purge: None,
        next_look_at: None,
        ..new_check(t, sent(batch))
    });
    add(t, &submission, &waits).await;
    let accepted = BatchOutcome::Accepted(Receipt::default());
    for (batch, is_last) in [(0, false), (1, true)] {
        finish(t, &accepted, None).await;
        assert_eq!(verdict(t, company).await, HistoryVerdict::Checking);
        let ids = [submission.batches[batch].id];
        let exported = t.store.history_checks(company, &ids).await.unwrap();
        assert_eq!(exported[0].verdict, HistoryVerdict::Checking);
        start_checks(t, &submission, batch).await;
        let (lease, due) = take(t, 1).await;
        let live = round(t, Verdict::Live, true);
        t.store.finish_round(&due[0], lease, &live).await.unwrap();
        if is_last {
            assert_eq!(verdict(t, company).await, known(Verdict::Live));
        }
    }
}

/// Has the URLs of a batch that Adobe took looked at.
async fn start_checks(t: &Fixture, of: &Submission, batch: usize) {
    let batches = t.store.batches(of.company, of.id).await.unwrap();
    let taken = Taken::of(&batches[batch]).unwrap();
    let unchecked = UncheckedBatch {
        company: of.company,
        invalidation: of.id,
        id: batches[batch].id,
    };
    let started = t.store.start_checks(unchecked, &taken, t.now());
    assert_eq!(started.await.unwrap(), 1);
}

/// What the database decides is what the type in `domain` decides.
async fn the_verdict_that_asks_most_of_somebody_counts(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let verdicts = Verdict::ALL;
    for one in verdicts {
        for other in verdicts {
            t.later();
            let submission = t.submitted(company, author, 1).await;
            judged(t, &submission, &[one, other]).await;
            let expected = HistoryVerdict::together([known(one), known(other)]);
            assert_eq!(verdict(t, company).await, expected, "{one:?} and {other:?}");
        }
    }
}

async fn two_that_end_the_last_looks_at_once_forget_none(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    for _ in 0..10 {
        t.later();
        let submission = t.submitted(company, author, 1).await;
        let checks = [new_check(t, "http://a/1"), new_check(t, "http://a/2")];
        add(t, &submission, &checks).await;
        let (first, one) = take(t, 1).await;
        let (second, other) = take(t, 1).await;
        let node = t.db.reopen().await;
        let (live, old) = (
            round(t, Verdict::Live, true),
            round(t, Verdict::StillOld, true),
        );
        let (one, other) = tokio::join!(
            t.store.finish_round(&one[0], first, &live),
            node.finish_round(&other[0], second, &old)
        );
        one.unwrap();
        other.unwrap();
        assert_eq!(verdict(t, company).await, known(Verdict::StillOld));
    }
}

async fn the_history_is_filtered_by_verdict(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let mut ids = Vec::new();
    for verdicts in [
        &[Verdict::Live][..],
        &[Verdict::Live, Verdict::StillOld],
        &[],
        &[Verdict::Live],
    ] {
        t.later();
        let submission = t.submitted(company, author, 1).await;
        judged(t, &submission, verdicts).await;
        ids.push(submission.id);
    }
    let with = |verdict| HistoryQuery {
        verdict: Some(known(verdict)),
        ..HistoryQuery::default()
    };
    assert_eq!(
        found(t, company, with(Verdict::Live)).await,
        [ids[3], ids[0]]
    );
    assert_eq!(found(t, company, with(Verdict::StillOld)).await, [ids[1]]);
    assert_eq!(found(t, company, with(Verdict::NotChecked)).await, [ids[2]]);
    assert_eq!(found(t, company, with(Verdict::Gone)).await, []);
    let other = t.company("other").await;
    assert_eq!(found(t, other, with(Verdict::Live)).await, []);
    for state in InvalidationState::ALL {
        let both = HistoryQuery {
            state: Some(state),
            ..with(Verdict::Live)
        };
        let expected = if state == InvalidationState::Sending {
            vec![ids[3], ids[0]]
        } else {
            Vec::new()
        };
        assert_eq!(found(t, company, both).await, expected, "{state:?}");
    }
    let person = HistoryQuery {
        person: Some(author),
        asset: Some("1-1".to_owned()),
        ..with(Verdict::StillOld)
    };
    assert_eq!(found(t, company, person).await, [ids[1]]);
}

async fn checks_of_many_batches_are_read_at_once(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let submission = t.submitted(company, author, 2).await;
    let [one, two] = [0, 1].map(|index| &submission.batches[index]);
    let sent = &one.urls[0].url;
    let covered = NewCheck {
        sent_url: sent.clone(),
        ..new_check(t, &one.urls[0].covers[0])
    };
    let not_covered = NewCheck {
        covered: false,
        ..new_check(t, &two.urls[0].url)
    };
    add(t, &submission, &[covered, not_covered]).await;
    let (lease, due) = take(t, 10).await;
    let doubt = round(t, Doubt::Unproven, true);
    let look = due.iter().find(|check| check.covered).unwrap();
    t.store.finish_round(look, lease, &doubt).await.unwrap();
    let other = new_check(t, &two.urls[1].url);
    add(t, &submission, &[other]).await;

    let read =
        async |company, batches: &[_]| t.store.history_checks(company, batches).await.unwrap();
    let checks = read(company, &[one.id, two.id]).await;
    assert_eq!(checks.len(), 2, "{checks:?}");
    let first = checks.iter().find(|check| check.batch == one.id).unwrap();
    assert_eq!(
        (&first.sent_url, &first.url),
        (sent, &one.urls[0].covers[0])
    );
    assert_eq!(first.verdict, known(Verdict::CouldNotCheck));
    assert_eq!(first.at, Some(t.now()));
    assert!(first.doubt.as_ref().unwrap().contains("nothing tells"));
    assert_eq!(
        read(company, &[two.id]).await[0].verdict,
        HistoryVerdict::Checking
    );
    assert_eq!(read(company, &[]).await, []);
    let other = t.company("other").await;
    assert_eq!(read(other, &[one.id, two.id]).await, []);
}

async fn looks_at_many_urls_are_read_at_once(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let submission = t.submitted(company, author, 1).await;
    let look = |kind, why: &str| StoredLook {
        format: CheckFormat::Plain,
        kind,
        at: t.now(),
        look: Err(why.to_owned()),
    };
    let checks: Vec<_> = ["one", "two"]
        .map(|url| NewCheck {
            before: vec![look(LookKind::Before, url), look(LookKind::Origin, url)],
            ..new_check(t, url)
        })
        .into();
    add(t, &submission, &checks).await;
    let ids = [checks[0].id, checks[1].id];
    let looks = t.store.looks_of(company, &ids).await.unwrap();
    assert_eq!(looks.len(), 2);
    for check in &checks {
        assert_eq!(looks[&check.id], check.before);
    }
    assert!(t.store.looks_of(company, &[]).await.unwrap().is_empty());
    let other = t.company("other").await;
    assert!(t.store.looks_of(other, &ids).await.unwrap().is_empty());
}

fn failed(kind: FailureKind) -> BatchOutcome {
    BatchOutcome::Failed {
        failure: Failure {
            kind,
            code: None,
            reason: "a reason".to_owned(),
        },
        named_url: None,
    }
}

/// Sends the next batch, with this end, as the request of a search where there is a probe.
async fn finish(t: &Fixture, outcome: &BatchOutcome, probe: Option<bool>) {
    let batch = t.take().await.unwrap();
    let probe = probe.map(|accepted| Probe {
        part: Part::range(1..=1),
        sent_at: None,
        answered_at: None,
        answer: if accepted {
            Ok(Receipt::default())
        } else {
            Err(Refusal {
                code: None,
                reason: "not yours".to_owned(),
            })
        },
    });
    let finished = Finished {
        batch: &batch,
        // As `take` has it.
        node: NodeId(Uuid::from_u128(1)),
        outcome,
        probe: probe.as_ref(),
        now: t.now(),
        next_request_at: t.now(),
    };
    t.store.finish_batch(&finished).await.unwrap();
}

async fn what_was_taken_in_part_is_told_from_what_was_refused(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    t.submitted(company, author, 1).await;
    finish(t, &failed(FailureKind::Partial), None).await;
    assert_eq!(state(t, company).await, InvalidationState::Partly);

    for (accepted, expected) in [
        (false, InvalidationState::Refused),
        (true, InvalidationState::Partly),
    ] {
        t.later();
        let submission = t.submitted(company, author, 1).await;
        finish(t, &failed(FailureKind::BadUrl), None).await;
        assert_eq!(state(t, company).await, InvalidationState::Refused);
        let batch = submission.batches[0].id;
        let search = t
            .store
            .start_search(company, batch, 1, false, "Ann", t.now());
        search.await.unwrap();
        assert_eq!(state(t, company).await, InvalidationState::Sending);
        // The request that ends the search is the one that was accepted.
        finish(t, &failed(FailureKind::BadUrl), Some(accepted)).await;
        assert_eq!(state(t, company).await, expected);
    }
}

async fn what_was_called_off_is_told_from_what_failed(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let accepted = BatchOutcome::Accepted(Receipt {
        handle: None,
        estimated_seconds: None,
        warnings: 0,
    });
    for (first, expected) in [
        (None, InvalidationState::Cancelled),
        (Some(accepted), InvalidationState::Partly),
        (
            Some(failed(FailureKind::Unreachable)),
            InvalidationState::Failed,
        ),
        (
            Some(failed(FailureKind::BadUrl)),
            InvalidationState::Refused,
        ),
    ] {
        t.later();
        let submission = t.submitted(company, author, 3).await;
        if let Some(outcome) = first {
            finish(t, &outcome, None).await;
        }
        let steered = t
            .store
            .steer(company, submission.id, Steering::Cancel, "Ann", t.now());
        steered.await.unwrap();
        assert_eq!(state(t, company).await, expected);
        let query = HistoryQuery {
            state: Some(expected),
            ..HistoryQuery::default()
        };
        assert_eq!(found(t, company, query).await, [submission.id]);
    }
}

async fn what_is_held_back_is_paused_and_never_too_old_to_keep(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let submission = t.submitted(company, author, 2).await;
    let steer = async |steering| {
        let steered = t
            .store
            .steer(company, submission.id, steering, "Ann", t.now());
        steered.await.unwrap();
        state(t, company).await
    };
    assert_eq!(steer(Steering::Pause).await, InvalidationState::Paused);
    assert!(!t.store.forget_some(t.later()).await.unwrap());
    assert_eq!(steer(Steering::Resume).await, InvalidationState::Sending);
    assert_eq!(steer(Steering::Cancel).await, InvalidationState::Cancelled);
    assert!(t.store.forget_some(t.later()).await.unwrap());
}

/// As it was before the migration that knows of verdicts.
const UNDO_SQLITE: &str = "drop trigger check_added; drop trigger check_changed; drop trigger batch_probed; \
     drop trigger batch_settled; drop view _invalidation_verdict; drop index invalidation_history_seen; drop index url_check_pending; \
     alter table invalidation drop column verdict; delete from _sqlx_migrations where version = 9; \
     update invalidation set state = 'failed' where state in ('partly', 'cancelled')";
const UNDO_POSTGRES: &str = "drop trigger check_added on url_check; drop trigger check_changed on url_check; \
     drop trigger batch_settled on batch; drop function _keep_invalidation_verdict; drop view _invalidation_verdict; drop index invalidation_history_seen; \
     drop index url_check_pending; alter table invalidation drop column verdict; \
     delete from _sqlx_migrations where version = 9; \
     update invalidation set state = 'failed' where state in ('partly', 'cancelled')";

async fn what_an_older_version_stored_has_verdicts_and_states(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let submission = t.submitted(company, author, 1).await;
    judged(t, &submission, &[Verdict::Live, Verdict::CachedAgain]).await;
    finish(t, &failed(FailureKind::Partial), None).await;
    t.later();
    let called_off = t.submitted(company, author, 1).await;
    let steered = t
        .store
        .steer(company, called_off.id, Steering::Cancel, "Ann", t.now());
    steered.await.unwrap();
    t.db.execute(match t.db.backend {
        Backend::Sqlite => UNDO_SQLITE,
        Backend::Postgres => UNDO_POSTGRES,
    })
    .await;

    let store = t.db.reopen().await;
    let query = HistoryQuery {
        limit: 2,
        ..HistoryQuery::default()
    };
    let page = store.history(company, &query).await.unwrap();
    let known: Vec<_> = page
        .entries
        .iter()
        .map(|it| (it.state, it.verdict))
        .collect();
    assert_eq!(
        known,
        [
            (
                InvalidationState::Cancelled,
                HistoryVerdict::Known(Verdict::NotChecked)
            ),
            (
                InvalidationState::Partly,
                HistoryVerdict::Known(Verdict::CachedAgain)
            ),
        ]
    );
}
