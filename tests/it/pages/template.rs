//! The template's editor: its limit, Save and OK, versions, two administrators at once, the live preview.

use super::COMPANY;
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser, Form},
};

async fn editor_page(browser: &Browser) -> Answer {
    browser.get(&format!("{COMPANY}/template")).await
}

/// Types a text and presses Save.
async fn save(browser: &Browser, text: &str) -> Answer {
    let form = editor_page(browser).await.form("#template-form");
    let form = form.set("template", text).press("do", "save");
    browser.submit(&form).await
}

/// Presses *OK* on the page that asks for it.
fn ok(asking: &Answer) -> Form {
    asking.form("#template-form").press("do", "ok")
}

async fn versions(app: &TestApp) -> Vec<String> {
    let company = app.company().await.id;
    let versions = app.app.store.template_versions(company).await.unwrap();
    versions.into_iter().map(|version| version.text).collect()
}

#[tokio::test]
async fn save_asks_and_ok_saves_a_version() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let before = versions(&app).await;
    let asking = save(&admin, "<ID>\r\n<ID>?wid=300").await;
    assert_eq!(asking.status, 200);
    assert_eq!(asking.text("dialog[open] h2"), "Save this template?");
    assert_eq!(versions(&app).await, before, "nothing is saved yet");

    let back = asking.form("#template-form").press("do", "edit");
    let back = admin.submit(&back).await;
    assert!(!back.has("dialog"));
    assert_eq!(back.textarea("#template"), "<ID>\n<ID>?wid=300");

    let saved = admin.submit(&ok(&asking)).await;
    assert_eq!(saved.location(), format!("{COMPANY}/template?saved=true"));
    let page = admin.get(&saved.location()).await;
    assert!(page.has(".notice.success"));
    assert_eq!(page.textarea("#template"), "<ID>\n<ID>?wid=300");
    assert_eq!(
        versions(&app).await,
        ["<ID>\n<ID>?wid=300".to_owned(), before[0].clone()]
    );
}

#[tokio::test]
async fn a_template_has_2500_characters_and_not_one_more() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    // A line end counts once, though browsers send two characters; so does a letter of two bytes.
    let full = format!("<ID>\r\n{}", "ü".repeat(2_495));
    let over = format!("{full}ü");

    let refused = save(&admin, &over).await;
    assert_eq!(refused.status, 422);
    assert!(!refused.has("dialog"));
    assert!(
        refused
            .text(".notice.blocks")
            .contains("1 characters too long")
    );
    assert_eq!(
        refused.textarea("#template"),
        over.replace("\r\n", "\n"),
        "what was typed is still there"
    );
    let form = editor_page(&admin).await.form("#template-form");
    let forced = form.set("template", &over).and("do", "ok");
    assert_eq!(admin.submit(&forced).await.status, 422);
    assert_eq!(versions(&app).await.len(), 1);

    let asking = save(&admin, &full).await;
    assert_eq!(asking.text("#preview .counter strong"), "0");
    assert_eq!(admin.submit(&ok(&asking)).await.status, 303);
    assert_eq!(versions(&app).await[0], full.replace("\r\n", "\n"));
}

#[tokio::test]
async fn a_faulty_template_can_be_saved_and_its_lines_are_named() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let asking = save(&admin, "<ID>\r\nhttps://h/is/image/Other/<ID>").await;
    assert_eq!(asking.status, 200);
    let places = asking.texts("#preview .problem.blocks .problem-place");
    assert_eq!(places, ["Template, line 2"]);
    assert_eq!(admin.submit(&ok(&asking)).await.status, 303);
}

