//! How far a catalogue is read: leases, what people ask for, what a reader keeps.

use std::time::Duration;

use unstale::{
    domain::{CatalogueSource, CatalogueSync, CompanyId, ReadingKind, Step, Unlisted},
    store::{Connection, StoreError, SyncLease},
};

use super::Fixture;

on_both_databases! {
    a_company_without_a_row_was_never_read
    only_connected_companies_are_read
    where_a_catalogue_was_read_is_kept_whatever_becomes_of_the_account
    one_reader_at_a_time_holds_the_lease
    a_lease_that_ran_out_goes_to_another_and_its_holder_can_write_no_more
    what_a_reader_keeps_comes_back
    what_people_ask_for_survives_what_a_reader_keeps
    what_gave_way_is_still_wanted_when_what_went_first_fails
    a_stop_over_a_refusal_is_told_from_one_by_a_person
    a_reading_answers_what_was_wanted
    of_two_wishes_the_larger_stays
    a_comparison_may_take_everything_away_once
    changes_are_wanted_only_when_the_last_reading_is_old_and_nothing_is_under_way
}

const LONG: Duration = Duration::from_secs(30);

impl Fixture {
    fn lease(&self) -> SyncLease {
        SyncLease(self.clock.new_uuid())
    }

    async fn leased(&self, company: CompanyId) -> SyncLease {
        let lease = self.lease();
        let now = self.now();
        let sync = self.store.lease_sync(company, lease, now, now.plus(LONG));
        assert!(sync.await.unwrap().is_some());
        lease
    }
}

async fn a_company_without_a_row_was_never_read(f: &Fixture) {
    let company = f.company("c").await;
    let sync = f.store.catalogue_sync(company).await.unwrap();
    assert_eq!(sync, CatalogueSync::default());
}

async fn only_connected_companies_are_read(f: &Fixture) {
    let (a, b) = (f.company("a").await, f.company("b").await);
    assert_eq!(f.store.connected_syncs().await.unwrap(), []);
    let account = Connection {
        endpoint: "https://h/".to_owned(),
        email: "a@b".to_owned(),
        sealed_password: vec![1],
    };
    f.store.put_connection(b, &account).await.unwrap();
    f.store.set_sync_stopped(a, true).await.unwrap();
    let connected = f.store.connected_syncs().await.unwrap();
    assert_eq!(connected, [(b, CatalogueSync::default())]);
    f.store.set_sync_stopped(b, true).await.unwrap();
    assert!(f.store.connected_syncs().await.unwrap()[0].1.stopped);
}

async fn where_a_catalogue_was_read_is_kept_whatever_becomes_of_the_account(f: &Fixture) {
    let company = f.company("c").await;
    let account = |endpoint: &str| Connection {
        endpoint: endpoint.to_owned(),
        email: "a@b".to_owned(),
        sealed_password: vec![1],
    };
    let here = CatalogueSource {
        endpoint: "https://here/".to_owned(),
        handle: "c|6".to_owned(),
        email: "a@b".to_owned(),
    };
    f.store
        .put_connection(company, &account("https://here/"))
        .await
        .unwrap();
    let lease = f.leased(company).await;
    let mut sync = f.store.catalogue_sync(company).await.unwrap();
    assert_eq!(sync.source.as_ref(), Some(&here));
    assert_eq!(sync.read_from, None);
    sync.begin(ReadingKind::Full, f.now());
    f.store
        .save_sync(company, lease, &sync, None)
        .await
        .unwrap();
    f.store.delete_connection(company).await.unwrap();
    let kept = f.store.catalogue_sync(company).await.unwrap();
    assert_eq!(
        (kept.source.as_ref(), kept.read_from.as_ref()),
        (None, Some(&here))
    );
    f.store
        .put_connection(company, &account("https://there/"))
        .await
        .unwrap();
    let (_, kept) = f.store.connected_syncs().await.unwrap().remove(0);
    assert_eq!(kept.source.as_ref().unwrap().endpoint, "https://there/");
    assert!(kept.is_elsewhere());
}

