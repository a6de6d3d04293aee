use std::{borrow::Cow, time::Duration};

use sqlx::migrate::Migrator;
use unstale::store::{AssetQuery, Matches, PutCounts, Store, SyncLease};

use super::{Fixture, ids};
use crate::support::database::{Backend, empty};

on_both_databases_and_without_trigrams! {
    putting_assets_says_what_was_new_and_what_changed
    of_an_id_given_twice_the_last_counts
    an_id_of_ligatures_fits_into_every_index
    what_is_put_is_found_by_its_new_words_and_no_longer_by_the_old
    a_bulk_load_is_searchable_once_it_is_finished
    an_interrupted_bulk_load_is_known_and_can_be_finished
    a_bulk_load_is_abandoned_when_nobody_reads_and_no_asset_came_for_a_while
    what_is_put_while_a_bulk_load_ends_is_found
    a_bulk_load_into_a_catalogue_in_use_leaves_it_searchable
    indexes_that_another_program_takes_away_are_missed_by_nobody
    a_sigma_is_found_in_whichever_shape_it_was_stored
    letters_with_a_stroke_are_found_by_what_people_type_for_them
}

fn word(word: &str) -> AssetQuery {
    AssetQuery {
        words: vec![word.to_owned()],
        limit: 100,
        ..AssetQuery::default()
    }
}

async fn putting_assets_says_what_was_new_and_what_changed(t: &Fixture) {
    let company = t.company("shop").await;
    let mut assets: Vec<_> = (0..1_100)
        .map(|n| t.new_asset(&format!("a{n}"), "x"))
        .collect();
    let put = t
        .store
        .put_assets_unflushed(company, &assets, t.now())
        .await
        .unwrap();
    assert_eq!(
        put,
        PutCounts {
            added: 1_100,
            changed: 0
        }
    );
    let put = t
        .store
        .put_assets(company, &assets, t.later())
        .await
        .unwrap();
    assert_eq!(put, PutCounts::default());

    assets[3].published = false;
    assets[700].folder = "y".to_owned();
    assets[900].handle = None;
    t.db.execute("update asset set vanished_at = 1 where id = 'a5'")
        .await;
    let put = t
        .store
        .put_assets(company, &assets, t.later())
        .await
        .unwrap();
    assert_eq!(
        put,
        PutCounts {
            added: 1,
            changed: 2
        }
    );
    let found = t
        .store
        .assets_by_id(company, &["a900".to_owned()])
        .await
        .unwrap();
    assert_eq!(
        found[0].handle.as_deref(),
        Some("a|a900"),
        "a known handle is kept"
    );
}

async fn of_an_id_given_twice_the_last_counts(t: &Fixture) {
    let company = t.company("shop").await;
    // The last two are one to a database that cannot hold NUL.
    let mut assets = ["a", "a", "b\0", "b\u{1a}"].map(|id| t.new_asset(id, "first"));
    for folder in ["second", "third"] {
        assets[1].folder = folder.to_owned();
        assets[3].folder = folder.to_owned();
        t.store
            .put_assets(company, &assets, t.later())
            .await
            .unwrap();
        let wanted = ["a".to_owned(), "b\0".to_owned()];
        let found = t.store.assets_by_id(company, &wanted).await.unwrap();
        let folders: Vec<&str> = found.iter().map(|asset| asset.folder.as_str()).collect();
        assert_eq!(folders, [folder; 2]);
    }
}

/// In the longest folder, with the longest ID of letters that become several when they are folded, as nothing repeats
/// that an index could make shorter.
async fn an_id_of_ligatures_fits_into_every_index(t: &Fixture) {
    let company = t.company("shop").await;
    let mut random = 1_u32;
    let mut below = |limit: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) % limit
    };
    let id: String = (0..333)
        .map(|_| char::from_u32(0xfc00 + below(0x100)).unwrap())
        .collect();
    let folder: String = (0..1_000)
        .map(|_| char::from_u32(0x61 + below(26)).unwrap())
        .collect();
    let asset = t.new_asset(&id, &folder);
    t.store
        .put_assets(company, &[asset], t.later())
        .await
        .unwrap();
    let beginning: String = id.chars().take(5).collect();
    let found = t.store.search_assets(company, &word(&beginning)).await;
    assert_eq!(ids(&found.unwrap().assets), [id]);
}

