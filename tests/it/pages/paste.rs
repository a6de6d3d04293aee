//! *Paste IDs*: what is found, what is asked for at Adobe, and what is refused.

use unstale::{domain::PublishServer, store::CompanySettings};

use super::{REFUSED, new_draft, refuse_the_account};
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser},
};

/// The IDs that the picker lists.
fn ids(picker: &Answer) -> Vec<String> {
    picker.texts(".asset-row .asset-id")
}

/// How often Adobe was asked for IDs.
fn asked(app: &TestApp) -> usize {
    let calls = app.ips().calls();
    calls
        .iter()
        .filter(|call| call.operation == "getAssetsByName")
        .count()
}

/// What the page says of a list.
async fn find(editor: &Browser, draft: &str, text: &str) -> Answer {
    let page = editor.get(&format!("{draft}/assets/paste")).await;
    let form = page.form("#paste").set("ids", text).press("do", "find");
    let found = editor.submit(&form).await;
    assert_eq!(found.status, 200);
    found
}

#[tokio::test]
async fn a_similar_id_that_is_ticked_is_selected_whatever_is_pressed() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let found = find(&editor, &draft, "SPINSET.tif").await;
    let keys = found.attributes(".similar input[name=asset]", "value");
    let form = found.form("#paste").and("asset", &keys[0]);

    let again = editor.submit(&form.clone().press("do", "find")).await;
    let ticked = |page: &Answer| page.attributes(".similar input[checked]", "value");
    assert_eq!(ticked(&again), keys[..1]);
    let changed = again.form("#paste").set("ids", "backpack");
    let changed = editor.submit(&changed.press("do", "find")).await;
    assert!(!changed.has(".similar"));
    let add = changed.form("#paste").press("do", "add");
    let selected = editor.submit_and_follow(&add).await;
    let mut selected = ids(&selected);
    selected.sort_unstable();
    assert_eq!(selected, ["backpack", "spinset"]);

    // Its tick is taken away, with a list that is refused.
    let again = find(&editor, &draft, "SPINSET.tif").await;
    assert_eq!(ticked(&again), keys[..1], "as the draft has it");
    let form = again.form("#paste").without("asset").set("ids", "");
    let refused = editor
        .submit(&form.and("asset", "x").press("do", "find"))
        .await;
    assert_eq!(refused.status, 422);
    let selected = editor.get(&format!("{draft}/assets?show=selected")).await;
    assert_eq!(ids(&selected), ["backpack"]);
}

#[tokio::test]
async fn an_asset_that_several_ids_may_mean_has_one_box() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let found = find(&editor, &draft, "bakcpack\nbackpck").await;
    let keys = found.attributes(".similar input[name=asset]", "value");
    let distinct: std::collections::BTreeSet<&String> = keys.iter().collect();
    assert_eq!(keys.len(), distinct.len());
    let second = found.text(".missing li:nth-child(2) .similar");
    assert!(second.contains("backpack (above)"), "{second}");
}

#[tokio::test]
async fn an_id_with_a_typing_mistake_offers_the_one_that_is_meant() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let found = find(
        &editor,
        &draft,
        "bakcpack\nbackpck\nxbackpack\nhackpack\nzzzz",
    )
    .await;
    let offered: Vec<String> = found
        .texts(".missing li")
        .into_iter()
        .filter(|missing| missing.contains("Did you mean? backpack"))
        .collect();
    assert_eq!(offered.len(), 4, "{offered:?}");
    assert_eq!(found.count(".missing li"), 5);
}

#[tokio::test]
async fn a_list_that_was_changed_since_it_was_looked_for_shows_what_is_left_out_before_it_is_added()
{
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let found = find(&editor, &draft, "backpack, nowhere").await;
    let changed = found.form("#paste").set("ids", "backpack, elsewhere");
    let shown = editor.submit(&changed.press("do", "add")).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text(".missing li").starts_with("elsewhere"));
    let add = shown.form("#paste").press("do", "add");
    assert_eq!(ids(&editor.submit_and_follow(&add).await), ["backpack"]);
}

#[tokio::test]
async fn the_way_back_keeps_what_was_ticked_and_nothing_else_of_the_list() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let found = find(&editor, &draft, "SPINSET.tif, backpack").await;
    let keys = found.attributes(".similar input[name=asset]", "value");
    let form = found.form("#paste").and("asset", &keys[0]);
    let picker = editor.submit_and_follow(&form.press("do", "back")).await;
    assert!(picker.has("#picker"));
    let selected = editor.get(&format!("{draft}/assets?show=selected")).await;
    assert_eq!(ids(&selected), ["spinset"]);
}

