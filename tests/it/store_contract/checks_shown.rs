//! What pages show of checks: counted, page by page, and beside the URLs that were sent.

use std::{collections::HashMap, time::Duration};

use unstale::{
    clock::Timestamp,
    domain::{CompanyId, HistoryVerdict, InvalidationId, Purge, Verdict},
    store::{CheckCount, NewCheck, Round},
};

use super::{
    Fixture,
    checks::{lease, new_check, round, submitted, take},
};

on_both_databases! {
    checks_that_stand_alike_are_counted_together
    what_would_be_kept_for_ever_is_kept_until_the_end_of_time
    a_page_of_checks_has_what_asks_for_somebody_first
    a_sent_url_has_the_verdict_of_all_that_it_clears
}

/// Adds a URL whose purge Adobe has taken, and that was looked at since, unless there is no verdict.
async fn judge(
    t: &Fixture,
    (company, invalidation): (CompanyId, InvalidationId),
    check: NewCheck,
    verdict: Option<Verdict>,
    is_pending: bool,
) {
    let next = is_pending.then(|| t.now().plus(Duration::from_mins(5)));
    let check = NewCheck {
        purge: Some(Purge::at(t.now())),
        next_look_at: if verdict.is_some() {
            Some(t.now())
        } else {
            next
        },
        before: Vec::new(),
        ..check
    };
    let added = t
        .store
        .add_checks(company, invalidation, std::slice::from_ref(&check), t.now());
    added.await.unwrap();
    let Some(verdict) = verdict else { return };
    let lease = lease(t);
    let taken = take(t, lease).await;
    let round = Round {
        looks: Vec::new(),
        judgement: verdict.into(),
        keeps: None,
        next_look_at: next,
        ..round(t, 1)
    };
    let finished = t.store.finish_round(&taken[0], lease, &round);
    finished.await.unwrap();
}

async fn checks_that_stand_alike_are_counted_together(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let at = (company, submission.id);
    let check = |number: u32, keeps| NewCheck {
        keeps,
        ..new_check(t, &format!("http://a/{number}"), "http://a/2")
    };
    let (zero, hour) = (Some(Duration::ZERO), Some(Duration::from_hours(1)));
    let (live, old) = (Some(Verdict::Live), Some(Verdict::StillOld));
    judge(t, at, check(1, hour), live, false).await;
    judge(t, at, check(2, None), live, false).await;
    judge(t, at, check(3, Some(Duration::from_mins(1))), live, false).await;
    judge(t, at, check(4, zero), live, false).await;
    judge(t, at, check(5, None), old, true).await;
    judge(t, at, check(6, None), old, false).await;
    let not_cleared = NewCheck {
        covered: false,
        ..check(7, None)
    };
    judge(t, at, not_cleared, old, false).await;
    let waits = [check(8, hour), check(9, hour)];
    let added = t.store.add_checks(company, submission.id, &waits, t.now());
    added.await.unwrap();

    let counts = async |company| t.store.check_counts(company, submission.id).await.unwrap();
    let mut found = counts(company).await;
    let alike = |verdict, is_pending, urls| CheckCount {
        covered: true,
        verdict,
        is_pending,
        asks: false,
        urls,
        unpurged: 0,
        behind_base: urls,
        silent: 0,
        kept_until: None,
    };
    let silent = |count| CheckCount { silent: 1, ..count };
    for expected in [
        CheckCount {
            behind_base: 2,
            silent: 1,
            kept_until: Some(t.now().plus(Duration::from_hours(1))),
            ..alike(live, false, 3)
        },
        CheckCount {
            asks: true,
            kept_until: Some(t.now()),
            ..alike(live, false, 1)
        },
        silent(alike(old, true, 1)),
        silent(alike(old, false, 1)),
        CheckCount {
            covered: false,
            ..silent(alike(old, false, 1))
        },
        CheckCount {
            unpurged: 2,
            ..alike(None, false, 2)
        },
    ] {
        let place = found.iter().position(|count| *count == expected);
        let place = place.unwrap_or_else(|| panic!("no {expected:?} in {found:?}"));
        found.swap_remove(place);
    }
    assert_eq!(found, []);
    assert_eq!(counts(t.company("other").await).await, []);
}

