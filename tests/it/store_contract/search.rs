use std::time::Duration;

use unstale::{
    clock::Timestamp,
    domain::{Asset, AssetClass, CompanyId, UrlOrigin},
    store::{AssetQuery, AssetSort, Matches, StoreError, TooManyAssets},
};

use super::{Fixture, batches::accepted, ids};

on_both_databases_and_without_trigrams! {
    every_word_must_occur_somewhere_whatever_its_case
    signs_with_a_meaning_for_the_database_are_plain_text
    a_folder_is_searched_with_its_subfolders_or_without
    a_class_can_be_asked_for
    pages_follow_one_another_without_gaps_or_repeats
    odd_queries_find_nothing_rather_than_fail
    a_place_in_one_companys_list_shows_nothing_of_it_to_another
    an_exact_id_comes_first_then_what_begins_with_it_then_the_rest
    short_words_match_at_the_beginnings_of_words
    filters_hold_together
    what_changed_last_comes_first_when_asked_for
    what_was_replaced_is_recent_until_it_is_invalidated
    every_way_of_finding_finds_the_same
    matches_are_counted_and_among_them_what_is_excluded
    all_that_matches_is_selected_at_once_but_what_is_excluded
    more_than_a_draft_takes_is_refused_as_a_whole
    folders_are_listed_a_level_at_a_time
    folders_are_found_by_name
    types_are_named
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

async fn an_exact_id_comes_first_then_what_begins_with_it_then_the_rest(t: &Fixture) {
    let company = t.company("shop").await;
    t.assets(
        company,
        &["red-shoe", "shoe", "Shoe", "shoe-red", "a-shoe", "SHOES"],
    )
    .await;
    let mut query = AssetQuery {
        limit: 1,
        ..words("shoe")
    };
    let mut seen = Vec::new();
    loop {
        let page = t.store.search_assets(company, &query).await.unwrap();
        seen.extend(page.assets);
        let Some(next) = page.next else { break };
        query.after = Some(next.to_string().parse().unwrap());
    }
    // Of two that are the same but for their case, either may be first.
    seen[..2].sort_by(|a, b| b.id.cmp(&a.id));
    assert_eq!(
        ids(&seen),
        ["shoe", "Shoe", "shoe-red", "SHOES", "a-shoe", "red-shoe"]
    );
    let by_name = AssetQuery {
        sort: AssetSort::Name,
        // A place in another order begins at the beginning.
        after: query.after,
        ..words("shoe")
    };
    assert_eq!(found(t, company, &by_name).await[0], "a-shoe");
}

async fn short_words_match_at_the_beginnings_of_words(t: &Fixture) {
    let company = t.company("shop").await;
    t.assets(company, &["GLO_redShoe_78", "tower", "50%"]).await;
    for (text, expected) in [
        ("re", vec!["GLO_redShoe_78"]),
        ("r", vec!["GLO_redShoe_78"]),
        ("78 GL", vec!["GLO_redShoe_78"]),
        ("8", vec![]),
        ("ow", vec![]),
        ("%", vec!["50%"]),
        ("_", vec!["GLO_redShoe_78"]),
        // Of the mark a blank is left, which is no part of a word.
        ("\u{1f}re", vec!["GLO_redShoe_78"]),
        ("´", vec!["50%", "GLO_redShoe_78", "tower"]),
    ] {
        assert_eq!(found(t, company, &words(text)).await, expected, "{text:?}");
    }
}

async fn filters_hold_together(t: &Fixture) {
    let company = t.company("shop").await;
    let at = Timestamp::from_micros;
    let make = |id: &str, kind: &str, published, created, changed| Asset {
        asset_type: kind.to_owned(),
        published,
        created_at: at(created),
        changed_at: at(changed),
        ..t.new_asset(id, "x")
    };
    let assets = [
        make("a", "Image", true, 10, 10),
        make("b", "Pdf", true, 10, 20),
        make("c", "Pdf", false, 25, 30),
    ];
    t.store.put_assets(company, &assets, t.now()).await.unwrap();
    let pdf = AssetQuery {
        asset_type: Some("Pdf".to_owned()),
        ..words("")
    };
    assert_eq!(found(t, company, &pdf).await, ["b", "c"]);
    let published = AssetQuery {
        published: Some(true),
        ..pdf.clone()
    };
    assert_eq!(found(t, company, &published).await, ["b"]);
    let changed = AssetQuery {
        changed_since: Some(at(20)),
        ..words("")
    };
    assert_eq!(found(t, company, &changed).await, ["b", "c"]);
    let new = AssetQuery {
        created_since: Some(at(25)),
        ..changed
    };
    assert_eq!(found(t, company, &new).await, ["c"]);
}

async fn what_changed_last_comes_first_when_asked_for(t: &Fixture) {
    let company = t.company("shop").await;
    let assets: Vec<Asset> = (0..7)
        .map(|n| Asset {
            changed_at: Timestamp::from_micros(n),
            ..t.new_asset(&format!("a{n}"), "x")
        })
        .collect();
    t.store.put_assets(company, &assets, t.now()).await.unwrap();
    let mut query = AssetQuery {
        sort: AssetSort::Changed,
        limit: 2,
        ..words("")
    };
    let mut seen = Vec::new();
    loop {
        let page = t.store.search_assets(company, &query).await.unwrap();
        seen.extend(page.assets);
        let Some(next) = page.next else { break };
        query.after = Some(next.to_string().parse().unwrap());
    }
    assert_eq!(ids(&seen), ["a6", "a5", "a4", "a3", "a2", "a1", "a0"]);
}

async fn what_was_replaced_is_recent_until_it_is_invalidated(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("a@example.com").await);
    let hour = Duration::from_hours(1);
    let mut replaced = t.new_asset("replaced", "x");
    replaced.created_at = t.now().minus(3 * hour);
    replaced.changed_at = t.now().minus(hour);
    let mut new = t.new_asset("new", "x");
    new.created_at = t.now().minus(hour);
    new.changed_at = t.now();
    let assets = [replaced.clone(), new];
    t.store.put_assets(company, &assets, t.now()).await.unwrap();
    let recent = AssetQuery {
        uncleared: true,
        replaced: true,
        changed_since: Some(t.now().minus(30 * 24 * hour)),
        sort: AssetSort::Changed,
        ..words("")
    };
    assert_eq!(found(t, company, &recent).await, ["replaced"]);
    let late = AssetQuery {
        changed_since: Some(t.now()),
        ..recent.clone()
    };
    assert_eq!(found(t, company, &late).await, [""; 0]);

    let draft = t.draft(company, author).await;
    let mut submission = t.submission(&draft, 1, 1);
    submission.batches[0].urls[0].origins = vec![UrlOrigin::Base {
        asset: "replaced".to_owned(),
    }];
    t.store.submit(&submission).await.unwrap();
    assert_eq!(found(t, company, &recent).await, ["replaced"]);
    let batch = t.take().await.unwrap();
    t.finish(&batch, &accepted()).await.unwrap();
    assert_eq!(found(t, company, &recent).await, [""; 0]);
    t.clock.advance(hour);
    replaced.changed_at = t.now();
    let again = std::slice::from_ref(&replaced);
    t.store.put_assets(company, again, t.now()).await.unwrap();
    assert_eq!(found(t, company, &recent).await, ["replaced"]);
}

