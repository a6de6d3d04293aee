use std::time::Duration;

use unstale::store::{AssetQuery, DatabaseUrl, OpenError, Store};

use super::{Fixture, ids};
use crate::support::database::empty;

on_both_databases! {
    the_database_answers
    everything_is_there_after_a_restart
    a_database_of_a_newer_version_is_refused
    two_nodes_that_start_at_once_both_succeed
}

async fn the_database_answers(t: &Fixture) {
    t.store.ping().await.unwrap();
    t.store.close().await;
    assert!(t.store.ping().await.is_err());
}

async fn everything_is_there_after_a_restart(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    t.assets(company, &["spinset"]).await;
    t.store
        .save_template(company, "<ID>", author, 0, t.now())
        .await
        .unwrap();
    let submission = t.submitted(company, author, 1).await;
    t.store.close().await;

    let store = t.db.reopen().await;
    assert_eq!(store.template(company).await.unwrap().unwrap().text, "<ID>");
    let query = AssetQuery {
        limit: 10,
        ..AssetQuery::default()
    };
    assert_eq!(
        ids(&store.search_assets(company, &query).await.unwrap().assets),
        ["spinset"]
    );
    let queue = store.queue(company, Duration::from_mins(1)).await.unwrap();
    assert_eq!(queue[0].invalidation, submission.id);
}

async fn a_database_of_a_newer_version_is_refused(t: &Fixture) {
    t.db.execute(
        r"insert into _sqlx_migrations (version, description, success, checksum, execution_time)
          values (9999, 'of a later version', true, '\x00', 0)",
    )
    .await;
    let error = Store::open(&t.db.url).await.unwrap_err();
    assert!(matches!(error, OpenError::NewerVersion { .. }), "{error}");
    assert!(error.to_string().contains(&t.db.url.to_string()), "{error}");
    assert!(error.to_string().contains("newer version"), "{error}");
}

async fn two_nodes_that_start_at_once_both_succeed(t: &Fixture) {
    for _ in 0..5 {
        let (address, _guard) = empty(t.db.backend).await;
        let url: DatabaseUrl = address.parse().unwrap();
        let (first, second) = tokio::join!(Store::open(&url), Store::open(&url));
        first.unwrap().ping().await.unwrap();
        second.unwrap().ping().await.unwrap();
    }
}

async fn refused(url: &str) -> String {
    Store::open(&url.parse::<DatabaseUrl>().unwrap())
        .await
        .unwrap_err()
        .to_string()
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_named() {
    let folder = tempfile::TempDir::new().unwrap();
    let missing = folder.path().join("missing/unstale.db");
    let no_database = folder.path().join("notes.txt");
    std::fs::write(
        &no_database,
        "These are notes, and no database at all. ".repeat(100),
    )
    .unwrap();
    for path in [missing.as_path(), folder.path(), &no_database] {
        let message = refused(&format!("sqlite://{}", path.display())).await;
        assert!(
            message.starts_with("cannot open or create the database file"),
            "{message}"
        );
        assert!(message.contains(&path.display().to_string()), "{message}");
    }
    let kept = std::fs::read_to_string(no_database).unwrap();
    assert!(kept.starts_with("These are notes"), "it was overwritten");
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("unstale.db");
    let url = format!("sqlite://{}", path.display()).parse().unwrap();
    let _store = Store::open(&url).await.unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", entry.path().display());
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_the_password() {
    // Nobody listens on port 1.
    let message = refused("postgres://ann:s3cret@127.0.0.1:1/unstale?password=s3cret").await;
    assert!(
        message
            .starts_with("cannot connect to the database postgres://ann:***@127.0.0.1:1/unstale"),
        "{message}"
    );
    assert!(!message.contains("s3cret"), "{message}");
}
