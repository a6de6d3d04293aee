//! How current the picker is: opening it has the changes read, and what was just replaced comes on top.

use std::time::Duration;

use unstale::{demo, domain::ReadingKind, sandbox::ips::Only};

use super::{COMPANY, new_draft};
use crate::support::{
    app::{Start, TestApp},
    browser::{Answer, Browser},
};

/// Longer than a catalogue is fresh, and far shorter than the interval at which it is read by itself.
const A_WHILE: Duration = Duration::from_mins(2);

/// An Unstale that has read everything.
pub async fn read() -> TestApp {
    let app = TestApp::with(Start {
        catalogue: Some(demo::Catalogue::Read),
        ..Start::default()
    })
    .await;
    let company = app.company().await.id;
    app.app.syncer.go_on(company).await.unwrap();
    app.catalogue_is_read().await;
    app
}

/// Searches of the catalogue that Adobe's stand-in received.
fn searches(app: &TestApp) -> usize {
    let calls = app.ips().calls();
    calls
        .iter()
        .filter(|call| call.operation == "searchAssets")
        .count()
}

fn hold(app: &TestApp, is_held: bool) {
    app.ips().knobs(|knobs| {
        knobs.only = Some(Only::Operation("searchAssets"));
        knobs.hold = is_held;
    });
}

fn first(picker: &Answer) -> String {
    picker.texts(".asset-row .asset-id").remove(0)
}

/// The address by which the open page asks for a newer one.
fn newer(picker: &Answer) -> String {
    picker
        .attributes("[hx-trigger='every 4s']", "hx-get")
        .remove(0)
}

/// Asks for it as htmx does.
async fn ask(editor: &Browser, address: &str) -> Answer {
    let request = editor.request(reqwest::Method::GET, address);
    editor.send(request.header("hx-request", "true")).await
}

#[tokio::test]
async fn the_open_picker_shows_what_was_just_replaced_on_top() {
    let app = read().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let address = format!("{draft}/assets");
    let before = searches(&app);
    let picker = editor.get(&address).await;
    assert!(
        picker.text("#results > .hint").starts_with("As of "),
        "{}",
        picker.body
    );
    assert!(!picker.has("[hx-trigger='every 4s']"), "it is new");
    let company = app.company().await.id;
    let sync = app.app.store.catalogue_sync(company).await.unwrap();
    assert_eq!(
        (sync.wanted, searches(&app)),
        (None, before),
        "and not asked for again"
    );

    app.clock.advance(A_WHILE);
    app.sandbox.origin().publish("backpack").unwrap();
    hold(&app, true);
    let picker = editor.get(&address).await;
    assert_ne!(first(&picker), "backpack");
    let newer = newer(&picker);
    assert_eq!(ask(&editor, &newer).await.status, 204, "not yet");

    hold(&app, false);
    app.catalogue_is_read().await;
    assert_eq!(searches(&app), before + 1, "one page of changes");
    let view = ask(&editor, &newer).await;
    assert_eq!(view.status, 200);
    assert_eq!(first(&view), "backpack");
    assert!(view.text("h2").contains("Changed recently"));
    assert!(!view.has("#find"), "the folders stay as they are");
    assert!(!view.has("[hx-trigger='every 4s']"), "now it is new");
}

#[tokio::test]
async fn what_is_replaced_within_the_minute_comes_once_that_is_over() {
    let app = read().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    app.clock.advance(Duration::from_secs(20));
    app.sandbox.origin().publish("backpack").unwrap();
    let before = searches(&app);
    let picker = editor.get(&format!("{draft}/assets")).await;
    assert_ne!(first(&picker), "backpack");
    let later = picker.attributes("#as-of", "hx-get").remove(0);
    let trigger = picker.attributes("#as-of", "hx-trigger").remove(0);
    let seconds = trigger.strip_prefix("load delay:").unwrap();
    let seconds: u64 = seconds
        .strip_suffix("s, every 60s")
        .unwrap()
        .parse()
        .unwrap();
    assert!((2..=41).contains(&seconds), "{trigger}");

    app.clock.advance(Duration::from_secs(seconds));
    hold(&app, true);
    let part = ask(&editor, &later).await;
    assert_eq!(part.header("hx-retarget"), "this");
    let newer = newer(&part);
    hold(&app, false);
    app.catalogue_is_read().await;
    assert_eq!(searches(&app), before + 1, "one page of changes");
    let view = ask(&editor, &newer).await;
    assert_eq!(first(&view), "backpack");
    assert!(!view.has("#as-of[hx-trigger]"), "a page left open is quiet");

    // Asked by somebody else meanwhile.
    let view = ask(&editor, &later).await;
    assert_eq!(first(&view), "backpack");
    assert_eq!(searches(&app), before + 1);
}

