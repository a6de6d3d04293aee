//! The asset picker without JavaScript: search, folders, pages, and ticks that no button loses.

use unstale::domain::Asset;

use super::{COMPANY, new_draft, pick};
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser, Form, encode},
};

/// The address of the next page, as its button has it.
fn next(picker: &Answer) -> Option<String> {
    let names = picker.texts("button[name=page]");
    let mut pages = names
        .iter()
        .zip(picker.attributes("button[name=page]", "value"));
    pages
        .find(|(name, _)| *name == "Next page")
        .map(|(_, to)| to)
}

fn to_next(picker: &Answer, form: Form) -> Form {
    form.press("page", &next(picker).unwrap())
}

/// The IDs that the picker lists.
fn ids(picker: &Answer) -> Vec<String> {
    picker.texts(".asset-row .asset-id")
}

#[tokio::test]
async fn every_word_of_a_search_must_occur() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?show=all")).await;
    let search = picker.form("#picker").set("q", "MUG enamel");
    let found = editor
        .submit_and_follow(&search.press("do", "search"))
        .await;
    assert_eq!(ids(&found), ["enamel-mug", "enamel-mug-camp"]);
    // Another direction of writing stays within them.
    assert_eq!(found.count(".asset-row bdi.asset-id"), 2);
    assert_eq!(found.count(".folder-name"), found.count("bdi.folder-name"));

    let nothing = found.form("#picker").set("q", "no such thing");
    let found = editor
        .submit_and_follow(&nothing.press("do", "search"))
        .await;
    assert!(
        found
            .text(".empty")
            .contains("Nothing matches “\u{2068}no such thing\u{2069}”")
    );
}

#[tokio::test]
async fn folders_lead_in_and_out() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let mut picker = editor.get(&format!("{draft}/assets?show=all")).await;
    for folder in ["dms7snapshot", "dms7snapshot/documents"] {
        let form = picker.form("#picker").press("open", folder);
        picker = editor.submit_and_follow(&form).await;
    }
    assert_eq!(
        picker.texts(".breadcrumb li"),
        ["All folders", "dms7snapshot", "documents"]
    );
    let found = ids(&picker);
    assert!(found.contains(&"gspdf".to_owned()), "{found:?}");
    assert!(!found.contains(&"spinset".to_owned()), "{found:?}");
    let out = picker.form("#picker").press("open", "/");
    let all = editor.submit_and_follow(&out).await;
    assert!(!all.has(".breadcrumb"));
}

#[tokio::test]
async fn what_is_ticked_survives_every_button() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?show=all")).await;
    let first = picker.attributes(".asset-row input:not([disabled])", "value");
    let form = picker.form("#picker").and("asset", &first[0]);
    let second_page = editor.submit_and_follow(&to_next(&picker, form)).await;
    assert_ne!(ids(&second_page), ids(&picker));
    assert!(
        second_page
            .body
            .contains("<strong>1 asset</strong> selected")
    );

    let next = second_page.attributes(".asset-row input:not([disabled])", "value");
    let form = second_page.form("#picker").and("asset", &next[0]);
    let form = form.press("do", "search");
    let again = editor.submit_and_follow(&form).await;
    assert!(again.body.contains("<strong>2 assets</strong> selected"));
    assert_eq!(again.count(".asset-row input[checked]"), 1, "on this page");

    let add = again.form("#picker").press("do", "add");
    let details = editor.submit_and_follow(&add).await;
    assert_eq!(details.count(".asset-list .asset-row"), 2);
}

