//! The picker's filters, by what they leave on the list.

use std::time::Duration;

use unstale::{
    clock::Timestamp,
    domain::{Asset, AssetKey},
    sandbox::ips::Only,
};

use super::{draft_with_urls, new_draft, next, pick, settled, submit};
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser, encode},
};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// The IDs that the picker lists.
fn ids(picker: &Answer) -> Vec<String> {
    picker.texts(".asset-row .asset-id")
}

/// What the filters leave of the assets of a test, all of which have `probe` in their IDs.
async fn left(editor: &Browser, draft: &str, filters: &[(&str, &str)]) -> Vec<String> {
    let query = encode(&[&[("show", "all"), ("q", "probe")], filters].concat());
    let picker = editor.get(&format!("{draft}/assets?{query}")).await;
    assert_eq!(picker.status, 200);
    ids(&picker)
}

/// Puts an asset into the catalogue, made and changed so long ago.
async fn put(app: &TestApp, id: &str, made: Duration, changed: Duration) -> Asset {
    let now = app.clock.now();
    let asset = Asset {
        key: AssetKey::from_uuid(app.clock.new_uuid()),
        id: id.to_owned(),
        file_name: format!("{id}.jpg"),
        folder: "probes".to_owned(),
        asset_type: "Image".to_owned(),
        published: true,
        handle: None,
        created_at: now.minus(made),
        changed_at: now.minus(changed),
        vanished_at: None,
    };
    store(app, &asset).await;
    asset
}

async fn store(app: &TestApp, asset: &Asset) {
    let company = app.company().await.id;
    let assets = std::slice::from_ref(asset);
    let put = app.app.store.put_assets(company, assets, app.clock.now());
    put.await.unwrap();
}

/// Three assets, changed a minute, some hours and some days ago.
async fn with_probes() -> TestApp {
    let app = TestApp::start().await;
    put(&app, "probe-a", 20 * DAY, Duration::from_mins(1)).await;
    put(&app, "probe-b", 20 * DAY, 3 * HOUR).await;
    put(&app, "probe-c", 3 * DAY, 3 * DAY).await;
    app
}

#[tokio::test]
async fn what_changed_lately_is_told_by_the_hour_the_day_and_the_week() {
    let app = with_probes().await;
    put(&app, "probe-d", 20 * DAY, 10 * DAY).await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for (changed, expected) in [
        ("hour", &["probe-a"][..]),
        ("day", &["probe-a", "probe-b"]),
        ("week", &["probe-a", "probe-b", "probe-c"]),
        ("month", &["probe-a", "probe-b", "probe-c", "probe-d"]),
    ] {
        let found = left(&editor, &draft, &[("changed", changed)]).await;
        assert_eq!(found, expected, "{changed}");
    }
}

#[tokio::test]
async fn a_date_begins_at_midnight_utc_and_the_page_says_so() {
    let app = TestApp::start().await;
    let midnight = app.clock.now().to_utc().replace_time(time::Time::MIDNIGHT);
    let midnight = Timestamp::from_micros(midnight.unix_timestamp() * 1_000_000);
    for (id, at) in [
        ("probe-before", midnight.minus(Duration::from_secs(1))),
        ("probe-after", midnight),
    ] {
        let mut asset = put(&app, id, 20 * DAY, HOUR).await;
        asset.changed_at = at;
        store(&app, &asset).await;
    }
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let date = midnight.to_utc().date().to_string();
    let found = left(&editor, &draft, &[("since", &date)]).await;
    assert_eq!(found, ["probe-after"]);
    let picker = editor.get(&format!("{draft}/assets?since={date}")).await;
    assert_eq!(picker.form("#picker").value("since"), date);
    assert!(picker.text("label[for=since]").contains("UTC"));
}

#[tokio::test]
async fn changed_since_its_last_invalidation_goes_by_what_adobe_took() {
    let app = with_probes().await;
    let editor = app.editor().await;
    for (fault, expected) in [
        (Some(20_003), &["probe-a", "probe-b", "probe-c"][..]),
        (None, &["probe-b", "probe-c"]),
    ] {
        app.ips().knobs(|knobs| {
            knobs.only = Some(Only::Operation("cdnCacheInvalidation"));
            knobs.fault = fault;
        });
        let draft = new_draft(&editor).await;
        let details = pick(&editor, &draft, "probe-a").await;
        let confirm = next(&editor, &details).await;
        let outcome = submit(&editor, &confirm).await;
        settled(&editor, &outcome).await;
        let draft = new_draft(&editor).await;
        let found = left(&editor, &draft, &[("uncleared", "1")]).await;
        assert_eq!(found, expected, "{fault:?}");
    }
    // Nor does it matter whether somebody typed the URL.
    let typed = app.exact("probe-b?wid=100");
    let (_, details) = draft_with_urls(&editor, &typed).await;
    let confirm = next(&editor, &details).await;
    let outcome = submit(&editor, &confirm).await;
    settled(&editor, &outcome).await;
    let draft = new_draft(&editor).await;
    let found = left(&editor, &draft, &[("uncleared", "1")]).await;
    assert_eq!(found, ["probe-c"]);
    let recent = editor.get(&format!("{draft}/assets?show=recent")).await;
    assert!(!recent.text("#results").contains("probe-b"));
}

