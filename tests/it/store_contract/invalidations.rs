use unstale::{
    domain::{BatchId, BatchState, InvalidationId},
    store::{Invalidation, StoreError, Submission},
};

use super::Fixture;

on_both_databases! {
    a_submission_is_kept_with_its_batches_and_urls
    a_draft_is_submitted_under_the_version_that_was_seen
    of_two_submissions_of_one_draft_one_wins
    fifty_thousand_urls_are_one_submission
    a_submission_that_fails_leaves_the_draft_as_it_was
    an_invalidation_of_another_company_is_not_there
    a_list_that_is_downloaded_never_waits_in_the_queue
}

async fn a_submission_is_kept_with_its_batches_and_urls(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("Ann@example.com").await);
    t.store
        .save_template(company, "<ID>", author, 0, t.now())
        .await
        .unwrap();
    let draft = t.draft(company, author).await;
    let before = Invalidation {
        id: draft.id,
        company,
        author,
        author_email: "Ann@example.com".to_owned(),
        options: draft.options,
        presets: draft.presets.clone(),
        split: false,
        template_version: None,
        created_at: draft.created_at,
        submitted_at: None,
        looked: false,
    };
    assert_eq!(
        t.store
            .invalidation(company, draft.id)
            .await
            .unwrap()
            .as_ref(),
        Some(&before)
    );

    t.later();
    let mut submission = Submission {
        template_version: Some(1),
        ..t.submission(&draft, 2, 3)
    };
    submission.batches[1].handle = None;
    submission.batches[1].urls.truncate(1);
    submission.batches[1].urls[0].url = "https://h/größe\"'\\?$p$&amp;%00".into();
    t.store.submit(&submission).await.unwrap();

    let after = Invalidation {
        template_version: Some(1),
        submitted_at: Some(t.now()),
        ..before
    };
    assert_eq!(
        t.store.invalidation(company, draft.id).await.unwrap(),
        Some(after)
    );
    let batches = t.store.batches(company, draft.id).await.unwrap();
    for (position, (batch, new)) in (1..).zip(batches.iter().zip(&submission.batches)) {
        assert_eq!(
            (batch.id, batch.position, batch.root.as_str()),
            (new.id, position, "shop")
        );
        assert_eq!(
            (batch.state, batch.attempts, batch.sent_at),
            (BatchState::Waiting, 0, None)
        );
        assert_eq!(usize::try_from(batch.url_count).unwrap(), new.urls.len());
        assert_eq!(
            t.store.batch_urls(company, new.id, 0, 10).await.unwrap(),
            new.urls
        );
    }
    let urls = &submission.batches[0].urls;
    assert_eq!(
        t.store
            .batch_urls(company, batches[0].id, 1, 1)
            .await
            .unwrap(),
        urls[1..2]
    );
    assert_eq!(
        t.store
            .batch_urls(company, batches[0].id, 3, 1)
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        t.store
            .batch_urls(company, batches[0].id, 0, -1)
            .await
            .unwrap(),
        []
    );
}

async fn a_draft_is_submitted_under_the_version_that_was_seen(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let draft = t.draft(company, author).await;
    t.store
        .remove_urls(company, draft.id, &["http://a".to_owned()], t.now())
        .await
        .unwrap();

    let stale = t.submission(&draft, 1, 1);
    assert!(matches!(
        t.store.submit(&stale).await,
        Err(StoreError::Conflict)
    ));
    assert_eq!(t.store.batches(company, draft.id).await.unwrap(), []);

    let current = Submission {
        version: draft.version + 1,
        ..stale
    };
    t.store.submit(&current).await.unwrap();
    for version in [current.version, current.version + 1] {
        let again = Submission {
            version,
            ..t.submission(&draft, 1, 1)
        };
        assert!(
            matches!(t.store.submit(&again).await, Err(StoreError::Conflict)),
            "{version}"
        );
    }
    let unknown = Submission {
        id: InvalidationId::from_uuid(t.clock.new_uuid()),
        ..t.submission(&draft, 1, 1)
    };
    assert!(matches!(
        t.store.submit(&unknown).await,
        Err(StoreError::NotFound)
    ));
}

