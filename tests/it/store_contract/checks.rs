use std::{collections::HashSet, time::Duration};

use unstale::{
    clock::Timestamp,
    domain::{
        CheckFormat, CheckId, CompanyId, Doubt, Evidence, Failure, FailureKind, InvalidationId,
        LookKind, Part, Probe, Purge, Receipt, Sighting, Verdict,
    },
    store::{
        BatchOutcome, CheckLease, DueCheck, NewCheck, Round, Steering, StoreError, StoredLook,
        StoredPicture, Submission, Taken, UncheckedBatch, UnpurgedCheck, Walked,
    },
};

use super::{Fixture, batches::NODE};

on_both_databases! {
    a_sample_is_taken_once
    that_all_are_wanted_stays_until_it_is_taken_back
    what_is_looked_at_is_told_from_the_rest
    what_was_seen_before_the_purge_is_never_replaced
    what_waits_for_its_purge_can_be_looked_at_as_what_is_known_now
    checks_start_when_adobe_has_taken_their_url
    what_was_asked_for_in_vain_is_looked_at_when_adobe_takes_it
    what_adobe_took_of_a_batch_is_looked_at_and_the_rest_is_not
    what_a_search_took_counts_from_its_own_answer_also_while_it_is_held_back
    a_look_is_taken_by_one
    a_lease_that_was_lost_stores_nothing
    what_a_dead_process_had_taken_is_given_back
    a_look_asked_for_during_another_is_still_to_come
    somebody_can_have_urls_looked_at_again
    what_somebody_asks_for_comes_first
    what_an_invalidation_sent_is_found
    what_was_sent_is_found_however_its_host_is_written
    a_sample_is_chosen_late_until_that_is_remembered
    the_old_picture_is_kept_for_longer_where_it_was_given_out_again
    what_waits_for_its_purge_is_found_in_its_batch
    pictures_belong_to_their_company
}

fn seen(at: Timestamp, picture: u8) -> Sighting {
    Sighting {
        at,
        status: 200,
        hash: Some([picture; 32]),
        etag: Some("W/\"a\0b\"".to_owned()),
        last_modified: Some("Sun, 06 Nov 1994 08:49:37 GMT".to_owned()),
        length: Some(u64::MAX),
        evidence: Evidence::read(Some("TCP_HIT"), Some("12")),
        keeps: None,
    }
}

fn look(at: Timestamp, kind: LookKind, picture: u8) -> StoredLook {
    StoredLook {
        format: CheckFormat::Plain,
        kind,
        at,
        look: Ok(seen(at, picture)),
    }
}

pub(super) fn new_check(t: &Fixture, url: &str, sent_url: &str) -> NewCheck {
    NewCheck {
        id: CheckId::from_uuid(t.clock.new_uuid()),
        url: url.to_owned(),
        sent_url: sent_url.to_owned(),
        covered: true,
        asked: false,
        purge: None,
        next_look_at: None,
        keeps: Some(Duration::from_hours(10)),
        before: vec![look(t.now(), LookKind::Before, 1)],
    }
}

async fn what_somebody_asks_for_comes_first(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let other = t.company("other").await;
    let checks = ["http://a/1", "http://a/2"].map(|url| new_check(t, url, url));
    let added = t.store.add_checks(company, submission.id, &checks, t.now());
    added.await.unwrap();
    for (company, first) in [(other, "http://a/1"), (company, "http://a/2")] {
        t.store.set_asked(company, checks[1].id).await.unwrap();
        let all = t.store.checks(submission.company, submission.id).await;
        assert_eq!(all.unwrap()[0].url, first);
    }
}

/// A company with a submitted invalidation of so many batches, each of two URLs.
pub(super) async fn submitted(t: &Fixture, batches: usize) -> (CompanyId, Submission) {
    let company = t.company("shop").await;
    let author = t.person("ann@example.com").await;
    (company, t.submitted(company, author, batches).await)
}

