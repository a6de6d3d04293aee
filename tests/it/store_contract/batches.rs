use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::task::JoinSet;
use unstale::{
    clock::Timestamp,
    domain::{
        AccountFacts, Alias, BatchChange, BatchId, BatchState, Company, CompanyId, Failure,
        FailureKind, InvalidationId, Part, PersonId, Probe, Receipt, Refusal, SEARCH_LIMIT,
    },
    store::{
        Batch, BatchOutcome, BatchSearch, Claim, Connection, Finished, NodeId, Said, Steering,
        Store, StoreError, Submission, WaitingBatch,
    },
};
use uuid::Uuid;

use super::Fixture;

on_both_databases! {
    the_next_batch_is_given_in_order_and_one_per_company_is_on_its_way
    what_waits_is_sent_with_the_handle_of_the_region_that_the_company_is_in_now
    invalidations_take_turns_and_know_their_place
    a_company_pauses_between_two_requests
    what_is_submitted_and_not_sent_is_still_to_come
    an_outcome_is_recorded_once
    what_may_pass_is_sent_again_later_and_recorded_as_a_repeat
    what_was_on_its_way_is_released_when_its_lease_has_ended
    a_request_that_was_cut_off_was_one_all_the_same
    what_waits_for_our_own_database_has_not_failed
    what_never_left_has_no_time_of_sending
    a_node_that_lost_its_lease_cannot_write_over_its_successor
    two_nodes_never_take_the_same_batch_nor_two_of_one_company
    what_waits_can_be_held_back_let_go_and_called_off
    what_is_on_its_way_is_not_sent_again_against_anybodys_will
    what_was_lost_is_not_sent_again_against_anybodys_will
    what_waits_is_held_back_when_the_account_is_refused
    a_refused_batch_is_searched_part_by_part
    the_doubt_of_a_search_outlives_the_next_one
    the_look_before_the_first_byte_is_remembered
    no_order_of_events_leads_to_an_illegal_state
}

pub(super) const NODE: NodeId = NodeId(Uuid::from_u128(1));
const OTHER_NODE: NodeId = NodeId(Uuid::from_u128(2));
const LEASE: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_mins(1);

impl Fixture {
    async fn claim(&self, node: NodeId) -> Claim {
        let until = self.now().plus(LEASE);
        self.store
            .claim_batch(node, self.now(), until, self.now(), PATIENCE)
            .await
            .unwrap()
    }

    /// The batch that is next, taken to be sent.
    pub(super) async fn take(&self) -> Option<WaitingBatch> {
        match self.claim(NODE).await {
            Claim::Taken(batch) => Some(*batch),
            Claim::Nothing { .. } => None,
        }
    }

    pub(super) async fn finish_as(
        &self,
        node: NodeId,
        batch: &WaitingBatch,
        outcome: &BatchOutcome,
        probe: Option<&Probe>,
    ) -> Result<(), StoreError> {
        let finished = Finished {
            batch,
            node,
            outcome,
            probe,
            now: self.now(),
            next_request_at: self.now(),
        };
        self.store.finish_batch(&finished).await
    }

    pub(super) async fn finish(
        &self,
        batch: &WaitingBatch,
        outcome: &BatchOutcome,
    ) -> Result<(), StoreError> {
        self.finish_as(NODE, batch, outcome, None).await
    }

    /// Puts what is lost by then back into the queue; says how many that were.
    pub(super) async fn release(&self, ended_by: Timestamp) -> usize {
        let mut released = 0;
        for lost in self.store.lost_batches(ended_by).await.unwrap() {
            let outcome = abandoned(self.now());
            let known = self
                .store
                .release_batch(&lost, &outcome, ended_by, self.now());
            released += usize::from(known.await.unwrap());
        }
        released
    }

    async fn batch(&self, of: &Submission, index: usize) -> Batch {
        let mut batches = self.store.batches(of.company, of.id).await.unwrap();
        batches.remove(index)
    }

    async fn changes(&self, company: CompanyId, batch: BatchId) -> Vec<BatchChange> {
        let events = self.store.batch_events(company, batch).await.unwrap();
        events.iter().map(|event| event.change).collect()
    }

    /// A submitted invalidation of one batch with so many URLs.
    pub(super) async fn submitted_of(
        &self,
        company: CompanyId,
        author: PersonId,
        urls: usize,
    ) -> Submission {
        let draft = self.draft(company, author).await;
        let submission = self.submission(&draft, 1, urls);
        self.store.submit(&submission).await.unwrap();
        submission
    }
}

pub(super) fn accepted() -> BatchOutcome {
    BatchOutcome::Accepted(receipt())
}

fn receipt() -> Receipt {
    Receipt {
        handle: Some("cdn|1\0".to_owned()),
        estimated_seconds: Some(300),
        warnings: 2,
    }
}

