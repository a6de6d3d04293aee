//! *Select all that match*, without JavaScript: what it did, and what that means for the limit of one request.

use unstale::domain::{Asset, Preset};

use super::{COMPANY, new_draft};
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser},
};

const LIMIT: &str = "One request takes 1,000 URLs";

/// What the page says after the button was pressed on a list.
async fn press(editor: &Browser, draft: &str, query: &str) -> String {
    let picker = editor.get(&format!("{draft}/assets?{query}")).await;
    let form = picker.form("#picker").press("do", "select-all");
    let after = editor.submit_and_follow(&form).await;
    after.text("#results [data-says]")
}

/// That many assets more, each with `bulk` in its ID.
async fn add(app: &TestApp, number: usize) {
    let one = app.add_asset("bulk-00000").await;
    let assets: Vec<Asset> = (1..number)
        .map(|n| Asset {
            key: unstale::domain::AssetKey::from_uuid(app.clock.new_uuid()),
            id: format!("bulk-{n:05}"),
            ..one.clone()
        })
        .collect();
    put(app, &assets).await;
}

async fn put(app: &TestApp, assets: &[Asset]) {
    let company = app.company().await.id;
    let put = app.app.store.put_assets(company, assets, app.clock.now());
    put.await.unwrap();
}

#[tokio::test]
async fn the_page_says_how_many_were_added() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    assert_eq!(
        press(&editor, &draft, "q=enamel-mug-camp").await,
        "1 more selected."
    );
    assert_eq!(
        press(&editor, &draft, "q=enamel-mug").await,
        "1 more selected."
    );
    let again = press(&editor, &draft, "q=enamel-mug").await;
    assert_eq!(again, "All that match were selected already.");
    let picker = editor.get(&format!("{draft}/assets?q=enamel-mug")).await;
    assert!(!picker.has("#results [data-says]"), "it is said once");
}

#[tokio::test]
async fn more_than_one_request_takes_is_said_at_once() {
    let app = TestApp::start().await;
    add(&app, 1_100).await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let said = press(&editor, &draft, "q=bulk").await;
    assert!(said.starts_with("1,100 more selected."), "{said}");
    assert!(said.contains(LIMIT), "{said}");
    assert!(said.contains("Send as several requests"), "{said}");

    let said = press(&editor, &draft, "q=enamel-mug-camp").await;
    assert!(said.starts_with("1 more selected."), "{said}");
    assert!(said.contains(LIMIT), "all of them together: {said}");
}

/// The part that a script puts beside the list.
async fn count(editor: &Browser, draft: &str, query: &str) -> Answer {
    let address = format!("{draft}/assets/count?{query}");
    let request = editor.request(reqwest::Method::GET, &address);
    editor.send(request.header("hx-request", "true")).await
}

#[tokio::test]
async fn excluded_formats_are_not_counted_among_what_can_be_selected() {
    let app = TestApp::start().await;
    let mut word = app.add_asset("probe-word").await;
    "Word".clone_into(&mut word.asset_type);
    put(&app, &[word]).await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let only = count(&editor, &draft, "q=probe").await;
    assert!(!only.has("button"), "{}", only.body);

    app.add_asset("probe-one").await;
    app.add_asset("probe-two").await;
    let part = count(&editor, &draft, "q=probe").await;
    assert_eq!(part.text("button"), "Select all 2 assets that match");
    let sentence = part.text("[data-says]");
    assert_eq!(
        sentence,
        "3 assets, 1 of them in formats that Adobe cannot clear"
    );
    let said = press(&editor, &draft, "q=probe").await;
    assert_eq!(said, "2 more selected.");
}

#[tokio::test]
async fn what_it_means_for_one_request_is_said_before_it_is_pressed() {
    let app = TestApp::start().await;
    add(&app, 1_001).await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let part = count(&editor, &draft, "q=bulk").await;
    assert_eq!(part.text("button"), "Select all 1,001 assets that match");
    assert!(part.body.contains(LIMIT), "{}", part.body);
    let part = count(&editor, &draft, "q=enamel").await;
    assert!(!part.body.contains(LIMIT), "one request takes all of them");

    // Without a script nothing is counted, but said all the same.
    let picker = editor.get(&format!("{draft}/assets?q=bulk")).await;
    let said = picker.text(".results-count noscript");
    assert!(said.contains(LIMIT), "{said}");
    assert!(
        said.contains("without formats that Adobe cannot clear"),
        "{said}"
    );
    let picker = editor.get(&format!("{draft}/assets?q=enamel")).await;
    let said = picker.text(".results-count noscript");
    assert!(said.contains("How many?"), "{said}");
    assert!(!said.contains(LIMIT), "all are in sight: {said}");
}