#[tokio::test]
async fn what_is_ticked_survives_every_way_off_the_page() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?show=all")).await;
    let second = to_next(&picker, picker.form("#picker"));
    let first = editor.submit_and_follow(&second).await;
    let first = first.attributes("button[name=page]", "value").remove(0);
    let sets = picker.attributes("button[name=sets]", "value").remove(0);
    let keys = picker.attributes("input[name=asset]:not([disabled])", "value");
    for (index, (button, leads_to)) in [
        (("page", &*first), "/assets"),
        (("sets", &*sets), "/assets/sets"),
        (("history", "daypack-14-front"), "?asset=daypack"),
        (("do", "ask"), "/assets/ask?"),
        (("do", "close"), "/details"),
        (("do", "paste"), "/assets/paste"),
        (("do", "zzz"), "/assets?"),
    ]
    .into_iter()
    .enumerate()
    {
        let form = picker.form("#picker").and("asset", &keys[index]);
        let answer = editor.submit(&form.and(button.0, button.1)).await;
        let to = answer.location();
        assert!(to.contains(leads_to), "{to}");
        let selected = editor.get(&format!("{draft}/assets?show=selected")).await;
        assert_eq!(ids(&selected).len(), index + 1, "{button:?}");
    }
    for words in ["Close", "First page", "Next page", "Sets", "History"] {
        let links = [
            picker.texts("#picker a"),
            picker.texts("#picker noscript a"),
        ]
        .concat();
        assert!(!links.iter().any(|link| link.contains(words)), "{links:?}");
    }
}

#[tokio::test]
async fn from_the_sets_of_an_image_its_history_is_reached_with_what_is_ticked_there() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let image = app.add_asset("no-handle").await;
    let sets = editor
        .get(&format!("{draft}/assets/sets?asset={}", image.key))
        .await;
    let form = sets.form("#sets").and("asset", &image.key.to_string());
    let to = editor.submit(&form.press("history", "no-handle")).await;
    assert!(
        to.location().ends_with("?asset=no%2Dhandle"),
        "{}",
        to.location()
    );
    let selected = editor.get(&format!("{draft}/assets?show=selected")).await;
    assert_eq!(ids(&selected), ["no-handle"]);
}

#[tokio::test]
async fn the_next_page_is_that_of_the_list_whatever_was_typed_since() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?show=all")).await;
    let typed = picker
        .form("#picker")
        .set("q", "spinset")
        .set("class", "content");
    let second = editor.submit_and_follow(&to_next(&picker, typed)).await;
    assert_eq!(second.form("#picker").value("q"), "");
    let untouched = to_next(&picker, picker.form("#picker"));
    let expected = editor.submit_and_follow(&untouched).await;
    assert_eq!(ids(&second), ids(&expected));
}

#[tokio::test]
async fn a_place_after_which_nothing_comes_leads_to_the_beginning_and_says_so() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    pick(&editor, &draft, "backpack").await;
    // After everything: the last stage of a search, and the last letter there is.
    let after = "02.ffffffff-ffff-ffff-ffff-ffffffffffff.f48fbfbf";
    for (query, some) in [
        (format!("show=all&q=spinset&after={after}"), "spinset"),
        (
            format!("show=all&folder=dms7snapshot/documents&after={after}"),
            "gspdf",
        ),
        ("show=selected&after=99999".to_owned(), "backpack"),
    ] {
        let page = editor.get(&format!("{draft}/assets?{query}")).await;
        assert!(
            ids(&page).contains(&some.to_owned()),
            "{query}: {:?}",
            ids(&page)
        );
    }
    let page = editor
        .get(&format!("{draft}/assets?show=selected&after=99999"))
        .await;
    assert!(
        page.text("#results .notice")
            .contains("There is nothing after that place.")
    );
    let empty = new_draft(&editor).await;
    let page = editor
        .get(&format!("{empty}/assets?show=selected&after=99999"))
        .await;
    assert_eq!(page.text(".empty"), "Nothing is selected yet.");
    assert!(!page.has("#results .notice"));
}

#[tokio::test]
async fn taking_the_last_one_of_a_later_page_out_leads_to_the_beginning() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let all = editor.get(&format!("{draft}/assets?show=all")).await;
    let form = all.form("#picker").press("do", "select-all");
    editor.submit_and_follow(&form).await;
    let mut selected = editor.get(&format!("{draft}/assets?show=selected")).await;
    while next(&selected).is_some() {
        let form = to_next(&selected, selected.form("#picker"));
        selected = editor.submit_and_follow(&form).await;
    }
    let mut left = selected.attributes("button[name=take_out]", "value");
    let (shown, last) = (ids(&selected), left.pop().unwrap());
    // One by one it stays on the page.
    for key in left {
        let form = selected.form("#picker").press("take_out", &key);
        selected = editor.submit_and_follow(&form).await;
    }
    assert_eq!(ids(&selected), [shown.last().unwrap().clone()]);
    let form = selected.form("#picker").press("take_out", &last);
    let beginning = editor.submit_and_follow(&form).await;
    assert_eq!(ids(&beginning).len(), 48);
}