#[tokio::test]
async fn adobe_is_not_asked_with_an_account_that_it_refused() {
    let app = TestApp::start().await;
    assert!(app.sandbox.origin().rename("backpack", "new-here"));
    refuse_the_account(&app).await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let before = app.ips().calls().len();
    let page = find(&editor, &draft, "spinset, new-here").await;
    assert_eq!(page.text("#found"), "Found: 1 asset");
    assert!(page.texts("h2").contains(&"Not found: 1 ID".to_owned()));
    assert!(page.body.contains("Adobe could not be asked for them."));
    assert!(page.body.contains(REFUSED), "{}", page.body);
    assert!(
        page.body
            .contains("let it go on in Settings &#62; Catalogue")
    );
    assert_eq!(app.ips().calls().len(), before);
}

#[tokio::test]
async fn adobe_is_asked_for_ids_where_somebody_stopped_the_reading_during_a_passing_problem() {
    let app = TestApp::start().await;
    assert!(app.sandbox.origin().rename("backpack", "new-here"));
    let company = app.company().await.id;
    app.app.syncer.stop(company).await.unwrap();
    app.execute("update catalogue_sync set problem = 'Adobe is down.', problem_at = 1")
        .await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let page = find(&editor, &draft, "spinset, new-here").await;
    assert_eq!(page.text("#found"), "Found: 2 assets", "{}", page.body);
}

#[tokio::test]
async fn pasted_ids_are_found_missed_or_refused() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let page = editor.get(&format!("{draft}/assets/paste")).await;
    let url = app.exact("backpack?wid=1,2");
    let text = format!(
        "spinset, gspdf\t\"logo-print\"\n{url}\nSPINSET.tif\nhttps://elsewhere.example/is/image/x/y"
    );
    let form = page.form("#paste").set("ids", &text).press("do", "find");
    let found = editor.submit(&form).await;
    assert_eq!(found.status, 200);
    assert_eq!(found.text("#found"), "Found: 3 assets");
    assert!(
        found
            .body
            .contains("\u{2068}logo-print\u{2069} (PostScript)")
    );
    assert!(found.text(".missing li").starts_with("SPINSET.tif"));
    assert!(found.text(".missing .similar").contains("spinset"));
    assert!(found.body.contains("elsewhere.example"));

    let add = found.form("#paste").press("do", "add");
    let selected = editor.submit_and_follow(&add).await;
    let mut selected = ids(&selected);
    selected.sort_unstable();
    assert_eq!(selected, ["backpack", "gspdf", "spinset"]);

    for (text, sentence) in [
        (String::new(), "Paste at least one"),
        (
            (0..10_001).map(|n| format!("{n}\n")).collect(),
            "at most 10,000",
        ),
        ("a\0b".to_owned(), "cannot be read"),
    ] {
        let form = page.form("#paste").set("ids", &text).press("do", "find");
        let refused = editor.submit(&form).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text("[role=alert]").contains(sentence));
    }
}

#[tokio::test]
async fn adobe_is_asked_for_a_thousand_at_once_and_for_the_next_ones_by_a_button() {
    let app = TestApp::start().await;
    for (old, new) in [("backpack", "new-0000"), ("spinset", "new-2100")] {
        assert!(app.sandbox.origin().rename(old, new));
    }
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let text: String = (0..2_200).map(|n| format!("new-{n:04}\n")).collect();
    let mut page = find(&editor, &draft, &text).await;
    for (found, left, button) in [
        ("Found: 1 asset", 2_199, Some("Ask for the next 1,000 IDs")),
        ("Found: 1 asset", 2_199, Some("Ask for the next 200 IDs")),
        ("Found: 2 assets", 2_198, None),
    ] {
        assert_eq!(page.text("#found"), found);
        let not_found = format!("Not found: {} IDs", thousands(left));
        assert!(
            page.texts("h2").contains(&not_found),
            "{:?}",
            page.texts("h2")
        );
        assert!(
            page.body
                .contains(&format!("with 1 to 50 of {}", thousands(left)))
        );
        let next = page.attributes("button[name=next_after]", "value");
        assert_eq!(next.len(), usize::from(button.is_some()));
        let Some(button) = button else { break };
        assert_eq!(page.text("button[name=next_after]"), button);
        assert!(page.body.contains("was not asked for the last"));
        let form = page.form("#paste").press("next_after", &next[0]);
        page = editor.submit(&form).await;
    }
    let before = asked(&app);
    let add = page.form("#paste").press("do", "add");
    let selected = editor.submit_and_follow(&add).await;
    assert_eq!(ids(&selected), ["new-0000", "new-2100"]);
    assert_eq!(asked(&app), before, "what it knows was asked for already");
}