/// A URL of it that is looked at, whose purge was taken a second ago.
async fn due(t: &Fixture) -> (CompanyId, InvalidationId, CheckId) {
    let (company, submission) = submitted(t, 1).await;
    let check = NewCheck {
        purge: Some(Purge::at(t.now())),
        next_look_at: Some(t.now()),
        ..new_check(t, "http://a/x", "http://a/x")
    };
    let added = t.store.add_checks(
        company,
        submission.id,
        std::slice::from_ref(&check),
        t.now(),
    );
    added.await.unwrap();
    t.later();
    (company, submission.id, check.id)
}

fn accepted() -> BatchOutcome {
    BatchOutcome::Accepted(Receipt {
        handle: None,
        estimated_seconds: Some(7),
        warnings: 0,
    })
}

fn failed(kind: FailureKind, named_url: Option<String>) -> BatchOutcome {
    BatchOutcome::Failed {
        failure: Failure {
            kind,
            code: None,
            reason: "because".to_owned(),
        },
        named_url,
    }
}

/// What Adobe took of it.
async fn taken(t: &Fixture, batch: UncheckedBatch) -> Option<Taken> {
    let batches = t.store.batches(batch.company, batch.invalidation);
    let batches = batches.await.unwrap();
    Taken::of(batches.iter().find(|it| it.id == batch.id).unwrap())
}

pub(super) async fn take(t: &Fixture, lease: CheckLease) -> Vec<DueCheck> {
    take_some(t, lease, 10).await
}

/// At most so many of each company that has some due.
pub(super) async fn take_some(t: &Fixture, lease: CheckLease, limit: i64) -> Vec<DueCheck> {
    let until = t.now().plus(Duration::from_mins(1));
    let mut taken = Vec::new();
    for company in t.store.companies_with_due_checks(t.now()).await.unwrap() {
        let due = t.store.lease_checks(company, lease, t.now(), until, limit);
        let due = due.await.unwrap();
        assert!(due.iter().all(|check| check.company == company));
        taken.extend(due);
    }
    taken
}

pub(super) fn lease(t: &Fixture) -> CheckLease {
    CheckLease(t.clock.new_uuid())
}

pub(super) fn round(t: &Fixture, picture: u8) -> Round {
    Round {
        looks: vec![
            look(t.now(), LookKind::After, picture),
            StoredLook {
                look: Err("it did not answer\0".to_owned()),
                ..look(t.now(), LookKind::Origin, 0)
            },
        ],
        judgement: Doubt::Unproven.into(),
        at: t.now(),
        keeps: Some(Duration::from_secs(5)),
        next_look_at: Some(t.now()),
    }
}

async fn that_all_are_wanted_stays_until_it_is_taken_back(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let other = t.company("other").await;
    let (store, now) = (&t.store, t.now());
    let wanted = async |company| store.wanted_all_checked(company).await.unwrap();
    let want = async |company, all| {
        let wanted = store.want_all_checked(company, submission.id, all, now);
        wanted.await.unwrap();
    };
    want(other, true).await;
    assert_eq!(wanted(company).await, [], "another company's");
    want(company, true).await;
    want(company, true).await;
    assert_eq!(wanted(company).await, [submission.id]);
    assert_eq!(wanted(other).await, []);
    let due = store.companies_with_due_checks(now).await.unwrap();
    assert_eq!(due, [company]);
    let walked = Walked { batch: 1, to: 7 };
    let begin = Walked::default();
    let set = store.set_walked(other, submission.id, begin, walked);
    set.await.unwrap();
    let at = async || store.walked(company, submission.id).await.unwrap();
    assert_eq!(at().await, Walked::default());
    let set = store.set_walked(company, submission.id, begin, walked);
    set.await.unwrap();
    assert_eq!(at().await, walked);
    let late = Walked { batch: 0, to: 3 };
    let set = store.set_walked(company, submission.id, begin, late);
    set.await.unwrap();
    assert_eq!(at().await, walked, "it has gone on meanwhile");
    let foreign = store.walked(other, submission.id).await.unwrap();
    assert_eq!(foreign, Walked::default());
    want(company, false).await;
    assert_eq!(at().await, Walked::default(), "the next press begins anew");
    assert_eq!(wanted(company).await, []);
    let due = store.companies_with_due_checks(now).await.unwrap();
    assert_eq!(due, []);
}