#[tokio::test]
async fn assets_in_no_folder_can_be_asked_for() {
    let app = TestApp::start().await;
    let mut asset = app.add_asset("at-the-root").await;
    asset.folder.clear();
    let company = app.company().await.id;
    let assets = [asset];
    let put = app.app.store.put_assets(company, &assets, app.clock.now());
    put.await.unwrap();
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let all = editor.get(&format!("{draft}/assets?show=all")).await;
    assert!(ids(&all).len() > 1);
    let form = all.form("#picker").set("only", "1").press("do", "search");
    let root = editor.submit_and_follow(&form).await;
    assert_eq!(ids(&root), ["at-the-root"]);
    assert!(root.has("input[name=only][checked]"));
    let form = root.form("#picker").press("open", "dms7snapshot");
    let folder = editor.submit_and_follow(&form).await;
    let out = folder.form("#picker").press("open", "/");
    let all = editor.submit_and_follow(&out).await;
    assert!(ids(&all).len() > 1, "out of all folders is everything");
    let nothing = editor
        .get(&format!("{draft}/assets?only=1&q=spinset"))
        .await;
    assert!(
        nothing
            .text(".empty")
            .contains("“\u{2068}spinset\u{2069}” outside all folders")
    );
}

#[tokio::test]
async fn typing_on_is_no_place_to_go_back_to_but_a_button_is() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let ask = async |from: &str, query: &str| {
        let request = editor.request(reqwest::Method::GET, &format!("{draft}/assets?{query}"));
        let request = request
            .header("hx-request", "true")
            .header("hx-target", "results");
        let from = format!("http://unstale.example{draft}/{from}");
        editor.send(request.header("hx-current-url", from)).await
    };
    for (from, query, replaces) in [
        ("details", "do=search&q=sp", false),
        ("assets", "do=search&q=sp", false),
        ("assets?show=all&q=s", "do=search&q=sp", true),
        ("assets?q=sp", "do=search&q=", true),
        ("assets?q=sp", "q=sp&show=all&folder=x", false),
    ] {
        let part = ask(from, query).await;
        let has = |header| part.headers.contains_key(header);
        assert_eq!(has("hx-replace-url"), replaces, "{from} {query}");
        assert_eq!(has("hx-push-url"), !replaces, "{from} {query}");
        assert!(!part.has("[autofocus]"));
        assert!(part.has("#picker-lists[hx-swap-oob]"));
    }
}

/// A form's field of such a name hides the form's own property, which htmx and browsers call.
#[test]
fn no_field_is_called_as_something_that_a_form_can_do() {
    let taken = [
        "remove",
        "submit",
        "reset",
        "closest",
        "matches",
        "contains",
        "focus",
        "blur",
        "click",
        "before",
        "after",
        "append",
        "prepend",
        "animate",
        "normalize",
        "action",
        "method",
        "target",
        "elements",
        "length",
        "attributes",
        "children",
        "parentElement",
        "parentNode",
        "children",
        "style",
        "title",
        "hidden",
        "lang",
        "dir",
        "dataset",
    ];
    let mut folders = vec![std::path::PathBuf::from("templates")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for name in text.split(" name=\"").skip(1) {
                let name = name.split('"').next().unwrap();
                assert!(!taken.contains(&name), "{name} in {}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[tokio::test]
async fn all_assets_are_found_page_by_page() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let mut picker = editor.get(&format!("{draft}/assets?show=all")).await;
    let mut found = ids(&picker);
    while next(&picker).is_some() {
        let more = to_next(&picker, picker.form("#picker"));
        picker = editor.submit_and_follow(&more).await;
        found.extend(ids(&picker));
    }
    assert_eq!(found.len(), app.sandbox.origin().assets().len());
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), app.sandbox.origin().assets().len());
}

#[tokio::test]
async fn excluded_formats_cannot_be_ticked_and_unpublished_ones_say_so() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let excluded = editor.get(&format!("{draft}/assets?q=logo-print")).await;
    assert!(excluded.has(".asset-row.is-disabled input[disabled]"));
    assert!(
        excluded
            .body
            .contains("Adobe excludes this format (PostScript)")
    );
    let unpublished = editor
        .get(&format!("{draft}/assets?q=spring-preview"))
        .await;
    assert_eq!(unpublished.text(".badge"), "not published");
    let details = pick(&editor, &draft, "spring-preview").await;
    assert!(details.text(".asset-meta").contains("not published"));
}