async fn what_is_put_is_found_by_its_new_words_and_no_longer_by_the_old(t: &Fixture) {
    let company = t.company("shop").await;
    let mut asset = t.new_asset("spinset", "before");
    for folder in ["before", "after"] {
        folder.clone_into(&mut asset.folder);
        t.store
            .put_assets(company, std::slice::from_ref(&asset), t.later())
            .await
            .unwrap();
    }
    let found = t
        .store
        .search_assets(company, &word("after"))
        .await
        .unwrap();
    assert_eq!(ids(&found.assets), ["spinset"]);
    let found = t
        .store
        .search_assets(company, &word("before"))
        .await
        .unwrap();
    assert_eq!(found.assets, []);
}

async fn a_bulk_load_is_searchable_once_it_is_finished(t: &Fixture) {
    let company = t.company("shop").await;
    t.store.begin_bulk_load(company).await.unwrap();
    t.store.begin_bulk_load(company).await.unwrap();
    for part in 0..3 {
        let assets: Vec<_> = (0..1_000)
            .map(|n| t.new_asset(&format!("part{part}-number{n}"), "x"))
            .collect();
        t.store
            .put_assets(company, &assets, t.later())
            .await
            .unwrap();
        // The same again, changed: it must not be indexed twice.
        let mut again = assets[..10].to_vec();
        for asset in &mut again {
            asset.folder = "moved".to_owned();
        }
        t.store
            .put_assets(company, &again, t.later())
            .await
            .unwrap();
    }
    let before = t
        .store
        .search_assets(company, &word("part2-number7"))
        .await
        .unwrap();
    assert_eq!(before.assets.len(), 100, "it is slow, but right");
    t.store.finish_bulk_load(company).await.unwrap();
    t.store.finish_bulk_load(company).await.unwrap();
    let found = t
        .store
        .search_assets(company, &word("rt2-number77"))
        .await
        .unwrap();
    assert_eq!(found.assets.len(), 11);
    let found = t
        .store
        .search_assets(company, &word("moved"))
        .await
        .unwrap();
    assert_eq!(found.assets.len(), 30);
    assert_eq!(t.store.unfinished_bulk_loads().await.unwrap(), []);
}

async fn an_interrupted_bulk_load_is_known_and_can_be_finished(t: &Fixture) {
    let company = t.company("shop").await;
    t.store.begin_bulk_load(company).await.unwrap();
    t.assets(company, &["spinset"]).await;
    let after_the_crash = t.db.reopen().await;
    assert_eq!(
        after_the_crash.unfinished_bulk_loads().await.unwrap(),
        [company]
    );
    let found = after_the_crash
        .search_assets(company, &word("pins"))
        .await
        .unwrap();
    assert_eq!(ids(&found.assets), ["spinset"]);
    after_the_crash.finish_bulk_load(company).await.unwrap();
    assert_eq!(after_the_crash.unfinished_bulk_loads().await.unwrap(), []);
    let found = after_the_crash
        .search_assets(company, &word("pins"))
        .await
        .unwrap();
    assert_eq!(ids(&found.assets), ["spinset"]);
}

async fn a_bulk_load_is_abandoned_when_nobody_reads_and_no_asset_came_for_a_while(t: &Fixture) {
    let (company, reading) = (t.company("shop").await, t.company("reading").await);
    for company in [company, reading] {
        t.store.begin_bulk_load(company).await.unwrap();
        t.assets(company, &["spinset"]).await;
    }
    let lease = SyncLease(t.clock.new_uuid());
    let until = t.now().plus(Duration::from_hours(2));
    let leased = t.store.lease_sync(reading, lease, t.now(), until).await;
    assert!(leased.unwrap().is_some());
    let abandoned = async || {
        let quiet_since = t.now().minus(Duration::from_mins(15));
        let abandoned = t.store.abandoned_bulk_loads(quiet_since, t.now()).await;
        abandoned.unwrap()
    };
    assert_eq!(abandoned().await, []);
    t.clock.advance(Duration::from_mins(16));
    assert_eq!(abandoned().await, [company]);
    t.assets(company, &["another"]).await;
    assert_eq!(abandoned().await, []);
    t.clock.advance(Duration::from_hours(3));
    assert_eq!(abandoned().await.len(), 2, "its reader died");
    t.store.finish_bulk_load(company).await.unwrap();
    assert_eq!(abandoned().await, [reading]);
}

