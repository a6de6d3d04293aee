//! Add Details: one form whose every button stores the whole of it, the limit of 1,000, and whatever people paste.

use reqwest::Method;

use super::{COMPANY, draft_with_urls, listed, new_draft, next, numbered, pick};
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser, Form},
};

async fn details(browser: &Browser, draft: &str) -> Answer {
    browser.get(&format!("{draft}/details")).await
}

/// The form of a new draft.
async fn new_form(browser: &Browser) -> (String, Form) {
    let draft = new_draft(browser).await;
    let form = details(browser, &draft).await.form("#details");
    (draft, form)
}

/// What is stored in Add URL.
async fn stored(browser: &Browser, draft: &str) -> String {
    details(browser, draft).await.textarea("#urls")
}

#[tokio::test]
async fn a_new_draft_takes_the_template_and_later_ones_the_last_choice() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (_, form) = new_form(&editor).await;
    assert!(form.has("template") && !form.has("presets"));
    assert!(!form.has("alias") || form.value("alias") == "true");
    let form = form.without("template").set("presets", "true");
    app.clock.advance(std::time::Duration::from_secs(1));
    editor.submit(&form.press("do", "count")).await;

    app.clock.advance(std::time::Duration::from_secs(1));
    let (_, form) = new_form(&editor).await;
    assert!(form.has("presets") && !form.has("template"));
}

#[tokio::test]
async fn every_button_stores_the_whole_form() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let text = app.exact("a");
    for (button, leads_to) in [
        ("count", "details"),
        ("add-assets", "assets"),
        ("next", "confirm"),
        ("cancel", "cancel"),
    ] {
        let (draft, form) = new_form(&editor).await;
        let form = form
            .without("template")
            .set("presets", "true")
            .set("which", "some")
            .without("preset")
            .and("preset", "PLP")
            .and("preset", "large")
            .without("fold")
            .set("urls", &text);
        let answer = editor.submit(&form.press("do", button)).await;
        assert_eq!(answer.location(), format!("{draft}/{leads_to}"));

        let form = details(&editor, &draft).await.form("#details");
        assert_eq!(form.value("urls"), text, "{button}");
        assert_eq!(form.value("which"), "some");
        assert!(form.has("presets") && !form.has("template") && !form.has("fold"));
        let without_one = form.clone().without("presets");
        assert!(!without_one.has("presets") && without_one.has("preset"));
    }
}

#[tokio::test]
async fn an_x_beside_an_asset_takes_it_away_and_stores_the_rest() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    pick(&editor, &draft, "backpack").await;
    let page = pick(&editor, &draft, "spinset").await;
    assert_eq!(page.count(".asset-list .asset-row"), 2);

    let key = page
        .attributes("button[name=remove_asset]", "value")
        .remove(0);
    let form = page.form("#details").set("urls", &app.exact("typed"));
    let page = editor
        .submit_and_follow(&form.press("remove_asset", &key))
        .await;
    assert_eq!(page.count(".asset-list .asset-row"), 1);
    assert!(page.text(".asset-name").starts_with("spinset"));
    assert_eq!(page.textarea("#urls"), app.exact("typed"));
}

#[tokio::test]
async fn an_x_beside_a_line_takes_it_away_and_leaves_the_others_as_they_are() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (a, b, c) = (app.exact("a"), app.exact("b"), app.exact("c"));
    let (draft, page) = draft_with_urls(&editor, &format!("{a}\n\n  {b}\n{c}")).await;
    assert_eq!(page.texts("#found .url-list .url-text"), [&*a, &*b, &*c]);
    let lines = page.attributes("button[name=remove_line]", "value");
    // The text has moved on since the page was made: the line is found by what it says.
    let moved = format!("{}\n{a}\n\n  {b}\n{c}", app.exact("new"));
    let form = page.form("#details").set("urls", &moved);
    editor
        .submit_and_follow(&form.press("remove_line", &lines[1]))
        .await;
    let rest = stored(&editor, &draft).await;
    assert_eq!(
        rest.split_whitespace().collect::<Vec<_>>(),
        [app.exact("new"), a, c]
    );
}