#[tokio::test]
async fn assets_that_are_none_are_not_selected() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let unknown = "00000000-0000-7000-8000-000000000000";
    let path = format!("{draft}/assets");
    for fields in [
        [("asset", unknown), ("do", "add")],
        [("asset", "x"), ("was", "\0")],
        [("tick", "x"), ("take_out", "x")],
        [("do", "zzz"), ("do", "")],
        [("sets", "x"), ("q", "%00")],
        [("page", "?after=\0&after=x"), ("shown", "&&=")],
        [("q", "a"), ("q", "b")],
    ] {
        let answer = editor.post(&path, &fields).await;
        assert_eq!(answer.status, 303, "{fields:?}");
        assert_eq!(editor.open(&answer.location()).await.status, 200);
    }
    let details = editor.get(&format!("{draft}/details")).await;
    assert_eq!(details.count(".asset-list .asset-row"), 0);
}

#[tokio::test]
async fn the_way_back_ends_where_it_began() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let path = format!("{draft}/assets");
    assert!(editor.get(&path).await.has("[value=close][data-escape]"));
    for way in ["close", "add"] {
        let back = editor.post(&path, &[("do", way)]).await;
        assert_eq!(back.location(), format!("{draft}/details#add-assets"));
    }
}

#[tokio::test]
async fn the_folders_are_folded_until_one_is_looked_for() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for (query, summary, open) in [
        ("show=all", "Folders: All folders", false),
        ("show=recent", "Folders", false),
        ("folder=dms7snapshot/shoes", "Folders: shoes", false),
        ("show=all&find=sho", "Folders: All folders", true),
    ] {
        let picker = editor.get(&format!("{draft}/assets?{query}")).await;
        assert_eq!(picker.text(".picker-side > summary"), summary, "{query}");
        assert_eq!(picker.has(".picker-side[open]"), open, "{query}");
    }
}

#[tokio::test]
async fn odd_searches_break_nothing() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for query in [
        "q=%00",
        "q=%22spin%22%20AND%20(a%20OR%20b)%20NEAR*%20-x",
        "q=%D7%A9%D7%9C%D7%95%D7%9D%20%E2%80%AE",
        "folder=nowhere&only=1",
        "class=%27&type=%27&publish=maybe&changed=-1&since=-99999-13-40",
        "sort=x&view=x&show=x",
        "after=20.00000000-0000-0000-0000-000000000000.8000000000000000",
        "show=selected&after=-9223372036854775809",
        "show=selected&after=-1",
        "show=recent&after=99999999999999999999",
        "q=%25_%5C'%22",
        "q=%F0%9F%98%80",
        "folder=..%2F..",
        "folder=%00",
        "after=nonsense",
        "after=%00",
    ] {
        let answer = editor.get(&format!("{draft}/assets?{query}")).await;
        assert_eq!(answer.status, 200, "{query}");
        assert!(!answer.body.contains('\0'), "{query}");
    }
    let long = format!("{draft}/assets?q={}", "x".repeat(10_000));
    assert_eq!(editor.get(&long).await.status, 200);
    let long = format!("{draft}/assets?q={}", "x%20".repeat(2_000));
    assert_eq!(editor.get(&long).await.status, 200);
    assert_eq!(editor.get(COMPANY).await.status, 200);
}

#[tokio::test]
async fn of_a_text_that_is_too_long_the_beginning_is_searched_and_no_tick_is_lost() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?show=all")).await;
    assert!(picker.has("input[name=q][maxlength='500']"));
    let keys = picker.attributes("input[name=asset]:not([disabled])", "value");
    for (index, (field, letter)) in [
        ("q", "😀"),
        ("q", "画"),
        ("q", "%"),
        ("q", "ש"),
        ("find", "ש"),
    ]
    .into_iter()
    .enumerate()
    {
        let typed = picker
            .form("#picker")
            .set(field, &letter.repeat(10_000))
            .and("asset", &keys[index]);
        let typed = typed.press("do", "search");
        let cut = editor.submit_and_follow(&typed).await;
        assert_eq!(cut.status, 200, "{letter}");
        assert_eq!(cut.form("#picker").value(field), letter.repeat(500));
        let said = cut.body.contains("at most 500 characters long");
        assert_eq!(said, field == "q", "{letter}");
        let form = cut.form("#picker").press("list", "selected");
        let selected = editor.submit_and_follow(&form).await;
        assert_eq!(ids(&selected).len(), index + 1, "{letter}");
    }
    assert!(!picker.body.contains("at most 500 characters long"));
}