/// Far more than a sample holds, so that rare words, common ones, folders and times are found in all the ways.
async fn every_way_of_finding_finds_the_same(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let make = |n: i64| Asset {
        published: n % 3 > 0,
        created_at: Timestamp::from_micros(0),
        changed_at: Timestamp::from_micros(n * 7_200_000_000),
        asset_type: if n % 10 == 0 { "Pdf" } else { "Image" }.to_owned(),
        ..t.new_asset(
            &format!(
                "{}-{n:05}-{}",
                if n % 100 == 0 { "Hemd" } else { "Hose" },
                if n == 4_711 { "zebra" } else { "blau" }
            ),
            &format!("f{}/g{}", n % 7, n % 50),
        )
    };
    let all: Vec<Asset> = (0..14_000).map(make).collect();
    t.store.put_assets(company, &all, t.now()).await.unwrap();
    t.store
        .put_assets(
            other,
            &(0..50)
                .map(|n| t.new_asset(&format!("Hemd-zebra{n}"), "f1"))
                .collect::<Vec<_>>(),
            t.now(),
        )
        .await
        .unwrap();

    let queries = [
        words("hemd"),
        words("zebra"),
        words("hem zeb"),
        words("0471"),
        words("hose 04 bl"),
        words("z"),
        AssetQuery {
            folder: Some("f3".to_owned()),
            with_subfolders: true,
            ..words("hemd")
        },
        AssetQuery {
            folder: Some("f3/g3".to_owned()),
            asset_type: Some("Image".to_owned()),
            ..words("")
        },
        AssetQuery {
            changed_since: Some(Timestamp::from_micros(13_900 * 7_200_000_000)),
            published: Some(false),
            ..words("blau")
        },
        AssetQuery {
            uncleared: true,
            replaced: true,
            ..words("hemd")
        },
    ];
    for query in queries {
        for sort in [AssetSort::Relevance, AssetSort::Name, AssetSort::Changed] {
            let mut query = AssetQuery {
                sort,
                limit: 60,
                ..query.clone()
            };
            let mut seen = Vec::new();
            loop {
                let page = t.store.search_assets(company, &query).await.unwrap();
                seen.extend(page.assets);
                let Some(next) = page.next else { break };
                // As a page hands it on.
                query.after = Some(next.to_string().parse().unwrap());
            }
            let mut expected: Vec<&Asset> =
                all.iter().filter(|asset| matches(asset, &query)).collect();
            let phrase = query.words.join(" ");
            in_order(&mut expected, &query);
            assert!(!expected.is_empty() || phrase == "hem zeb", "{query:?}");
            let expected: Vec<&str> = expected.iter().map(|asset| asset.id.as_str()).collect();
            assert_eq!(ids(&seen), expected, "{query:?}");
            let counted = i64::try_from(expected.len()).unwrap();
            let counted = if counted > 10_000 {
                Matches::MoreThan(10_000)
            } else {
                Matches::Exactly(counted)
            };
            assert_eq!(
                t.store.count_assets(company, &query).await.unwrap().matches,
                counted
            );
        }
    }
}

