//! History: finding, reading and exporting what was submitted, and starting anew from it.

use std::{collections::HashMap, time::Duration};

use unstale::{
    clock::Timestamp,
    domain::{Company, CompanyId, PublishServer},
};

use super::{
    COMPANY, draft_with_urls, listed, new_draft, next, numbered, pick, sent, settled, submit,
};
use crate::support::{
    app::{Start, TestApp},
    browser::{Answer, Browser, encode},
};

const HISTORY: &str = "/c/dms7snapshot/invalidations";

/// Submits these URLs with this note; the address of the outcome, which is final.
async fn submitted(browser: &Browser, urls: &str, note: &str) -> String {
    let (_, details) = draft_with_urls(browser, urls).await;
    let confirm = next(browser, &details).await;
    let form = confirm.form("#confirm").set("note", note);
    let outcome = browser.submit(&form.press("do", "submit")).await.location();
    settled(browser, &outcome).await;
    outcome
}

async fn filtered(browser: &Browser, filters: &[(&str, &str)]) -> Answer {
    browser.get(&format!("{HISTORY}?{}", encode(filters))).await
}

fn notes(page: &Answer) -> Vec<String> {
    page.texts("#results tbody td[data-label=Why]")
}

#[tokio::test]
async fn everything_submitted_is_found_by_who_what_why_and_when() {
    let app = TestApp::start().await;
    let (editor, admin) = (app.editor().await, app.admin().await);
    let empty = editor.get(HISTORY).await;
    assert!(
        empty
            .text(".empty")
            .contains("Nothing has been invalidated yet.")
    );
    submitted(&editor, &app.exact("shoe?$p$"), "new sole").await;
    app.clock.advance(Duration::from_mins(1));
    submitted(&admin, &app.base("boot"), "<b>new</b> laces").await;

    let all = editor.open("/invalidations").await;
    assert_eq!(notes(&all), ["<b>new</b> laces", "new sole"]);
    let outcomes = all.texts("#results .outcome > :first-child");
    assert_eq!(outcomes, ["Accepted", "Accepted"]);
    let tools = editor.get(COMPANY).await;
    assert!(tools.has(&format!("main a[href='{HISTORY}']")));

    assert!(all.has("details:not([open]) #person"), "out of the way");
    let newest = filtered(&editor, &[("asset", "boot")]).await;
    assert!(newest.has("details:not([open]) #person"));
    let oldest = filtered(&editor, &[("order", "oldest")]).await;
    assert!(oldest.has("details[open] #person"));

    let people = all.attributes("#person option", "value");
    let admins = people[1].clone();
    let host = app.sandbox.exact_url();
    let later = "2999-01-01";
    let today = all.attributes("#results time", "datetime")[0][..10].to_owned();
    for (filters, expected) in [
        (vec![("person", admins.as_str())], vec!["<b>new</b> laces"]),
        (vec![("url", "SHOE?$P")], vec!["new sole"]),
        (vec![("url", "https"), ("how", "starts")], vec![]),
        (vec![("asset", "boot")], vec!["<b>new</b> laces"]),
        (vec![("host", host)], vec!["new sole"]),
        (
            vec![("state", "accepted"), ("order", "oldest")],
            vec!["new sole", "<b>new</b> laces"],
        ),
        // Both have one URL.
        (
            vec![("order", "fewest")],
            vec!["new sole", "<b>new</b> laces"],
        ),
        (vec![("state", "partly")], vec![]),
        (vec![("from", later)], vec![]),
        (vec![("to", "1999-01-01")], vec![]),
        (
            vec![
                ("from", "2020-01-01"),
                ("to", today.as_str()),
                ("url", "boot"),
            ],
            vec!["<b>new</b> laces"],
        ),
    ] {
        let page = filtered(&editor, &filters).await;
        assert_eq!(page.status, 200);
        assert_eq!(notes(&page), expected, "{filters:?}");
        assert_eq!(page.has(".empty"), expected.is_empty());
    }
}

