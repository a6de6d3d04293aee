//! What is read when all goes well, and how it goes on after an interruption.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use unstale::{
    domain::{ReadingKind, Step},
    ops::sync::Ended,
    sandbox::{
        ips::{Instead, Only},
        library::Library as _,
    },
};

use super::{Catalogue, ids_of, pages};
use crate::support::database::Backend;

/// Longer than the pause after a first failure.
const A_WHILE: Duration = Duration::from_mins(2);

async fn everything_is_found(backend: Backend) {
    let c = Catalogue::on(backend, 2_500).await;
    let sync = c.read_all().await;
    assert_eq!((sync.seen, sync.added), (2_500, 2_500));
    assert_eq!((sync.changed, sync.vanished, sync.skipped), (0, 0, 0));
    let asked = pages(&c.ips.calls());
    assert_eq!(
        asked[..4],
        [1, 2, 3, 1],
        "none beyond the last, then the changes"
    );
    assert_eq!(c.found().await, c.there());
    assert_eq!(c.store.presets(c.company).await.unwrap().len(), 5);
    assert!(!c.store.known_folders(c.company).await.unwrap().is_empty());
    let connection = c.store.connection_state(c.company).await.unwrap().unwrap();
    assert_eq!(
        connection.facts.unwrap().role.as_deref(),
        Some("IpsCompanyAdmin")
    );
    assert!(connection.template.unwrap().text.starts_with("<ID>\n"));

    let again = c.want(ReadingKind::Full).await;
    assert_eq!((again.seen, again.added, again.changed), (2_500, 0, 0));
}

#[tokio::test]
async fn all_assets_folders_and_presets_are_read_into_sqlite() {
    everything_is_found(Backend::Sqlite).await;
}

#[tokio::test]
async fn all_assets_folders_and_presets_are_read_into_postgresql() {
    everything_is_found(Backend::Postgres).await;
}

#[tokio::test]
async fn an_increment_asks_for_changes_only_and_finds_new_and_replaced_assets() {
    let c = Catalogue::of(2_500).await;
    c.read_all().await;
    c.later(Duration::from_hours(1));
    assert!(c.library.replace(7));
    c.library.add("brand-new", "campaigns");
    let before = c.ips.calls().len();
    let sync = c.want(ReadingKind::Increment).await;
    assert_eq!((sync.added, sync.changed, sync.seen), (1, 1, 2));
    let calls = c.calls_since(before);
    assert_eq!(pages(&calls), [1]);
    let condition = "systemFieldConditionArray/items/field";
    assert_eq!(calls[0].text(condition), Some("LastModified"));
    let replaced = c.library.with_number(7).unwrap();
    let kept = c
        .store
        .assets_by_id(c.company, &[replaced.name, "brand-new".to_owned()])
        .await
        .unwrap();
    assert_eq!(kept.len(), 2);
    assert!(
        kept.iter()
            .any(|asset| asset.changed_at == replaced.last_modified)
    );
}

#[tokio::test]
async fn a_change_just_before_the_last_reading_by_another_clock_is_not_missed() {
    let c = Catalogue::of(10).await;
    c.read_all().await;
    // Adobe's clock may be some minutes behind: what it changes now carries an instant before our reading.
    c.library.replace(3);
    c.later(Duration::from_mins(5));
    let sync = c.want(ReadingKind::Increment).await;
    assert_eq!(sync.seen, 1);
}

#[tokio::test]
async fn where_adobe_refuses_to_search_by_last_change_the_newest_changes_are_read_instead() {
    let c = Catalogue::of(2_500).await;
    c.knobs(|knobs| knobs.search.no_last_modified = Some(30_001));
    let sync = c.read_all().await;
    assert_eq!(sync.seen, 2_500);
    c.later(Duration::from_hours(1));
    c.library.replace(7);
    let before = c.ips.calls().len();
    let sync = c.want(ReadingKind::Increment).await;
    assert_eq!((sync.seen, sync.changed), (1, 1));
    let calls = c.calls_since(before);
    assert_eq!(pages(&calls), [1], "it is not tried again, and stops early");
    assert_eq!(calls[0].text("sortBy"), Some("Modified"));
}