async fn what_is_looked_at_is_told_from_the_rest(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let other = t.company("other").await;
    let urls: Vec<String> = (0..1_200)
        .map(|number| format!("http://a/{number}"))
        .collect();
    let checks: Vec<_> = [3, 1_100]
        .map(|number: usize| new_check(t, &urls[number], "http://a/3"))
        .into();
    let added = t.store.add_checks(company, submission.id, &checks, t.now());
    added.await.unwrap();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let looked_at = async |company, urls: &[&str]| {
        let looked_at = t.store.looked_at(company, submission.id, urls).await;
        looked_at.unwrap().len()
    };
    let found = t.store.looked_at(company, submission.id, &urls).await;
    assert_eq!(
        found.unwrap(),
        HashSet::from([3, 1_100].map(|number: usize| urls[number].to_owned()))
    );
    assert_eq!(looked_at(company, &[]).await, 0);
    assert_eq!(looked_at(other, &["http://a/3"]).await, 0);
}

async fn a_sample_is_taken_once(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let other = t.company("other").await;
    let begin = async |company| {
        t.store
            .begin_checks(company, submission.id, t.now())
            .await
            .unwrap()
    };
    assert!(!begin(other).await, "another company's");
    assert!(begin(company).await);
    assert!(
        begin(company).await,
        "who began has died before it saw anything"
    );
    let check = new_check(t, "http://a/x", "http://a/x");
    t.store
        .add_checks(company, submission.id, &[check], t.now())
        .await
        .unwrap();
    assert!(!begin(company).await);
}

async fn what_was_seen_before_the_purge_is_never_replaced(t: &Fixture) {
    let (company, invalidation, id) = due(t).await;
    let again = NewCheck {
        before: Vec::new(),
        asked: true,
        ..new_check(t, "http://a/x", "http://a/x")
    };
    t.store
        .add_checks(company, invalidation, &[again], t.now())
        .await
        .unwrap();
    let checks = t.store.checks(company, invalidation).await.unwrap();
    assert_eq!(checks.len(), 1);
    assert_eq!((checks[0].id, checks[0].asked), (id, false));
    assert_eq!(checks[0].keeps, Some(Duration::from_hours(10)));

    let before = t.store.looks(company, id).await.unwrap();
    let stored = Sighting {
        etag: Some("W/\"a\u{1a}b\"".to_owned()),
        length: Some(u64::try_from(i64::MAX).unwrap()),
        ..seen(before[0].at, 1)
    };
    assert_eq!(before[0].look, Ok(stored));

    let lease = lease(t);
    let taken = take(t, lease).await;
    let mut round = round(t, 2);
    round.looks.push(look(t.now(), LookKind::Before, 9));
    t.store
        .finish_round(&taken[0], lease, &round)
        .await
        .unwrap();
    let looks = t.store.looks(company, id).await.unwrap();
    let of = |kind| looks.iter().find(|look| look.kind == kind).unwrap();
    assert_eq!(*of(LookKind::Before), before[0]);
    assert_eq!(
        of(LookKind::After).look.as_ref().unwrap().hash,
        Some([2; 32])
    );
    assert_eq!(
        of(LookKind::Origin).look,
        Err("it did not answer\u{1a}".to_owned())
    );

    let check = t
        .store
        .checks(company, invalidation)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(check.verdict, Some(Verdict::CouldNotCheck));
    assert_eq!(check.doubt, Some(Doubt::Unproven.to_string()));
    assert_eq!((check.looks, check.verdict_at), (1, Some(t.now())));
    assert_eq!(
        check.keeps,
        Some(Duration::from_hours(10)),
        "that of before stays"
    );
}

