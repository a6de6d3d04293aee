use std::time::Duration;

use unstale::{
    domain::{BatchState, CompanyId, FailureKind, Part, Probe, Receipt, Refusal, UrlOrigin},
    store::{AssetQuery, BatchOutcome, StoreError},
};

use super::{
    Fixture,
    batches::{NODE, accepted, failed, failure},
    ids,
};

on_both_databases! {
    what_adobe_did_not_take_was_not_invalidated
    of_a_search_only_the_parts_that_adobe_took_count
    of_a_batch_without_one_url_all_others_count
    where_adobe_names_none_of_those_that_it_refused_none_counts
    a_search_that_ends_without_an_answer_clears_nothing_more
    what_changed_while_it_was_sent_is_not_counted_as_cleared
    a_list_that_is_only_downloaded_counts_at_once
    a_url_that_somebody_typed_clears_the_asset_that_it_shows
}

/// The IDs of what changed since it was last invalidated.
async fn uncleared(t: &Fixture, company: CompanyId) -> Vec<String> {
    let query = AssetQuery {
        uncleared: true,
        limit: 100,
        ..AssetQuery::default()
    };
    let page = t.store.search_assets(company, &query).await.unwrap();
    ids(&page.assets).into_iter().map(str::to_owned).collect()
}

/// A company with the assets of a submission's four URLs, and that submission.
async fn four(t: &Fixture) -> CompanyId {
    let (company, author) = (t.company("shop").await, t.person("a@example.com").await);
    t.assets(company, &["1-1", "1-2", "1-3", "1-4"]).await;
    t.submitted_of(company, author, 4).await;
    company
}

async fn what_adobe_did_not_take_was_not_invalidated(t: &Fixture) {
    let company = four(t).await;
    assert_eq!(uncleared(t, company).await.len(), 4, "only submitted");
    let batch = t.take().await.unwrap();
    let refused = failed(FailureKind::BadUrl);
    t.finish(&batch, &refused).await.unwrap();
    assert_eq!(uncleared(t, company).await.len(), 4, "refused");
    let late = t.finish(&batch, &accepted()).await;
    assert!(matches!(late, Err(StoreError::Conflict)));
    assert_eq!(uncleared(t, company).await.len(), 4, "of another node");
}

async fn of_a_search_only_the_parts_that_adobe_took_count(t: &Fixture) {
    let company = four(t).await;
    let batch = t.take().await.unwrap();
    t.finish(&batch, &failed(FailureKind::BadUrl))
        .await
        .unwrap();
    t.store
        .start_search(company, batch.id, 1, false, "a@example.com", t.now())
        .await
        .unwrap();
    for (part, taken, left) in [
        (Part::range(2..=3), true, &["1-1", "1-4"]),
        (Part::range(1..=1), false, &["1-1", "1-4"]),
    ] {
        let batch = t.take().await.unwrap();
        let probe = Probe {
            part,
            sent_at: None,
            answered_at: None,
            answer: if taken {
                Ok(Receipt::default())
            } else {
                Err(Refusal {
                    code: None,
                    reason: "not yours".to_owned(),
                })
            },
        };
        t.finish_as(NODE, &batch, &BatchOutcome::SearchedOn, Some(&probe))
            .await
            .unwrap();
        assert_eq!(uncleared(t, company).await, left);
    }
}

async fn of_a_batch_without_one_url_all_others_count(t: &Fixture) {
    let company = four(t).await;
    let batch = t.take().await.unwrap();
    let mut partial = failed(FailureKind::Partial);
    let BatchOutcome::Failed { named_url, .. } = &mut partial else {
        unreachable!("a failure");
    };
    *named_url = Some(batch.urls[2].clone());
    t.finish(&batch, &partial).await.unwrap();
    assert_eq!(uncleared(t, company).await, ["1-3"]);
}

async fn where_adobe_names_none_of_those_that_it_refused_none_counts(t: &Fixture) {
    let company = four(t).await;
    let batch = t.take().await.unwrap();
    let partial = BatchOutcome::Failed {
        failure: failure(FailureKind::Partial),
        named_url: None,
    };
    t.finish(&batch, &partial).await.unwrap();
    assert_eq!(uncleared(t, company).await.len(), 4);
}

async fn a_search_that_ends_without_an_answer_clears_nothing_more(t: &Fixture) {
    let company = four(t).await;
    let batch = t.take().await.unwrap();
    t.finish(&batch, &failed(FailureKind::BadUrl))
        .await
        .unwrap();
    t.store
        .start_search(company, batch.id, 1, false, "a@example.com", t.now())
        .await
        .unwrap();
    let batch = t.take().await.unwrap();
    // The URL that it names is one that was found, and the others were never sent.
    let partial = BatchOutcome::Failed {
        failure: failure(FailureKind::Partial),
        named_url: Some(batch.urls[2].clone()),
    };
    t.finish(&batch, &partial).await.unwrap();
    assert_eq!(uncleared(t, company).await.len(), 4);
}

async fn what_changed_while_it_was_sent_is_not_counted_as_cleared(t: &Fixture) {
    let company = four(t).await;
    let batch = t.take().await.unwrap();
    t.clock.advance(Duration::from_secs(5));
    let mut changed = t.new_asset("1-2", "shop/shoes");
    changed.changed_at = t.now();
    t.store
        .put_assets(company, &[changed], t.now())
        .await
        .unwrap();
    t.clock.advance(Duration::from_secs(5));
    t.finish(&batch, &accepted()).await.unwrap();
    assert_eq!(uncleared(t, company).await, ["1-2"]);
}

async fn a_list_that_is_only_downloaded_counts_at_once(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("a@example.com").await);
    t.assets(company, &["1-1", "else"]).await;
    let draft = t.draft(company, author).await;
    let mut submission = t.submission(&draft, 1, 1);
    submission.first_state = BatchState::Downloaded;
    t.store.submit(&submission).await.unwrap();
    assert_eq!(uncleared(t, company).await, ["else"]);
}

async fn a_url_that_somebody_typed_clears_the_asset_that_it_shows(t: &Fixture) {
    let author = t.person("a@example.com").await;
    let other = t.company("other").await;
    t.assets(other, &["boot"]).await;
    for state in [BatchState::Waiting, BatchState::Downloaded] {
        let company = t.company(&format!("shop-{}", state.as_str())).await;
        t.assets(company, &["boot", "Boot", "boot-2", "shoe", "red hat"])
            .await;
        let draft = t.draft(company, author).await;
        let mut submission = t.submission(&draft, 1, 3);
        submission.first_state = state;
        let typed = [
            "is/image/shop/boot:Crop?wid=100",
            "is/content/shop/red%20hat",
            "is/image/elsewhere/shoe",
        ];
        for (url, path) in submission.batches[0].urls.iter_mut().zip(typed) {
            url.url = format!("https://images.example.com/{path}");
            url.origins = vec![UrlOrigin::Manual { line: 1 }];
        }
        t.store.submit(&submission).await.unwrap();
        if state == BatchState::Waiting {
            assert_eq!(uncleared(t, company).await.len(), 5, "only submitted");
            let batch = t.take().await.unwrap();
            t.finish(&batch, &accepted()).await.unwrap();
        }
        let left = uncleared(t, company).await;
        assert_eq!(left, ["Boot", "boot-2", "shoe"], "{state:?}");
    }
    assert_eq!(uncleared(t, other).await, ["boot"]);
}