async fn what_is_put_while_a_bulk_load_ends_is_found(t: &Fixture) {
    let company = t.company("shop").await;
    t.assets(company, &["first"]).await;
    // A large catalogue on SQLite is searched by an index that we keep; PostgreSQL keeps its own.
    let rounds = match t.db.backend {
        Backend::Sqlite => 100,
        Backend::Postgres => 3,
    };
    // Each round a little later, so that some come just before the end.
    for round in 0..rounds {
        t.store.begin_bulk_load(company).await.unwrap();
        let put = async {
            let begun = std::time::Instant::now();
            while begun.elapsed() < round * Duration::from_micros(250) {
                tokio::task::yield_now().await;
            }
            let (asset, now) = (t.new_asset(&format!("round{round}"), "x"), t.later());
            t.store.put_assets(company, &[asset], now).await.unwrap();
        };
        let finish = async { t.store.finish_bulk_load(company).await.unwrap() };
        tokio::join!(put, finish);
        assert_eq!(t.store.unfinished_bulk_loads().await.unwrap(), []);
        let id = word(&format!("round{round}"));
        let found = t.store.search_assets(company, &id).await.unwrap();
        assert_eq!(found.assets.len(), 1, "round {round}");
    }
    if t.db.backend == Backend::Sqlite {
        let indexed = "select count(*) from _asset_trigram('\"oun\"')";
        let indexed: i64 = sqlx::query_scalar(indexed)
            .fetch_one(&mut t.db.sqlite().await)
            .await
            .unwrap();
        assert_eq!(indexed, 100);
    }
}

async fn a_bulk_load_into_a_catalogue_in_use_leaves_it_searchable(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    t.assets(company, &["old-one", "old-two"]).await;
    t.store.begin_bulk_load(company).await.unwrap();
    let mut moved = t.new_asset("old-two", "elsewhere");
    moved.published = false;
    let new = t.new_asset("new-one", "x");
    t.store
        .put_assets(company, &[moved, new], t.later())
        .await
        .unwrap();
    t.assets(other, &["other-one"]).await;
    for _ in 0..2 {
        let found = t.store.search_assets(company, &word("-one")).await.unwrap();
        assert_eq!(ids(&found.assets), ["new-one", "old-one"]);
        let found = t
            .store
            .search_assets(company, &word("elsewhere"))
            .await
            .unwrap();
        assert_eq!(ids(&found.assets), ["old-two"]);
        let found = t.store.search_assets(other, &word("-one")).await.unwrap();
        assert_eq!(ids(&found.assets), ["other-one"]);
        t.store.finish_bulk_load(company).await.unwrap();
    }
}

async fn indexes_that_another_program_takes_away_are_missed_by_nobody(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("a@example.com").await);
    t.assets(company, &["one", "two"]).await;
    let draft = t.draft(company, author).await.id;
    let another_program = t.db.reopen().await;
    let search = async || {
        let page = t.store.search_assets(company, &word("one")).await.unwrap();
        assert_eq!(ids(&page.assets), ["one"]);
    };
    let count = async || {
        let count = t.store.count_assets(company, &word("one")).await.unwrap();
        assert_eq!(count.matches, Matches::Exactly(1));
    };
    let select = async || {
        let now = t.later();
        let query = word("one");
        t.store
            .select_all_assets(company, draft, &query, now)
            .await
            .unwrap()
    };
    for method in ["search", "count", "select"] {
        // From here on the indexes are known to be there.
        search().await;
        another_program.begin_bulk_load(company).await.unwrap();
        match method {
            "search" => search().await,
            "count" => count().await,
            _ => assert_eq!(select().await, Ok(1)),
        }
        another_program.finish_bulk_load(company).await.unwrap();
        // And it knows that they are there again.
        t.assets(company, &["three"]).await;
    }
    assert_eq!(select().await, Ok(0), "it was selected once");
}

