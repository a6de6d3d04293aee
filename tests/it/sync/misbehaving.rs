//! Servers and accounts that are not as they should be: a clear sentence, what was stored stays, and it can go on.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use unstale::{
    config::SecretKeySource,
    domain::ReadingKind,
    ips::{Client, Timeouts},
    ops::sync::{Ended, Syncer},
    sandbox::{
        ips::{Instead, Only, TotalRows},
        library::Library as _,
    },
    vault::Vault,
};

use super::{Catalogue, paused};
use crate::support::{database::Backend, log::Log};

#[tokio::test]
async fn whatever_comes_instead_of_a_page_is_a_sentence_and_the_next_attempt_finishes() {
    let c = Catalogue::of(1_500).await;
    c.read_all().await;
    let all = c.found().await;
    for instead in [
        Instead::Html,
        Instead::Truncated,
        Instead::Empty,
        Instead::Closed,
        Instead::Cut,
        Instead::Bomb,
        Instead::Huge,
        Instead::Entities,
        Instead::ExternalEntity,
    ] {
        c.knobs(|knobs| {
            knobs.only = Some(Only::FromPage(2));
            knobs.instead = Some(instead);
        });
        c.syncer
            .read_soon(c.company, ReadingKind::Full)
            .await
            .unwrap();
        let problem = c.failure().await;
        assert!(problem.ends_with('.') && problem.len() > 40, "{problem}");
        assert!(!problem.contains("sandbox-only"), "{problem}");
        assert_eq!(c.found().await, all, "{instead:?}");
        c.knobs(|knobs| knobs.instead = None);
        c.syncer.go_on(c.company).await.unwrap();
        let sync = Catalogue::finished(c.read().await);
        assert_eq!((sync.seen, sync.vanished), (1_500, 0), "{instead:?}");
    }
}

#[tokio::test]
async fn totals_that_lie_change_nothing() {
    for total in [
        TotalRows::Absent,
        TotalRows::Says(0),
        TotalRows::Says(1_200),
        TotalRows::Says(9_000_000),
    ] {
        let c = Catalogue::of(2_500).await;
        c.knobs(|knobs| knobs.search.total_rows = total);
        let sync = c.read_all().await;
        assert_eq!(sync.seen, 2_500, "{total:?}");
        assert_eq!(c.found().await, c.there());
    }
}

#[tokio::test]
async fn what_adobe_counts_and_does_not_list_is_said_until_the_list_is_read_again() {
    let log = Log::keep();
    let c = Catalogue::of(10).await;
    c.knobs(|knobs| knobs.search.total_rows = TotalRows::Says(12));
    c.read_all().await;
    let line = log.line("counts 12 assets, and 10 could be read");
    assert!(
        line.contains(" WARN ") && line.contains("total=12"),
        "{line}"
    );
    c.later(Duration::from_hours(1));
    let told = c.want(ReadingKind::Increment).await.notices.told();
    assert!(told.unwrap().contains("counts 12 assets"));
    c.knobs(|knobs| knobs.search.total_rows = TotalRows::True);
    assert_eq!(c.want(ReadingKind::Sweep).await.notices.told(), None);
}

#[tokio::test]
async fn what_a_comparison_could_not_read_is_still_said_after_changes() {
    let c = Catalogue::of(10).await;
    c.read_all().await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::Operation("getFolderTree"));
        knobs.fault = Some(20_003);
    });
    let told = c.want(ReadingKind::Sweep).await.notices.told();
    assert!(told.unwrap().contains("The folders could not be read"));
    c.knobs(|knobs| knobs.fault = None);
    c.later(Duration::from_hours(1));
    let told = c.want(ReadingKind::Increment).await.notices.told();
    assert!(told.unwrap().contains("The folders could not be read"));
    assert_eq!(c.want(ReadingKind::Sweep).await.notices.told(), None);
}

