//! Addresses of the picker that no page of ours holds: plain results, and never another company's assets.

use reqwest::Method;
use unstale::domain::Asset;

use super::{COMPANY, new_draft};
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser, encode},
};

fn ids(picker: &Answer) -> Vec<String> {
    picker.texts(".asset-row .asset-id")
}

async fn search(editor: &Browser, draft: &str, words: &str) -> Answer {
    let query = encode(&[("q", words), ("show", "all")]);
    let picker = editor.get(&format!("{draft}/assets?{query}")).await;
    assert_eq!(picker.status, 200, "{words}");
    picker
}

#[tokio::test]
async fn of_a_name_that_stands_twice_the_last_one_counts() {
    let app = TestApp::start().await;
    let key = app.add_asset("twice").await.key;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let picker = editor
        .get(&format!(
            "{draft}/assets?q=spinset&type=Pdf&q=enamel&type=Image&show=x&show=all"
        ))
        .await;
    assert_eq!(picker.status, 200);
    assert_eq!(ids(&picker), ["enamel-mug", "enamel-mug-camp"]);
    assert_eq!(picker.form("#picker").value("q"), "enamel");

    for part in [
        "count?q=spinset&q=enamel",
        "folders?at=x&at=dms7snapshot",
        "newer?than=1&than=2",
        "newer?than=99999999999999999999&show=all",
        "newer?than=-1&than=",
        &format!("sets?asset=x&asset={key}"),
    ] {
        let request = editor.request(Method::GET, &format!("{draft}/assets/{part}"));
        let answer = editor.send(request.header("hx-request", "true")).await;
        assert!(answer.status.is_success(), "{part}: {}", answer.status);
    }
}

#[tokio::test]
async fn nor_does_any_other_page_mind_a_name_that_stands_twice() {
    let app = TestApp::start().await;
    let (admin, editor) = (app.admin().await, app.editor().await);
    let draft = new_draft(&editor).await;
    for path in [
        "template?saved=x&saved=true",
        "settings/presets?q=nothing&q=plp&saved=true&saved=true",
        "settings/catalogue?connected=true&connected=true",
        "settings/connection?done=site&done=account",
        "settings/hosts?saved=true&saved=true",
        "settings/import?kind=assets&kind=presets",
    ] {
        let page = admin.get(&format!("{COMPANY}/{path}")).await;
        assert_eq!(page.status, 200, "{path}");
    }
    let searched = format!("{COMPANY}/settings/presets?q=x&q=plp");
    let searched = admin.get(&searched).await.form("form[role=search]");
    assert_eq!(searched.value("q"), "plp");
    let confirm = format!("{draft}/confirm?page=x&page=1");
    assert_ne!(editor.get(&confirm).await.status, 400);
    let sign_in = app.anonymous().get("/sign-in?next=/a&next=/b").await;
    assert_eq!(sign_in.status, 200);
    assert_eq!(sign_in.form("main form").value("next"), "/b");
}

#[tokio::test]
async fn signs_mean_themselves_and_operators_are_words() {
    let app = TestApp::start().await;
    for id in [
        "100%-wool",
        "under_score",
        "quote\"d",
        "it's",
        r"back\slash",
        "👟-run",
        "שלום-\u{202e}rtl",
    ] {
        app.add_asset(id).await;
    }
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for (words, expected) in [
        ("100%", "100%-wool"),
        ("r_s", "under_score"),
        ("e\"d", "quote\"d"),
        ("t's", "it's"),
        (r"k\s", r"back\slash"),
        ("👟", "👟-run"),
        ("שלום", "שלום-\u{202e}rtl"),
        ("\u{202e}rtl", "שלום-\u{202e}rtl"),
    ] {
        assert_eq!(
            ids(&search(&editor, &draft, words).await),
            [expected],
            "{words}"
        );
    }
    for words in [
        "enamel OR spinset",
        "NEAR(enamel mug)",
        "enam*",
        "-enamel",
        "search_text:enamel",
        "{enamel}",
        "enamel AND NOT camp",
        "'; drop table asset; --",
        "e%l",
        "e_amel",
    ] {
        let picker = search(&editor, &draft, words).await;
        assert_eq!(ids(&picker), [""; 0], "{words}");
        assert!(picker.text(".empty").contains("Nothing matches"), "{words}");
    }
    for long in ["x".repeat(10_000), "qj ".repeat(3_333), "👟".repeat(2_500)] {
        let picker = search(&editor, &draft, &long).await;
        assert!(picker.text(".empty").contains("Nothing matches"));
    }
}