pub(super) fn failure(kind: FailureKind) -> Failure {
    Failure {
        kind,
        code: Some(20006),
        reason: "not \"yours\"".to_owned(),
    }
}

fn refusal() -> Refusal {
    let Failure { code, reason, .. } = failure(FailureKind::BadUrl);
    Refusal { code, reason }
}

fn abandoned(at: Timestamp) -> BatchOutcome {
    BatchOutcome::Abandoned {
        failure: failure(FailureKind::TimedOut),
        at,
    }
}

pub(super) fn failed(kind: FailureKind) -> BatchOutcome {
    BatchOutcome::Failed {
        failure: failure(kind),
        named_url: Some("http://a/is/image/other/x".to_owned()),
    }
}

fn again(kind: FailureKind, at: Timestamp) -> BatchOutcome {
    BatchOutcome::Again {
        failure: failure(kind),
        at,
    }
}

fn probe(part: Part, accepted: bool) -> Probe {
    Probe {
        part,
        sent_at: None,
        answered_at: None,
        answer: if accepted {
            Ok(receipt())
        } else {
            Err(refusal())
        },
    }
}

async fn the_next_batch_is_given_in_order_and_one_per_company_is_on_its_way(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let author = t.person("ann@example.com").await;
    assert_eq!(t.claim(NODE).await, Claim::Nothing { due: None });
    let first = t.submitted(company, author, 3).await;
    t.later();
    let second = t.submitted(other, author, 1).await;
    t.later();

    let taken = t.take().await.unwrap();
    let expected = WaitingBatch {
        id: second.batches[0].id,
        company: other,
        invalidation: second.id,
        handle: Some("c|6".to_owned()),
        taken_at: t.now(),
        attempts: 1,
        failures: 0,
        maybe_taken: false,
        looked: false,
        urls: second.batches[0]
            .urls
            .iter()
            .map(|url| url.url.clone())
            .collect(),
        search: None,
    };
    assert_eq!(taken, expected, "the smaller one first");
    let stored = t.batch(&second, 0).await;
    assert_eq!(
        (stored.state, stored.attempts, stored.sent_at),
        (BatchState::Sending, 1, Some(t.now()))
    );

    for batch in &first.batches {
        let taken = t.take().await.unwrap();
        assert_eq!((taken.id, taken.company), (batch.id, company), "in order");
        assert_eq!(t.take().await, None, "one at a time");
        t.finish(&taken, &accepted()).await.unwrap();
    }
    assert_eq!(t.take().await, None);
}

async fn what_waits_is_sent_with_the_handle_of_the_region_that_the_company_is_in_now(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    t.submitted(company, author, 1).await;
    let there = Connection {
        endpoint: "https://s7sps3apissl.scene7.com/scene7/".to_owned(),
        email: "ann@example.com".to_owned(),
        sealed_password: Vec::new(),
    };
    let facts = AccountFacts {
        name: String::new(),
        role: None,
        is_ips_admin: false,
        password_expires: None,
        company_name: "Shop".to_owned(),
        read_at: t.now(),
    };
    let said = Said {
        facts: &facts,
        root: None,
        handle: "c|9",
    };
    let moved = t.store.put_account(company, &there, said, t.now());
    moved.await.unwrap();
    assert_eq!(t.take().await.unwrap().handle.as_deref(), Some("c|9"));

    // Its URLs are of the root that is another company's alias.
    let other = Company {
        alias: Some(Alias {
            root: "shop".to_owned(),
            handle: "k|2".to_owned(),
        }),
        ..t.new_company("other")
    };
    t.store.add_company(&other, t.now()).await.unwrap();
    t.submitted(other.id, author, 1).await;
    assert_eq!(t.take().await.unwrap().handle.as_deref(), Some("k|2"));
}

async fn invalidations_take_turns_and_know_their_place(t: &Fixture) {
    let company = t.company("shop").await;
    let author = t.person("ann@example.com").await;
    let big = t.submitted(company, author, 4).await;
    let other = t.submitted(company, author, 3).await;
    let mut order = Vec::new();
    for turn in 0..8 {
        if turn == 4 {
            let single = t.submitted_of(company, author, 1).await;
            let queue = t.store.queue(company, PATIENCE).await.unwrap();
            let places: Vec<InvalidationId> =
                queue.iter().map(|entry| entry.invalidation).collect();
            assert_eq!(places, [single.id, other.id, big.id]);
            assert_eq!(
                queue.iter().map(|entry| entry.urls).collect::<Vec<_>>(),
                [1, 2, 4]
            );
            assert_eq!(queue[1].batch, other.batches[2].id);
        }
        let taken = t.take().await.unwrap();
        order.push(if taken.invalidation == big.id {
            'b'
        } else if taken.invalidation == other.id {
            'o'
        } else {
            's'
        });
        t.later();
        t.finish(&taken, &accepted()).await.unwrap();
    }
    assert_eq!(order.iter().collect::<String>(), "obobsobb");
    assert_eq!(t.store.queue(company, PATIENCE).await.unwrap(), []);
    let elsewhere = t.company("elsewhere").await;
    t.submitted(company, author, 1).await;
    assert_eq!(t.store.queue(elsewhere, PATIENCE).await.unwrap(), []);
}

