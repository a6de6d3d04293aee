//! *Sets with this image*: what Adobe says holds it, and what happens when Adobe says nothing.

use unstale::{
    domain::Asset,
    sandbox::ips::{Instead, Only},
};

use super::{REFUSED, new_draft, pick, refuse_the_account};
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser, encode},
};

/// It is in a set of its own views and in one that somebody put together.
const IMAGE: &str = "daypack-14-front";

/// The page, by the button beside the image in the picker.
async fn sets_with(editor: &Browser, draft: &str, image: &str) -> Answer {
    let query = encode(&[("q", image)]);
    let picker = editor.get(&format!("{draft}/assets?{query}")).await;
    let names = picker.texts(".asset-sets");
    let keys = picker.attributes(".asset-sets", "value");
    let wanted = format!("Sets with {image}");
    let mut buttons = names.iter().zip(keys);
    let (_, key) = buttons.find(|(name, _)| **name == wanted).unwrap();
    let form = picker.form("#picker").press("sets", &key);
    editor.submit_and_follow(&form).await
}

fn ids(page: &Answer) -> Vec<String> {
    page.texts(".asset-row .asset-id")
}

/// Ticks everything that can be ticked, and adds it.
async fn add_all(editor: &Browser, page: &Answer) -> Answer {
    let boxes = page.attributes("#sets input[name=asset]:not([disabled])", "value");
    let ticked = boxes
        .iter()
        .fold(page.form("#sets"), |form, key| form.and("asset", key));
    editor.submit_and_follow(&ticked).await
}

/// Stores a set otherwise than Adobe's stand-in has it.
async fn change(app: &TestApp, id: &str, change: impl FnOnce(&mut Asset)) {
    let company = app.company().await.id;
    let mut found = app
        .app
        .store
        .assets_by_id(company, &[id.to_owned()])
        .await
        .unwrap();
    change(&mut found[0]);
    app.app
        .store
        .put_assets(company, &found, app.clock.now())
        .await
        .unwrap();
}

#[tokio::test]
async fn the_sets_that_an_image_is_in_are_added_with_it() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let page = sets_with(&editor, &draft, IMAGE).await;
    assert_eq!(ids(&page), [IMAGE, "backpack-mixed", "daypack-14-set"]);
    assert!(!page.has(".notice"), "{}", page.body);
    assert!(!page.has(".asset-sets"), "it is the page that it leads to");
    let asked = app.ips().calls().pop().unwrap();
    assert_eq!(asked.operation, "getAssociatedAssets");

    let selected = add_all(&editor, &page).await;
    assert_eq!(ids(&selected).len(), 3, "{:?}", ids(&selected));
    let again = sets_with(&editor, &draft, IMAGE).await;
    assert_eq!(again.count("input[name=asset][checked]"), 3);
    let details = editor.get(&format!("{draft}/details")).await;
    assert!(details.text(".asset-list").contains("daypack-14-set"));
}

#[tokio::test]
async fn a_set_that_is_not_published_says_so_and_an_excluded_one_cannot_be_chosen() {
    let app = TestApp::start().await;
    change(&app, "backpack-mixed", |set| set.published = false).await;
    change(&app, "daypack-14-set", |set| {
        "PostScript".clone_into(&mut set.asset_type);
    })
    .await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let page = sets_with(&editor, &draft, IMAGE).await;
    let rows = page.texts(".asset-row");
    assert!(rows[1].contains("not published"), "{rows:?}");
    assert!(rows[2].contains("Adobe excludes this format"), "{rows:?}");
    assert_eq!(page.count(".asset-row.is-disabled input[disabled]"), 1);

    // Whatever is sent.
    let keys = page.attributes("#sets input[name=asset]", "value");
    let fields: Vec<(&str, &str)> = keys.iter().map(|key| ("asset", key.as_str())).collect();
    let to = editor.post(&format!("{draft}/assets/sets"), &fields).await;
    let selected = editor.open(&to.location()).await;
    assert_eq!(ids(&selected).len(), 2, "{:?}", ids(&selected));
}

#[tokio::test]
async fn a_set_that_is_newer_than_the_catalogue_is_looked_up() {
    let app = TestApp::start().await;
    assert!(
        app.sandbox
            .origin()
            .rename("backpack-mixed", "backpack-new")
    );
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let page = sets_with(&editor, &draft, IMAGE).await;
    assert_eq!(ids(&page), [IMAGE, "backpack-new", "daypack-14-set"]);
    let selected = add_all(&editor, &page).await;
    assert_eq!(ids(&selected).len(), 3, "{:?}", ids(&selected));
}

#[tokio::test]
async fn an_image_in_no_set_says_so_and_can_be_added_by_itself() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let page = sets_with(&editor, &draft, "gift-card").await;
    assert_eq!(page.text(".column > .hint"), "gift-card is in no set.");
    let selected = add_all(&editor, &page).await;
    assert_eq!(ids(&selected), ["gift-card"]);
}