#[tokio::test]
async fn right_after_a_long_reading_the_changes_since_its_beginning_are_read_too() {
    let app = read().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let company = app.company().await.id;
    hold(&app, true);
    let calls = app.ips().calls().len();
    let syncer = &app.app.syncer;
    syncer.read_soon(company, ReadingKind::Full).await.unwrap();
    app.ips().wait_for_calls(calls + 1).await;
    app.clock.advance(A_WHILE);
    hold(&app, false);
    app.catalogue_is_read().await;

    // Held, or what the page starts may be read before the page is made.
    hold(&app, true);
    let picker = editor.get(&format!("{draft}/assets")).await;
    let newer = newer(&picker);
    hold(&app, false);
    app.catalogue_is_read().await;
    assert_eq!(ask(&editor, &newer).await.status, 200, "{newer}");
}

#[tokio::test]
async fn what_was_replaced_while_all_ids_are_compared_is_read_after_it() {
    let app = read().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let company = app.company().await.id;
    hold(&app, true);
    let calls = app.ips().calls().len();
    let syncer = &app.app.syncer;
    syncer.read_soon(company, ReadingKind::Sweep).await.unwrap();
    app.ips().wait_for_calls(calls + 1).await;
    app.clock.advance(A_WHILE);
    app.sandbox.origin().publish("backpack").unwrap();
    let picker = editor.get(&format!("{draft}/assets")).await;
    let newer = newer(&picker);
    hold(&app, false);
    app.catalogue_is_read().await;
    let view = ask(&editor, &newer).await;
    assert_eq!(view.status, 200);
    assert_eq!(first(&view), "backpack");
}

#[tokio::test]
async fn without_javascript_a_button_shows_it_and_keeps_the_ticks() {
    let app = read().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    app.clock.advance(A_WHILE);
    app.sandbox.origin().publish("backpack").unwrap();
    hold(&app, true);
    let picker = editor.get(&format!("{draft}/assets")).await;
    assert!(
        picker
            .text("#results > .hint noscript")
            .contains("What changed since is being read")
    );
    let ticked = picker.attributes("input[name=asset]:not([disabled])", "value");
    hold(&app, false);
    app.catalogue_is_read().await;

    let form = picker.form("#picker").and("asset", &ticked[0]);
    let picker = editor
        .submit_and_follow(&form.press("list", "recent"))
        .await;
    assert_eq!(first(&picker), "backpack");
    assert_eq!(picker.text("#picked strong"), "1 asset");
    assert!(!picker.body.contains("is being read"), "{}", picker.body);
}

#[tokio::test]
async fn a_catalogue_that_nobody_reads_promises_nothing() {
    let app = read().await;
    let company = app.company().await.id;
    let store = &app.app.store;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let promises = async || {
        let picker = editor.get(&format!("{draft}/assets")).await;
        assert!(picker.text("#results > .hint").starts_with("As of "));
        let is_promised = picker.has("[hx-trigger='every 4s']");
        assert_eq!(is_promised, picker.has("#results > .hint noscript"));
        is_promised
    };
    app.execute("update catalogue_sync set retry_at = 9000000000000000000, problem = 'Down.', problem_at = 1")
        .await;
    app.clock.advance(A_WHILE);
    assert!(!promises().await, "the next attempt lies ahead");

    app.app.syncer.stop(company).await.unwrap();
    assert!(!promises().await, "somebody stopped it");

    store.delete_connection(company).await.unwrap();
    app.app.syncer.go_on(company).await.unwrap();
    assert!(!promises().await, "there is no account to read with");
}