#[tokio::test]
async fn places_and_folders_that_do_not_exist_show_the_beginning_or_nothing() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let beginning = ids(&search(&editor, &draft, "").await);
    for after in [
        "nonsense",
        "-1",
        "99999999999999999999",
        "\0",
        "0",
        "👟",
        "1..1",
    ] {
        let query = encode(&[("show", "all"), ("after", after)]);
        let picker = editor.get(&format!("{draft}/assets?{query}")).await;
        assert_eq!(ids(&picker), beginning, "{after}");
    }
    for folder in ["nowhere", "../..", "dms7snapshot/%", "\0", "-1", "👟"] {
        let query = encode(&[("folder", folder)]);
        let picker = editor.get(&format!("{draft}/assets?{query}")).await;
        assert_eq!(picker.status, 200, "{folder}");
        assert!(
            picker.text(".empty").contains("Take a filter away"),
            "{folder}"
        );
    }
}

#[tokio::test]
async fn a_place_in_another_companys_list_shows_nothing_of_it() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let fields = [
        ("name", "Elsewhere"),
        ("root", "Elsewhere"),
        ("publish_server", "elsewhere.example"),
        ("slug", "elsewhere"),
    ];
    assert_eq!(admin.post("/companies/new", &fields).await.status, 303);
    let companies = app.app.store.companies().await.unwrap();
    let other = companies.iter().find(|it| it.slug.as_str() == "elsewhere");
    let assets: Vec<Asset> = app.sandbox.origin().assets();
    let theirs: Vec<Asset> = assets
        .iter()
        .map(|asset| Asset {
            key: unstale::domain::AssetKey::from_uuid(app.clock.new_uuid()),
            id: format!("theirs-{}", asset.id),
            ..asset.clone()
        })
        .collect();
    app.app
        .store
        .put_assets(other.unwrap().id, &theirs, app.clock.now())
        .await
        .unwrap();

    let start = admin.open("/c/elsewhere/invalidations/new").await;
    let their_draft = admin.submit(&start.form("main form")).await.location();
    let their_draft = their_draft.strip_suffix("/details").unwrap();
    let start = admin.open(&format!("{COMPANY}/invalidations/new")).await;
    let draft = admin.submit(&start.form("main form")).await.location();
    let draft = draft.strip_suffix("/details").unwrap();
    for sort in ["", "name", "changed"] {
        let list = format!("assets?show=all&sort={sort}");
        let page = admin.get(&format!("{their_draft}/{list}")).await;
        assert!(ids(&page)[0].starts_with("theirs-"));
        let next = page.attributes("button[name=page]", "value").remove(0);
        let (_, place) = next.split_once("after=").unwrap();
        let ours = admin.get(&format!("{draft}/{list}&after={place}")).await;
        assert_eq!(ours.status, 200);
        assert!(
            ids(&ours).iter().all(|id| !id.starts_with("theirs-")),
            "{:?}",
            ids(&ours)
        );
    }
    // Nor can one of their assets be selected.
    let key = theirs[0].key.to_string();
    let fields = [("asset", &*key), ("do", "add")];
    let added = admin.post(&format!("{draft}/assets"), &fields).await;
    assert_eq!(
        admin
            .open(&added.location())
            .await
            .count(".asset-list .asset-row"),
        0
    );
}