#[tokio::test]
async fn whatever_a_search_by_last_change_is_refused_with_the_other_order_is_tried() {
    let c = Catalogue::of(10).await;
    c.read_all().await;
    for (number, code) in (0..).zip([20_005, 30_000, 30_001, 30_002, 30_003]) {
        c.knobs(|knobs| knobs.search.no_last_modified = Some(code));
        c.later(Duration::from_hours(24));
        c.want(ReadingKind::Sweep).await;
        c.later(Duration::from_hours(1));
        c.library.replace(number);
        let sync = c.want(ReadingKind::Increment).await;
        assert_eq!(sync.changed, 1, "{code}");
    }
}

#[tokio::test]
async fn where_the_other_order_is_refused_too_it_is_said_and_the_first_is_tried_again() {
    let c = Catalogue::of(10).await;
    c.read_all().await;
    c.later(Duration::from_hours(1));
    c.knobs(|knobs| {
        knobs.only = Some(Only::Operation("searchAssets"));
        knobs.fault = Some(30_000);
    });
    let before = c.ips.calls().len();
    let problem = c.failure().await;
    assert!(
        problem.starts_with("Adobe refused (30000): A switch"),
        "{problem}"
    );
    let calls = c.calls_since(before);
    let sorts: Vec<_> = calls
        .iter()
        .filter_map(|call| call.text("sortBy"))
        .collect();
    assert_eq!(sorts, ["Created", "Modified"]);
    assert!(!c.sync().await.by_modified);
    c.knobs(|knobs| knobs.fault = None);
    c.later(A_WHILE);
    let before = c.ips.calls().len();
    Catalogue::finished(c.read().await);
    assert_eq!(c.calls_since(before)[0].text("sortBy"), Some("Created"));
}

#[tokio::test]
async fn a_search_by_last_change_that_is_refused_on_a_later_page_begins_again_in_the_other_order() {
    let c = Catalogue::of(2_500).await;
    c.read_all().await;
    c.later(Duration::from_hours(1));
    for number in 0..1_500 {
        assert!(c.library.replace(number));
    }
    let ips = c.ips.clone();
    c.ips
        .on_page(move |_| ips.knobs(|knobs| knobs.search.no_last_modified = Some(30_001)));
    let before = c.ips.calls().len();
    let sync = c.want(ReadingKind::Increment).await;
    let calls = c.calls_since(before);
    assert_eq!(
        pages(&calls),
        [1, 2, 1, 2],
        "page 1 has been in another order"
    );
    let sorts: Vec<_> = calls
        .iter()
        .filter_map(|call| call.text("sortBy"))
        .collect();
    assert_eq!(sorts, ["Created", "Created", "Modified", "Modified"]);
    assert_eq!(
        (sync.seen, sync.changed),
        (1_500, 1_500),
        "none is counted twice"
    );

    // With the next comparison of all IDs it is given another chance.
    c.want(ReadingKind::Sweep).await;
    assert!(!c.sync().await.by_modified);
}

#[tokio::test]
async fn a_search_by_last_change_that_is_refused_to_who_takes_it_up_begins_again_too() {
    let c = Catalogue::of(2_500).await;
    c.read_all().await;
    c.later(Duration::from_hours(1));
    for number in 0..1_500 {
        assert!(c.library.replace(number));
    }
    c.knobs(|knobs| {
        knobs.only = Some(Only::FromPage(2));
        knobs.instead = Some(Instead::Closed);
    });
    c.syncer
        .read_soon(c.company, ReadingKind::Increment)
        .await
        .unwrap();
    c.failure().await;
    c.knobs(|knobs| {
        knobs.instead = None;
        knobs.search.no_last_modified = Some(30_001);
    });
    c.later(A_WHILE);
    let before = c.ips.calls().len();
    let sync = Catalogue::finished(c.read().await);
    let calls = c.calls_since(before);
    assert_eq!(pages(&calls), [1, 2, 1, 2], "the page before, once more");
    let sorts: Vec<_> = calls
        .iter()
        .filter_map(|call| call.text("sortBy"))
        .collect();
    assert_eq!(sorts, ["Created", "Created", "Modified", "Modified"]);
    assert_eq!(sync.changed, 1_500);
}

