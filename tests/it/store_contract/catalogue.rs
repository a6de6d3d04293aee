//! What a comparison with Adobe's list finds.

use std::collections::BTreeSet;

use unstale::{
    domain::{Asset, CompanyId},
    store::AssetQuery,
};

use super::Fixture;

on_both_databases! {
    ids_that_are_listed_are_seen_and_the_others_are_told
    what_is_not_seen_is_counted_among_what_was_known_before
    what_is_not_seen_can_vanish_and_come_back
    a_vanished_asset_stays_in_drafts
    the_list_of_folders_is_replaced
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

impl Fixture {
    async fn put(&self, company: CompanyId, names: &[&str]) -> Vec<Asset> {
        let assets: Vec<Asset> = names.iter().map(|id| self.new_asset(id, "a")).collect();
        let put = self.store.put_assets(company, &assets, self.now());
        put.await.unwrap();
        assets
    }

    async fn found(&self, company: CompanyId) -> BTreeSet<String> {
        let all = AssetQuery {
            limit: 1_000,
            ..AssetQuery::default()
        };
        let page = self.store.search_assets(company, &all).await.unwrap();
        page.assets.into_iter().map(|asset| asset.id).collect()
    }
}

async fn ids_that_are_listed_are_seen_and_the_others_are_told(f: &Fixture) {
    let (company, other) = (f.company("c").await, f.company("d").await);
    f.put(company, &["a", "b", "B", "c"]).await;
    f.put(other, &["x"]).await;
    let began = f.later();
    let many: Vec<String> = (0..1_200).map(|n| format!("new-{n}")).collect();
    let listed = [ids(&["a", "B", "x", "A"]), many.clone()].concat();
    let unknown = f
        .store
        .mark_assets_seen(company, &listed, began)
        .await
        .unwrap();
    assert_eq!(unknown, [ids(&["x", "A"]), many].concat());
    let unseen = f
        .store
        .assets_unseen_since(company, began, 10)
        .await
        .unwrap();
    assert_eq!(
        unseen.into_iter().collect::<BTreeSet<_>>(),
        set(&["b", "c"])
    );
    let some = f
        .store
        .assets_unseen_since(company, began, 1)
        .await
        .unwrap();
    assert_eq!(some.len(), 1);
}

async fn what_is_not_seen_is_counted_among_what_was_known_before(f: &Fixture) {
    let (company, other) = (f.company("c").await, f.company("d").await);
    f.put(company, &["a", "b", "gone"]).await;
    f.put(other, &["x"]).await;
    let gone = ids(&["gone"]);
    let vanished = f.store.mark_assets_vanished(company, &gone, f.now());
    assert_eq!(vanished.await.unwrap(), 1);
    let began = f.later();
    let count = || f.store.count_unseen_since(company, began);
    assert_eq!(count().await.unwrap(), (2, 2));
    let new = f.new_asset("new", "a");
    f.store.put_assets(company, &[new], began).await.unwrap();
    f.store
        .mark_assets_seen(company, &ids(&["a"]), began)
        .await
        .unwrap();
    assert_eq!(count().await.unwrap(), (1, 2));
}

async fn what_is_not_seen_can_vanish_and_come_back(f: &Fixture) {
    let (company, other) = (f.company("c").await, f.company("d").await);
    f.put(company, &["a", "b"]).await;
    f.put(other, &["a"]).await;
    let began = f.later();
    let gone = ids(&["a", "nobody"]);
    let vanish = || f.store.mark_assets_vanished(company, &gone, began);
    assert_eq!(vanish().await.unwrap(), 1);
    assert_eq!(vanish().await.unwrap(), 0, "only once");
    assert_eq!(f.found(company).await, set(&["b"]));
    assert_eq!(f.found(other).await, set(&["a"]));
    let unseen = f
        .store
        .assets_unseen_since(company, f.later(), 10)
        .await
        .unwrap();
    assert_eq!(unseen, ["b"], "what has vanished is not asked for again");
    let listed = ids(&["a"]);
    let unknown = f
        .store
        .mark_assets_seen(company, &listed, f.now())
        .await
        .unwrap();
    assert_eq!(unknown, ["a"], "it has to be read anew");
    f.put(company, &["a"]).await;
    assert_eq!(f.found(company).await, set(&["a", "b"]));
}

async fn a_vanished_asset_stays_in_drafts(f: &Fixture) {
    let company = f.company("c").await;
    let assets = f.put(company, &["a"]).await;
    let person = f.person("e@example.com").await;
    let draft = f.draft(company, person).await;
    f.store
        .add_draft_assets(company, draft.id, &[assets[0].key], f.now())
        .await
        .unwrap();
    f.store
        .mark_assets_vanished(company, &ids(&["a"]), f.now())
        .await
        .unwrap();
    let kept = f.store.draft_assets(draft.id).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].vanished_at, Some(f.now()));
}

async fn the_list_of_folders_is_replaced(f: &Fixture) {
    let (company, other) = (f.company("c").await, f.company("d").await);
    for (company, paths) in [
        (other, ids(&["x"])),
        (company, ids(&["a", "a/b", "a/b"])),
        (company, ids(&["a", "c"])),
    ] {
        f.store.put_folders(company, &paths).await.unwrap();
    }
    assert_eq!(
        f.store.known_folders(company).await.unwrap(),
        ids(&["a", "c"])
    );
    assert_eq!(f.store.known_folders(other).await.unwrap(), ids(&["x"]));
}
