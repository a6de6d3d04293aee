//! IDs that are much like one that none has.

use unstale::domain::CompanyId;

use super::{Fixture, ids};

on_both_databases_and_without_trigrams! {
    ids_that_are_much_alike_are_found
    an_id_is_found_by_one_with_a_typing_mistake_in_it
    the_most_alike_come_first
    nothing_is_walked_through_while_assets_are_loaded
}

async fn like(t: &Fixture, company: CompanyId, id: &str) -> Vec<String> {
    let like = t.store.assets_like(company, id, 3).await.unwrap();
    ids(&like).into_iter().map(str::to_owned).collect()
}

async fn ids_that_are_much_alike_are_found(t: &Fixture) {
    let company = t.company("shop").await;
    t.assets(company, &["red-shoe", "red-shirt", "hat", "GLO_Boot_24"])
        .await;
    let mut filed = t.assets(company, &["elsewhere"]).await;
    "boot/24".clone_into(&mut filed[0].folder);
    let now = t.now();
    t.store.put_assets(company, &filed, now).await.unwrap();
    for (id, expected) in [
        ("RED-SHOE.jpg", vec!["red-shoe"]),
        ("red-sh99", vec!["red-shoe", "red-shirt"]),
        ("Boot_24", vec!["GLO_Boot_24"]),
        ("24-boot.jpg", vec!["GLO_Boot_24"]),
        ("Boot_25", vec![]),
        ("___", vec![]),
        ("xy", vec![]),
        ("nowhere\0", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(like(t, company, id).await, expected, "{id}");
    }
}

async fn an_id_is_found_by_one_with_a_typing_mistake_in_it(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let all = ["Größe_4711", "shoe.red.12", "hat", "пальто"];
    t.assets(company, &all).await;
    t.assets(other, &["zebra"]).await;
    for (id, expected) in [
        ("GRÖSSE_4171", vec!["Größe_4711"]),
        ("größe_471", vec!["Größe_4711"]),
        ("größse_4711.tif", vec!["Größe_4711"]),
        ("größe_5711", vec!["Größe_4711"]),
        ("rgösse_4711", vec!["Größe_4711"]),
        ("shoe.rde.12", vec!["shoe.red.12"]),
        ("польто", vec!["пальто"]),
        // Two of them, and three.
        ("größxe_4171", vec!["Größe_4711"]),
        ("größxye_4171", vec![]),
        // A mistake in three letters makes another word of them.
        ("hut", vec![]),
        ("größe_4799", vec!["Größe_4711"]),
        ("grxxe_1234", vec![]),
        ("\"%'_\\4711", vec!["Größe_4711"]),
        ("\"%'_\\4799", vec![]),
        ("zebar", vec![]),
    ] {
        assert_eq!(like(t, company, id).await, expected, "{id}");
    }
    assert_eq!(like(t, other, "zebar").await, ["zebra"]);
    t.db.execute("update asset set vanished_at = 1 where id = 'zebra'")
        .await;
    assert_eq!(like(t, other, "zebar").await, [""; 0]);
}

async fn the_most_alike_come_first(t: &Fixture) {
    let company = t.company("shop").await;
    let all = [
        "shoe-a-front",
        "shoe-b-front",
        "shoe-c-side",
        "shoe",
        "shoes",
    ];
    t.assets(company, &all).await;
    assert_eq!(
        like(t, company, "shoe-b").await,
        ["shoe-b-front"],
        "it begins so, and no other is one mistake away"
    );
    assert_eq!(like(t, company, "SHOE.jpg").await[..2], ["shoe", "shoes"]);
}

async fn nothing_is_walked_through_while_assets_are_loaded(t: &Fixture) {
    let company = t.company("shop").await;
    t.assets(company, &["shoe"]).await;
    t.store.begin_bulk_load(company).await.unwrap();
    assert_eq!(like(t, company, "sheo").await, [""; 0]);
    t.store.finish_bulk_load(company).await.unwrap();
    assert_eq!(like(t, company, "sheo").await, ["shoe"]);
}

/// Two mistakes are found by an index of pieces, where there is one.
mod two_mistakes {
    use super::{super::Fixture, like};

    on_both_databases! {
        are_found_wherever_they_are
    }

    async fn are_found_wherever_they_are(t: &Fixture) {
        let (company, other) = (t.company("shop").await, t.company("other").await);
        let all = ["GLO_1234567_front", "GLO_7654321_back"];
        t.assets(company, &all).await;
        t.assets(other, &["GLO_1234567_fronts"]).await;
        for (id, expected) in [
            ("GL0_1243567_front", vec!["GLO_1234567_front"]),
            ("GOL_1234567_frnt.tif", vec!["GLO_1234567_front"]),
            ("xGLO_124567_front", vec!["GLO_1234567_front"]),
            ("1GLO_76543212_back", vec!["GLO_7654321_back"]),
            ("XXX_9999999_yyyyy", vec![]),
        ] {
            assert_eq!(like(t, company, id).await, expected, "{id}");
        }
    }
}
