//! A company that is set up by hand: its lists are downloaded, and nothing of it is ever sent.

use super::{listed, new_draft, next, sent};
use crate::support::{
    app::{Start, TestApp},
    browser::{Answer, Browser},
};

const COMPANY: &str = "/c/weekend-site";

/// An administrator with a new company beside the demo's.
async fn by_hand(app: &TestApp) -> Browser {
    let admin = app.admin().await;
    let page = admin.get("/companies/new").await;
    let form = page
        .form("main form")
        .set("name", "Weekend Site")
        .set("root", "WeekendSite");
    let made = admin
        .submit(&form.set("publish_server", "weekendsite.scene7.com/is/image/"))
        .await;
    assert_eq!(made.location(), COMPANY);
    admin
}

/// Confirm of a new draft with so many URLs.
async fn confirm_of(browser: &Browser, count: usize) -> (String, Answer) {
    let start = browser.open(&format!("{COMPANY}/invalidations/new")).await;
    let to = browser.submit(&start.form("main form")).await.location();
    let urls: String = (0..count)
        .map(|number| format!("https://weekendsite.scene7.com/is/image/WeekendSite/n{number:05}\n"))
        .collect();
    let details = browser.get(&to).await;
    let form = details
        .form("#details")
        .without("template")
        .set("urls", &urls)
        .set("split", "true");
    let confirm = browser.submit_and_follow(&form.press("do", "next")).await;
    (to.strip_suffix("/details").unwrap().to_owned(), confirm)
}

#[tokio::test]
async fn two_companies_of_one_name_are_told_apart() {
    let app = TestApp::start().await;
    let admin = by_hand(&app).await;
    let names = async |page: &str| {
        let page = admin.get(page).await;
        let mut names = page.texts(".switcher-name");
        let mut others = page.texts(".switcher nav a");
        others.sort();
        names.extend(others);
        names
    };
    let other = "Connect another company";
    let known = names(COMPANY).await;
    assert_eq!(known, ["Weekend Site", other, "Snapshot Outdoor"]);
    let page = admin.get("/companies/new").await;
    let form = page
        .form("main form")
        .set("name", "Snapshot Outdoor")
        .set("root", "Namesake")
        .set("publish_server", "namesake.scene7.com");
    let namesake = admin.submit(&form).await.location();
    let (one, two) = (
        "Snapshot Outdoor (dms7snapshot)",
        "Snapshot Outdoor (snapshot-outdoor)",
    );
    assert_eq!(names(&namesake).await, [two, other, one, "Weekend Site"]);
    assert_eq!(names(COMPANY).await, ["Weekend Site", other, one, two]);
}

#[tokio::test]
async fn the_first_page_leads_to_a_company_by_hand() {
    let app = TestApp::with(Start {
        catalogue: None,
        ..Start::default()
    })
    .await;
    let setup = app.anonymous();
    let token = app.app.setup_token.to_print().unwrap().to_owned();
    let fields = [
        ("token", &*token),
        ("email", "a@example.com"),
        ("password", "long enough"),
    ];
    assert_eq!(setup.post("/setup", &fields).await.status, 303);
    let page = setup.open("/").await;
    assert!(page.has("a[href='/companies/new']"));
    assert_eq!(setup.get("/companies/new").await.status, 200);
}

