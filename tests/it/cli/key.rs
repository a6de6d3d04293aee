//! The key of the stored passwords: a process without it does nothing, and whoever has lost it can start anew.

use std::process::Output;

use unstale::sandbox::ACCOUNT;

use super::{Beside, complaint, success, unstale};

fn with_key(beside: &Beside, key: &str, arguments: &[&str]) -> Output {
    let mut command = unstale(beside.path());
    command.args(arguments).env("UNSTALE_SECRET_KEY", key);
    command.output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_with_another_key_or_none_does_nothing_and_stops_nothing() {
    let beside = Beside::connected().await;
    let (key, aside) = ("unstale.key", "aside.key");
    let [key, aside] = [key, aside].map(|name| beside.path().join(name));
    std::fs::rename(&key, &aside).unwrap();
    let host = ["host", "list"];
    for command in [&["sync"][..], &host, &["serve", "--listen", "127.0.0.1:0"]] {
        let said = complaint(&beside.run(command).await);
        assert!(
            said.contains("the key file unstale.key is missing"),
            "{said}"
        );
        let said = complaint(&with_key(&beside, &"b2".repeat(32), command));
        assert!(
            said.contains("UNSTALE_SECRET_KEY opens none of the passwords"),
            "{said}"
        );
    }
    beside.says(&["company", "list"]).await;
    assert!(!key.exists(), "no second key is made");
    std::fs::rename(&aside, &key).unwrap();
    assert!(beside.says(&["sync"]).await.contains("assets"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_lost_the_key_forgets_the_password_and_types_it_again() {
    let beside = Beside::connected().await;
    let key = beside.path().join("unstale.key");
    std::fs::remove_file(&key).unwrap();
    let said = beside.complains(&["sync"]).await;
    assert!(said.contains("unstale company disconnect NAME"), "{said}");
    beside
        .says(&["company", "disconnect", "snapshot-outdoor"])
        .await;
    let connected = success(&beside.connect(ACCOUNT, &[]).await);
    assert!(connected.contains("/c/snapshot-outdoor"), "{connected}");
    assert!(key.exists());
    beside.says(&["sync"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_left_from_another_key_keeps_nobody_from_the_others() {
    let beside = Beside::connected().await;
    let store = beside.store().await;
    let company = store.companies().await.unwrap().remove(0);
    let mut left = store.connection(company.id).await.unwrap().unwrap();
    left.sealed_password.reverse();
    let add = ["company", "add", "--name", "Other", "--root", "other"];
    let server = ["--publish-server", "other.example.com"];
    beside.says(&[&add[..], &server].concat()).await;
    let other = store.companies().await.unwrap();
    let other = other.into_iter().find(|it| it.id != company.id).unwrap();
    store.put_connection(other.id, &left).await.unwrap();
    beside.says(&["sync", "snapshot-outdoor"]).await;
    let failed = beside.run(&["sync", other.slug.as_str()]).await;
    assert!(!failed.status.success());
    let sync = store.catalogue_sync(other.id).await.unwrap();
    assert!(!sync.stopped, "another process may have the right key");
}
