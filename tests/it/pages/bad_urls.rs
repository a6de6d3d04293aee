//! *Find the bad URL* as people see it: from Adobe's refusal to the URL that caused it, and what could be sent without it.

use unstale::{
    config::DispatchConfig,
    sandbox::ips::{AnswerForm, Instead},
};

use super::{
    COMPANY, draft_with_urls, listed, next, numbered,
    sending::{hold, standing, submitted, with_dispatch},
    sent, settled, submit,
};
use crate::support::{
    app::{DISPATCH, TestApp},
    browser::{Answer, Browser},
};

/// Submits so many URLs of which those that hold the text are bad, without Adobe saying which.
async fn refused_of(app: &TestApp, editor: &Browser, urls: usize, text: &str) -> (String, Answer) {
    app.ips()
        .knobs(|knobs| knobs.refuse = Some(text.to_owned()));
    let path = submitted(app, editor, urls).await;
    let page = settled(editor, &path).await;
    assert!(page.has(".status.refused"), "{}", page.body);
    (path, page)
}

async fn refused_without_a_name(app: &TestApp, editor: &Browser, text: &str) -> (String, Answer) {
    refused_of(app, editor, 10, text).await
}

/// Presses *Find the bad URL*, or *Go on*, and waits for what comes of it.
async fn find(editor: &Browser, path: &str, page: &Answer) -> Answer {
    begin(editor, page).await;
    settled(editor, path).await
}

/// Presses *Find the bad URL*, or *Go on*.
pub(super) async fn begin(editor: &Browser, page: &Answer) {
    let form = page.form("form[action$=find-bad-url]");
    let batch = page
        .attributes("form[action$=find-bad-url] button", "value")
        .remove(0);
    editor.submit_and_follow(&form.press("batch", &batch)).await;
}

#[tokio::test]
async fn a_bad_url_that_adobe_does_not_name_is_found_and_the_good_ones_are_sent() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (path, page) = refused_without_a_name(&app, &editor, "n00006").await;
    assert!(
        page.body.contains("at most 12 requests"),
        "before it starts"
    );
    let page = find(&editor, &path, &page).await;
    assert!(page.has(".status.refused"));
    assert_eq!(
        page.text(".block .notice.blocks strong"),
        "Some URLs are not defined correctly. Correct and resubmit."
    );
    assert_eq!(
        standing(&page),
        "Adobe has accepted a part of it: 9 of 10 URLs. The rest did not go through. The first check comes in a moment."
    );
    let history = editor.get(&format!("{COMPANY}/invalidations")).await;
    let outcome = history.text("#results .outcome > :first-child");
    assert_eq!(outcome, "Partly accepted");
    let bad = app.exact("n00006");
    assert_eq!(page.text(".notice.blocks .url-text"), bad);
    assert!(!page.has("form[action$=find-bad-url]"), "nothing is left");

    let calls = app.ips().calls();
    assert!(calls.len() <= 13);
    assert_eq!(calls[1].urls.len(), 1, "first one that is surely good");
    let taken = calls.iter().filter(|call| call.fault.is_none());
    let mut taken: Vec<String> = taken.flat_map(|call| call.urls.clone()).collect();
    taken.sort_unstable();
    let good: String = numbered(&app, 10).replace(&format!("{bad}\n"), "");
    assert_eq!(taken.join("\n") + "\n", good, "each good one once");

    let batch = page
        .attributes("form[action$=resubmit] button", "value")
        .remove(0);
    let resubmit = page.form("form[action$=resubmit]").press("batch", &batch);
    let confirm = editor.submit_and_follow(&resubmit).await;
    assert_eq!(listed(&confirm), [bad], "what was sent is done with");
}

