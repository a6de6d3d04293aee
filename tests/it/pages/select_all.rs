//! *Select all that match*, without JavaScript: what it did, and what that means for the limit of one request.

use unstale::domain::Asset;

use super::new_draft;
use crate::support::{app::TestApp, browser::Browser};

const LIMIT: &str = "One request takes 1,000 URLs";

/// What the page says after the button was pressed on a list.
async fn press(editor: &Browser, draft: &str, query: &str) -> String {
    let picker = editor.get(&format!("{draft}/assets?{query}")).await;
    let form = picker.form("#picker").press("do", "select-all");
    let after = editor.submit_and_follow(&form).await;
    after.text("#results [role=status]")
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
    let company = app.company().await.id;
    let put = app.app.store.put_assets(company, &assets, app.clock.now());
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
    assert!(!picker.has("#results [role=status]"), "it is said once");
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

#[tokio::test]
async fn what_somebody_writes_into_the_address_says_nothing() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for odd in ["", "-1", "many", "99999999999999999999999", "%3Cb%3E"] {
        let picker = editor
            .get(&format!("{draft}/assets?q=mug&added={odd}"))
            .await;
        assert_eq!(picker.status, 200, "{odd}");
        assert!(!picker.has("#results [role=status]"), "{odd}");
    }
}
