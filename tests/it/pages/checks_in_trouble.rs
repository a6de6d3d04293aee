//! Checks where sending does not go straight on: after a crash, much later, or when Adobe takes a part only.

use std::time::Duration;

use unstale::{
    domain::{CheckSettings, LookKind, PurgeScope, Verdict},
    sandbox::ips::AnswerForm,
};

use super::{
    bad_urls::begin,
    checks::{PATIENCE, Stage, checks, invalidation, judged, looked_at_all},
    draft_with_urls, next,
    sending::hold,
    settled, submit,
};
use crate::support::app::{Start, TestApp};

#[tokio::test]
async fn a_crash_while_urls_are_looked_at_before_the_purge_does_not_cost_their_verdict() {
    let stage = Stage::start(false).await;
    stage.publish();
    stage.edge().switch(|switches| switches.hold = true);
    let (_, details) = draft_with_urls(&stage.editor, &stage.url).await;
    let confirm = next(&stage.editor, &details).await;
    let path = submit(&stage.editor, &confirm).await;
    let (company, id) = (stage.app.company().await.id, invalidation(&path));
    let store = &stage.app.app.store;
    // Whether it has begun or is about to: it is begun, and nothing is stored.
    let begun = store.begin_checks(company, id, stage.app.clock.now());
    assert!(begun.await.unwrap());
    assert!(stage.app.ips().calls().is_empty());
    let app = stage.app.crash_and_restart().await;
    let edge = app.sandbox.edge(PurgeScope::Exact);
    edge.switch(|switches| switches.hold = false);
    let editor = app.editor().await;
    settled(&editor, &path).await;
    judged(&app, &editor, &path).await;
    let check = checks(&app, &path).await.remove(0);
    assert_eq!(check.verdict, Some(Verdict::Live));
    let looks = app.app.store.looks(company, check.id).await.unwrap();
    let before = looks.iter().find(|look| look.kind == LookKind::Before);
    assert!(before.unwrap().look.is_ok());
}

/// Waits until it was put off because of the database.
async fn nothing_was_sent(stage: &Stage, path: &str) {
    let postponed = async {
        while !stage
            .editor
            .get(path)
            .await
            .text(".event-list")
            .contains("Put off; nothing was cleared")
        {}
    };
    tokio::time::timeout(PATIENCE, postponed).await.unwrap();
    assert!(stage.app.ips().calls().is_empty());
}

#[tokio::test]
async fn nothing_is_sent_before_the_look_before_is_stored() {
    let stage = Stage::start(false).await;
    stage.publish();
    let app = &stage.app;
    app.execute(
        "create trigger away before insert on url_check begin select raise(abort, 'away'); end",
    )
    .await;
    let (_, details) = draft_with_urls(&stage.editor, &stage.url).await;
    let confirm = next(&stage.editor, &details).await;
    let path = submit(&stage.editor, &confirm).await;
    nothing_was_sent(&stage, &path).await;
    app.execute("drop trigger away").await;
    app.clock.advance(Duration::from_mins(1));
    settled(&stage.editor, &path).await;
    judged(app, &stage.editor, &path).await;
    let check = checks(app, &path).await.remove(0);
    assert_eq!(check.verdict, Some(Verdict::Live), "there is a look before");
    assert_eq!(check.doubt, None);
}

#[tokio::test]
async fn asking_before_anything_was_sent_costs_no_look_before() {
    let stage = Stage::start(false).await;
    stage.publish();
    stage.app.ips().knobs(|knobs| knobs.hold = true);
    let (_, details) = draft_with_urls(&stage.editor, &stage.app.exact("backpack")).await;
    let confirm = next(&stage.editor, &details).await;
    let first = submit(&stage.editor, &confirm).await;
    stage.app.ips().wait_for_calls(1).await;
    let (_, details) = draft_with_urls(&stage.editor, &stage.url).await;
    let confirm = next(&stage.editor, &details).await;
    let path = submit(&stage.editor, &confirm).await;
    let other = stage.app.exact("spinset?wid=77");
    let asked = [("url", other.as_str())];
    let still_old = format!("{path}/still-old");
    let answer = stage.editor.post(&still_old, &asked).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text("[role=alert]").contains("Come back"));
    stage.app.ips().knobs(|knobs| knobs.hold = false);
    settled(&stage.editor, &first).await;
    settled(&stage.editor, &path).await;
    judged(&stage.app, &stage.editor, &path).await;
    let check = checks(&stage.app, &path).await.remove(0);
    assert_eq!(check.url, stage.url);
    assert_eq!((check.verdict, check.doubt), (Some(Verdict::Live), None));
}

