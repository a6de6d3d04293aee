//! Drafts: rows with an address of their own, which belong to their author until they are submitted.

use super::{
    COMPANY, draft_with_urls, listed, new_draft, next, numbered, pick, sent, settled, submit,
};
use crate::support::{
    app::TestApp,
    browser::{Browser, encode},
};

/// The pages of a draft.
const PAGES: [&str; 6] = [
    "",
    "/details",
    "/assets",
    "/confirm",
    "/cancel",
    "/urls.txt",
];

/// Where forms of a draft are sent, with fields that they can read.
const ACTIONS: [(&str, &[(&str, &str)]); 4] = [
    ("/details", &[("version", "1"), ("urls", "taken over")]),
    ("/assets", &[("do", "add")]),
    ("/confirm", &[("revision", "x"), ("do", "submit")]),
    ("/cancel", &[]),
];

async fn expect_404(browser: &Browser, draft: &str) {
    for page in PAGES {
        let answer = browser.get(&format!("{draft}{page}")).await;
        assert_eq!(answer.status, 404, "{draft}{page}");
        assert_eq!(answer.text("h1"), "There is nothing at this address.");
    }
    for (page, fields) in ACTIONS {
        let answer = browser
            .post_body(&format!("{draft}{page}"), encode(fields))
            .await;
        assert_eq!(answer.status, 404, "POST {draft}{page}");
    }
}

#[tokio::test]
async fn an_id_that_is_none_or_nobodys_leads_nowhere() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let unknown = app.clock.new_uuid().to_string();
    for id in [&*unknown, "1", "x", "%00", "..%2F..", "%F0%9F%98%80"] {
        expect_404(&editor, &format!("{COMPANY}/invalidations/{id}")).await;
    }
}

#[tokio::test]
async fn a_draft_is_its_authors_alone() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, _) = draft_with_urls(&editor, &numbered(&app, 1)).await;
    expect_404(&app.admin().await, &draft).await;
    let page = editor.get(&format!("{draft}/details")).await;
    assert_eq!(page.textarea("#urls"), numbered(&app, 1), "still as it was");
}

#[tokio::test]
async fn a_draft_is_of_one_company() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let mut other = app.company().await;
    other.id = unstale::domain::CompanyId::from_uuid(app.clock.new_uuid());
    other.slug = "other".parse().unwrap();
    let now = app.clock.now();
    app.app.store.add_company(&other, now).await.unwrap();
    expect_404(&editor, &draft.replace("dms7snapshot", "other")).await;
}

#[tokio::test]
async fn a_submitted_draft_leads_to_its_outcome_and_takes_no_more() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, details) = draft_with_urls(&editor, &numbered(&app, 1)).await;
    let confirm = next(&editor, &details).await;
    settled(&editor, &submit(&editor, &confirm).await).await;
    for page in ["/details", "/assets", "/confirm", "/cancel"] {
        let answer = editor.get(&format!("{draft}{page}")).await;
        assert_eq!(answer.location(), draft, "{page}");
    }
    for (page, fields) in ACTIONS {
        let answer = editor
            .post_body(&format!("{draft}{page}"), encode(fields))
            .await;
        assert_eq!(answer.status, 409, "{page}");
        assert_eq!(
            answer.text("h1"),
            "This invalidation was submitted already."
        );
    }
    assert_eq!(sent(&app).len(), 1);
}

#[tokio::test]
async fn a_draft_without_a_page_of_its_own_leads_to_its_details() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let to = editor.get(&draft).await.location();
    assert_eq!(to, format!("{draft}/details"));
}

#[tokio::test]
async fn an_empty_tab_that_is_behind_asks_before_it_discards_what_another_tab_put_in() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let behind = editor.open(&format!("{draft}/details")).await;
    let behind = behind.form("#details").press("do", "cancel");
    let typed = editor.open(&format!("{draft}/details")).await;
    let typed = typed.form("#details").set("urls", &app.exact("a"));
    editor.submit_and_follow(&typed.press("do", "count")).await;

    let asks = editor.submit_and_follow(&behind).await;
    assert!(asks.text("dialog[open]").contains("It holds 1 added URL."));
}

#[tokio::test]
async fn cancel_asks_when_there_is_something_to_lose() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, details) = draft_with_urls(&editor, &numbered(&app, 2)).await;
    let form = details.form("#details").press("do", "cancel");
    let asks = editor.submit_and_follow(&form).await;
    assert!(asks.text("dialog[open]").contains("It holds 2 added URLs."));
    let keep = asks.attributes("dialog a", "href");
    assert_eq!(keep, [format!("{draft}/details")]);
    assert_eq!(
        editor.get(&keep[0]).await.status,
        200,
        "asking deletes nothing"
    );

    let gone = editor.post(&format!("{draft}/cancel"), &[]).await;
    assert_eq!(gone.location(), COMPANY);
    assert_eq!(editor.get(&format!("{draft}/details")).await.status, 404);
    assert!(!editor.get(COMPANY).await.body.contains("Your open drafts"));
}

#[tokio::test]
async fn an_empty_draft_is_deleted_unasked() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let details = editor.get(&format!("{draft}/details")).await;
    let cancel = details.form("#details").press("do", "cancel");
    let tools = editor.submit_and_follow(&cancel).await;
    assert_eq!(tools.text("h1"), "Tools");
    assert_eq!(editor.get(&format!("{draft}/details")).await.status, 404);
}

#[tokio::test]
async fn a_draft_survives_a_restart_and_a_new_sign_in() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, _) = draft_with_urls(&editor, &numbered(&app, 2)).await;
    let app = app.crash_and_restart().await;
    let editor = app.editor().await;
    let tools = editor.open("/").await;
    assert_eq!(
        tools.attributes(".table a", "href"),
        [format!("{draft}/details")]
    );
    let page = editor.get(&format!("{draft}/details")).await;
    assert_eq!(page.textarea("#urls").lines().count(), 2);
}

#[tokio::test]
async fn an_asset_that_vanished_stays_in_the_draft_and_is_said() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    pick(&editor, &draft, "spinset").await;
    let details = pick(&editor, &draft, "backpack").await;
    assert!(!details.body.contains("No longer in Dynamic Media"));
    let gone = ["spinset".to_owned()];
    let (company, now) = (app.company().await.id, app.clock.now());
    let vanished = app.app.store.mark_assets_vanished(company, &gone, now);
    assert_eq!(vanished.await.unwrap(), 1);

    let details = editor.get(&format!("{draft}/details")).await;
    let rows = details.texts(".asset-list .asset-row");
    assert_eq!(rows.len(), 2, "it is not dropped");
    for row in rows {
        let said = row.contains("No longer in Dynamic Media");
        assert_eq!(said, row.contains("spinset"), "{row}");
    }
    let selected = editor.get(&format!("{draft}/assets?show=selected")).await;
    let gone = selected
        .attributes("button[name=take_out]", "value")
        .remove(0);
    let sets = format!("{draft}/assets/sets?asset={gone}");
    for (page, number) in [(selected, 2), (editor.get(&sets).await, 1)] {
        let rows = page.texts(".asset-list .asset-row");
        assert!(rows.len() >= number);
        for row in rows {
            let said = row.contains("No longer in Dynamic Media");
            assert_eq!(said, row.contains("spinset"), "{row}");
        }
    }
    let confirm = next(&editor, &details).await;
    assert!(listed(&confirm).contains(&app.exact("spinset")));
    let picker = editor.get(&format!("{draft}/assets?q=spinset")).await;
    let found = picker.texts(".asset-row .asset-id");
    assert!(!found.contains(&"spinset".to_owned()), "{found:?}");
}