/// The order that is asked for.
fn in_order(assets: &mut [&Asset], query: &AssetQuery) {
    let phrase = query.words.join(" ");
    let first = query.words.first().map_or("", String::as_str);
    match query.sort {
        AssetSort::Changed => assets.sort_by_key(|asset| std::cmp::Reverse(asset.changed_at)),
        AssetSort::Name => assets.sort_by_key(|asset| asset.id.to_lowercase()),
        AssetSort::Relevance => assets.sort_by_key(|asset| {
            let id = asset.id.to_lowercase();
            let begins = |text: &str| !text.is_empty() && id.starts_with(text);
            (!begins(&phrase), !begins(first), id)
        }),
    }
}

/// What the words and filters of the test above mean.
fn matches(asset: &Asset, query: &AssetQuery) -> bool {
    let text = format!("{} {} {}", asset.id, asset.file_name, asset.folder).to_lowercase();
    let word = |word: &String| {
        let begins = |part: &str| part.starts_with(word.as_str());
        if word.len() > 2 {
            text.contains(word.as_str())
        } else {
            text.split(|c: char| !c.is_alphanumeric()).any(begins)
        }
    };
    let inside = |folder: &String| {
        asset.folder == *folder
            || (query.with_subfolders && asset.folder.starts_with(&format!("{folder}/")))
    };
    query.words.iter().all(word)
        && query.folder.as_ref().is_none_or(inside)
        && query
            .asset_type
            .as_ref()
            .is_none_or(|kind| asset.asset_type == *kind)
        && query.published.is_none_or(|is| asset.published == is)
        && query.changed_since.is_none_or(|at| asset.changed_at >= at)
        && (!query.replaced || asset.changed_at.as_micros() > 3_600_000_000)
}

async fn matches_are_counted_and_among_them_what_is_excluded(t: &Fixture) {
    let company = t.company("shop").await;
    t.assets(company, &["a-shoe", "b-shoe", "hat"]).await;
    let mut word = t.new_asset("c-shoe", "x");
    word.asset_type = "Word".to_owned();
    t.store.put_assets(company, &[word], t.now()).await.unwrap();
    let count = async |text| {
        let counted = t.store.count_assets(company, &words(text)).await.unwrap();
        (counted.matches, counted.excluded)
    };
    assert_eq!(count("shoe a").await, (Matches::Exactly(1), 0));
    assert_eq!(count("-shoe").await, (Matches::Exactly(3), 1));
    assert_eq!(count("").await, (Matches::Exactly(4), 1));
    assert_eq!(count("nowhere").await, (Matches::Exactly(0), 0));
    assert_eq!(count(&"w ".repeat(3)).await, (Matches::Exactly(0), 0));
    let in_folder = AssetQuery {
        folder: Some("x".to_owned()),
        with_subfolders: true,
        ..words("")
    };
    let counted = t.store.count_assets(company, &in_folder).await.unwrap();
    assert_eq!(counted.excluded, 1);
}

