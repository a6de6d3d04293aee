//! What was submitted is sent, whatever happens to the process; and it stops without leaving work behind.

use std::time::Duration;

use super::{draft_with_urls, next, numbered, sent, settled, submit};
use crate::support::app::TestApp;

#[tokio::test]
async fn what_was_on_its_way_at_a_crash_is_sent_again() {
    let app = TestApp::start().await;
    app.ips().knobs(|knobs| knobs.hold = true);
    let editor = app.editor().await;
    let (_, details) = draft_with_urls(&editor, &numbered(&app, 2)).await;
    let confirm = next(&editor, &details).await;
    let outcome = submit(&editor, &confirm).await;
    app.ips().wait_for_calls(1).await;

    // A single node takes its own leases up again at once: the clock stands still.
    app.ips().knobs(|knobs| knobs.hold = false);
    let app = app.crash_and_restart().await;
    let outcome = settled(&app.editor().await, &outcome).await;
    assert!(outcome.has(".status.accepted"), "{}", outcome.body);
    let sent = sent(&app);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], sent[1]);
}

#[tokio::test]
async fn a_session_outlives_a_restart() {
    let app = TestApp::start().await;
    let cookie = app.editor().await.cookie();
    let app = app.crash_and_restart().await;
    let browser = app.anonymous();
    browser.set_cookie(cookie);
    assert_eq!(browser.open("/").await.text("h1"), "Tools");
}

#[tokio::test]
async fn a_stop_waits_for_what_is_on_its_way() {
    let mut app = TestApp::start().await;
    app.ips().knobs(|knobs| knobs.hold = true);
    let editor = app.editor().await;
    let (_, details) = draft_with_urls(&editor, &numbered(&app, 2)).await;
    let confirm = next(&editor, &details).await;
    let outcome = submit(&editor, &confirm).await;
    app.ips().wait_for_calls(1).await;
    // A connection that is kept open would be waited for.
    drop(editor);

    let ips = app.ips().clone();
    // That something does not happen takes a moment to see.
    let early = tokio::time::timeout(Duration::from_millis(300), app.stop()).await;
    assert!(early.is_err(), "it waits for Adobe's answer");
    ips.knobs(|knobs| knobs.hold = false);
    app.stop().await;
    assert_eq!(ips.calls().len(), 1);

    let app = app.crash_and_restart().await;
    let page = app.editor().await.get(&outcome).await;
    assert!(page.has(".status.accepted"), "the outcome was stored");
    assert_eq!(sent(&app).len(), 1, "and nothing is sent again");
}
