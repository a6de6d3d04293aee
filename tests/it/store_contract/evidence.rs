use std::collections::HashSet;

use unstale::{
    domain::{LookKind, Verdict},
    store::Round,
};

use super::{
    Fixture,
    checks::{due, lease, look, round, take},
};

on_both_databases! {
    a_version_that_waits_is_seen_by_what_two_looks_showed
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
