//! The outcome while batches are sent, held back, called off and searched: it moves by itself, and each state is sound.

use thirtyfour::prelude::*;
use unstale::{
    domain::{InvalidationId, Options, PresetChoice},
    store::Draft,
};

use crate::support::{Browser, Scripts, World};

const EDITOR: &str = "editor@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn the_outcome_moves_and_its_buttons_work_between_two_requests() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    hold(&world, true);
    submit(&world, &browser, 3_500).await?;
    browser.see(".status.sending", "Sending").await?;
    browser.look("outcome-sending").await?;
    browser.press_words("Pause").await?;
    browser.see(".status.paused", "Paused").await?;
    hold(&world, false);
    browser.see("#progress > .notice", "presses Resume").await?;
    browser.look("outcome-paused").await?;
    hold(&world, true);
    browser.press_words("Resume").await?;
    browser.see(".status.sending", "Sending").await?;
    browser.press_words("Cancel the rest").await?;
    browser.see(".status.cancelled", "Cancelled").await?;
    hold(&world, false);
    browser.see("#progress > .notice", "2,000 of 3,500").await?;
    browser.look("outcome-cancelled").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_url_is_found_while_one_looks_on() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    let refuse = "n0003".to_owned();
    world
        .sandbox
        .ips()
        .knobs(|knobs| knobs.refuse = Some(refuse));
    submit(&world, &browser, 12).await?;
    browser.see(".notice.blocks", "at most 12 requests").await?;
    browser.look("outcome-refused-unnamed").await?;
    browser.press_words("Find the bad URL").await?;
    browser.see(".notice.blocks", "because of:").await?;
    browser.see("#progress > .notice", "11 of 12 URLs").await?;
    browser.look("outcome-found").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_twelve_requests_left_is_told_and_one_press_goes_on() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, EDITOR).await?;
    let refuse = "n001".to_owned();
    let ips = world.sandbox.ips();
    ips.knobs(|knobs| knobs.refuse = Some(refuse));
    submit(&world, &browser, 40).await?;
    browser.see(".notice.blocks", "at most 12 requests").await?;
    browser.press_words("Find the bad URL").await?;
    browser.see("#progress", "After 12 requests").await?;
    browser.look("outcome-go-on").await?;
    browser.press_words("Go on").await?;
    browser.see("#progress", "After 24 requests").await?;
    Ok(())
}

fn hold(world: &World, hold: bool) {
    world.sandbox.ips().knobs(|knobs| knobs.hold = hold);
}

/// Confirms a list of so many URLs and presses Submit.
async fn submit(world: &World, browser: &Browser, urls: usize) -> WebDriverResult<()> {
    let (store, clock) = (&world.app.store, &world.app.clock);
    let company = store.companies().await.unwrap().remove(0);
    let email = EDITOR.parse().unwrap();
    let (author, _) = store.person_by_email(&email).await.unwrap().unwrap();
    let exact = world.sandbox.exact_url();
    let lines: Vec<String> = (0..urls)
        .map(|number| format!("{exact}/is/image/dms7snapshot/n{number:04}"))
        .collect();
    let draft = Draft {
        id: InvalidationId::from_uuid(clock.new_uuid()),
        company: company.id,
        author: author.id,
        options: Options {
            presets: false,
            template: false,
            alias: false,
            fold: false,
        },
        split: true,
        presets: PresetChoice::All,
        manual_urls: lines.join("\n"),
        version: 1,
        created_at: clock.now(),
        updated_at: clock.now(),
    };
    store.create_draft(&draft).await.unwrap();
    let confirm = format!("/c/dms7snapshot/invalidations/{}/confirm", draft.id);
    browser.goto(world.at(&confirm)).await?;
    browser.press_words("Submit").await
}