#[tokio::test]
async fn tools_shows_what_was_just_replaced_and_keeps_the_ticks() {
    let app = read().await;
    let editor = app.editor().await;
    let tools = editor.get(COMPANY).await;
    let later = tools.attributes("#as-of[hx-trigger^='load delay:']", "hx-get");
    let part = ask(&editor, &later[0]).await;
    assert!(!part.has("#as-of[hx-trigger]"), "it is asked for once");
    app.clock.advance(A_WHILE);
    app.sandbox.origin().publish("backpack").unwrap();
    hold(&app, true);
    let tools = editor.get(COMPANY).await;
    assert!(tools.text("#changed").contains("Nothing was replaced"));
    assert!(tools.text("#as-of").starts_with("As of "));
    assert!(
        tools
            .text("#as-of noscript")
            .contains("load this page again")
    );
    let address = newer(&tools);
    assert_eq!(ask(&editor, &address).await.status, 204, "not yet");
    hold(&app, false);
    app.catalogue_is_read().await;
    let part = ask(&editor, &address).await;
    let ticked = |part: &Answer| part.attributes("#changed input[name=asset][checked]", "value");
    let backpack = ticked(&part);
    assert_eq!(part.texts(".asset-row bdi"), ["backpack"]);
    assert!(!part.has("[hx-trigger='every 4s']"), "now it is new");

    // Its tick is taken away while the next change is read.
    app.clock.advance(A_WHILE);
    app.sandbox.origin().publish("spinset").unwrap();
    hold(&app, true);
    let address = newer(&editor.get(COMPANY).await);
    hold(&app, false);
    app.catalogue_is_read().await;
    let address = format!("{address}&listed={}", backpack[0]);
    let part = ask(&editor, &address).await;
    assert_eq!(part.texts(".asset-row bdi"), ["spinset", "backpack"]);
    assert_eq!(ticked(&part).len(), 1);
    assert_ne!(ticked(&part), backpack);

    // One that others pushed off the list is not taken back by the button for all.
    let elsewhere = app.clock.new_uuid().to_string();
    let part = ask(&editor, &format!("{address}&listed={elsewhere}")).await;
    let listed = part.attributes("#changed > input[name=listed]", "value");
    assert_eq!(listed, [elsewhere]);
}

#[tokio::test]
async fn a_first_reading_says_how_far_it_is_and_fills_an_empty_list() {
    let app = TestApp::with(Start {
        catalogue: Some(demo::Catalogue::Read),
        ..Start::default()
    })
    .await;
    let company = app.company().await.id;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let address = format!("{draft}/assets");
    let picker = editor.get(&address).await;
    assert!(
        picker
            .text(".empty")
            .contains("An administrator can read the catalogue")
    );
    assert!(!picker.has("#as-of"), "nobody reads");

    hold(&app, true);
    let calls = app.ips().calls().len();
    app.app.syncer.go_on(company).await.unwrap();
    app.ips().wait_for_calls(calls + 1).await;
    let picker = editor.get(&address).await;
    let empty = picker.text(".empty");
    assert!(
        empty.contains("they appear as the catalogue is read"),
        "{empty}"
    );
    let said = "The catalogue is being read for the first time";
    assert!(picker.text("#as-of").starts_with(said));
    let tools = editor.get(COMPANY).await;
    assert!(tools.text("#as-of").starts_with(said));
    for page in [&tools, &editor.get(&format!("{address}?show=recent")).await] {
        assert!(page.body.contains("Nothing yet; what was replaced appears"));
    }
    let still = ask(&editor, &newer(&tools)).await;
    assert_eq!(still.header("hx-retarget"), "this");
    assert!(still.text("#as-of").starts_with(said) && !still.has("#changed"));
    let newer = newer(&picker);
    let still = ask(&editor, &newer).await;
    assert_eq!(still.header("hx-retarget"), "this");
    assert!(still.text("#as-of").starts_with(said) && !still.has("#results"));

    // Before the reading has come to its end, some of it is there.
    let asset = app.add_asset("read-first").await;
    let filled = ask(&editor, &newer).await;
    assert_eq!(first(&filled), asset.id);
    let picker = editor.get(&address).await;
    let still = ask(&editor, &super::freshness::newer(&picker)).await;
    assert!(!still.has("#results"), "nobody is disturbed");

    hold(&app, false);
    app.catalogue_is_read().await;
    let whole = ask(&editor, &super::freshness::newer(&picker)).await;
    assert!(whole.count(".asset-row") > 1);
    assert!(whole.text("#as-of").starts_with("As of "));
}
