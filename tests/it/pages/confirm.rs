//! Confirm: what you confirm is what is sent, whatever other tabs do meanwhile.

use super::{
    COMPANY, draft_with_urls, listed, new_draft, next, numbered, pick, removed, sent, settled,
    submit,
};
use crate::support::app::TestApp;

#[tokio::test]
async fn a_list_that_changed_is_not_sent_and_comes_back_as_it_stands() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let details = pick(&editor, &draft, "spinset").await;
    let confirm = next(&editor, &details).await;

    app.change_template("<ID>?slipped=in").await;

    let answer = editor
        .submit(&confirm.form("#confirm").press("do", "submit"))
        .await;
    assert_eq!(answer.status, 409);
    assert!(
        answer
            .text(".notice.blocks strong")
            .contains("The list has changed since you saw it. Nothing was sent.")
    );
    assert_eq!(listed(&answer), [app.exact("spinset?slipped=in")]);
    assert_eq!(sent(&app), Vec::<Vec<String>>::new());

    let outcome = settled(&editor, &submit(&editor, &answer).await).await;
    assert!(outcome.has(".status.accepted"));
    assert_eq!(sent(&app), [[app.exact("spinset?slipped=in")]]);
}

#[tokio::test]
async fn another_tabs_removal_makes_this_one_stale() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (_, details) = draft_with_urls(&editor, &numbered(&app, 3)).await;
    let confirm = next(&editor, &details).await;
    let urls = listed(&confirm);
    let x = confirm.form("#confirm").press("take_out", &urls[1]);
    editor.submit(&x).await;
    let answer = editor
        .submit(&confirm.form("#confirm").press("do", "submit"))
        .await;
    assert_eq!(answer.status, 409);
    assert_eq!(listed(&answer), [&*urls[0], &urls[2]]);
    assert_eq!(sent(&app).len(), 0);
}

#[tokio::test]
async fn submit_pressed_twice_sends_once() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, details) = draft_with_urls(&editor, &numbered(&app, 2)).await;
    let confirm = next(&editor, &details).await;
    let form = confirm.form("#confirm").press("do", "submit");
    let (first, second) = tokio::join!(editor.submit(&form), editor.submit(&form));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    let refused = if first.status == 409 { first } else { second };
    assert_eq!(
        refused.text("h1"),
        "This invalidation was submitted already."
    );
    settled(&editor, &draft).await;
    let third = editor.submit(&form).await;
    assert_eq!(third.status, 409);
    assert_eq!(sent(&app).len(), 1);
}

#[tokio::test]
async fn removals_survive_back_and_next() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, details) = draft_with_urls(&editor, &numbered(&app, 3)).await;
    let confirm = next(&editor, &details).await;
    let urls = listed(&confirm);
    let x = confirm.form("#confirm").press("take_out", &urls[0]);
    let confirm = editor.submit_and_follow(&x).await;
    let back = editor
        .submit(&confirm.form("#confirm").press("do", "back"))
        .await;
    assert_eq!(back.location(), format!("{draft}/details"));
    let details = editor.get(&back.location()).await;
    let confirm = next(&editor, &details).await;
    assert_eq!(removed(&confirm), [&*urls[0]]);
    assert_eq!(listed(&confirm), urls[1..]);
}

#[tokio::test]
async fn with_everything_removed_nothing_is_sent() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (_, details) = draft_with_urls(&editor, &numbered(&app, 2)).await;
    let mut confirm = next(&editor, &details).await;
    for url in listed(&confirm) {
        let x = confirm.form("#confirm").press("take_out", &url);
        confirm = editor.submit_and_follow(&x).await;
    }
    let refused = editor
        .submit(&confirm.form("#confirm").press("do", "submit"))
        .await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.text(".notice.blocks strong"),
        "No URLs entered to be invalidated."
    );
    assert_eq!(sent(&app).len(), 0);

    let all = refused.form("#confirm").press("do", "put-all-back");
    let confirm = editor.submit_and_follow(&all).await;
    assert_eq!(listed(&confirm).len(), 2);
    assert_eq!(removed(&confirm).len(), 0);
}

#[tokio::test]
async fn while_a_url_blocks_nothing_is_sent_until_all_such_are_removed() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let good = app.exact("good");
    let urls = format!(
        "{good}\n{}/is/image/Other/a\nno address\n{good} b",
        app.sandbox.exact_url()
    );
    let (_, details) = draft_with_urls(&editor, &urls).await;
    let confirm = next(&editor, &details).await;
    assert_eq!(confirm.count(".url-row.is-blocking"), 3);
    assert_eq!(confirm.attributes("#list", "data-next-disabled"), ["true"]);
    let form = confirm.form("#confirm");
    let refused = editor.submit(&form.clone().press("do", "submit")).await;
    assert_eq!(refused.status, 422);
    assert_eq!(sent(&app).len(), 0);
    assert_eq!(
        refused.text("button[value=remove-blocking]"),
        "Remove all 3"
    );

    let confirm = editor
        .submit_and_follow(&form.press("do", "remove-blocking"))
        .await;
    assert_eq!(listed(&confirm), [&*good]);
    assert_eq!(removed(&confirm).len(), 3, "removed, and not dropped");
    settled(&editor, &submit(&editor, &confirm).await).await;
    assert_eq!(sent(&app), [[good]]);
}

