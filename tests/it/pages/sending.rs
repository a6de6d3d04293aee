//! Sending as people see it: repeats, the queue, pausing and calling off, the daily volume.

use std::time::Duration;

use unstale::{
    config::DispatchConfig,
    sandbox::ips::{Instead, Knobs},
};

use super::{COMPANY, draft_with_urls, next, numbered, sent, settled, submit};
use crate::support::{
    app::{DISPATCH, Start, TestApp},
    browser::{Answer, Browser},
};

/// Submits so many URLs, in as many requests as it takes; the address of the outcome.
pub(super) async fn submitted(app: &TestApp, browser: &Browser, urls: usize) -> String {
    let (_, details) = draft_with_urls(browser, &numbered(app, urls)).await;
    let form = details.form("#details").set("split", "true");
    let confirm = browser.submit_and_follow(&form.press("do", "next")).await;
    submit(browser, &confirm).await
}

async fn with_dispatch(dispatch: DispatchConfig) -> TestApp {
    TestApp::with(Start {
        dispatch,
        ..Start::default()
    })
    .await
}

pub(super) fn standing(page: &Answer) -> String {
    page.text("#progress > .notice strong")
}

/// Asks until the page has it.
async fn seen(browser: &Browser, path: &str, css: &str) -> Answer {
    let seen = async {
        loop {
            let page = browser.get(path).await;
            if page.has(css) {
                return page;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen)
        .await
        .unwrap_or_else(|_| panic!("{css} appears"))
}

pub(super) fn hold(app: &TestApp, hold: bool) {
    app.ips().knobs(|knobs| knobs.hold = hold);
}

#[tokio::test]
async fn a_request_without_an_answer_is_unknown_and_then_repeated() {
    let app = with_dispatch(DispatchConfig {
        repeat_pause: Duration::from_mins(1),
        ..DISPATCH
    })
    .await;
    app.ips()
        .knobs(|knobs| knobs.instead = Some(Instead::Closed));
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 2).await;
    let page = seen(&editor, &path, ".status.unknown").await;
    assert!(standing(&page).starts_with("Adobe has not answered"));
    assert!(page.has("#progress[hx-get]"), "it goes on by itself");

    app.ips().knobs(|knobs| knobs.instead = None);
    app.clock.advance(Duration::from_secs(29));
    assert_eq!(sent(&app).len(), 1, "not before half of the pause");
    app.clock.advance(Duration::from_secs(31));
    let page = settled(&editor, &path).await;
    assert!(page.has(".status.accepted"), "{}", page.body);
    let events = page.texts(".event-list li").join("\n");
    for what in [
        "Sent\n",
        "whether Adobe took it is unknown",
        "Sent again",
        "Accepted",
    ] {
        assert!(events.contains(what), "{what} in {events}");
    }
    let sent = sent(&app);
    assert_eq!((sent.len(), &sent[0]), (2, &sent[1]));
}

type Misbehaviour = fn(&mut Knobs);

#[tokio::test]
async fn repeats_come_to_an_end_and_faults_are_never_repeated() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let cases: [(Misbehaviour, usize, &str); 4] = [
        (
            |knobs| knobs.instead = Some(Instead::Closed),
            4,
            "It is not certain what was cleared.",
        ),
        (
            |knobs| knobs.instead = Some(Instead::Unavailable),
            4,
            "It is not certain what was cleared.",
        ),
        (
            |knobs| knobs.instead = Some(Instead::Html),
            1,
            "It is not certain what was cleared.",
        ),
        (
            |knobs| knobs.no_permission = true,
            1,
            "Nothing was cleared.",
        ),
    ];
    for (turn, requests, sentence) in cases {
        app.ips().knobs(|knobs| *knobs = Knobs::default());
        app.ips().knobs(turn);
        let before = sent(&app).len();
        let path = submitted(&app, &editor, 1).await;
        let page = settled(&editor, &path).await;
        assert!(page.has(".status.failed"));
        assert_eq!(
            page.text(".block .notice.blocks strong"),
            "Failed to invalidate CDN cache."
        );
        assert_eq!(standing(&page), sentence);
        assert_eq!(sent(&app).len() - before, requests);
    }
}

