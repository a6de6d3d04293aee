//! Thirty assets from three folders: with the keyboard alone, without scripts, and with Shift.

use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use unstale::{
    clock::Timestamp,
    domain::{Asset, AssetKey},
};

use crate::{
    keyboard::{keys, tab_back_to, tab_to},
    support::{Browser, Scripts, World},
};

/// The demo, with three folders more of ten assets each.
pub(crate) async fn world() -> World {
    let world = World::demo().await;
    let company = world.app.store.companies().await.unwrap().remove(0).id;
    let assets: Vec<Asset> = (0..30)
        .map(|n| {
            let folder = ["amber", "basalt", "cobalt"][n % 3];
            Asset {
                key: AssetKey::from_uuid(world.app.clock.new_uuid()),
                id: format!("{folder}-{n:02}"),
                file_name: format!("{folder}-{n:02}.jpg"),
                folder: format!("stones/{folder}"),
                asset_type: "Image".to_owned(),
                published: false,
                handle: None,
                created_at: Timestamp::from_micros(0),
                // By last change they stand in another order than by name.
                changed_at: Timestamp::from_micros(i64::try_from(n).unwrap()),
                vanished_at: None,
            }
        })
        .collect();
    let put = world
        .app
        .store
        .put_assets(company, &assets, world.app.clock.now())
        .await;
    assert_eq!(put.unwrap().added, 30);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_assets_from_three_folders_are_added_by_keyboard_alone() -> WebDriverResult<()> {
    let world = world().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, "editor@example.com").await?;
    tab_to(&browser, "button.tile").await?;
    keys(&browser, Key::Enter).await?;
    browser.see("h2", "Select Assets").await?;
    tab_to(&browser, "button[value=add-assets]").await?;
    keys(&browser, Key::Enter).await?;
    browser.one("dialog:modal").await?;

    // One by one.
    tab_to(&browser, "#q").await?;
    keys(&browser, "stones/amber").await?;
    browser.see(".results-count", "10 assets").await?;
    browser
        .see(".asset-row:first-child .asset-id", "amber")
        .await?;
    tab_to(&browser, ".asset-row:first-child input[name=asset]").await?;
    for row in 1..=10 {
        tab_to(
            &browser,
            &format!(".asset-row:nth-child({row}) input[name=asset]"),
        )
        .await?;
        keys(&browser, Key::Space).await?;
        let words = if row == 1 {
            "1 asset".to_owned()
        } else {
            format!("{row} assets")
        };
        browser.see("#picked", &words).await?;
    }
    // All that match.
    for (folder, total) in [("basalt", "20 assets"), ("cobalt", "30 assets")] {
        tab_back_to(&browser, "#q").await?;
        let all = browser.action_chain().key_down(Key::Control).send_keys("a");
        all.key_up(Key::Control).perform().await?;
        keys(&browser, format!("stones/{folder}")).await?;
        browser
            .see(".asset-row:first-child .asset-id", folder)
            .await?;
        browser.see(".results-count", "10 assets").await?;
        tab_to(&browser, ".results-count button[value=select-all]").await?;
        keys(&browser, Key::Enter).await?;
        browser.see("#picked", total).await?;
    }
    tab_back_to(&browser, "button[value=add]").await?;
    keys(&browser, Key::Enter).await?;
    browser.see("h2", "Select Assets").await?;
    assert_eq!(selected(&browser).await?, 30);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_assets_from_three_folders_are_added_without_scripts() -> WebDriverResult<()> {
    let world = world().await;
    let browser = Browser::open(Scripts::Off).await;
    browser.sign_in(&world, "editor@example.com").await?;
    browser.press("button.tile").await?;
    browser.press_words("Add Assets").await?;
    browser.see("h1", "Add Assets").await?;
    for (folder, total) in [
        ("amber", "10 assets"),
        ("basalt", "20 assets"),
        ("cobalt", "30 assets"),
    ] {
        for path in [
            "/".to_owned(),
            "stones".to_owned(),
            format!("stones/{folder}"),
        ] {
            if path == "/" && folder == "amber" {
                continue;
            }
            // As on a phone, where they are folded away.
            browser.dress(390, 844, "light").await?;
            browser.press(".picker-side > summary").await?;
            browser
                .press(&format!("button[name=open][value=\"{path}\"]"))
                .await?;
        }
        browser.dress(1280, 900, "light").await?;
        browser.see(".breadcrumb [aria-current]", folder).await?;
        for tick in browser.find_all(By::Css("input[name=asset]")).await? {
            tick.click().await?;
        }
        // Whatever is pressed next stores the ticks.
        browser.execute("scrollTo(0, 0)", vec![]).await?;
        browser.press_words("Search").await?;
        browser.see("#picked", total).await?;
    }
    browser.press_words("Add").await?;
    browser.see("h2", "Select Assets").await?;
    assert_eq!(selected(&browser).await?, 30);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn shift_ticks_a_range_and_another_tab_finds_it() -> WebDriverResult<()> {
    let world = world().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, "editor@example.com").await?;
    browser.press("button.tile").await?;
    browser.press_words("Add Assets").await?;
    browser.type_into("#q", "stones/cobalt").await?;
    browser.see(".results-count", "10 assets").await?;
    browser
        .see(".asset-row:first-child .asset-id", "cobalt")
        .await?;
    browser.press(".asset-row:nth-child(2) .asset-pick").await?;
    browser.see("#picked", "1 asset").await?;
    let last = browser.one(".asset-row:nth-child(6) input").await?;
    let range = browser
        .action_chain()
        .key_down(Key::Shift)
        .click_element(&last);
    range.key_up(Key::Shift).perform().await?;
    browser.see("#picked", "5 assets").await?;
    // As Firefox does, where a click on a label with Shift clicks no box.
    let firefox = "addEventListener('click', (event) => {
        if (event.isTrusted && event.shiftKey && event.target.closest('label')) event.preventDefault();
      }, true)";
    browser.execute(firefox, Vec::new()).await?;
    let name = browser.one(".asset-row:nth-child(8) .asset-name").await?;
    let range = browser
        .action_chain()
        .key_down(Key::Shift)
        .click_element(&name);
    range.key_up(Key::Shift).perform().await?;
    browser.see("#picked", "7 assets").await?;
    browser.press_words("Show selected").await?;
    browser.see("#results h2", "Selected").await?;
    assert_eq!(
        browser
            .find_all(By::Css("button[name=take_out]"))
            .await?
            .len(),
        7
    );
    browser.press("button[name=take_out]").await?;
    browser.see("#picked", "6 assets").await?;

    let address = browser.current_url().await?;
    browser
        .goto(address.as_str().split("/assets").next().unwrap().to_owned() + "/details")
        .await?;
    browser.see("h2", "Select Assets").await?;
    assert_eq!(selected(&browser).await?, 6);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_that_is_on_its_way_is_stored_when_the_page_is_left_or_the_list_replaced()
