//! *Settings > Import*: CSV files as people have them, and what becomes of their bad lines.

use std::{io::Cursor, time::Duration};

use reqwest::Method;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use unstale::{
    domain::{Asset, ImportId},
    ops::import::{self, Kind, Progress, PutError, Report, stage::Importer},
    store::{AssetQuery, ImportFile, ImportState},
};

use crate::support::{
    app::TestApp,
    browser::{Answer, Browser},
    database::{Backend, TestDatabase},
};

const IMPORT: &str = "/c/dms7snapshot/settings/import";

/// The page of a file, once nobody works on it.
async fn settled(browser: &Browser, page: &str) -> Answer {
    let settled = async {
        loop {
            let page = browser.get(page).await;
            assert_eq!(page.status, 200, "{}", page.body);
            if !page.has("#progress[hx-get]") {
                return page;
            }
        }
    };
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, settled)
        .await
        .expect("the import ends")
}

async fn upload(browser: &Browser, kind: &str, content: &[u8]) -> Answer {
    let answer = browser
        .upload(IMPORT, ("kind", kind), ("Liste.csv", content))
        .await;
    settled(browser, &answer.location()).await
}

async fn found(app: &TestApp, word: &str) -> Vec<Asset> {
    let query = AssetQuery {
        words: vec![word.to_owned()],
        limit: 10,
        ..AssetQuery::default()
    };
    let company = app.company().await.id;
    app.app
        .store
        .search_assets(company, &query)
        .await
        .unwrap()
        .assets
}

#[tokio::test]
async fn while_a_company_is_connected_its_own_list_comes_back_and_the_page_says_so() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let page = admin.get(IMPORT).await;
    let notice = page.text("#connected");
    assert!(notice.contains("at the next reading"), "{notice}");
    let company = app.company().await.id;
    app.app.connector.disconnect(company).await.unwrap();
    assert!(!admin.get(IMPORT).await.has("#connected"));
}

#[tokio::test]
async fn a_sound_file_is_imported_as_excel_writes_it() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let text = "\u{feff}ID;file_name;folder;published;changed_at;colour\r\n\
                Größe-42;Größe 42.tif;/Shop/Schuhe/;ja;;red\r\n"
        .replace(";ja;", ";yes;")
        + "\"semi;colon\";\"say \"\"hi\"\".pdf\";;no;2026-11-24;\r\n";
    let page = upload(&admin, "assets", text.as_bytes()).await;
    assert!(
        page.text(".notice.success").contains("2 assets new"),
        "{}",
        page.body
    );
    assert!(page.body.contains("passed over: colour"));
    let first = found(&app, "größe-42").await.remove(0);
    assert_eq!((&*first.id, &*first.folder), ("Größe-42", "Shop/Schuhe"));
    assert_eq!((&*first.asset_type, first.published), ("Image", true));
    assert_eq!(first.changed_at, app.clock.now());
    let second = found(&app, "semi;colon").await.remove(0);
    assert_eq!(
        (&*second.file_name, &*second.asset_type),
        ("say \"hi\".pdf", "Pdf")
    );
    assert!(!second.published);
    let list = admin.get(IMPORT).await;
    assert!(list.text(".table").contains("Liste.csv"));
}

#[tokio::test]
async fn bad_lines_are_listed_and_the_good_ones_kept_only_on_request() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let text = b"id,published\ngood-one,yes\n,yes\nGr\xf6\xdfe,yes\ngood-two,no\ngood-one,no\nx,\"=HYPERLINK(1)\"\n";
    let page = upload(&admin, "assets", text).await;
    assert!(
        page.text(".notice.warns strong").contains("3 bad lines"),
        "{}",
        page.body
    );
    assert_eq!(page.texts("td[data-label=Line]"), ["3", "4", "7"]);
    assert!(page.body.contains("1 of the good lines is repeated"));
    assert_eq!(found(&app, "good-").await.len(), 0, "nothing yet");

    let csv = page.attributes("a[download]", "href").remove(0);
    let csv = admin.get(&csv).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.body.lines().count(), 4, "{}", csv.body);
    assert!(!csv.body.contains(",="), "no formula");

    let keep = page.form("#progress form").press("do", "keep");
    let answer = admin.submit(&keep).await;
    let page = settled(&admin, &answer.location()).await;
    assert!(
        page.text(".notice.success")
            .contains("3 bad lines left out")
    );
    let kept = found(&app, "good-").await;
    assert_eq!(kept.len(), 2);
    let one = kept.iter().find(|asset| asset.id == "good-one").unwrap();
    assert!(!one.published, "the last of two lines counts");
}

