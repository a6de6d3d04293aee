//! Sending as people see it: repeats, the queue, pausing and calling off, the daily volume.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use unstale::{
    config::DispatchConfig,
    domain::{BatchChange, Failure, FailureKind},
    ips::Endpoint,
    ops::connection,
    sandbox::{
        self,
        ips::{Instead, Knobs},
    },
    store::BatchOutcome,
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

pub(super) async fn with_dispatch(dispatch: DispatchConfig) -> TestApp {
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

/// Asks until the page shows that so many requests were accepted.
pub(super) async fn accepted(browser: &Browser, path: &str, requests: usize) {
    let shown = async { while browser.get(path).await.count(".status.accepted") < requests {} };
    let shown = tokio::time::timeout(Duration::from_secs(20), shown).await;
    shown.expect("they are accepted");
}

pub(super) fn hold(app: &TestApp, hold: bool) {
    app.ips().knobs(|knobs| knobs.hold = hold);
}

#[tokio::test]
async fn a_request_without_an_answer_is_unknown_and_then_repeated() {
    unanswered_then_repeated(Instead::Closed).await;
}

#[tokio::test]
async fn a_request_whose_answer_breaks_off_is_unknown_and_then_repeated() {
    unanswered_then_repeated(Instead::Cut).await;
}

async fn unanswered_then_repeated(instead: Instead) {
    let app = with_dispatch(DispatchConfig {
        repeat_pause: Duration::from_mins(1),
        ..DISPATCH
    })
    .await;
    app.ips().knobs(|knobs| knobs.instead = Some(instead));
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
        "Sending\n",
        "whether Adobe took it is unknown",
        "Sending again",
        "Accepted",
    ] {
        assert!(events.contains(what), "{what} in {events}");
    }
    let sent = sent(&app);
    assert_eq!((sent.len(), &sent[0]), (2, &sent[1]));
}

#[tokio::test]
async fn what_got_no_answer_stays_in_doubt_through_pause_and_resume() {
    let app = with_dispatch(DispatchConfig {
        repeat_pause: Duration::from_mins(1),
        ..DISPATCH
    })
    .await;
    app.ips()
        .knobs(|knobs| knobs.instead = Some(Instead::Closed));
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 2).await;
    let mut page = seen(&editor, &path, ".status.unknown").await;
    for steering in ["pause", "resume"] {
        let form = page.form("form[action$=sending]").press("do", steering);
        page = editor.submit_and_follow(&form).await;
    }
    assert!(page.has(".status.waiting"), "{}", page.body);
    let sentence = standing(&page);
    assert!(sentence.starts_with("Adobe has not answered"), "{sentence}");
}

type Misbehaviour = fn(&mut Knobs);

#[tokio::test]
async fn repeats_come_to_an_end_and_faults_are_never_repeated() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let cases: [(Misbehaviour, usize, &str); 5] = [
        (
            |knobs| knobs.instead = Some(Instead::Closed),
            4,
            "It is not certain what was cleared.",
        ),
        (
            |knobs| knobs.instead = Some(Instead::Cut),
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
async fn a_big_run_does_not_hold_up_a_single_picture_while_pauses_are_long() {
    let pause = Duration::from_mins(1);
    let app = with_dispatch(DispatchConfig { pause, ..DISPATCH }).await;
    let editor = app.editor().await;
    let big = submitted(&app, &editor, 3_500).await;
    accepted(&editor, &big, 1).await;
    app.clock.advance(Duration::from_secs(24));
    let single = submitted(&app, &editor, 1).await;
    app.clock.advance(Duration::from_secs(35));
    assert_eq!(standing(&editor.get(&single).await), "Waiting to be sent.");
    app.clock.advance(Duration::from_secs(1));
    accepted(&editor, &single, 1).await;
    let sizes: Vec<usize> = sent(&app).iter().map(Vec::len).collect();
    assert_eq!(sizes, [1_000, 1]);
}

#[tokio::test]
async fn between_two_requests_there_is_the_pause_that_is_set() {
    let app = with_dispatch(DispatchConfig {
        pause: Duration::from_secs(2),
        ..DISPATCH
    })
    .await;
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 2_500).await;
    for made in 1..=3 {
        app.ips().wait_for_calls(made).await;
        accepted(&editor, &path, made).await;
        app.clock.advance(Duration::from_millis(1_999));
        accepted(&editor, &path, made).await;
        assert_eq!(sent(&app).len(), made);
        app.clock.advance(Duration::from_millis(1));
    }
}

#[tokio::test]
async fn a_request_whose_lease_another_node_took_is_given_up_and_made_again() {
    let app = TestApp::start().await;
    hold(&app, true);
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 1).await;
    app.ips().wait_for_calls(1).await;

    // Another node finds the lease at its end, and puts the batch back.
    let (store, company) = (&app.app.store, app.company().await.id);
    let long_after = app.clock.now().plus(Duration::from_hours(1));
    let lost = store.lost_batches(long_after).await.unwrap();
    let abandoned = BatchOutcome::Abandoned {
        failure: Failure {
            kind: FailureKind::TimedOut,
            code: None,
            reason: "it was silent".to_owned(),
        },
        at: app.clock.now(),
    };
    let released = store.release_batch(&lost[0], &abandoned, long_after, app.clock.now());
    assert!(released.await.unwrap());

    // This one asks for more time, learns that it is not its own any more, and asks for something to send.
    app.clock.advance(DISPATCH.lease / 3);
    app.ips().wait_for_calls(2).await;
    hold(&app, false);
    let page = settled(&editor, &path).await;
    assert!(page.has(".status.accepted"));
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let batch = store.batches(company, id).await.unwrap().remove(0);
    let events = store.batch_events(company, batch.id).await.unwrap();
    let changes: Vec<_> = events.iter().map(|event| event.change).collect();
    assert_eq!(
        changes,
        [
            BatchChange::Sent,
            BatchChange::LeaseLost,
            BatchChange::Repeated,
            BatchChange::Accepted
        ]
    );
    assert_eq!(sent(&app).len(), 2);
}

