//! Who may do what: nobody without an account does anything, and an editor changes no template.

use super::{COMPANY, new_draft};
use crate::support::{
    app::TestApp,
    browser::{Browser, encode},
};

/// Every address that shows something of a company, with `DRAFT` for a draft.
const PAGES: [&str; 10] = [
    "/c/dms7snapshot",
    "/c/dms7snapshot/template",
    "/c/dms7snapshot/template/versions",
    "/c/dms7snapshot/template/versions/1",
    "/c/dms7snapshot/invalidations/new",
    "DRAFT",
    "DRAFT/urls.txt",
    "DRAFT/details",
    "DRAFT/assets",
    "DRAFT/confirm",
];

/// Every address that does something, with `DRAFT` for a draft.
const ACTIONS: [&str; 11] = [
    "/c/dms7snapshot/template",
    "/c/dms7snapshot/template/preview",
    "/c/dms7snapshot/template/versions/1",
    "/c/dms7snapshot/invalidations/new",
    "DRAFT/details",
    "DRAFT/assets",
    "DRAFT/confirm",
    "DRAFT/cancel",
    "DRAFT/resubmit",
    "DRAFT/sending",
    "DRAFT/find-bad-url",
];

/// Fields that each of the forms can read.
const FIELDS: [(&str, &str); 5] = [
    ("version", "1"),
    ("revision", "x"),
    ("template", "<ID>"),
    ("batch", "00000000-0000-0000-0000-000000000000"),
    ("do", "next"),
];

async fn refused(browser: &Browser, address: &str) -> u16 {
    let fields = &FIELDS[..if address.ends_with("template") { 4 } else { 5 }];
    browser
        .post_body(address, encode(fields))
        .await
        .status
        .as_u16()
}

#[tokio::test]
async fn without_an_account_nothing_is_shown_and_nothing_done() {
    let app = TestApp::start().await;
    let draft = new_draft(&app.editor().await).await;
    let anonymous = app.anonymous();
    for page in PAGES {
        let page = page.replace("DRAFT", &draft);
        let to = anonymous.get(&page).await.location();
        assert!(to.starts_with("/sign-in?next="), "{page}: {to}");
    }
    for address in ACTIONS {
        let address = address.replace("DRAFT", &draft);
        assert_eq!(refused(&anonymous, &address).await, 401, "{address}");
    }
}

#[tokio::test]
async fn what_needs_no_account_tells_nothing() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    assert_eq!(anonymous.get("/healthz").await.body, "ok\n");
    for path in ["/nowhere", "/static/nowhere.css", "/static/../Cargo.toml"] {
        assert_eq!(anonymous.get(path).await.status, 404, "{path}");
    }
    let sign_in = anonymous.get("/sign-in").await;
    assert!(!sign_in.body.contains("Snapshot Outdoor"));
}

#[tokio::test]
async fn an_editor_reads_the_template_and_cannot_change_it() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let page = editor.get(&format!("{COMPANY}/template")).await;
    assert_eq!(page.status, 200);
    assert!(page.textarea("#template").starts_with("<ID>\n"));
    assert!(page.has("#template[readonly]"));
    assert!(!page.has("button[name=do]"));
    let version = format!("{COMPANY}/template/versions/1");
    assert_eq!(editor.get(&version).await.status, 200);

    for address in [
        format!("{COMPANY}/template"),
        format!("{COMPANY}/template/preview"),
        version,
    ] {
        let fields = [("template", "<ID>"), ("based_on", "1"), ("do", "ok")];
        let answer = editor.post(&address, &fields).await;
        assert_eq!(answer.status, 403, "{address}");
        assert_eq!(answer.text("h1"), "This is for administrators.");
    }
    let company = app.company().await.id;
    let versions = app.app.store.template_versions(company).await.unwrap();
    assert_eq!(versions.len(), 1);
}

#[tokio::test]
async fn an_administrator_may_do_what_editors_do() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let draft = new_draft(&admin).await;
    assert_eq!(admin.get(&format!("{draft}/details")).await.status, 200);
}
