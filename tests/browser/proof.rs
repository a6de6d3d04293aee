//! Verdicts while one looks on: that a newer version waits to be published, and a host that may have to be `exact`.

use std::sync::Arc;

use thirtyfour::prelude::*;
use tokio::net::TcpListener;
use unstale::{
    domain::{PublishServer, PurgeScope, ValueSource},
    store::CompanySettings,
};

use crate::support::{Browser, Scripts, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_waits_to_be_published_is_told() -> WebDriverResult<()> {
    let world = World::of_quick_verdicts().await;
    with_preview_server(&world).await;
    world.sandbox.origin().upload("spinset");
    let browser = Browser::open(Scripts::On).await;
    let url = format!(
        "{}/is/image/dms7snapshot/spinset?wid=300",
        world.sandbox.exact_url()
    );
    purge(&world, &browser, "editor@example.com", &url).await?;
    browser
        .see(".check-row .status", "Nothing newer at the origin")
        .await?;
    browser
        .see(".check-row .hint", "A newer version waits")
        .await?;
    browser
        .query(By::Css("#checks[hx-get]"))
        .wait_until_gone()
        .await?;
    browser.look("outcome-preview").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_may_have_to_be_exact_is_told_where_it_is_set() -> WebDriverResult<()> {
    let world = World::of_quick_verdicts().await;
    let edge = world.sandbox.edge(PurgeScope::Base);
    edge.switch(|switches| switches.drop_purges = true);
    let browser = Browser::open(Scripts::On).await;
    let url = format!(
        "{}/is/image/dms7snapshot/spinset?wid=300",
        world.sandbox.base_url()
    );
    seen(&world, &browser, &url).await?;
    world.sandbox.publish("spinset");
    purge(&world, &browser, "admin@example.com", &url).await?;
    browser
        .see("#checks .notice.warns", "may not clear by base URL")
        .await?;
    browser.look("outcome-base-old").await?;
    browser.press("#checks .notice.warns a").await?;
    browser
        .see(".panel .notice.warns", "In 1 invalidation since")
        .await?;
    browser.look("hosts-doubted").await
}

/// One that the administrator has typed.
async fn with_preview_server(world: &World) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let router = Arc::clone(world.sandbox.origin()).preview_router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (store, now) = (&world.app.store, world.app.clock.now());
    let company = store.companies().await.unwrap().remove(0).id;
    let settings = CompanySettings {
        preview_server: PublishServer::parse(&server),
        preview_server_source: Some(ValueSource::Typed {
            by: "admin@example.com".to_owned(),
            at: now,
        }),
        ..store.company_settings(company).await.unwrap()
    };
    let put = store.put_company_settings(company, &settings, now);
    put.await.unwrap();
}

/// Has the edge keep what it delivers at that address.
async fn seen(world: &World, browser: &Browser, url: &str) -> WebDriverResult<()> {
    browser.goto(url).await?;
    browser.goto(world.at("/")).await
}

/// Signs in, adds the URL, and submits.
async fn purge(world: &World, browser: &Browser, who: &str, url: &str) -> WebDriverResult<()> {
    seen(world, browser, url).await?;
    browser.sign_in(world, who).await?;
    browser.press("button.tile").await?;
    browser.press("input[name=template]").await?;
    browser.type_into("#urls", url).await?;
    browser.see("#live .counter", "1 URL").await?;
    browser.press_words("Next").await?;
    browser.press_words("Submit").await
}