#[tokio::test]
async fn a_page_that_repeats_for_ever_ends_with_a_sentence_and_what_was_read_stays() {
    let c = Catalogue::of(4_500).await;
    c.knobs(|knobs| knobs.search.repeats = Some(2..=2));
    let problem = c.failure().await;
    assert!(problem.contains("repeats itself at page 3"), "{problem}");
    assert_eq!(c.found().await.len(), 2_000);
    // The next attempts have not seen page 2, and notice all the same.
    for _ in 0..2 {
        c.later(Duration::from_hours(1));
        let problem = c.failure().await;
        assert!(problem.contains("repeats itself at page 3"), "{problem}");
        assert_eq!(c.sync().await.seen, 2_000);
    }
    c.knobs(|knobs| knobs.search.repeats = None);
    c.later(Duration::from_hours(1));
    assert_eq!(Catalogue::finished(c.read().await).seen, 4_500);
    assert_eq!(c.found().await, c.there());
}

#[tokio::test]
async fn short_pages_without_a_total_are_read_to_the_empty_one() {
    for total in [TotalRows::True, TotalRows::Absent] {
        let c = Catalogue::of(2_500).await;
        c.knobs(|knobs| {
            knobs.search.total_rows = total;
            knobs.search.largest_page = Some(500);
        });
        assert_eq!(c.read_all().await.seen, 2_500, "{total:?}");
        assert_eq!(c.found().await, c.there());
        c.later(Duration::from_hours(1));
        assert_eq!(c.want(ReadingKind::Sweep).await.seen, 2_500, "{total:?}");
    }
}

#[tokio::test]
async fn pages_that_take_turns_are_noticed_by_every_attempt_wherever_it_begins() {
    for pages in [2..=3, 2..=4] {
        let c = Catalogue::of(6_500).await;
        // Interrupted among them, before one came again.
        c.knobs(|knobs| {
            knobs.search.repeats = Some(pages.clone());
            knobs.only = Some(Only::FromPage(4));
            knobs.instead = Some(Instead::Closed);
        });
        c.failure().await;
        c.knobs(|knobs| knobs.instead = None);
        c.later(Duration::from_hours(1));
        let problem = c.failure().await;
        let noticed = c.sync().await;
        for failures in 2..4 {
            c.later(Duration::from_hours(1));
            assert_eq!(c.failure().await, problem, "{pages:?}");
            let sync = c.sync().await;
            assert_eq!((sync.page, sync.seen), (noticed.page, noticed.seen));
            assert_eq!(sync.failures, failures, "it waits longer each time");
        }
        c.knobs(|knobs| knobs.search.repeats = None);
        c.later(Duration::from_hours(1));
        let sync = Catalogue::finished(c.read().await);
        assert_eq!(sync.same_as, None);
    }
}

#[tokio::test]
async fn changes_and_ids_that_repeat_are_not_believed_by_the_next_attempt_either() {
    let c = Catalogue::of(12_500).await;
    c.read_all().await;
    for number in 0..2_500 {
        c.later(Duration::from_millis(1));
        assert!(c.library.replace(number));
    }
    for (kind, no_last_modified) in [
        (ReadingKind::Sweep, None),
        (ReadingKind::Increment, None),
        (ReadingKind::Increment, Some(30_001)),
    ] {
        c.knobs(|knobs| {
            knobs.search.repeats = Some(1..=1);
            knobs.search.no_last_modified = no_last_modified;
        });
        c.syncer.read_soon(c.company, kind).await.unwrap();
        for _ in 0..2 {
            let problem = c.failure().await;
            assert!(problem.contains("repeats itself at page 2"), "{problem}");
            c.later(Duration::from_mins(2));
        }
        c.knobs(|knobs| knobs.search.repeats = None);
        let sync = Catalogue::finished(c.read().await);
        assert_eq!(sync.vanished, 0, "{kind:?}");
    }
}

