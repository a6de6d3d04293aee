//! `unstale sync`: what it shows and says, how it ends, and that whoever comes next need not wait.

use std::process::{Child, Command, Output, Stdio};

use unstale::{
    domain::{CatalogueSync, ReadingKind},
    sandbox::ips::{Instead, Only, TotalRows},
    store::Store,
};

#[cfg(target_os = "linux")]
use super::on_a_terminal;
use super::{Beside, PATIENCE, complaint, success, text, unstale};

/// A `sync` that is under way.
fn begun(beside: &Beside) -> Child {
    let mut sync = unstale(beside.path());
    let sync = sync
        .arg("sync")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    sync.spawn().unwrap()
}

async fn ended(child: Child) -> Output {
    let waited = tokio::task::spawn_blocking(move || child.wait_with_output());
    let waited = tokio::time::timeout(PATIENCE, waited).await;
    waited.expect("it ends").unwrap().unwrap()
}

async fn state(store: &Store) -> CatalogueSync {
    let company = store.companies().await.unwrap().remove(0).id;
    store.catalogue_sync(company).await.unwrap()
}

/// Has the search for assets wait.
fn hold(beside: &Beside, hold: bool) {
    beside.sandbox.ips().knobs(|knobs| {
        knobs.only = Some(Only::Operation("searchAssets"));
        knobs.hold = hold;
    });
}

async fn begun_and_held(beside: &Beside) -> Child {
    hold(beside, true);
    let asked = beside.sandbox.ips().calls().len();
    let reading = begun(beside);
    let called = beside.sandbox.ips().wait_for_calls(asked + 1);
    tokio::time::timeout(PATIENCE, called)
        .await
        .expect("it reads");
    reading
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_told_and_the_comparison_that_follows_is_no_second_number() {
    let beside = Beside::connected().await;
    // Adobe tells another number than it has, so the reading of everything is followed by a comparison of all IDs.
    beside
        .sandbox
        .ips()
        .knobs(|knobs| knobs.search.total_rows = TotalRows::Says(9));
    let said = beside.says(&["sync"]).await;
    let sync = state(&beside.store().await).await;
    assert_eq!(sync.kind, Some(ReadingKind::Sweep));
    let all = sync.seen;
    assert_eq!(
        said,
        format!(
            "snapshot-outdoor: {all} assets read, {all} new, 0 changed, 0 vanished, 0 left out\n"
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_it_with_a_sentence_and_the_next_goes_on_at_once() {
    let beside = Beside::connected().await;
    let reading = begun_and_held(&beside).await;
    let interrupt = ["-INT", &reading.id().to_string()];
    assert!(
        Command::new("kill")
            .args(interrupt)
            .status()
            .unwrap()
            .success()
    );
    let stopped = ended(reading).await;
    assert_eq!(stopped.status.code(), Some(1));
    assert!(complaint(&stopped).contains("stopped; it goes on here the next time"));
    let sync = state(&beside.store().await).await;
    assert_eq!(
        sync.lease_until, None,
        "nobody has to wait for its lease to end"
    );
    assert!(sync.step.is_some() && !sync.stopped);
    hold(&beside, false);
    success(&beside.run(&["sync"]).await);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_terminal_ends_it_as_ctrl_c_does() {
    let beside = Beside::connected().await;
    hold(&beside, true);
    let asked = beside.sandbox.ips().calls().len();
    let mut terminal = on_a_terminal(beside.path(), "sync").spawn().unwrap();
    let called = beside.sandbox.ips().wait_for_calls(asked + 1);
    tokio::time::timeout(PATIENCE, called)
        .await
        .expect("it reads");
    let store = beside.store().await;
    assert_ne!(state(&store).await.lease_until, None);
    terminal.kill().unwrap();
    terminal.wait().unwrap();
    let given_back = async {
        while state(&store).await.lease_until.is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, given_back)
        .await
        .expect("nobody has to wait for its lease to end");
    hold(&beside, false);
    success(&beside.run(&["sync"]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_somebody_else_reads_it_waits_and_fails_as_they_do() {
    let beside = Beside::connected().await;
    let (first, store) = (begun_and_held(&beside).await, beside.store().await);
    let second = begun(&beside);
    let wants = async {
        while state(&store).await.wanted.is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wants)
        .await
        .expect("the second has begun");
    beside.sandbox.ips().knobs(|knobs| {
        knobs.instead = Some(Instead::Html);
        knobs.hold = false;
    });
    for child in [first, second] {
        let failed = ended(child).await;
        assert_eq!(failed.status.code(), Some(1));
        let complaint = complaint(&failed);
        assert!(
            complaint.contains("A web page came instead of an answer"),
            "{complaint}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_account_is_a_sentence_and_an_exit_code() {
    let beside = Beside::connected().await;
    beside
        .sandbox
        .ips()
        .knobs(|knobs| knobs.fault = Some(10_001));
    let complaint = beside.complains(&["sync"]).await;
    assert!(complaint.contains("password"), "{complaint}");
    beside.sandbox.ips().knobs(|knobs| knobs.fault = None);
    // A scheduled command must not try a refused password until the account is locked.
    let asked = beside.sandbox.ips().calls().len();
    let complaint = beside.complains(&["sync"]).await;
    assert!(complaint.contains("unstale catalogue start"), "{complaint}");
    assert!(!complaint.contains(".."), "{complaint}");
    assert_eq!(beside.sandbox.ips().calls().len(), asked);
    beside.says(&["catalogue", "start"]).await;
    success(&beside.run(&["sync"]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_by_somebody_is_no_problem_that_is_to_be_mended() {
    let beside = Beside::connected().await;
    let html = |knobs: &mut unstale::sandbox::ips::Knobs| knobs.instead = Some(Instead::Html);
    beside.sandbox.ips().knobs(html);
    beside.complains(&["sync"]).await;
    beside.says(&["catalogue", "stop"]).await;
    let complaint = beside.complains(&["sync"]).await;
    assert_eq!(
        complaint,
        "unstale: somebody stopped the reading; `unstale catalogue start snapshot-outdoor` has it go on\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_takes_nothing_away_before_it_is_told_to() {
    let beside = Beside::connected().await;
    beside.says(&["sync"]).await;
    let blind = |knobs: &mut unstale::sandbox::ips::Knobs| knobs.search.blind = true;
    beside.sandbox.ips().knobs(blind);
    let compared = beside.run(&["sync", "--deleted"]).await;
    assert!(success(&compared).contains(" 0 vanished"));
    let warned = text(&compared.stderr);
    assert!(
        warned.contains("Dynamic Media lists none of the") && warned.contains("--take-away"),
        "{warned}"
    );
    let taken = beside.run(&["sync", "--take-away"]).await;
    let vanished = success(&taken);
    assert!(!vanished.contains(" 0 vanished"), "{vanished}");
    assert_eq!(text(&taken.stderr), "");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_a_bar_shows_how_far_it_is() {
    let beside = Beside::connected().await;
    beside.says(&["sync"]).await;
    hold(&beside, true);
    let asked = beside.sandbox.ips().calls().len();
    let mut terminal = on_a_terminal(beside.path(), "sync --all");
    let reading = terminal.spawn().unwrap();
    beside.sandbox.ips().wait_for_calls(asked + 1).await;
    hold(&beside, false);
    let read = ended(reading).await;
    assert!(read.status.success());
    let drawn = text(&read.stdout);
    assert!(
        drawn.contains("assets ") && drawn.contains("/s"),
        "{drawn:?}"
    );
    assert!(drawn.trim_end().ends_with("0 left out"), "{drawn:?}");
}