#[tokio::test]
async fn text_that_cannot_be_read_is_not_saved_and_not_lost() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let page = format!("{COMPANY}/template");
    for bytes in [&b"%3CID%3E%00"[..], b"%3CID%3E%FF", b"%3CID%3E\xff"] {
        let body = [b"based_on=1&do=ok&template=", bytes].concat();
        let answer = admin.post_body(&page, body).await;
        assert_eq!(answer.status, 422, "{bytes:?}");
        assert!(answer.text(".notice.blocks").contains("cannot be read"));
        assert_eq!(answer.textarea("#template"), "<ID>\u{fffd}");
    }
    assert_eq!(versions(&app).await.len(), 1);
}

#[tokio::test]
async fn lone_carriage_returns_and_a_byte_order_mark_do_no_harm() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let page = format!("{COMPANY}/template");
    let fields = [
        ("based_on", "1"),
        ("do", "ok"),
        ("template", "\u{feff}<ID>\r<ID>?a\r\n<ID>?b"),
    ];
    assert_eq!(admin.post(&page, &fields).await.status, 303);
    assert_eq!(versions(&app).await[0], "\u{feff}<ID>\n<ID>?a\n<ID>?b");
}

#[tokio::test]
async fn of_two_administrators_the_slower_one_is_told_and_loses_nothing() {
    let app = TestApp::start().await;
    let (slow, quick) = (app.admin().await, app.admin().await);
    let slow_asks = save(&slow, "<ID>?slow").await;
    let quick_asks = save(&quick, "<ID>?quick").await;
    assert_eq!(quick.submit(&ok(&quick_asks)).await.status, 303);

    let conflict = slow.submit(&ok(&slow_asks)).await;
    assert_eq!(conflict.status, 409);
    assert!(
        conflict
            .text(".notice.blocks")
            .contains("admin@example.com saved version 2 meanwhile")
    );
    assert_eq!(conflict.textarea("#template"), "<ID>?slow");
    assert_eq!(versions(&app).await[0], "<ID>?quick");

    let again = conflict.form("#template-form").press("do", "save");
    let again = slow.submit(&again).await;
    assert_eq!(slow.submit(&ok(&again)).await.status, 303);
    assert_eq!(versions(&app).await[0], "<ID>?slow");
}

#[tokio::test]
async fn earlier_versions_are_seen_compared_and_restored() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let first = versions(&app).await[0].clone();
    let asking = save(&admin, "<ID>\n<ID>?wid=300").await;
    admin.submit(&ok(&asking)).await;

    let list = admin.get(&format!("{COMPANY}/template/versions")).await;
    assert_eq!(list.texts("tbody a"), ["Version 2", "Version 1"]);
    let old = admin.get(&list.attributes("tbody a", "href")[1]).await;
    assert_eq!(old.texts(".diff .add"), ["+ <ID>?wid=300"]);
    assert_eq!(old.count(".diff .del"), 4);

    let restore = format!("{COMPANY}/template/versions/1");
    assert_eq!(admin.post(&restore, &[]).await.status, 303);
    assert_eq!(versions(&app).await.len(), 3, "nothing is overwritten");
    assert_eq!(versions(&app).await[0], first);

    for number in ["0", "4", "x", "99999999999"] {
        let missing = format!("{COMPANY}/template/versions/{number}");
        assert_eq!(admin.get(&missing).await.status, 404, "{number}");
    }
}

#[tokio::test]
async fn the_preview_follows_what_is_typed_and_saves_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let page = editor_page(&admin).await;
    let mut form = page.form("#template-form").set("template", "<ID>?wid=300");
    form.action = page.attributes("#template", "hx-post").remove(0);
    let part = admin.htmx(&form).await;
    assert_eq!(part.status, 200);
    assert!(!part.body.contains("<html"));
    assert_eq!(part.text("#preview .counter strong"), "2,488");
    assert!(part.text(".preview").ends_with("?wid=300"));

    let over = form.set("template", &"x".repeat(3_000));
    let part = admin.htmx(&over).await;
    assert_eq!(part.text("#preview .counter.is-over strong"), "500");
    assert_eq!(versions(&app).await.len(), 1);
}
