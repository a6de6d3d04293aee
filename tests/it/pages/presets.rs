//! *Settings > Presets*: which of Adobe's presets the site uses.

use unstale::{
    domain::Preset,
    sandbox::{
        catalogue,
        ips::{Instead, Only},
    },
    store::Connection,
};

use crate::support::app::TestApp;

const PRESETS: &str = "/c/dms7snapshot/settings/presets";

#[tokio::test]
async fn presets_that_are_unticked_form_no_urls() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let page = admin.get(PRESETS).await;
    let names = page.attributes("#used-presets [name=used]", "value");
    assert!(names.len() > 2 && !page.has("[role=search]"), "{names:?}");
    assert_eq!(
        page.count("#used-presets [name=used][checked]"),
        names.len()
    );
    assert!(page.text(".counter").contains("The list is from"));

    let form = page
        .form("#used-presets")
        .without("used")
        .and("used", &names[1]);
    let page = admin.submit_and_follow(&form).await;
    assert!(page.has(".notice.success"));
    let ticked = page.attributes("#used-presets [name=used][checked]", "value");
    assert_eq!(ticked, [&*names[1]]);
    let used = app.app.store.presets(app.company().await.id).await.unwrap();
    assert_eq!(used.len(), 1);
    let form = page.form("#used-presets").without("used");
    let page = admin.submit_and_follow(&form).await;
    assert!(page.text(".counter").contains(", 0 used"));
}

#[tokio::test]
async fn a_search_narrows_a_long_list_and_leaves_the_rest_alone() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let company = app.company().await.id;
    let presets: Vec<Preset> = (0..600)
        .map(|number| Preset {
            name: format!("Größe {number:03} <b>"),
            modifier: format!("wid={number}"),
        })
        .collect();
    app.app
        .store
        .put_presets(company, &presets, app.clock.now())
        .await
        .unwrap();
    let page = admin.get(PRESETS).await;
    assert_eq!(page.count("#used-presets [name=used]"), 500);
    assert!(page.body.contains("and 100 more"));
    let page = admin
        .get(&format!("{PRESETS}?q=GR%C3%96%C3%9FE%20599"))
        .await;
    assert_eq!(page.count("#used-presets [name=used]"), 1);
    let page = admin
        .submit_and_follow(&page.form("#used-presets").without("used"))
        .await;
    assert_eq!(
        page.count("#used-presets [name=used]"),
        1,
        "the search stays"
    );
    assert_eq!(app.app.store.presets(company).await.unwrap().len(), 599);
    let page = admin.get(&format!("{PRESETS}?q=nothing")).await;
    assert!(page.text(".empty").contains("No preset matches “nothing”"));
}

#[tokio::test]
async fn presets_cannot_be_read_without_an_account_that_opens() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let company = app.company().await.id;
    let before = app.app.store.presets(company).await.unwrap();
    let sealed_elsewhere = Connection {
        endpoint: app.sandbox.ips_url().to_owned(),
        email: "a@example.com".to_owned(),
        sealed_password: vec![0; 64],
    };
    app.app
        .store
        .put_connection(company, &sealed_elsewhere)
        .await
        .unwrap();
    let page = admin.get(PRESETS).await;
    let refused = admin.submit(&page.form("#sync-presets")).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text(".notice.blocks")
            .contains("The presets cannot be read")
    );
    assert_eq!(app.app.store.presets(company).await.unwrap(), before);
}

/// Another list than Adobe has: one of its presets, unticked and older, and one that is gone there.
async fn an_old_list(app: &TestApp) -> Vec<Preset> {
    let (store, company) = (&app.app.store, app.company().await.id);
    let old = ["PLP", "gone"].map(|name| Preset {
        name: name.to_owned(),
        modifier: "wid=1".to_owned(),
    });
    store
        .put_presets(company, &old, app.clock.now())
        .await
        .unwrap();
    let shown = ["PLP".to_owned()].into();
    store
        .set_used_presets(company, &shown, &[].into())
        .await
        .unwrap();
    old.into()
}

#[tokio::test]
async fn the_presets_of_adobe_replace_the_list_and_what_was_unticked_stays_so() {
    let app = TestApp::start().await;
    an_old_list(&app).await;
    app.clock.advance(std::time::Duration::from_hours(1));
    let admin = app.admin().await;
    let page = admin.get(PRESETS).await;
    let page = admin.submit_and_follow(&page.form("#sync-presets")).await;
    let done = page.text(".notice.success");
    assert!(
        done.contains("5 presets read from Dynamic Media."),
        "{done}"
    );
    assert_eq!(page.count("#used-presets [name=used]"), 5);
    let company = app.company().await.id;
    let list = app.app.store.preset_list(company).await.unwrap();
    assert_eq!(list.put_at, Some(app.clock.now()));
    let mut read: Vec<Preset> = list.presets.iter().map(|it| it.preset.clone()).collect();
    let mut there = catalogue::presets();
    for presets in [&mut read, &mut there] {
        presets.sort_by(|a, b| a.name.cmp(&b.name));
    }
    assert_eq!(read, there);
    let unticked = list.presets.iter().filter(|listed| !listed.used);
    let unticked: Vec<&str> = unticked.map(|listed| &*listed.preset.name).collect();
    assert_eq!(unticked, ["PLP"]);
}

#[tokio::test]
async fn while_adobe_does_not_answer_the_list_stays_as_it_was() {
    let app = TestApp::start().await;
    let mut before = an_old_list(&app).await;
    before.retain(|preset| preset.name != "PLP");
    app.ips().knobs(|knobs| {
        knobs.only = Some(Only::Operation("getImageFormats"));
        knobs.instead = Some(Instead::Unavailable);
    });
    let admin = app.admin().await;
    let page = admin.get(PRESETS).await;
    let refused = admin.submit(&page.form("#sync-presets")).await;
    assert_eq!(refused.status, 502);
    let notice = refused.text(".notice.blocks");
    assert!(
        notice.contains("The list below is the one from before."),
        "{notice}"
    );
    assert!(notice.contains("not available at the moment"), "{notice}");
    assert!(!notice.contains("what answers at this address"), "{notice}");
    assert_eq!(refused.count("#used-presets [name=used]"), 2);
    let used = app.app.store.presets(app.company().await.id).await.unwrap();
    assert_eq!(used, before);
}

#[tokio::test]
async fn a_list_without_any_preset_takes_none_away() {
    let app = TestApp::start().await;
    an_old_list(&app).await;
    let company = app.company().await.id;
    // Not even where none of them is used.
    let none_used = ["PLP".to_owned(), "gone".to_owned()].into();
    app.app
        .store
        .set_used_presets(company, &none_used, &[].into())
        .await
        .unwrap();
    app.ips().knobs(|knobs| knobs.search.blind = true);
    let admin = app.admin().await;
    let page = admin.get(PRESETS).await;
    let refused = admin.submit(&page.form("#sync-presets")).await;
    let notice = refused.text(".notice.blocks");
    assert!(
        notice.contains("Dynamic Media lists no presets"),
        "{notice}"
    );
    assert_eq!(refused.count("#used-presets [name=used]"), 2);
}
