use std::{collections::HashSet, time::Duration};

use unstale::{
    domain::{HostOrigin, LookKind, Purge, Verdict},
    store::{NewCheck, Round, StayedOld},
};

use super::{
    Fixture,
    checks::{due, lease, look, new_check, round, submitted, take},
};

on_both_databases! {
    a_version_that_waits_is_seen_by_what_two_looks_showed
    covered_urls_that_stayed_old_are_found_by_host
}

async fn a_version_that_waits_is_seen_by_what_two_looks_showed(t: &Fixture) {
    let (company, invalidation, id) = due(t).await;
    let other = t.company("other").await;
    let unpublished = async |company| t.store.unpublished(company, invalidation).await.unwrap();
    let see = async |verdict: Verdict, origin: u8, preview: Option<u8>| {
        let lease = lease(t);
        let taken = take(t, lease).await;
        let mut looks = vec![look(t.now(), LookKind::Origin, origin)];
        looks.extend(preview.map(|picture| look(t.now(), LookKind::Preview, picture)));
        let round = Round {
            looks,
            judgement: verdict.into(),
            ..round(t, 1)
        };
        t.store
            .finish_round(&taken[0], lease, &round)
            .await
            .unwrap();
        t.later();
        unpublished(company).await
    };
    assert!(see(Verdict::NothingNewer, 1, Some(1)).await.is_empty());
    assert_eq!(
        see(Verdict::NothingNewer, 1, Some(2)).await,
        HashSet::from([id])
    );
    assert!(unpublished(other).await.is_empty());
    assert!(
        see(Verdict::StillOld, 1, Some(2)).await.is_empty(),
        "no verdict is touched"
    );
    let after = see(Verdict::NothingNewer, 1, None).await;
    assert!(after.is_empty(), "that look is older than the origin's");
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
    add("http://A:80/x?4", base, Verdict::StillOld, false).await;
    let expected = StayedOld {
        host: HostOrigin::of(base).unwrap(),
        invalidation: submission.id,
        purged_at: t.now(),
    };
    assert_eq!(t.store.stayed_old(company).await.unwrap(), [expected]);
    let other = t.company("other").await;
    assert!(t.store.stayed_old(other).await.unwrap().is_empty());
}
