//! Nothing lost: two hundred invalidations are submitted and sent while the program is killed again and again and Adobe's
//! stand-in misbehaves in every way that it can; meanwhile somebody looks for the bad URLs among them. Afterwards each batch
//! is in a final state that is true.
//!
//! The program is the real one, a process of its own, killed as by a power cut. It takes minutes, so it is only run when
//! asked for: `tests/run.sh` does.

mod check;
mod door;
mod find;
mod person;
mod sabotage;
mod server;
mod submit;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::watch;
use unstale::{clock::Clock, domain::BatchState};

use self::{
    check::Received,
    find::Finder,
    person::Person,
    sabotage::{Random, misbehave},
    server::{KILLS, Server},
    submit::Submitter,
};
use crate::support::database::Backend;

/// What is submitted.
const INVALIDATIONS: usize = 200;
/// The most URLs that one of them has.
const MOST_URLS: u64 = 3_000;
/// How long it may take until all is final, once nobody is killed any more.
const PATIENCE: Duration = Duration::from_mins(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes; tests/run.sh runs it"]
async fn nothing_is_lost_and_nothing_is_claimed_that_is_not_so_on_sqlite() {
    nothing_is_lost(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes; tests/run.sh runs it"]
async fn nothing_is_lost_and_nothing_is_claimed_that_is_not_so_on_postgresql() {
    nothing_is_lost(Backend::Postgres).await;
}

async fn nothing_is_lost(backend: Backend) {
    let clock = Clock::system();
    let seed = clock.now().as_micros().unsigned_abs();
    println!("seed {seed}");
    let started = Instant::now();
    let mut server = Server::prepare(backend, clock.clone()).await;
    let received = Received::by(server.sandbox.ips());
    let (stop, stopped) = watch::channel(false);
    let (sandbox, door) = (Arc::clone(&server.sandbox), Arc::clone(&server.door));
    let sabotage = tokio::spawn(misbehave(sandbox, door, Random(seed), stopped));
    server.start().await;
    let person = Person::sign_in(&server.url).await;
    let (progress, so_far) = watch::channel(Vec::new());
    let submitter = Submitter::new(&server, person.clone(), clock).await;
    let submitting = tokio::spawn(submitter.submit_all(Random(seed + 1), progress));
    let company = server.company;
    let finder = Finder {
        person,
        store: server.store.clone(),
        company,
    };
    let finding = tokio::spawn(finder.find_all(so_far));
    server.kill_and_restart(Random(seed + 2), &submitting).await;
    let confirmed = submitting.await.unwrap();
    println!(
        "{} killed, all submitted after {:?}",
        server.kills,
        started.elapsed()
    );
    assert!(server.kills >= KILLS);
    assert_eq!(confirmed.len(), INVALIDATIONS);

    // What is left is sent to an Adobe that behaves, by a program that lives.
    stop.send_replace(true);
    sabotage.await.unwrap();
    let all_found = tokio::time::timeout(PATIENCE, finding).await;
    all_found
        .unwrap_or_else(|_| panic!("{}", server.log()))
        .unwrap();
    assert!(check::are_final(&server.store, company, &confirmed).await);
    // What ended at a kill is found by the next program's first sweep.
    let begun = tokio::time::timeout(PATIENCE, async {
        loop {
            match check::looks_have_begun(&server.store, company, &confirmed).await {
                Ok(begun) => return begun,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    });
    let begun = begun.await.expect("what was accepted is looked at");
    assert!(begun >= INVALIDATIONS, "{begun} looks");
    let counts = check::all_is_true(&server.store, company, &confirmed, &received).await;
    println!("{counts:?} after {:?}", started.elapsed());
    let count = |state: BatchState| counts.get(state.as_str()).copied().unwrap_or_default();
    assert!(
        count(BatchState::Accepted) >= INVALIDATIONS,
        "the sabotage leaves most alive"
    );
    // A test that met no trouble has shown nothing.
    for trouble in [
        "repeated",
        "lease-lost",
        "not-answered",
        "not-reached",
        "searched-on",
    ] {
        assert!(counts.contains_key(trouble), "{trouble}");
    }
    let found = counts.get("found").copied().unwrap_or_default();
    assert!(found >= 5, "most of the bad URLs are found");
}
