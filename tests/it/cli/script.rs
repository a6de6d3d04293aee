//! From an empty folder to a picker that finds, by script alone.

use unstale::sandbox::ACCOUNT;

use super::{Beside, Served, success};

#[tokio::test(flavor = "multi_thread")]
async fn a_script_goes_from_an_empty_folder_to_a_picker_that_finds() {
    let beside = Beside::start().await;
    beside.add_people().await;
    success(&beside.connect(ACCOUNT, &[]).await);
    assert!(
        beside
            .says(&["company", "test"])
            .await
            .contains("Catalogue readable")
    );
    beside
        .says(&["host", "add", beside.sandbox.base_url()])
        .await;
    beside
        .says(&["template", "import", "--as", "admin@example.com"])
        .await;
    let read = beside.says(&["sync"]).await;
    assert!(
        read.starts_with("snapshot-outdoor: ") && !read.contains(" 0 assets"),
        "{read}"
    );

    let served = Served::start(beside.path(), &[]);
    let admin = served.admin().await;
    let start = admin.open("/invalidations/new").await;
    let details = admin.submit(&start.form("main form")).await.location();
    let draft = details.strip_suffix("/details").unwrap();
    let picker = admin.get(&format!("{draft}/assets?q=spinset")).await;
    assert_eq!(picker.texts(".asset-row .asset-id")[0], "spinset");
    let key = picker.attributes(".asset-row input[name=asset]", "value");
    let form = picker.form("#picker").and("asset", &key[0]);
    let details = admin.submit_and_follow(&form.press("do", "add")).await;
    let next = details.form("#details").press("do", "next");
    let confirm = admin.submit_and_follow(&next).await;
    let listed = confirm.texts("#list .url-row .url-text");
    assert_eq!(listed.len(), 5, "the template's lines: {listed:?}");
}