async fn a_company_pauses_between_two_requests(t: &Fixture) {
    let company = t.company("shop").await;
    let author = t.person("ann@example.com").await;
    t.submitted(company, author, 2).await;
    let start = t.now();
    let batch = t.take().await.unwrap();
    let until = t.now().plus(Duration::from_secs(10));
    let finished = Finished {
        batch: &batch,
        node: NODE,
        outcome: &accepted(),
        probe: None,
        now: t.now(),
        next_request_at: until,
    };
    t.store.finish_batch(&finished).await.unwrap();
    assert_eq!(t.claim(NODE).await, Claim::Nothing { due: Some(until) });
    t.clock.advance(Duration::from_secs(10));
    assert!(t.take().await.is_some());
    assert_eq!(t.store.requests_since(company, start).await.unwrap(), 2);
    assert_eq!(t.store.requests_since(company, until).await.unwrap(), 1);
    let other = t.company("other").await;
    assert_eq!(t.store.requests_since(other, start).await.unwrap(), 0);
}

async fn what_is_submitted_and_not_sent_is_still_to_come(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let other = t.company("other").await;
    let counts = async || {
        let made = t.store.requests_since(company, Timestamp::from_micros(0));
        let to_come = t.store.requests_to_come(company);
        (made.await.unwrap(), to_come.await.unwrap())
    };
    let submission = t.submitted(company, author, 4).await;
    let steer = async |steering| {
        t.store
            .steer(company, submission.id, steering, "Bob", t.now())
            .await
            .unwrap()
    };
    t.draft(company, author).await;
    assert_eq!(counts().await, (0, 4));
    let on_its_way = t.take().await.unwrap();
    assert_eq!(counts().await, (1, 3), "one that is on its way was made");
    steer(Steering::Pause).await;
    assert_eq!(counts().await, (1, 3));
    t.finish(&on_its_way, &accepted()).await.unwrap();
    assert_eq!(counts().await, (1, 3));
    steer(Steering::Cancel).await;
    assert_eq!(counts().await, (1, 0));
    assert_eq!(t.store.requests_to_come(other).await.unwrap(), 0);
}

async fn an_outcome_is_recorded_once(t: &Fixture) {
    let company = t.company("shop").await;
    let submission = t
        .submitted(company, t.person("ann@example.com").await, 3)
        .await;
    let outcomes = [
        accepted(),
        failed(FailureKind::BadUrl),
        failed(FailureKind::Permission),
    ];
    for outcome in &outcomes {
        let taken = t.take().await.unwrap();
        t.finish(&taken, outcome).await.unwrap();
        assert!(matches!(
            t.finish(&taken, outcome).await,
            Err(StoreError::Conflict)
        ));
    }

    let batches = t.store.batches(company, submission.id).await.unwrap();
    let states: Vec<BatchState> = batches.iter().map(|batch| batch.state).collect();
    assert_eq!(
        states,
        [
            BatchState::Accepted,
            BatchState::Refused,
            BatchState::Failed
        ]
    );
    assert!(
        batches
            .iter()
            .all(|batch| batch.finished_at == Some(t.now()))
    );

    let receipt = Receipt {
        handle: Some("cdn|1\u{1a}".to_owned()),
        estimated_seconds: Some(300),
        warnings: 2,
    };
    assert_eq!(batches[0].receipt, Some(receipt));
    assert_eq!((&batches[0].failure, &batches[0].named_url), (&None, &None));
    let BatchOutcome::Failed { failure, named_url } = &outcomes[1] else {
        unreachable!()
    };
    assert_eq!(batches[1].receipt, None);
    assert_eq!(
        (batches[1].failure.as_ref(), &batches[1].named_url),
        (Some(failure), named_url)
    );
    let events = t.store.batch_events(company, batches[2].id).await.unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(
        (events[1].at, events[1].change, events[1].attempts),
        (t.now(), BatchChange::Failed, 1)
    );
    assert_eq!(events[1].note.as_deref(), Some("not \"yours\""));
    let other = t.company("other").await;
    let foreign = t.store.batch_events(other, batches[2].id).await.unwrap();
    assert_eq!(foreign, []);
}