#[tokio::test]
async fn a_url_of_a_file_finds_the_asset_whose_id_has_no_extension() {
    let app = TestApp::start().await;
    app.add_asset("tent-pitching.pdf").await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let before = asked(&app);
    let file = |name: &str| app.exact(name).replace("/is/image/", "/is/content/");
    // Of the last one, both are assets.
    let text = ["gspdf.pdf", "size-guide.pdf", "tent-pitching.pdf"].map(file);
    let text = format!("{}\nsize-guide", text.join("\n"));
    let found = find(&editor, &draft, &text).await;
    assert_eq!(found.text("#found"), "Found: 3 assets");
    assert!(!found.has(".missing"), "{}", found.body);
    assert_eq!(asked(&app), before, "the catalogue has them");
    let add = found.form("#paste").press("do", "add");
    let selected = editor.submit_and_follow(&add).await;
    let mut selected = ids(&selected);
    selected.sort_unstable();
    assert_eq!(selected, ["gspdf", "size-guide", "tent-pitching.pdf"]);

    // Newer than the catalogue.
    assert!(
        app.sandbox
            .origin()
            .rename("price-list-trade", "price-list-new")
    );
    let text = format!("{}, nowhere", file("price-list-new.pdf"));
    let found = find(&editor, &draft, &text).await;
    assert_eq!(found.text("#found"), "Found: 1 asset");
    assert_eq!(found.count(".missing > li"), 1);
    let text = file("nowhere.pdf");
    let found = find(&editor, &draft, &text).await;
    assert!(found.text(".missing li").starts_with("nowhere.pdf"));
}

#[tokio::test]
async fn a_smart_crop_is_read_as_its_image_however_its_colon_is_spelt() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let found = find(&editor, &draft, &app.exact("backpack%3ALarge?wid=1")).await;
    assert_eq!(found.text("#found"), "Found: 1 asset");
}

#[tokio::test]
async fn a_comma_behind_a_url_parts_it_from_an_id_unless_an_asset_is_called_so() {
    let app = TestApp::start().await;
    for id in ["gspdf,backpack", "leaflet", "poster"] {
        app.add_asset(id).await;
    }
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let file = app
        .exact("leaflet.pdf,poster.pdf")
        .replace("/is/image/", "/is/content/");
    let text = format!(
        "{}\n{}\n{}\n{file}",
        app.exact("spinset,backpack,no-such-thing"),
        app.exact("gspdf,backpack"),
        app.exact("nobody,nothing")
    );
    let found = find(&editor, &draft, &text).await;
    assert_eq!(found.text("#found"), "Found: 5 assets");
    assert_eq!(
        found.texts(".missing > li > bdi"),
        ["no-such-thing", "nobody,nothing"]
    );
    let add = found.form("#paste").press("do", "add");
    let mut selected = ids(&editor.submit_and_follow(&add).await);
    selected.sort_unstable();
    assert_eq!(
        selected,
        ["backpack", "gspdf,backpack", "leaflet", "poster", "spinset"]
    );
}

#[tokio::test]
async fn a_word_of_a_url_that_is_not_found_is_no_asset_unless_all_of_them_are() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let known = app.exact("spinset backpack");
    let text = format!("{}\n{known}", app.exact("red gspdf"));
    let found = find(&editor, &draft, &text).await;
    assert_eq!(found.text("#found"), "Found: 2 assets");
    assert_eq!(found.texts(".missing > li > bdi"), ["red gspdf"]);
    let add = found.form("#paste").press("do", "add");
    let mut selected = ids(&editor.submit_and_follow(&add).await);
    selected.sort_unstable();
    assert_eq!(selected, ["backpack", "spinset"]);
}