async fn what_waits_for_its_purge_can_be_looked_at_as_what_is_known_now(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let add = async |check: NewCheck| {
        t.store
            .add_checks(company, submission.id, &[check], t.now())
            .await
            .unwrap();
    };
    let waits = new_check(t, "http://a/x", "http://a/x");
    add(waits.clone()).await;
    let not_cleared = NewCheck {
        before: Vec::new(),
        covered: false,
        asked: true,
        purge: Some(Purge::at(t.now())),
        next_look_at: Some(t.now()),
        ..new_check(t, "http://a/x", "http://a/x")
    };
    add(not_cleared).await;
    let due = take(t, lease(t)).await;
    assert_eq!((due.len(), due[0].id, due[0].covered), (1, waits.id, false));
    let looks = t.store.looks(company, waits.id).await.unwrap();
    assert_eq!(
        looks.len(),
        waits.before.len(),
        "what was seen before stays"
    );
}

async fn checks_start_when_adobe_has_taken_their_url(t: &Fixture) {
    let (company, submission) = submitted(t, 2).await;
    let sent = |batch: usize| submission.batches[batch].urls[0].url.clone();
    let covered = new_check(t, "http://a/x?wid=1", &sent(0));
    let later = new_check(t, &sent(1), &sent(1));
    let checks = [covered.clone(), later];
    t.store
        .add_checks(company, submission.id, &checks, t.now())
        .await
        .unwrap();
    let since = t.now().minus(Duration::from_secs(1));
    assert!(t.store.unchecked_batches(since).await.unwrap().is_empty());

    let batch = t.take().await.unwrap();
    let accepted_at = t.later();
    t.finish(&batch, &accepted()).await.unwrap();
    let unchecked = UncheckedBatch {
        company,
        invalidation: submission.id,
        id: batch.id,
    };
    let found = t.store.unchecked_batches(since).await.unwrap();
    assert_eq!(found, [unchecked]);
    let too_old = t.store.unchecked_batches(t.now()).await.unwrap();
    assert!(too_old.is_empty());
    assert_eq!(t.store.forgotten_batches().await.unwrap(), [unchecked]);

    let taken = taken(t, unchecked).await.unwrap();
    assert_eq!((taken.count(), taken.taken_at), (2, accepted_at));
    let start = async |at| t.store.start_checks(unchecked, &taken, at).await.unwrap();
    assert_eq!(start(t.now()).await, 1);
    assert_eq!(start(t.later()).await, 0, "once");
    assert!(t.store.forgotten_batches().await.unwrap().is_empty());
    let taken = take(t, lease(t)).await;
    assert_eq!(taken.len(), 1);
    assert_eq!(
        (taken[0].id, taken[0].purge.taken_at),
        (covered.id, accepted_at)
    );
}

async fn what_was_asked_for_in_vain_is_looked_at_when_adobe_takes_it(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let url = submission.batches[0].urls[0].url.clone();
    let in_vain = NewCheck {
        covered: false,
        asked: true,
        purge: Some(Purge::at(t.now())),
        next_look_at: Some(t.now()),
        ..new_check(t, &url, &url)
    };
    let add = async |check: &NewCheck| {
        let checks = std::slice::from_ref(check);
        let added = t.store.add_checks(company, submission.id, checks, t.now());
        added.await.unwrap();
    };
    add(&in_vain).await;
    let first = lease(t);
    let looked = take(t, first).await;
    let over = Round {
        next_look_at: None,
        ..round(t, 1)
    };
    t.store
        .finish_round(&looked[0], first, &over)
        .await
        .unwrap();

    let batch = t.take().await.unwrap();
    t.later();
    t.finish(&batch, &accepted()).await.unwrap();
    let unchecked = UncheckedBatch {
        company,
        invalidation: submission.id,
        id: batch.id,
    };
    let taken = taken(t, unchecked).await.unwrap();
    let started = t.store.start_checks(unchecked, &taken, t.now()).await;
    assert_eq!(started.unwrap(), 1);
    let due = take(t, lease(t)).await;
    assert_eq!((due[0].id, due[0].covered), (in_vain.id, true));
    assert_eq!(due[0].purge.sent_at, batch.taken_at);
    add(&in_vain).await;
    let checks = t.store.checks(company, submission.id).await.unwrap();
    assert!(checks[0].covered, "what is cleared stays so");
}