async fn a_sigma_is_found_in_whichever_shape_it_was_stored(t: &Fixture) {
    let company = t.company("shop").await;
    t.assets(company, &["ΟΔΟΣ", "ΟΔΟΣΑΚΙ", "other"]).await;
    // As it was stored before: at the end of a word in its other shape.
    t.db.execute(
        "update asset set id_folded = 'οδος', search_text = replace(search_text, 'οδοσ', 'οδος') where id = 'ΟΔΟΣ'",
    )
    .await;
    match t.db.backend {
        Backend::Sqlite => {
            t.db.execute(
                "delete from _asset_trigram where rowid = (select number from asset where id = 'ΟΔΟΣ');
                 insert into _asset_trigram (rowid, search_text)
                   select number, search_text from asset where id = 'ΟΔΟΣ';",
            )
            .await;
            t.db.execute(include_str!(
                "../../../migrations/sqlite/0019_final_sigma.sql"
            ))
            .await;
            let indexed: i64 = sqlx::query_scalar("select count(*) from _asset_trigram('\"δοσ\"')")
                .fetch_one(&mut t.db.sqlite().await)
                .await
                .unwrap();
            assert_eq!(indexed, 2);
        }
        Backend::Postgres => {
            t.db.execute(include_str!(
                "../../../migrations/postgres/0019_final_sigma.sql"
            ))
            .await;
        }
    }
    for typed in ["ΟΔΟΣ", "οδος", "οδοσ", "Οδός"] {
        let found = t.store.search_assets(company, &word(typed)).await.unwrap();
        assert_eq!(ids(&found.assets), ["ΟΔΟΣ", "ΟΔΟΣΑΚΙ"], "{typed}");
    }
}

async fn letters_with_a_stroke_are_found_by_what_people_type_for_them(t: &Fixture) {
    let company = t.company("shop").await;
    t.assets(company, &["Łódź-Smørrebrød", "Ægir", "other"])
        .await;
    let found = async |typed: &str| {
        let found = t.store.search_assets(company, &word(typed)).await.unwrap();
        ids(&found.assets).join(" ")
    };
    let is_found = async || {
        for typed in ["lodz", "ŁÓDŹ", "brod", "brød", "l"] {
            assert_eq!(found(typed).await, "Łódź-Smørrebrød", "{typed}");
        }
        for typed in ["aegir", "ægir", "æ", "ae"] {
            assert_eq!(found(typed).await, "Ægir", "{typed}");
        }
    };
    is_found().await;
    // As it was stored before.
    t.db.execute(
        "update asset set id_folded = 'łodz-smørrebrød', search_text = replace(replace(replace(search_text,
           'lodz', 'łodz'), 'smorrebrod', 'smørrebrød'), 'lo', 'ło') where id = 'Łódź-Smørrebrød';
         update asset set id_folded = 'ægir', search_text = replace(replace(search_text, 'aegir', 'ægir'), 'ae', 'æg')
           where id = 'Ægir';",
    )
    .await;
    match t.db.backend {
        Backend::Sqlite => {
            t.db.execute(
                "delete from _asset_trigram where rowid in (select number from asset where id <> 'other');
                 insert into _asset_trigram (rowid, search_text)
                   select number, search_text from asset where id <> 'other';",
            )
            .await;
            t.db.execute(include_str!(
                "../../../migrations/sqlite/0022_folded_letters.sql"
            ))
            .await;
            for (piece, rows) in [("\"rod\"", 1), ("\"rød\"", 0), ("\"her\"", 1)] {
                let sql = "select count(*) from _asset_trigram($1)";
                let indexed: i64 = sqlx::query_scalar(sql)
                    .bind(piece)
                    .fetch_one(&mut t.db.sqlite().await)
                    .await
                    .unwrap();
                assert_eq!(indexed, rows, "{piece}");
            }
        }
        Backend::Postgres => {
            t.db.execute(include_str!(
                "../../../migrations/postgres/0022_folded_letters.sql"
            ))
            .await;
        }
    }
    is_found().await;
}