async fn of_two_submissions_of_one_draft_one_wins(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let other_node = t.db.reopen().await;
    for _ in 0..10 {
        let draft = t.draft(company, author).await;
        let (one, two) = (t.submission(&draft, 2, 20), t.submission(&draft, 2, 20));
        let (first, second) = tokio::join!(t.store.submit(&one), other_node.submit(&two));
        let (won, lost) = if first.is_ok() {
            (&one, second)
        } else {
            (&two, first)
        };
        assert!(matches!(lost, Err(StoreError::Conflict)), "{lost:?}");
        let batches: Vec<BatchId> = t
            .store
            .batches(company, draft.id)
            .await
            .unwrap()
            .iter()
            .map(|batch| batch.id)
            .collect();
        assert_eq!(
            batches,
            won.batches.iter().map(|batch| batch.id).collect::<Vec<_>>()
        );
    }
}

async fn fifty_thousand_urls_are_one_submission(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let draft = t.draft(company, author).await;
    let mut submission = t.submission(&draft, 50, 1_000);
    submission.batches[49].urls[999].url = format!("http://h/{}", "long".repeat(25_000));
    t.store.submit(&submission).await.unwrap();

    let batches = t.store.batches(company, draft.id).await.unwrap();
    let urls: i64 = batches.iter().map(|batch| batch.url_count).sum();
    assert_eq!((urls, batches.len()), (50_000, 50));
    let last = submission.batches.last().unwrap();
    assert!(
        t.store
            .batch_urls(company, last.id, 0, 1_000)
            .await
            .unwrap()
            == last.urls
    );
}

async fn a_submission_that_fails_leaves_the_draft_as_it_was(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let draft = t.draft(company, author).await;
    let mut submission = t.submission(&draft, 2, 600);
    submission.batches[1].urls[599].position = 1;
    assert!(matches!(
        t.store.submit(&submission).await,
        Err(StoreError::Duplicate)
    ));
    assert_eq!(
        t.store.draft(company, draft.id).await.unwrap().as_ref(),
        Some(&draft)
    );
    assert_eq!(t.store.batches(company, draft.id).await.unwrap(), []);

    let no_such_template = Submission {
        template_version: Some(7),
        ..t.submission(&draft, 1, 1)
    };
    assert!(matches!(
        t.store.submit(&no_such_template).await,
        Err(StoreError::NotFound)
    ));
    t.store.submit(&t.submission(&draft, 1, 1)).await.unwrap();
}

async fn an_invalidation_of_another_company_is_not_there(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let author = t.person("ann@example.com").await;
    let draft = t.draft(company, author).await;
    let stolen = Submission {
        company: other,
        ..t.submission(&draft, 1, 1)
    };
    assert!(matches!(
        t.store.submit(&stolen).await,
        Err(StoreError::NotFound)
    ));

    let submission = t.submitted(company, author, 1).await;
    assert_eq!(
        t.store.invalidation(other, submission.id).await.unwrap(),
        None
    );
    assert_eq!(t.store.batches(other, submission.id).await.unwrap(), []);
    assert_eq!(
        t.store
            .batch_urls(other, submission.batches[0].id, 0, 10)
            .await
            .unwrap(),
        []
    );
}

async fn a_list_that_is_downloaded_never_waits_in_the_queue(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let draft = t.draft(company, author).await;
    let submission = Submission {
        first_state: BatchState::Downloaded,
        ..t.submission(&draft, 2, 2)
    };
    t.store.submit(&submission).await.unwrap();
    assert_eq!(t.take().await, None);
    let later = t.later();
    assert_eq!(t.release(later).await, 0);
    assert_eq!(t.take().await, None);
    let batches = t.store.batches(company, draft.id).await.unwrap();
    for batch in &batches {
        assert_eq!(batch.state, BatchState::Downloaded);
        assert_eq!(
            (batch.sent_at, batch.finished_at),
            (None, Some(submission.now))
        );
    }
}