#[tokio::test]
async fn a_film_says_why_nothing_is_sent_and_offers_its_usual_urls() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let page = pick(&editor, &draft, "size-guide").await;
    let form = page.form("#details").without("template");
    let page = editor.submit_and_follow(&form.press("do", "count")).await;
    assert!(page.text(".asset-name").contains("for images only"));
    let form = page.form("#details");
    let key = page.attributes("button[name=add_usual]", "value").remove(0);
    let page = editor
        .submit_and_follow(&form.press("add_usual", &key))
        .await;
    let added = page.textarea("#urls");
    assert!(
        added.contains("/is/content/dms7snapshot/size-guide"),
        "{added}"
    );
    let confirm = next(&editor, &page).await;
    assert_eq!(listed(&confirm).len(), added.lines().count());
}

#[tokio::test]
async fn a_problem_that_can_be_mended_is_mended_in_its_line() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (a, bad) = (app.exact("a"), app.exact("b?x=1&amp;y=2"));
    let good = app.exact("b?x=1&y=2");
    let (draft, page) = draft_with_urls(&editor, &format!("{bad}\n{a}")).await;
    let form = page.form("#details");
    let mend = page.attributes("button[name=mend_line]", "value").remove(0);
    // The text has moved on since the page was made: the line is found by what it says.
    let form = form.set("urls", &format!("{}\n{a}\n{bad}", app.exact("new")));
    editor
        .submit_and_follow(&form.press("mend_line", &mend))
        .await;
    let rest = stored(&editor, &draft).await;
    let mut lines: Vec<_> = rest.split_whitespace().collect();
    lines.sort_unstable();
    assert_eq!(lines, [a, good, app.exact("new")]);
}

#[tokio::test]
async fn which_hosts_are_shared_is_the_administrators_list() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let url = format!("{}/no/service/x.js", app.sandbox.exact_url());
    let company = app.company().await.id;
    for (patterns, blocks) in [(None, false), (Some(r"^127\.0\.0\.1$"), true)] {
        let stored = app.app.store.set_generic_hosts(company, patterns).await;
        stored.unwrap();
        let (_, page) = draft_with_urls(&editor, &url).await;
        let said = page
            .body
            .contains("Dynamic Media delivers nothing under this path");
        assert_eq!(said, blocks, "{}", page.body);
    }
}

#[tokio::test]
async fn an_offered_spelling_becomes_one_more_line() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let page = pick(&editor, &draft, "salt+pepper").await;
    let offer = page.attributes("button[name=add_url]", "value");
    assert!(
        offer.iter().any(|urls| urls.contains("salt+pepper")),
        "{offer:?}"
    );
    let listed = page.texts(".problem-offer li");
    assert!(listed.len() > 1 && listed == offer[0].lines().collect::<Vec<_>>());
    let words = page.text(".problem-offer button");
    assert_eq!(words, format!("Add these {} URLs", listed.len()));
    let form = page.form("#details").press("add_url", &offer[0]);
    editor.submit_and_follow(&form).await;
    assert_eq!(stored(&editor, &draft).await.trim(), offer[0].trim());
}

#[tokio::test]
async fn a_thousand_urls_and_a_duplicate_go_on() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let urls = numbered(&app, 1_000) + app.exact("n00007").as_str();
    let (_, page) = draft_with_urls(&editor, &urls).await;
    assert_eq!(page.text("#live .counter strong"), "1,000 URLs");
    assert_eq!(page.attributes("#live", "data-next-disabled"), ["false"]);
    let confirm = next(&editor, &page).await;
    assert_eq!(confirm.text("#list .counter strong"), "1,000 URLs");
}