async fn one_reader_at_a_time_holds_the_lease(f: &Fixture) {
    let (company, other) = (f.company("c").await, f.company("d").await);
    let first = f.leased(company).await;
    f.leased(other).await;
    let now = f.now();
    let second = f.lease();
    let taken = f.store.lease_sync(company, second, now, now.plus(LONG));
    assert_eq!(taken.await.unwrap(), None);
    assert!(
        !f.store
            .renew_sync_lease(company, second, now.plus(LONG))
            .await
            .unwrap()
    );
    f.store.release_sync(company, second).await.unwrap();
    let sync = f.store.catalogue_sync(company).await.unwrap();
    assert!(
        sync.is_leased(now),
        "nobody gives back what he does not hold"
    );
    f.store.release_sync(company, first).await.unwrap();
    f.leased(company).await;
}

async fn a_lease_that_ran_out_goes_to_another_and_its_holder_can_write_no_more(f: &Fixture) {
    let company = f.company("c").await;
    let first = f.leased(company).await;
    f.clock.advance(LONG);
    f.leased(company).await;
    let until = f.now().plus(LONG);
    assert!(
        !f.store
            .renew_sync_lease(company, first, until)
            .await
            .unwrap()
    );
    let late = f
        .store
        .save_sync(company, first, &CatalogueSync::default(), None)
        .await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
}

async fn what_a_reader_keeps_comes_back(f: &Fixture) {
    let company = f.company("c").await;
    let lease = f.leased(company).await;
    let mut sync = f.store.catalogue_sync(company).await.unwrap();
    sync.begin(ReadingKind::Sweep, f.now());
    sync.next_page();
    sync.next_step(f.later());
    sync.total = Some(1_000_000);
    (sync.seen, sync.added, sync.changed) = (9, 8, 7);
    (sync.vanished, sync.skipped) = (6, 5);
    sync.by_modified = true;
    (sync.full_read_at, sync.read_until) = (Some(f.now()), Some(f.later()));
    (sync.swept_at, sync.finished_at) = (Some(f.later()), Some(f.later()));
    sync.unlisted = Some(Unlisted { assets: 3, of: 4 });
    sync.same_as = Some(2);
    sync.notices.add(Step::Folders, "No folders.");
    sync.notices.add(Step::Assets, "One is left out.");
    sync.fail("It is down.".to_owned(), f.later());
    let stopped = f
        .store
        .save_sync(company, lease, &sync, None)
        .await
        .unwrap();
    assert!(!stopped);
    assert_eq!(sync.step, Some(Step::Confirm));
    assert_eq!(f.store.catalogue_sync(company).await.unwrap(), sync);
}

async fn what_people_ask_for_survives_what_a_reader_keeps(f: &Fixture) {
    let company = f.company("c").await;
    let lease = f.leased(company).await;
    let mut sync = f.store.catalogue_sync(company).await.unwrap();
    sync.begin(ReadingKind::Full, f.now());
    f.store.set_sync_stopped(company, true).await.unwrap();
    f.store
        .set_sync_interval(company, Duration::from_hours(6))
        .await
        .unwrap();
    f.store
        .want_reading(company, ReadingKind::Sweep)
        .await
        .unwrap();
    assert!(
        f.store
            .save_sync(company, lease, &sync, None)
            .await
            .unwrap()
    );
    let kept = f.store.catalogue_sync(company).await.unwrap();
    assert!(kept.stopped);
    assert_eq!(kept.interval, Duration::from_hours(6));
    assert_eq!(kept.wanted, Some(ReadingKind::Sweep));
    assert_eq!(kept.step, Some(Step::Assets));

    sync.fail("It is down.".to_owned(), f.now());
    f.store
        .save_sync(company, lease, &sync, None)
        .await
        .unwrap();
    f.store.set_sync_stopped(company, false).await.unwrap();
    let kept = f.store.catalogue_sync(company).await.unwrap();
    assert_eq!(
        kept.retry_at, None,
        "whoever starts it does not want to wait"
    );
    assert!(kept.problem.is_some());
}