#[tokio::test]
async fn htmx_gets_the_lines_and_an_address_to_share() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let query = encode(&[("url", "shoe"), ("how", ""), ("person", ""), ("from", "")]);
    let request = editor
        .request(reqwest::Method::GET, &format!("{HISTORY}?{query}"))
        .header("hx-request", "true");
    let answer = editor.send(request).await;
    assert!(answer.body.starts_with("<section"), "{}", answer.body);
    assert_eq!(
        answer.header("hx-replace-url"),
        format!("{HISTORY}?url=shoe")
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_with_a_sentence_and_what_was_typed() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    submitted(&editor, &app.exact("shoe"), "").await;
    for (name, value) in [
        ("url", "ab"),
        ("from", "yesterday"),
        ("to", "-1"),
        ("person", "' or 1=1"),
        ("state", "live"),
        ("verdict", "accepted"),
        ("after", "-7"),
        ("after", "99999999999999999999"),
    ] {
        let page = filtered(&editor, &[(name, value)]).await;
        assert_eq!(page.status, 422, "{name}={value}");
        assert!(page.has("#results .notice.blocks"));
        assert!(!page.has("#results table"));
        let export = format!("{HISTORY}/export.csv?{}", encode(&[(name, value)]));
        let answer = editor.get(&export).await;
        assert_eq!(
            answer.status,
            if name == "after" { 200 } else { 303 },
            "{export}"
        );
    }
    let page = filtered(
        &editor,
        &[("from", "yesterday"), ("url", "\"'<\u{202e}👟\\%_")],
    )
    .await;
    assert_eq!(page.attributes("#url", "value"), ["\"'<\u{202e}👟\\%_"]);
    for url in [
        "%_%",
        "\\\\\\",
        "\" OR \"",
        "a* NEAR(b)",
        "👟",
        "\u{202e}שלום",
        "'; drop table x",
    ] {
        let page = filtered(&editor, &[("url", url), ("asset", url), ("host", url)]).await;
        assert_eq!(page.status, 200, "{url}");
        assert!(page.has(".empty"), "{url}");
    }
    let page = filtered(&editor, &[("after", "9223372036854775807.1")]).await;
    assert_eq!(page.count("#results tbody tr"), 1);
    let nobody = "00000000-0000-0000-0000-000000000000";
    assert!(filtered(&editor, &[("person", nobody)]).await.has(".empty"));
}

#[tokio::test]
async fn a_long_history_goes_on_page_by_page() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let first = submitted(&editor, &app.exact("shoe"), "first").await;
    for _ in 0..51 {
        let again = editor.post(&format!("{first}/again"), &[]).await.location();
        submit(&editor, &editor.get(&again).await).await;
    }
    let page = filtered(&editor, &[("url", "shoe")]).await;
    assert_eq!(page.count("#results tbody tr"), 50);
    let next = page.attributes(".pager a", "href").remove(0);
    let page = editor.get(&next).await;
    assert_eq!(notes(&page), ["–", "first"]);
    assert_eq!(page.texts(".pager a"), ["First page"]);
}

#[tokio::test]
async fn the_record_tells_all_about_an_invalidation() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let details = pick(&editor, &draft, "spinset").await;
    let form = details.form("#details").set("urls", &app.exact("typed"));
    let details = editor.submit_and_follow(&form.press("do", "count")).await;
    let confirm = next(&editor, &details).await;
    let count = listed(&confirm).len();
    let form = confirm.form("#confirm").set("note", "  spring sale  ");
    let outcome = editor.submit(&form.press("do", "submit")).await.location();
    let page = settled(&editor, &outcome).await;
    let record = page.attributes(".page-actions a", "href").remove(0);

    let record = editor.get(&record).await;
    let facts = record.texts(".facts dd");
    assert!(
        facts.contains(&"editor@example.com".to_owned()),
        "{facts:?}"
    );
    assert!(facts.contains(&"spring sale".to_owned()));
    assert!(facts.contains(&"Version 1".to_owned()));
    assert!(facts.contains(&"1: spinset".to_owned()));
    assert!(
        facts
            .iter()
            .any(|fact| fact.starts_with("Based on template"))
    );
    assert!(
        record
            .text("section section h3")
            .contains(&format!("{count} URLs"))
    );
    let origins = record.texts("summary");
    assert_eq!(origins.last().unwrap(), "Added by hand: 1 URL");
    assert!(origins[0].starts_with("Template line 1: "), "{origins:?}");
}

