use std::collections::BTreeSet;

use unstale::{
    domain::{AssetKey, CompanyId, InvalidationId},
    store::StoreError,
};

use super::{Fixture, ids};

on_both_databases! {
    the_selection_is_counted_and_read_in_parts
    assets_stay_in_the_order_of_their_selection
    a_thousand_assets_are_selected_at_once
    assets_of_other_companies_are_passed_over
    removed_urls_are_kept_by_their_exact_text
    every_change_of_the_selection_raises_the_version
    nothing_is_selected_in_what_was_submitted
    nothing_is_selected_in_a_draft_of_another_company
    two_who_select_at_once_both_succeed
}

async fn assets_stay_in_the_order_of_their_selection(t: &Fixture) {
    let company = t.company("shop").await;
    let draft = t.draft(company, t.person("ann@example.com").await).await;
    let keys: Vec<AssetKey> = t
        .assets(company, &["a", "b", "c", "d"])
        .await
        .iter()
        .map(|asset| asset.key)
        .collect();

    t.store
        .add_draft_assets(company, draft.id, &[keys[2], keys[0], keys[2]], t.now())
        .await
        .unwrap();
    t.store
        .add_draft_assets(company, draft.id, &[keys[3], keys[0], keys[1]], t.now())
        .await
        .unwrap();
    assert_eq!(
        ids(&t.store.draft_assets(draft.id).await.unwrap()),
        ["c", "a", "d", "b"]
    );

    t.store
        .remove_draft_assets(company, draft.id, &[keys[0]], t.now())
        .await
        .unwrap();
    t.store
        .remove_draft_assets(company, draft.id, &[keys[0]], t.now())
        .await
        .unwrap();
    t.store
        .add_draft_assets(company, draft.id, &[keys[0]], t.now())
        .await
        .unwrap();
    assert_eq!(
        ids(&t.store.draft_assets(draft.id).await.unwrap()),
        ["c", "d", "b", "a"]
    );

    t.db.execute("update asset set vanished_at = 1").await;
    assert_eq!(t.store.draft_assets(draft.id).await.unwrap().len(), 4);
}

async fn a_thousand_assets_are_selected_at_once(t: &Fixture) {
    let company = t.company("shop").await;
    let draft = t.draft(company, t.person("ann@example.com").await).await;
    let names: Vec<String> = (0..1_234).map(|n| format!("{n}")).collect();
    let all = t
        .assets(
            company,
            &names.iter().map(String::as_str).collect::<Vec<_>>(),
        )
        .await;
    let keys: Vec<AssetKey> = all.iter().rev().map(|asset| asset.key).collect();
    t.store
        .add_draft_assets(company, draft.id, &keys, t.now())
        .await
        .unwrap();

    let selected: Vec<AssetKey> = t
        .store
        .draft_assets(draft.id)
        .await
        .unwrap()
        .iter()
        .map(|asset| asset.key)
        .collect();
    assert_eq!(selected, keys);
}

async fn assets_of_other_companies_are_passed_over(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let draft = t.draft(company, t.person("ann@example.com").await).await;
    let (ours, theirs) = (
        t.assets(company, &["ours"]).await,
        t.assets(other, &["theirs"]).await,
    );
    let unknown = AssetKey::from_uuid(t.clock.new_uuid());
    t.store
        .add_draft_assets(
            company,
            draft.id,
            &[theirs[0].key, unknown, ours[0].key],
            t.now(),
        )
        .await
        .unwrap();
    assert_eq!(t.store.draft_assets(draft.id).await.unwrap(), ours);
}

async fn removed_urls_are_kept_by_their_exact_text(t: &Fixture) {
    let company = t.company("shop").await;
    let draft = t.draft(company, t.person("ann@example.com").await).await;
    // Longer than an index entry may be, and too varied to be compressed below that.
    let digits =
        (0..20_000_u64).map(|n| format!("{:05x}", n.wrapping_mul(2_654_435_761) % 0xf_ffff));
    let digits = digits.collect::<Vec<_>>().concat();
    let urls = [
        "http://a/is/image/C/x?$p$".to_owned(),
        "http://a/is/image/C/X?$p$".to_owned(),
        format!("http://a/{digits}"),
    ];

    t.store
        .remove_urls(company, draft.id, &urls, t.now())
        .await
        .unwrap();
    t.store
        .remove_urls(company, draft.id, &urls[..1], t.now())
        .await
        .unwrap();
    assert_eq!(
        t.store.removed_urls(draft.id).await.unwrap(),
        BTreeSet::from(urls.clone())
    );

    let back = [
        urls[0].clone(),
        urls[2].clone(),
        "http://never-removed".to_owned(),
    ];
    t.store
        .put_back_urls(company, draft.id, &back, t.now())
        .await
        .unwrap();
    assert_eq!(
        t.store.removed_urls(draft.id).await.unwrap(),
        BTreeSet::from([urls[1].clone()])
    );

    let many: Vec<String> = (0..1_234).map(|n| format!("http://a/{n}")).collect();
    t.store
        .remove_urls(company, draft.id, &many, t.now())
        .await
        .unwrap();
    assert_eq!(t.store.removed_urls(draft.id).await.unwrap().len(), 1_235);
    t.store
        .put_back_urls(company, draft.id, &many, t.now())
        .await
        .unwrap();
    assert_eq!(t.store.removed_urls(draft.id).await.unwrap().len(), 1);
}