async fn deleted_assets_vanish_and_come_back(backend: Backend) {
    let c = Catalogue::on(backend, 2_500).await;
    c.read_all().await;
    c.later(Duration::from_hours(1));
    let gone = c.library.with_number(1_234).unwrap().name;
    c.library.remove(1_234);
    let sync = c.want(ReadingKind::Sweep).await;
    assert_eq!((sync.vanished, sync.seen), (1, 2_499));
    assert_eq!(c.found().await, c.there());

    c.later(Duration::from_hours(1));
    c.library.add(&gone, "campaigns");
    let sync = c.want(ReadingKind::Increment).await;
    assert_eq!(sync.added, 1);
    assert!(c.found().await.contains(&gone));
}

#[tokio::test]
async fn a_deleted_asset_vanishes_and_can_come_back_on_sqlite() {
    deleted_assets_vanish_and_come_back(Backend::Sqlite).await;
}

#[tokio::test]
async fn a_deleted_asset_vanishes_and_can_come_back_on_postgresql() {
    deleted_assets_vanish_and_come_back(Backend::Postgres).await;
}

#[tokio::test]
async fn an_asset_that_slips_between_two_pages_is_found_by_the_sweep_that_follows() {
    let c = Catalogue::of(2_500).await;
    let library = c.library.clone();
    c.ips.on_page(move |page| {
        if page == 2 {
            library.remove(5);
        }
    });
    let sync = c.read_all().await;
    assert_eq!(
        sync.seen, 2_499,
        "what was on page 1, and one fewer after it"
    );
    let missed = c.there().len() - c.found().await.intersection(&c.there()).count();
    assert_eq!(missed, 1);
    assert_eq!(c.sync().await.wanted, Some(ReadingKind::Sweep));
    c.later(Duration::from_secs(1));
    let sync = Catalogue::finished(c.read().await);
    assert_eq!((sync.added, sync.vanished), (1, 1));
    assert_eq!(c.found().await, c.there());
}

#[tokio::test]
async fn after_a_failure_it_goes_on_at_the_page_that_failed() {
    let c = Catalogue::of(4_500).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::FromPage(3));
        knobs.instead = Some(Instead::Closed);
    });
    let problem = c.failure().await;
    assert!(!problem.is_empty());
    let sync = c.sync().await;
    assert_eq!(
        (sync.step, sync.page, sync.seen),
        (Some(Step::Assets), 3, 2_000)
    );
    assert_eq!(sync.problem.as_deref(), Some(problem.as_str()));
    assert!(matches!(c.read().await, Ended::NotDue), "not at once");

    c.knobs(|knobs| knobs.instead = None);
    c.later(A_WHILE);
    let before = c.ips.calls().len();
    let sync = Catalogue::finished(c.read().await);
    // The page before once more: should it come again, it is known.
    assert_eq!(pages(&c.calls_since(before))[..4], [2, 3, 4, 5]);
    assert_eq!((sync.seen, sync.problem), (4_500, None));
    assert_eq!(c.found().await, c.there());
}