#[tokio::test]
async fn the_lines_behind_a_lost_quotation_mark_are_listed_and_counted() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let lines: String = (2..=2_000)
        .map(|line| {
            let mark = if line == 100 { "\"" } else { "" };
            format!("lost-{line},{mark}Shop\r\n")
        })
        .collect();
    let file = format!("id,folder\r\n{lines}");
    let page = upload(&admin, "assets", file.as_bytes()).await;
    let said = page.text(".notice.warns");
    assert!(
        said.contains("1,901 bad lines") && said.contains("98 good lines can"),
        "{said}"
    );
    let numbers = page.texts("td[data-label=Line]");
    assert_eq!(
        (&*numbers[0], &*numbers[1], numbers.len()),
        ("100", "101", 1_000)
    );
    let why = page.texts("td[data-label='What is wrong']").remove(0);
    assert!(why.contains("goes on to line 2000"), "{why}");
}

#[tokio::test]
async fn a_file_that_waits_for_a_decision_survives_a_restart() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let answer = admin
        .upload(IMPORT, ("kind", "assets"), ("a.csv", b"id\nkept\n\"\"\n"))
        .await;
    let path = answer.location();
    settled(&admin, &path).await;
    let app = app.crash_and_restart().await;
    let admin = app.admin().await;
    let page = admin.get(&path).await;
    let answer = admin
        .submit(&page.form("#progress form").press("do", "keep"))
        .await;
    settled(&admin, &answer.location()).await;
    assert_eq!(found(&app, "kept").await.len(), 1);
}

#[tokio::test]
async fn a_discarded_file_leaves_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let page = upload(&admin, "assets", b"id\ngone\n\"\"\n").await;
    let list = admin
        .submit_and_follow(&page.form("#progress form").press("do", "discard"))
        .await;
    assert!(!list.has(".table"));
    assert_eq!(found(&app, "gone").await.len(), 0);
    let company = app.company().await.id;
    assert_eq!(app.app.store.imports(company).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_no_such_file_says_why() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for (content, sentence) in [
        (&b"name,size\na,1\n"[..], "id is not among them"),
        (b"\xff\xfei\0d\0", "CSV UTF-8"),
        (b"id\n", "no lines below it"),
    ] {
        let page = upload(&admin, "assets", content).await;
        assert!(
            page.text(".notice.blocks").contains(sentence),
            "{}",
            page.body
        );
        assert!(!page.has("[value=keep]"));
    }
    let none = upload(&admin, "assets", b"id\n\"\"\n").await;
    assert!(none.text(".notice.blocks").contains("No line of this file"));
    let empty = admin.upload(IMPORT, ("kind", "presets"), ("", b"")).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text(".notice.blocks").contains("No file came"));
    assert!(
        empty.has("[value=presets][checked]"),
        "what was chosen stays"
    );
}

#[tokio::test]
async fn presets_from_a_file_replace_the_list_and_keep_their_ticks() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let company = app.company().await.id;
    let before = app.app.store.presets(company).await.unwrap();
    let (stays, unticked) = (before[0].name.clone(), before[1].name.clone());
    let shown = [unticked.clone()].into();
    app.app
        .store
        .set_used_presets(company, &shown, &[].into())
        .await
        .unwrap();
    let text = format!("modifier\tname\nwid=1\t{stays}\nwid=2\t${unticked}$\nwid=3\tNeu\n");
    let page = upload(&admin, "presets", text.as_bytes()).await;
    assert!(
        page.text(".notice.success").contains("1 preset new"),
        "{}",
        page.body
    );
    let list = app.app.store.preset_list(company).await.unwrap();
    assert_eq!(list.put_at, Some(app.clock.now()));
    assert_eq!(list.presets.len(), 3);
    let used: Vec<_> = list.presets.iter().filter(|listed| listed.used).collect();
    assert_eq!(used.len(), 2);
    assert!(used.iter().all(|listed| listed.preset.name != unticked));
}