#[tokio::test]
async fn a_request_whose_password_does_not_open_here_waits_for_who_has_the_key() {
    let app = with_dispatch(DispatchConfig {
        repeat_pause: Duration::from_mins(1),
        ..DISPATCH
    })
    .await;
    let (store, company) = (&app.app.store, app.company().await.id);
    let right = store.connection(company).await.unwrap().unwrap();
    let mut left = right.clone();
    left.sealed_password.reverse();
    store.put_connection(company, &left).await.unwrap();
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 1).await;
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let postponed = async {
        loop {
            let batch = store.batches(company, id).await.unwrap().remove(0);
            let events = store.batch_events(company, batch.id).await.unwrap();
            if let Some(event) = events.get(1) {
                return event.clone();
            }
        }
    };
    let postponed = tokio::time::timeout(Duration::from_secs(20), postponed).await;
    let postponed = postponed.expect("it is looked at");
    assert_eq!(postponed.change, BatchChange::Postponed);
    let note = postponed.note.unwrap();
    assert!(note.contains("does not open with the key"), "{note}");
    assert!(sent(&app).is_empty());

    store.put_connection(company, &right).await.unwrap();
    app.clock.advance(Duration::from_mins(1));
    assert!(settled(&editor, &path).await.has(".status.accepted"));
}

#[tokio::test]
async fn a_command_that_sends_too_leaves_alone_what_the_server_sends() {
    let app = TestApp::start().await;
    hold(&app, true);
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 1).await;
    app.ips().wait_for_calls(1).await;
    let ended = CancellationToken::new();
    ended.cancel();
    app.app.dispatcher.clone().run(ended).await;
    hold(&app, false);
    settled(&editor, &path).await;
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let (store, company) = (&app.app.store, app.company().await.id);
    let batch = store.batches(company, id).await.unwrap().remove(0);
    assert_eq!((batch.attempts, batch.maybe_taken), (1, false));
}

#[tokio::test]
async fn more_than_fifty_thousand_urls_are_refused_with_what_to_do() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (_, details) = draft_with_urls(&editor, &numbered(&app, 50_001)).await;
    let form = details.form("#details").set("split", "true");
    let refused = editor.submit(&form.press("do", "next")).await;
    assert_eq!(refused.status, 422);
    let alerts = refused.texts("[role=alert]").concat();
    assert!(alerts.contains("takes at most 50,000"), "{alerts}");
    assert!(refused.has("#live[data-next-disabled=true]"));
    assert!(sent(&app).is_empty());
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
    for part in ["#progress", "#checks"] {
        let asks = format!("{part}[hx-get]");
        assert!(page.has(&asks), "a colleague may resume it");
    }
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
async fn what_is_called_off_while_it_is_on_its_way_is_not_sent_again() {
    let app = TestApp::start().await;
    app.ips()
        .knobs(|knobs| knobs.instead = Some(Instead::Unavailable));
    hold(&app, true);
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 1_500).await;
    app.ips().wait_for_calls(1).await;
    let page = editor.get(&path).await;
    let cancel = page.form("form[action$=sending]").press("do", "cancel");
    editor.submit_and_follow(&cancel).await;
    hold(&app, false);
    let page = settled(&editor, &path).await;
    assert_eq!(page.count(".status.cancelled"), 2);
    app.clock.advance(Duration::from_hours(1));
    assert_eq!(sent(&app).len(), 1);
}