async fn what_adobe_took_of_a_batch_is_looked_at_and_the_rest_is_not(t: &Fixture) {
    let (company, submission) = submitted(t, 2).await;
    let url = |batch: usize, place: usize| submission.batches[batch].urls[place].url.clone();
    let all = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(batch, place)| url(batch, place));
    let checks: Vec<_> = all.iter().map(|url| new_check(t, url, url)).collect();
    let added = t.store.add_checks(company, submission.id, &checks, t.now());
    added.await.unwrap();
    let since = t.now().minus(Duration::from_secs(1));

    // Adobe names the URL that it left out of the first batch.
    let batch = t.take().await.unwrap();
    let partly = failed(FailureKind::Partial, Some(url(0, 1)));
    t.finish(&batch, &partly).await.unwrap();
    // A search found that it is the first URL of the second one.
    let batch = t.take().await.unwrap();
    t.finish(&batch, &failed(FailureKind::BadUrl, None))
        .await
        .unwrap();
    assert_eq!(t.store.unchecked_batches(since).await.unwrap().len(), 1);
    t.store
        .start_search(company, batch.id, 2, false, "ann@example.com", t.now())
        .await
        .unwrap();
    t.later();
    let batch = t.take().await.unwrap();
    let probe = Probe {
        part: Part::range(2..=2),
        sent_at: Some(batch.taken_at),
        answered_at: Some(t.now()),
        answer: Ok(Receipt::default()),
    };
    let found = failed(FailureKind::Partial, Some(url(1, 0)));
    t.finish_as(NODE, &batch, &found, Some(&probe))
        .await
        .unwrap();

    let unchecked = t.store.unchecked_batches(since).await.unwrap();
    assert_eq!(unchecked.len(), 2);
    for batch in unchecked {
        let taken = taken(t, batch).await.unwrap();
        assert_eq!(taken.count(), 1);
        let started = t.store.start_checks(batch, &taken, t.now()).await.unwrap();
        assert_eq!(started, 1);
    }
    let mut looked_at: Vec<_> = take(t, lease(t)).await;
    looked_at.sort_by(|one, two| one.url.cmp(&two.url));
    let of_search = looked_at
        .iter()
        .find(|check| check.url == url(1, 1))
        .unwrap();
    assert_eq!(
        of_search.purge.sent_at, batch.taken_at,
        "by its own request"
    );
    let looked_at: Vec<_> = looked_at.into_iter().map(|check| check.url).collect();
    let mut expected = [url(0, 0), url(1, 1)];
    expected.sort();
    assert_eq!(looked_at, expected);
}

