//! Verdicts beyond the section *Is it live?*: in the sentence on top of the outcome, in the history, its record and its
//! exports, and from an asset.

use std::time::Duration;

use reqwest::Method;
use unstale::{config::DispatchConfig, sandbox::ips::Instead};

use super::{
    checks::{Stage, judged, purge},
    draft_with_urls, new_draft, next, pick,
    sending::{accepted, with_dispatch},
    settled, submit,
};
use crate::support::{
    app::DISPATCH,
    browser::{Answer, Browser},
};

const HISTORY: &str = "/c/dms7snapshot/invalidations";

fn standing(page: &Answer) -> String {
    page.text("#standing strong")
}

async fn filtered(browser: &Browser, query: &str) -> Answer {
    browser.get(&format!("{HISTORY}?{query}")).await
}

fn verdicts(page: &Answer) -> Vec<String> {
    page.texts("#results .verdict")
}

/// The outcome as soon as its sentence ends so.
async fn says(stage: &Stage, path: &str, end: &str) -> Answer {
    let says = async {
        loop {
            let page = stage.editor.get(path).await;
            if standing(&page).ends_with(end) {
                return page;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), says)
        .await
        .expect("the sentence comes")
}

#[tokio::test]
async fn the_sentence_on_top_goes_on_from_accepted_to_live() {
    let stage = Stage::start(false).await;
    stage.publish();
    let path = stage.purge().await;
    let page = stage.editor.get(&path).await;
    assert_eq!(
        standing(&page),
        "Accepted by Adobe: 1 URL. The first check comes in a moment."
    );
    assert!(page.has("#standing.info"), "accepted is not yet good");
    assert!(
        page.has("noscript"),
        "a browser without JavaScript looks again"
    );
    let page = judged(&stage.app, &stage.editor, &path).await;
    assert_eq!(
        standing(&page),
        "Accepted by Adobe: 1 URL. 1 of 1 checked is live."
    );
    assert!(page.has("#standing.success"));
    assert!(!page.has("noscript"), "nothing more will change");
}

#[tokio::test]
async fn the_sentence_on_top_does_not_call_good_what_stays_old() {
    let stage = Stage::start(false).await;
    stage.edge().switch(|switches| switches.drop_purges = true);
    stage.publish();
    let path = stage.purge().await;
    stage.app.clock.advance(Duration::from_secs(6));
    let so_far = "Of 1 checked so far: 1 still old.";
    let page = says(&stage, &path, so_far).await;
    assert!(page.has("#standing.info"), "it may become live yet");
    assert_eq!(
        verdicts(&filtered(&stage.editor, "").await),
        ["Being checked"]
    );

    let request = stage
        .editor
        .request(reqwest::Method::GET, &format!("{path}/checks"))
        .header("hx-request", "true");
    let part = stage.editor.send(request).await;
    assert!(part.has("#checks"));
    assert!(
        part.text("#standing[hx-swap-oob] strong").ends_with(so_far),
        "the sentence comes with the checks: {}",
        part.body
    );

    let page = judged(&stage.app, &stage.editor, &path).await;
    assert_eq!(
        standing(&page),
        "Accepted by Adobe: 1 URL. Of 1 checked: 1 still old."
    );
    assert!(page.has("#standing.warns"));
}

#[tokio::test]
async fn the_history_knows_what_was_seen() {
    let stage = Stage::start(false).await;
    stage.publish();
    let live = stage.purge().await;
    judged(&stage.app, &stage.editor, &live).await;
    stage.edge().switch(|switches| switches.drop_purges = true);
    stage.publish();
    let old = stage.purge().await;
    judged(&stage.app, &stage.editor, &old).await;

    let all = filtered(&stage.editor, "").await;
    assert_eq!(verdicts(&all), ["Still old", "Live"]);
    let still_old = filtered(&stage.editor, "verdict=still-old").await;
    let hrefs = still_old.attributes("#results td[data-label=What] a", "href");
    assert_eq!(hrefs, [old.as_str()]);
    let chosen = still_old.texts("#verdict option[selected]");
    assert_eq!(chosen, ["Still old"]);
    let none = filtered(&stage.editor, "verdict=not-checked").await;
    assert!(none.has(".empty"));

    let record = stage.editor.get(&format!("{live}/record")).await;
    assert!(
        record
            .text("#verdicts p")
            .contains("Looked at 1 of 1: 1 live.")
    );
    let cells = record.texts("#verdicts tbody td");
    assert_eq!(cells[0], stage.url);
    assert_eq!(record.text("#verdicts .status"), "Live");
    assert!(record.has("#verdicts td[data-label=Verdict] time"));
    assert_eq!(cells[2], "Another picture than before the purge.");
    let record = stage.editor.get(&format!("{old}/record")).await;
    assert_eq!(
        record.texts("#verdicts tbody td")[2],
        "The same as before the purge; it is not what Dynamic Media has."
    );
}

#[tokio::test]
async fn exports_tell_the_verdict_on_each_url() {
    let stage = Stage::start(false).await;
    stage.publish();
    let beside = format!("{}&hei=1", stage.url);
    let foreign = "https://elsewhere.example/is/image/dms7snapshot/spinset".to_owned();
    let urls = [stage.url.clone(), beside, foreign.clone()];
    let path = purge(&stage.editor, &urls).await;
    judged(&stage.app, &stage.editor, &path).await;

    let csv = stage.editor.get(&format!("{HISTORY}/export.csv")).await;
    let mut reader = csv::Reader::from_reader(csv.body.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let at = |name| columns.iter().position(|column| column == name).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    for row in &rows {
        let is_foreign = row[at("url")] == foreign;
        let expected = if is_foreign { "not-checked" } else { "live" };
        assert_eq!(&row[at("url_verdict")], expected, "{row:?}");
        assert_eq!(row[at("url_checked_at")].is_empty(), is_foreign);
        assert_eq!(&row[at("verdict")], "live", "of all together");
    }
    let json = stage
        .editor
        .get(&format!("{HISTORY}/export.json?verdict=live"))
        .await;
    let json: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(json[0]["verdict"], "live");
    let urls = json[0]["urls"].as_array().unwrap();
    let own = urls.iter().find(|url| url["url"] == stage.url).unwrap();
    assert_eq!(own["checks"][0]["verdict"], "live");
    assert_eq!(own["checks"][0]["url"], stage.url);
    let none = format!("{HISTORY}/export.json?verdict=still-old");
    assert_eq!(stage.editor.get(&none).await.body, "[\n]\n");
}

#[tokio::test]
async fn from_an_asset_one_sees_when_it_was_invalidated_last_by_whom_and_whether_it_is_live() {
    let stage = Stage::start(false).await;
    let backpack = stage.app.exact("backpack?wid=300");
    stage.app.seen(&backpack).await;
    stage.publish();
    let path = purge(&stage.editor, &[stage.url.clone(), backpack]).await;
    judged(&stage.app, &stage.editor, &path).await;

    let draft = new_draft(&stage.editor).await;
    let picker = stage.editor.get(&format!("{draft}/assets?q=spinset")).await;
    let history = picker.form("#picker").press("history", "spinset");
    let links = [stage.editor.submit(&history).await.location()];
    assert_eq!(links[0], format!("{HISTORY}?asset=spinset"));
    let details = pick(&stage.editor, &draft, "backpack").await;
    let link = details.attributes(".asset-row .asset-history", "href");
    assert_eq!(link, [format!("{HISTORY}?asset=backpack")]);

    let last = async |link: &str| stage.editor.get(link).await.text("#last");
    let sentence = last(&links[0]).await;
    assert!(sentence.starts_with("Last invalidated "), "{sentence}");
    assert!(
        sentence.ends_with(" by editor@example.com: live."),
        "{sentence}"
    );
    let sentence = last(&link[0]).await;
    assert!(
        sentence.ends_with(": nothing newer at the origin."),
        "its own verdict, not that of the other: {sentence}"
    );
    let all = filtered(&stage.editor, "").await;
    assert_eq!(
        verdicts(&all),
        ["Nothing newer at the origin"],
        "together, what asks most of somebody"
    );
    assert_eq!(all.text("#last"), "");
    let request = stage.editor.request(Method::GET, &links[0]);
    let part = stage
        .editor
        .send(request.header("hx-request", "true"))
        .await;
    assert!(part.text("#last[hx-swap-oob]").contains("Last invalidated"));
    let never = filtered(&stage.editor, "asset=never").await;
    assert!(
        never
            .text(".empty")
            .contains("No invalidation of “never” is known here.")
    );
}

#[tokio::test]
async fn what_was_seen_of_a_part_of_an_assets_urls_is_not_said_of_all() {
    let pause = Duration::from_mins(1);
    let app = with_dispatch(DispatchConfig { pause, ..DISPATCH }).await;
    let editor = app.editor().await;
    let urls: Vec<_> = (1..=1_001)
        .map(|wid| app.exact(&format!("spinset?wid={wid}")))
        .collect();
    let (_, details) = draft_with_urls(&editor, &urls.join("\n")).await;
    let form = details.form("#details").set("split", "true");
    let confirm = editor.submit_and_follow(&form.press("do", "next")).await;
    let path = submit(&editor, &confirm).await;
    for (requests, outcome) in [(1, ": on its way."), (2, ": being checked.")] {
        accepted(&editor, &path, requests).await;
        let sentence = filtered(&editor, "asset=spinset").await.text("#last");
        assert!(
            sentence.starts_with("Last invalidated ") && sentence.ends_with(outcome),
            "{sentence}"
        );
        app.clock.advance(pause);
    }
}

#[tokio::test]
async fn an_asset_of_the_same_id_under_another_root_has_a_history_of_its_own() {
    let stage = Stage::start(false).await;
    stage.app.stop_checking_roots().await;
    let other = stage.app.exact("backpack").replace("dms7snapshot", "Other");
    let path = purge_held(&stage.editor, &other).await;
    settled(&stage.editor, &path).await;
    let found = filtered(&stage.editor, "asset=backpack").await;
    assert!(
        found
            .text(".empty")
            .contains("No invalidation of “backpack”")
    );
    assert_eq!(found.text("#last"), "");
    let all = filtered(&stage.editor, "").await;
    assert_eq!(all.count("#results tbody tr"), 1);
}

#[tokio::test]
async fn a_refusal_does_not_hide_the_last_invalidation() {
    let stage = Stage::start(false).await;
    stage.publish();
    let path = stage.purge().await;
    judged(&stage.app, &stage.editor, &path).await;
    stage.app.ips().knobs(|knobs| knobs.no_permission = true);
    let path = purge_held(&stage.editor, &stage.url).await;
    settled(&stage.editor, &path).await;
    let history = filtered(&stage.editor, "asset=spinset").await;
    let sentences = history.text("#last");
    let (tried, taken) = sentences.split_once(" Last invalidated ").unwrap();
    assert!(
        tried.starts_with("Last submitted ") && tried.ends_with(": failed."),
        "{tried}"
    );
    assert!(taken.ends_with(" by editor@example.com: live."), "{taken}");
}

#[tokio::test]
async fn what_got_no_answer_to_the_end_is_not_said_to_have_failed() {
    let stage = Stage::start(false).await;
    let closed = Some(Instead::Closed);
    stage.app.ips().knobs(|knobs| knobs.instead = closed);
    let path = purge_held(&stage.editor, &stage.url).await;
    let page = settled(&stage.editor, &path).await;
    assert!(page.has(".status.failed"), "{}", page.body);
    let asset = filtered(&stage.editor, "asset=spinset").await;
    let sentence = asset.text("#last");
    assert!(
        sentence.ends_with(": not known whether accepted."),
        "{sentence}"
    );
}

#[tokio::test]
async fn what_was_called_off_did_not_fail() {
    let stage = Stage::start(false).await;
    let editor = &stage.editor;
    stage.app.ips().knobs(|knobs| knobs.hold = true);
    purge_held(editor, &stage.app.exact("first")).await;
    stage.app.ips().wait_for_calls(1).await;
    let path = purge_held(editor, &stage.url).await;
    let page = editor.get(&path).await;
    let cancel = page.form("form[action$=sending]").press("do", "cancel");
    editor.submit_and_follow(&cancel).await;
    stage.app.ips().knobs(|knobs| knobs.hold = false);

    let cancelled = filtered(editor, "state=cancelled").await;
    let outcomes = cancelled.texts("#results .status");
    assert_eq!(outcomes, ["Cancelled"], "there is nothing to look for");
    assert!(filtered(editor, "state=failed").await.has(".empty"));
    let asset = filtered(editor, "asset=spinset").await;
    let sentence = asset.text("#last");
    assert!(
        sentence.starts_with("Last submitted ") && sentence.ends_with(": cancelled."),
        "{sentence}"
    );
}

/// Submits a URL while Adobe's stand-in keeps its answers.
async fn purge_held(browser: &Browser, url: &str) -> String {
    let (_, details) = draft_with_urls(browser, url).await;
    let confirm = next(browser, &details).await;
    submit(browser, &confirm).await
}