async fn what_may_pass_is_sent_again_later_and_recorded_as_a_repeat(t: &Fixture) {
    use BatchChange::{Accepted, NotAnswered, NotReached, Repeated, Sent};
    let company = t.company("shop").await;
    let submission = t
        .submitted(company, t.person("ann@example.com").await, 1)
        .await;
    let at = t.now().plus(Duration::from_secs(30));
    let taken = t.take().await.unwrap();
    t.finish(&taken, &again(FailureKind::Unreachable, at))
        .await
        .unwrap();
    let batch = t.batch(&submission, 0).await;
    assert_eq!(
        (batch.state, batch.maybe_taken, batch.retry_at),
        (BatchState::Waiting, false, Some(at))
    );
    assert!(batch.cleared_nothing());
    assert_eq!(t.claim(NODE).await, Claim::Nothing { due: Some(at) });

    t.clock.advance(Duration::from_secs(30));
    let taken = t.take().await.unwrap();
    assert_eq!((taken.attempts, taken.failures), (2, 1));
    let timed_out = again(FailureKind::TimedOut, t.now());
    t.finish(&taken, &timed_out).await.unwrap();
    let batch = t.batch(&submission, 0).await;
    assert_eq!(
        (batch.state, batch.maybe_taken),
        (BatchState::Unknown, true)
    );
    assert!(!batch.cleared_nothing());
    assert_eq!(
        batch.failure.map(|failure| failure.kind),
        Some(FailureKind::TimedOut)
    );

    let taken = t.take().await.unwrap();
    assert_eq!((taken.failures, taken.maybe_taken), (2, true));
    t.finish(&taken, &accepted()).await.unwrap();
    let batch = t.batch(&submission, 0).await;
    assert_eq!((batch.failure, batch.retry_at), (None, None));
    assert_eq!(
        t.changes(company, batch.id).await,
        [Sent, NotReached, Repeated, NotAnswered, Repeated, Accepted]
    );
}

async fn what_was_on_its_way_is_released_when_its_lease_has_ended(t: &Fixture) {
    let company = t.company("shop").await;
    let submission = t
        .submitted(company, t.person("ann@example.com").await, 1)
        .await;
    let taken = t.take().await.unwrap();
    t.clock.advance(Duration::from_secs(10));
    let until = t.now().plus(LEASE);
    let renewed = t.store.renew_batch_lease(taken.id, NODE, until).await;
    assert!(renewed.unwrap());
    t.clock.advance(Duration::from_secs(10));
    let release = async || t.release(t.now()).await;
    assert_eq!(release().await, 0, "it was renewed");
    t.clock.advance(Duration::from_secs(5));
    let lost = t.store.lost_batches(t.now()).await.unwrap();
    assert_eq!(release().await, 1);
    assert_eq!(release().await, 0);
    let known = t
        .store
        .release_batch(&lost[0], &abandoned(t.now()), t.now(), t.now())
        .await;
    assert!(!known.unwrap(), "another node has released it meanwhile");

    let batch = t.batch(&submission, 0).await;
    assert_eq!(
        (batch.state, batch.maybe_taken),
        (BatchState::Unknown, true)
    );
    assert_eq!(
        t.changes(company, batch.id).await,
        [BatchChange::Sent, BatchChange::LeaseLost]
    );
    let taken = t.take().await.unwrap();
    assert_eq!((taken.attempts, taken.failures), (2, 1));

    t.clock.advance(LEASE);
    let lost = t.store.lost_batches(t.now()).await.unwrap();
    let at_end = failed(FailureKind::TimedOut);
    let ended = t
        .store
        .release_batch(&lost[0], &at_end, t.now(), t.now())
        .await;
    assert!(ended.unwrap());
    let batch = t.batch(&submission, 0).await;
    assert_eq!(batch.state, BatchState::Failed);
    assert!(!batch.cleared_nothing());
}

async fn a_request_that_was_cut_off_was_one_all_the_same(t: &Fixture) {
    let company = t.company("shop").await;
    t.submitted(company, t.person("ann@example.com").await, 1)
        .await;
    let (now, next) = (t.now(), t.now().plus(Duration::from_secs(2)));
    let claim = async |now: Timestamp| {
        let claim = t
            .store
            .claim_batch(NODE, now, now.plus(LEASE), next, PATIENCE);
        claim.await.unwrap()
    };
    assert!(matches!(claim(now).await, Claim::Taken(_)));
    assert_eq!(t.release(Timestamp::from_micros(i64::MAX)).await, 1);
    assert_eq!(claim(now).await, Claim::Nothing { due: Some(next) });
    assert!(matches!(claim(next).await, Claim::Taken(_)));
}

