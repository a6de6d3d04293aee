//! History in a browser: it follows what one types, can be shared, and everything about a run is one press away.

use thirtyfour::prelude::*;

use crate::support::{Browser, Scripts, World};

const ADMIN: &str = "admin@example.com";

/// From Tools to an accepted invalidation of this asset.
async fn invalidate(browser: &Browser, asset: &str, note: &str) -> WebDriverResult<()> {
    browser.start_with(asset).await?;
    browser.press_words("Next").await?;
    browser.type_into("#note", note).await?;
    browser.press_words("Submit").await?;
    browser.see(".status", "Accepted").await?;
    browser.press_words("Tools").await?;
    browser.see("h1", "Tools").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_follows_what_one_types() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, ADMIN).await?;
    browser.goto(world.at("/invalidations")).await?;
    browser
        .see(".empty", "Nothing has been invalidated yet")
        .await?;
    browser.look("history-empty").await?;
    browser.press("a.brand").await?;
    invalidate(
        &browser,
        "spinset",
        "new pictures of the spring catalogue, ticket 4711",
    )
    .await?;
    invalidate(&browser, "backpack", "").await?;
    browser
        .press("section:last-child tbody tr:last-child a")
        .await?;
    browser.see("#standing", "checked").await?;
    browser.look("outcome-checked").await?;
    browser.press_words("Tools").await?;
    browser.press_words("All invalidations").await?;
    browser.see("h1", "History").await?;
    browser.look("history").await?;

    browser.type_into("#url", "SPINSET").await?;
    browser
        .query(By::XPath("//tbody[count(tr)=1]"))
        .first()
        .await?;
    browser.see("tbody", "ticket 4711").await?;
    assert!(
        browser
            .current_url()
            .await?
            .as_str()
            .contains("invalidations?url=SPI")
    );
    browser.type_into("#url", "-nowhere").await?;
    browser.see(".empty", "Nothing matches").await?;
    browser.look("history-nothing").await?;
    browser.one("#url").await?.clear().await?;
    browser.type_into("#url", "xy").await?;
    browser.see(".notice", "at least three characters").await?;
    browser.look("history-refused").await?;

    browser.press_words("Show all").await?;
    browser.see("tbody", "ticket 4711").await?;
    browser.press("tbody tr:last-child td:last-child a").await?;
    browser.see("h1", "Record").await?;
    browser.look("record").await?;
    browser.press_words("Invalidate again").await?;
    browser.see("[aria-current]", "Confirm").await?;
    browser.one("#note").await?;
    browser.look("confirm-again").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sentence_on_top_moves_on_to_the_verdicts() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, ADMIN).await?;
    browser.start_with("spinset").await?;
    browser.press_words("Next").await?;
    browser.press_words("Submit").await?;
    browser
        .see("#standing", "The first check comes in a moment.")
        .await?;
    // The page is the same one: what is written on it stays.
    browser.ask::<()>("document.title = 'seen'").await?;
    browser.see("#standing", "checked").await?;
    assert_eq!(browser.title().await?, "seen");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assets_history_is_one_press_away() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, ADMIN).await?;
    invalidate(&browser, "backpack", "new straps").await?;
    browser.start_with("backpack").await?;
    browser.look("details-asset").await?;
    browser.press(".asset-row .asset-history").await?;
    browser.see("#last", "Last invalidated").await?;
    browser.see("tbody", "new straps").await?;
    browser.look("history-asset").await?;
    browser.type_into("#asset", "-nowhere").await?;
    browser
        .see(".empty", "No invalidation of “backpack-nowhere” is known")
        .await?;
    assert_eq!(browser.one("#last").await?.text().await?, "");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_works_without_scripts() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::Off).await;
    browser.sign_in(&world, ADMIN).await?;
    invalidate(&browser, "spinset", "why").await?;
    browser.press_words("All invalidations").await?;
    browser.type_into("#asset", "spinset").await?;
    browser.press_words("Search").await?;
    browser.see("tbody", "why").await?;
    browser.see("#last", ADMIN).await?;
    browser.press("tbody td:last-child a").await?;
    browser.press_words("Copy to new").await?;
    browser.see("[aria-current]", "Confirm").await?;
    Ok(())
}