#[tokio::test]
async fn a_tick_that_is_taken_away_is_stored_like_one_that_is_made() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    pick(&editor, &draft, "spinset").await;
    let picker = editor.get(&format!("{draft}/assets?q=spinset")).await;
    assert_eq!(picker.count("input[name=asset][checked]"), 1);
    let form = picker
        .form("#picker")
        .without("asset")
        .press("do", "search");
    let after = editor.submit_and_follow(&form).await;
    assert!(after.body.contains("<strong>0 assets</strong> selected"));
}

#[tokio::test]
async fn a_script_stores_just_the_ticks_that_changed() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    pick(&editor, &draft, "spinset").await;
    let picker = editor.get(&format!("{draft}/assets?q=mug")).await;
    let keys = picker.attributes(".asset-row input[name=asset]", "value");
    let ticked = [
        ("asset", &*keys[0]),
        ("asset", &*keys[1]),
        ("tick", &*keys[1]),
    ];
    let chosen = tick(&editor, &draft, &ticked).await;
    assert_eq!(
        chosen.text("#picked strong"),
        "2 assets",
        "the other came from elsewhere"
    );
    let gone = tick(&editor, &draft, &[("asset", &keys[0]), ("tick", &keys[1])]).await;
    assert_eq!(gone.text("#picked strong"), "1 asset");
}

/// As the script sends it.
async fn tick(editor: &Browser, draft: &str, fields: &[(&str, &str)]) -> Answer {
    let request = editor
        .request(reqwest::Method::POST, &format!("{draft}/assets"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("hx-request", "true")
        .header("hx-target", "picked");
    let answer = editor.send(request.body(encode(fields))).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
}

#[tokio::test]
async fn the_selected_are_listed_in_their_order_each_with_an_x() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for id in ["spinset", "backpack"] {
        pick(&editor, &draft, id).await;
    }
    let selected = editor.get(&format!("{draft}/assets?show=selected")).await;
    assert_eq!(ids(&selected), ["spinset", "backpack"]);
    let key = selected.attributes("button[name=take_out]", "value");
    let form = selected.form("#picker").press("take_out", &key[0]);
    let left = editor.submit_and_follow(&form).await;
    assert_eq!(ids(&left), ["backpack"]);
}

#[tokio::test]
async fn all_that_match_are_selected_with_one_button() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?q=mug")).await;
    let found = ids(&picker).len();
    let form = picker.form("#picker").press("do", "select-all");
    let after = editor.submit_and_follow(&form).await;
    assert_eq!(after.text("#picked strong"), format!("{found} assets"));

    let request = editor.request(reqwest::Method::GET, &format!("{draft}/assets/count?q=mug"));
    let count = editor.send(request.header("hx-request", "true")).await;
    assert!(
        count
            .body
            .contains(&format!("Select all {found} assets that match")),
        "{}",
        count.body
    );
}

#[tokio::test]
async fn what_was_searched_is_marked_where_it_stands() {
    let app = TestApp::start().await;
    app.add_asset("Größe-Übersicht").await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let query = encode(&[("q", "ubersicht GROSSE")]);
    let found = editor.get(&format!("{draft}/assets?{query}")).await;
    assert_eq!(found.texts(".asset-id mark"), ["Größe", "Übersicht"]);
}

