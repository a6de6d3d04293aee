//! Every page, in every state that looks different: quiet console, nothing for axe, nothing wider than the window.

use thirtyfour::prelude::*;
use unstale::sandbox::{
    ACCOUNT, EXPIRING_ACCOUNT, TWO_COMPANIES_ACCOUNT,
    ips::{AnswerForm, Instead, Only},
};

use crate::{
    keyboard::keys,
    support::{Browser, PASSWORD, Scripts, World},
};

const ADMIN: &str = "admin@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_new_installation_are_sound() -> WebDriverResult<()> {
    let world = World::empty().await;
    let browser = Browser::open(Scripts::On).await;
    browser.goto(world.at("/")).await?;
    browser.see("h1", "Welcome").await?;
    browser.look("setup").await?;

    let token = world.app.setup_token.to_print().unwrap();
    browser.type_into("#token", token).await?;
    browser.type_into("#email", ADMIN).await?;
    browser.type_into("#password", PASSWORD).await?;
    browser.press_words("Make the administrator").await?;
    browser.see("h1", "Tools").await?;
    browser.look("no-company").await?;

    browser.press_words("Connect to Dynamic Media").await?;
    browser.see("h1", "Connect to Dynamic Media").await?;
    browser.look("connect").await?;
    connect_as(&world, &browser, (ACCOUNT.0, "wrong")).await?;
    browser.see(".notice.blocks", "password").await?;
    browser.look("connect-refused").await?;
    connect_as(&world, &browser, TWO_COMPANIES_ACCOUNT).await?;
    browser.see("legend", "Company").await?;
    browser.look("connect-company").await?;
    browser.press("input[value='c|12']").await?;
    browser.press_words("Connect").await?;
    browser.see("h1", "Settings").await?;
    browser.press(".tabs a").await?;
    browser.see("#may-not-purge", "may look").await?;
    browser.look("connection-viewer").await
}

