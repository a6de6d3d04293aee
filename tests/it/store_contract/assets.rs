use unstale::{
    clock::Timestamp,
    domain::{Asset, AssetKey},
    store::{AssetQuery, Folder, StoreError},
};

use super::{Fixture, ids};

on_both_databases! {
    assets_are_found_by_key_and_by_id
    a_known_asset_is_changed_and_keeps_its_key
    ids_that_differ_in_case_are_two_assets
    a_thousand_assets_are_put_and_found_at_once
    a_key_that_is_taken_is_refused_and_nothing_is_put
    folders_are_counted
    a_vanished_asset_is_kept_but_not_searched_until_it_comes_back
    assets_of_another_company_are_not_found
}

fn sorted(mut assets: Vec<Asset>) -> Vec<Asset> {
    assets.sort_by(|a, b| a.id.cmp(&b.id));
    assets
}

async fn assets_are_found_by_key_and_by_id(t: &Fixture) {
    let company = t.company("shop").await;
    let mut all = t.assets(company, &["a", "größe 100%", "spin'set"]).await;
    all[2].published = false;
    all[2].asset_type = "Pdf".into();
    t.store.put_assets(company, &all, t.now()).await.unwrap();

    let unknown = AssetKey::from_uuid(t.clock.new_uuid());
    let by_key = t
        .store
        .assets_by_key(company, &[all[2].key, unknown, all[1].key])
        .await
        .unwrap();
    assert_eq!(sorted(by_key), all[1..]);

    let wanted = ["spin'set", "SPIN'SET", "größe 100%", "nul\0", ""].map(str::to_owned);
    assert_eq!(
        sorted(t.store.assets_by_id(company, &wanted).await.unwrap()),
        all[1..]
    );

    assert_eq!(t.store.assets_by_key(company, &[]).await.unwrap(), []);
    assert_eq!(t.store.assets_by_id(company, &[]).await.unwrap(), []);
}

async fn a_known_asset_is_changed_and_keeps_its_key(t: &Fixture) {
    let company = t.company("shop").await;
    let first = t.assets(company, &["spinset"]).await.remove(0);

    let mut again = t.new_asset("spinset", "moved/here");
    again.file_name = "Other Ä.tif".into();
    let older = t.new_asset("spinset", "never/seen");
    t.store
        .put_assets(company, &[older, again.clone()], t.later())
        .await
        .unwrap();

    again.key = first.key;
    assert_eq!(
        t.store.assets_by_key(company, &[first.key]).await.unwrap(),
        [again.clone()]
    );
    let search = |word: &str| AssetQuery {
        words: vec![word.to_owned()],
        limit: 10,
        ..AssetQuery::default()
    };
    let found = t
        .store
        .search_assets(company, &search("other ä"))
        .await
        .unwrap();
    assert_eq!(found.assets, [again]);
    assert_eq!(
        t.store
            .search_assets(company, &search("shoes"))
            .await
            .unwrap()
            .assets,
        []
    );
}

async fn ids_that_differ_in_case_are_two_assets(t: &Fixture) {
    let company = t.company("shop").await;
    t.assets(company, &["Shoe", "shoe"]).await;
    let found = t
        .store
        .assets_by_id(company, &["shoe".to_owned()])
        .await
        .unwrap();
    assert_eq!(ids(&found), ["shoe"]);
}

async fn a_thousand_assets_are_put_and_found_at_once(t: &Fixture) {
    let company = t.company("shop").await;
    let names: Vec<String> = (0..1_234).map(|n| format!("asset-{n:05}")).collect();
    let all = t
        .assets(
            company,
            &names.iter().map(String::as_str).collect::<Vec<_>>(),
        )
        .await;
    t.store.put_assets(company, &[], t.now()).await.unwrap();

    let keys: Vec<AssetKey> = all.iter().map(|asset| asset.key).collect();
    assert_eq!(
        sorted(t.store.assets_by_key(company, &keys).await.unwrap()),
        all
    );
    assert_eq!(
        sorted(t.store.assets_by_id(company, &names).await.unwrap()),
        all
    );
}

async fn a_key_that_is_taken_is_refused_and_nothing_is_put(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let taken = t.assets(company, &["spinset"]).await.remove(0);
    let mut again = t.new_asset("z", "");
    again.key = taken.key;
    let put = t
        .store
        .put_assets(other, &[t.new_asset("a", ""), again], t.now())
        .await;
    assert!(matches!(put, Err(StoreError::Duplicate)));
    assert_eq!(t.store.folders(other).await.unwrap(), []);
    assert_eq!(
        t.store.assets_by_key(company, &[taken.key]).await.unwrap(),
        [taken]
    );
}

async fn folders_are_counted(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let assets = [
        ("a", ""),
        ("b", "shop/b"),
        ("c", "shop/Z"),
        ("d", "shop/b"),
        ("e", "shop"),
    ]
    .map(|(id, folder)| t.new_asset(id, folder));
    t.store.put_assets(company, &assets, t.now()).await.unwrap();

    let folder = |path: &str, assets| Folder {
        path: path.to_owned(),
        assets,
    };
    let folders = t.store.folders(company).await.unwrap();
    assert_eq!(
        folders,
        [
            folder("", 1),
            folder("shop", 1),
            folder("shop/Z", 1),
            folder("shop/b", 2)
        ]
    );
    assert_eq!(t.store.folders(other).await.unwrap(), []);
}

async fn a_vanished_asset_is_kept_but_not_searched_until_it_comes_back(t: &Fixture) {
    let company = t.company("shop").await;
    let asset = t.assets(company, &["spinset"]).await.remove(0);
    t.db.execute("update asset set vanished_at = 1").await;

    let everything = AssetQuery {
        limit: 10,
        ..AssetQuery::default()
    };
    assert_eq!(
        t.store
            .search_assets(company, &everything)
            .await
            .unwrap()
            .assets,
        []
    );
    assert_eq!(t.store.folders(company).await.unwrap(), []);
    let kept = t.store.assets_by_key(company, &[asset.key]).await.unwrap();
    let vanished = Asset {
        vanished_at: Some(Timestamp::from_micros(1)),
        ..asset.clone()
    };
    assert_eq!(kept, [vanished]);

    t.store
        .put_assets(company, std::slice::from_ref(&asset), t.later())
        .await
        .unwrap();
    assert_eq!(
        t.store
            .search_assets(company, &everything)
            .await
            .unwrap()
            .assets,
        [asset]
    );
}

async fn assets_of_another_company_are_not_found(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let asset = t.assets(company, &["spinset"]).await.remove(0);
    assert_eq!(
        t.store.assets_by_key(other, &[asset.key]).await.unwrap(),
        []
    );
    assert_eq!(t.store.assets_by_id(other, &[asset.id]).await.unwrap(), []);
}