#[tokio::test]
async fn a_form_that_is_no_company_comes_back_with_what_was_typed() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let good = [
        ("name", "Größe & Co"),
        ("root", "R"),
        ("publish_server", "h.example"),
        ("slug", ""),
    ];
    for (field, value, sentence) in [
        ("name", " ", "Give the company a name"),
        ("root", "a b", "The root is one part"),
        (
            "publish_server",
            "https://h/x/y",
            "The publish server must be",
        ),
        ("slug", "Not a slug", "The short name has"),
        (
            "slug",
            "dms7snapshot",
            "There is a company with the short name dms7snapshot",
        ),
        ("name", "a\0", "cannot be read"),
    ] {
        let fields = good.map(|(name, other)| (name, if name == field { value } else { other }));
        let refused = admin.post("/companies/new", &fields).await;
        assert_eq!(refused.status, 422, "{field}={value:?}");
        assert!(
            refused.text("#problem").contains(sentence),
            "{}",
            refused.text("#problem")
        );
        let form = refused.form("main form");
        assert_eq!(form.value(field), value.replace('\0', "\u{fffd}"));
    }
    assert_eq!(app.app.store.companies().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_list_of_a_company_by_hand_is_downloaded_and_never_sent() {
    let app = TestApp::start().await;
    let admin = by_hand(&app).await;
    let tools = admin.get(COMPANY).await;
    let notice = tools.text(".notice.info");
    assert!(notice.contains("Nothing will be sent"), "{notice}");
    assert!(tools.has(&format!(".notice a[href='{COMPANY}/settings/import']")));
    assert!(tools.text(".empty").contains("to make the first one"));
    let catalogue = admin.get(&format!("{COMPANY}/settings/catalogue")).await;
    assert!(catalogue.has(&format!(".notice a[href='{COMPANY}/settings/import']")));
    assert!(!catalogue.body.contains("from Dynamic Media once") && !catalogue.has("dl"));
    let editors = app.editor().await.get(COMPANY).await;
    assert!(editors.has(".notice.info") && !editors.has(".notice a"));
    let (draft, confirm) = confirm_of(&admin, 1_500).await;
    assert_eq!(listed(&confirm).len(), 200);
    assert!(confirm.has("button[value=download]") && !confirm.has("button[value=submit]"));
    assert!(
        confirm
            .text(".notice.info")
            .contains("Nothing will be sent")
    );
    let form = confirm.form("#confirm").press("do", "download");
    let outcome = admin.submit_and_follow(&form).await;
    assert!(
        outcome
            .text("#progress > .notice strong")
            .contains("Nothing was sent")
    );
    assert!(!outcome.has("#progress[hx-get]") && !outcome.has(".status.accepted"));
    let files = outcome.attributes("a.primary[download]", "href");
    assert_eq!(files.len(), 2);
    let mut all = String::new();
    for (file, lines) in files.iter().zip([1_000, 500]) {
        let list = admin.get(file).await;
        assert_eq!(list.body.lines().count(), lines);
        assert!(list.header("content-disposition").contains(".txt"));
        all.push_str(&list.body);
    }
    assert!(all.starts_with("https://weekendsite.scene7.com/is/image/WeekendSite/n00000\n"));
    assert_eq!(admin.get(&format!("{draft}/urls.txt")).await.body, all);
    let other = format!("{draft}/urls.txt?batch=00000000-0000-0000-0000-000000000000");
    assert_eq!(admin.get(&other).await.status, 404);
    assert_eq!(admin.submit(&form).await.status, 409, "once");

    let tools = admin.get(COMPANY).await;
    assert!(tools.text("main .table").contains("Downloaded, not sent"));
    assert_eq!(sent(&app).len(), 0);
}

#[tokio::test]
async fn a_connection_that_comes_or_goes_meanwhile_is_said_and_nothing_sent() {
    let app = TestApp::start().await;
    let admin = by_hand(&app).await;
    let (_, confirm) = confirm_of(&admin, 2).await;
    let slug = "weekend-site".parse().unwrap();
    let company = app
        .app
        .store
        .company_by_slug(&slug)
        .await
        .unwrap()
        .unwrap()
        .id;
    let demo = app
        .app
        .store
        .connection(app.company().await.id)
        .await
        .unwrap()
        .unwrap();
    app.app.store.put_connection(company, &demo).await.unwrap();
    let form = confirm.form("#confirm").press("do", "download");
    let refused = admin.submit(&form).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused
            .text(".notice.blocks strong")
            .contains("Nothing was sent")
    );
    assert!(refused.has("button[value=submit]"));

    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let details = editor.get(&format!("{draft}/details")).await;
    let form = details.form("#details").set("urls", &app.exact("a"));
    let details = editor.submit_and_follow(&form.press("do", "count")).await;
    let confirm = next(&editor, &details).await;
    let form = confirm.form("#confirm").set("do", "download");
    assert_eq!(
        editor.submit(&form).await.status,
        409,
        "a connected company's list is sent"
    );
    assert_eq!(sent(&app).len(), 0);
}
