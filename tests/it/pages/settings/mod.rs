//! Settings: connecting to Dynamic Media and what follows from it.

mod account;
mod connect;
mod exchange;
mod site;

use unstale::{
    domain::Company,
    sandbox::{ACCOUNT, catalogue::COMPANY_HANDLE},
};

use super::COMPANY;
use crate::support::{
    app::{Start, TestApp},
    browser::{Answer, Browser, Form},
};

/// An Unstale where people can sign in and nothing is connected.
async fn unconnected() -> TestApp {
    let start = Start {
        catalogue: None,
        ..Start::default()
    };
    let app = TestApp::with(start).await;
    app.add_people().await;
    app
}

/// The first step's form, filled in with an account of the sandbox.
fn filled(app: &TestApp, page: &Answer, form: &str, (email, password): (&str, &str)) -> Form {
    page.form(form)
        .set("region", "other")
        .set("endpoint", app.sandbox.ips_url())
        .set("email", email)
        .set("password", password)
}

/// Connects with an account of the sandbox, as far as its first step goes.
async fn sign_in_as(app: &TestApp, admin: &Browser, account: (&str, &str)) -> Answer {
    let page = admin.get("/connect").await;
    admin.submit(&filled(app, &page, "#connect", account)).await
}

/// The demo with its company connected through the pages, so that everything about it is known.
async fn connected() -> (TestApp, Browser) {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let answer = sign_in_as(&app, &admin, ACCOUNT).await;
    assert_eq!(
        answer.location(),
        format!("{COMPANY}/settings/catalogue?connected=true"),
    );
    // Which takes the company's settings over, at a moment of its own.
    app.catalogue_is_read().await;
    (app, admin)
}

fn settings(page: &str) -> String {
    format!("{COMPANY}/settings/{page}")
}

async fn companies(app: &TestApp) -> Vec<Company> {
    app.app.store.companies().await.unwrap()
}

/// The steps of the test that the page shows, with their results.
fn steps(page: &Answer) -> Vec<(String, String)> {
    let titles = page.texts("#test tbody td:nth-child(1)");
    let results = page.texts("#test tbody .status");
    titles.into_iter().zip(results).collect()
}

/// Changes a setting at the sandbox, as somebody with Adobe's own tool would.
async fn change_setting(app: &TestApp, name: &str, value: &str) {
    let company = app.company().await.id;
    let account = app.app.connector.account(company).await.unwrap();
    let ips = &app.app.ips;
    let types = ips.property_set_types(&account, None).await.unwrap();
    let mut types = types.iter();
    let setting = types.find(|it| it.name == "Adobe.SPS.ApplicationSetting");
    let setting = &setting.unwrap().handle;
    let sets = ips.property_sets(&account, setting, COMPANY_HANDLE).await;
    let set = sets.unwrap().remove(0).handle;
    ips.update_property(&account, &set, name, value)
        .await
        .unwrap();
}
