//! Lists from which most of the catalogue is missing: nothing is taken away before somebody has said so.

use std::time::Duration;

use unstale::{
    domain::{ReadingKind, Step, Unlisted},
    sandbox::{ips::Only, library::Library as _},
    store::SyncLease,
};

use super::Catalogue;

#[tokio::test]
async fn an_account_that_may_read_nothing_any_more_does_not_empty_the_catalogue() {
    let c = Catalogue::of(2_500).await;
    c.read_all().await;
    let all = c.found().await;
    let presets = c.store.presets(c.company).await.unwrap();
    assert!(!presets.is_empty());
    c.knobs(|knobs| knobs.search.blind = true);
    let none = Some(Unlisted {
        assets: 2_500,
        of: 2_500,
    });
    for kind in [
        ReadingKind::Sweep,
        ReadingKind::Full,
        ReadingKind::Increment,
    ] {
        c.later(Duration::from_hours(1));
        let sync = c.want(kind).await;
        assert_eq!((sync.vanished, sync.unlisted), (0, none), "{kind:?}");
        assert_eq!(c.found().await, all);
        assert_eq!(c.store.presets(c.company).await.unwrap(), presets);
        let notice = sync.notices.told().unwrap();
        assert!(notice.contains("lists no presets"), "{notice}");
    }

    c.knobs(|knobs| knobs.search.blind = false);
    c.later(Duration::from_hours(1));
    let sync = c.want(ReadingKind::Sweep).await;
    assert_eq!((sync.vanished, sync.unlisted), (0, None));
    assert_eq!(c.found().await, all);
}

#[tokio::test]
async fn what_an_administrator_says_takes_it_away_once() {
    let c = Catalogue::of(500).await;
    c.read_all().await;
    for gone in [300, 150] {
        for number in 0..500 {
            c.library.trash(number, number < gone);
        }
        c.later(Duration::from_hours(1));
        c.want(ReadingKind::Increment).await;
        c.later(Duration::from_hours(1));
        c.want(ReadingKind::Sweep).await;
    }
    assert_eq!(c.found().await.len(), 350, "150 of 500 are few");

    for number in 0..500 {
        c.library.trash(number, number < 400);
    }
    c.later(Duration::from_hours(1));
    let missing = Unlisted {
        assets: 250,
        of: 350,
    };
    assert_eq!(c.want(ReadingKind::Sweep).await.unlisted, Some(missing));
    c.later(Duration::from_hours(1));
    c.syncer.take_away(c.company).await.unwrap();
    let sync = Catalogue::finished(c.read().await);
    assert_eq!((sync.vanished, sync.unlisted), (250, None));
    assert_eq!(c.found().await, c.there());

    c.knobs(|knobs| knobs.search.blind = true);
    c.later(Duration::from_hours(1));
    let sync = c.want(ReadingKind::Sweep).await;
    assert_eq!(sync.vanished, 0, "it was said for one comparison");

    c.later(Duration::from_hours(1));
    c.syncer.take_away(c.company).await.unwrap();
    let sync = Catalogue::finished(c.read().await);
    assert_eq!((sync.vanished, sync.notices.told()), (100, None));
    let presets = c.store.presets(c.company).await.unwrap();
    assert!(presets.is_empty(), "it was said of all that is listed");
}

#[tokio::test]
async fn a_comparison_that_another_clock_began_ahead_of_ours_asks_for_no_id_twice() {
    for (step, page) in [(Step::Sweep, 1), (Step::Confirm, 2)] {
        let c = Catalogue::of(10).await;
        c.read_all().await;
        c.later(Duration::from_hours(1));
        let (lease, now) = (SyncLease(c.clock.new_uuid()), c.clock.now());
        let until = now.plus(Duration::from_secs(30));
        let leased = c.store.lease_sync(c.company, lease, now, until).await;
        let mut sync = leased.unwrap().unwrap();
        sync.begin(ReadingKind::Sweep, now.plus(Duration::from_secs(40)));
        (sync.step, sync.page) = (Some(step), page);
        c.store
            .save_sync(c.company, lease, &sync, None)
            .await
            .unwrap();
        c.store.release_sync(c.company, lease).await.unwrap();

        let before = c.ips.calls().len();
        let read = tokio::time::timeout(Duration::from_secs(30), c.read());
        let sync = Catalogue::finished(read.await.expect("it ends"));
        assert_eq!((sync.vanished, sync.unlisted), (0, None), "{step:?}");
        let calls = c.calls_since(before);
        let by_name = calls.iter().filter(|it| it.operation == "getAssetsByName");
        assert!(by_name.count() <= 1, "{step:?}");
    }
}