#[tokio::test]
async fn an_asset_without_a_name_is_counted_and_left_out() {
    let c = Catalogue::of(2_500).await;
    c.knobs(|knobs| knobs.search.nameless_row = Some(3));
    let sync = c.read_all().await;
    assert_eq!((sync.seen, sync.skipped), (2_500, 3));
    let notice = sync.notices.told().expect("it is said");
    assert!(notice.starts_with("3 assets are left out"), "{notice}");
    assert_eq!(c.found().await.len(), 2_497);
}

#[tokio::test]
async fn one_odd_character_costs_at_most_its_asset() {
    let c = Catalogue::of(10).await;
    c.library.add("odd\u{1f}name", "campaigns");
    c.library.add("kept", "odd\u{1}folder");
    let sync = c.read_all().await;
    assert_eq!((sync.seen, sync.skipped), (12, 1));
    let kept = ["kept".to_owned()];
    let kept = c.store.assets_by_id(c.company, &kept).await.unwrap();
    assert!(kept[0].folder.ends_with("odd\u{FFFD}folder"));
    c.later(Duration::from_hours(1));
    let before = c.ips.calls().len();
    let sync = c.want(ReadingKind::Sweep).await;
    assert_eq!((sync.seen, sync.skipped, sync.vanished), (12, 1, 0));
    let calls = c.calls_since(before);
    assert!(
        calls.iter().all(|call| call.operation != "getAssetsByName"),
        "it is called otherwise at Adobe"
    );
}

#[tokio::test]
async fn an_id_that_adobe_cannot_have_vanishes_without_being_asked_for() {
    let c = Catalogue::of(10).await;
    c.read_all().await;
    let known = [c.library.with_number(3).unwrap().name];
    let mut asset = c
        .store
        .assets_by_id(c.company, &known)
        .await
        .unwrap()
        .remove(0);
    asset.id = "from a file\u{FFFE}".to_owned();
    asset.key = unstale::domain::AssetKey::from_uuid(c.clock.new_uuid());
    let (assets, now) = ([asset], c.clock.now());
    c.store.put_assets(c.company, &assets, now).await.unwrap();
    c.later(Duration::from_hours(1));
    assert_eq!(c.want(ReadingKind::Sweep).await.vanished, 1);
    assert_eq!(c.found().await, c.there());
}

#[tokio::test]
async fn a_folder_that_no_index_takes_is_left_out_and_said() {
    let c = Catalogue::on(Backend::Postgres, 10).await;
    let path: String = (0..120)
        .map(|_| c.clock.new_uuid().simple().to_string())
        .collect();
    c.library.add("deep", &path);
    let sync = c.read_all().await;
    assert_eq!((sync.seen, sync.skipped), (11, 1));
    let notice = sync.notices.told().expect("it is said");
    assert!(notice.contains("One folder is left out"), "{notice}");
    let folders = c.store.known_folders(c.company).await.unwrap();
    assert!(!folders.is_empty() && !folders.iter().any(|it| it.ends_with(&path)));
}

#[tokio::test]
async fn the_notice_about_settings_shows_nobody_elses_page() {
    let c = Catalogue::of(10).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::Operation("getUserInfo"));
        knobs.instead = Some(Instead::Unavailable);
    });
    let notice = c.read_all().await.notices.told().expect("it is said");
    assert!(
        notice.starts_with("The settings could not be read"),
        "{notice}"
    );
    assert!(notice.contains("HTTP status 503"), "{notice}");
    assert!(!notice.contains('<'), "{notice}");
}

#[tokio::test]
async fn two_names_that_differ_in_case_are_two_assets() {
    let c = Catalogue::of(10).await;
    c.library.add("Shoe", "a");
    c.library.add("shoe", "b");
    c.read_all().await;
    let found = c.found().await;
    assert!(found.contains("Shoe") && found.contains("shoe"));
    assert_eq!(found.len(), 12);
}