#[tokio::test]
async fn an_id_without_its_beginning_is_much_like_the_whole_one() {
    let app = TestApp::start().await;
    app.add_asset("GLO_Boot_24").await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let found = find(&editor, &draft, "\u{feff}Boot_24\u{200b}").await;
    assert_eq!(found.text(".missing > li > bdi"), "Boot_24");
    assert!(found.text(".missing .similar").contains("GLO_Boot_24"));
}

#[tokio::test]
async fn ten_thousand_ids_and_urls_as_long_as_they_come_are_read() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let mut text: String = (0..9_998).map(|n| format!("nobody-{n}\t")).collect();
    text.push_str("spinset\n");
    text.push_str(&app.exact(&format!("gspdf?wid={}", "1,".repeat(4_000))));
    let page = find(&editor, &draft, &text).await;
    assert_eq!(page.text("#found"), "Found: 2 assets");
    assert_eq!(page.count(".missing > li"), 50);
    assert_eq!(page.textarea("textarea[readonly]").lines().count(), 9_998);
    assert!(page.text("button[name=next_after]").contains("1,000"));
}

#[tokio::test]
async fn similar_ones_are_looked_for_with_the_next_fifty_and_adobe_is_not_asked_again() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let mut text: String = (0..1_100).map(|n| format!("nobody-{n:04}\n")).collect();
    text.insert_str(60 * "nobody-0000\n".len(), "bakcpack\n");
    let mut page = find(&editor, &draft, &text).await;
    let before = asked(&app);
    for (words, similar, first) in [
        ("with 51 to 100 of 1,101.", 1, "nobody-0050"),
        ("with 101 to 150 of 1,101.", 0, "nobody-0099"),
    ] {
        assert_eq!(
            page.text("button[name=similar_from]"),
            "Look for more similar ones, for the next 50"
        );
        let next = page.attributes("button[name=similar_from]", "value");
        let form = page.form("#paste").press("similar_from", &next[0]);
        page = editor.submit(&form).await;
        assert!(page.body.contains(words), "{words}");
        assert_eq!(page.count(".missing > li"), 50);
        assert_eq!(page.texts(".missing > li > bdi")[0], first);
        assert_eq!(page.count(".similar"), similar);
        let rest = page.text("button[name=next_after]");
        assert_eq!(rest, "Ask for the next 101 IDs", "that is not forgotten");
    }
    assert_eq!(asked(&app), before);
    // Of another list, the first ones.
    let form = page.form("#paste").set("ids", "bakcpack\nnobody");
    let other = editor.submit(&form.and("similar_from", "50")).await;
    assert_eq!(other.count(".missing > li"), 2);
    assert!(!other.has("button[name=similar_from]"));
    assert!(asked(&app) > before);
}

#[tokio::test]
async fn of_a_long_list_everything_can_be_copied() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let elsewhere = |n| format!("https://elsewhere.example/{n}\n");
    let text: String = (0..1_300).map(elsewhere).collect();
    let page = find(&editor, &draft, &text).await;
    assert!(page.body.contains("and 1,100 more"));
    assert_eq!(page.textarea("textarea[readonly]").trim(), text.trim());
    let page = find(&editor, &draft, "nobody").await;
    assert!(!page.has("textarea[readonly]"), "one is read as it stands");
}

fn thousands(number: usize) -> String {
    format!("{},{:03}", number / 1_000, number % 1_000)
}

#[tokio::test]
async fn a_url_of_the_company_is_known_by_the_other_scheme_without_one_and_on_the_preview_server() {
    let app = TestApp::start().await;
    let (store, company) = (&app.app.store, app.company().await.id);
    let settings = CompanySettings {
        preview_server: PublishServer::parse("https://preview.example.com"),
        ..store.company_settings(company).await.unwrap()
    };
    let put = store.put_company_settings(company, &settings, app.clock.now());
    put.await.unwrap();
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let after = |url: &str, sign| url.split_once(sign).unwrap().1.to_owned();
    let text = format!(
        "https://{}?wid=1 //{}\nhttps://preview.example.com/is/{}",
        after(&app.exact("backpack"), "://"),
        after(&app.exact("spinset"), "://"),
        after(&app.exact("gspdf"), "/is/"),
    );
    let found = find(&editor, &draft, &text).await;
    assert_eq!(found.text("#found"), "Found: 3 assets", "{}", found.body);
    assert!(!found.body.contains("No addresses of this company"));
}
