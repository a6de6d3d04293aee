//! *Is it live?* below an outcome, and the way of somebody who still sees the old picture.

use std::time::Duration;

use thirtyfour::prelude::*;

use crate::support::{Browser, Scripts, World};

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
    let drop = |it: &mut unstale::sandbox::Switches| it.drop_purges = true;
    world
        .sandbox
        .edge(unstale::domain::PurgeScope::Exact)
        .switch(drop);
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
    browser.press_words("Not checked").await?;
    browser.see("h1", "Not checked").await?;
    browser.look("not-checked").await
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
