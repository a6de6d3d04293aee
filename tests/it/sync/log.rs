//! What keeps Adobe from answering stands in the log, with the cause and without the password.

use std::time::Duration;

use unstale::{
    ips::{Client, Timeouts},
    ops::{
        associations,
        connection::{Connector, TypedSite},
    },
    sandbox::{self, ips::Only},
};

use super::Catalogue;
use crate::support::log::Log;

/// The line with these words: a warning that names the company and quotes Adobe.
#[track_caller]
fn warning(log: &Log, c: &Catalogue, words: &str) {
    let line = log.line(words);
    assert!(line.contains(" WARN "), "{line}");
    assert!(line.contains(&format!("company={}", c.company)), "{line}");
    assert!(line.contains("Adobe refused (20003)"), "{line}");
    let (_, password) = sandbox::ACCOUNT;
    assert!(!log.text().contains(password), "{}", log.text());
}

#[tokio::test]
async fn a_reading_that_fails_and_one_that_goes_on_without_presets_are_logged() {
    let log = Log::keep();
    let c = Catalogue::of(10).await;
    c.knobs(|knobs| {
        knobs.only = Some(Only::Operation("getImageFormats"));
        knobs.fault = Some(20_003);
    });
    c.read_all().await;
    warning(
        &log,
        &c,
        "the presets of a company could not be read; the reading goes on without them",
    );
    c.later(Duration::from_hours(1));
    c.knobs(|knobs| knobs.only = None);
    c.failure().await;
    warning(&log, &c, "the catalogue could not be read on");
}

#[tokio::test]
async fn what_cannot_be_looked_up_for_somebody_who_waits_is_logged() {
    let log = Log::keep();
    let c = Catalogue::of(10).await;
    c.read_all().await;
    c.knobs(|knobs| knobs.fault = Some(20_003));
    let company = c.store.company(c.company).await.unwrap().unwrap();
    c.syncer.ask(&company, "just-uploaded").await.unwrap();
    warning(&log, &c, "unknown IDs could not be looked up");

    let total = Duration::from_mins(1);
    let ips = Client::new(Timeouts {
        connect: total,
        total,
    })
    .unwrap();
    let known: Vec<String> = c.found().await.into_iter().take(1).collect();
    let asset = c.store.assets_by_id(c.company, &known).await.unwrap();
    let (store, vault, syncer) = (&c.store, &c.vault, &c.syncer);
    associations::sets_with(store, vault, &ips, syncer, &company, &asset[0])
        .await
        .unwrap_err();
    warning(&log, &c, "the sets with an image could not be asked for");

    let connector = Connector::new(store.clone(), vault.clone(), ips, c.clock.clone());
    let typed = TypedSite {
        alias: Some(("Alias", "")),
        ..TypedSite::default()
    };
    connector.site_change(&company, &typed).await.unwrap_err();
    warning(&log, &c, "an alias could not be looked up");
}
