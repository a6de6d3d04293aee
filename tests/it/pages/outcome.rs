//! The outcome: Adobe's four errors word for word, and *Correct and resubmit*.

use unstale::{
    domain::AssetKey,
    sandbox::ips::{AnswerForm, Instead, Knobs},
};

use super::{
    COMPANY, draft_with_urls, listed, new_draft, next, numbered, pick, sent, settled, submit,
};
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser},
};

/// Submits three URLs; the outcome once it is final.
async fn outcome_of(app: &TestApp, browser: &Browser) -> Answer {
    let (_, details) = draft_with_urls(browser, &numbered(app, 3)).await;
    let confirm = next(browser, &details).await;
    settled(browser, &submit(browser, &confirm).await).await
}

async fn outcome_with(turn: impl FnOnce(&mut Knobs)) -> Answer {
    let app = TestApp::start().await;
    app.ips().knobs(turn);
    let editor = app.editor().await;
    let outcome = outcome_of(&app, &editor).await;
    assert!(!outcome.has(".status.accepted"), "{}", outcome.body);
    outcome
}

fn headline(outcome: &Answer) -> String {
    outcome.text(".block .notice.blocks strong")
}

#[tokio::test]
async fn a_refused_url_is_named_and_comes_first_when_it_is_corrected() {
    let app = TestApp::start().await;
    app.stop_checking_roots().await;
    let editor = app.editor().await;
    let foreign = format!("{}/is/image/Other/z?wid=1&hei=2", app.sandbox.exact_url());
    let good = app.exact("good");
    let (_, details) = draft_with_urls(&editor, &format!("{good}\n{foreign}")).await;
    let confirm = next(&editor, &details).await;
    let outcome = settled(&editor, &submit(&editor, &confirm).await).await;
    assert!(outcome.has(".status.refused"));
    assert_eq!(
        headline(&outcome),
        "Some URLs are not defined correctly. Correct and resubmit."
    );
    assert_eq!(outcome.text(".notice.blocks .url-text"), foreign);
    assert_eq!(outcome.texts(".facts dd")[1], "20006");

    let resubmit = outcome.form("form[action$=resubmit]");
    let batch = outcome.attributes("button[name=batch]", "value").remove(0);
    let confirm = editor
        .submit_and_follow(&resubmit.press("batch", &batch))
        .await;
    assert_eq!(listed(&confirm), [&*foreign, &good], "the named one on top");
    assert!(confirm.texts(".url-origins")[0].contains("Adobe named this one"));
    assert_eq!(sent(&app).len(), 1, "nothing is sent by itself");

    let x = confirm.form("#confirm").press("take_out", &foreign);
    let confirm = editor.submit_and_follow(&x).await;
    let outcome = settled(&editor, &submit(&editor, &confirm).await).await;
    assert!(outcome.has(".status.accepted"));
    assert_eq!(sent(&app)[1], [good]);
}

#[tokio::test]
async fn a_maintenance_page_is_a_failure() {
    let outcome = outcome_with(|knobs| knobs.instead = Some(Instead::Html)).await;
    assert!(outcome.has(".status.failed"));
    assert_eq!(headline(&outcome), "Failed to invalidate CDN cache.");
    assert!(!outcome.has(".block .notice iframe, .block .notice script"));
}

#[tokio::test]
async fn half_an_answer_none_and_a_closed_connection_are_failures() {
    for instead in [Instead::Truncated, Instead::Empty, Instead::Closed] {
        let outcome = outcome_with(|knobs| knobs.instead = Some(instead)).await;
        assert_eq!(headline(&outcome), "Failed to invalidate CDN cache.");
    }
}

#[tokio::test]
async fn an_account_without_permission_fails_and_says_who_can_mend_it() {
    for status in [200, 500] {
        let outcome = outcome_with(|knobs| {
            knobs.no_permission = true;
            knobs.fault_status = Some(status);
        })
        .await;
        assert_eq!(headline(&outcome), "Failed to invalidate CDN cache.");
        let notice = outcome.text(".block .notice.blocks");
        assert!(
            notice.contains("role of a company administrator"),
            "{notice}"
        );
        assert_eq!(outcome.texts(".facts dd")[1], "20003");
    }
}

#[tokio::test]
async fn a_part_that_adobe_refused_is_never_called_accepted() {
    let outcome = outcome_with(|knobs| knobs.answer = AnswerForm::Partial).await;
    assert!(headline(&outcome).starts_with("Some URLs are not defined correctly."));
}

#[tokio::test]
async fn the_other_documented_answers_are_accepted() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let turns: [fn(&mut Knobs); 2] = [
        |knobs| knobs.answer = AnswerForm::Counts,
        |knobs| knobs.soap12 = true,
    ];
    for turn in turns {
        app.ips().knobs(turn);
        let outcome = outcome_of(&app, &editor).await;
        assert!(outcome.has(".status.accepted"), "{}", outcome.body);
    }
}