#[tokio::test]
async fn a_reader_that_dies_leaves_its_place_to_the_next_after_half_a_minute() {
    let c = Catalogue::of(2_500).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::FromPage(2));
        knobs.hold = true;
    });
    let (syncer, company) = (c.syncer.clone(), c.company);
    let dying = tokio::spawn(async move { syncer.read(company, &CancellationToken::new()).await });
    c.ips.wait_for_calls(2).await;
    assert!(matches!(c.read().await, Ended::Busy));
    dying.abort();
    assert!(dying.await.is_err());
    assert!(
        matches!(c.read().await, Ended::Busy),
        "its lease is still there"
    );

    c.later(Duration::from_secs(31));
    c.knobs(|knobs| knobs.hold = false);
    let sync = Catalogue::finished(c.read().await);
    assert_eq!(sync.seen, 2_500);
    assert_eq!(
        pages(&c.ips.calls())
            .iter()
            .filter(|page| **page == 1)
            .count(),
        3,
        "its place is kept with the next page: once more, then the changes"
    );
}

#[tokio::test]
async fn a_stop_takes_effect_after_the_question_and_going_on_continues_there() {
    let c = Catalogue::of(3_500).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::FromPage(2));
        knobs.hold = true;
    });
    let (syncer, company) = (c.syncer.clone(), c.company);
    let reading =
        tokio::spawn(async move { syncer.read(company, &CancellationToken::new()).await });
    c.ips.wait_for_calls(2).await;
    c.syncer.stop(c.company).await.unwrap();
    c.knobs(|knobs| knobs.hold = false);
    let ended = reading.await.unwrap().unwrap();
    assert!(matches!(ended, Ended::Stopped), "{ended:?}");
    assert!(matches!(c.read().await, Ended::NotDue));
    assert_eq!(c.sync().await.seen, 2_000, "what was on its way is kept");

    c.syncer.go_on(c.company).await.unwrap();
    let before = c.ips.calls().len();
    assert_eq!(Catalogue::finished(c.read().await).seen, 3_500);
    assert_eq!(pages(&c.calls_since(before))[..3], [2, 3, 4]);
}

#[tokio::test]
async fn nobody_is_asked_any_more_with_an_account_that_was_deleted() {
    let c = Catalogue::of(5_500).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::FromPage(2));
        knobs.hold = true;
    });
    let (syncer, company) = (c.syncer.clone(), c.company);
    let reading =
        tokio::spawn(async move { syncer.read(company, &CancellationToken::new()).await });
    c.ips.wait_for_calls(2).await;
    c.store.delete_connection(c.company).await.unwrap();
    c.knobs(|knobs| knobs.hold = false);
    let ended = reading.await.unwrap().unwrap();
    let Ended::Failed(problem) = ended else {
        panic!("{ended:?}");
    };
    assert_eq!(
        problem,
        "This company is not connected to a Dynamic Media account. An administrator can look at Settings > Connection."
    );
    assert_eq!(pages(&c.ips.calls()), [1, 2]);
}

async fn after_a_move_everything_is_read_anew(backend: Backend) {
    let c = Catalogue::on(backend, 120).await;
    c.read_all().await;
    assert!(matches!(c.read().await, Ended::NotDue));
    c.later(A_WHILE);
    let there = c.another_region(40).await;
    let sync = Catalogue::finished(c.read().await);
    assert_eq!((sync.kind, sync.vanished), (Some(ReadingKind::Full), 80));
    assert_eq!(c.found().await, ids_of(&there));
    assert!(matches!(c.read().await, Ended::NotDue));

    // The same after the account was deleted meanwhile.
    c.later(A_WHILE);
    c.store.delete_connection(c.company).await.unwrap();
    let there = c.another_region(10).await;
    Catalogue::finished(c.read().await);
    assert_eq!(c.found().await, ids_of(&there));
}

#[tokio::test]
async fn after_a_move_to_another_region_everything_is_read_anew_on_sqlite() {
    after_a_move_everything_is_read_anew(Backend::Sqlite).await;
}

#[tokio::test]
async fn after_a_move_to_another_region_everything_is_read_anew_on_postgresql() {
    after_a_move_everything_is_read_anew(Backend::Postgres).await;
}

