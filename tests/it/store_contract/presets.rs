use std::collections::BTreeSet;

use unstale::domain::Preset;

use super::Fixture;

on_both_databases! {
    presets_are_replaced_and_keep_whether_they_are_used
    ticks_count_for_the_presets_that_were_shown
    a_list_knows_when_it_was_put
}

fn preset(name: &str, modifier: &str) -> Preset {
    Preset {
        name: name.to_owned(),
        modifier: modifier.to_owned(),
    }
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

async fn presets_are_replaced_and_keep_whether_they_are_used(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let (cart, pdp, zoom) = (
        preset("cart", "wid=50"),
        preset("pdp-main", "wid=500"),
        preset("Zoom", "wid=5000"),
    );
    t.store
        .put_presets(company, &[pdp.clone(), cart.clone(), zoom.clone()], t.now())
        .await
        .unwrap();
    t.store
        .put_presets(other, std::slice::from_ref(&cart), t.now())
        .await
        .unwrap();
    assert_eq!(
        t.store.presets(company).await.unwrap(),
        [zoom.clone(), cart.clone(), pdp.clone()]
    );

    t.db.execute("update preset set used = not used where name in ('cart', 'Zoom')")
        .await;
    assert_eq!(t.store.presets(company).await.unwrap(), [pdp]);

    // `cart` stays, and stays unused; `Zoom` goes, comes back, and is unused still. A repeated name counts once.
    let changed = preset("cart", "wid=60");
    t.store
        .put_presets(company, &[changed.clone(), changed.clone()], t.now())
        .await
        .unwrap();
    assert_eq!(t.store.presets(company).await.unwrap(), []);
    t.store
        .put_presets(company, &[changed, zoom.clone()], t.now())
        .await
        .unwrap();
    assert_eq!(t.store.presets(company).await.unwrap(), []);
    let listed = t.store.preset_list(company).await.unwrap().presets;
    assert_eq!(listed.len(), 2);

    t.db.execute("update preset set used = not used where name = 'cart'")
        .await;
    assert_eq!(t.store.presets(other).await.unwrap(), [cart]);
    t.store.put_presets(other, &[], t.now()).await.unwrap();
    assert_eq!(t.store.presets(other).await.unwrap(), []);
}

async fn ticks_count_for_the_presets_that_were_shown(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let list = ["cart", "pdp", "zoom"].map(|name| preset(name, "wid=5"));
    for company in [company, other] {
        t.store.put_presets(company, &list, t.now()).await.unwrap();
    }
    let shown = names(&["cart", "pdp", "gone\0"]);
    t.store
        .set_used_presets(company, &shown, &names(&["pdp", "zoom", "new"]))
        .await
        .unwrap();
    let used = async |company| -> Vec<(String, bool)> {
        let list = t.store.preset_list(company).await.unwrap().presets;
        list.into_iter()
            .map(|listed| (listed.preset.name, listed.used))
            .collect()
    };
    let expected = [("cart", false), ("pdp", true), ("zoom", true)];
    assert_eq!(
        used(company).await,
        expected.map(|(name, used)| (name.to_owned(), used))
    );
    assert!(used(other).await.iter().all(|(_, used)| *used));

    t.store
        .set_used_presets(company, &names(&["cart", "zoom"]), &names(&["cart"]))
        .await
        .unwrap();
    assert_eq!(t.store.presets(company).await.unwrap().len(), 2);
    t.store
        .set_used_presets(company, &names(&[]), &names(&["zoom"]))
        .await
        .unwrap();
    assert_eq!(
        t.store.presets(company).await.unwrap().len(),
        2,
        "nothing was shown"
    );
}

async fn a_list_knows_when_it_was_put(t: &Fixture) {
    let company = t.company("shop").await;
    assert_eq!(t.store.preset_list(company).await.unwrap().put_at, None);
    t.store.put_presets(company, &[], t.now()).await.unwrap();
    let later = t.later();
    t.store.put_presets(company, &[], later).await.unwrap();
    assert_eq!(
        t.store.preset_list(company).await.unwrap().put_at,
        Some(later)
    );
}