async fn what_gave_way_is_still_wanted_when_what_went_first_fails(f: &Fixture) {
    for (slug, larger, first) in [
        ("a", ReadingKind::Sweep, ReadingKind::Increment),
        ("b", ReadingKind::Full, ReadingKind::Increment),
        ("c", ReadingKind::Full, ReadingKind::Sweep),
    ] {
        let company = f.company(slug).await;
        let lease = f.leased(company).await;
        let mut sync = f.store.catalogue_sync(company).await.unwrap();
        sync.begin(larger, f.now());
        let save = async |sync: &CatalogueSync, answers| {
            let saved = f.store.save_sync(company, lease, sync, answers).await;
            saved.unwrap();
            f.store.catalogue_sync(company).await.unwrap()
        };
        save(&sync, None).await;
        f.store.want_reading(company, first).await.unwrap();
        sync.begin(first, f.now());
        sync.fail("It is down.".to_owned(), f.now());
        let mut sync = save(&sync, Some(first)).await;
        assert_eq!(sync.wanted, Some(larger));
        sync.begin(first, f.now());
        while sync.step.is_some() {
            sync.next_step(f.now());
        }
        let sync = save(&sync, Some(first)).await;
        assert_eq!(sync.wanted, Some(larger), "and it is the next");
    }
}

async fn a_stop_over_a_refusal_is_told_from_one_by_a_person(f: &Fixture) {
    let company = f.company("c").await;
    let store = &f.store;
    let how = async || {
        let sync = store.catalogue_sync(company).await.unwrap();
        (sync.stopped, sync.refused)
    };
    store.set_sync_stopped(company, true).await.unwrap();
    assert_eq!(how().await, (true, false));
    store.refuse_sync(company).await.unwrap();
    assert_eq!(how().await, (true, true));
    store.set_sync_stopped(company, true).await.unwrap();
    assert_eq!(how().await, (true, true), "a stop mends no account");
    store.set_sync_stopped(company, false).await.unwrap();
    assert_eq!(how().await, (false, true), "nor does a start");
    store.accept_sync(company).await.unwrap();
    assert_eq!(how().await, (false, false));
    let new = f.company("d").await;
    store.refuse_sync(new).await.unwrap();
    assert!(store.catalogue_sync(new).await.unwrap().refused);
}

async fn a_reading_answers_what_was_wanted(f: &Fixture) {
    use ReadingKind::{Full, Increment, Sweep};
    for (number, (wanted, begun, left)) in (0..).zip([
        (Sweep, Sweep, None),
        (Sweep, Full, Some(Sweep)),
        (Increment, Full, None),
        (Full, Increment, Some(Full)),
    ]) {
        let company = f.company(&format!("c-{number}")).await;
        let lease = f.leased(company).await;
        let mut sync = f.store.catalogue_sync(company).await.unwrap();
        f.store.want_reading(company, wanted).await.unwrap();
        sync.begin(begun, f.now());
        f.store
            .save_sync(company, lease, &sync, Some(begun))
            .await
            .unwrap();
        let kept = f.store.catalogue_sync(company).await.unwrap();
        assert_eq!(kept.wanted, left, "{wanted:?} {begun:?}");
    }
}

async fn of_two_wishes_the_larger_stays(f: &Fixture) {
    use ReadingKind::{Full, Increment, Sweep};
    for (number, (first, second, kept)) in (0..).zip([
        (Full, Increment, Full),
        (Full, Sweep, Full),
        (Sweep, Increment, Sweep),
        (Sweep, Full, Full),
        (Increment, Sweep, Sweep),
        (Increment, Increment, Increment),
    ]) {
        let company = f.company(&format!("asked-{number}")).await;
        f.store.want_reading(company, first).await.unwrap();
        f.store.want_reading(company, second).await.unwrap();
        let sync = f.store.catalogue_sync(company).await.unwrap();
        assert_eq!(sync.wanted, Some(kept), "{first:?} {second:?}");
        if first == second || first == Full {
            continue;
        }
        // A full reading that ends asks for a comparison itself, whatever was asked for meanwhile.
        let company = f.company(&format!("ended-{number}")).await;
        let lease = f.leased(company).await;
        f.store.want_reading(company, first).await.unwrap();
        let ended = CatalogueSync {
            wanted: Some(second),
            ..CatalogueSync::default()
        };
        let saved = f.store.save_sync(company, lease, &ended, None);
        saved.await.unwrap();
        let sync = f.store.catalogue_sync(company).await.unwrap();
        assert_eq!(sync.wanted, Some(kept), "{first:?} {second:?}");
    }
}