#[tokio::test]
async fn a_search_is_paused_while_a_part_of_it_is_on_its_way() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (path, page) = refused_without_a_name(&app, &editor, "n00006").await;
    hold(&app, true);
    begin(&editor, &page).await;
    app.ips().wait_for_calls(2).await;
    let mut page = editor.get(&path).await;
    assert!(page.has(".status.sending"), "{}", page.body);
    for (press, offered, told) in [
        ("pause", ["resume", "cancel"], "is paused"),
        ("resume", ["pause", "cancel"], "holds after this request"),
        ("pause", ["resume", "cancel"], "is paused"),
    ] {
        let form = page.form("form[action$=sending]").press("do", press);
        page = editor.submit_and_follow(&form).await;
        let buttons = page.attributes("form[action$=sending] button", "value");
        assert_eq!(buttons, offered);
        let note = page.text("#on-its-way");
        assert!(note.contains(told), "{note}");
    }
    hold(&app, false);
    let page = settled(&editor, &path).await;
    assert!(page.has(".status.paused"), "{}", page.body);
    assert_eq!(sent(&app).len(), 2, "the part on its way was the last");
}

#[tokio::test]
async fn the_record_and_the_exports_tell_what_a_search_found_and_sent() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    // Ten bad ones in a row, of forty.
    let (path, page) = refused_of(&app, &editor, 40, "n0001").await;
    let mut page = find(&editor, &path, &page).await;
    while page.has("form[action$=find-bad-url]") {
        page = find(&editor, &path, &page).await;
    }
    let handles: Vec<String> = app
        .ips()
        .calls()
        .iter()
        .zip(1..)
        .filter(|(call, _)| call.fault.is_none())
        .map(|(_, number)| format!("|{number}"))
        .collect();
    assert!(handles.len() > 1);

    let record = editor.get(&format!("{path}/record")).await;
    let (names, values) = (record.texts(".facts dt"), record.texts(".facts dd"));
    let fact = |name: &str| {
        let at = names.iter().position(|found| found == name);
        at.map(|at| values[at].as_str())
    };
    assert_eq!(fact("Named by Adobe"), None, "Adobe named none");
    let found = fact("Found by the search").unwrap();
    for bad in (10..15).map(|number| app.exact(&format!("n{number:05}"))) {
        assert!(found.contains(&bad), "{found}");
    }
    assert_eq!(found.matches("Invalid parameter").count(), 5, "{found}");
    assert!(found.contains("and 5 more"), "{found}");
    let told: Vec<&str> = fact("Adobe’s handles").unwrap().split(", ").collect();
    assert_eq!(told.len(), handles.len());
    assert_eq!(fact("Adobe’s estimate"), Some("5 seconds"));
    assert!(page.text(".notice.blocks").contains("and 5 more"));

    let history = format!("{COMPANY}/invalidations");
    let csv = editor.get(&format!("{history}/export.csv")).await;
    let mut reader = csv::Reader::from_reader(csv.body.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 40);
    let json = editor.get(&format!("{history}/export.json")).await;
    let json: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(json[0]["named_url"], serde_json::Value::Null);
    for (row, url) in rows.iter().zip(json[0]["urls"].as_array().unwrap()) {
        let cell = |name: &str| {
            let at = heads.iter().position(|head| head == name).unwrap();
            &row[at]
        };
        let is_bad = cell("url").contains("n0001");
        let (taken, reason) = if is_bad {
            ("no", "Invalid parameter")
        } else {
            ("yes", "")
        };
        assert_eq!((cell("taken"), cell("url_reason")), (taken, reason));
        assert_eq!(told.contains(&cell("adobe_handle")), !is_bad);
        assert_eq!(cell("estimated_seconds"), if is_bad { "" } else { "5" });
        assert_eq!((cell("failure"), cell("maybe_taken")), ("partial", "no"));
        assert_eq!(cell("url_taken_at").is_empty(), is_bad);
        for (name, column) in [("sent_at", "url_sent_at"), ("taken_at", "url_taken_at")] {
            assert_eq!(url[name].as_str().unwrap_or_default(), cell(column));
        }
        assert_eq!(url["url"], cell("url"));
        assert_eq!(url["taken"], taken);
        assert_eq!(url["reason"].as_str().unwrap_or_default(), reason);
        assert_eq!(
            url["adobe_handle"].as_str().unwrap_or_default(),
            cell("adobe_handle")
        );
    }

    let checks = page.texts(".check-row");
    let bad = checks.iter().find(|row| row.contains("n00010")).unwrap();
    assert!(bad.contains("Its purge did not go through"), "{bad}");
}

