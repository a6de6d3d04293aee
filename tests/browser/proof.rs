//! *Is it live?* below an outcome: verdicts, what they add, and the way of somebody who still sees the old picture.

use std::time::Duration;

use thirtyfour::prelude::*;
use unstale::domain::PurgeScope;

use crate::support::{Browser, Scripts, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_waits_to_be_published_is_told() -> WebDriverResult<()> {
    let world = World::of_quick_verdicts().await;
    let browser = Browser::open(Scripts::On).await;
    browser.goto(world.sandbox.storefront_url()).await?;
    browser.press(".hero .publish [formaction]").await?;
    browser.see(".hero .published", "uploaded: v2").await?;
    browser.look("shop-waiting").await?;
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
    // Nobody has loaded the page again since Submit.
    browser
        .see("#url-list .status", "Nothing newer at the origin")
        .await?;
    let told =
        "return document.querySelector('#event-list').textContent.includes('Accepted by Adobe')";
    assert!(browser.ask(told).await?);
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

#[tokio::test(flavor = "multi_thread")]
async fn the_checks_and_the_question_after_an_old_picture_are_sound() -> WebDriverResult<()> {
    let world = World::standing_still().await;
    let browser = Browser::open(Scripts::On).await;
    let picture = format!(
        "{}/is/image/dms7snapshot/spinset",
        world.sandbox.exact_url()
    );
    // The edge keeps the first version from here on.
    browser.goto(&picture).await?;
    world.app.clock.advance(Duration::from_mins(1));
    world.sandbox.publish("spinset");
    world.app.clock.advance(Duration::from_secs(5));

    browser.sign_in(&world, "admin@example.com").await?;
    browser.start_with("spinset").await?;
    browser.press_words("Next").await?;
    browser.see("[aria-current]", "Confirm").await?;
    browser.press_words("Submit").await?;
    browser.see(".status", "Accepted").await?;
    until(&world, &browser, "live").await?;
    browser.look("checks-live").await?;

    // Purged once more, and this time Adobe's word is worth nothing.
    let edge = world.sandbox.edge(PurgeScope::Exact);
    edge.switch(|switches| switches.drop_purges = true);
    world.sandbox.publish("spinset");
    browser.press_words("Tools").await?;
    browser.start_with("spinset").await?;
    browser.press_words("Next").await?;
    browser.see("[aria-current]", "Confirm").await?;
    browser.press_words("Submit").await?;
    browser.see(".status", "Accepted").await?;
    until(&world, &browser, "still old").await?;
    browser.look("checks-old").await?;

    browser.press_words("Still seeing the old picture?").await?;
    browser.see("h1", "Still seeing the old picture?").await?;
    browser.look("still-old").await?;
    browser
        .type_into("#url", "https://elsewhere.example/x")
        .await?;
    browser.press_words("Check").await?;
    browser.one("#url-problem").await?;
    browser.look("still-old-refused").await?;
    browser.one("#url").await?.clear().await?;
    browser
        .type_into("#url", &format!("{picture}?wid=321"))
        .await?;
    browser.press_words("Check").await?;
    browser.see("#checks .url-text", "wid=321").await?;
    browser.look("checks-asked").await?;
    browser.press_words("Show what was not checked").await?;
    browser.see("h1", "Not checked").await?;
    browser.look("not-checked").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_change_stays_under_the_hand() -> WebDriverResult<()> {
    let world = World::standing_still().await;
    let browser = Browser::open(Scripts::On).await;
    let url = format!(
        "{}/is/image/dms7snapshot/spinset",
        world.sandbox.exact_url()
    );
    purge(&world, &browser, "editor@example.com", &url).await?;
    browser.see(".status", "Accepted").await?;
    // Its verdict waits for the clock, so the section asks again and again.
    asked(&browser, 1).await?;
    browser
        .ask::<bool>(
            "window.kept = document.querySelector('#checks');
             window.kept.querySelector('[value=check-all]').focus();
             return true",
        )
        .await?;
    asked(&browser, 3).await?;
    let kept: bool = browser
        .ask(
            "return document.querySelector('#checks') === window.kept
             && document.activeElement.value === 'check-all'",
        )
        .await?;
    assert!(kept, "the section was replaced by the same once more");
    Ok(())
}

/// Waits until the section has been asked for so often, and what came is in its place.
async fn asked(browser: &Browser, times: usize) -> WebDriverResult<()> {
    let asked = format!(
        "const answers = performance.getEntriesByType('resource');
         return answers.filter((it) => new URL(it.name).pathname.endsWith('/checks')).length >= {times}
           && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
    );
    let all = async {
        while !browser.ask::<bool>(&asked).await? {}
        Ok(())
    };
    let waited = tokio::time::timeout(Duration::from_mins(1), all).await;
    waited.expect("the section is asked for every two seconds")
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

/// Moves the clock on until all verdicts are final: looks come at growing intervals.
async fn until(world: &World, browser: &Browser, words: &str) -> WebDriverResult<()> {
    let is_final = format!(
        "const checks = document.querySelector('#checks:not([hx-get])');
         return checks?.querySelector('[role=status]')?.innerText.includes('{words}') ?? false"
    );
    for _ in 0..200 {
        if browser.ask(&is_final).await? {
            return Ok(());
        }
        world.app.clock.advance(Duration::from_secs(61));
        browser.refresh().await?;
    }
    panic!("no summary says {words}")
}
