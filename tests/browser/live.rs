//! What changes while one types, and the dialogs.

use thirtyfour::prelude::*;

use crate::support::{Browser, Scripts, World};

#[tokio::test(flavor = "multi_thread")]
async fn the_template_is_counted_and_tried_on_a_sample_while_typed() -> WebDriverResult<()> {
    let (world, browser) = at_tools().await?;
    browser.goto(world.at("/template")).await?;
    let text = browser.one("#template").await?;
    text.clear().await?;
    text.send_keys("<ID>?live").await?;
    browser
        .see("#preview .counter", "2,491 characters left")
        .await?;
    browser.see("#preview .preview", "?live").await?;
    fill(&browser, "#template", &"x".repeat(2_501)).await?;
    browser
        .see("#preview .is-over", "1 character too many")
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_save_dialog_is_modal_and_escape_saves_nothing() -> WebDriverResult<()> {
    let (world, browser) = at_tools().await?;
    browser.goto(world.at("/template")).await?;
    browser.type_into("#template", "\n<ID>?new").await?;
    browser.press_words("Save").await?;
    browser.one("dialog:modal").await?;
    let focused: String = browser.ask("return document.activeElement.value").await?;
    assert_eq!(focused, "ok");

    browser
        .action_chain()
        .send_keys(Key::Escape)
        .perform()
        .await?;
    browser.query(By::Css("dialog")).wait_until_gone().await?;
    let text = browser.one("#template").await?.value().await?.unwrap();
    assert!(text.ends_with("<ID>?new"), "what was typed stays");
    browser.goto(world.at("/template")).await?;
    let text = browser.one("#template").await?.value().await?.unwrap();
    assert!(!text.contains("<ID>?new"), "and was not saved");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn escape_keeps_a_draft_that_was_about_to_be_discarded() -> WebDriverResult<()> {
    let (_world, browser) = at_tools().await?;
    browser.start_with("spinset").await?;
    browser.press_words("Cancel").await?;
    browser.one("dialog:modal").await?;
    browser
        .action_chain()
        .send_keys(Key::Escape)
        .perform()
        .await?;
    browser.see(".asset-name", "spinset").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn added_urls_are_counted_while_typed_and_next_follows_the_limit() -> WebDriverResult<()> {
    let (world, browser) = at_tools().await?;
    open_details_without_template(&browser).await?;
    browser.type_into("#urls", &line(&world, 1)).await?;
    browser.see("#live .counter", "1 URL").await?;

    fill(&browser, "#urls", &lines(&world, 1_001)).await?;
    browser.see("#live .is-over", "1,001 URLs").await?;
    browser.one("button[data-next]:disabled").await?;
    browser.press("#live input[name=split]").await?;
    browser.one("button[data-next]:enabled").await?;
    browser.press("#live input[name=split]").await?;
    browser.one("button[data-next]:disabled").await?;
    fill(&browser, "#urls", &lines(&world, 1_000)).await?;
    browser.see("#live .counter", "1,000 URLs").await?;
    browser.one("button[data-next]:enabled").await?;

    // The lines below are made anew with each answer; what has the focus there keeps it.
    fill(&browser, "#urls", &lines(&world, 3)).await?;
    browser.see("#live .counter", "3 URLs").await?;
    browser
        .ask::<()>("document.querySelectorAll('#found button[name=remove_line]')[1].focus()")
        .await?;
    fill(&browser, "#urls", &lines(&world, 4)).await?;
    browser.see("#live .counter", "4 URLs").await?;
    let focused: String = browser.ask("return document.activeElement.value").await?;
    assert_eq!(focused, line(&world, 2));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_very_long_list_waits_for_count_urls() -> WebDriverResult<()> {
    let (world, browser) = at_tools().await?;
    open_details_without_template(&browser).await?;
    fill(&browser, "#urls", &lines(&world, 4_500)).await?;
    browser
        .see(
            "[data-live-paused]",
            "too long to be counted while you type",
        )
        .await?;
    browser.see("#live .counter", "send 0 URLs").await?;
    browser.press_words("Count URLs").await?;
    browser.see("#live .counter", "4,500 URLs").await?;
    fill(&browser, "#urls", &line(&world, 1)).await?;
    browser.see("#live .counter", "1 URL").await?;
    let paused: bool = browser
        .ask("return !document.querySelector('[data-live-paused]').hidden")
        .await?;
    assert!(!paused);
    Ok(())
}

/// The template's fixed line would be counted with the added URLs.
async fn open_details_without_template(browser: &Browser) -> WebDriverResult<()> {
    browser.press("button.tile").await?;
    browser.see("#live .counter", "send 1 URL").await?;
    browser.press("input[name=template]").await?;
    browser.see("#live .counter", "send 0 URLs").await?;
    Ok(())
}

async fn at_tools() -> WebDriverResult<(World, Browser)> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, "admin@example.com").await?;
    Ok((world, browser))
}

/// As pasting does: the whole text at once, and one `input` event.
async fn fill(browser: &Browser, selector: &str, text: &str) -> WebDriverResult<()> {
    let script = "
        const field = document.querySelector(arguments[0]);
        field.value = arguments[1];
        field.dispatchEvent(new Event('input', { bubbles: true }));";
    browser
        .execute(script, vec![selector.into(), text.into()])
        .await?;
    Ok(())
}

fn line(world: &World, number: usize) -> String {
    format!(
        "{}/is/image/dms7snapshot/shoe-{number}",
        world.sandbox.exact_url()
    )
}

fn lines(world: &World, count: usize) -> String {
    let lines: Vec<String> = (1..=count).map(|number| line(world, number)).collect();
    lines.join("\n")
}