#[tokio::test]
async fn a_refused_account_stops_the_reading_until_somebody_starts_it_again() {
    let c = Catalogue::of(10).await;
    c.read_all().await;
    c.knobs(|knobs| knobs.fault = Some(10_001));
    c.later(Duration::from_hours(1));
    let problem = c.failure().await;
    assert!(problem.contains("password"), "{problem}");
    let asked = c.ips.calls().len();
    c.later(Duration::from_hours(48));
    assert!(matches!(c.read().await, Ended::NotDue));
    assert_eq!(
        c.ips.calls().len(),
        asked,
        "a wrong password is not repeated"
    );
    assert!(c.sync().await.stopped);
    assert!(c.syncer.refused(c.company).await.unwrap().is_some());
    // A start and a stop with nothing read between them mend nothing.
    c.syncer.go_on(c.company).await.unwrap();
    assert!(c.syncer.refused(c.company).await.unwrap().is_none());
    c.syncer.stop(c.company).await.unwrap();
    assert!(c.syncer.refused(c.company).await.unwrap().is_some());
    c.knobs(|knobs| knobs.fault = None);
    c.syncer.go_on(c.company).await.unwrap();
    Catalogue::finished(c.read().await);
    c.syncer.stop(c.company).await.unwrap();
    assert!(c.syncer.refused(c.company).await.unwrap().is_none());
}

#[tokio::test]
async fn a_password_that_does_not_open_here_is_said_and_stops_nobody_else() {
    let c = Catalogue::of(10).await;
    let key = SecretKeySource::Given("b2".repeat(32).into());
    let vault = Vault::open(&key, c.clock.clone()).unwrap();
    let client = Client::new(Timeouts {
        connect: Duration::from_mins(1),
        total: Duration::from_mins(1),
    });
    let (store, clock) = (c.store.clone(), c.clock.clone());
    let here = Syncer::new(store, vault, client.unwrap(), clock, paused(Duration::ZERO));
    let cancel = CancellationToken::new();
    let Ended::Failed(problem) = here.read(c.company, &cancel).await.unwrap() else {
        panic!("it cannot ask");
    };
    assert!(problem.contains("does not open"), "{problem}");
    assert_eq!(c.sync().await.problem, Some(problem));
    assert!(c.syncer.refused(c.company).await.unwrap().is_none());
    c.later(Duration::from_mins(1));
    Catalogue::finished(c.read().await);
}

