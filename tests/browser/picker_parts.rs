//! What of the picker is replaced, and what stays: the focus, the folders, the place in the browser's history, other tabs.

use serde_json::json;
use thirtyfour::prelude::*;
use unstale::domain::InvalidationId;

use crate::{
    keyboard::{keys, tab_back_to, tab_to},
    picker::world,
    support::{Browser, Scripts, World},
};

const FOCUSED: &str = "const at = document.activeElement;
    return at.name ? `${at.name}=${at.value}` : at.localName;";

/// The picker of a new draft, as a page.
async fn open(world: &World, query: &str) -> WebDriverResult<(Browser, InvalidationId)> {
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(world, "editor@example.com").await?;
    browser.press("button.tile").await?;
    browser.see("h2", "Select Assets").await?;
    let details = browser.current_url().await?.to_string();
    let draft = details.rsplit('/').nth(1).unwrap().parse().unwrap();
    browser
        .goto(details.replace("/details", &format!("/assets{query}")))
        .await?;
    browser.one("#results, #paste").await?;
    Ok((browser, draft))
}

/// The IDs of the selected assets, as they are stored.
async fn stored(world: &World, draft: InvalidationId) -> Vec<String> {
    let assets = world.app.store.draft_assets(draft).await.unwrap();
    assets.into_iter().map(|asset| asset.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn x_in_the_list_leaves_one_picker_and_hands_the_focus_to_the_next_x() -> WebDriverResult<()>
{
    let world = world().await;
    let (browser, draft) = open(&world, "?q=stones%2Fcobalt").await?;
    browser.see(".results-count", "Select all 10").await?;
    tab_to(&browser, ".results-count button[value=select-all]").await?;
    keys(&browser, Key::Enter).await?;
    browser.hear("10 more selected").await?;
    browser.see(".results-count", "Select all 10").await?;
    let at: String = browser.ask(FOCUSED).await?;
    assert_eq!(at, "do=select-all", "the picker and the count came anew");

    tab_back_to(&browser, "button[name=list][value=selected]").await?;
    keys(&browser, Key::Enter).await?;
    browser.see("#results h2", "Selected").await?;
    browser
        .until("document.activeElement !== document.body")
        .await?;
    assert_eq!(browser.ask::<String>(FOCUSED).await?, "list=selected");
    tab_to(&browser, ".asset-row:nth-child(2) button.x").await?;
    let ids = "return [...document.querySelectorAll('.asset-row button.x')].map((it) => it.value)";
    for left in (0..10).rev() {
        let before: Vec<String> = browser.ask(ids).await?;
        let taken: String = browser.ask("return document.activeElement.value").await?;
        let place = before.iter().position(|id| *id == taken).unwrap();
        keys(&browser, Key::Enter).await?;
        let words = if left == 1 {
            "1 asset".to_owned()
        } else {
            format!("{left} assets")
        };
        browser.hear(&words).await?;
        let after: Vec<String> = browser.ask(ids).await?;
        let expected: Vec<String> = before.into_iter().filter(|id| *id != taken).collect();
        assert_eq!(after, expected, "{left} left");
        let forms = "return document.querySelectorAll('[id=picker]').length";
        assert_eq!(browser.ask::<usize>(forms).await?, 1);
        let at: String = browser.ask(FOCUSED).await?;
        match after.get(place.min(after.len().max(1) - 1)) {
            Some(next) => assert_eq!(at, format!("take_out={next}")),
            None => assert_eq!(at, "h2"),
        }
    }
    assert!(stored(&world, draft).await.is_empty());
    browser.hear("Nothing is selected").await?;
    for (list, heading) in [("all", "All assets"), ("recent", "Changed recently")] {
        let button = format!("button[name=list][value={list}]");
        tab_back_to(&browser, &button).await?;
        keys(&browser, Key::Enter).await?;
        browser
            .until(&format!(
                "document.querySelector('#results h2')?.textContent === '{heading}'"
            ))
            .await?;
        assert_eq!(
            browser.ask::<String>(FOCUSED).await?,
            format!("list={list}")
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_leaves_the_folders_as_they_are_and_fills_no_history() -> WebDriverResult<()> {
    let world = world().await;
    let (browser, _) = open(&world, "?show=recent").await?;
    browser.press(".unfold[aria-expanded=false]").await?;
    browser.see(".folder-inside .hint", "13").await?;
    browser.type_into("#q", "s").await?;
    browser.see(".results-count", "assets").await?;
    browser.until("location.search.includes('q=s')").await?;
    let length = "return history.length";
    let before: usize = browser.ask(length).await?;
    let mut typed = "s".to_owned();
    for letter in ["p", "i", "n", "s", "e", "t"] {
        typed.push_str(letter);
        browser.type_into("#q", letter).await?;
        browser
            .until(&format!("location.search.includes('q={typed}')"))
            .await?;
    }
    assert_eq!(browser.ask::<usize>(length).await?, before);
    browser.one(".unfold[aria-expanded=true]").await?;
    let current = "document.querySelector('#picker-lists [aria-current]').value";
    browser.until(&format!("{current} === 'all'")).await?;
    assert_eq!(browser.ask::<String>(FOCUSED).await?, "q=spinset");
    browser.type_into("#find", "shoe").await?;
    browser
        .see("#folders li:only-child .folder-name", "dms7snapshot/shoes")
        .await?;
    browser.type_into("#q", "-nowhere").await?;
    browser.hear("Nothing matches").await?;
    let find = "return document.querySelector('#find').value";
    assert_eq!(browser.ask::<String>(find).await?, "shoe");
    browser.press("#folders button[name=open]").await?;
    browser.see(".breadcrumb [aria-current]", "shoes").await?;
    assert_eq!(browser.ask::<usize>(length).await?, before + 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_tab_took_out_is_not_selected_again_by_a_button() -> WebDriverResult<()> {
    let world = world().await;
    let (browser, draft) = open(&world, "?q=stones%2Fcobalt").await?;
    browser.see(".results-count", "Select all 10").await?;
    for row in [1, 2] {
        browser
            .press(&format!(".asset-row:nth-child({row}) .asset-pick"))
            .await?;
    }
    browser.see("#picked", "2 assets").await?;
    browser
        .until("document.querySelectorAll('.asset-row input[name=was]').length === 2")
        .await?;
    browser.press(".asset-row:nth-child(2) .asset-pick").await?;
    browser.see("#picked", "1 asset").await?;
    browser
        .until("document.querySelectorAll('.asset-row input[name=was]').length === 1")
        .await?;
    // The other tab takes out the first, and takes the second.
    let key = |row: usize| {
        format!("return document.querySelectorAll('.asset-row input[name=asset]')[{row}].value")
    };
    let first: String = browser.ask(&key(0)).await?;
    let second: String = browser.ask(&key(1)).await?;
    let company = world.app.store.companies().await.unwrap().remove(0).id;
    let (store, now) = (&world.app.store, world.app.clock.now());
    let remove = [first.parse().unwrap()];
    store
        .remove_draft_assets(company, draft, &remove, now)
        .await
        .unwrap();
    let add = [second.parse().unwrap()];
    store
        .add_draft_assets(company, draft, &add, now)
        .await
        .unwrap();
    let there = stored(&world, draft).await;
    assert_eq!(there.len(), 1);
    browser.press_words("Show as a grid").await?;
    browser.one(".is-grid").await?;
    assert_eq!(stored(&world, draft).await, there);
    let ticked =
        "return [...document.querySelectorAll('.asset-row input:checked')].map((it) => it.value)";
    assert_eq!(browser.ask::<Vec<String>>(ticked).await?, [second]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_assets_are_added_by_keyboard_through_the_folders() -> WebDriverResult<()> {
    let world = world().await;
    let (browser, draft) = open(&world, "?show=all").await?;
    browser.see("#folders", "stones").await?;
    let stones = "button[name=open][value=stones]";
    tab_to(&browser, stones).await?;
    let count =
        "return document.querySelector('button[name=open][value=stones] .hint').textContent";
    assert_eq!(browser.ask::<String>(count).await?, "30");
    tab_to(&browser, &format!("{stones} + .unfold")).await?;
    keys(&browser, Key::Enter).await?;
    for (index, folder) in ["amber", "basalt", "cobalt"].into_iter().enumerate() {
        let button = format!("button[name=open][value='stones/{folder}']");
        browser.one(&button).await?;
        let count = format!("return document.querySelector(\"{button} .hint\").textContent");
        assert_eq!(browser.ask::<String>(&count).await?, "10");
        if index == 0 {
            tab_to(&browser, &button).await?;
        } else {
            tab_back_to(&browser, &button).await?;
        }
        keys(&browser, Key::Enter).await?;
        browser.see(".breadcrumb [aria-current]", folder).await?;
        browser.see(".results-count", "Select all 10").await?;
        browser
            .until("document.activeElement !== document.body")
            .await?;
        // From the first to the last of them, with Shift.
        tab_to(&browser, ".asset-row:first-child input[name=asset]").await?;
        keys(&browser, Key::Space).await?;
        tab_to(&browser, ".asset-row:nth-child(10) input[name=asset]").await?;
        let range = browser.action_chain().key_down(Key::Shift);
        range
            .send_keys(Key::Space)
            .key_up(Key::Shift)
            .perform()
            .await?;
        let words = format!("{} assets", (index + 1) * 10);
        browser.see("#picked", &words).await?;
    }
    assert_eq!(stored(&world, draft).await.len(), 30);
    tab_back_to(&browser, "button[value=add]").await?;
    keys(&browser, Key::Enter).await?;
    browser.see("h2", "Select Assets").await?;
    Ok(())
}

/// Whether the number of selected assets is within the window, and below nothing else.
const NUMBER_IN_SIGHT: &str = "(() => {
    const number = document.querySelector('#picked strong'), box = number.getBoundingClientRect();
    const on_top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    return box.top >= 0 && box.bottom <= innerHeight && on_top === number;
  })()";

#[tokio::test(flavor = "multi_thread")]
async fn how_many_are_selected_stays_in_sight_while_one_scrolls() -> WebDriverResult<()> {
    let world = world().await;
    let (browser, _) = open(&world, "?show=all").await?;
    browser.press(".asset-row:nth-child(1) .asset-pick").await?;
    browser.see("#picked", "1 asset").await?;
    for (width, height) in [(1280, 900), (390, 844)] {
        browser.dress(width, height, "light").await?;
        for part in [0.0, 0.5, 1.0] {
            let scroll = format!(
                "const end = document.documentElement.scrollHeight - innerHeight;
                 scrollTo({{ top: end * {part}, behavior: 'instant' }});
                 return [scrollY, end]"
            );
            let [at, end] = browser.ask::<[f64; 2]>(&scroll).await?;
            assert!(end > 1_000.0, "{width}: a long list, {end}");
            assert!((at - end * part).abs() < 2.0, "{width}: {at} of {end}");
            browser.until(NUMBER_IN_SIGHT).await?;
        }
    }
    Ok(())
}

/// Whether what is in the middle of this element is the element itself, or within it.
fn is_on_top(element: &str) -> String {
    format!(
        "(() => {{
            const it = {element}, box = it.getBoundingClientRect();
            return it.contains(document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2));
          }})()"
    )
}

/// All folders, in the picker over the details of a new draft.
async fn open_dialog(world: &World) -> WebDriverResult<(Browser, InvalidationId)> {
    let browser = Browser::open(Scripts::On).await;
    browser.sign_in(world, "editor@example.com").await?;
    browser.press("button.tile").await?;
    browser.see("h2", "Select Assets").await?;
    let details = browser.current_url().await?.to_string();
    let draft = details.rsplit('/').nth(1).unwrap().parse().unwrap();
    browser.press("#add-assets").await?;
    browser.one("dialog:modal #results").await?;
    browser.press("button[name=list][value=all]").await?;
    browser.see(".pager", "Next page").await?;
    Ok((browser, draft))
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_dialog_neither_the_bar_nor_the_head_covers_what_is_scrolled_to()
-> WebDriverResult<()> {
    let world = world().await;
    let (browser, _) = open_dialog(&world).await?;
    for (width, height) in [(1280, 900), (390, 844)] {
        browser.dress(width, height, "light").await?;
        for part in ["0", "0.5", "1"] {
            let scroll = format!(
                "(() => {{
                    const dialog = document.querySelector('dialog'), end = dialog.scrollHeight - dialog.clientHeight;
                    dialog.scrollTo({{ top: end * {part}, behavior: 'instant' }});
                    return end > 1000;
                  }})()"
            );
            browser.until(&scroll).await?;
            browser.until(NUMBER_IN_SIGHT).await?;
        }
        let next = is_on_top("document.querySelector('.pager button:last-child')");
        assert!(
            browser.ask::<bool>(&format!("return {next}")).await?,
            "{width}"
        );
    }
    browser.dress(1280, 900, "light").await?;
    let focus = "document.querySelector('.pager button:last-child').focus()";
    browser.execute(focus, vec![]).await?;
    let in_sight = format!("return {}", is_on_top("document.activeElement"));
    for step in 0..60 {
        let back = browser
            .action_chain()
            .key_down(Key::Shift)
            .send_keys(Key::Tab);
        back.key_up(Key::Shift).perform().await?;
        let at: String = browser.ask(FOCUSED).await?;
        assert!(browser.ask::<bool>(&in_sight).await?, "{step}: {at}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_dialog_a_tick_that_is_not_stored_is_taken_back_and_said() -> WebDriverResult<()> {
    const FIRST: &str = ".asset-row:nth-child(1)";
    let world = world().await;
    let (browser, draft) = open_dialog(&world).await?;
    let first = format!("document.querySelector('{FIRST} input[name=asset]').checked");
    let notice = is_on_top("document.querySelector('dialog .notices strong')");
    browser.press(&format!("{FIRST} .asset-pick")).await?;
    browser.see("#picked", "1 asset").await?;

    offline(&browser, true).await?;
    browser.press(&format!("{FIRST} .asset-pick")).await?;
    browser
        .see("dialog .notices", "Unstale cannot be reached.")
        .await?;
    assert!(browser.ask::<bool>(&format!("return {notice}")).await?);
    browser.until(&first).await?;
    let folder = ".unfold[aria-expanded=false]";
    browser.press(folder).await?;
    browser
        .until(&format!("document.querySelectorAll('{folder}').length > 0"))
        .await?;
    offline(&browser, false).await?;
    browser.press(folder).await?;
    browser.see(".folder-inside", "backpacks").await?;
    // What was said of a step stands until one is stored.
    browser.see("dialog .notices", "may not be stored").await?;
    browser.press(&format!("{FIRST} .asset-pick")).await?;
    browser.see("#picked", "0 assets").await?;
    browser
        .until("document.querySelector('.notices > *') === null")
        .await?;
    assert!(stored(&world, draft).await.is_empty());

    // As in another tab.
    let sign_out = "const [done] = arguments; fetch('/sign-out', { method: 'POST' }).then(done)";
    browser.execute_async(sign_out, vec![]).await?;
    browser.press(&format!("{FIRST} .asset-pick")).await?;
    browser
        .see("dialog .notices", "You are signed out.")
        .await?;
    assert!(browser.ask::<bool>(&format!("return {notice}")).await?);
    browser.until(&format!("!{first}")).await?;
    assert!(stored(&world, draft).await.is_empty());
    Ok(())
}

/// Takes the connection away, or gives it back.
async fn offline(browser: &Browser, is_offline: bool) -> WebDriverResult<()> {
    let conditions = json!({
        "offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
    });
    browser.devtools("Network.enable", json!({})).await?;
    browser
        .devtools("Network.emulateNetworkConditions", conditions)
        .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ticks_among_the_sets_of_an_image_are_stored_at_once_and_when_the_page_is_left()
-> WebDriverResult<()> {
    let world = world().await;
    let (browser, draft) = open(&world, "?q=daypack-14-front").await?;
    browser.press(".asset-sets").await?;
    browser.see("h1", "Sets with this image").await?;
    browser.press(".asset-row:nth-child(2) .asset-pick").await?;
    browser
        .until("document.querySelectorAll('.asset-row input[name=was]').length === 1")
        .await?;
    assert_eq!(stored(&world, draft).await, ["backpack-mixed"]);

    // The request that this tick makes is broken off; what leaves the page says it again.
    browser
        .execute(
            "XMLHttpRequest.prototype.send = () => {};
             document.querySelector('.asset-row:nth-child(3) input').click();
             location.assign('/');",
            vec![],
        )
        .await?;
    let both = async {
        while stored(&world, draft).await.len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    let both = tokio::time::timeout(std::time::Duration::from_mins(1), both).await;
    both.expect("the tick is lost");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ticks_among_what_a_pasted_id_may_mean_are_stored_at_once() -> WebDriverResult<()> {
    let world = world().await;
    let (browser, draft) = open(&world, "/paste").await?;
    browser.type_into("#ids", "bakcpack").await?;
    browser.press_words("Find").await?;
    browser.see(".missing", "Did you mean?").await?;
    browser.press(".similar input").await?;
    browser
        .until("document.querySelector('.similar input[name=was]') !== null")
        .await?;
    assert_eq!(stored(&world, draft).await, ["backpack"]);
    browser.press(".similar input").await?;
    browser
        .until("document.querySelector('.similar input[name=was]') === null")
        .await?;
    assert!(stored(&world, draft).await.is_empty());
    Ok(())
}
