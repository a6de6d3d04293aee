//! From an empty database to a picker that finds, by pages alone: nobody reads documentation on the way.

use unstale::sandbox::{ACCOUNT, TWO_COMPANIES_ACCOUNT};

use super::{listed, new_draft, next, pick};
use crate::support::{
    app::{Start, TestApp},
    browser::{Browser, Form},
};

/// Follows what the pages offer to the form that connects an account, as the very first administrator.
async fn first_administrator(app: &TestApp) -> (Browser, Form) {
    let browser = app.anonymous();
    let setup = browser.open("/").await.form("main form");
    let token = app.app.setup_token.to_print().unwrap().to_owned();
    let setup = setup
        .set("token", &token)
        .set("email", "first@example.com")
        .set("password", "long enough");
    let tools = browser.submit_and_follow(&setup).await;
    let link = tools.attributes("main a.button.primary", "href").remove(0);
    let connect = browser.get(&link).await.form("#connect");
    (browser, connect)
}

fn filled(app: &TestApp, form: Form, (email, password): (&str, &str)) -> Form {
    form.set("region", "other")
        .set("endpoint", app.sandbox.ips_url())
        .set("email", email)
        .set("password", password)
}

async fn empty() -> TestApp {
    TestApp::with(Start {
        catalogue: None,
        ..Start::default()
    })
    .await
}

#[tokio::test]
async fn the_first_administrator_connects_and_finds_an_asset() {
    let app = empty().await;
    let (admin, connect) = first_administrator(&app).await;
    let connected = admin
        .submit_and_follow(&filled(&app, connect, ACCOUNT))
        .await;
    assert!(connected.text(".notice.success").contains("dms7snapshot"));
    app.catalogue_is_read().await;
    let catalogue = admin.get("/c/snapshot-outdoor/settings/catalogue").await;
    assert!(catalogue.text("#progress .notice").contains("Up to date."));

    let draft = new_draft(&admin).await;
    let details = pick(&admin, &draft, "spinset").await;
    let confirm = next(&admin, &details).await;
    let base = format!("{}/is/image/dms7snapshot/spinset", app.sandbox.exact_url());
    assert!(listed(&confirm).contains(&base), "{:?}", listed(&confirm));
}

#[tokio::test]
async fn of_two_companies_the_chosen_one_is_read_and_found_in() {
    let app = empty().await;
    let (admin, connect) = first_administrator(&app).await;
    let choose = admin
        .submit_and_follow(&filled(&app, connect, TWO_COMPANIES_ACCOUNT))
        .await;
    let second = choose
        .form("#companies")
        .set("company", "c|12")
        .press("do", "connect");
    let connected = admin.submit_and_follow(&second).await;
    let doubt = connected.text(".notice.warns:not(#progress *) strong");
    assert_eq!(doubt, "This account may look, but not purge.");
    app.catalogue_is_read().await;
    let draft = new_draft(&admin).await;
    let picker = admin.get(&format!("{draft}/assets")).await;
    assert!(picker.count(".asset-row .asset-id") > 10);
}