#[tokio::test]
async fn asking_while_the_look_before_is_put_off_costs_none_either() {
    let stage = Stage::start(false).await;
    stage.publish();
    let app = &stage.app;
    app.execute(
        "create trigger away before insert on check_run begin select raise(abort, 'away'); end",
    )
    .await;
    let (_, details) = draft_with_urls(&stage.editor, &stage.url).await;
    let confirm = next(&stage.editor, &details).await;
    let path = submit(&stage.editor, &confirm).await;
    nothing_was_sent(&stage, &path).await;
    let other = app.exact("spinset?wid=77");
    let asked = [("url", other.as_str())];
    let still_old = format!("{path}/still-old");
    assert_eq!(stage.editor.post(&still_old, &asked).await.status, 422);
    app.execute("drop trigger away").await;
    app.clock.advance(Duration::from_mins(1));
    settled(&stage.editor, &path).await;
    judged(app, &stage.editor, &path).await;
    let check = checks(app, &path).await.remove(0);
    assert_eq!(check.url, stage.url);
    assert_eq!((check.verdict, check.doubt), (Some(Verdict::Live), None));
}

#[tokio::test]
async fn a_sample_that_could_not_be_chosen_is_chosen_by_the_next_sweep() {
    let start = Start {
        checks: CheckSettings {
            allowed: Duration::ZERO,
            ..CheckSettings::default()
        },
        ..Start::default()
    };
    let app = TestApp::with(start).await;
    let url = app.exact("spinset?wid=300");
    let stage = Stage::with(app, url, PurgeScope::Exact, |_| {}).await;
    stage.publish();
    let path = stage.purge().await;
    let chosen = async { while checks(&stage.app, &path).await.is_empty() {} };
    tokio::time::timeout(PATIENCE, chosen).await.unwrap();
    // As if the process had ended between the answer and the choice.
    let undo = "delete from url_look; delete from url_check; update check_run set sampled = 0";
    stage.app.execute(undo).await;
    judged(&stage.app, &stage.editor, &path).await;
    let check = checks(&stage.app, &path).await.remove(0);
    assert_eq!(check.verdict, Some(Verdict::Live));
}

#[tokio::test]
async fn what_is_sent_long_after_the_look_before_is_looked_at_all_the_same() {
    let stage = Stage::start(false).await;
    stage.publish();
    stage.app.ips().knobs(|knobs| knobs.hold = true);
    let (_, details) = draft_with_urls(&stage.editor, &stage.url).await;
    let confirm = next(&stage.editor, &details).await;
    let path = submit(&stage.editor, &confirm).await;
    stage.app.ips().wait_for_calls(1).await;
    stage.app.clock.advance(Duration::from_hours(100));
    stage.app.ips().knobs(|knobs| knobs.hold = false);
    // By now nobody is signed in any more.
    let (company, id) = (stage.app.company().await.id, invalidation(&path));
    let verdict = async {
        // A clock that runs ahead of the requests would end one lease after the other.
        while !stage.app.app.store.batches(company, id).await.unwrap()[0]
            .state
            .is_final()
        {}
        loop {
            stage.app.clock.advance(Duration::from_secs(61));
            let check = checks(&stage.app, &path).await.remove(0);
            if check.verdict.is_some() {
                return check.verdict;
            }
        }
    };
    let verdict = tokio::time::timeout(PATIENCE, verdict).await.unwrap();
    assert_eq!(verdict, Some(Verdict::Live));
}

#[tokio::test]
async fn where_adobe_names_not_all_that_it_refused_nothing_is_called_cleared() {
    let stage = Stage::start(false).await;
    stage.publish();
    stage
        .app
        .ips()
        .knobs(|knobs| knobs.answer = AnswerForm::PartialOfTwo);
    let urls = ["zzy", "zzz"].map(|id| stage.app.exact(id)).join("\n");
    let (_, details) = draft_with_urls(&stage.editor, &format!("{}\n{urls}", stage.url)).await;
    let confirm = next(&stage.editor, &details).await;
    let path = submit(&stage.editor, &confirm).await;
    let page = settled(&stage.editor, &path).await;
    let sentence = page.text("#progress > .notice strong");
    assert!(
        sentence.starts_with("It is not certain what was cleared."),
        "{sentence}"
    );
    let checks = page.text("#checks");
    assert!(
        checks.contains("not known that Adobe has cleared any of them"),
        "{checks}"
    );
    let refusals = page.texts(".notice.blocks");
    assert!(
        refusals
            .iter()
            .any(|text| text.contains("took 1 and refused 2")),
        "{refusals:?}"
    );
    let asked = [("url", stage.url.as_str())];
    let still_old = format!("{path}/still-old");
    assert_eq!(stage.editor.post(&still_old, &asked).await.status, 303);
    let page = judged(&stage.app, &stage.editor, &path).await;
    let row = page.texts(".check-row").remove(0);
    assert!(
        row.contains("It is not known whether this invalidation cleared this address"),
        "{row}"
    );
    let history = stage
        .editor
        .get("/c/dms7snapshot/invalidations?asset=spinset")
        .await;
    let last = history.text("#last");
    assert!(last.starts_with("Last submitted "), "{last}");
}