async fn every_change_of_the_selection_raises_the_version(t: &Fixture) {
    let company = t.company("shop").await;
    let id = t.draft(company, t.person("ann@example.com").await).await.id;
    let key = t.assets(company, &["a"]).await[0].key;
    let urls = ["http://a".to_owned()];

    t.store
        .add_draft_assets(company, id, &[key], t.later())
        .await
        .unwrap();
    t.store
        .remove_draft_assets(company, id, &[key], t.later())
        .await
        .unwrap();
    t.store
        .remove_urls(company, id, &urls, t.later())
        .await
        .unwrap();
    t.store
        .put_back_urls(company, id, &urls, t.later())
        .await
        .unwrap();

    let draft = t.store.draft(company, id).await.unwrap().unwrap();
    assert_eq!((draft.version, draft.updated_at), (5, t.now()));
}

/// What each of the four changes answers.
async fn changes(
    t: &Fixture,
    company: CompanyId,
    id: InvalidationId,
    key: AssetKey,
) -> [Result<(), StoreError>; 4] {
    let urls = ["http://a".to_owned()];
    [
        t.store.add_draft_assets(company, id, &[key], t.now()).await,
        t.store
            .remove_draft_assets(company, id, &[key], t.now())
            .await,
        t.store.remove_urls(company, id, &urls, t.now()).await,
        t.store.put_back_urls(company, id, &urls, t.now()).await,
    ]
}

async fn nothing_is_selected_in_what_was_submitted(t: &Fixture) {
    let company = t.company("shop").await;
    let mut draft = t.draft(company, t.person("ann@example.com").await).await;
    let assets = t.assets(company, &["a", "b"]).await;
    t.store
        .add_draft_assets(company, draft.id, &[assets[0].key], t.now())
        .await
        .unwrap();
    draft.version += 1;
    t.store.submit(&t.submission(&draft, 1, 1)).await.unwrap();

    for changed in changes(t, company, draft.id, assets[1].key).await {
        assert!(matches!(changed, Err(StoreError::Conflict)), "{changed:?}");
    }
    assert_eq!(ids(&t.store.draft_assets(draft.id).await.unwrap()), ["a"]);
}

async fn nothing_is_selected_in_a_draft_of_another_company(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let draft = t.draft(company, t.person("ann@example.com").await).await;
    let key = t.assets(other, &["a"]).await[0].key;
    for changed in changes(t, other, draft.id, key).await {
        assert!(matches!(changed, Err(StoreError::NotFound)), "{changed:?}");
    }
    assert_eq!(t.store.draft(company, draft.id).await.unwrap(), Some(draft));
}

async fn two_who_select_at_once_both_succeed(t: &Fixture) {
    let company = t.company("shop").await;
    let draft = t.draft(company, t.person("ann@example.com").await).await;
    let names: Vec<String> = (0..40).map(|n| format!("{n:02}")).collect();
    let all = t
        .assets(
            company,
            &names.iter().map(String::as_str).collect::<Vec<_>>(),
        )
        .await;
    let other_node = t.db.reopen().await;
    for pair in all.chunks(2) {
        let (first, second) = ([pair[0].key], [pair[1].key]);
        let (first, second) = tokio::join!(
            t.store.add_draft_assets(company, draft.id, &first, t.now()),
            other_node.add_draft_assets(company, draft.id, &second, t.now()),
        );
        first.unwrap();
        second.unwrap();
    }
    let draft = t.store.draft(company, draft.id).await.unwrap().unwrap();
    assert_eq!(draft.version, 41);
    let mut selected = t.store.draft_assets(draft.id).await.unwrap();
    selected.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(selected, all);
}

async fn the_selection_is_counted_and_read_in_parts(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("a@example.com").await);
    let assets = t.assets(company, &["a", "b", "c"]).await;
    let draft = t.draft(company, author).await;
    let keys = [assets[2].key, assets[0].key];
    t.store
        .add_draft_assets(company, draft.id, &keys, t.now())
        .await
        .unwrap();
    assert_eq!(t.store.count_selected(draft.id).await.unwrap(), 2);
    let first = t.store.selected_assets(draft.id, 0, 1).await.unwrap();
    assert_eq!(first[0].1.id, "c");
    let rest = t
        .store
        .selected_assets(draft.id, first[0].0, 9)
        .await
        .unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].1.id, "a");
    assert_eq!(
        t.store
            .selected_assets(draft.id, i64::MIN, -1)
            .await
            .unwrap(),
        []
    );
    let all: Vec<_> = assets.iter().map(|asset| asset.key).collect();
    let among = t.store.selected_among(draft.id, &all).await.unwrap();
    assert_eq!(among, keys.into());
}
