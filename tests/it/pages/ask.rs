//! *Ask Dynamic Media*: an asset that is newer than the catalogue, found by its ID.

use std::time::Duration;

use reqwest::Method;
use unstale::sandbox::ips::{Instead, Only};

use super::{REFUSED, freshness::read, new_draft, refuse_the_account};
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser, encode},
};

/// New at Dynamic Media, and nothing that the catalogue matches.
const NEW: &str = "Zephyr_24";

/// The catalogue is read, and an asset has come since.
async fn with_a_new_asset() -> TestApp {
    let app = read().await;
    assert!(app.sandbox.origin().rename("backpack", NEW));
    app
}

async fn search(editor: &Browser, draft: &str, fields: &[(&str, &str)]) -> Answer {
    let picker = editor
        .get(&format!("{draft}/assets?{}", encode(fields)))
        .await;
    assert_eq!(picker.status, 200);
    assert!(picker.text(".empty").contains("Nothing matches"));
    picker
}

/// The part that the page asks for once the typing rests.
async fn part(editor: &Browser, picker: &Answer) -> Answer {
    let address = picker.attributes(".empty [hx-get]", "hx-get").remove(0);
    let request = editor.request(Method::GET, &address);
    let part = editor.send(request.header("hx-request", "true")).await;
    assert_eq!(part.status, 200);
    part
}

/// The page behind the button, for which no script is needed; it leads where the part is.
async fn press(editor: &Browser, picker: &Answer) -> Answer {
    let button = picker.text(".empty noscript");
    assert!(button.contains("Ask Dynamic Media"), "{button}");
    let address = picker.attributes(".empty [hx-get]", "hx-get").remove(0);
    let page = editor.get(&address).await;
    assert_eq!(page.status, 200);
    page
}

/// The IDs that Adobe was asked for.
fn asked(app: &TestApp) -> usize {
    let calls = app.ips().calls();
    calls
        .iter()
        .filter(|call| call.operation == "getAssetsByName")
        .count()
}

fn ids(page: &Answer) -> Vec<String> {
    page.texts(".asset-row .asset-id")
}

#[tokio::test]
async fn an_asset_that_is_newer_than_the_catalogue_is_found_by_its_id() {
    let app = with_a_new_asset().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let before = asked(&app);
    let picker = search(&editor, &draft, &[("q", NEW)]).await;
    assert_eq!(asked(&app), before, "the list does not wait for Adobe");
    assert!(picker.text(".empty").contains("Not in the catalogue yet."));

    let part = part(&editor, &picker).await;
    assert_eq!(ids(&part), [NEW]);
    assert!(!part.has("#picker"), "a part, not a page");
    assert_eq!(part.text("[data-says]"), "Found in Dynamic Media.");
    let key = part.attributes("input[name=asset]", "value").remove(0);
    let add = picker.form("#picker").and("asset", &key).press("do", "add");
    let details = editor.submit_and_follow(&add).await;
    assert!(details.text(".asset-list").contains(NEW));

    let again = editor.get(&format!("{draft}/assets?q={NEW}")).await;
    assert_eq!(ids(&again), [NEW], "and now it is in the catalogue");
}

#[tokio::test]
async fn without_javascript_a_button_asks_and_the_page_has_it_on_top() {
    let app = with_a_new_asset().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = search(&editor, &draft, &[("q", NEW)]).await;
    let page = press(&editor, &picker).await;
    assert_eq!(ids(&page), [NEW]);
    assert_eq!(page.form("#picker").value("q"), NEW);
    assert!(!page.has(".empty"));
}

#[tokio::test]
async fn what_a_filter_would_keep_out_is_shown_all_the_same() {
    let app = with_a_new_asset().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let filtered = [("q", NEW), ("type", "Pdf")];
    let picker = search(&editor, &draft, &filtered).await;
    assert_eq!(ids(&press(&editor, &picker).await), [NEW]);
    // Known by now: nothing is left to be asked.
    let picker = search(&editor, &draft, &filtered).await;
    assert!(!picker.has(".empty [hx-get]"), "{}", picker.body);
}

#[tokio::test]
async fn the_answer_says_where_was_looked() {
    let app = with_a_new_asset().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let id = "zephyr shoe 25";
    for (fields, looked, asked) in [
        (vec![], "“zephyr shoe 25”.", "does not know it either."),
        (
            vec![("folder", "dms7snapshot")],
            "in this folder.",
            "with this ID in any folder.",
        ),
        (
            vec![("only", "1")],
            "outside all folders.",
            "with this ID in any folder.",
        ),
    ] {
        let fields = [vec![("q", id)], fields].concat();
        let picker = search(&editor, &draft, &fields).await;
        for answer in [part(&editor, &picker).await, press(&editor, &picker).await] {
            let said = answer.text(".empty");
            assert!(said.contains(looked) && said.contains(asked), "{said}");
        }
        app.clock.advance(Duration::from_mins(1));
    }
}

#[tokio::test]
async fn capital_letters_count_and_an_unknown_id_is_asked_for_once_a_minute() {
    let app = with_a_new_asset().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let before = asked(&app);
    let typed = NEW.to_lowercase();
    for _ in 0..2 {
        let picker = search(&editor, &draft, &[("q", &typed)]).await;
        let part = part(&editor, &picker).await;
        let sentence = part.text("[data-says]");
        assert!(sentence.contains(&format!("“{typed}”")), "{sentence}");
        assert!(
            sentence.contains("Dynamic Media does not know it either."),
            "{sentence}"
        );
        let page = press(&editor, &picker).await;
        assert!(page.text(".empty").contains("does not know it either"));
        assert_eq!(page.form("#picker").value("q"), typed);
    }
    assert_eq!(asked(&app), before + 1);

    app.clock.advance(Duration::from_mins(1));
    assert!(app.sandbox.origin().rename(NEW, &typed));
    let picker = search(&editor, &draft, &[("q", &typed)]).await;
    assert_eq!(ids(&part(&editor, &picker).await), [&*typed]);
    assert_eq!(asked(&app), before + 2);
}