#[tokio::test]
async fn without_a_publish_server_or_a_root_no_url_can_be_retrieved() {
    for change in [
        "update company set publish_server = null",
        "update company set root = null",
    ] {
        let app = TestApp::start().await;
        let editor = app.editor().await;
        let draft = new_draft(&editor).await;
        let before = pick(&editor, &draft, "spinset").await;
        let confirm = next(&editor, &before).await;
        app.execute(change).await;

        let details = editor.get(&format!("{draft}/details")).await;
        assert_eq!(
            details.count(".asset-list .asset-row"),
            1,
            "nothing is lost"
        );
        let refused = editor
            .submit(&details.form("#details").press("do", "next"))
            .await;
        assert_eq!(refused.status, 422);
        assert!(
            refused
                .text("#refused")
                .starts_with("Failed to retrieve URLs for selected assets.")
        );
        let late = editor
            .submit(&confirm.form("#confirm").press("do", "submit"))
            .await;
        let page = editor.open(&late.location()).await;
        assert!(
            page.body
                .contains("Failed to retrieve URLs for selected assets.")
        );
        assert_eq!(sent(&app).len(), 0);
        let tools = editor.get(COMPANY).await;
        assert!(tools.body.contains("This company is not ready."));
        assert_eq!(editor.get(&format!("{COMPANY}/template")).await.status, 200);
    }
}

#[tokio::test]
async fn without_an_account_at_adobe_no_url_can_be_retrieved() {
    let app = TestApp::start().await;
    app.execute("update company set handle = null").await;
    let editor = app.editor().await;
    let outcome = outcome_of(&app, &editor).await;
    assert_eq!(
        headline(&outcome),
        "Failed to retrieve URLs for selected assets."
    );
    assert_eq!(sent(&app).len(), 0);
}

#[tokio::test]
async fn the_outcome_follows_what_is_on_its_way() {
    let app = TestApp::start().await;
    app.ips().knobs(|knobs| knobs.hold = true);
    let editor = app.editor().await;
    let (_, details) = draft_with_urls(&editor, &numbered(&app, 3)).await;
    let confirm = next(&editor, &details).await;
    let path = submit(&editor, &confirm).await;
    app.ips().wait_for_calls(1).await;

    let page = editor.get(&path).await;
    assert!(page.has(".status.sending"), "{}", page.body);
    assert_eq!(
        page.text("#progress > .notice strong"),
        "On its way to Adobe."
    );
    assert!(
        page.has("noscript"),
        "a browser without JavaScript looks again"
    );
    assert_eq!(page.count(".url-row"), 3);

    app.ips().knobs(|knobs| knobs.hold = false);
    let page = settled(&editor, &path).await;
    assert!(page.has(".status.accepted"));
    assert!(!page.has("#progress[hx-get]"));
    let sentence = page.text("#progress > .notice strong");
    assert!(sentence.starts_with("Accepted by Adobe: 3 URLs."));
    assert!(!sentence.contains("live"), "{sentence}");
}

#[tokio::test]
async fn a_split_invalidation_is_sent_one_request_after_another() {
    let app = TestApp::start().await;
    app.ips().knobs(|knobs| knobs.hold = true);
    let editor = app.editor().await;
    let (_, details) = draft_with_urls(&editor, &numbered(&app, 1_500)).await;
    let form = details.form("#details").set("split", "true");
    let confirm = editor.submit_and_follow(&form.press("do", "next")).await;
    let path = submit(&editor, &confirm).await;
    assert_eq!(app.ips().wait_for_calls(1).await[0].urls.len(), 1_000);
    let page = editor.get(&path).await;
    assert_eq!(page.count(".status.sending"), 1);
    assert_eq!(page.count(".status.waiting"), 1, "one at a time");

    app.ips().knobs(|knobs| knobs.hold = false);
    let page = settled(&editor, &path).await;
    assert_eq!(page.count(".status.accepted"), 2);
    let sent = sent(&app);
    assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 500]);
    assert_eq!(sent.concat().join("\n") + "\n", numbered(&app, 1_500));
}

#[tokio::test]
async fn only_what_did_not_go_through_can_be_corrected() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, details) = draft_with_urls(&editor, &numbered(&app, 1)).await;
    let confirm = next(&editor, &details).await;
    let outcome = settled(&editor, &submit(&editor, &confirm).await).await;
    assert!(!outcome.has("form[action$=resubmit]"));
    let company = app.company().await.id;
    let id = draft.rsplit('/').next().unwrap().parse().unwrap();
    let accepted = app.app.store.batches(company, id).await.unwrap();
    let unknown = AssetKey::from_uuid(app.clock.new_uuid()).to_string();
    for batch in [accepted[0].id.to_string(), unknown] {
        let answer = editor
            .post(&format!("{draft}/resubmit"), &[("batch", &batch)])
            .await;
        assert_eq!(answer.status, 404);
    }
}

#[tokio::test]
async fn no_password_is_ever_shown() {
    let outcome = outcome_with(|knobs| knobs.no_permission = true).await;
    assert!(!outcome.body.contains(unstale::sandbox::ACCOUNT.1));
    assert!(!outcome.body.contains("fresh-pictures"));
}