async fn a_comparison_may_take_everything_away_once(f: &Fixture) {
    let company = f.company("c").await;
    let lease = f.leased(company).await;
    let before = f.store.catalogue_sync(company).await.unwrap();
    f.store.allow_taking_away(company).await.unwrap();
    let allowed = async || f.store.catalogue_sync(company).await.unwrap().take_away;
    assert!(allowed().await);
    let save = async |sync: &CatalogueSync| {
        let saved = f.store.save_sync(company, lease, sync, None);
        saved.await.unwrap();
    };
    // A reading that began before knows nothing of it, and does not use it up.
    save(&before).await;
    assert!(allowed().await);
    // Nobody knows where it was read.
    f.store.end_taking_away(company, lease).await.unwrap();
    assert!(allowed().await);
    let account = |endpoint: &str| Connection {
        endpoint: endpoint.to_owned(),
        email: "a@example.com".to_owned(),
        sealed_password: vec![1],
    };
    let here = account("https://here.example/");
    f.store.put_connection(company, &here).await.unwrap();
    let source = f.store.catalogue_sync(company).await.unwrap().source;
    save(&CatalogueSync {
        read_from: source,
        ..before.clone()
    })
    .await;
    let another = f.lease();
    f.store.end_taking_away(company, another).await.unwrap();
    assert!(allowed().await, "another's lease");
    f.store.end_taking_away(company, lease).await.unwrap();
    assert!(!allowed().await);

    // Connected elsewhere, the comparison there is still to come.
    let elsewhere = account("https://elsewhere.example/");
    f.store.put_connection(company, &elsewhere).await.unwrap();
    f.store.end_taking_away(company, lease).await.unwrap();
    assert!(allowed().await);
}

async fn changes_are_wanted_only_when_the_last_reading_is_old_and_nothing_is_under_way(
    f: &Fixture,
) {
    let company = f.company("c").await;
    let never_read = f.store.want_changes(company, f.now()).await.unwrap();
    assert!(!never_read);
    let lease = f.leased(company).await;
    let mut sync = f.store.catalogue_sync(company).await.unwrap();
    sync.read_until = Some(f.now());
    // It took long, or IDs were compared since.
    sync.finished_at = Some(f.now().plus(Duration::from_hours(1)));
    f.store
        .save_sync(company, lease, &sync, None)
        .await
        .unwrap();
    assert!(!f.store.want_changes(company, f.now()).await.unwrap());
    assert!(f.store.want_changes(company, f.later()).await.unwrap());
    assert!(
        !f.store.want_changes(company, f.now()).await.unwrap(),
        "once"
    );
    sync.begin(ReadingKind::Increment, f.now());
    f.store
        .save_sync(company, lease, &sync, Some(ReadingKind::Increment))
        .await
        .unwrap();
    assert!(!f.store.want_changes(company, f.later()).await.unwrap());

    // A comparison of IDs does not read them: then they wait for its end.
    for (kind, is_wanted) in [(ReadingKind::Full, false), (ReadingKind::Sweep, true)] {
        sync.step = None;
        sync.begin(kind, f.now());
        let begun = f.store.save_sync(company, lease, &sync, Some(kind)).await;
        begun.unwrap();
        let wanted = f.store.want_changes(company, f.later()).await.unwrap();
        assert_eq!(wanted, is_wanted, "{kind:?}");
    }
    while sync.step.is_some() {
        sync.next_step(f.now());
    }
    let ended = f.store.save_sync(company, lease, &sync, None).await;
    ended.unwrap();
    let sync = f.store.catalogue_sync(company).await.unwrap();
    assert_eq!(sync.wanted, Some(ReadingKind::Increment));
}