#[tokio::test]
async fn on_a_base_host_urls_fold_and_unfold() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let full = [app.base("a?$PLP$"), app.base("a?wid=300")];
    let (_, details) = draft_with_urls(&editor, &full.join("\n")).await;
    let folded = next(&editor, &details).await;
    assert_eq!(listed(&folded), [app.base("a")]);
    assert_eq!(folded.texts("details.more .url-text"), full);
    assert_eq!(
        folded.text("details.more summary"),
        "also clears 2, as their base URL"
    );

    let origins = folded.text(".url-origins");
    assert_eq!(origins, "added by hand, lines 1–2");
    assert!(folded.body.find("id=\"list\"") < folded.body.find("id=\"note\""));
    let (_, details) = draft_with_urls(&editor, &app.base("a")).await;
    let alone = next(&editor, &details).await;
    assert!(!alone.has("button[value=fold], button[value=unfold]"));

    let unfold = folded.form("#confirm").press("do", "unfold");
    let unfolded = editor.submit_and_follow(&unfold).await;
    assert_eq!(listed(&unfolded), full);
    let fold = unfolded.form("#confirm").press("do", "fold");
    let folded = editor.submit_and_follow(&fold).await;
    settled(&editor, &submit(&editor, &folded).await).await;
    assert_eq!(sent(&app), [[app.base("a")]]);
}

#[tokio::test]
async fn a_long_list_comes_by_200_rows_and_is_sent_whole() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, details) = draft_with_urls(&editor, &numbered(&app, 450)).await;
    let first = next(&editor, &details).await;
    assert_eq!(listed(&first).len(), 200);
    assert_eq!(first.text("#list .counter strong"), "450 URLs");
    let last = editor.get(&format!("{draft}/confirm?page=3")).await;
    assert_eq!(listed(&last).len(), 50);
    assert_eq!(last.text(".pager span"), "Page 3 of 3");

    // An X on a later page stays on that page.
    let url = app.exact("n00449");
    let x = last.form("#confirm").press("take_out", &url);
    let last = editor.submit_and_follow(&x).await;
    assert_eq!(last.text(".pager span"), "Page 3 of 3");
    assert_eq!(listed(&last).len(), 49);
    assert!(last.text("#list .counter").contains("1 removed"));

    let outcome = settled(&editor, &submit(&editor, &last).await).await;
    assert_eq!(sent(&app).len(), 1);
    assert_eq!(sent(&app)[0].len(), 449);
    assert_eq!(outcome.count(".url-row"), 200);
    let more = editor.get(&outcome.attributes(".pager a", "href")[0]).await;
    assert!(more.texts(".url-text").contains(&app.exact("n00200")));

    for page in ["0", "4", "99999999"] {
        let answer = editor.get(&format!("{draft}/confirm?page={page}")).await;
        assert_eq!(
            answer.location(),
            draft,
            "a submitted one shows its outcome"
        );
    }
}

#[tokio::test]
async fn pages_that_are_none_show_the_nearest() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, _) = draft_with_urls(&editor, &numbered(&app, 201)).await;
    for (page, nearest) in [("0", 1), ("7", 2), ("18446744073709551615", 2)] {
        let answer = editor.get(&format!("{draft}/confirm?page={page}")).await;
        assert_eq!(answer.text(".pager span"), format!("Page {nearest} of 2"));
    }
}

#[tokio::test]
async fn for_htmx_an_x_answers_with_the_list_alone() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (_, details) = draft_with_urls(&editor, &numbered(&app, 3)).await;
    let confirm = next(&editor, &details).await;
    let urls = listed(&confirm);
    let part = editor
        .htmx(&confirm.form("#confirm").press("take_out", &urls[0]))
        .await;
    assert_eq!(part.status, 200);
    assert!(!part.body.contains("<html"));
    assert_eq!(listed(&part), urls[1..]);
    let before = confirm.form("#confirm");
    assert!(!part.body.contains(before.value("revision")), "a new list");
}

#[tokio::test]
async fn the_list_can_be_downloaded_as_text() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, details) = draft_with_urls(&editor, &numbered(&app, 3)).await;
    let confirm = next(&editor, &details).await;
    let expected = numbered(&app, 3);
    let path = confirm.attributes(".toolbar a[download]", "href").remove(0);
    let list = editor.get(&path).await;
    assert_eq!(list.body, expected);
    assert_eq!(list.header("content-type"), "text/plain; charset=utf-8");
    assert!(list.header("content-disposition").starts_with("attachment"));
    assert_eq!(confirm.textarea("#all-urls").trim(), expected.trim());

    let admin = app.admin().await;
    assert_eq!(
        admin.get(&path).await.status,
        404,
        "a draft is its author's"
    );
    settled(&editor, &submit(&editor, &confirm).await).await;
    assert_eq!(
        admin.get(&path).await.body,
        expected,
        "history is everybody's"
    );
    assert_eq!(path, format!("{draft}/urls.txt"));
}

#[tokio::test]
async fn a_removed_url_that_was_never_listed_changes_nothing() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (_, details) = draft_with_urls(&editor, &numbered(&app, 2)).await;
    let confirm = next(&editor, &details).await;
    for value in ["", "\0", "https://elsewhere.example/x"] {
        let form = confirm.form("#confirm").and("take_out", value);
        let after = editor.submit_and_follow(&form).await;
        assert_eq!(listed(&after), listed(&confirm), "{value:?}");
    }
    assert_eq!(editor.get(COMPANY).await.status, 200);
}