#[tokio::test]
async fn the_record_and_the_exports_tell_which_presets_were_chosen_and_what_adobe_answered() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let form = pick(&editor, &draft, "spinset").await.form("#details");
    let form = form
        .without("template")
        .set("presets", "true")
        .set("which", "some")
        .without("preset")
        .and("preset", "PLP")
        .and("preset", "large");
    let details = editor.submit_and_follow(&form.press("do", "count")).await;
    let outcome = submit(&editor, &next(&editor, &details).await).await;
    settled(&editor, &outcome).await;
    app.ips().knobs(|knobs| knobs.no_permission = true);
    let failed = submitted(&editor, &app.exact("boot"), "").await;

    let facts = async |outcome: &str| {
        let record = editor.get(&format!("{outcome}/record")).await;
        let (names, values) = (record.texts(".facts dt"), record.texts(".facts dd"));
        let facts: HashMap<String, String> = names.into_iter().zip(values).collect();
        facts
    };
    let accepted = facts(&outcome).await;
    let options = &accepted["Options"];
    assert!(
        options.starts_with("Asset associated image presets (PLP, large)"),
        "{options}"
    );
    assert!(!accepted["Adobe’s handle"].is_empty());
    assert!(accepted["Adobe’s estimate"].ends_with(" seconds"));
    let failed = facts(&failed).await;
    assert_eq!(failed["Adobe’s code"], "20003");
    assert!(!failed["Reason"].is_empty());

    let csv = editor.get(&format!("{HISTORY}/export.csv")).await;
    let mut reader = csv::Reader::from_reader(csv.body.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, name: &str| {
        let at = heads.iter().position(|head| head == name).unwrap();
        rows[row][at].to_owned()
    };
    assert_eq!(cell(0, "adobe_code"), "20003");
    assert_eq!(cell(0, "presets"), "");
    assert_eq!(cell(1, "presets"), "PLP; large");
    assert!(cell(1, "options").starts_with("presets"));
    assert_eq!(cell(1, "adobe_handle"), accepted["Adobe’s handle"]);
    let estimate = format!("{} seconds", cell(1, "estimated_seconds"));
    assert_eq!(estimate, accepted["Adobe’s estimate"]);
    let json = editor.get(&format!("{HISTORY}/export.json")).await;
    let json: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(json[1]["presets"], serde_json::json!(["PLP", "large"]));

    let (alias, one_url) = ("alias", "with one URL");
    let exact = &failed["Options"];
    assert!(
        !exact.contains(alias) && !exact.contains(one_url),
        "{exact}"
    );
    let folded = submitted(&editor, &app.base("a?wid=300"), "").await;
    let folded = facts(&folded).await;
    assert!(folded["Options"].contains(one_url), "{}", folded["Options"]);
}

#[tokio::test]
async fn what_is_older_than_the_history_is_kept_is_forgotten_by_the_server() {
    let app = TestApp::with(Start {
        keep_history: Some(Duration::from_hours(2)),
        ..Start::default()
    })
    .await;
    let editor = app.editor().await;
    submitted(&editor, &app.exact("shoe"), "long ago").await;
    app.clock.advance(Duration::from_mins(90));
    submitted(&editor, &app.exact("boot"), "since then").await;
    app.clock.advance(Duration::from_mins(90));

    let app = app.crash_and_restart().await;
    let editor = app.editor().await;
    let forgotten = async {
        loop {
            let left = notes(&editor.get(HISTORY).await);
            if left.len() == 1 {
                return left;
            }
        }
    };
    let left = tokio::time::timeout(Duration::from_secs(20), forgotten).await;
    assert_eq!(left.expect("it is forgotten"), ["since then"]);
}

