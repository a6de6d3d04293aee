use unstale::{
    domain::{AssetClass, CompanyId},
    store::AssetQuery,
};

use super::{Fixture, ids};

on_both_databases! {
    every_word_must_occur_somewhere_whatever_its_case
    signs_with_a_meaning_for_the_database_are_plain_text
    a_folder_is_searched_with_its_subfolders_or_without
    a_class_can_be_asked_for
    pages_follow_one_another_without_gaps_or_repeats
    odd_queries_find_nothing_rather_than_fail
    a_place_in_one_companys_list_shows_nothing_of_it_to_another
}

fn words(text: &str) -> AssetQuery {
    AssetQuery {
        words: text.split_whitespace().map(str::to_owned).collect(),
        limit: 100,
        ..AssetQuery::default()
    }
}

async fn found(t: &Fixture, company: CompanyId, query: &AssetQuery) -> Vec<String> {
    let page = t.store.search_assets(company, query).await.unwrap();
    assert_eq!(page.next, None);
    ids(&page.assets).into_iter().map(str::to_owned).collect()
}

async fn every_word_must_occur_somewhere_whatever_its_case(t: &Fixture) {
    let company = t.company("shop").await;
    let mut boot = t.new_asset("GLO_Boot_11", "Sommer/Größen");
    boot.file_name = "ROUGE ПЁС.tif".into();
    let shoe = t.new_asset("glo-shoe", "winter");
    t.store
        .put_assets(company, &[boot, shoe], t.now())
        .await
        .unwrap();

    for (text, expected) in [
        ("", vec!["glo-shoe", "GLO_Boot_11"]),
        ("GLO", vec!["glo-shoe", "GLO_Boot_11"]),
        ("glo boot", vec!["GLO_Boot_11"]),
        ("GRÖSSEN", vec!["GLO_Boot_11"]),
        ("GRÖßEN", vec!["GLO_Boot_11"]),
        ("größen пёс 11", vec!["GLO_Boot_11"]),
        ("11rouge", vec![]),
        ("boot winter", vec![]),
    ] {
        assert_eq!(found(t, company, &words(text)).await, expected, "{text:?}");
    }
}

