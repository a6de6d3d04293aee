//! The picker's folder tree.

use reqwest::Method;
use unstale::domain::{Asset, AssetKey};

use super::new_draft;
use crate::support::{
    app::TestApp,
    browser::{Browser, encode},
};

/// Puts one asset into each of these folders.
async fn put(app: &TestApp, folders: &[String]) {
    let one = app.add_asset("in-a-folder").await;
    let assets: Vec<Asset> = (0..)
        .zip(folders)
        .map(|(n, folder)| Asset {
            key: AssetKey::from_uuid(app.clock.new_uuid()),
            id: format!("in-a-folder-{n}"),
            folder: folder.clone(),
            ..one.clone()
        })
        .collect();
    let company = app.company().await.id;
    let put = app.app.store.put_assets(company, &assets, app.clock.now());
    put.await.unwrap();
}

/// The paths of the tree's folders, from top to bottom.
async fn tree(editor: &Browser, draft: &str, query: &str) -> Vec<String> {
    let picker = editor.get(&format!("{draft}/assets?{query}")).await;
    picker.attributes("#folders button[name=open]", "value")
}

#[tokio::test]
async fn the_folders_in_a_folder_are_a_part_of_their_own() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let inside = editor
        .get(&format!("{draft}/assets/folders?at=dms7snapshot"))
        .await;
    assert!(
        inside
            .texts(".folder-name")
            .contains(&"documents".to_owned())
    );
    for odd in ["nowhere", "%00", "..%2F"] {
        let nothing = editor
            .get(&format!("{draft}/assets/folders?at={odd}"))
            .await;
        assert_eq!(
            (nothing.status.as_u16(), nothing.count("li")),
            (200, 0),
            "{odd}"
        );
    }
}

#[tokio::test]
async fn the_way_to_an_open_folder_stands_in_the_tree_with_all_that_is_beside_it() {
    let app = TestApp::start().await;
    let folders = ["a/b/c", "a/b/d", "a/e", "f/g"].map(str::to_owned);
    put(&app, &folders).await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let outside = ["a", "dms7snapshot", "f"];
    assert_eq!(tree(&editor, &draft, "show=all").await, outside);
    let around = ["a", "a/b", "a/b/c", "a/b/d", "a/e", "dms7snapshot", "f"];
    for open in ["a/b", "a/b/c"] {
        let shown = tree(&editor, &draft, &format!("folder={open}")).await;
        assert_eq!(shown, around, "{open}");
    }
    let picker = editor.get(&format!("{draft}/assets?folder=a/b")).await;
    assert_eq!(
        picker.attributes("#folders [aria-current]", "value"),
        ["a/b"]
    );
    assert_eq!(picker.count(".unfold[aria-expanded=true]:not([hx-get])"), 2);
    assert_eq!(picker.count(".unfold[aria-expanded=false][hx-get]"), 2);
    let counts = picker.texts("#folders .folder-row .hint");
    assert_eq!(counts[..5], ["3", "2", "1", "1", "1"]);
    assert_eq!(tree(&editor, &draft, "folder=nowhere/x").await, outside);
}

#[tokio::test]
async fn a_folder_among_too_many_is_found_by_its_name_without_javascript_too() {
    let app = TestApp::start().await;
    let folders: Vec<String> = (0..400).map(|n| format!("many/f-{n:03}")).collect();
    put(&app, &folders).await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?folder=many")).await;
    assert!(picker.text("#folders").contains("and 100 more"));
    // The last one stands there once it is open.
    let open = editor
        .get(&format!("{draft}/assets?folder=many/f-399"))
        .await;
    let current = open.attributes("#folders [aria-current]", "value");
    assert_eq!(current, ["many/f-399"]);
    assert!(open.text("#folders").contains("and 299 more"));

    let form = picker
        .form("#picker")
        .set("find", "F-39")
        .press("do", "search");
    let found = editor.submit_and_follow(&form).await;
    let paths = found.attributes("#folders button[name=open]", "value");
    assert_eq!(paths.len(), 10);
    assert_eq!(found.texts("#folders .folder-name")[0], "many/f-390");
    let form = found.form("#picker").press("open", &paths[9]);
    let inside = editor.submit_and_follow(&form).await;
    assert_eq!(inside.text(".breadcrumb [aria-current]"), "f-399");
    assert_eq!(inside.form("#picker").value("find"), "", "it is found");

    let part = editor
        .get(&format!("{draft}/assets/folders?find=nowhere&open=many"))
        .await;
    assert!(part.text("[data-says]").contains("“nowhere”"));
    let part = editor
        .get(&format!("{draft}/assets/folders?find=&open=many/f-399"))
        .await;
    assert_eq!(part.attributes("[aria-current]", "value"), ["many/f-399"]);
}

#[tokio::test]
async fn a_folder_that_is_longer_than_any_is_one_that_nobody_has() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let top = tree(&editor, &draft, "show=all").await;
    let long = "a/".repeat(5_000) + "a";
    let address = format!("{draft}/assets?folder={long}");
    let posted = |field: &str, value: String| {
        let fields = encode(&[(field, &value)]);
        let request = editor.request(Method::POST, &format!("{draft}/assets"));
        let request = request
            .header("sec-fetch-site", "same-origin")
            .header("hx-request", "true")
            .header("content-type", "application/x-www-form-urlencoded");
        editor.send(request.body(fields))
    };
    for picker in [
        editor.get(&address).await,
        posted("folder", long.clone()).await,
        posted("open", long.clone()).await,
        posted("page", format!("?folder={long}")).await,
    ] {
        assert_eq!(picker.status, 200);
        assert!(picker.count(".breadcrumb li") <= 2, "no way leads there");
        let listed = picker.attributes("#folders button[name=open]", "value");
        assert_eq!(listed, top);
        assert!(picker.body.len() < 100_000, "{}", picker.body.len());
    }
    let picker = editor.get(&address).await;
    assert!(picker.text(".empty").contains("open another folder"));
    for field in ["at", "open"] {
        let part = format!("{draft}/assets/folders?{field}={long}");
        let part = editor.get(&part).await;
        assert_eq!(part.status, 200);
        assert!(!part.body.contains("a/a/a"));
    }
}