#[tokio::test]
async fn while_adobe_does_not_answer_a_sentence_says_so_and_everything_else_works() {
    let app = TestApp::start().await;
    // Not known yet, so that the second question is asked too.
    assert!(
        app.sandbox
            .origin()
            .rename("backpack-mixed", "backpack-new")
    );
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for operation in ["getAssociatedAssets", "getAssetsByName"] {
        for (instead, fault, sentence) in [
            (
                Some(Instead::Unavailable),
                None,
                "not available at the moment",
            ),
            (
                Some(Instead::Html),
                None,
                "A web page came instead of an answer",
            ),
            (
                Some(Instead::Closed),
                None,
                "The connection ended before the whole answer came",
            ),
            (Some(Instead::Truncated), None, "The answer was not one"),
            (None, Some(20_003), "role does not allow this"),
        ] {
            app.ips().knobs(|knobs| {
                knobs.only = Some(Only::Operation(operation));
                knobs.instead = instead;
                knobs.fault = fault;
            });
            let page = sets_with(&editor, &draft, IMAGE).await;
            assert_eq!(page.status, 200);
            let notice = page.text(".notice.warns");
            assert!(notice.contains("The sets could not be found."), "{notice}");
            assert!(notice.contains(sentence), "{sentence}: {notice}");
            assert!(!notice.contains(".."), "{notice}");
            assert!(
                !notice.contains('<'),
                "no markup of whoever answered: {notice}"
            );
            assert_eq!(ids(&page), [IMAGE]);
            let selected = add_all(&editor, &page).await;
            assert_eq!(ids(&selected), [IMAGE]);
        }
    }
    let details = pick(&editor, &draft, "daypack-14-set").await;
    assert_eq!(details.count(".asset-list .asset-row"), 2);
}

#[tokio::test]
async fn without_an_account_the_sets_are_not_known_and_the_page_says_whom_to_ask() {
    let app = TestApp::start().await;
    let company = app.company().await.id;
    app.app.store.delete_connection(company).await.unwrap();
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let page = sets_with(&editor, &draft, IMAGE).await;
    let notice = page.text(".notice.warns");
    assert!(
        notice.contains("not connected to a Dynamic Media account."),
        "{notice}"
    );
    assert!(notice.contains("Settings > Connection"), "{notice}");
    assert_eq!(ids(&page), [IMAGE]);
}

#[tokio::test]
async fn a_set_whose_tick_is_taken_away_is_taken_out_again() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    add_all(&editor, &sets_with(&editor, &draft, IMAGE).await).await;
    let page = sets_with(&editor, &draft, IMAGE).await;
    let keys = page.attributes("#sets input[name=asset]", "value");
    let only_the_image = page.form("#sets").without("asset").and("asset", &keys[0]);
    let selected = editor.submit_and_follow(&only_the_image).await;
    assert_eq!(ids(&selected), [IMAGE]);
}

#[tokio::test]
async fn back_leads_to_the_view_that_one_came_from() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let query = "show=all&q=daypack%2D14&folder=dms7snapshot&view=grid";
    let picker = editor.get(&format!("{draft}/assets?{query}")).await;
    let key = picker.attributes(".asset-sets", "value").remove(0);
    let form = picker.form("#picker").press("sets", &key);
    let page = editor.submit_and_follow(&form).await;
    let ticked = page
        .attributes("#sets input[name=asset]", "value")
        .remove(1);
    let back = page.form("#sets").and("asset", &ticked).press("do", "back");
    let again = editor.submit_and_follow(&back).await;
    assert_eq!(ids(&again), ids(&picker));
    assert_eq!(again.form("#picker").value("q"), "daypack-14");
    assert_eq!(again.form("#picker").value("folder"), "dms7snapshot");
    assert!(again.has(".asset-list.is-grid"));
    let selected = editor.get(&format!("{draft}/assets?show=selected")).await;
    assert_eq!(ids(&selected), [ids(&page)[1].clone()]);
}

#[tokio::test]
async fn a_script_stores_a_tick_at_once() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let page = sets_with(&editor, &draft, IMAGE).await;
    assert_eq!(page.count("[data-range][hx-post][hx-swap=none]"), 1);
    let keys = page.attributes("#sets input[name=asset]", "value");
    let ticked = page.form("#sets").and("asset", &keys[1]);
    let ticked = ticked.and("tick", &keys[1]);
    assert_eq!(editor.htmx(&ticked).await.status, 204);
    let selected = editor.get(&format!("{draft}/assets?show=selected")).await;
    assert_eq!(ids(&selected), ["backpack-mixed"]);
    let away = page.form("#sets").and("tick", &keys[1]);
    assert_eq!(editor.htmx(&away).await.status, 204);
    let selected = editor.get(&format!("{draft}/assets?show=selected")).await;
    assert!(ids(&selected).is_empty());
}

#[tokio::test]
async fn adobe_is_not_asked_for_sets_with_an_account_that_it_refused() {
    let app = TestApp::start().await;
    refuse_the_account(&app).await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let before = app.ips().calls().len();
    let page = sets_with(&editor, &draft, IMAGE).await;
    let notice = page.text(".notice.warns");
    assert!(notice.contains("The sets could not be found."), "{notice}");
    assert!(notice.contains(REFUSED), "{notice}");
    assert!(notice.contains("Settings > Catalogue"), "{notice}");
    assert_eq!(app.ips().calls().len(), before);
}