#[tokio::test]
async fn a_single_request_that_hangs_is_called_off_after_it() {
    let app = TestApp::start().await;
    app.ips()
        .knobs(|knobs| knobs.instead = Some(Instead::Unavailable));
    hold(&app, true);
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 1).await;
    app.ips().wait_for_calls(1).await;
    let page = editor.get(&path).await;
    assert!(page.has(".status.sending"), "{}", page.body);
    let note = page.text("#on-its-way");
    assert!(note.contains("cannot be called back"), "{note}");
    let cancel = page.form("form[action$=sending]").press("do", "cancel");
    let page = editor.submit_and_follow(&cancel).await;
    assert!(page.has(".status.sending"), "{}", page.body);
    assert!(!page.has("form[action$=sending]"), "it is called off");
    let note = page.text("#on-its-way");
    assert!(note.contains("is not sent"), "{note}");
    hold(&app, false);
    let page = settled(&editor, &path).await;
    assert!(page.has(".status.cancelled"), "{}", page.body);
    assert!(!page.has("#on-its-way"));
    assert_eq!(sent(&app).len(), 1);
}

#[tokio::test]
async fn what_waits_is_held_back_when_adobe_refuses_the_account_until_it_is_mended() {
    let app = TestApp::start().await;
    app.ips().knobs(|knobs| knobs.fault = Some(10_001));
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 2_500).await;
    let page = settled(&editor, &path).await;
    assert_eq!(sent(&app).len(), 1, "a wrong password is not repeated");
    assert_eq!(page.count(".status.paused"), 2);
    let sentence = standing(&page);
    assert!(
        sentence.starts_with("Paused: Adobe did not accept the account")
            && sentence.contains("An administrator can mend the connection"),
        "{sentence}"
    );
    let second = page.attributes(".table a", "href").remove(1);
    let urls = editor.get(second.split('#').next().unwrap()).await;
    let events = urls.text(".event-list");
    assert!(
        events.ends_with("Paused: Adobe did not accept the account"),
        "{events}"
    );

    app.ips().knobs(|knobs| knobs.fault = None);
    let resume = page.form("form[action$=sending]").press("do", "resume");
    editor.submit_and_follow(&resume).await;
    let page = settled(&editor, &path).await;
    assert_eq!(page.count(".status.accepted"), 2);
    assert_eq!(sent(&app).len(), 3);
}

#[tokio::test]
async fn a_refusal_of_the_account_before_holds_nothing_back_once_it_is_mended() {
    let app = TestApp::start().await;
    connect(&app, "forgotten").await;
    hold(&app, true);
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 1_500).await;
    app.ips().wait_for_calls(1).await;
    connect(&app, sandbox::ACCOUNT.1).await;
    hold(&app, false);
    let page = settled(&editor, &path).await;
    assert_eq!(page.count(".status.accepted"), 2, "{}", page.body);
    let events = page.text(".event-list");
    assert!(events.contains("the account was changed"), "{events}");
}

/// Changes the password of the company's account here.
async fn connect(app: &TestApp, password: &str) {
    let (store, vault, company) = (&app.app.store, &app.app.vault, app.company().await.id);
    let endpoint = Endpoint::parse(app.sandbox.ips_url()).unwrap();
    let (email, password) = (sandbox::ACCOUNT.0, password.to_owned().into());
    let connected = connection::connect(store, vault, company, &endpoint, email, &password);
    connected.await.unwrap();
}

#[tokio::test]
async fn the_table_of_requests_keeps_the_page_of_what_was_looked_at() {
    let app = TestApp::start().await;
    hold(&app, true);
    let editor = app.editor().await;
    let path = submitted(&app, &editor, 1_500).await;
    app.ips().wait_for_calls(1).await;
    let page = editor.get(&format!("{path}?checks=2")).await;
    let asked = page.attributes("#progress", "hx-get").remove(0);
    assert!(asked.ends_with("?checks=2"), "{asked}");
    let request = editor.request(reqwest::Method::GET, &asked);
    let part = editor.send(request.header("hx-request", "true")).await;
    for link in part.attributes(".table a", "href") {
        assert!(link.ends_with("&checks=2#urls"), "{link}");
    }
    hold(&app, false);
    settled(&editor, &path).await;
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

#[tokio::test]
async fn what_waits_counts_for_the_warning_which_a_refused_page_has_too() {
    let app = with_dispatch(DispatchConfig {
        daily: 3,
        ..DISPATCH
    })
    .await;
    hold(&app, true);
    let editor = app.editor().await;
    submitted(&app, &editor, 2_500).await;
    app.ips().wait_for_calls(1).await;

    let (_, details) = draft_with_urls(&editor, &numbered(&app, 2)).await;
    let confirm = next(&editor, &details).await;
    let warning = confirm.text(".notice.warns");
    for part in [
        "has made 1 request for",
        "2 more are submitted",
        "it would be 4",
    ] {
        assert!(warning.contains(part), "{part}: {warning}");
    }
    let stale = confirm.form("#confirm").set("revision", &"0".repeat(64));
    let refused = editor.submit(&stale.press("do", "submit")).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.texts(".notice.warns"), [warning]);
    hold(&app, false);
}
