//! The secure preview server: it may say that a newer version waits to be published, and nothing else.

use unstale::{
    domain::{PublishServer, ValueSource, Verdict},
    store::CompanySettings,
};

use super::checks::Stage;
use crate::support::{app::TestApp, database::Backend};

const WAITS: &str = "A newer version waits to be published";

fn typed(app: &TestApp) -> ValueSource {
    ValueSource::Typed {
        by: "admin@example.com".to_owned(),
        at: app.clock.now(),
    }
}

async fn set_preview_server(app: &TestApp, server: &str, source: ValueSource) {
    let (store, company) = (&app.app.store, app.company().await.id);
    let settings = CompanySettings {
        preview_server: PublishServer::parse(server),
        preview_server_source: Some(source),
        ..store.company_settings(company).await.unwrap()
    };
    let put = store.put_company_settings(company, &settings, app.clock.now());
    put.await.unwrap();
}

#[tokio::test]
async fn it_says_that_a_newer_version_waits_to_be_published_and_changes_no_verdict() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let stage = Stage::on(backend, |_| {}).await;
        let (verdict, page) = stage.verdict().await;
        assert_eq!(verdict, Verdict::NothingNewer);
        assert!(!page.body.contains(WAITS), "it shows the same picture");

        stage.app.sandbox.origin().upload("spinset");
        let (verdict, page) = stage.verdict().await;
        assert_eq!(verdict, Verdict::NothingNewer, "not evidence");
        let hint = page.text(".check-row .hint");
        assert!(hint.contains("publish it and purge again"), "{hint}");
        assert!(hint.contains(WAITS), "{hint}");

        stage.publish();
        let (verdict, page) = stage.verdict().await;
        assert_eq!(verdict, Verdict::Live);
        assert!(!page.body.contains(WAITS));
    }
}

#[tokio::test]
async fn a_private_address_that_was_only_found_is_not_looked_at() {
    let stage = Stage::on(Backend::Sqlite, |_| {}).await;
    let found = ValueSource::Found {
        property: "application_test_server_context".to_owned(),
        at: stage.app.clock.now(),
    };
    let server = stage.app.sandbox.preview_url();
    set_preview_server(&stage.app, server, found).await;
    stage.app.sandbox.origin().upload("spinset");
    let (verdict, page) = stage.verdict().await;
    assert_eq!(verdict, Verdict::NothingNewer);
    assert!(!page.body.contains(WAITS));
}

#[tokio::test]
async fn where_it_does_not_answer_nothing_is_added() {
    let stage = Stage::on(Backend::Sqlite, |_| {}).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    set_preview_server(&stage.app, &nobody, typed(&stage.app)).await;
    stage.app.sandbox.origin().upload("spinset");
    let (verdict, page) = stage.verdict().await;
    assert_eq!(verdict, Verdict::NothingNewer);
    assert!(!page.body.contains(WAITS));
}