#[tokio::test]
async fn a_file_name_is_shown_where_nothing_else_tells_why_an_asset_is_listed() {
    let app = TestApp::start().await;
    app.add_asset("plain-probe").await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for (words, marks, shown) in [
        ("plain probe", &["plain", "probe"][..], false),
        ("probe added", &["probe", "added"], false),
        ("plain-probe.JPG", &["plain-probe.jpg"], true),
        ("probe jpg", &["probe", "probe", "jpg"], true),
    ] {
        let query = encode(&[("q", words)]);
        let found = editor.get(&format!("{draft}/assets?{query}")).await;
        assert_eq!(ids(&found), ["plain-probe"]);
        assert_eq!(found.texts(".asset-row mark"), marks, "{words}");
        let says_file = found.text(".asset-row").contains("plain-probe.jpg");
        assert_eq!(says_file, shown, "{words}");
    }
}

#[tokio::test]
async fn shown_otherwise_a_later_page_stays_where_it_is() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let first = editor.get(&format!("{draft}/assets?show=all")).await;
    let form = to_next(&first, first.form("#picker"));
    let second = editor.submit_and_follow(&form).await;
    let grid = second.form("#picker").press("do", "grid");
    let grid = editor.submit_and_follow(&grid).await;
    assert!(grid.has(".asset-list.is-grid"));
    assert_eq!(ids(&grid), ids(&second));
    let list = grid.form("#picker").press("do", "list");
    let list = editor.submit_and_follow(&list).await;
    assert!(!list.has(".asset-list.is-grid"));
    assert_eq!(ids(&list), ids(&second));

    // What was typed since is another list, which begins at its beginning.
    let typed = second.form("#picker").set("q", "mug").press("do", "grid");
    let found = editor.submit_and_follow(&typed).await;
    let fresh = editor.get(&format!("{draft}/assets?show=all&q=mug")).await;
    assert_eq!(ids(&found), ids(&fresh));
}

#[tokio::test]
async fn filters_stand_in_the_address_and_in_the_fields() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let found = editor
        .get(&format!("{draft}/assets?type=Pdf&publish=yes&view=grid"))
        .await;
    assert_eq!(found.text("#type option[selected]"), "Pdf");
    assert!(found.has("#publish option[value=yes][selected]"));
    assert!(found.has(".asset-list.is-grid"));
    assert!(
        ids(&found).contains(&"gspdf".to_owned()),
        "{:?}",
        ids(&found)
    );
    assert!(!ids(&found).contains(&"spinset".to_owned()));
}

#[tokio::test]
async fn what_was_replaced_comes_first_and_starts_an_invalidation_from_tools() {
    let app = TestApp::start().await;
    let mut asset = app.add_asset("just-replaced").await;
    app.clock.advance(std::time::Duration::from_hours(2));
    asset.changed_at = app.clock.now();
    let company = app.company().await.id;
    let put = app
        .app
        .store
        .put_assets(company, &[asset], app.clock.now())
        .await;
    assert_eq!(put.unwrap().changed, 1);

    let editor = app.editor().await;
    let tools = editor.open("/").await;
    assert!(tools.text("#changed").contains("just-replaced"));
    let details = editor.submit_and_follow(&tools.form("#changed")).await;
    assert!(details.text(".asset-list").contains("just-replaced"));

    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets")).await;
    assert_eq!(ids(&picker)[0], "just-replaced");
    assert!(picker.body.contains("Changed recently"));
}

#[tokio::test]
async fn tools_starts_an_invalidation_with_all_that_changed_listed_or_not() {
    let app = TestApp::start().await;
    let company = app.company().await.id;
    let mut assets = Vec::new();
    for n in 0..14 {
        assets.push(app.add_asset(&format!("replaced-{n}")).await);
    }
    "Word".clone_into(&mut assets[13].asset_type);
    app.clock.advance(std::time::Duration::from_hours(2));
    let replace = async |assets: &mut [Asset]| {
        for asset in assets.iter_mut() {
            asset.changed_at = app.clock.now();
        }
        let put = app.app.store.put_assets(company, assets, app.clock.now());
        put.await.unwrap();
    };
    replace(&mut assets[..12]).await;
    let editor = app.editor().await;
    let tools = editor.get(COMPANY).await;
    assert_eq!(tools.texts("#changed button"), ["Invalidate these"]);

    replace(&mut assets[12..]).await;
    let tools = editor.get(COMPANY).await;
    assert_eq!(tools.count("#changed .asset-row"), 12);
    assert_eq!(
        tools.texts("#changed button"),
        ["Invalidate these", "Invalidate all of them"]
    );
    let count = tools.attributes("#changed [hx-trigger=load]", "hx-get");
    let count = editor.get(&count[0]).await;
    assert_eq!(count.text("button[value=all]"), "Invalidate all 13");
    let all = tools.form("#changed").press("do", "all");
    let details = editor.submit_and_follow(&all).await;
    assert_eq!(details.count(".asset-list .asset-row"), 13);
    assert!(!details.text(".asset-list").contains("replaced-13"));

    let ticks = tools.attributes("#changed input[name=asset]", "value");
    let mut form = tools.form("#changed").without("asset");
    for key in &ticks[1..] {
        form = form.and("asset", key);
    }
    let details = editor.submit_and_follow(&form.press("do", "all")).await;
    assert_eq!(
        details.count(".asset-list .asset-row"),
        12,
        "not what was unticked"
    );
}