#[tokio::test]
async fn where_adobe_does_not_answer_a_sentence_says_so() {
    let app = with_a_new_asset().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for (instead, sentence) in [
        (Instead::Unavailable, "not available at the moment"),
        (
            Instead::Closed,
            "The connection ended before the whole answer",
        ),
    ] {
        app.ips().knobs(|knobs| {
            knobs.only = Some(Only::Operation("getAssetsByName"));
            knobs.instead = Some(instead);
        });
        let picker = search(&editor, &draft, &[("q", NEW)]).await;
        for answer in [part(&editor, &picker).await, press(&editor, &picker).await] {
            let said = answer.text(".empty");
            assert!(said.contains("could not be asked for it"), "{said}");
            assert!(said.contains(sentence), "{said}");
        }
        app.clock.advance(Duration::from_mins(1));
    }
    app.ips().knobs(|knobs| knobs.instead = None);
    let picker = search(&editor, &draft, &[("q", NEW)]).await;
    assert_eq!(ids(&part(&editor, &picker).await), [NEW]);
}

#[tokio::test]
async fn nothing_is_asked_for_what_is_no_id_nor_where_nobody_may_ask() {
    let app = with_a_new_asset().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let offers = async |words: &str| {
        let picker = search(&editor, &draft, &[("q", words)]).await;
        picker.has(".empty [hx-get]") || picker.has(".empty noscript")
    };
    assert!(offers(NEW).await);
    for words in ["two words", "stones/amber", &"x".repeat(501)] {
        assert!(!offers(words).await, "{words}");
        let query = encode(&[("q", words)]);
        let typed = editor.get(&format!("{draft}/assets/ask?{query}")).await;
        assert_eq!(typed.status, 303, "its address leads to the picker");
    }

    let company = app.company().await.id;
    app.app.syncer.stop(company).await.unwrap();
    assert!(!offers(NEW).await, "an administrator stopped the reading");
    let before = asked(&app);
    let typed = editor.get(&format!("{draft}/assets/ask?q={NEW}")).await;
    let said = typed.text(".empty");
    assert!(said.contains("catalogue is stopped. An admin"), "{said}");
    refuse_the_account(&app).await;
    let typed = editor.get(&format!("{draft}/assets/ask?q={NEW}")).await;
    let said = typed.text(".empty");
    assert!(said.contains(REFUSED), "{said}");
    assert_eq!(asked(&app), before);
    app.app.syncer.go_on(company).await.unwrap();
    app.app.store.delete_connection(company).await.unwrap();
    assert!(!offers(NEW).await, "no account");
    let typed = editor.get(&format!("{draft}/assets/ask?q={NEW}")).await;
    let said = typed.text(".empty");
    assert!(
        said.contains("not connected to a Dynamic Media account"),
        "{said}"
    );
}

#[tokio::test]
async fn an_id_may_hold_blanks_where_nothing_else_is_found() {
    let app = read().await;
    let new = "zephyr shoe 24";
    assert!(app.sandbox.origin().rename("backpack", new));
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = search(&editor, &draft, &[("q", new)]).await;
    assert_eq!(ids(&part(&editor, &picker).await), [new]);

    app.add_asset("zephyr shoe 25 front").await;
    let query = encode(&[("q", "zephyr shoe 25")]);
    let picker = editor.get(&format!("{draft}/assets?{query}")).await;
    assert_eq!(ids(&picker), ["zephyr shoe 25 front"]);
    assert!(!picker.has(".beside"), "these are words");
}

#[tokio::test]
async fn an_id_is_asked_for_though_others_hold_it_too() {
    let app = with_a_new_asset().await;
    app.add_asset(&format!("{NEW}-front")).await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?q={NEW}")).await;
    assert_eq!(ids(&picker), [format!("{NEW}-front")]);
    let line = picker.text(".beside");
    assert!(line.contains(&format!("exactly the ID “{NEW}”")), "{line}");
    let address = picker.attributes(".beside", "hx-get").remove(0);
    let request = editor.request(Method::GET, &address);
    let part = editor.send(request.header("hx-request", "true")).await;
    assert_eq!(ids(&part), [NEW]);

    // Without a script the link leads to a page that has it on top.
    let page = editor.get(&address).await;
    assert_eq!(ids(&page), [NEW.to_owned(), format!("{NEW}-front")]);
    assert!(!page.has(".beside"), "nothing is left to be asked");
}

#[tokio::test]
async fn above_a_list_an_unknown_id_is_said_in_one_line_and_words_are_not_asked_for() {
    let app = with_a_new_asset().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let typed = editor.get(&format!("{draft}/assets?q=enamel-mu")).await;
    let listed = ids(&typed);
    assert!(!listed.is_empty());
    let address = typed.attributes(".beside", "hx-get").remove(0);
    let page = editor.get(&address).await;
    assert_eq!(ids(&page), listed, "the list stays");
    let said = page.text("#results > [data-says]");
    assert!(said.contains("knows no asset with exactly the ID “enamel-mu”"));
    for query in ["q=enamel", "q=enamel-mug", "q=enamel-mu&show=selected"] {
        let picker = editor.get(&format!("{draft}/assets?{query}")).await;
        assert!(!picker.has(".beside"), "{query}");
    }
}