async fn signs_with_a_meaning_for_the_database_are_plain_text(t: &Fixture) {
    let company = t.company("shop").await;
    let names = [
        r"100%_\'",
        "quote\"d",
        "plain",
        "👟 \u{202e}rtl",
        "a*b?c[d]",
    ];
    t.assets(company, &names).await;
    for (word, expected) in [
        ("%", vec![names[0]]),
        ("_", vec![names[0]]),
        (r"\", vec![names[0]]),
        ("'", vec![names[0]]),
        (r"0%_\'", vec![names[0]]),
        (r"100%%", vec![]),
        ("\"", vec![names[1]]),
        ("👟", vec![names[3]]),
        ("\u{202e}rtl", vec![names[3]]),
        ("*b?c[", vec![names[4]]),
        ("'; drop table asset; --", vec![]),
    ] {
        let query = AssetQuery {
            words: vec![word.to_owned()],
            limit: 100,
            ..AssetQuery::default()
        };
        assert_eq!(found(t, company, &query).await, expected, "{word:?}");
    }
}

async fn a_folder_is_searched_with_its_subfolders_or_without(t: &Fixture) {
    let company = t.company("shop").await;
    let assets = [
        ("1", ""),
        ("2", "shoes"),
        ("3", "shoes/red"),
        ("4", "shoes/red/new"),
        ("5", "shoes-old"),
        ("6", "Shoes/red"),
        ("7", "shoes0"),
        ("8", "50%_off/a"),
        ("9", "50 x off/a"),
    ]
    .map(|(id, folder)| t.new_asset(id, folder));
    t.store.put_assets(company, &assets, t.now()).await.unwrap();

    for (folder, alone, with_subfolders) in [
        (
            "",
            vec!["1"],
            vec!["1", "2", "3", "4", "5", "6", "7", "8", "9"],
        ),
        ("shoes", vec!["2"], vec!["2", "3", "4"]),
        ("shoes/red", vec!["3"], vec!["3", "4"]),
        ("50%_off", vec![], vec!["8"]),
        ("nowhere\0", vec![], vec![]),
    ] {
        let mut query = AssetQuery {
            folder: Some(folder.to_owned()),
            ..words("")
        };
        assert_eq!(found(t, company, &query).await, alone, "{folder:?}");
        query.with_subfolders = true;
        assert_eq!(
            found(t, company, &query).await,
            with_subfolders,
            "{folder:?} with subfolders"
        );
    }
    let query = AssetQuery {
        folder: Some("shoes".to_owned()),
        with_subfolders: true,
        ..words("NEW")
    };
    assert_eq!(found(t, company, &query).await, ["4"]);
}

async fn a_class_can_be_asked_for(t: &Fixture) {
    let company = t.company("shop").await;
    let mut word = t.new_asset("letter", "");
    word.asset_type = "Word".into();
    let image = t.new_asset("spinset", "");
    t.store
        .put_assets(company, &[image, word], t.now())
        .await
        .unwrap();
    for (class, expected) in [
        (AssetClass::Image, vec!["spinset"]),
        (AssetClass::Unsupported, vec!["letter"]),
        (AssetClass::Content, vec![]),
    ] {
        let query = AssetQuery {
            class: Some(class),
            ..words("")
        };
        assert_eq!(found(t, company, &query).await, expected, "{class:?}");
    }
}

async fn pages_follow_one_another_without_gaps_or_repeats(t: &Fixture) {
    let company = t.company("shop").await;
    // Folded, some are the same: then the key decides.
    let names = [
        "Ärmel", "Zoo", "a", "a-b", "A", "a b", "zoo", "ärmel", "_", "größe", "Z", "z", "😀",
        "\u{ffff}",
    ];
    let all = t.assets(company, &names).await;

    let mut expected: Vec<_> = all
        .iter()
        .map(|asset| (plain(&asset.id), asset.key, &asset.id))
        .collect();
    expected.sort();
    let expected: Vec<&String> = expected.into_iter().map(|(_, _, id)| id).collect();

    let mut query = AssetQuery {
        limit: 3,
        ..words("")
    };
    let mut seen = Vec::new();
    loop {
        let page = t.store.search_assets(company, &query).await.unwrap();
        assert!(page.assets.len() <= 3);
        seen.extend(page.assets);
        assert!(seen.len() <= names.len(), "something is repeated");
        let Some(next) = page.next else { break };
        query.after = Some(next.to_string().parse().unwrap());
    }
    assert_eq!(ids(&seen), expected);

    // A last page that is just full has none after it.
    let full = AssetQuery {
        limit: i64::try_from(names.len()).unwrap(),
        ..words("")
    };
    assert_eq!(
        t.store.search_assets(company, &full).await.unwrap().next,
        None
    );
}

/// Without accents and case, as far as these names have them.
fn plain(name: &str) -> String {
    let lower = name.to_lowercase();
    lower.replace(['ä', 'ö'], "a").replace("graße", "grosse")
}

async fn odd_queries_find_nothing_rather_than_fail(t: &Fixture) {
    let company = t.company("shop").await;
    t.assets(company, &["spinset"]).await;
    let many = (0..5_000).map(|n| format!("{n:x}")).collect();
    for query in [
        AssetQuery {
            words: vec!["x".repeat(100_000)],
            ..words("")
        },
        AssetQuery {
            words: vec!["%".repeat(9_999)],
            ..words("")
        },
        AssetQuery {
            words: many,
            ..words("")
        },
        AssetQuery {
            words: vec!["spin\0set".to_owned()],
            ..words("")
        },
        AssetQuery {
            limit: -1,
            ..words("")
        },
        AssetQuery {
            limit: i64::MIN,
            ..words("")
        },
        AssetQuery {
            limit: 0,
            ..words("")
        },
    ] {
        assert_eq!(
            found(t, company, &query).await,
            Vec::<String>::new(),
            "{:.200}",
            format!("{query:?}")
        );
    }
    let huge = AssetQuery {
        limit: i64::MAX,
        ..words("")
    };
    assert_eq!(found(t, company, &huge).await, ["spinset"]);
    let repeated = AssetQuery {
        words: vec!["Spin".to_owned(); 5_000],
        ..words("")
    };
    assert_eq!(found(t, company, &repeated).await, ["spinset"]);
}

async fn a_place_in_one_companys_list_shows_nothing_of_it_to_another(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    t.assets(company, &["a", "b", "c"]).await;
    t.assets(other, &["b2"]).await;
    let page = t
        .store
        .search_assets(
            company,
            &AssetQuery {
                limit: 1,
                ..words("")
            },
        )
        .await
        .unwrap();
    let query = AssetQuery {
        after: page.next,
        ..words("")
    };
    assert_eq!(found(t, other, &query).await, ["b2"]);
}
