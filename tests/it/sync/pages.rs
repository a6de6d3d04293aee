//! Settings > Catalogue: who may see it, what it says, what its buttons do.

use std::time::Duration;

use unstale::{
    config::SyncConfig, demo, domain::ReadingKind, sandbox::ips::Only, store::SyncLease,
};

use crate::support::app::{Start, TestApp};

const PAGE: &str = "/c/dms7snapshot/settings/catalogue";
const PATIENCE: Duration = Duration::from_mins(1);

async fn reading() -> TestApp {
    let app = TestApp::with(Start {
        catalogue: Some(demo::Catalogue::Read),
        ..Start::default()
    })
    .await;
    // Nobody says that there is a company now; the next look at what is due finds it.
    app.clock.advance(SyncConfig::default().idle);
    app
}

#[tokio::test]
async fn a_connected_company_is_read_by_itself_and_the_page_says_so() {
    let app = reading().await;
    app.catalogue_is_read().await;
    let page = app.admin().await.get(PAGE).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text(".notice").contains("Up to date."),
        "{}",
        page.body
    );
    assert!(
        page.text(".facts").contains("new, 0 changed, 0 vanished"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn what_could_not_be_read_beside_the_assets_is_said() {
    let app = reading().await;
    app.catalogue_is_read().await;
    app.ips().knobs(|knobs| {
        knobs.fault = Some(20_003);
        knobs.only = Some(Only::Operation("getFolderTree"));
    });
    let admin = app.admin().await;
    admin.post(PAGE, &[("do", "read-all")]).await;
    app.catalogue_is_read().await;
    let page = admin.get(PAGE).await;
    assert!(page.text(".notice.success").contains("Up to date."));
    let notice = page.text(".notice.warns");
    assert!(notice.contains("The folders could not be read"), "{notice}");
}

#[tokio::test]
async fn a_list_without_most_of_the_assets_is_a_warning_and_a_button() {
    let app = reading().await;
    app.catalogue_is_read().await;
    app.ips().knobs(|knobs| knobs.search.blind = true);
    app.clock.advance(Duration::from_secs(1));
    let admin = app.admin().await;
    admin.post(PAGE, &[("do", "compare")]).await;
    app.catalogue_is_read().await;
    let page = admin.get(PAGE).await;
    let standing = page.text("#progress .notice[role=status]");
    assert!(
        standing.contains("Up to date, except for deletions."),
        "{standing}"
    );
    assert!(
        page.body.contains("Dynamic Media lists none of the"),
        "{}",
        page.body
    );
    assert!(
        page.text(".facts").contains(", 0 vanished"),
        "{}",
        page.body
    );
    assert_eq!(page.text("button[value=take-away]"), "Take them away");
    admin.post(PAGE, &[("do", "stop")]).await;
    let stopped = admin.get(PAGE).await;
    assert_eq!(stopped.count("button[value=take-away]"), 0);
    assert!(stopped.body.contains("once <strong>Start</strong>"));
    admin.post(PAGE, &[("do", "start")]).await;

    app.clock.advance(Duration::from_secs(1));
    let pressed = admin.post(PAGE, &[("do", "take-away")]).await;
    assert_eq!(pressed.status, 303);
    app.catalogue_is_read().await;
    let page = admin.get(PAGE).await;
    assert!(
        page.text(".notice").contains("Up to date."),
        "{}",
        page.body
    );
    assert!(!page.has("button[value=take-away]"));
    assert!(
        !page.text(".facts").contains(", 0 vanished"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn how_it_goes_on_is_told_as_it_is() {
    let app = reading().await;
    app.catalogue_is_read().await;
    app.ips().knobs(|knobs| knobs.fault = Some(10_001));
    let company = app.company().await.id;
    let store = &app.app.store;
    let syncer = &app.app.syncer;
    syncer
        .read_soon(company, ReadingKind::Increment)
        .await
        .unwrap();
    let stopped = async {
        while !store.catalogue_sync(company).await.unwrap().stopped {
            tokio::task::yield_now().await;
        }
    };
    let stopped = tokio::time::timeout(PATIENCE, stopped).await;
    stopped.expect("a refused sign-in stops it");
    let admin = app.admin().await;
    let notice = admin.get(PAGE).await.text(".notice.blocks");
    assert!(
        notice.contains("Start lets it go on where it was."),
        "{notice}"
    );
    store.delete_connection(company).await.unwrap();
    let page = admin.get(PAGE).await;
    assert!(
        page.text("[role=status]").contains("Not connected"),
        "{}",
        page.body
    );
    let notice = page.text(".notice.blocks");
    assert!(notice.contains("What was read before stays."), "{notice}");
    assert!(!notice.contains("where it was"), "{notice}");
}

#[tokio::test]
async fn an_editor_may_neither_see_nor_press_anything() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    assert_eq!(editor.get(PAGE).await.status, 403);
    assert_eq!(editor.post(PAGE, &[("do", "stop")]).await.status, 403);
    assert_eq!(app.anonymous().get(PAGE).await.status, 303);
    let anonymous = app.anonymous().post(PAGE, &[("do", "stop")]).await;
    assert_eq!(anonymous.status, 401);
}

#[tokio::test]
async fn progress_is_shown_and_stop_and_start_work() {
    let app = reading().await;
    app.catalogue_is_read().await;
    app.ips().knobs(|knobs| {
        knobs.hold = true;
        knobs.only = Some(Only::Operation("searchAssets"));
    });
    let admin = app.admin().await;
    let asked = app.ips().calls().len();
    let pressed = admin.post(PAGE, &[("do", "read-all")]).await;
    assert_eq!(pressed.status, 303);
    app.ips().wait_for_calls(asked + 1).await;
    let page = admin.get(PAGE).await;
    assert!(
        page.text(".notice").contains("Reading all assets."),
        "{}",
        page.body
    );

    assert_eq!(admin.post(PAGE, &[("do", "stop")]).await.status, 303);
    let page = admin.get(PAGE).await;
    assert!(
        page.text(".notice").contains("Stopped by somebody."),
        "{}",
        page.body
    );
    app.ips().knobs(|knobs| knobs.hold = false);
    assert_eq!(admin.post(PAGE, &[("do", "start")]).await.status, 303);
    app.catalogue_is_read().await;
    let page = admin.get(PAGE).await;
    assert!(
        page.text(".notice").contains("Up to date."),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn a_reading_under_way_shows_a_bar_its_rate_and_the_time_left() {
    let app = TestApp::start().await;
    let (store, company) = (&app.app.store, app.company().await.id);
    let now = app.clock.now();
    // The lease is ours, so nobody else reads on.
    let lease = SyncLease(app.clock.new_uuid());
    let until = now.plus(Duration::from_hours(1));
    let leased = store.lease_sync(company, lease, now, until).await.unwrap();
    let mut sync = leased.unwrap();
    sync.begin(ReadingKind::Full, now);
    (sync.seen, sync.total) = (12_000, Some(1_000_000));
    store.save_sync(company, lease, &sync, None).await.unwrap();
    store.set_sync_stopped(company, false).await.unwrap();
    app.clock.advance(Duration::from_secs(10));

    let admin = app.admin().await;
    let page = admin.get(PAGE).await;
    let bar = ["value", "max"].map(|name| page.attributes("progress", name).remove(0));
    assert_eq!(bar, ["12000", "1000000"]);
    let told = "12,000 of 1,000,000 assets, 1,200 a second, about 14 minutes left";
    assert_eq!(page.text("#progress .notice p"), told);
    let moves = page.body.contains("http-equiv=\"refresh\"");
    assert!(moves, "without JavaScript too");
    // While it is not known how many there are, there is no bar to fill.
    sync.total = None;
    store.save_sync(company, lease, &sync, None).await.unwrap();
    let page = admin.get(PAGE).await;
    assert!(!page.has("progress") && page.has("[role=progressbar]"));
    assert_eq!(
        page.text("#progress .notice p"),
        "12,000 assets, 1,200 a second"
    );
}

#[tokio::test]
async fn the_interval_is_one_of_those_offered() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let saved = admin.post(PAGE, &[("do", "interval"), ("minutes", "360")]);
    assert_eq!(saved.await.status, 303);
    let page = admin.get(PAGE).await;
    assert_eq!(page.attributes("option[selected]", "value"), ["360"]);
    for minutes in ["7", "-5", "many", "99999999999999999999"] {
        let form = [("do", "interval"), ("minutes", minutes)];
        assert_eq!(admin.post(PAGE, &form).await.status, 400, "{minutes}");
    }
}

#[tokio::test]
async fn a_failure_is_told_with_what_to_do() {
    // The last two: somebody has taken the account out of the company.
    for (code, advice) in [
        (20_003, "role"),
        (20_000, "Adobe does not know this company here."),
        (20_006, "The account does not belong to this company."),
    ] {
        let app = reading().await;
        app.catalogue_is_read().await;
        let (store, company) = (&app.app.store, app.company().await.id);
        let folders = store.known_folders(company).await.unwrap();
        app.ips().knobs(|knobs| knobs.fault = Some(code));
        app.app
            .syncer
            .read_soon(company, ReadingKind::Increment)
            .await
            .unwrap();
        while !store.catalogue_sync(company).await.unwrap().stopped {
            tokio::task::yield_now().await;
        }
        let page = app.admin().await.get(PAGE).await;
        let notice = page.text(".notice.blocks");
        assert!(notice.contains("The last attempt failed"), "{}", page.body);
        assert!(notice.contains("What was read before stays."), "{notice}");
        let quoted = format!("Adobe refused ({code}): A switch of the sandbox is on.");
        assert!(notice.contains(&quoted), "{notice}");
        assert!(notice.contains(advice), "{notice}");
        assert_eq!(store.known_folders(company).await.unwrap(), folders);
    }
}