async fn what_a_search_took_counts_from_its_own_answer_also_while_it_is_held_back(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let urls = submission.batches[0].urls.iter();
    let checks: Vec<_> = urls.map(|it| new_check(t, &it.url, &it.url)).collect();
    let added = t.store.add_checks(company, submission.id, &checks, t.now());
    added.await.unwrap();
    let batch = t.take().await.unwrap();
    let refused = failed(FailureKind::BadUrl, None);
    t.finish(&batch, &refused).await.unwrap();
    let begun = t
        .store
        .start_search(company, batch.id, 1, false, "Bob", t.now());
    begun.await.unwrap();
    t.later();
    let batch = t.take().await.unwrap();
    let answered_at = t.later();
    let probe = Probe {
        part: Part::range(1..=1),
        sent_at: Some(batch.taken_at),
        answered_at: Some(answered_at),
        answer: Ok(Receipt::default()),
    };
    t.finish_as(NODE, &batch, &BatchOutcome::SearchedOn, Some(&probe))
        .await
        .unwrap();
    let steer = async |steering| {
        t.later();
        let steered = t
            .store
            .steer(company, submission.id, steering, "Bob", t.now());
        assert_eq!(steered.await.unwrap(), 1);
    };
    let purge = Purge {
        sent_at: batch.taken_at,
        taken_at: answered_at,
    };
    let since = batch.taken_at;
    for steering in [Steering::Pause, Steering::Resume, Steering::Pause] {
        steer(steering).await;
        let unchecked = t.store.unchecked_batches(since).await.unwrap();
        assert_eq!(unchecked.len(), 1, "{steering:?}");
        let taken = taken(t, unchecked[0]).await.unwrap();
        assert_eq!((taken.count(), taken.purge(1)), (1, purge));
    }
    let long_since = t.store.unchecked_batches(t.now()).await.unwrap();
    assert_eq!(long_since, []);
    let unchecked = t.store.unchecked_batches(since).await.unwrap()[0];
    let before = taken(t, unchecked).await.unwrap();
    let started = t.store.start_checks(unchecked, &before, t.now()).await;
    assert_eq!(started.unwrap(), 1);
    steer(Steering::Cancel).await;
    let after = taken(t, unchecked).await.unwrap();
    assert_eq!(after.purge(1), purge, "whenever the search ends");
    assert_eq!(after.taken_at, answered_at);
    let due = take(t, lease(t)).await;
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].purge, purge);
}

async fn a_look_is_taken_by_one(t: &Fixture) {
    let (company, invalidation, id) = due(t).await;
    let (first, second) = (lease(t), lease(t));
    let taken = take(t, first).await;
    assert_eq!(taken[0].id, id);
    assert!(take(t, second).await.is_empty());
    let mut round = round(t, 1);
    round.next_look_at = Some(t.now().plus(Duration::from_mins(5)));
    t.store
        .finish_round(&taken[0], first, &round)
        .await
        .unwrap();
    assert!(take(t, second).await.is_empty(), "not due");
    t.clock.advance(Duration::from_mins(5));
    assert_eq!(take(t, second).await[0].looks, 1);
    let checks = t.store.checks(company, invalidation).await.unwrap();
    assert_eq!(checks[0].next_look_at, round.next_look_at);
}

async fn a_lease_that_was_lost_stores_nothing(t: &Fixture) {
    let (company, _, id) = due(t).await;
    let (slow, quick) = (lease(t), lease(t));
    let taken = take(t, slow).await;
    t.clock.advance(Duration::from_mins(1));
    assert_eq!(take(t, quick).await.len(), 1, "the lease has run out");
    let lost = t.store.finish_round(&taken[0], slow, &round(t, 2)).await;
    assert!(matches!(lost, Err(StoreError::Conflict)));
    assert_eq!(t.store.looks(company, id).await.unwrap().len(), 1);
}

async fn what_a_dead_process_had_taken_is_given_back(t: &Fixture) {
    due(t).await;
    assert_eq!(take(t, lease(t)).await.len(), 1);
    assert_eq!(t.store.release_checks().await.unwrap(), 1);
    assert_eq!(take(t, lease(t)).await.len(), 1);
}

async fn a_look_asked_for_during_another_is_still_to_come(t: &Fixture) {
    let (company, invalidation, id) = due(t).await;
    let first = lease(t);
    let taken = take(t, first).await;
    t.clock.advance(Duration::from_secs(1));
    let again = t.store.look_again(company, invalidation, Some(id), t.now());
    assert_eq!(again.await.unwrap(), 1);
    let last = Round {
        next_look_at: None,
        ..round(t, 1)
    };
    t.store.finish_round(&taken[0], first, &last).await.unwrap();
    assert_eq!(take(t, lease(t)).await.len(), 1);
}