#[tokio::test]
async fn exports_tell_which_url_adobe_named_and_where_nobody_knows() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let exported = async || {
        let history = format!("{COMPANY}/invalidations");
        let json = editor.get(&format!("{history}/export.json")).await;
        let json: serde_json::Value = serde_json::from_str(&json.body).unwrap();
        json[0].clone()
    };
    app.ips().knobs(|knobs| knobs.answer = AnswerForm::Partial);
    settled(&editor, &submitted(&app, &editor, 3).await).await;
    let request = exported().await;
    assert_eq!(request["failure"], "partial");
    let named = app.exact("n00002");
    assert_eq!(request["named_url"], named);
    for url in request["urls"].as_array().unwrap() {
        let is_named = url["url"] == named;
        assert_eq!(url["reason"].is_string(), is_named);
        assert_eq!(url["taken"], if is_named { "no" } else { "yes" });
    }

    app.ips()
        .knobs(|knobs| knobs.instead = Some(Instead::Closed));
    settled(&editor, &submitted(&app, &editor, 1).await).await;
    let request = exported().await;
    assert_eq!(request["maybe_taken"], true);
    assert_eq!(request["urls"][0]["taken"], "unknown");
}

#[tokio::test]
async fn what_twelve_requests_did_not_find_is_told_and_the_search_goes_on() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    // Ten bad ones in a row, of forty.
    let (path, page) = refused_of(&app, &editor, 40, "n0001").await;
    let page = find(&editor, &path, &page).await;
    assert_eq!(sent(&app).len(), 1 + 12, "no more than was promised");
    let taken = || {
        let calls = app.ips().calls();
        let taken = calls.into_iter().filter(|call| call.fault.is_none());
        let mut taken: Vec<String> = taken.flat_map(|call| call.urls).collect();
        taken.sort_unstable();
        taken
    };
    let so_far = taken().len();
    let note = page.texts(".hint").join("\n");
    let urls = |count: usize| {
        if count == 1 {
            "1 URL".to_owned()
        } else {
            format!("{count} URLs")
        }
    };
    assert!(
        note.contains(&format!("After 12 requests: {} sent", urls(so_far))),
        "{note}"
    );
    assert!(note.contains(" left."), "{note}");
    assert_eq!(
        standing(&page),
        format!(
            "Adobe has accepted a part of it: {so_far} of 40 URLs. The rest did not go through. The first check comes in a \
             moment."
        )
    );
    let button = page.text("form[action$=find-bad-url] button");
    assert_eq!(button, "Go on");
    assert!(
        page.body.contains("at most 12 further requests"),
        "before it goes on"
    );

    let mut page = page;
    let mut presses = 0;
    while page.has("form[action$=find-bad-url]") {
        page = find(&editor, &path, &page).await;
        presses += 1;
        assert!(sent(&app).len() <= 1 + 12 * (presses + 1));
    }
    assert!(presses > 0);
    let good: Vec<String> = numbered(&app, 40)
        .lines()
        .filter(|url| !url.contains("n0001"))
        .map(str::to_owned)
        .collect();
    assert_eq!(taken(), good, "each good one once");
    assert_eq!(
        standing(&page),
        "Adobe has accepted a part of it: 30 of 40 URLs. The rest did not go through. The first check comes in a moment."
    );

    let batch = page
        .attributes("form[action$=resubmit] button", "value")
        .remove(0);
    let resubmit = page.form("form[action$=resubmit]").press("batch", &batch);
    let confirm = editor.submit_and_follow(&resubmit).await;
    assert_eq!(listed(&confirm).len(), 10, "the bad ones stay");
}

#[tokio::test]
async fn when_the_surely_good_url_is_refused_the_search_stops() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (path, page) = refused_without_a_name(&app, &editor, "n0").await;
    let page = find(&editor, &path, &page).await;
    assert_eq!(sent(&app).len(), 2);
    assert!(page.has(".status.failed"));
    assert!(
        page.body
            .contains("an administrator can check the connection")
    );
    assert!(!page.has("form[action$=find-bad-url]"));
    assert_eq!(standing(&page), "Nothing was cleared.");
    let checks = page.text("#checks");
    assert!(
        checks.contains("Adobe has cleared none of them"),
        "{checks}"
    );
}