async fn all_that_matches_is_selected_at_once_but_what_is_excluded(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("a@example.com").await);
    let all = t
        .assets(company, &["c-shoe", "a-shoe", "b-shoe", "hat"])
        .await;
    let mut word = t.new_asset("d-shoe", "x");
    word.asset_type = "Word".to_owned();
    t.store.put_assets(company, &[word], t.now()).await.unwrap();
    let draft = t.draft(company, author).await;
    t.store
        .add_draft_assets(company, draft.id, &[all[2].key], t.now())
        .await
        .unwrap();
    let select = async |text| {
        t.store
            .select_all_assets(company, draft.id, &words(text), t.later())
            .await
    };
    assert_eq!(select("-shoe").await.unwrap(), Ok(2));
    assert_eq!(select("-shoe").await.unwrap(), Ok(0));
    let long = "x".repeat(9_999);
    assert_eq!(select(&long).await.unwrap(), Ok(0));
    let selected = t.store.draft_assets(draft.id).await.unwrap();
    assert_eq!(ids(&selected), ["b-shoe", "a-shoe", "c-shoe"]);

    let draft = t.store.draft(company, draft.id).await.unwrap().unwrap();
    let submission = t.submission(&draft, 1, 1);
    t.store.submit(&submission).await.unwrap();
    assert!(matches!(select("hat").await, Err(StoreError::Conflict)));
}

async fn more_than_a_draft_takes_is_refused_as_a_whole(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("a@example.com").await);
    t.store.begin_bulk_load(company).await.unwrap();
    for part in 0..50 {
        let assets: Vec<Asset> = (0..1_000)
            .map(|n| t.new_asset(&format!("a{part}-{n}"), "x"))
            .collect();
        t.store.put_assets(company, &assets, t.now()).await.unwrap();
    }
    t.store.finish_bulk_load(company).await.unwrap();
    t.assets(company, &["one-more"]).await;
    let draft = t.draft(company, author).await;
    let select = async |text| {
        t.store
            .select_all_assets(company, draft.id, &words(text), t.later())
            .await
            .unwrap()
    };
    assert_eq!(select("").await, Err(TooManyAssets));
    assert_eq!(t.store.draft_assets(draft.id).await.unwrap(), []);
    assert_eq!(select("one more").await, Ok(1));
    assert_eq!(select("a1").await.map(|added| added > 1_000), Ok(true));
    assert_eq!(
        t.store
            .count_assets(company, &words(""))
            .await
            .unwrap()
            .matches,
        Matches::MoreThan(10_000)
    );
}

async fn folders_are_listed_a_level_at_a_time(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let assets = [("a", ""), ("b", "shop/x"), ("c", "shop/x/y"), ("d", "shop")]
        .map(|(id, folder)| t.new_asset(id, folder));
    t.store.put_assets(company, &assets, t.now()).await.unwrap();
    let inside = async |company, folder: &str| {
        let levels = t.store.folders_in(company, &[folder]).await;
        levels.unwrap().remove(0)
    };
    let root = inside(company, "").await;
    assert_eq!(root.len(), 1);
    assert_eq!((root[0].path.as_str(), root[0].assets), ("shop", 1));
    assert_eq!((root[0].with_subfolders, root[0].has_folders), (3, true));
    let in_x = inside(company, "shop/x").await;
    assert_eq!((in_x[0].name(), in_x[0].has_folders), ("y", false));
    assert_eq!(inside(company, "nowhere").await, []);
    assert_eq!(inside(other, "").await, []);
    let ways = ["shop/x", "nowhere", ""];
    let levels = t.store.folders_in(company, &ways).await.unwrap();
    assert_eq!(levels, [in_x, Vec::new(), root]);
    // What is put is seen at once.
    let new = t.new_asset("e", "new");
    t.store.put_assets(company, &[new], t.now()).await.unwrap();
    assert_eq!(inside(company, "").await.len(), 2);
}

async fn folders_are_found_by_name(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let assets = [
        ("a", "Größen/rot"),
        ("b", "Größen/rot/tief"),
        ("c", "winter/ROT"),
    ]
    .map(|(id, folder)| t.new_asset(id, folder));
    t.store.put_assets(company, &assets, t.now()).await.unwrap();
    let named = async |company, text, limit| {
        let (found, all) = t.store.folders_named(company, text, limit).await.unwrap();
        let found: Vec<String> = found.into_iter().map(|folder| folder.path).collect();
        (found, all)
    };
    let paths =
        |paths: &[&str]| -> Vec<String> { paths.iter().map(|it| (*it).to_owned()).collect() };
    assert_eq!(
        named(company, "rot", 9).await,
        (paths(&["Größen/rot", "winter/ROT"]), 2)
    );
    assert_eq!(named(company, "rot", 1).await, (paths(&["Größen/rot"]), 2));
    assert_eq!(
        named(company, "GROSSEN tie", 9).await,
        (paths(&["Größen/rot/tief"]), 1)
    );
    assert_eq!(named(company, "% nowhere\0", 9).await, (paths(&[]), 0));
    assert_eq!(named(other, "rot", 9).await, (paths(&[]), 0));
}

async fn types_are_named(t: &Fixture) {
    let company = t.company("shop").await;
    t.assets(company, &["red-shoe", "hat"]).await;
    assert_eq!(t.store.asset_types(company).await.unwrap(), ["Image"]);
}