#[tokio::test]
async fn a_thousand_and_one_are_refused_with_everything_kept() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let urls = numbered(&app, 1_001);
    let (draft, form) = new_form(&editor).await;
    let form = form.without("template").set("urls", &urls);
    let refused = editor.submit(&form.press("do", "next")).await;
    assert_eq!(refused.status, 422);
    let sentence = refused.text("#refused");
    assert!(sentence.contains("1,001 URLs are 1 too many"), "{sentence}");
    assert_eq!(refused.attributes("#live", "data-next-disabled"), ["true"]);
    assert!(
        !refused.has("button[data-next][disabled]"),
        "without JavaScript it could never be pressed again"
    );
    assert_eq!(refused.textarea("#urls"), urls);
    assert_eq!(stored(&editor, &draft).await, urls);
    let confirm = editor.get(&format!("{draft}/confirm")).await;
    assert_eq!(confirm.location(), format!("{draft}/details"));

    let form = refused.form("#details");
    let split = form.set("split", "true").press("do", "next");
    let confirm = editor.submit_and_follow(&split).await;
    assert_eq!(confirm.text("#list .counter strong"), "1,001 URLs");
    assert!(confirm.text("#list .counter").contains("in 2 requests"));
}

#[tokio::test]
async fn why_next_is_refused_stands_above_a_long_selection() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let keys: Vec<String> = {
        let mut keys = Vec::new();
        for number in 0..30 {
            let asset = app.add_asset(&format!("long-{number:02}")).await;
            keys.push(asset.key.to_string());
        }
        keys
    };
    let mut fields: Vec<(&str, &str)> = keys.iter().map(|key| ("asset", &**key)).collect();
    fields.push(("do", "add"));
    let added = editor.post(&format!("{draft}/assets"), &fields).await;
    assert_eq!(added.location(), format!("{draft}/details#add-assets"));
    let page = details(&editor, &draft).await;
    assert!(page.has("button#add-assets"));
    let order = [
        "id=\"add-assets\"",
        "id=\"live\"",
        "Selected Assets",
        "Add URL</h2>",
    ];
    let places = order.map(|part| page.body.find(part).unwrap());
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(page.count(".asset-list .asset-row"), 20);
    let more = page.text(".asset-list + .hint");
    assert_eq!(more, "and 10 more. Show all selected");
}

#[tokio::test]
async fn what_the_template_adds_by_itself_is_said() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    app.change_template(&app.exact("always")).await;
    let (draft, form) = new_form(&editor).await;
    let part = editor.htmx(&form.clone().set("template", "true")).await;
    let counter = part.text("#live .counter");
    assert!(
        counter.contains("1 URL") && counter.contains("comes from the template"),
        "{counter}"
    );
    let chosen = form.set("template", "true").set("urls", &app.exact("a"));
    let part = editor.htmx(&chosen).await;
    assert!(!part.text("#live .counter").contains("comes from"));

    app.change_template("").await;
    let hint = details(&editor, &draft).await.texts(".block > .hint");
    assert!(
        hint.iter()
            .any(|hint| hint.contains("The template has no lines yet.")),
        "{hint:?}"
    );
}

#[tokio::test]
async fn lines_are_counted_after_folding() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let urls: String = (0..1_001)
        .map(|width| app.base(&format!("a?wid={width}\n")))
        .collect();
    let (draft, page) = draft_with_urls(&editor, &urls).await;
    assert_eq!(page.text("#live .counter strong"), "1 URL");
    let confirm = next(&editor, &page).await;
    assert_eq!(listed(&confirm), [app.base("a")]);
    assert_eq!(
        confirm.text("details.more summary"),
        "also clears 1001, as their base URL"
    );
    assert_eq!(confirm.count("details.more li"), 6, "five and the rest");

    let page = details(&editor, &draft).await;
    let full = page.form("#details").without("fold").press("do", "next");
    assert_eq!(editor.submit(&full).await.status, 422);
}

#[tokio::test]
async fn next_with_nothing_selected_says_what_to_do() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (_, form) = new_form(&editor).await;
    let form = form.without("template").press("do", "next");
    let refused = editor.submit(&form).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text("#refused")
            .contains("Nothing is selected yet.")
    );
}