#[tokio::test]
async fn assets_and_selections_of_an_older_version_are_kept_and_searched_as_new_ones_are() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let (address, _guard) = empty(backend).await;
        let rows = |uuid: &str| {
            format!(
                "insert into company (id, slug, name, created_at, updated_at) values ({uuid}'01', 'shop', 'Shop', 1, 1);
                 insert into person (id, email, email_folded, role, password_hash, disabled, created_at)
                   values ({uuid}'02', 'a@b', 'a@b', 'editor', '', {no}, 1);
                 insert into asset (key, company_id, id, file_name, folder, asset_type, class, published, changed_at,
                   id_folded, search_text, added_at, seen_at)
                   values ({uuid}'03', {uuid}'01', 'Größe', 'f', 'y', 'Image', 'image', {yes}, 5, 'größe', 'größe', 1, 1);
                 insert into invalidation (id, company_id, author_id, use_presets, use_template, clear_alias, fold, split,
                   manual_urls, version, created_at, updated_at, submitted_at)
                   values ({uuid}'04', {uuid}'01', {uuid}'02', {no}, {no}, {no}, {no}, {no}, '', 1, 1, 1, 77);
                 insert into invalidation_asset (company_id, invalidation_id, asset_key, position)
                   values ({uuid}'01', {uuid}'04', {uuid}'03', 1);",
                no = if backend == Backend::Sqlite { "0" } else { "false" },
                yes = if backend == Backend::Sqlite { "1" } else { "true" },
            )
        };
        let first_two = |mut migrator: Migrator| {
            migrator.migrations = Cow::Owned(migrator.migrations[..2].to_vec());
            migrator
        };
        let last_invalidated = "select last_invalidated_at from asset";
        let store = match backend {
            Backend::Sqlite => {
                use sqlx::{Connection as _, SqliteConnection};
                let options: sqlx::sqlite::SqliteConnectOptions = address.parse().unwrap();
                let mut db = SqliteConnection::connect_with(&options.create_if_missing(true))
                    .await
                    .unwrap();
                first_two(sqlx::migrate!("migrations/sqlite"))
                    .run(&mut db)
                    .await
                    .unwrap();
                let hex = rows("x").replace("x'", &format!("x'{}", "0".repeat(30)));
                sqlx::raw_sql(sqlx::AssertSqlSafe(hex))
                    .execute(&mut db)
                    .await
                    .unwrap();
                let store = Store::open(&address.parse().unwrap()).await.unwrap();
                let at: i64 = sqlx::query_scalar(last_invalidated)
                    .fetch_one(&mut db)
                    .await
                    .unwrap();
                assert_eq!(at, 77);
                store
            }
            Backend::Postgres => {
                use sqlx::{Connection as _, PgConnection};
                let mut db = PgConnection::connect(&address).await.unwrap();
                first_two(sqlx::migrate!("migrations/postgres"))
                    .run(&mut db)
                    .await
                    .unwrap();
                let hex = rows("uuid ").replace("uuid '", &format!("uuid '{}", "0".repeat(30)));
                sqlx::raw_sql(sqlx::AssertSqlSafe(hex))
                    .execute(&mut db)
                    .await
                    .unwrap();
                let store = Store::open(&address.parse().unwrap()).await.unwrap();
                let at: i64 = sqlx::query_scalar(last_invalidated)
                    .fetch_one(&mut db)
                    .await
                    .unwrap();
                assert_eq!(at, 77);
                store
            }
        };
        let unfinished = store.unfinished_bulk_loads().await.unwrap();
        store.finish_bulk_load(unfinished[0]).await.unwrap();
        let found = store
            .search_assets(unfinished[0], &word("GROSSE"))
            .await
            .unwrap();
        assert_eq!(ids(&found.assets), ["Größe"]);
        assert_eq!(store.unfinished_bulk_loads().await.unwrap(), []);
        store.close().await;
    }
}