#[tokio::test]
async fn invalidating_again_and_copying_open_confirm_and_send_nothing() {
    let app = TestApp::start().await;
    let (editor, admin) = (app.editor().await, app.admin().await);
    let draft = new_draft(&editor).await;
    let details = pick(&editor, &draft, "spinset").await;
    let confirm = next(&editor, &details).await;
    let before = listed(&confirm);
    let outcome = submit(&editor, &confirm).await;
    settled(&editor, &outcome).await;
    app.change_template("<ID>?new=line").await;

    let record = admin.get(&format!("{outcome}/record")).await;
    let again = admin
        .submit_and_follow(&record.form("form[action$=again]"))
        .await;
    assert_eq!(
        listed(&again),
        before,
        "the same list, whatever the template is now"
    );
    let copy = admin
        .submit_and_follow(&record.form("form[action$=copy]"))
        .await;
    assert_eq!(listed(&copy), [app.exact("spinset?new=line")]);
    assert_eq!(sent(&app).len(), 1);
    assert_eq!(
        admin.get(COMPANY).await.count("tbody a[href$=details]"),
        2,
        "two drafts"
    );
}

#[tokio::test]
async fn a_note_outlives_every_press_on_confirm() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let (draft, details) = draft_with_urls(&editor, &numbered(&app, 3)).await;
    let confirm = next(&editor, &details).await;
    let urls = listed(&confirm);
    let form = confirm.form("#confirm").set("note", "why \"not\"");
    let confirm = editor
        .submit_and_follow(&form.press("take_out", &urls[0]))
        .await;
    assert_eq!(confirm.form("#confirm").value("note"), "why \"not\"");
    let form = confirm.form("#confirm").set("note", &"x".repeat(600));
    editor.submit(&form.press("do", "back")).await;
    let confirm = editor.get(&format!("{draft}/confirm")).await;
    assert_eq!(confirm.form("#confirm").value("note").len(), 500);
    app.change_template("x").await;
    let stale = confirm
        .form("#confirm")
        .set("note", "typed last")
        .set("revision", "0");
    let answer = editor.submit(&stale.press("do", "submit")).await;
    assert_eq!(answer.status, 409);
    assert_eq!(answer.form("#confirm").value("note"), "typed last");
}

#[tokio::test]
async fn confirm_marks_what_colleagues_cleared_in_the_last_ten_minutes() {
    let app = TestApp::start().await;
    let (editor, admin) = (app.editor().await, app.admin().await);
    submitted(&admin, &app.exact("shoe"), "").await;
    let urls = format!("{}\n{}", app.exact("shoe"), app.exact("boot"));
    let (draft, details) = draft_with_urls(&editor, &urls).await;
    let confirm = next(&editor, &details).await;
    let mark = confirm.text(".recent-clear");
    assert!(
        mark.starts_with("Also submitted by admin@example.com"),
        "{mark}"
    );

    app.clock.advance(Duration::from_mins(11));
    let confirm = editor.get(&format!("{draft}/confirm")).await;
    assert!(!confirm.has(".recent-clear"));
    let (_, details) = draft_with_urls(&admin, &app.exact("shoe")).await;
    submit(&editor, &confirm).await;
    assert!(next(&admin, &details).await.has(".recent-clear"));
}

#[tokio::test]
async fn an_export_holds_what_is_filtered_and_no_formula() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    submitted(&editor, &app.exact("shoe"), "=cmd|' /C calc'!A0").await;
    submitted(&editor, &numbered(&app, 2), "a, \"b\"").await;
    let csv = editor.get(&format!("{HISTORY}/export.csv")).await;
    assert!(csv.header("content-disposition").starts_with("attachment"));
    let mut reader = csv::Reader::from_reader(csv.body.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3, "{}", csv.body);
    assert_eq!(&rows[0][3], "a, \"b\"");
    assert_eq!(&rows[2][3], "'=cmd|' /C calc'!A0");
    assert_eq!(
        (&rows[2][2], &rows[2][4]),
        ("editor@example.com", "accepted")
    );
    assert_eq!(rows[2][17], app.exact("shoe"));
    assert_eq!(&rows[2][18], "added by hand, line 1");

    let json = editor.get(&format!("{HISTORY}/export.json?url=shoe")).await;
    let json: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    let requests = json.as_array().unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0]["why"], "=cmd|' /C calc'!A0");
    assert_eq!(requests[0]["urls"][0]["url"], app.exact("shoe"));
    let none = editor
        .get(&format!("{HISTORY}/export.json?url=nowhere"))
        .await;
    assert_eq!(none.body, "[\n]\n");
}