async fn what_waits_for_our_own_database_has_not_failed(t: &Fixture) {
    let company = t.company("shop").await;
    let submission = t
        .submitted(company, t.person("ann@example.com").await, 1)
        .await;
    for _ in 0..3 {
        let taken = t.take().await.unwrap();
        assert_eq!((taken.failures, taken.maybe_taken), (0, false));
        let postponed = BatchOutcome::Postponed {
            reason: "the database was away",
            at: t.now(),
        };
        t.finish(&taken, &postponed).await.unwrap();
    }
    let batch = t.batch(&submission, 0).await;
    assert_eq!(batch.state, BatchState::Waiting);
    assert!(batch.cleared_nothing());
    let made = t.store.requests_since(company, Timestamp::from_micros(0));
    assert_eq!(made.await.unwrap(), 0);
}

async fn what_never_left_has_no_time_of_sending(t: &Fixture) {
    let company = t.company("shop").await;
    let author = t.person("ann@example.com").await;
    for (kind, before, is_sent) in [
        (FailureKind::Unreachable, None, false),
        (FailureKind::NotConnected, None, false),
        (FailureKind::Fault, None, true),
        (FailureKind::NotConnected, Some(FailureKind::TimedOut), true),
        (
            FailureKind::NotConnected,
            Some(FailureKind::Unreachable),
            false,
        ),
    ] {
        let submission = t.submitted(company, author, 1).await;
        if let Some(before) = before {
            let taken = t.take().await.unwrap();
            t.finish(&taken, &again(before, t.now())).await.unwrap();
        }
        let taken = t.take().await.unwrap();
        t.finish(&taken, &failed(kind)).await.unwrap();
        let batch = t.batch(&submission, 0).await;
        assert_eq!(
            batch.sent_at.is_some(),
            is_sent,
            "{kind:?} after {before:?}"
        );
    }
}

async fn a_node_that_lost_its_lease_cannot_write_over_its_successor(t: &Fixture) {
    let company = t.company("shop").await;
    let submission = t
        .submitted(company, t.person("ann@example.com").await, 1)
        .await;
    let lost = t.take().await.unwrap();
    let end_of_time = Timestamp::from_micros(i64::MAX);
    assert_eq!(t.release(end_of_time).await, 1);
    let Claim::Taken(taken) = t.claim(OTHER_NODE).await else {
        panic!("it can be taken again");
    };
    let bad = failed(FailureKind::Fault);
    assert!(matches!(
        t.finish(&lost, &bad).await,
        Err(StoreError::Conflict)
    ));
    let renewed = t.store.renew_batch_lease(lost.id, NODE, end_of_time).await;
    assert!(!renewed.unwrap());
    let finished = t.finish_as(OTHER_NODE, &taken, &accepted(), None).await;
    finished.unwrap();
    assert_eq!(t.batch(&submission, 0).await.state, BatchState::Accepted);
}

async fn what_waits_can_be_held_back_let_go_and_called_off(t: &Fixture) {
    use BatchState::{Accepted, Cancelled};
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let author = t.person("ann@example.com").await;
    let submission = t.submitted(company, author, 3).await;
    let steer = async |company, steering| {
        t.store
            .steer(company, submission.id, steering, "Bob", t.now())
            .await
            .unwrap()
    };
    let sending = t.take().await.unwrap();
    assert_eq!(
        steer(other, Steering::Cancel).await,
        0,
        "of another company"
    );
    assert_eq!(steer(company, Steering::Pause).await, 3);
    t.finish(&sending, &accepted()).await.unwrap();
    assert_eq!(t.claim(NODE).await, Claim::Nothing { due: None });
    assert_eq!(steer(company, Steering::Pause).await, 0);

    assert_eq!(steer(company, Steering::Resume).await, 2);
    let sending = t.take().await.unwrap();
    assert_eq!(sending.id, submission.batches[1].id);
    let lost = again(FailureKind::TimedOut, t.now());
    t.finish(&sending, &lost).await.unwrap();
    assert_eq!(steer(company, Steering::Cancel).await, 2);
    assert_eq!(steer(company, Steering::Resume).await, 0);
    assert_eq!(t.take().await, None);

    let batches = t.store.batches(company, submission.id).await.unwrap();
    let states: Vec<_> = batches
        .iter()
        .map(|batch| (batch.state, batch.cleared_nothing()))
        .collect();
    assert_eq!(
        states,
        [(Accepted, false), (Cancelled, false), (Cancelled, true)]
    );
    assert_eq!(batches[2].finished_at, Some(t.now()));
    let events = t.store.batch_events(company, batches[2].id).await.unwrap();
    assert!(
        events
            .iter()
            .all(|event| event.note.as_deref() == Some("Bob"))
    );
}