#[tokio::test]
async fn an_import_that_was_interrupted_can_go_on_and_half_an_upload_cannot() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let company = app.company().await.id;
    let store = &app.app.store;
    let file = |state| ImportFile {
        id: ImportId::from_uuid(app.clock.new_uuid()),
        company,
        kind: "assets".to_owned(),
        name: "left.csv".to_owned(),
        state,
        report: r#"{"good":1,"bad":0,"repeated":0,"unknown":[],"problems":[],"unusable":null}"#
            .to_owned(),
        created_at: app.clock.now(),
        touched_at: app.clock.now(),
    };
    let (left, half) = (file(ImportState::Importing), file(ImportState::Receiving));
    for file in [&left, &half] {
        store.add_import(file).await.unwrap();
        store
            .add_import_part(company, file.id, 0, b"id\nleft-behind\n")
            .await
            .unwrap();
    }
    let path = format!("{IMPORT}/{}", left.id);
    assert!(
        admin.get(&path).await.has("#progress[hx-get]"),
        "somebody may be at it"
    );
    app.clock.advance(Duration::from_mins(3));
    let page = admin.get(&path).await;
    assert!(page.text(".notice.warns").contains("It was interrupted"));
    let answer = admin
        .submit(&page.form("#progress form").press("do", "keep"))
        .await;
    settled(&admin, &answer.location()).await;
    assert_eq!(found(&app, "left-behind").await.len(), 1);

    admin
        .post(&format!("{IMPORT}/{}", half.id), &[("do", "keep")])
        .await;
    let half = store.import(company, half.id).await.unwrap().unwrap();
    assert_eq!(half.state, ImportState::Receiving);
    assert_eq!(
        admin.get(IMPORT).await.count(".table tbody tr"),
        1,
        "it is not offered"
    );
}