#[tokio::test]
async fn an_export_names_the_selected_assets_once_also_those_without_a_url() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    app.add_asset("=1+1").await;
    let draft = new_draft(&editor).await;
    for asset in ["=1+1", "size-guide"] {
        pick(&editor, &draft, asset).await;
    }
    let form = pick(&editor, &draft, "spinset").await.form("#details");
    let form = form
        .without("template")
        .without("presets")
        .set("urls", &numbered(&app, 1_001))
        .set("split", "true");
    let details = editor.submit_and_follow(&form.press("do", "count")).await;
    let confirm = next(&editor, &details).await;
    settled(&editor, &submit(&editor, &confirm).await).await;
    submitted(&editor, &app.exact("boot"), "").await;

    let json = editor.get(&format!("{HISTORY}/export.json")).await;
    let json: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    let field = |name: &str| {
        let requests = json.as_array().unwrap().iter();
        requests
            .map(|request| request[name].clone())
            .collect::<serde_json::Value>()
    };
    let selected = ["=1+1", "size-guide", "spinset"];
    assert_eq!(field("assets"), serde_json::json!([[], selected, null]));
    assert_eq!(field("attempts"), serde_json::json!([1, 1, 1]));
    assert_eq!(field("warnings"), serde_json::json!([0, 0, 0]));

    let csv = editor.get(&format!("{HISTORY}/export.csv")).await;
    let mut reader = csv::Reader::from_reader(csv.body.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let cells = |rows: &[csv::StringRecord], name: &str| {
        let at = heads.iter().position(|head| head == name).unwrap();
        let cells = rows.iter().map(|row| row[at].to_owned());
        cells.collect::<Vec<_>>()
    };
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(heads.iter().next_back(), Some("assets"));
    let assets = cells(&rows, "assets");
    assert_eq!(assets[..2], ["", "'=1+1; size-guide; spinset"]);
    assert!(assets[2..].iter().all(String::is_empty), "told once");
    assert!(cells(&rows, "attempts").iter().all(|cell| cell == "1"));
    assert!(cells(&rows, "warnings").iter().all(|cell| cell == "0"));
}

#[tokio::test]
async fn an_export_is_read_to_its_end_in_pieces() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let first = submitted(&editor, &numbered(&app, 900), "").await;
    for _ in 0..3 {
        let again = editor.post(&format!("{first}/again"), &[]).await.location();
        settled(&editor, &submit(&editor, &editor.get(&again).await).await).await;
    }
    let csv = editor.get(&format!("{HISTORY}/export.csv")).await;
    assert_eq!(csv.body.lines().count(), 1 + 4 * 900);
    let json = editor.get(&format!("{HISTORY}/export.json")).await;
    let json: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 4);
}

/// A second company.
async fn other_company(app: &TestApp) -> CompanyId {
    let company = Company {
        id: CompanyId::from_uuid(app.clock.new_uuid()),
        slug: "other".parse().unwrap(),
        name: "Other".to_owned(),
        root: Some("other".to_owned()),
        handle: None,
        publish_server: PublishServer::parse("https://other.example"),
        alias: None,
    };
    let now: Timestamp = app.clock.now();
    app.app.store.add_company(&company, now).await.unwrap();
    company.id
}

#[tokio::test]
async fn another_company_sees_nothing_of_it() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let outcome = submitted(&editor, &app.exact("shoe"), "secret").await;
    other_company(&app).await;
    let id = outcome.rsplit('/').next().unwrap();
    let list = editor
        .get("/c/other/invalidations?after=9999.1&url=shoe")
        .await;
    assert!(list.has(".empty"));
    assert_eq!(list.count("#person option"), 1);
    let csv = editor.get("/c/other/invalidations/export.csv").await;
    assert_eq!(csv.body.lines().count(), 1);
    let record = format!("/c/other/invalidations/{id}/record");
    assert_eq!(editor.get(&record).await.status, 404);
    for action in ["again", "copy"] {
        let address = format!("/c/other/invalidations/{id}/{action}");
        assert_eq!(editor.post(&address, &[]).await.status, 404, "{action}");
    }
}