#[tokio::test]
async fn a_big_run_does_not_hold_up_a_single_picture() {
    let app = TestApp::start().await;
    hold(&app, true);
    let editor = app.editor().await;
    let big = submitted(&app, &editor, 3_000).await;
    app.ips().wait_for_calls(1).await;
    let later = submitted(&app, &editor, 40).await;
    let single = submitted(&app, &editor, 1).await;
    assert_eq!(
        standing(&editor.get(&later).await),
        "Waiting to be sent. 1 request of another invalidation goes first."
    );
    assert_eq!(standing(&editor.get(&single).await), "Waiting to be sent.");
    hold(&app, false);
    settled(&editor, &big).await;
    let sizes: Vec<usize> = sent(&app).iter().map(Vec::len).collect();
    assert_eq!(sizes, [1_000, 1, 40, 1_000, 1_000]);
}

#[tokio::test]
async fn what_waits_is_paused_resumed_and_called_off_between_requests() {
    let app = TestApp::start().await;
    hold(&app, true);
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 3_500).await;
    app.ips().wait_for_calls(1).await;
    let page = editor.get(&path).await;
    let press = |page: &Answer, what| page.form("form[action$=sending]").press("do", what);
    let page = editor.submit_and_follow(&press(&page, "pause")).await;
    assert_eq!(page.count(".status.paused"), 3);
    hold(&app, false);
    let page = settled(&editor, &path).await;
    assert_eq!(
        standing(&page),
        "Paused: nothing more is sent until somebody presses Resume. 1 of 4 requests done."
    );
    let tools = editor.get(COMPANY).await;
    assert_eq!(tools.text(".table .outcome > :first-child"), "Paused");
    assert_eq!(sent(&app).len(), 1);

    hold(&app, true);
    editor.submit_and_follow(&press(&page, "resume")).await;
    app.ips().wait_for_calls(2).await;
    let page = editor.get(&path).await;
    assert!(page.text("#progress > .notice p").contains("remain"));
    editor.submit_and_follow(&press(&page, "cancel")).await;
    hold(&app, false);
    let page = settled(&editor, &path).await;
    assert_eq!(
        standing(&page),
        "Cancelled. Adobe has accepted a part of it: 2,000 of 3,500 URLs. The rest was not sent, or did not go through. \
         The first check comes in a moment."
    );
    assert_eq!(page.count(".status.cancelled"), 2);
    assert!(!page.has("form[action$=sending]"));
    assert_eq!(sent(&app).len(), 2);
    assert_eq!(
        editor
            .get(COMPANY)
            .await
            .text(".table .outcome > :first-child"),
        "Partly accepted"
    );
}

#[tokio::test]
async fn only_the_moving_part_is_asked_for_again() {
    let app = TestApp::start().await;
    hold(&app, true);
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 1_500).await;
    app.ips().wait_for_calls(1).await;
    let page = editor.get(&path).await;
    assert_eq!(page.count(".url-row"), 200);
    let second = page.attributes(".table a", "href").remove(1);
    let urls = editor.get(second.split('#').next().unwrap()).await;
    assert_eq!(urls.text("#urls h2"), "URLs of request 2");
    assert_eq!(urls.texts("#urls .url-text")[0], app.exact("n01000"));

    let request = editor
        .request(reqwest::Method::GET, &path)
        .header("hx-request", "true");
    let part = editor.send(request).await;
    assert!(part.has("#progress") && part.has(".status.sending"));
    assert!(!part.has(".url-row") && !part.has("h1"));
    hold(&app, false);
    settled(&editor, &path).await;
}

#[tokio::test]
async fn many_requests_in_a_day_are_warned_of_and_not_held_back() {
    let app = with_dispatch(DispatchConfig {
        daily: 1,
        ..DISPATCH
    })
    .await;
    let editor = app.editor().await;
    let (_, details) = draft_with_urls(&editor, &numbered(&app, 1)).await;
    let confirm = next(&editor, &details).await;
    assert!(!confirm.body.contains("Many requests"));
    settled(&editor, &submit(&editor, &confirm).await).await;

    let (_, details) = draft_with_urls(&editor, &numbered(&app, 1)).await;
    let confirm = next(&editor, &details).await;
    assert!(confirm.text(".notice.warns").contains("it would be 2"));
    let admin = app.admin().await;
    assert!(!admin.get(COMPANY).await.body.contains("Many requests"));
    let page = settled(&editor, &submit(&editor, &confirm).await).await;
    assert!(page.has(".status.accepted"));
    assert!(admin.get(COMPANY).await.body.contains("Many requests"));
    assert!(!editor.get(COMPANY).await.body.contains("Many requests"));
    app.clock.advance(Duration::from_hours(25));
    assert!(!admin.get(COMPANY).await.body.contains("Many requests"));
}
