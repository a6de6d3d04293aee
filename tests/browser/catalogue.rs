//! What comes from Adobe while one looks: the picture that was just replaced, an ID that the catalogue does not have yet,
//! and the sets that an image is in.

use std::time::Duration;

use thirtyfour::prelude::*;
use unstale::{
    domain::Asset,
    sandbox::ips::{Instead, Only},
};

use crate::support::{Browser, Scripts, World};

const EDITOR: &str = "editor@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_just_replaced_comes_on_top_of_the_open_picker_and_of_tools() -> WebDriverResult<()>
{
    let world = World::reading().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    browser.press("button.tile").await?;
    browser.see("h2", "Select Assets").await?;
    world.app.clock.advance(Duration::from_mins(2));
    world.sandbox.origin().publish("backpack").unwrap();
    hold(&world, true);
    browser.press_words("Add Assets").await?;
    browser.see("#results > .hint", "As of").await?;
    assert_ne!(first_row(&browser).await?, "backpack");
    hold(&world, false);
    browser.see("#results h2", "Changed recently").await?;
    assert_eq!(first_row(&browser).await?, "backpack");
    browser.look("picker-changed").await?;

    browser.press_words("Close").await?;
    browser.press("a.brand").await?;
    browser.see("#changed .asset-name", "backpack").await?;
    browser.look("tools-changed").await?;
    browser.press_words("Invalidate these").await?;
    browser
        .see("#details .asset-list .asset-name", "backpack")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_that_stays_open_shows_what_was_just_replaced_and_keeps_focus_and_ticks()
-> WebDriverResult<()> {
    const FOCUSED: &str =
        "return document.activeElement.closest('.asset-row')?.querySelector('bdi').textContent";
    let world = World::reading().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    for (id, listed) in [
        ("backpack", "Nothing was replaced"),
        ("spinset", "backpack"),
    ] {
        world.app.clock.advance(Duration::from_mins(2));
        world.sandbox.origin().publish(id).unwrap();
        hold(&world, true);
        browser.press("a.brand").await?;
        browser.see("#changed", listed).await?;
        if id == "spinset" {
            browser.press("#changed .asset-pick").await?;
            assert_eq!(browser.ask::<String>(FOCUSED).await?, "backpack");
        }
        hold(&world, false);
        browser.see("#changed .asset-row:first-child", id).await?;
    }
    assert_eq!(browser.ask::<String>(FOCUSED).await?, "backpack");
    let ticked = "return [...document.querySelectorAll('#changed :checked')]
        .map((it) => it.closest('.asset-row').querySelector('bdi').textContent)";
    assert_eq!(browser.ask::<Vec<String>>(ticked).await?, ["spinset"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_the_page_says_that_changes_are_being_read() -> WebDriverResult<()> {
    let world = World::reading().await;
    let browser = Browser::open(Scripts::Off).await;
    browser.sign_in(&world, EDITOR).await?;
    browser.press("button.tile").await?;
    world.app.clock.advance(Duration::from_mins(2));
    world.sandbox.origin().publish("backpack").unwrap();
    hold(&world, true);
    browser.press_words("Add Assets").await?;
    // Where scripts run, there is nothing inside.
    browser
        .one("#results noscript > button[value=recent]")
        .await?;
    hold(&world, false);
    // The reading takes a moment, and the button may be pressed as often as one likes.
    while first_row(&browser).await? != "backpack" {
        browser.press("button[name=list][value=recent]").await?;
        browser.see("#results h2", "Changed recently").await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sets_that_an_image_is_in_are_added_with_it() -> WebDriverResult<()> {
    let world = World::demo().await;
    change(&world, "backpack-mixed", |set| set.published = false).await;
    change(&world, "daypack-14-set", |set| {
        "PostScript".clone_into(&mut set.asset_type);
    })
    .await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    browser.press("button.tile").await?;
    sets_with(&browser, "gift-card").await?;
    browser.see(".hint", "gift-card is in no set.").await?;
    browser.look("sets-none").await?;
    browser.press_words("Back").await?;
    browser.press_words("Close").await?;

    sets_with(&browser, "daypack-14-front").await?;
    browser
        .see(".asset-row:nth-child(2) .badge", "not published")
        .await?;
    browser
        .see(".asset-row.is-disabled", "Adobe excludes this format")
        .await?;
    browser.look("sets").await?;
    for row in [1, 2] {
        browser
            .press(&format!(".asset-row:nth-child({row}) .asset-pick"))
            .await?;
    }
    browser.press_words("Add").await?;
    browser.see("#picked", "2 assets").await?;
    browser.see("#results h2", "Selected").await?;
    browser.press_words("Close").await?;

    world.sandbox.ips().knobs(|knobs| {
        knobs.only = Some(Only::Operation("getAssociatedAssets"));
        knobs.instead = Some(Instead::Unavailable);
    });
    sets_with(&browser, "backpack").await?;
    browser
        .see(".notice.warns", "The sets could not be found.")
        .await?;
    browser.look("sets-unknown").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_newer_than_the_catalogue_is_asked_for_when_the_typing_rests()
-> WebDriverResult<()> {
    let world = World::reading().await;
    assert!(world.sandbox.origin().rename("backpack", "zephyr-24"));
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    browser.press("button.tile").await?;
    browser.press_words("Add Assets").await?;
    hold_asking(&world, true);
    browser.type_into("#q", "zephyr-2").await?;
    browser
        .see(".empty", "Not in the catalogue yet. Asking Dynamic Media …")
        .await?;
    browser.look("picker-asking").await?;
    // Typed on, the first question is forgotten.
    browser.one("#q").await?.send_keys("4").await?;
    browser.see(".empty", "zephyr-24").await?;
    hold_asking(&world, false);
    browser.hear("Found in Dynamic Media.").await?;
    assert_eq!(first_row(&browser).await?, "zephyr-24");
    browser.look("picker-asked").await?;
    browser.press(".asset-row:first-child .asset-pick").await?;
    browser.see("#picked", "1 asset").await?;

    search_for(&browser, "zephyr-25").await?;
    browser
        .see(".empty", "Dynamic Media does not know it either.")
        .await?;
    browser.look("picker-unknown").await?;
    world.sandbox.ips().knobs(|knobs| {
        knobs.only = Some(Only::Operation("getAssetsByName"));
        knobs.instead = Some(Instead::Unavailable);
    });
    search_for(&browser, "zephyr-26").await?;
    browser
        .see(".empty", "Dynamic Media could not be asked for it.")
        .await?;
    browser.look("picker-silent").await?;
    browser.press_words("Add").await?;
    browser
        .see("#details .asset-list .asset-name", "zephyr-24")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn above_a_list_the_line_that_says_that_dynamic_media_is_asked_is_sound()
-> WebDriverResult<()> {
    let world = World::reading().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    browser.press("button.tile").await?;
    browser.press_words("Add Assets").await?;
    hold_asking(&world, true);
    browser.type_into("#q", "enamel-mu").await?;
    browser
        .see(
            ".beside",
            "exactly the ID “enamel-mu”. Asking Dynamic Media …",
        )
        .await?;
    browser.hear("Asking Dynamic Media …").await?;
    browser.look("picker-asking-beside").await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_a_button_asks_dynamic_media() -> WebDriverResult<()> {
    let world = World::reading().await;
    assert!(world.sandbox.origin().rename("backpack", "zephyr-24"));
    let browser = Browser::open(Scripts::Off).await;
    browser.sign_in(&world, EDITOR).await?;
    browser.press("button.tile").await?;
    browser.press_words("Add Assets").await?;
    browser.type_into("#q", "zephyr-24").await?;
    browser.press_words("Search").await?;
    browser.see(".empty", "Not in the catalogue yet.").await?;
    browser.press_words("Ask Dynamic Media").await?;
    browser
        .see(".asset-row:first-child .asset-id", "zephyr-24")
        .await?;
    Ok(())
}

/// From Add Details through the picker to the sets that an image is in.
async fn sets_with(browser: &Browser, image: &str) -> WebDriverResult<()> {
    browser.press_words("Add Assets").await?;
    browser.type_into("#q", image).await?;
    browser.press_words("Search").await?;
    browser
        .see(".asset-row:first-child .asset-id", image)
        .await?;
    browser.press(".asset-row:first-child .asset-sets").await?;
    browser.see("h1", "Sets with this image").await?;
    Ok(())
}

/// Types it in the place of what was there.
async fn search_for(browser: &Browser, words: &str) -> WebDriverResult<()> {
    browser.one("#q").await?.clear().await?;
    browser.type_into("#q", words).await
}

async fn first_row(browser: &Browser) -> WebDriverResult<String> {
    browser
        .one(".asset-row:first-child .asset-id")
        .await?
        .text()
        .await
}

fn hold(world: &World, hold: bool) {
    world.sandbox.ips().knobs(|knobs| {
        knobs.only = Some(Only::Operation("searchAssets"));
        knobs.hold = hold;
    });
}

fn hold_asking(world: &World, hold: bool) {
    world.sandbox.ips().knobs(|knobs| {
        knobs.only = Some(Only::Operation("getAssetsByName"));
        knobs.hold = hold;
    });
}

/// Stores a set otherwise than the sandbox has it.
async fn change(world: &World, id: &str, change: impl FnOnce(&mut Asset)) {
    let store = &world.app.store;
    let company = store.companies().await.unwrap().remove(0).id;
    let mut found = store.assets_by_id(company, &[id.to_owned()]).await.unwrap();
    change(&mut found[0]);
    let now = world.app.clock.now();
    store.put_assets(company, &found, now).await.unwrap();
}
