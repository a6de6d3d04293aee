//! The whole way with Tab, Space and Enter, never without a visible focus.

use thirtyfour::prelude::*;

use crate::support::{Browser, PASSWORD, Scripts, World};

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_goes_by_keyboard() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.goto(world.at("/sign-in")).await?;
    browser.see("h1", "Sign in").await?;
    assert!(has_focus(&browser, "#email").await?);
    keys(&browser, "editor@example.com").await?;
    tab_to(&browser, "#password").await?;
    keys(&browser, PASSWORD).await?;
    keys(&browser, Key::Enter).await?;

    browser.see("h1", "Tools").await?;
    tab_to(&browser, "button.tile").await?;
    keys(&browser, Key::Enter).await?;
    browser.see("h2", "Select Assets").await?;
    tab_to(&browser, "button[value=add-assets]").await?;
    keys(&browser, Key::Space).await?;
    browser.see("h1", "Add Assets").await?;
    tab_to(&browser, "#q").await?;
    keys(&browser, "spinset").await?;
    keys(&browser, Key::Enter).await?;
    browser
        .see(".asset-row:first-child .asset-id", "spinset")
        .await?;
    tab_to(&browser, "input[name=asset]").await?;
    keys(&browser, Key::Space).await?;
    // Backwards, as one would: Add stands above the list.
    tab_back_to(&browser, "button[value=add]").await?;
    // It acts as it is let go. A driver that sees the page go away while Enter is down may press it once more.
    keys(&browser, Key::Space).await?;
    browser.see(".asset-name", "spinset").await?;
    assert!(has_focus(&browser, "#add-assets").await?);
    tab_to(&browser, "button[value=next]").await?;
    keys(&browser, Key::Enter).await?;
    browser.see("[aria-current]", "Confirm").await?;

    assert_eq!(browser.listed().await?.len(), 5);
    tab_to(&browser, ".url-row:nth-child(5) button.x").await?;
    for left in (0..5).rev() {
        let following = browser.listed().await?.len();
        assert_eq!(following, left + 1);
        keys(&browser, Key::Enter).await?;
        browser
            .see(".counter", &format!("{} removed", 5 - left))
            .await?;
        let successor = if left == 0 {
            "h2"
        } else {
            ".url-row:nth-child(LAST) button.x"
        };
        let successor = successor.replace("LAST", &left.to_string());
        assert!(
            has_focus(&browser, &successor).await?,
            "after X, {left} left"
        );
    }
    tab_to(&browser, "button[name=put_back]").await?;
    keys(&browser, Key::Enter).await?;
    browser.see(".counter", "4 removed").await?;
    assert!(has_focus(&browser, "button[name=put_back]").await?);
    tab_back_to(&browser, "button[value=submit]").await?;
    keys(&browser, Key::Enter).await?;
    browser.see(".status.accepted", "Accepted").await?;
    assert_eq!(browser.listed().await?.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn x_in_the_middle_hands_the_focus_to_the_row_that_moves_up() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, "editor@example.com").await?;
    browser.start_with("spinset").await?;
    browser.press_words("Next").await?;
    browser.see("[aria-current]", "Confirm").await?;
    let before = browser.listed().await?;
    tab_to(&browser, ".url-row:nth-child(2) button.x").await?;
    keys(&browser, Key::Enter).await?;
    browser.see(".counter", "1 removed").await?;
    let focused: String = browser.ask("return document.activeElement.value").await?;
    assert_eq!(focused, before[2]);
    Ok(())
}

pub(crate) async fn keys(browser: &Browser, keys: impl Into<TypingData>) -> WebDriverResult<()> {
    browser.action_chain().send_keys(keys).perform().await
}

pub(crate) async fn tab_to(browser: &Browser, selector: &str) -> WebDriverResult<()> {
    walk_to(browser, selector, || {
        browser.action_chain().send_keys(Key::Tab)
    })
    .await
}

pub(crate) async fn tab_back_to(browser: &Browser, selector: &str) -> WebDriverResult<()> {
    let back = || {
        let chain = browser.action_chain().key_down(Key::Shift);
        chain.send_keys(Key::Tab).key_up(Key::Shift)
    };
    walk_to(browser, selector, back).await
}

/// Steps on until the focus is there, and sees it at every stop.
async fn walk_to(
    browser: &Browser,
    selector: &str,
    step: impl Fn() -> thirtyfour::action_chain::ActionChain,
) -> WebDriverResult<()> {
    for _ in 0..60 {
        if has_focus(browser, selector).await? {
            return Ok(());
        }
        step().perform().await?;
        let ring: bool = browser
            .ask(
                "const at = document.activeElement, style = getComputedStyle(at);
                 return at === document.body || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);",
            )
            .await?;
        let at: String = browser
            .ask("return document.activeElement.outerHTML.slice(0, 200)")
            .await?;
        assert!(ring, "the focus cannot be seen on {at}");
    }
    panic!("{selector} cannot be reached with Tab")
}

async fn has_focus(browser: &Browser, selector: &str) -> WebDriverResult<bool> {
    browser
        .ask(&format!(
            "return document.activeElement.matches({selector:?})"
        ))
        .await
}