#[tokio::test]
async fn an_import_that_takes_long_is_not_taken_for_interrupted() {
    let app = TestApp::start().await;
    let company = app.company().await;
    let (db, clock) = (TestDatabase::create(Backend::Postgres).await, &app.clock);
    db.store.add_company(&company, clock.now()).await.unwrap();
    let mut held = db.postgres().await;
    let lock = "begin; lock table asset in access exclusive mode";
    sqlx::raw_sql(lock).execute(&mut held).await.unwrap();

    let importer = Importer::new(db.store.clone(), clock.clone());
    let file = futures_util::stream::iter([Ok::<_, std::io::Error>("id\nslow\n")]);
    let id = importer.upload(company.id, Kind::Assets, "slow.csv", file);
    let id = id.await.unwrap();
    let patience = Duration::from_secs(20);
    let is = async |wanted: &dyn Fn(&ImportFile) -> bool| {
        let seen = async {
            loop {
                let import = importer.import(company.id, id).await.unwrap().unwrap();
                if wanted(&import.file) {
                    return import.file;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(patience, seen)
            .await
            .expect("it is so")
    };
    is(&|file| file.state == ImportState::Importing).await;
    for _ in 0..5 {
        clock.advance(Duration::from_secs(31));
        let file = is(&|file| file.touched_at >= clock.now()).await;
        assert!(!importer.is_abandoned(&file));
    }
    sqlx::raw_sql("rollback").execute(&mut held).await.unwrap();
    is(&|file| file.state == ImportState::Done).await;
}

#[tokio::test]
async fn the_same_file_once_more_changes_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let file =
        "id,file_name,published,created_at\nmade-known,a.jpg,yes,2020-01-02\nplain,b.pdf,no,\n";
    upload(&admin, "assets", file.as_bytes()).await;
    let imported_at = app.clock.now();
    app.clock.advance(Duration::from_hours(3));

    let page = upload(&admin, "assets", file.as_bytes()).await;
    let done = page.text(".notice.success");
    assert!(done.contains("0 assets new, 0 changed"), "{done}");
    for asset in [found(&app, "made-known").await, found(&app, "plain").await].concat() {
        assert_eq!(asset.changed_at, imported_at, "{}", asset.id);
    }

    let file = file.replace("b.pdf,no", "b.pdf,yes");
    let page = upload(&admin, "assets", file.as_bytes()).await;
    let done = page.text(".notice.success");
    assert!(done.contains("0 assets new, 1 changed"), "{done}");
    let plain = found(&app, "plain").await.remove(0);
    assert_eq!(plain.changed_at, app.clock.now());
    assert_eq!(plain.created_at, imported_at, "it is no new one");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_with_what_to_do_instead() {
    const LENGTH: usize = 520 * 1024 * 1024;
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let url = admin
        .request(Method::POST, IMPORT)
        .build()
        .unwrap()
        .url()
        .clone();
    let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
    let cookie = admin.cookie().unwrap();
    let head = format!(
        "POST {IMPORT} HTTP/1.1\r\nhost: {host}:{port}\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\n\
         content-type: multipart/form-data; boundary=x\r\ncontent-length: {LENGTH}\r\nconnection: close\r\n\r\n"
    );
    let form = "--x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\npresets\r\n\
                --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";
    let mut connection = TcpStream::connect((host, port)).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(form.as_bytes()).await.unwrap();
    // All of it, as a browser does before it looks at the answer.
    let block = vec![b'x'; 1024 * 1024];
    let mut left = LENGTH - form.len();
    while left > 0 {
        let piece = &block[..left.min(block.len())];
        connection.write_all(piece).await.unwrap();
        left -= piece.len();
    }
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let page = scraper::Html::parse_document(&answer);
    let css = scraper::Selector::parse(".notice.blocks").unwrap();
    let notice: String = page.select(&css).next().unwrap().text().collect();
    assert!(notice.contains("more than 512 MB"), "{notice}");
    assert!(
        notice.contains("unstale import FILE --company dms7snapshot"),
        "{notice}"
    );
    let css = scraper::Selector::parse("[value=presets][checked]").unwrap();
    assert!(page.select(&css).next().is_some(), "what was chosen stays");
    let company = app.company().await.id;
    assert_eq!(
        app.app.store.imports(company).await.unwrap(),
        [],
        "nothing is kept"
    );
}

#[tokio::test]
async fn a_file_without_a_good_line_changes_nothing_whoever_says_keep() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (store, company) = (&app.app.store, app.company().await.id);
    let before = store.preset_list(company).await.unwrap().presets;
    assert!(!before.is_empty());
    for (kind, file) in [
        ("presets", "name,modifier\n,wid=1\n"),
        ("assets", "id\n\"\"\n"),
    ] {
        let answer = admin
            .upload(IMPORT, ("kind", kind), ("Liste.csv", file.as_bytes()))
            .await;
        let page = answer.location();
        assert!(!settled(&admin, &page).await.has("[value=keep]"));
        admin.post(&page, &[("do", "keep")]).await;
        let page = settled(&admin, &page).await;
        let said = page.text(".notice.blocks");
        assert!(
            said.contains("No line of this file can be imported"),
            "{said}"
        );
    }
    for (kind, file) in [
        (Kind::Presets, "name,modifier\n,wid=1\n"),
        (Kind::Assets, "id\n\"\"\n"),
    ] {
        let report = import::check(Cursor::new(file), kind).await;
        let (clock, again, mut silent) = (&app.clock, Cursor::new(file), Silent);
        let put = import::put(store, clock, company, kind, again, report, &mut silent);
        let error = put.await.unwrap_err();
        assert!(matches!(error, PutError::NoGoodLine), "{error}");
    }
    let after = store.preset_list(company).await.unwrap().presets;
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_load_that_nobody_ends_is_ended_by_the_server_after_a_while() {
    let app = TestApp::start().await;
    let (store, company) = (&app.app.store, app.company().await.id);
    // What the server finds at its start it ends at once.
    upload(&app.admin().await, "assets", b"id\nlately\n").await;
    store.begin_bulk_load(company).await.unwrap();
    let begun = app.clock.now();
    let ended = async {
        while !store.unfinished_bulk_loads().await.unwrap().is_empty() {
            app.clock.advance(Duration::from_mins(1));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, ended)
        .await
        .expect("it is ended");
    let after = app.clock.now().since(begun);
    assert!(after > Duration::from_mins(10), "{after:?}");
}

struct Silent;

#[async_trait::async_trait]
impl Progress for Silent {
    async fn reached(&mut self, _: &Report) -> Result<(), PutError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_file_that_is_another_the_second_time_takes_no_preset_away() {
    let app = TestApp::start().await;
    let company = app.company().await.id;
    let store = &app.app.store;
    let before = store.preset_list(company).await.unwrap().presets;
    assert!(!before.is_empty());
    let checked = Cursor::new("name,modifier\nPLP,wid=150\n");
    let report = import::check(checked, Kind::Presets).await;
    // A pipe has nothing left, and a file may have been cut off meanwhile.
    for again in ["", "name,modifier\n"] {
        let (kind, again, mut silent) = (Kind::Presets, Cursor::new(again), Silent);
        let put = import::put(
            store,
            &app.clock,
            company,
            kind,
            again,
            report.clone(),
            &mut silent,
        );
        assert!(matches!(put.await, Err(PutError::Unusable(_))));
        let after = store.preset_list(company).await.unwrap().presets;
        assert_eq!(after, before);
    }
}