#[tokio::test]
async fn a_membership_that_was_withdrawn_is_said_and_the_catalogue_is_kept() {
    for (code, said) in [
        (20_000, "Adobe does not know this company here."),
        (20_006, "The account does not belong to this company."),
    ] {
        let c = Catalogue::of(10).await;
        c.read_all().await;
        let all = c.found().await;
        c.knobs(|knobs| knobs.fault = Some(code));
        for kind in [
            ReadingKind::Increment,
            ReadingKind::Sweep,
            ReadingKind::Full,
        ] {
            c.later(Duration::from_hours(2));
            c.syncer.read_soon(c.company, kind).await.unwrap();
            let problem = c.failure().await;
            assert!(problem.contains(said), "{problem}");
            assert!(c.sync().await.stopped, "asking again makes no sense");
            assert_eq!(c.found().await, all);
        }
        c.knobs(|knobs| knobs.fault = None);
        c.syncer.go_on(c.company).await.unwrap();
        assert_eq!(Catalogue::finished(c.read().await).vanished, 0);
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_tried_again_later_and_later() {
    let c = Catalogue::of(10).await;
    c.served.abort();
    c.knobs(|knobs| knobs.instead = Some(Instead::Closed));
    let mut pauses = Vec::new();
    for _ in 0..3 {
        c.failure().await;
        let sync = c.sync().await;
        let retry = sync.retry_at.unwrap();
        pauses.push(retry.since(c.clock.now()).as_secs());
        c.later(retry.since(c.clock.now()));
    }
    assert_eq!(pauses, [60, 120, 240]);
    c.syncer.stop(c.company).await.unwrap();
    assert!(c.sync().await.problem.is_some());
    let refused = c.syncer.refused(c.company).await.unwrap();
    assert!(refused.is_none(), "whoever stops it refuses nothing");
}

#[tokio::test]
async fn a_catalogue_that_changes_while_it_is_read_ends_complete() {
    let c = Catalogue::of(3_500).await;
    let library = c.library.clone();
    c.ips.on_page(move |page| {
        library.add(&format!("came-{page}"), "campaigns");
        library.replace(page * 3);
    });
    c.read_all().await;
    c.want(ReadingKind::Sweep).await;
    c.later(Duration::from_mins(1));
    c.want(ReadingKind::Increment).await;
    let missing: Vec<String> = c.there().difference(&c.found().await).cloned().collect();
    // What the last page brought itself comes with the next reading.
    assert!(
        missing.iter().all(|id| id.starts_with("came-")) && missing.len() <= 1,
        "{missing:?}"
    );
    let _ = c.library.counts();
}

#[tokio::test]
async fn folders_and_presets_that_do_not_come_hold_up_no_changes() {
    let c = Catalogue::of(10)
        .await
        .with_patience(Duration::from_millis(1_500));
    c.read_all().await;
    let kept = c.store.presets(c.company).await.unwrap();
    for (operation, kind, changed) in [
        ("getFolderTree", ReadingKind::Sweep, 0),
        ("getImageFormats", ReadingKind::Increment, 1),
    ] {
        for instead in [
            None,
            Some(Instead::Unavailable),
            Some(Instead::Closed),
            Some(Instead::Truncated),
        ] {
            c.knobs(|knobs| {
                knobs.only = Some(Only::Operation(operation));
                knobs.instead = instead;
                knobs.hold = instead.is_none();
            });
            c.later(Duration::from_mins(20));
            assert!(c.library.replace(3));
            let sync = c.want(kind).await;
            assert_eq!((sync.changed, sync.step), (changed, None), "{instead:?}");
            let notice = sync.notices.told().expect("it is said");
            let said = "could not be read, so what was known of them stays. ";
            assert!(notice.contains(said), "{notice}");
            c.knobs(|knobs| knobs.hold = false);
        }
    }
    assert_eq!(c.store.presets(c.company).await.unwrap(), kept);
}

#[tokio::test]
async fn folders_that_meet_a_refused_sign_in_stop_the_reading() {
    let c = Catalogue::of(10).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::Operation("getFolderTree"));
        knobs.fault = Some(10_001);
    });
    let problem = c.failure().await;
    assert!(problem.contains("password"), "{problem}");
    assert!(c.sync().await.stopped, "a wrong password is not repeated");
    assert_eq!(c.found().await.len(), 10);
}

#[tokio::test]
async fn folders_and_presets_that_are_refused_do_not_hold_up_the_catalogue() {
    let c = Catalogue::of(10).await;
    for operation in ["getFolderTree", "getImageFormats"] {
        c.knobs(|knobs| {
            knobs.only = Some(Only::Operation(operation));
            knobs.fault = Some(20_003);
        });
        c.read_all().await;
        assert_eq!(c.found().await.len(), 10, "{operation}");
        let sync = c.sync().await;
        assert!(!sync.stopped, "{operation}");
        let notice = sync.notices.told().expect("it is said");
        assert!(
            notice.contains("could not be read, so what was known of them stays"),
            "{notice}"
        );
        let quoted = "Adobe refused (20003): A switch of the sandbox is on.";
        assert!(notice.contains(quoted), "{notice}");
    }
    c.knobs(|knobs| knobs.fault = None);
    c.read_all().await;
    assert_eq!(c.sync().await.notices.told(), None);
}
