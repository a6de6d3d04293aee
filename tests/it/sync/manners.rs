//! How Adobe is asked: one question at a time, with a pause, by one reader.

use std::{sync::atomic::Ordering, time::Duration};

use unstale::{domain::ReadingKind, ops::sync::Ended, sandbox::ips::Only};

use super::{Catalogue, pages};
use crate::support::database::Backend;

const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn between_two_questions_there_is_a_pause() {
    let pause = Duration::from_secs(2);
    let c = Catalogue::with_pause(Backend::Sqlite, 3_500, pause).await;
    let reading = c.reading();
    for page in 1..=4 {
        c.ips.wait_for_calls(page).await;
        // Whoever did not wait would have asked for the next page before this one is stored.
        let stored = async {
            while c.found().await.len() < (page * 1_000).min(3_500) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, stored)
            .await
            .expect("it is stored");
        assert_eq!(c.ips.calls().len(), page, "the clock has not moved");
        c.later(pause);
    }
    let rest = async {
        while !reading.is_finished() {
            c.later(pause);
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, rest).await.expect("it ends");
    assert_eq!(Catalogue::finished(reading.await.unwrap()).seen, 3_500);
}

#[tokio::test]
async fn also_between_the_questions_about_the_account_and_its_settings() {
    let pause = Duration::from_secs(2);
    let c = Catalogue::with_pause(Backend::Sqlite, 10, pause).await;
    let reading = c.reading();
    while !reading.is_finished() {
        let asked = c.ips.calls().len();
        c.later(pause);
        // Long enough for a second question, were it not waiting.
        tokio::time::sleep(Duration::from_millis(30)).await;
        let now = c.ips.calls().len();
        assert!(now <= asked + 1, "{:?}", c.calls_since(asked));
    }
    Catalogue::finished(reading.await.unwrap());
    let calls = c.ips.calls();
    for operation in ["getUserInfo", "getCompanyMembership", "getPropertySets"] {
        assert!(
            calls.iter().any(|call| call.operation == operation),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn adobe_never_has_two_questions_at_once() {
    let c = Catalogue::of(4_500).await;
    for number in 0..1_200 {
        c.library.trash(number, true);
    }
    for kind in [ReadingKind::Full, ReadingKind::Sweep] {
        c.want(kind).await;
        c.later(Duration::from_hours(1));
        // New to the comparison, and so asked for by name.
        for number in 0..1_200 {
            c.library.trash(number, false);
        }
    }
    c.want(ReadingKind::Increment).await;
    assert!(c.ips.calls().len() > 10);
    assert_eq!(c.at_once.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_long_reading_keeps_its_lease() {
    let c = Catalogue::of(2_500).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::FromPage(2));
        knobs.hold = true;
    });
    let reading = c.reading();
    c.ips.wait_for_calls(2).await;
    let end = c.clock.now().plus(Duration::from_mins(2));
    let long = async {
        while c.clock.now() < end {
            let until = c.sync().await.lease_until.expect("it is held");
            // Only as long as it holds: a lease that nobody renews would keep the clock here.
            if until.since(c.clock.now()) > Duration::from_secs(15) {
                c.later(Duration::from_secs(10));
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, long)
        .await
        .expect("it is renewed");
    assert!(matches!(c.read().await, Ended::Busy));
    c.knobs(|knobs| knobs.hold = false);
    assert_eq!(Catalogue::finished(reading.await.unwrap()).seen, 2_500);
    assert_eq!(pages(&c.ips.calls())[..3], [1, 2, 3]);
}