#[tokio::test]
async fn new_is_what_was_made_in_the_last_week() {
    let app = with_probes().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    assert_eq!(left(&editor, &draft, &[("new", "1")]).await, ["probe-c"]);
}

#[tokio::test]
async fn marked_for_publish_or_not() {
    let app = with_probes().await;
    let mut waits = put(&app, "probe-waits", DAY, HOUR).await;
    waits.published = false;
    store(&app, &waits).await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let found = left(&editor, &draft, &[("publish", "no")]).await;
    assert_eq!(found, ["probe-waits"]);
    let found = left(&editor, &draft, &[("publish", "yes")]).await;
    assert_eq!(found, ["probe-a", "probe-b", "probe-c"]);
}

#[tokio::test]
async fn class_and_type_narrow_together_and_each_row_says_both() {
    let app = TestApp::start().await;
    for (id, kind) in [
        ("probe-image", "Image"),
        ("probe-set", "SpinSet"),
        ("probe-pdf", "Pdf"),
        ("probe-word", "Word"),
        ("probe-odd", "Hologram"),
    ] {
        let mut asset = put(&app, id, DAY, HOUR).await;
        kind.clone_into(&mut asset.asset_type);
        store(&app, &asset).await;
    }
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for (filters, expected) in [
        (&[("class", "image")][..], &["probe-image", "probe-set"][..]),
        (&[("class", "content")], &["probe-odd", "probe-pdf"]),
        (&[("class", "unsupported")], &["probe-word"]),
        (&[("type", "SpinSet")], &["probe-set"]),
        (&[("class", "image"), ("type", "SpinSet")], &["probe-set"]),
        (
            &[("class", "content"), ("type", "Hologram")],
            &["probe-odd"],
        ),
    ] {
        assert_eq!(left(&editor, &draft, filters).await, expected);
    }
    let says = async |id: &str| {
        let picker = editor.get(&format!("{draft}/assets?q={id}")).await;
        picker.texts(".asset-name .asset-meta").remove(0)
    };
    assert_eq!(says("probe-image").await, "Image · probes");
    assert_eq!(says("probe-set").await, "Image · SpinSet · probes");
    assert_eq!(says("probe-pdf").await, "Other content · Pdf · probes");
    assert_eq!(says("probe-word").await, "Excluded format · Word · probes");

    let address = format!("{draft}/assets?class=image&type=Pdf");
    let nothing = editor.get(&address).await;
    let why = nothing.text(".empty");
    assert!(why.contains("“\u{2068}Pdf\u{2069}” is not among"), "{why}");
}

#[tokio::test]
async fn every_documented_type_can_be_chosen_though_nobody_has_one() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?type=Hologram")).await;
    let types = picker.texts("#type option");
    for kind in ["Any", "SpinSet", "ThreeD", "InDesign", "Hologram"] {
        let times = types.iter().filter(|it| *it == kind).count();
        assert_eq!(times, 1, "{kind}");
    }
    assert_eq!(picker.text("#type option[selected]"), "Hologram");
}

#[tokio::test]
async fn only_what_is_right_in_a_folder_or_all_that_is_below() {
    let app = TestApp::start().await;
    for (id, folder) in [
        ("probe-here", "probes"),
        ("probe-below", "probes/deep"),
        ("probe-beside", "probes-2"),
    ] {
        let mut asset = put(&app, id, DAY, HOUR).await;
        folder.clone_into(&mut asset.folder);
        store(&app, &asset).await;
    }
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?folder=probes")).await;
    assert_eq!(ids(&picker), ["probe-below", "probe-here"]);
    let only = picker.form("#picker").set("only", "1");
    let only = editor.submit_and_follow(&only.press("do", "search")).await;
    assert_eq!(ids(&only), ["probe-here"]);
    assert!(only.has("input[name=only][checked]"));
}