#[tokio::test]
async fn tools_starts_no_invalidation_with_nothing_and_says_so() {
    let app = TestApp::start().await;
    let company = app.company().await.id;
    let mut asset = app.add_asset("replaced-0").await;
    app.clock.advance(std::time::Duration::from_hours(2));
    asset.changed_at = app.clock.now();
    let put = async |assets: &[Asset]| {
        let put = app.app.store.put_assets(company, assets, app.clock.now());
        put.await.unwrap();
    };
    put(std::slice::from_ref(&asset)).await;
    let editor = app.editor().await;
    let tools = editor.get(COMPANY).await;
    let refused = async |form: Form| {
        let page = editor.submit(&form).await;
        assert_eq!(page.status, 422);
        assert!(!page.body.contains("Your open drafts"), "there is none");
        page
    };
    let form = tools.form("#changed").without("asset");
    for button in ["these", "all"] {
        let page = refused(form.clone().and("do", button)).await;
        assert_eq!(
            page.text("[role=alert]"),
            "Nothing was selected. Tick at least one of them; what is no longer listed was invalidated meanwhile."
        );
        assert!(!page.has("#changed input[checked]"), "as they were");
    }

    let more: Vec<Asset> = (1..50_001)
        .map(|n| Asset {
            key: unstale::domain::AssetKey::from_uuid(app.clock.new_uuid()),
            id: format!("replaced-{n}"),
            ..asset.clone()
        })
        .collect();
    app.app.store.begin_bulk_load(company).await.unwrap();
    put(&more).await;
    app.app.store.finish_bulk_load(company).await.unwrap();
    let page = refused(tools.form("#changed").and("do", "all")).await;
    let said = page.text("[role=alert]");
    assert!(
        said.starts_with("Nothing was selected: a draft takes at most"),
        "{said}"
    );
}

#[tokio::test]
async fn tools_starts_no_invalidation_of_an_excluded_format_whatever_is_sent() {
    let app = TestApp::start().await;
    let mut word = app.add_asset("a-letter").await;
    "Word".clone_into(&mut word.asset_type);
    let company = app.company().await.id;
    let letters = std::slice::from_ref(&word);
    let put = app.app.store.put_assets(company, letters, app.clock.now());
    put.await.unwrap();
    let fine = app.add_asset("a-picture").await;
    let editor = app.editor().await;
    let keys = [word.key.to_string(), fine.key.to_string()];
    let fields = [("asset", &*keys[0]), ("asset", &*keys[1])];
    let to = editor.post(&format!("{COMPANY}/changed"), &fields).await;
    let details = editor.get(&to.location()).await;
    assert_eq!(details.count(".asset-list .asset-row"), 1);
    assert!(details.text(".asset-list").contains("a-picture"));
}

#[tokio::test]
async fn an_image_whose_sets_cannot_be_asked_for_says_why() {
    let app = TestApp::start().await;
    let asset = app.add_asset("no-handle").await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let sets = editor
        .get(&format!("{draft}/assets/sets?asset={}", asset.key))
        .await;
    assert!(sets.text(".notice").contains("handle"), "{}", sets.body);
    for odd in [
        "",
        "?asset=x",
        "?asset=00000000-0000-7000-8000-000000000000",
    ] {
        assert_eq!(
            editor
                .get(&format!("{draft}/assets/sets{odd}"))
                .await
                .status,
            404
        );
    }
}
