//! The whole way, from a stale picture to a fresh one, on both databases.

use super::{listed, new_draft, next, pick, removed, sent, settled, submit};
use crate::support::{
    app::{Start, TestApp},
    database::Backend,
};

#[tokio::test]
async fn a_stale_picture_turns_fresh_on_sqlite() {
    a_stale_picture_turns_fresh(Backend::Sqlite).await;
}

#[tokio::test]
async fn a_stale_picture_turns_fresh_on_postgresql() {
    a_stale_picture_turns_fresh(Backend::Postgres).await;
}

async fn a_stale_picture_turns_fresh(backend: Backend) {
    let app = TestApp::with(Start {
        backend,
        ..Start::default()
    })
    .await;
    let picture = app.exact("spinset?$pdp-main$");
    let old = app.seen(&picture).await;
    app.sandbox.publish("spinset");
    assert_eq!(app.seen(&picture).await, old, "the edge keeps the old one");

    let editor = app.editor().await;
    let tools = editor.open("/").await;
    assert_eq!(
        tools.texts(".tile-name"),
        ["CDN Invalidation Template", "CDN Invalidation"]
    );
    let draft = new_draft(&editor).await;
    let details = pick(&editor, &draft, "spinset").await;
    assert_eq!(details.count(".asset-list .asset-row"), 1);
    assert_eq!(details.text("#live .counter strong"), "5 URLs");

    let confirm = next(&editor, &details).await;
    let exact = app.sandbox.exact_url();
    let other_scheme = exact.replacen("http:", "https:", 1);
    let all = [
        format!("{exact}/is/content/dms7snapshot/gspdf"),
        format!("{exact}/is/image/dms7snapshot/spinset"),
        format!("{exact}/is/image/dms7snapshot/spinset?$pdp-main$"),
        format!("{exact}/is/image/dms7snapshot/spinset?scl=1&qlt=100"),
        format!("{other_scheme}/is/image/dms7snapshot/spinset"),
    ];
    assert_eq!(listed(&confirm), all);

    let x = confirm.form("#confirm").press("take_out", &all[2]);
    let confirm = editor.submit_and_follow(&x).await;
    assert_eq!(listed(&confirm).len(), 4);
    assert_eq!(removed(&confirm), [all[2].as_str()]);
    let put_back = confirm.form("#confirm").press("put_back", &all[2]);
    let confirm = editor.submit_and_follow(&put_back).await;
    assert_eq!(listed(&confirm), all);

    let outcome = settled(&editor, &submit(&editor, &confirm).await).await;
    assert!(outcome.has(".status.accepted"), "{}", outcome.body);
    assert_eq!(outcome.texts(".url-row .url-text"), all);
    assert_eq!(sent(&app), [all.to_vec()], "one request, in this order");
    assert_ne!(app.seen(&picture).await, old, "the edge gives the new one");

    let tools = editor.open("/").await;
    assert_eq!(tools.text(".table .outcome > :first-child"), "Accepted");
}

#[tokio::test]
async fn the_screens_say_what_adobes_say() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let details = pick(&editor, &draft, "spinset").await;
    assert_eq!(details.text("h1"), "CDN Invalidation");
    assert_eq!(details.texts(".stepper li"), ["Add Details", "Confirm"]);
    let body = &details.body;
    for label in [
        "Select Assets",
        "Select asset(s) for CDN invalidation",
        "Invalidate asset associated image presets in CDN",
        "Invalidate based on template",
        "Add Assets",
        "Add URL",
        "Manually add URL(s) for CDN invalidation or leave blank",
        "placeholder=\"Type here\"",
    ] {
        assert!(body.contains(label), "{label}");
    }
    assert!(!details.has("[maxlength]"), "it cuts pastes silently");

    let confirm = next(&editor, &details).await;
    assert!(
        confirm
            .body
            .contains("Below URLs will be invalidated in the CDN cache")
    );
    assert_eq!(confirm.texts(".page-actions button"), ["Back", "Submit"]);
}