async fn a_refused_batch_is_searched_part_by_part(t: &Fixture) {
    use BatchChange::{NotAnswered, Refused, Repeated, SearchStarted, SearchedOn, Sent};
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let author = t.person("ann@example.com").await;
    let submission = t.submitted_of(company, author, 4).await;
    let id = submission.batches[0].id;
    let start = async |company, sound| {
        t.store
            .start_search(company, id, sound, false, "Bob", t.now())
            .await
    };
    assert!(matches!(start(company, 2).await, Err(StoreError::Conflict)));
    let taken = t.take().await.unwrap();
    t.finish(&taken, &failed(FailureKind::BadUrl))
        .await
        .unwrap();
    assert!(matches!(start(other, 2).await, Err(StoreError::Conflict)));
    start(company, 2).await.unwrap();

    let taken = t.take().await.unwrap();
    let search = BatchSearch {
        limit: SEARCH_LIMIT,
        sound: 2,
        refusal: Some(refusal()),
        probes: Vec::new(),
    };
    assert_eq!(
        (taken.search.as_ref(), taken.urls.len()),
        (Some(&search), 4)
    );
    let first = probe(Part::range(2..=2), true);
    let searched = BatchOutcome::SearchedOn;
    t.finish_as(NODE, &taken, &searched, Some(&first))
        .await
        .unwrap();
    let batch = t.batch(&submission, 0).await;
    assert_eq!(batch.state, BatchState::Waiting);
    assert_eq!(batch.probes.len(), 1);
    let stored = batch.receipts().next().unwrap();
    assert_eq!(
        (stored.handle.as_deref(), stored.warnings),
        (Some("cdn|1\u{1a}"), 2)
    );
    assert_eq!(batch.estimated_seconds(), Some(300), "it can be waited for");
    assert!(!batch.cleared_nothing());

    let taken = t.take().await.unwrap();
    t.finish(&taken, &again(FailureKind::TimedOut, t.now()))
        .await
        .unwrap();
    let taken = t.take().await.unwrap();
    let limit = taken.search.as_ref().map(|search| search.limit);
    assert_eq!(
        limit,
        Some(SEARCH_LIMIT - 1),
        "a request without an answer was one of them"
    );
    let second = probe([1, 3].into_iter().collect(), false);
    let over = failed(FailureKind::Partial);
    t.finish_as(NODE, &taken, &over, Some(&second))
        .await
        .unwrap();
    let batch = t.batch(&submission, 0).await;
    assert_eq!(batch.state, BatchState::Refused);
    assert_eq!(
        batch.refusal,
        Some(refusal()),
        "a time-out is not its reason"
    );
    assert_eq!(batch.probes[0].part, first.part);
    assert_eq!(batch.probes[1], second);
    assert_eq!(batch.receipts().count(), 1, "a refusal has none");
    let found = batch.search().unwrap();
    assert_eq!((found.sent.len(), found.left.len()), (1, 3));

    start(company, 4).await.unwrap();
    let taken = t.take().await.unwrap().search.unwrap();
    assert_eq!(
        (taken.limit, taken.sound, taken.probes.len()),
        (SEARCH_LIMIT + 2, 2, 2),
        "it goes on where it was"
    );
    assert_eq!(
        t.changes(company, id).await,
        [
            Sent,
            Refused,
            SearchStarted,
            Sent,
            SearchedOn,
            Sent,
            NotAnswered,
            Repeated,
            Refused,
            SearchStarted,
            Sent
        ],
        "a new part is no repeat"
    );
}

async fn the_doubt_of_a_search_outlives_the_next_one(t: &Fixture) {
    let company = t.company("shop").await;
    let author = t.person("ann@example.com").await;
    for kind in FailureKind::ALL {
        let submission = t.submitted_of(company, author, 4).await;
        let id = submission.batches[0].id;
        let refused = failed(FailureKind::BadUrl);
        t.finish(&t.take().await.unwrap(), &refused).await.unwrap();
        let search = async || {
            let doubt = t.batch(&submission, 0).await.ended_in_doubt();
            let started = t.store.start_search(company, id, 1, doubt, "Bob", t.now());
            started.await.unwrap();
        };
        search().await;
        // A part that was taken does not settle what became of the next one.
        let sound = probe(Part::range(1..=1), true);
        let taken = t.take().await.unwrap();
        t.finish_as(NODE, &taken, &BatchOutcome::SearchedOn, Some(&sound))
            .await
            .unwrap();
        let taken = t.take().await.unwrap();
        t.finish(&taken, &failed(kind)).await.unwrap();
        search().await;
        let batch = t.batch(&submission, 0).await;
        assert_eq!(batch.maybe_taken, !kind.cleared_nothing(), "{kind:?}");
        let taken = t.take().await.unwrap();
        t.finish(&taken, &failed(FailureKind::Fault)).await.unwrap();
    }
}