#[tokio::test]
async fn a_search_goes_on_where_a_crash_left_it() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (path, page) = refused_without_a_name(&app, &editor, "n00008").await;
    hold(&app, true);
    let form = page.form("form[action$=find-bad-url]");
    let batch = page
        .attributes("form[action$=find-bad-url] button", "value")
        .remove(0);
    let page = editor.submit_and_follow(&form.press("batch", &batch)).await;
    app.ips().wait_for_calls(2).await;
    assert!(page.has("#progress[hx-get]"));
    let app = app.crash_and_restart().await;
    hold(&app, false);
    let page = settled(&app.editor().await, &path).await;
    assert_eq!(page.text(".notice.blocks .url-text"), app.exact("n00008"));
    let sent = sent(&app);
    assert_eq!(sent[1], sent[2], "the part that was on its way is repeated");
}

#[tokio::test]
async fn a_search_that_is_called_off_still_tells_why_and_offers_to_correct() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (path, page) = refused_without_a_name(&app, &editor, "n00008").await;
    let reason = page.texts(".notice.blocks .facts dd");
    hold(&app, true);
    let form = page.form("form[action$=find-bad-url]");
    let batch = page
        .attributes("form[action$=find-bad-url] button", "value")
        .remove(0);
    editor.submit_and_follow(&form.press("batch", &batch)).await;
    app.ips().wait_for_calls(2).await;
    // The button was there until the first request began.
    let sending = format!("{path}/sending");
    let cancelled = editor.post(&sending, &[("do", "cancel")]).await;
    assert_eq!(cancelled.status, 303);
    hold(&app, false);
    let page = settled(&editor, &path).await;
    assert!(page.has(".status.cancelled"), "{}", page.body);
    assert_eq!(page.texts(".notice.blocks .facts dd"), reason);
    let resubmit = page.form("form[action$=resubmit]").press("batch", &batch);
    let left = listed(&editor.submit_and_follow(&resubmit).await);
    let sent = sent(&app).remove(1);
    assert_eq!((sent.len(), left.len()), (1, 9));
    assert!(!left.contains(&sent[0]), "what was sent is done with");
}

#[tokio::test]
async fn only_a_refusal_that_names_no_url_can_be_searched() {
    let app = TestApp::start().await;
    app.stop_checking_roots().await;
    let editor = app.editor().await;
    let foreign = format!("{}/is/image/Other/z", app.sandbox.exact_url());
    let (draft, details) =
        draft_with_urls(&editor, &format!("{}\n{foreign}", app.exact("a"))).await;
    let confirm = next(&editor, &details).await;
    let page = settled(&editor, &submit(&editor, &confirm).await).await;
    assert!(page.has(".status.refused"));
    assert!(!page.has("form[action$=find-bad-url]"));
    let batch = page
        .attributes("form[action$=resubmit] button", "value")
        .remove(0);
    let answer = editor
        .post(&format!("{draft}/find-bad-url"), &[("batch", &batch)])
        .await;
    assert_eq!(answer.status, 303, "back to where things stand");
    assert_eq!(answer.location(), draft);
    assert_eq!(sent(&app).len(), 1);
}

#[tokio::test]
async fn what_is_no_fault_of_a_url_is_not_searched_for_one() {
    for fault in [10_001, 20_003, 50_000] {
        let app = TestApp::start().await;
        let editor = app.editor().await;
        app.ips().knobs(|knobs| knobs.fault = Some(fault));
        let path = submitted(&app, &editor, 10).await;
        let page = settled(&editor, &path).await;
        assert!(!page.has("form[action$=find-bad-url]"), "{fault}");
        let batch = page.attributes("form[action$=resubmit] button", "value");
        let find = format!("{path}/find-bad-url");
        editor.post(&find, &[("batch", &batch[0])]).await;
        settled(&editor, &path).await;
        assert_eq!(sent(&app).len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn a_search_is_warned_of_where_many_requests_were_made() {
    for (daily, warns) in [(12, true), (13, false)] {
        let app = with_dispatch(DispatchConfig { daily, ..DISPATCH }).await;
        let editor = app.editor().await;
        let (_, page) = refused_without_a_name(&app, &editor, "n00006").await;
        let notice = page.text(".notice.blocks:has(form)");
        assert!(notice.contains("Nothing was cleared."), "{notice}");
        assert_eq!(notice.contains("with the search it may be 13"), warns);
    }
}