#[tokio::test]
async fn what_is_in_the_trash_vanishes_where_it_is_found_by_name_too() {
    let c = Catalogue::of(500).await;
    c.read_all().await;
    c.knobs(|knobs| knobs.search.trash_by_name = true);
    assert!(c.library.trash(7, true));
    c.later(Duration::from_hours(1));
    assert_eq!(c.want(ReadingKind::Sweep).await.vanished, 1);
    assert_eq!(c.found().await, c.there());
}

#[tokio::test]
async fn an_id_that_adobe_does_not_want_to_be_asked_for_stays_and_holds_up_nothing() {
    let c = Catalogue::of(500).await;
    c.read_all().await;
    let all = c.found().await;
    let gone = [7, 8, 9, 10].map(|number| c.library.with_number(number).unwrap().name);
    c.knobs(|knobs| knobs.search.refused_name = Some(gone[1].clone()));
    for number in [7, 8, 9, 10] {
        assert!(c.library.trash(number, true));
    }
    c.later(Duration::from_hours(1));
    let sync = c.want(ReadingKind::Sweep).await;
    assert_eq!(sync.vanished, 3, "its neighbours");
    let notice = sync.notices.told().unwrap();
    let said = format!("could not be asked for “{}”, so it stays", gone[1]);
    assert!(notice.contains(&said), "{notice}");
    assert_eq!(c.found().await.len(), all.len() - 3);
}

#[tokio::test]
async fn a_comparison_of_which_every_question_is_refused_fails_and_takes_nothing_away() {
    let c = Catalogue::of(500).await;
    c.read_all().await;
    let all = c.found().await;
    c.knobs(|knobs| {
        knobs.fault = Some(30_001);
        knobs.only = Some(Only::Operation("getAssetsByName"));
    });
    for number in 0..40 {
        assert!(c.library.trash(number, true));
    }
    c.later(Duration::from_hours(25));
    c.failure().await;
    assert_eq!(c.found().await, all);
}

#[tokio::test]
async fn a_re_reading_that_cannot_finish_lets_changes_go_first_and_takes_nothing_for_settled() {
    let c = Catalogue::of(500).await;
    c.read_all().await;
    for number in 0..40 {
        assert!(c.library.trash(number, true));
    }
    for code in [30_000, 30_001] {
        c.knobs(|knobs| {
            knobs.fault = Some(code);
            knobs.only = Some(Only::Operation("getAssetsByName"));
        });
        c.later(Duration::from_hours(1));
        c.syncer
            .read_soon(c.company, ReadingKind::Full)
            .await
            .unwrap();
        for _ in 0..8 {
            let before = c.ips.calls().len();
            c.failure().await;
            let calls = c.calls_since(before);
            let by_name = calls.iter().filter(|it| it.operation == "getAssetsByName");
            assert_eq!(by_name.count() == 1, code == 30_000, "one tells all");
            assert_eq!(c.sync().await.notices.told(), None, "nothing is settled");
            c.later(Duration::from_hours(1));
        }
        assert!(c.library.replace(100));
        let sync = Catalogue::finished(c.read().await);
        assert_eq!((sync.kind, sync.changed), (Some(ReadingKind::Increment), 1));
    }
    c.knobs(|knobs| knobs.fault = None);
    let sync = Catalogue::finished(c.read().await);
    assert_eq!((sync.kind, sync.vanished), (Some(ReadingKind::Full), 40));
    assert_eq!(sync.notices.told(), None);
    assert_eq!(c.found().await, c.there());
}