async fn what_would_be_kept_for_ever_is_kept_until_the_end_of_time(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let for_ever = NewCheck {
        keeps: Some(Duration::MAX),
        ..new_check(t, "http://a/1", "http://a/1")
    };
    let live = Some(Verdict::Live);
    judge(t, (company, submission.id), for_ever, live, false).await;
    let counts = t.store.check_counts(company, submission.id).await.unwrap();
    let end = Timestamp::from_micros(i64::MAX);
    assert_eq!(counts[0].kept_until, Some(end));
}

async fn a_page_of_checks_has_what_asks_for_somebody_first(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let at = (company, submission.id);
    let verdicts = [None]
        .into_iter()
        .chain(Verdict::ALL.map(Some).into_iter().rev());
    for (number, verdict) in verdicts.enumerate() {
        for asked in [false, true] {
            let url = format!("http://a/{}{number}", if asked { "asked-" } else { "" });
            let check = NewCheck {
                asked,
                ..new_check(t, &url, &url)
            };
            judge(t, at, check, verdict, false).await;
        }
        t.later();
    }
    let sample = new_check(t, "http://a/00", "http://a/00");
    judge(t, at, sample, Some(Verdict::StillOld), true).await;

    let shown = async |company, skipped, limit| {
        let shown = t.store.checks_shown(company, submission.id, skipped, limit);
        let urls = shown.await.unwrap().into_iter().map(|check| check.url);
        urls.map(|url| url.replace("http://a/", ""))
            .collect::<Vec<_>>()
    };
    // By number: none, not checked, could not check, cached again, still old, nothing newer, gone, live.
    let first = [
        "asked-4", "asked-3", "asked-2", "asked-5", "asked-1", "asked-0", "asked-7", "asked-6",
        "00",
    ];
    let second = ["3", "4", "2", "5", "0", "1", "6", "7"];
    assert_eq!(shown(company, 0, 9).await, first);
    assert_eq!(shown(company, 9, 9).await, second);
    assert_eq!(shown(company, 17, 9).await, [""; 0]);
    assert_eq!(shown(company, 0, 0).await, [""; 0]);
    assert_eq!(shown(t.company("other").await, 0, 9).await, [""; 0]);
    let all = t.store.checks(company, submission.id).await.unwrap();
    for check in t
        .store
        .checks_shown(company, submission.id, 0, 99)
        .await
        .unwrap()
    {
        assert!(all.contains(&check), "as it stands: {check:?}");
    }
}

async fn a_sent_url_has_the_verdict_of_all_that_it_clears(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let at = (company, submission.id);
    let [base, plain, waits, again] =
        ["base", "plain", "waits", "again"].map(|path| format!("http://a/{path}"));
    let (live, old) = (Some(Verdict::Live), Some(Verdict::StillOld));
    for (query, sent, verdict, is_pending) in [
        ("?1", &base, live, false),
        ("?2", &base, old, false),
        ("?3", &base, Some(Verdict::NothingNewer), false),
        ("", &plain, live, false),
        ("?1", &again, live, false),
        ("?2", &again, old, true),
    ] {
        let check = new_check(t, &format!("{sent}{query}"), sent);
        judge(t, at, check, verdict, is_pending).await;
    }
    // An address that it does not clear says nothing of it, and neither does what was seen before the purge only.
    let not_cleared = NewCheck {
        covered: false,
        ..new_check(t, "http://a/PLAIN", &plain)
    };
    judge(t, at, not_cleared, old, false).await;
    let unpurged = [new_check(t, &waits, &waits)];
    let added = t
        .store
        .add_checks(company, submission.id, &unpurged, t.now());
    added.await.unwrap();

    let seen = async |company, urls: &[&str]| {
        let seen = t.store.verdicts_of_sent(company, submission.id, urls).await;
        seen.unwrap()
    };
    let expected = HashMap::from([
        (base.clone(), HistoryVerdict::Known(Verdict::StillOld)),
        (plain.clone(), HistoryVerdict::Known(Verdict::Live)),
        (again.clone(), HistoryVerdict::Checking),
    ]);
    let all = [base.as_str(), &plain, &waits, &again, "http://a/never"];
    assert_eq!(seen(company, &all).await, expected);
    assert_eq!(seen(company, &[&plain]).await.len(), 1);
    assert_eq!(seen(company, &[]).await.len(), 0);
    assert_eq!(seen(t.company("other").await, &all).await.len(), 0);
}
