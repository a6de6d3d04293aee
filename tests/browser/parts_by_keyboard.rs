//! Parts around the picker, by keyboard alone and as axe has them: a notice over its dialog, the page of a shared view, what
//! changed recently on Tools, and *Paste IDs*.

use std::time::Duration;

use serde_json::json;
use thirtyfour::prelude::*;
use unstale::domain::{Asset, AssetKey};

use crate::{
    keyboard::{keys, tab_back_to, tab_to},
    support::{Browser, Scripts, World},
};

const EDITOR: &str = "editor@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_pasted_and_what_was_meant_is_ticked() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    browser.press("button.tile").await?;
    browser.press_words("Add Assets").await?;
    browser.one("dialog:modal").await?;
    tab_to(&browser, "button[value=paste]").await?;
    keys(&browser, Key::Space).await?;
    browser.see("h1", "Paste IDs").await?;
    tab_to(&browser, "#ids").await?;
    keys(&browser, "bakcpack, spinset, logo-print, nowhere-at-all").await?;
    tab_to(&browser, "button[value=find]:not([tabindex])").await?;
    keys(&browser, Key::Space).await?;
    browser.see("#found", "Found: 1 asset").await?;
    browser.see(".missing", "Did you mean?").await?;
    browser.look("paste-mistyped").await?;
    tab_to(&browser, ".similar input").await?;
    keys(&browser, Key::Space).await?;
    tab_back_to(&browser, "button[value=add]").await?;
    keys(&browser, Key::Space).await?;
    browser.see("#results h2", "Selected").await?;
    browser.see(".asset-list", "backpack").await?;
    browser.see(".asset-list", "spinset").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_view_opens_in_an_invalidation_of_ones_own() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    let company = browser.current_url().await?.path().to_owned();
    browser
        .goto(world.at(&format!("{company}/assets?q=mug&class=image")))
        .await?;
    browser.see("h1", "Add Assets").await?;
    browser.look("shared").await?;
    tab_to(&browser, "main button").await?;
    keys(&browser, Key::Space).await?;
    browser.see(".asset-row", "mug").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_changed_recently_is_invalidated_from_tools() -> WebDriverResult<()> {
    let world = World::demo().await;
    let company = world.app.store.companies().await.unwrap().remove(0).id;
    let now = world.app.clock.now();
    let ago = |hours: u64| now.minus(Duration::from_hours(hours));
    let assets: Vec<Asset> = (0..15)
        .map(|n| Asset {
            key: AssetKey::from_uuid(world.app.clock.new_uuid()),
            id: format!("an-autumn-collection-with-a-long-name-{n:02}-front"),
            file_name: String::new(),
            folder: "stones".to_owned(),
            asset_type: "Image".to_owned(),
            published: true,
            handle: None,
            created_at: ago(90),
            changed_at: ago(2 + n),
            vanished_at: None,
        })
        .collect();
    let put = world.app.store.put_assets(company, &assets, now).await;
    assert_eq!(put.unwrap().added, 15);
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    browser.see("#changed button[value=all]", "15").await?;
    browser.look("tools-changed-many").await?;
    tab_to(&browser, "#changed input[type=checkbox]").await?;
    keys(&browser, Key::Space).await?;
    tab_to(&browser, "#changed button[value=all]").await?;
    keys(&browser, Key::Space).await?;
    browser.see(".asset-list", "an-autumn-collection").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_over_the_dialog_is_sound() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    browser.press("button.tile").await?;
    browser.press_words("Add Assets").await?;
    browser.one("dialog:modal").await?;
    tab_to(&browser, "dialog input[name=asset]").await?;
    browser.devtools("Network.enable", json!({})).await?;
    let offline = json!({
        "offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
    });
    browser
        .devtools("Network.emulateNetworkConditions", offline)
        .await?;
    keys(&browser, Key::Space).await?;
    browser
        .see("dialog .notices", "Unstale cannot be reached.")
        .await?;
    for width in [1280, 390] {
        browser.dress(width, 844, "light").await?;
        browser
            .execute("document.querySelector('dialog').scrollTo(0, 0)", vec![])
            .await?;
        for part in ["dialog h1", "dialog .notices strong"] {
            let in_sight = format!(
                "const part = document.querySelector('{part}'), box = part.getBoundingClientRect();
                 return document.elementFromPoint(box.x + 5, box.y + box.height / 2) === part;"
            );
            assert!(browser.ask::<bool>(&in_sight).await?, "{part}, {width} px");
        }
    }
    // That it could not be reached stands in the console too.
    browser.complaints().await?;
    browser.look("picker-notice").await
}