async fn somebody_can_have_urls_looked_at_again(t: &Fixture) {
    let (company, invalidation, id) = due(t).await;
    let first = lease(t);
    let taken = take(t, first).await;
    let last = Round {
        next_look_at: None,
        ..round(t, 1)
    };
    t.store.finish_round(&taken[0], first, &last).await.unwrap();
    assert!(take(t, lease(t)).await.is_empty());
    let other = t.company("other").await;
    let again = async |company, id| {
        t.store
            .look_again(company, invalidation, id, t.now())
            .await
            .unwrap()
    };
    assert_eq!(again(other, None).await, 0);
    assert_eq!(
        again(company, Some(CheckId::from_uuid(t.clock.new_uuid()))).await,
        0
    );
    assert_eq!(again(company, Some(id)).await, 1);
    assert_eq!(again(company, None).await, 1);
    assert_eq!(take(t, lease(t)).await.len(), 1);
}

async fn what_an_invalidation_sent_is_found(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let url = submission.batches[0].urls[1].url.clone();
    let find = async |company| {
        let urls = [url.as_str(), "http://a/never"];
        t.store
            .sent_urls(company, submission.id, &urls)
            .await
            .unwrap()
    };
    let batch = submission.batches[0].id;
    assert_eq!(find(company).await, [(url.clone(), batch, 2)]);
    assert!(find(t.company("other").await).await.is_empty());
}

async fn what_was_sent_is_found_however_its_host_is_written(t: &Fixture) {
    let company = t.company("shop").await;
    let author = t.person("ann@example.com").await;
    let draft = t.draft(company, author).await;
    let mut submission = t.submission(&draft, 2, 3);
    let batches = [submission.batches[0].id, submission.batches[1].id];
    let sent = [
        "HTTPS://Images.Example.com/is/image/shop/a?Wid=1",
        "https://images.example.com:443/is/image/shop/a?Wid=1",
        "https://images.example.com/is/image/shop/a?wid=1",
        "https://images.example.com:8443/is/image/shop/a?Wid=1",
        "http://images.example.com/is/image/shop/a?Wid=1",
        "https://h",
    ];
    let urls = submission.batches.iter_mut().flat_map(|it| &mut it.urls);
    for (submitted, url) in urls.zip(sent) {
        url.clone_into(&mut submitted.url);
    }
    t.store.submit(&submission).await.unwrap();
    let alike = async |company, url: &str| {
        let alike = t.store.sent_alike(company, submission.id, url);
        alike.await.unwrap()
    };
    let both = [
        (sent[0].to_owned(), batches[0], 1),
        (sent[1].to_owned(), batches[0], 2),
    ];
    for own in [
        "https://images.example.com/is/image/shop/a?Wid=1",
        sent[0],
        sent[1],
    ] {
        assert_eq!(alike(company, own).await, both, "{own}");
    }
    assert_eq!(
        alike(company, sent[3]).await,
        [(sent[3].to_owned(), batches[1], 1)]
    );
    for other in ["https://images.example.com/shop/a?Wid=1", "no address"] {
        assert_eq!(alike(company, other).await, [], "{other}");
    }
    let foreign = t.company("other").await;
    assert_eq!(alike(foreign, sent[0]).await, []);
}

async fn a_sample_is_chosen_late_until_that_is_remembered(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let other = t.company("other").await;
    let (store, id) = (&t.store, submission.id);
    let since = t.now().minus(Duration::from_secs(1));
    let unchecked = async || store.unchecked_batches(since).await.unwrap().len();
    assert!(store.begin_checks(company, id, t.now()).await.unwrap());
    assert_eq!(unchecked().await, 0, "Adobe has taken nothing");
    let batch = t.take().await.unwrap();
    t.finish(&batch, &accepted()).await.unwrap();
    assert_eq!(unchecked().await, 1);
    store.set_sampled(other, id, t.now()).await.unwrap();
    assert!(!store.is_sampled(company, id).await.unwrap());
    for _ in 0..2 {
        store.set_sampled(company, id, t.now()).await.unwrap();
        assert!(store.is_sampled(company, id).await.unwrap());
        assert!(!store.is_sampled(other, id).await.unwrap());
        assert_eq!(unchecked().await, 0, "though nothing could be chosen");
    }
}

