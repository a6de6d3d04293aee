//! The asset picker without JavaScript: search, folders, pages, and ticks that no button loses.

use super::{COMPANY, new_draft, pick};
use crate::support::{app::TestApp, browser::Answer};

/// The IDs that the picker lists.
fn ids(picker: &Answer) -> Vec<String> {
    let names = picker.texts(".asset-row .asset-name");
    let meta = picker.texts(".asset-row .asset-meta");
    let cut =
        |(name, meta): (&String, &String)| name.strip_suffix(meta.as_str()).map(str::to_owned);
    names.iter().zip(&meta).filter_map(cut).collect()
}

#[tokio::test]
async fn every_word_of_a_search_must_occur() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets")).await;
    let search = picker.form("#picker").set("q", "MUG enamel");
    let found = editor
        .submit_and_follow(&search.press("do", "search"))
        .await;
    assert_eq!(ids(&found), ["enamel-mug", "enamel-mug-camp"]);

    let nothing = found.form("#picker").set("q", "no such thing");
    let found = editor
        .submit_and_follow(&nothing.press("do", "search"))
        .await;
    assert!(
        found
            .text(".empty")
            .contains("Nothing matches “no such thing”")
    );
}

#[tokio::test]
async fn folders_lead_in_and_out() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let mut picker = editor.get(&format!("{draft}/assets")).await;
    for folder in ["dms7snapshot", "dms7snapshot/documents"] {
        let form = picker.form("#picker").press("open", folder);
        picker = editor.submit_and_follow(&form).await;
    }
    assert_eq!(
        picker.texts(".breadcrumb li"),
        ["All folders", "dms7snapshot", "documents"]
    );
    let found = ids(&picker);
    assert!(found.contains(&"gspdf".to_owned()), "{found:?}");
    assert!(!found.contains(&"spinset".to_owned()), "{found:?}");
    let out = picker.form("#picker").press("open", "/");
    let all = editor.submit_and_follow(&out).await;
    assert!(!all.has(".breadcrumb"));
}

#[tokio::test]
async fn what_is_ticked_survives_every_button() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets")).await;
    let first = picker.attributes(".asset-row input:not([disabled])", "value");
    let form = picker.form("#picker").and("asset", &first[0]);
    let second_page = editor.submit_and_follow(&form.press("do", "more")).await;
    assert_ne!(ids(&second_page), ids(&picker));
    assert!(second_page.body.contains("1 asset selected so far"));

    let next = second_page.attributes(".asset-row input:not([disabled])", "value");
    let form = second_page.form("#picker").and("asset", &next[0]);
    let form = form.press("do", "search");
    let again = editor.submit_and_follow(&form).await;
    assert!(again.body.contains("2 assets selected so far"));
    assert_eq!(again.count(".asset-row input[checked]"), 1);

    let add = again.form("#picker").press("do", "add");
    let details = editor.submit_and_follow(&add).await;
    assert_eq!(details.count(".asset-list .asset-row"), 2);
}

#[tokio::test]
async fn all_assets_are_found_page_by_page() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let mut picker = editor.get(&format!("{draft}/assets")).await;
    let mut found = ids(&picker);
    while picker.has("button[value=more]") {
        let more = picker.form("#picker").press("do", "more");
        picker = editor.submit_and_follow(&more).await;
        found.extend(ids(&picker));
    }
    assert_eq!(found.len(), app.sandbox.origin().assets().len());
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), app.sandbox.origin().assets().len());
}

#[tokio::test]
async fn excluded_formats_cannot_be_ticked_and_unpublished_ones_say_so() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let excluded = editor.get(&format!("{draft}/assets?q=logo-print")).await;
    assert!(excluded.has(".asset-row.is-disabled input[disabled]"));
    assert!(excluded.body.contains("this format cannot be invalidated"));
    let unpublished = editor
        .get(&format!("{draft}/assets?q=spring-preview"))
        .await;
    assert_eq!(unpublished.text(".badge"), "not published");
    let details = pick(&editor, &draft, "spring-preview").await;
    assert!(details.text(".asset-meta").contains("not published"));
}

#[tokio::test]
async fn assets_that_are_none_are_not_selected() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let unknown = "00000000-0000-7000-8000-000000000000";
    let path = format!("{draft}/assets");
    for (asset, status) in [(unknown, 303), ("x", 400)] {
        let fields = [("asset", asset), ("do", "add")];
        let answer = editor.post(&path, &fields).await;
        assert!(
            answer.status == status || answer.status == 404,
            "{}",
            answer.status
        );
    }
    let details = editor.get(&format!("{draft}/details")).await;
    assert_eq!(details.count(".asset-list .asset-row"), 0);
}

#[tokio::test]
async fn odd_searches_break_nothing() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for query in [
        "q=%00",
        "q=%25_%5C'%22",
        "q=%F0%9F%98%80",
        "folder=..%2F..",
        "folder=%00",
        "after=nonsense",
        "after=%00",
    ] {
        let answer = editor.get(&format!("{draft}/assets?{query}")).await;
        assert_eq!(answer.status, 200, "{query}");
    }
    let long = format!("{draft}/assets?q={}", "x%20".repeat(2_000));
    assert_eq!(editor.get(&long).await.status, 200);
    assert_eq!(editor.get(COMPANY).await.status, 200);
}