async fn the_look_before_the_first_byte_is_remembered(t: &Fixture) {
    let company = t.company("shop").await;
    let submission = t
        .submitted(company, t.person("ann@example.com").await, 2)
        .await;
    let taken = t.take().await.unwrap();
    assert!(!taken.looked);
    let looked = async || {
        let stored = t.store.invalidation(company, submission.id);
        stored.await.unwrap().unwrap().looked
    };
    assert!(!looked().await);
    t.store.set_looked(submission.id, t.now()).await.unwrap();
    assert!(looked().await);
    t.finish(&taken, &accepted()).await.unwrap();
    assert!(t.take().await.unwrap().looked);
}

/// Does things at random, and follows the events: each must be possible, and the last one must have led to what is stored.
async fn what_is_on_its_way_is_not_sent_again_against_anybodys_will(t: &Fixture) {
    use BatchState::{Accepted, Cancelled, Paused, Unknown};
    let company = t.company("shop").await;
    let author = t.person("ann@example.com").await;
    let timed_out = || again(FailureKind::TimedOut, t.now());
    for (wishes, outcome, state) in [
        (&[Steering::Pause][..], timed_out(), Paused),
        (&[Steering::Cancel], timed_out(), Cancelled),
        (&[Steering::Pause, Steering::Resume], timed_out(), Unknown),
        (&[Steering::Pause, Steering::Cancel], timed_out(), Cancelled),
        (&[Steering::Cancel], accepted(), Accepted),
    ] {
        t.later();
        let submission = t.submitted(company, author, 1).await;
        let sending = t.take().await.unwrap();
        assert_eq!(sending.id, submission.batches[0].id);
        for wish in wishes {
            let steered = t.store.steer(company, submission.id, *wish, "Bob", t.now());
            assert_eq!(steered.await.unwrap(), 1);
        }
        assert_eq!(t.batch(&submission, 0).await.state, BatchState::Sending);
        t.finish(&sending, &outcome).await.unwrap();
        let batch = t.batch(&submission, 0).await;
        assert_eq!(batch.state, state, "{wishes:?}");
        assert_eq!(batch.finished_at.is_some(), state.is_final());
        let events = t.store.batch_events(company, batch.id).await.unwrap();
        let last = events.last().unwrap();
        if matches!(state, Paused | Cancelled) {
            assert_eq!(last.note.as_deref(), Some("Bob"));
        }
        // Out of the way of the next.
        let cancelled = t
            .store
            .steer(company, submission.id, Steering::Cancel, "Bob", t.now());
        cancelled.await.unwrap();
    }
}

async fn what_was_lost_is_not_sent_again_against_anybodys_will(t: &Fixture) {
    let company = t.company("shop").await;
    let author = t.person("ann@example.com").await;
    let submission = t.submitted(company, author, 1).await;
    t.take().await.unwrap();
    let cancelled = t
        .store
        .steer(company, submission.id, Steering::Cancel, "Bob", t.now());
    assert_eq!(cancelled.await.unwrap(), 1);
    assert_eq!(t.release(Timestamp::from_micros(i64::MAX)).await, 1);
    let batch = t.batch(&submission, 0).await;
    assert_eq!(batch.state, BatchState::Cancelled);
    assert!(batch.maybe_taken, "whoever sent it may have sent it");
}

async fn what_waits_is_held_back_when_the_account_is_refused(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let author = t.person("ann@example.com").await;
    for kind in [FailureKind::Account, FailureKind::Permission] {
        t.later();
        let first = t.submitted(company, author, 2).await;
        let second = t.submitted(company, author, 3).await;
        let sending = t.take().await.unwrap();
        assert_eq!(sending.id, first.batches[0].id);
        let elsewhere = t.submitted(other, author, 1).await;
        t.finish(&sending, &failed(kind)).await.unwrap();
        assert_eq!(t.batch(&first, 0).await.state, BatchState::Failed);
        let mut waiting = vec![t.batch(&first, 1).await];
        for index in 0..3 {
            waiting.push(t.batch(&second, index).await);
        }
        for batch in waiting {
            assert_eq!(
                (batch.state, batch.held_by),
                (BatchState::Paused, Some(kind))
            );
            let events = t.store.batch_events(company, batch.id).await.unwrap();
            let last = events.last().unwrap();
            assert_eq!(last.note.as_deref(), kind.holds_back());
        }
        let next = t.take().await.unwrap();
        assert_eq!(next.id, elsewhere.batches[0].id, "it has another account");
        t.finish(&next, &accepted()).await.unwrap();
        assert_eq!(t.take().await, None);

        for id in [first.id, second.id] {
            let resumed = t.store.steer(company, id, Steering::Resume, "Bob", t.now());
            resumed.await.unwrap();
        }
        assert_eq!(t.batch(&second, 0).await.held_by, None);
        while let Some(batch) = t.take().await {
            t.finish(&batch, &accepted()).await.unwrap();
            t.later();
        }
        assert_eq!(t.batch(&second, 2).await.state, BatchState::Accepted);
    }
}