async fn the_old_picture_is_kept_for_longer_where_it_was_given_out_again(t: &Fixture) {
    let (company, invalidation, _) = due(t).await;
    let hours = Duration::from_hours;
    for (verdict, keeps, expected) in [
        (Verdict::StillOld, hours(9), hours(10)),
        (Verdict::StillOld, hours(11), hours(11)),
        (Verdict::CachedAgain, hours(12), hours(12)),
        (Verdict::NothingNewer, hours(13), hours(13)),
        (Verdict::Live, hours(14), hours(13)),
    ] {
        let lease = lease(t);
        let taken = take(t, lease).await.remove(0);
        let round = Round {
            judgement: verdict.into(),
            keeps: Some(keeps),
            ..round(t, 1)
        };
        t.store.finish_round(&taken, lease, &round).await.unwrap();
        let checks = t.store.checks(company, invalidation).await.unwrap();
        assert_eq!(checks[0].keeps, Some(expected), "{verdict:?}");
    }
}

async fn what_waits_for_its_purge_is_found_in_its_batch(t: &Fixture) {
    let (company, submission) = submitted(t, 2).await;
    let url = |batch: usize, index: usize| submission.batches[batch].urls[index].url.clone();
    let waiting = new_check(t, &format!("{}?wid=1", url(1, 1)), &url(1, 1));
    let purged = NewCheck {
        purge: Some(Purge::at(t.now())),
        ..new_check(t, &url(0, 0), &url(0, 0))
    };
    let checks = [waiting.clone(), purged];
    t.store
        .add_checks(company, submission.id, &checks, t.now())
        .await
        .unwrap();
    let unpurged = t.store.unpurged_checks(company, submission.id);
    let expected = UnpurgedCheck {
        id: waiting.id,
        batch: submission.batches[1].id,
        position: 2,
        sent_url: url(1, 1),
    };
    assert_eq!(unpurged.await.unwrap(), [expected]);
    let other = t.company("other").await;
    let foreign = t.store.unpurged_checks(other, submission.id);
    assert_eq!(foreign.await.unwrap(), []);
}

async fn pictures_belong_to_their_company(t: &Fixture) {
    let (company, _, id) = due(t).await;
    let other = t.company("other").await;
    let picture = |byte| StoredPicture {
        content_type: "image/png".to_owned(),
        bytes: vec![byte, 0, 255],
    };
    let put = async |company, kind, byte| {
        t.store
            .put_picture(company, id, kind, &picture(byte))
            .await
            .unwrap();
    };
    put(other, LookKind::Before, 8).await;
    put(company, LookKind::Before, 1).await;
    put(company, LookKind::Before, 2).await;
    put(company, LookKind::After, 3).await;
    put(company, LookKind::After, 4).await;
    let get = async |company, kind| t.store.picture(company, id, kind).await.unwrap();
    assert_eq!(
        get(company, LookKind::Before).await,
        Some(picture(1)),
        "never replaced"
    );
    assert_eq!(get(company, LookKind::After).await, Some(picture(4)));
    assert_eq!(get(other, LookKind::After).await, None);
    let there =
        async |company, checks: &[CheckId]| t.store.pictures(company, checks).await.unwrap();
    let both = HashSet::from([LookKind::Before, LookKind::After].map(|kind| (id, kind)));
    assert_eq!(there(company, &[id]).await, both);
    let another = CheckId::from_uuid(t.clock.new_uuid());
    assert!(there(company, &[another]).await.is_empty());
    assert!(there(company, &[]).await.is_empty());
    assert!(there(other, &[id]).await.is_empty());
    let drop = async |company, kind| t.store.drop_picture(company, id, kind).await.unwrap();
    drop(other, LookKind::After).await;
    drop(company, LookKind::Before).await;
    assert_eq!(get(company, LookKind::Before).await, Some(picture(1)));
    assert_eq!(get(company, LookKind::After).await, Some(picture(4)));
    drop(company, LookKind::After).await;
    assert_eq!(get(company, LookKind::After).await, None);
}
