//! The small pictures of assets: where they come from, and that nothing jumps while they load.

use super::{new_draft, next, pick};
use crate::support::{app::TestApp, browser::Answer};

/// The frame's picture, by the attributes that matter.
fn picture(page: &Answer) -> Option<[String; 4]> {
    let one = |name| page.attributes(".thumb img", name).pop();
    Some([one("src")?, one("width")?, one("height")?, one("loading")?])
}

#[tokio::test]
async fn they_come_from_the_publish_server_and_those_of_unpublished_assets_from_the_preview_server()
{
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for (id, server) in [
        ("enamel-mug-camp", app.sandbox.exact_url()),
        ("spring-preview", app.sandbox.preview_url()),
    ] {
        for view in ["", "&view=grid"] {
            let page = editor.get(&format!("{draft}/assets?q={id}{view}")).await;
            let [src, width, height, loading] = picture(&page).unwrap();
            assert!(src.starts_with(&format!("{server}/is/image/")), "{src}");
            assert!(src.contains(&format!("/{id}?wid=96&hei=96")), "{src}");
            assert_eq!([&*width, &*height, &*loading], ["48", "48", "lazy"]);
            assert_eq!(page.count(".thumb > svg"), 1, "below it, the icon");
        }
        let details = pick(&editor, &draft, id).await;
        let confirm = next(&editor, &details).await;
        for page in [details, confirm] {
            let from = format!("{server}/is/image/");
            let sources = page.attributes(".thumb img", "src");
            let src = sources.iter().find(|src| src.contains(&format!("/{id}?")));
            assert!(src.is_some_and(|src| src.starts_with(&from)), "{sources:?}");
        }
    }
}

#[tokio::test]
async fn tools_shows_what_is_not_published_from_the_preview_server_too() {
    let app = TestApp::start().await;
    let mut waits = app.add_asset("waits").await;
    app.clock.advance(std::time::Duration::from_hours(2));
    waits.changed_at = app.clock.now();
    waits.published = false;
    let company = app.company().await.id;
    let put = app
        .app
        .store
        .put_assets(company, &[waits], app.clock.now())
        .await;
    put.unwrap();
    let tools = app.editor().await.open("/").await;
    let [src, ..] = picture(&tools).unwrap();
    let server = app.sandbox.preview_url();
    assert!(src.starts_with(&format!("{server}/is/image/")), "{src}");
    assert!(src.contains("/waits?"), "{src}");
}

#[tokio::test]
async fn what_has_no_picture_shows_the_icon_of_its_kind() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let page = editor.get(&format!("{draft}/assets?q=gspdf")).await;
    assert_eq!(picture(&page), None);
    let icon = page.attributes(".thumb use", "href").remove(0);
    assert!(icon.ends_with("#document"), "{icon}");
}