#[tokio::test]
async fn presets_and_template_lines_multiply_the_urls_and_that_is_said_too() {
    let app = TestApp::start().await;
    add(&app, 300).await;
    let admin = app.admin().await;
    let company = app.company().await.id;
    let presets = (0..5).map(|number| Preset {
        name: format!("preset-{number}"),
        modifier: format!("wid={number}"),
    });
    let presets: Vec<Preset> = presets.collect();
    let now = app.clock.now();
    let put = app.app.store.put_presets(company, &presets, now);
    put.await.unwrap();
    let template = admin.get(&format!("{COMPANY}/template")).await;
    let form = template.form("#template-form").and("do", "ok");
    let lines = "<ID>?wid=1\n<ID>?wid=2\nhttps://elsewhere.example/a";
    let saved = admin.submit(&form.set("template", lines)).await;
    assert_eq!(saved.status, 303, "{}", saved.body);

    let draft = new_draft(&admin).await;
    let details = admin.get(&format!("{draft}/details")).await;
    let form = details
        .form("#details")
        .without("alias")
        .set("presets", "true")
        .set("template", "true");
    admin.submit(&form.press("do", "count")).await;
    let part = count(&admin, &draft, "q=bulk").await;
    let of_300 = "selecting all of these may make up to 2,401, with this invalidation’s presets and template.";
    assert!(part.body.contains(of_300), "{}", part.body);
    let said = press(&admin, &draft, "q=bulk").await;
    assert!(said.starts_with("300 more selected."), "{said}");
    assert!(
        said.contains("all of these together may make up to 2,401"),
        "{said}"
    );
    let part = count(&admin, &draft, "q=enamel").await;
    let selected = "all that is selected may make up to 2,401";
    assert!(part.body.contains(selected), "{}", part.body);
    let part = count(&admin, &draft, "show=selected").await;
    assert!(part.body.contains("may make up to 2,401"), "{}", part.body);

    let details = admin.get(&format!("{draft}/details")).await;
    let form = details.form("#details").without("presets");
    admin.submit(&form.press("do", "count")).await;
    let part = count(&admin, &draft, "show=selected").await;
    assert!(
        !part.body.contains(LIMIT),
        "300 times two lines and one: {}",
        part.body
    );
    let part = count(&admin, &draft, "q=bulk").await;
    assert!(
        !part.body.contains(LIMIT),
        "what matches is selected already, and counts once: {}",
        part.body
    );
}

#[tokio::test]
async fn without_javascript_a_button_counts_and_keeps_the_ticks() {
    let app = TestApp::start().await;
    add(&app, 60).await;
    let mut word = app.add_asset("bulk-word").await;
    "Word".clone_into(&mut word.asset_type);
    put(&app, &[word]).await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?q=bulk")).await;
    assert!(!picker.body.contains("61 assets"), "the list does not wait");
    let key = picker.attributes("input[name=asset]", "value").remove(0);
    let next = picker
        .attributes("button[name=page]", "value")
        .pop()
        .unwrap();
    let form = picker.form("#picker").press("page", &next);
    let second = editor.submit_and_follow(&form).await;
    for page in [picker, second] {
        // What was typed since is another list.
        let form = page.form("#picker").set("q", "mug").and("asset", &key);
        assert!(page.text(".results-count noscript").contains("count"));
        let counted = editor.submit_and_follow(&form.and("do", "count")).await;
        let sentence = counted.text(".results-count [data-says]");
        assert_eq!(
            sentence,
            "61 assets, 1 of them in formats that Adobe cannot clear"
        );
        assert_eq!(counted.count("[hx-get*='/assets/count']"), 0);
        let names = |page: &Answer| page.texts(".asset-row .asset-id");
        assert_eq!(names(&counted), names(&page), "the same page of it");
        let form = counted.form("#picker").press("do", "select-all");
        let all = editor.submit_and_follow(&form).await;
        assert_eq!(all.text("#picked strong"), "60 assets");
    }
    let part = editor.get(&format!("{draft}/assets/count?q=bulk")).await;
    let page = editor.open(&part.location()).await;
    assert!(
        page.text(".results-count [data-says]")
            .contains("61 assets")
    );
}

#[tokio::test]
async fn more_than_ten_thousand_are_not_counted_and_more_than_fifty_thousand_not_selected() {
    let app = TestApp::start().await;
    let company = app.company().await.id;
    app.app.store.begin_bulk_load(company).await.unwrap();
    add(&app, 50_001).await;
    app.app.store.finish_bulk_load(company).await.unwrap();
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let part = count(&editor, &draft, "q=bulk").await;
    assert_eq!(part.text("[data-says]"), "more than 10,000 assets");
    assert_eq!(
        part.text("button"),
        "Select all that match, if no more than 50,000"
    );
    assert!(part.body.contains(LIMIT), "{}", part.body);

    let picker = editor.get(&format!("{draft}/assets?q=bulk")).await;
    let form = picker.form("#picker").press("do", "select-all");
    let refused = editor.submit(&form).await;
    assert_eq!(refused.status, 422);
    let said = refused.text("#results [data-says]");
    assert!(said.starts_with("Nothing was selected"), "{said}");
    assert!(said.contains("Narrow the search"), "{said}");
    assert_eq!(refused.text("#picked strong"), "0 assets");
    assert_eq!(refused.form("#picker").value("q"), "bulk");
}

#[tokio::test]
async fn what_somebody_writes_into_the_address_says_nothing() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for odd in [
        "",
        "-1",
        "many",
        "99999999999999999999999",
        "18446744073709551615",
        "1",
        "%3Cb%3E",
    ] {
        let picker = editor
            .get(&format!("{draft}/assets?q=mug&added={odd}"))
            .await;
        assert_eq!(picker.status, 200, "{odd}");
        assert!(!picker.has("#results [data-says]"), "{odd}");
    }
}