#[tokio::test]
async fn what_a_held_back_search_has_sent_is_looked_at_and_known_to_be_cleared() {
    let stage = Stage::start(false).await;
    let (app, editor) = (&stage.app, &stage.editor);
    app.ips()
        .knobs(|knobs| knobs.refuse = Some("zz1".to_owned()));
    stage.publish();
    let urls = [stage.url.clone(), app.exact("zz1"), app.exact("zz2")];
    let (_, details) = draft_with_urls(editor, &urls.join("\n")).await;
    let path = submit(editor, &next(editor, &details).await).await;
    let page = settled(editor, &path).await;
    hold(app, true);
    begin(editor, &page).await;
    app.ips().wait_for_calls(2).await;
    let page = editor.get(&path).await;
    let pause = page.form("form[action$=sending]").press("do", "pause");
    editor.submit_and_follow(&pause).await;
    hold(app, false);
    let page = settled(editor, &path).await;
    assert!(page.has(".status.paused"), "{}", page.body);

    let answered = app.clock.now();
    let own = async || {
        let checks = checks(app, &path).await.into_iter();
        let mut checks = checks.filter(|check| check.url == stage.url);
        checks.next().unwrap()
    };
    let looked_at = async {
        while own().await.verdict.is_none() {
            app.clock.advance(Duration::from_secs(6));
            let _ = tokio::time::timeout(Duration::from_secs(2), looked_at_all(app, &path)).await;
        }
    };
    let looked_at = tokio::time::timeout(PATIENCE, looked_at).await;
    looked_at.expect("it does not wait for the rest");
    let check = own().await;
    assert_eq!(check.verdict, Some(Verdict::Live));
    assert_eq!(check.purged_at, Some(answered));
    let ask = async |url: &str| {
        let page = editor.get(&format!("{path}/still-old")).await;
        editor.submit(&page.form("main form").set("url", url)).await
    };
    assert_eq!(ask(&stage.url).await.status, 303);
    let refused = ask(&urls[2]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("[role=alert]").contains("not come to their"));

    app.clock.advance(Duration::from_hours(5));
    let cancel = page.form("form[action$=sending]").press("do", "cancel");
    editor.submit_and_follow(&cancel).await;
    assert_eq!(own().await.purged_at, Some(answered));
}

#[tokio::test]
async fn what_adobe_took_without_the_rest_is_looked_at_too() {
    let stage = Stage::start(false).await;
    stage.publish();
    stage
        .app
        .ips()
        .knobs(|knobs| knobs.answer = AnswerForm::Partial);
    let refused = stage.app.exact("zzz");
    let (_, details) = draft_with_urls(&stage.editor, &format!("{}\n{refused}", stage.url)).await;
    let confirm = next(&stage.editor, &details).await;
    let path = submit(&stage.editor, &confirm).await;
    settled(&stage.editor, &path).await;
    let looked = async {
        loop {
            stage.app.clock.advance(Duration::from_secs(61));
            let page = stage.editor.get(&path).await;
            if page.body.contains("Looked at 1 of 1: 1 live.") {
                return page;
            }
        }
    };
    let page = tokio::time::timeout(PATIENCE, looked).await.unwrap();
    assert!(page.has(".status.refused"));
    let ask = async |url: &str| {
        let answer = stage
            .editor
            .post(&format!("{path}/still-old"), &[("url", url)])
            .await;
        answer.status
    };
    assert_eq!(ask(&stage.url).await, 303);
    assert_eq!(ask(&refused).await, 303, "it can be looked at all the same");
    let page = judged(&stage.app, &stage.editor, &path).await;
    let rows = page.texts(".check-row");
    let row = rows.iter().find(|row| row.contains("zzz")).unwrap();
    assert!(row.contains("did not clear this address"), "{row}");
    assert!(row.contains("Put it into a new invalidation"));
}