/// Fills in the first step of connecting, and presses its button.
async fn connect_as(
    world: &World,
    browser: &Browser,
    account: (&str, &str),
) -> WebDriverResult<()> {
    let (email, password) = account;
    browser.press("input[value=other]").await?;
    for (field, text) in [
        ("#endpoint", world.sandbox.ips_url()),
        ("#email", email),
        ("#password", password),
    ] {
        let field = browser.one(field).await?;
        field.clear().await?;
        field.send_keys(text).await?;
    }
    browser.press("#connect .primary").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_connection_are_sound() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, ADMIN).await?;
    for account in [TWO_COMPANIES_ACCOUNT, EXPIRING_ACCOUNT] {
        browser.goto(world.at("/connect")).await?;
        let settings_unread = account == EXPIRING_ACCOUNT;
        world.sandbox.ips().knobs(|knobs| {
            knobs.only = Some(Only::Operation("getPropertySets"));
            knobs.instead = settings_unread.then_some(Instead::Html);
        });
        connect_as(&world, &browser, account).await?;
        if account == TWO_COMPANIES_ACCOUNT {
            browser.press("input[value='c|12']").await?;
            browser.press_words("Connect").await?;
        }
        browser.see("h1", "Settings").await?;
    }
    browser.see(".notice.warns", "password ends in").await?;
    browser.see("#unread", "could not be read").await?;
    browser.look("catalogue-just-connected").await?;
    world.sandbox.ips().knobs(|knobs| {
        knobs.only = None;
        knobs.instead = None;
    });
    browser
        .goto(world.at("/c/dms7snapshot/settings/connection"))
        .await?;
    browser.look("connection-untested").await?;
    browser.press_words("Test connection").await?;
    browser.see("#test .counter", "worked").await?;
    browser.look("connection-tested").await?;
    world
        .sandbox
        .ips()
        .knobs(|knobs| knobs.instead = Some(Instead::Html));
    browser.press_words("Test connection").await?;
    browser
        .see("#test .counter", "Not everything worked")
        .await?;
    browser.look("connection-failed").await?;
    world.sandbox.ips().knobs(|knobs| knobs.instead = None);
    browser
        .press_words("Region, e-mail address, password")
        .await?;
    browser.look("connection-change").await?;
    browser.press("#change-account .own-address input").await?;
    browser.press_words("Disconnect this one").await?;
    browser.see("dialog", "Disconnect").await?;
    browser.look("disconnect").await?;
    browser.press_words("Keep it").await?;
    browser.press(".switcher summary").await?;
    browser.see(".switcher nav", "Harbour Home").await?;
    browser.look("switcher").await?;
    keys(&browser, Key::Tab).await?;
    keys(&browser, Key::Escape).await?;
    browser.one(".switcher:not([open]) > summary:focus").await?;

    browser.goto(world.at("/c/dms7snapshot/template")).await?;
    browser.type_into("#template", "\n<ID>?wid=300").await?;
    browser.press_words("Save").await?;
    browser.press_words("OK").await?;
    browser.see("#foreign", "another template").await?;
    browser.look("template-differs").await?;
    browser.press_words("Import").await?;
    browser.see("h1", "Import the template").await?;
    browser.look("template-import").await?;
    browser.press_words("Cancel").await?;
    browser.press_words("Push to Dynamic Media").await?;
    browser.see("h1", "Push to Dynamic Media").await?;
    browser.look("template-push").await?;
    browser.press_words("OK").await?;
    browser.see(".notice.success", "read back").await?;
    browser.look("template-pushed").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_around_the_template_are_sound() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.goto(world.at("/")).await?;
    browser.see("h1", "Sign in").await?;
    browser.look("sign-in").await?;
    browser.type_into("#email", ADMIN).await?;
    browser.type_into("#password", "wrong").await?;
    browser.press_words("Sign in").await?;
    browser.see(".notice", "do not match").await?;
    browser.look("sign-in-refused").await?;

    browser.sign_in(&world, ADMIN).await?;
    browser.look("tools-empty").await?;
    browser.press("a.tile").await?;
    browser.see("h1", "CDN Invalidation template").await?;
    browser.look("template").await?;

    browser
        .type_into(
            "#template",
            "\nhttps://www.example.com/<ID>?a=1&amp;b=2 {x}",
        )
        .await?;
    browser.see("#preview .problem-list", "line 6").await?;
    browser.look("template-problems").await?;
    browser.press_words("Save").await?;
    browser.see("dialog", "Save this template?").await?;
    browser.look("template-ask").await?;
    browser.press_words("OK").await?;
    browser.see(".notice.success", "Saved.").await?;
    browser.look("template-saved").await?;
    browser.press_words("Earlier versions").await?;
    browser.see("h1", "Earlier versions").await?;
    browser.look("template-versions").await?;
    browser.press_words("Version 1").await?;
    browser.see("h1", "Version 1").await?;
    browser.look("template-version").await?;
    browser.goto(world.at("/nowhere")).await?;
    browser.look("not-found").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picker_is_sound_in_its_dialog() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, ADMIN).await?;
    browser.press("button.tile").await?;
    browser.press_words("Add Assets").await?;
    browser.one("dialog:modal").await?;
    browser.press(".unfold[aria-expanded=false]").await?;
    browser.see(".folder-inside .hint", "13").await?;
    browser.look("picker-unfolded").await?;
    browser.type_into("#find", "shoe").await?;
    browser
        .see("#folders li:only-child .folder-name", "dms7snapshot/shoes")
        .await?;
    browser.look("picker-folders-found").await?;
    browser.press("#folders button[name=open]").await?;
    browser.see(".breadcrumb [aria-current]", "shoes").await?;
    // What stands beside the open folder stays.
    browser.see("#folders .folder-name", "backpacks").await?;
    browser.press_words("Show as a grid").await?;
    browser.one(".is-grid").await?;
    browser.see(".results-count", "Select all").await?;
    browser.look("picker-dialog-grid").await?;
    browser
        .press(".results-count button[value=select-all]")
        .await?;
    browser.see("#results .notice", "more selected").await?;
    browser.look("picker-all-selected").await?;
    browser.press_words("Show selected").await?;
    browser.see("#results h2", "Selected").await?;
    browser.look("picker-selected").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_an_invalidation_are_sound() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, ADMIN).await?;
    browser.goto(world.at("/invalidations/new")).await?;
    browser.look("new").await?;
    browser.press_words("Start").await?;
    browser.see("h2", "Select Assets").await?;
    browser.look("details-empty").await?;
    browser.press_words("Add Assets").await?;
    browser.see("h1", "Add Assets").await?;
    browser.look("picker").await?;
    browser.press("button[name=open]").await?;
    browser.one(".breadcrumb").await?;
    browser.look("picker-folder").await?;
    browser.type_into("#q", "no such thing").await?;
    browser.press_words("Search").await?;
    browser.see(".empty", "Nothing matches").await?;
    browser.look("picker-nothing").await?;
    browser
        .goto(
            browser
                .current_url()
                .await?
                .as_str()
                .split('?')
                .next()
                .unwrap(),
        )
        .await?;
    browser.see("h1", "Add Assets").await?;
    browser.look("picker-page").await?;
    browser.press_words("Show as a grid").await?;
    browser.one(".is-grid").await?;
    browser.look("picker-grid").await?;
    browser.press_words("Paste IDs").await?;
    browser
        .type_into(
            "#ids",
            "spinset, gspdf\nlogo-print\nSpinse\nhttps://elsewhere.example/x",
        )
        .await?;
    browser.press_words("Find").await?;
    browser.see("#found", "Found: 2 assets").await?;
    browser.look("picker-paste").await?;
    browser.press_words("Back").await?;
    browser.press_words("Close").await?;

    browser.see("h2", "Select Assets").await?;
    for asset in ["spinset", "gspdf", "backpack"] {
        browser.add_asset(asset).await?;
    }
    // The way back from the picker ends below it.
    browser.execute("scrollTo(0, 0)", vec![]).await?;
    browser.press_words("Which presets").await?;
    browser.press("input[value=some]").await?;
    browser
        .type_into(
            "#urls",
            "https://elsewhere.example/is/image/other/shoe\nnot a url",
        )
        .await?;
    browser.see("#found .problem-list", "URL").await?;
    browser.look("details").await?;
    browser.press_words("Next").await?;
    browser.see(".notice.blocks", "not valid").await?;
    browser.press("button.x").await?;
    browser.see(".list-title", "REMOVED").await?;
    browser.look("confirm").await?;
    browser.press("button[value=remove-blocking]").await?;
    browser
        .query(By::Css(".is-blocking"))
        .wait_until_gone()
        .await?;

    world.sandbox.ips().knobs(|knobs| knobs.hold = true);
    browser.press_words("Submit").await?;
    browser.see(".status", "ending").await?;
    browser.look("outcome-sending").await?;
    world.sandbox.ips().knobs(|knobs| knobs.hold = false);
    browser.see(".status", "Accepted").await?;
    browser.look("outcome-accepted").await?;

    world
        .sandbox
        .ips()
        .knobs(|knobs| knobs.answer = AnswerForm::Partial);
    browser.press_words("Tools").await?;
    browser.start_with("spinset").await?;
    browser.press_words("Next").await?;
    browser.press_words("Submit").await?;
    browser.see(".notice", "Correct and resubmit").await?;
    browser.look("outcome-refused").await?;
    browser.press_words("Correct and resubmit").await?;
    browser.see("[aria-current]", "Confirm").await?;
    browser.look("resubmit").await?;
    browser.press_words("Back").await?;
    browser.press_words("Cancel").await?;
    browser.see("dialog", "Discard this draft?").await?;
    browser.look("cancel").await?;
    browser.press_words("Keep it").await?;
    browser.press("a.brand").await?;
    browser.see("h1", "Tools").await?;
    browser.look("tools").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_of_hosts_presets_and_imports_are_sound() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, ADMIN).await?;
    let company = "/c/dms7snapshot";
    browser
        .goto(world.at(&format!("{company}/settings/hosts")))
        .await?;
    browser.look("settings-hosts").await?;
    let base = world.sandbox.base_url();
    let test = format!("form[action$='/test']:has([value='{base}']) button");
    browser.press(&test).await?;
    browser
        .see("[id^=test-] .badge", "One URL clears all sizes")
        .await?;
    browser.look("settings-hosts-tested").await?;
    browser.type_into("#patterns", "(").await?;
    browser.press("#generic-hosts button[value=save]").await?;
    browser
        .see("#generic .notice", "Line 1 is not a regular expression")
        .await?;
    browser.look("settings-hosts-refused").await?;

    browser
        .goto(world.at(&format!("{company}/settings/presets")))
        .await?;
    browser.look("settings-presets").await?;

    browser
        .goto(world.at(&format!("{company}/settings/import")))
        .await?;
    browser.look("settings-import").await?;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Größen.csv");
    std::fs::write(&file, "id;published\nGröße-42;yes\n;yes\nb;perhaps\n").unwrap();
    browser.type_into("#file", file.to_str().unwrap()).await?;
    browser.press_words("Upload").await?;
    browser.see("#progress .notice", "2 bad lines").await?;
    browser.look("settings-import-asks").await?;
    browser.press_words("Keep the 1 good line").await?;
    browser.see("#progress .notice", "Imported.").await?;
    browser.look("settings-import-done").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_company_by_hand_are_sound() -> WebDriverResult<()> {
    let world = World::demo().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, ADMIN).await?;
    browser.goto(world.at("/companies/new")).await?;
    browser.look("company-new").await?;
    browser.type_into("#name", "Weekend Site").await?;
    browser.type_into("#root", "WeekendSite").await?;
    browser
        .type_into("#publish_server", "weekendsite.example.com")
        .await?;
    browser.press_words("Set up").await?;
    browser.see("h1", "Tools").await?;
    browser.press("button.tile").await?;
    let url = "https://weekendsite.example.com/is/image/WeekendSite/shoe";
    browser.type_into("#urls", url).await?;
    browser.press_words("Next").await?;
    browser.see(".counter", "1 URL to be downloaded").await?;
    browser.look("by-hand-confirm").await?;
    browser.press_words("Download list").await?;
    browser.see("#progress .notice", "Nothing was sent").await?;
    browser.look("by-hand-outcome").await
}
