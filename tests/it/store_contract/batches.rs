use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use unstale::{
    clock::Timestamp,
    domain::{BatchId, BatchState, CompanyId, Failure, FailureKind, Receipt},
    store::{BatchOutcome, Store, StoreError, WaitingBatch},
};

use super::Fixture;

on_both_databases! {
    the_oldest_waiting_batch_is_next_and_one_per_company_is_on_its_way
    an_outcome_is_recorded_once
    what_was_on_its_way_is_released_to_be_sent_again
    two_nodes_never_take_the_same_batch_nor_two_of_one_company
}

fn accepted() -> BatchOutcome {
    BatchOutcome::Accepted(Receipt {
        handle: Some("cdn|1\0".to_owned()),
        estimated_seconds: Some(300),
        warnings: 2,
    })
}

fn failed(kind: FailureKind) -> BatchOutcome {
    BatchOutcome::Failed {
        failure: Failure {
            kind,
            code: Some(20006),
            reason: "not \"yours\"".to_owned(),
        },
        named_url: Some("http://a/is/image/other/x".to_owned()),
    }
}

async fn the_oldest_waiting_batch_is_next_and_one_per_company_is_on_its_way(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let author = t.person("ann@example.com").await;
    assert_eq!(t.store.next_batch(t.now()).await.unwrap(), None);
    let first = t.submitted(company, author, 3).await;
    t.later();
    let second = t.submitted(company, author, 1).await;
    t.later();
    let third = t.submitted(other, author, 1).await;

    let taken = t.store.next_batch(t.later()).await.unwrap().unwrap();
    let expected = WaitingBatch {
        id: first.batches[0].id,
        company,
        invalidation: first.id,
        handle: Some("c|6".to_owned()),
        attempts: 1,
        urls: first.batches[0]
            .urls
            .iter()
            .map(|url| url.url.clone())
            .collect(),
    };
    assert_eq!(taken, expected);
    let stored = t.store.batches(company, first.id).await.unwrap().remove(0);
    assert_eq!(
        (stored.state, stored.attempts, stored.sent_at),
        (BatchState::Sending, 1, Some(t.now()))
    );

    let taken = t.store.next_batch(t.now()).await.unwrap().unwrap();
    assert_eq!((taken.id, taken.company), (third.batches[0].id, other));
    assert_eq!(t.store.next_batch(t.now()).await.unwrap(), None);

    let rest = [
        first.batches[0].id,
        first.batches[1].id,
        first.batches[2].id,
        second.batches[0].id,
    ];
    for pair in rest.windows(2) {
        t.store
            .finish_batch(pair[0], &accepted(), t.now())
            .await
            .unwrap();
        assert_eq!(
            t.store.next_batch(t.now()).await.unwrap().unwrap().id,
            pair[1]
        );
    }
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
    for (batch, outcome) in submission.batches.iter().zip(&outcomes) {
        assert!(matches!(
            t.store.finish_batch(batch.id, outcome, t.now()).await,
            Err(StoreError::Conflict)
        ));
        t.store.next_batch(t.now()).await.unwrap().unwrap();
        t.store
            .finish_batch(batch.id, outcome, t.now())
            .await
            .unwrap();
        assert!(matches!(
            t.store.finish_batch(batch.id, outcome, t.now()).await,
            Err(StoreError::Conflict)
        ));
    }
    let unknown = BatchId::from_uuid(t.clock.new_uuid());
    assert!(matches!(
        t.store.finish_batch(unknown, &outcomes[0], t.now()).await,
        Err(StoreError::Conflict)
    ));

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
    assert_eq!(
        batches[2].failure.as_ref().map(|failure| failure.kind),
        Some(FailureKind::Permission)
    );
}

async fn what_was_on_its_way_is_released_to_be_sent_again(t: &Fixture) {
    let company = t.company("shop").await;
    let submission = t
        .submitted(company, t.person("ann@example.com").await, 2)
        .await;
    let first = t.store.next_batch(t.now()).await.unwrap().unwrap();
    t.store
        .finish_batch(first.id, &accepted(), t.now())
        .await
        .unwrap();
    let second = t.store.next_batch(t.now()).await.unwrap().unwrap();

    assert_eq!(t.store.release_batches(t.now()).await.unwrap(), 0);
    let later = t.now().plus(std::time::Duration::from_secs(1));
    assert_eq!(t.store.release_batches(later).await.unwrap(), 1);
    assert_eq!(t.store.release_batches(later).await.unwrap(), 0);
    let batches = t.store.batches(company, submission.id).await.unwrap();
    assert_eq!(
        (batches[0].state, batches[1].state),
        (BatchState::Accepted, BatchState::Waiting)
    );
    assert!(matches!(
        t.store.finish_batch(second.id, &accepted(), t.now()).await,
        Err(StoreError::Conflict)
    ));

    let again = t.store.next_batch(t.now()).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (second.id, 2));
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
    let nodes: Vec<_> = [
        t.store.clone(),
        t.db.reopen().await,
        t.db.reopen().await,
        t.db.reopen().await,
    ]
    .into_iter()
    .map(|store| tokio::spawn(work(store, Arc::clone(&seen), t.now())))
    .collect();
    let mut taken = 0;
    for node in nodes {
        taken += node.await.unwrap();
    }
    assert_eq!(taken, 60);
}

struct Seen {
    waiting: HashSet<BatchId>,
    on_their_way: HashSet<CompanyId>,
}

/// Takes and finishes batches until none is left; says how many it took.
async fn work(store: Store, seen: Arc<Mutex<Seen>>, now: Timestamp) -> usize {
    let mut taken = 0;
    while !seen.lock().unwrap().waiting.is_empty() {
        let Some(batch) = store.next_batch(now).await.unwrap() else {
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
        store
            .finish_batch(batch.id, &accepted(), now)
            .await
            .unwrap();
    }
    taken
}