#[tokio::test]
async fn the_live_part_counts_and_stores_nothing() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, form) = new_form(&editor).await;
    let typed = form.without("template").set("urls", &numbered(&app, 3));
    let part = editor.htmx(&typed).await;
    assert_eq!(part.status, 200);
    assert!(!part.body.contains("<html"));
    assert_eq!(part.text("#live .counter strong"), "3 URLs");
    assert_eq!(stored(&editor, &draft).await, "");

    let many = typed.set("urls", &numbered(&app, 1_001));
    let part = editor.htmx(&many).await;
    assert_eq!(part.attributes("#live", "data-next-disabled"), ["true"]);
    assert!(part.has("#live input[name=split]"));
    let lines = part.count("#found[hx-swap-oob] .url-list .url-row");
    assert_eq!(lines, 200, "the lines come beside it");
    assert_eq!(stored(&editor, &draft).await, "");
}

#[tokio::test]
async fn of_two_tabs_the_slower_one_is_told_and_loses_nothing() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, form) = new_form(&editor).await;
    let form = form.without("template");
    let (quick, slow) = (app.exact("quick"), app.exact("slow"));
    let first = form.clone().set("urls", &quick).press("do", "count");
    editor.submit_and_follow(&first).await;

    let conflict = editor
        .submit(&form.set("urls", &slow).press("do", "next"))
        .await;
    assert_eq!(conflict.status, 409);
    assert!(conflict.text("#refused").contains("changed meanwhile"));
    assert_eq!(conflict.textarea("#urls"), slow, "it is still on the page");
    assert_eq!(
        stored(&editor, &draft).await,
        quick,
        "and overwrites nothing"
    );

    let again = conflict.form("#details").press("do", "count");
    editor.submit_and_follow(&again).await;
    assert_eq!(stored(&editor, &draft).await, slow);
}

#[tokio::test]
async fn in_a_tab_that_is_behind_an_x_removes_nothing() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let behind = pick(&editor, &draft, "spinset").await.form("#details");
    pick(&editor, &draft, "backpack").await;
    let x = details(&editor, &draft).await;
    let key = x.attributes("button[name=remove_asset]", "value").remove(0);
    let conflict = editor.submit(&behind.and("remove_asset", &key)).await;
    assert_eq!(conflict.status, 409);
    let page = details(&editor, &draft).await;
    assert_eq!(page.count(".asset-list .asset-row"), 2);
}

#[tokio::test]
async fn text_that_cannot_be_read_is_refused_and_stays_on_the_page() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, form) = new_form(&editor).await;
    let start = format!("version={}&do=next&urls=", form.value("version"));
    for bytes in [&b"a%00b"[..], b"a%FFb", b"a\xffb", b"a%ED%A0%80b"] {
        let body = [start.as_bytes(), bytes].concat();
        let path = format!("{draft}/details");
        let answer = editor.post_body(&path, body).await;
        assert_eq!(answer.status, 422, "{bytes:?}");
        assert!(answer.text("#refused").contains("cannot be read"));
        let shown = answer.textarea("#urls");
        assert!(
            shown.starts_with("a\u{fffd}") && shown.ends_with('b'),
            "{shown:?}"
        );
        assert_eq!(stored(&editor, &draft).await, "");
    }
}

#[tokio::test]
async fn a_nul_in_a_field_other_than_the_text_breaks_nothing() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    for (name, value) in [
        ("preset", "a\0b"),
        ("add_url", "http://h/a\0b"),
        (
            "mend_line",
            "{\"line\":\"a\",\"by\":\"http://h/a\\u0000b\"}",
        ),
        ("mend_line", "\0"),
        ("which", "\0"),
    ] {
        let (draft, form) = new_form(&editor).await;
        let form = form.set("which", "some").and(name, value);
        let status = editor.submit(&form).await.status;
        assert!(!status.is_server_error(), "{name}: {status}");
        assert_eq!(details(&editor, &draft).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn lone_carriage_returns_and_a_byte_order_mark_are_no_part_of_a_url() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (a, b, c) = (app.exact("a"), app.exact("b"), app.exact("c"));
    let (draft, form) = new_form(&editor).await;
    let fields = [
        ("version", form.value("version")),
        ("urls", &format!("\u{feff}{a}\r{b}\r\n{c}")),
        ("do", "next"),
    ];
    let answer = editor.post(&format!("{draft}/details"), &fields).await;
    let confirm = editor.open(&answer.location()).await;
    assert_eq!(listed(&confirm), [a, b, c]);
}

#[tokio::test]
async fn a_url_of_100000_characters_goes_its_way() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let long = app.exact(&"x".repeat(100_000));
    let (_, page) = draft_with_urls(&editor, &long).await;
    assert_eq!(page.textarea("#urls"), long);
    let confirm = next(&editor, &page).await;
    assert_eq!(listed(&confirm), [&*long]);
    let again = confirm.form("#confirm").press("take_out", &long);
    let confirm = editor.submit_and_follow(&again).await;
    assert_eq!(confirm.texts(".url-row.is-removed .url-text"), [long]);
}