async fn no_order_of_events_leads_to_an_illegal_state(t: &Fixture) {
    let company = t.company("shop").await;
    let author = t.person("ann@example.com").await;
    let submissions = [
        t.submitted(company, author, 3).await,
        t.submitted(company, author, 2).await,
    ];
    let mut taken: Vec<WaitingBatch> = Vec::new();
    let mut random = 7_u64;
    let mut next = |below: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    for _ in 0..250 {
        t.later();
        let submission = &submissions[usize::try_from(next(2)).unwrap()];
        let steer = async |steering| {
            let steered = t
                .store
                .steer(company, submission.id, steering, "Bob", t.now());
            steered.await.unwrap();
        };
        match next(13) {
            0..4 => taken.extend(t.take().await),
            4..8 => {
                let Some(batch) = taken.last() else { continue };
                let outcome = match next(7) {
                    0 => accepted(),
                    1 => failed(FailureKind::BadUrl),
                    2 => failed(FailureKind::Fault),
                    3 => again(FailureKind::Unreachable, t.now()),
                    4 => again(FailureKind::TimedOut, t.now()),
                    5 => BatchOutcome::Postponed {
                        reason: "the database was away",
                        at: t.now(),
                    },
                    _ => BatchOutcome::SearchedOn,
                };
                match t.finish(batch, &outcome).await {
                    Ok(()) | Err(StoreError::Conflict) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            8 => steer(Steering::Pause).await,
            9 => steer(Steering::Resume).await,
            // Rarely: what is cancelled comes back no more.
            11 if next(8) == 0 => steer(Steering::Cancel).await,
            10 => {
                let batch = submission.batches[0].id;
                let started = t
                    .store
                    .start_search(company, batch, 1, false, "Bob", t.now());
                match started.await {
                    Ok(()) | Err(StoreError::Conflict) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            _ => {
                let now = t.now().plus(LEASE);
                t.release(now).await;
            }
        }
    }
    for submission in &submissions {
        for batch in t.store.batches(company, submission.id).await.unwrap() {
            let mut state = BatchState::Waiting;
            for change in t.changes(company, batch.id).await {
                state = state
                    .after(change)
                    .unwrap_or_else(|| panic!("{change:?} happened to a batch that was {state:?}"));
            }
            assert_eq!(state, batch.state);
        }
    }
}

async fn two_nodes_never_take_the_same_batch_nor_two_of_one_company(t: &Fixture) {
    let author = t.person("ann@example.com").await;
    let mut waiting = HashSet::new();
    for slug in ["one", "two"] {
        let company = t.company(slug).await;
        for _ in 0..10 {
            waiting.extend(
                t.submitted(company, author, 3)
                    .await
                    .batches
                    .iter()
                    .map(|batch| batch.id),
            );
        }
    }
    let seen = Arc::new(Mutex::new(Seen {
        waiting,
        on_their_way: HashSet::new(),
    }));
    let mut nodes: JoinSet<usize> = [
        t.store.clone(),
        t.db.reopen().await,
        t.db.reopen().await,
        t.db.reopen().await,
    ]
    .into_iter()
    .zip(1..)
    .map(|(store, number)| {
        let node = NodeId(Uuid::from_u128(number));
        work(store, node, Arc::clone(&seen), t.now())
    })
    .collect();
    let mut taken = 0;
    // Whichever comes first: where one has failed, the others wait for its batch.
    while let Some(node) = nodes.join_next().await {
        taken += node.unwrap();
    }
    assert_eq!(taken, 60);
}

struct Seen {
    waiting: HashSet<BatchId>,
    on_their_way: HashSet<CompanyId>,
}

/// Takes and finishes batches until none is left; says how many it took.
async fn work(store: Store, node: NodeId, seen: Arc<Mutex<Seen>>, now: Timestamp) -> usize {
    let mut taken = 0;
    while !seen.lock().unwrap().waiting.is_empty() {
        let claim = store
            .claim_batch(node, now, now.plus(LEASE), now, PATIENCE)
            .await
            .unwrap();
        let Claim::Taken(batch) = claim else {
            tokio::task::yield_now().await;
            continue;
        };
        {
            let mut seen = seen.lock().unwrap();
            assert!(seen.waiting.remove(&batch.id), "taken twice");
            assert!(
                seen.on_their_way.insert(batch.company),
                "two of one company on their way"
            );
        }
        taken += 1;
        tokio::task::yield_now().await;
        seen.lock().unwrap().on_their_way.remove(&batch.company);
        let finished = Finished {
            batch: &batch,
            node,
            outcome: &accepted(),
            probe: None,
            now,
            next_request_at: now,
        };
        store.finish_batch(&finished).await.unwrap();
    }
    taken
}
