use std::{collections::BTreeMap, time::Duration};

use unstale::{
    domain::{HostOrigin, Purge, Verdict},
    store::{NewCheck, Round, StayedOld},
};

use super::{
    Fixture,
    checks::{lease, new_check, round, submitted, take},
};

on_both_databases! {
    covered_urls_that_stayed_old_are_found_by_host
}

async fn covered_urls_that_stayed_old_are_found_by_host(t: &Fixture) {
    let (company, submission) = submitted(t, 1).await;
    let add = async |url: &str, sent: &str, verdict: Verdict, pending: bool| {
        let check = NewCheck {
            purge: Some(Purge::at(t.now())),
            next_look_at: Some(t.now()),
            ..new_check(t, url, sent)
        };
        t.store
            .add_checks(company, submission.id, &[check], t.now())
            .await
            .unwrap();
        let lease = lease(t);
        let taken = take(t, lease).await;
        let round = Round {
            judgement: verdict.into(),
            next_look_at: pending.then(|| t.now().plus(Duration::from_mins(5))),
            ..round(t, 1)
        };
        t.store
            .finish_round(&taken[0], lease, &round)
            .await
            .unwrap();
    };
    let base = "http://a/x";
    add("http://a/x?1", base, Verdict::StillOld, true).await;
    add("http://a/x?2", base, Verdict::CachedAgain, false).await;
    add("http://a/x?3", base, Verdict::Live, false).await;
    add(base, base, Verdict::StillOld, false).await;
    assert!(t.store.stayed_old(company).await.unwrap().is_empty());
    let by_host = async |company| {
        let by_host = t.store.stayed_old_by_host(company, submission.id);
        by_host.await.unwrap()
    };
    assert!(by_host(company).await.is_empty());
    add("http://A:80/x?4", base, Verdict::StillOld, false).await;
    let expected = StayedOld {
        host: HostOrigin::of(base).unwrap(),
        invalidation: submission.id,
        purged_at: t.now(),
    };
    assert_eq!(t.store.stayed_old(company).await.unwrap(), [expected]);
    let other = t.company("other").await;
    assert!(t.store.stayed_old(other).await.unwrap().is_empty());

    // However its host is written, and with whatever follows it.
    for url in [
        "http://a/x?5",
        "http://bcd",
        "http://bcd?x/y",
        "https://b:8443/x/y",
    ] {
        add(url, base, Verdict::StillOld, false).await;
    }
    let expected = [("http://a", 2), ("http://bcd", 2), ("https://b:8443", 1)];
    let expected = expected.map(|(host, urls)| (HostOrigin::of(host).unwrap(), urls));
    assert_eq!(by_host(company).await, BTreeMap::from(expected));
    assert!(by_host(other).await.is_empty());
}
