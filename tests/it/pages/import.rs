//! *Settings > Import*: CSV files as people have them, and what becomes of their bad lines.

use std::time::Duration;

use unstale::{
    domain::{Asset, ImportId},
    store::{AssetQuery, ImportFile, ImportState},
};

use crate::support::{
    app::TestApp,
    browser::{Answer, Browser},
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
    assert!(page.body.contains("1 of the good lines are repeated"));
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
