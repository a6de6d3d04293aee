//! The demo's story, from a picture that stays old to the new one, with JavaScript and without.

use thirtyfour::prelude::*;

use crate::support::{Browser, Scripts, World};

/// In the shop: the picture that stands for `spinset`.
const PICTURE: &str = ".hero-picture img";

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_stays_old_is_cleared_and_the_shop_shows_the_new_one() -> WebDriverResult<()>
{
    tell(Scripts::On).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_story_needs_no_javascript() -> WebDriverResult<()> {
    tell(Scripts::Off).await
}

async fn tell(scripts: Scripts) -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(scripts).await;
    assert_eq!(runs_scripts(&browser).await?, scripts == Scripts::On);

    let first = shop_shows(&browser, &world).await?;
    assert_eq!(first.version, "spinset, version 1");
    publish(&browser, &world).await?;
    assert_eq!(
        shop_shows(&browser, &world).await?,
        first,
        "the edge keeps its copy, which is what the story is about"
    );

    browser.sign_in(&world, "admin@example.com").await?;
    browser.press("a.tile").await?;
    browser.see("h1", "CDN Invalidation template").await?;
    let template = browser.one("#template").await?.value().await?;
    assert_eq!(template.unwrap().lines().count(), 5);
    browser.press_words("Cancel").await?;

    browser.see("h1", "Tools").await?;
    browser.start_with("spinset").await?;
    browser.see(".counter", "5 URLs").await?;
    browser.press_words("Next").await?;
    browser.see("[aria-current]", "Confirm").await?;
    let expected = worked_example(&world);
    assert_eq!(browser.listed().await?, expected);

    browser.press_words("Submit").await?;
    browser.see(".status.accepted", "Accepted").await?;
    assert_eq!(browser.listed().await?, expected);
    assert_eq!(world.sandbox.ips().calls().len(), 1);

    let last = shop_shows(&browser, &world).await?;
    assert_eq!(last.version, "spinset, version 2");
    assert_ne!(last.pixels, first.pixels);
    Ok(())
}

/// The pattern of the documentation's Confirm screen, on the sandbox's host.
fn worked_example(world: &World) -> [String; 5] {
    let exact = world.sandbox.exact_url();
    let secure = exact.replace("http://", "https://");
    [
        format!("{exact}/is/content/dms7snapshot/gspdf"),
        format!("{exact}/is/image/dms7snapshot/spinset"),
        format!("{exact}/is/image/dms7snapshot/spinset?$pdp-main$"),
        format!("{exact}/is/image/dms7snapshot/spinset?scl=1&qlt=100"),
        format!("{secure}/is/image/dms7snapshot/spinset"),
    ]
}

/// What the shop's page draws, and what the picture at the same address calls itself.
#[derive(Debug, PartialEq)]
struct Shown {
    pixels: Vec<u8>,
    version: String,
}

async fn shop_shows(browser: &Browser, world: &World) -> WebDriverResult<Shown> {
    browser.goto(world.sandbox.storefront_url()).await?;
    let picture = browser.one(PICTURE).await?;
    let pixels = picture.screenshot_as_png().await?;
    let address = picture.attr("src").await?.unwrap();
    browser.goto(address).await?;
    let version = browser.one("title").await?.inner_html().await?;
    Ok(Shown { pixels, version })
}

async fn publish(browser: &Browser, world: &World) -> WebDriverResult<()> {
    browser.goto(world.sandbox.storefront_url()).await?;
    browser.press(".hero .publish button").await?;
    browser.see(".hero .published", "v2").await?;
    Ok(())
}

/// Whether a page's own script runs: the preference is only a wish.
async fn runs_scripts(browser: &Browser) -> WebDriverResult<bool> {
    browser
        .goto("data:text/html,<title>off</title><script>document.title='on'</script>")
        .await?;
    Ok(browser.title().await? == "on")
}