#[tokio::test]
async fn far_too_many_urls_are_not_even_formed() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let text = "x\n".repeat(500_001);
    let (draft, page) = draft_with_urls(&editor, &text).await;
    assert!(page.text("#live").contains("too many"), "said at once");
    let answer = editor
        .submit(&page.form("#details").press("do", "next"))
        .await;
    assert_eq!(answer.status, 422);
    assert_eq!(stored(&editor, &draft).await.lines().count(), 500_001);
}

#[tokio::test]
async fn markup_and_template_syntax_are_text() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let nasty = "{{7*7}}<script>alert(1)</script>{% if %}\"'&amp;";
    app.add_asset(nasty).await;
    let draft = new_draft(&editor).await;
    let page = pick(&editor, &draft, nasty).await;
    assert!(page.text(".asset-name").starts_with(nasty));
    let url = app.exact(&format!("{nasty}</textarea><img/src=x>"));
    let form = page.form("#details").set("urls", &url);
    let page = editor.submit_and_follow(&form.press("do", "count")).await;
    assert_eq!(page.textarea("#urls"), url);
    assert_eq!(page.texts("#found .url-text"), [&*url]);
    let picker = editor.get(&format!("{draft}/assets?q=%3Cscript%3E")).await;
    assert_eq!(picker.attributes("#q", "value"), ["<script>"]);
    let confirm = next(&editor, &page).await;
    assert!(listed(&confirm).contains(&url));
    let tools = editor.get(COMPANY).await;
    for page in [page, picker, confirm, tools] {
        assert_eq!(page.count("script:not([src])"), 0);
        assert!(!page.has("img[src=x]"));
        assert!(!page.body.contains("49<"));
    }
}

#[tokio::test]
async fn five_megabytes_are_taken_here() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let line = app.exact(&format!("{}\n", "y".repeat(1_000)));
    let urls = line.repeat(5_000_000 / line.len());
    let (draft, form) = new_form(&editor).await;
    let form = form.without("template").set("urls", &urls);
    let answer = editor.submit(&form.press("do", "count")).await;
    assert_eq!(answer.status, 303);
    assert_eq!(stored(&editor, &draft).await, urls);
}

#[tokio::test]
async fn seventeen_megabytes_are_too_many_here() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, form) = new_form(&editor).await;
    let form = form.set("urls", &"y".repeat(17_000_000));
    let answer = editor.submit(&form.press("do", "count")).await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.text("h1"), "This is more than the page can take.");
    assert_eq!(stored(&editor, &draft).await, "");
}

#[tokio::test]
async fn two_megabytes_are_too_many_elsewhere() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let draft = new_draft(&admin).await;
    let big = "z".repeat(2_000_000);
    for path in [
        format!("{COMPANY}/template"),
        format!("{draft}/confirm"),
        format!("{draft}/assets"),
        "/sign-in".to_owned(),
    ] {
        let fields = [("template", &*big), ("revision", &big), ("email", &big)];
        let answer = admin.post(&path, &fields).await;
        assert_eq!(answer.status, 413, "{path}");
        assert_eq!(answer.text("h1"), "This is more than the page can take.");
    }
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused_with_a_page() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, _) = new_form(&editor).await;
    let path = format!("{draft}/details");
    for body in [
        "",
        "version=x",
        "version=1&version=2",
        "version=1&do=fly",
        "%%%",
    ] {
        let answer = editor.post_body(&path, body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.text("h1"), "This form could not be read.");
    }
    let json = editor
        .request(Method::POST, &path)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json")
        .body("{\"version\":1}");
    assert_eq!(editor.send(json).await.status, 400);
}