-> WebDriverResult<()> {
    let world = world().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, "editor@example.com").await?;
    browser.press("button.tile").await?;
    browser.see("h2", "Select Assets").await?;
    let details = browser.current_url().await?.to_string();
    let picker = details.replace("/details", "/assets?q=stones%2Fcobalt");
    // The request that a tick makes is broken off; those after it are not.
    let broken_off = "const { send } = XMLHttpRequest.prototype;
        XMLHttpRequest.prototype.send = () => { XMLHttpRequest.prototype.send = send; };";
    let replaced = "htmx.ajax('GET', location.href, { target: '#view', swap: 'outerHTML' })";
    for (id, leaves) in [
        ("cobalt-02", &*format!("location.assign('{details}')")),
        ("cobalt-05", replaced),
    ] {
        browser.goto(&picker).await?;
        browser.see(".results-count", "10 assets").await?;
        let tick = format!(
            "{broken_off}
            const rows = [...document.querySelectorAll('.asset-row')];
            rows.find((row) => row.textContent.includes('{id}')).querySelector('input').click();
            {leaves}"
        );
        browser.execute(&*tick, vec![]).await?;
        let draft = details.rsplit('/').nth(1).unwrap().parse().unwrap();
        let stored = async {
            loop {
                let selected = world.app.store.draft_assets(draft).await.unwrap();
                if selected.iter().any(|asset| asset.id == id) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        let stored = tokio::time::timeout(Duration::from_mins(1), stored).await;
        stored.unwrap_or_else(|_| panic!("{id} is lost"));
    }
    browser.one(".asset-row input:checked").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_refresh_the_focus_is_on_the_same_row_or_on_none() -> WebDriverResult<()> {
    let world = world().await;
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(&world, "editor@example.com").await?;
    browser.press("button.tile").await?;
    browser.see("h2", "Select Assets").await?;
    let picker = browser.current_url().await?.to_string();
    let picker = picker.replace("/details", "/assets?q=stones%2Fcobalt");
    browser.goto(&picker).await?;
    browser.see(".results-count", "10 assets").await?;
    let focus = "document.querySelectorAll('.asset-row input')[1].focus()";
    let focused = "const row = document.activeElement.closest('.asset-row');
        return row?.querySelector('.asset-id').textContent ?? document.activeElement.localName;";
    let replace = |query: &str| {
        format!(
            "const [done] = arguments;
            htmx.ajax('GET', '{picker}{query}', {{ target: '#view', swap: 'outerHTML' }}).then(() => setTimeout(done, 100));"
        )
    };
    browser.execute(focus, vec![]).await?;
    let before: String = browser.ask(focused).await?;
    // By last change another one is the second.
    let by_change = replace("&sort=changed");
    browser.execute_async(&*by_change, vec![]).await?;
    let second = "return document.querySelectorAll('.asset-id')[1].textContent";
    assert_ne!(browser.ask::<String>(second).await?, before);
    assert_eq!(browser.ask::<String>(focused).await?, before);
    // Here it is not.
    browser.execute_async(&*replace("-00"), vec![]).await?;
    assert_eq!(browser.ask::<String>(focused).await?, "h2");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_does_not_come_leaves_its_icon_in_the_same_place() -> WebDriverResult<()> {
    let world = world().await;
    let company = world.app.store.companies().await.unwrap().remove(0).id;
    let ids = ["amber-00".to_owned()];
    let mut stone = world.app.store.assets_by_id(company, &ids).await.unwrap();
    // As far as the catalogue knows; the publish server knows nothing of it.
    stone[0].published = true;
    let put = world
        .app
        .store
        .put_assets(company, &stone, world.app.clock.now());
    put.await.unwrap();
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::open(scripts).await;
        browser.sign_in(&world, "editor@example.com").await?;
        browser.press("button.tile").await?;
        browser.see("h2", "Select Assets").await?;
        let details = browser.current_url().await?.to_string();
        let picker = details.replace("/details", "/assets?q=");
        // Once a picture came or did not: the frame's width, and what of the picture hides the icon.
        let seen =
            "const frame = document.querySelector('.thumb'), picture = frame?.querySelector('img');
            if (!picture?.complete) return null;
            const style = getComputedStyle(picture);
            const paints = picture.naturalWidth || [style.backgroundColor, style.visibility];
            return [frame.offsetWidth, frame.offsetHeight, picture.offsetWidth, paints];";
        // Without scripts the browser draws its own sign of a broken picture over the icon.
        let visibility = match scripts {
            Scripts::On => "hidden",
            Scripts::Off => "visible",
        };
        for (id, paints) in [
            ("spinset", json!(96)),
            ("amber-00", json!(["rgba(0, 0, 0, 0)", visibility])),
        ] {
            browser.goto(format!("{picker}{id}")).await?;
            let expected = json!([48, 48, 48, paints]);
            let settled = async {
                while browser.ask::<Value>(seen).await? != expected {}
                WebDriverResult::Ok(())
            };
            let settled = tokio::time::timeout(Duration::from_mins(1), settled).await;
            let what = format!("{id}: {expected}");
            settled.expect(&what)?;
            browser.one(".thumb > svg").await?;
        }
    }
    Ok(())
}

/// The assets that Add Details lists.
async fn selected(browser: &Browser) -> WebDriverResult<usize> {
    browser.one(".asset-list .asset-row").await?;
    // Those that are listed, and the number of the rest.
    browser
        .ask(
            "const rows = document.querySelectorAll('#details .asset-list .asset-row').length;
             const rest = document.querySelector('.asset-list + .hint')?.textContent.match(/\\d+/);
             return rows + Number(rest ?? 0);",
        )
        .await
}