#[tokio::test]
async fn a_move_in_the_middle_of_a_reading_begins_it_anew_and_keeps_nothing_of_before() {
    let c = Catalogue::of(2_500).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::FromPage(2));
        knobs.hold = true;
    });
    let (syncer, company) = (c.syncer.clone(), c.company);
    let reading =
        tokio::spawn(async move { syncer.read(company, &CancellationToken::new()).await });
    c.ips.wait_for_calls(2).await;
    c.later(A_WHILE);
    let there = c.another_region(40).await;
    c.knobs(|knobs| knobs.hold = false);
    Catalogue::finished(reading.await.unwrap().unwrap());
    assert_eq!(c.found().await, ids_of(&there));
    assert_eq!(
        pages(&c.ips.calls()),
        [1, 2],
        "nobody is asked there any more"
    );
}

#[tokio::test]
async fn a_move_past_the_assets_begins_with_the_assets_too() {
    let c = Catalogue::of(100).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::Operation("getImageFormats"));
        knobs.hold = true;
    });
    let reading = c.reading();
    let mut arrived = 1;
    while c.ips.wait_for_calls(arrived).await[arrived - 1].operation != "getImageFormats" {
        arrived += 1;
    }
    c.later(A_WHILE);
    let there = c.another_region(40).await;
    c.knobs(|knobs| knobs.hold = false);
    let sync = Catalogue::finished(reading.await.unwrap());
    assert_eq!((sync.kind, sync.seen), (Some(ReadingKind::Full), 41));
    assert_eq!(c.found().await, ids_of(&there));
}

#[tokio::test]
async fn an_account_that_is_deleted_while_the_settings_are_read_is_no_failure() {
    let c = Catalogue::of(100).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::Operation("getPropertySets"));
        knobs.hold = true;
    });
    let (syncer, company) = (c.syncer.clone(), c.company);
    let reading =
        tokio::spawn(async move { syncer.read(company, &CancellationToken::new()).await });
    let mut arrived = 1;
    while c
        .ips
        .wait_for_calls(arrived)
        .await
        .last()
        .unwrap()
        .operation
        != "getPropertySets"
    {
        arrived = c.ips.calls().len() + 1;
    }
    c.store.delete_connection(c.company).await.unwrap();
    c.knobs(|knobs| knobs.hold = false);
    let sync = Catalogue::finished(reading.await.unwrap().unwrap());
    assert_eq!(sync.seen, 100);
    assert_eq!(c.sync().await.problem, None);
}

#[tokio::test]
async fn what_the_account_of_before_was_answered_is_not_the_new_ones() {
    let c = Catalogue::of(2_500).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::FromPage(2));
        knobs.hold = true;
        knobs.fault = Some(10_001);
    });
    let reading = c.reading();
    c.ips.wait_for_calls(2).await;
    // The same server under another name.
    let mut connection = c.store.connection(c.company).await.unwrap().unwrap();
    connection.endpoint = format!("http://localhost:{}/scene7/", c.address.port());
    c.store
        .put_connection(c.company, &connection)
        .await
        .unwrap();
    c.knobs(|knobs| {
        knobs.fault = None;
        knobs.hold = false;
    });
    assert_eq!(Catalogue::finished(reading.await.unwrap()).seen, 2_500);
    assert!(!c.sync().await.stopped);
    // An account elsewhere has everything read from the start.
    assert_eq!(pages(&c.ips.calls())[..4], [1, 2, 1, 2]);
}

#[tokio::test]
async fn an_unknown_id_is_looked_up_and_kept() {
    let c = Catalogue::of(100).await;
    c.read_all().await;
    c.library.add("just-uploaded", "campaigns");
    let company = c.store.company(c.company).await.unwrap().unwrap();
    let ids = ["just-uploaded", "nowhere"].map(str::to_owned);
    let found = c.syncer.look_up(&company, &ids).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(c.found().await.contains("just-uploaded"));
}
