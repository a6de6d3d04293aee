//! *Settings > Presets*: which of Adobe's presets the site uses.

use unstale::{domain::Preset, store::Connection};

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
