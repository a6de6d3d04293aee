//! *Settings > Delivery hosts*: what a person does there. What the page shows is put together in
//! [`hosts_view`](super::hosts_view).

use askama::Template as _;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::hosts_view::{HostTestPart, HostsPage, RemovePage, Spot, Typed};
use crate::{
    app::App,
    domain::{Company, DeliveryHost, HostOrigin, PurgeScope},
    error::AppError,
    ops::{
        host_test::NoTest,
        hosts::{self, HostError},
    },
    store::Person,
    web::{
        extract::{Admin, Form, InCompany, Query},
        forms::{Unreadable, readable},
        view::company_path,
    },
};

/// Whether something was stored just now.
#[derive(Debug, Default, Deserialize)]
pub struct Shown {
    #[serde(default)]
    saved: bool,
}

/// A host that an address or a form names.
#[derive(Debug, Deserialize)]
pub struct OneHost {
    host: String,
}

/// *Add*.
#[derive(Debug, Deserialize)]
pub struct AddForm {
    url: String,
}

/// *Save* beside a host.
#[derive(Debug, Deserialize)]
pub struct ChangeForm {
    host: String,
    scope: ScopeField,
    #[serde(default)]
    check_root: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ScopeField {
    Exact,
    Base,
}

/// *Test this host*.
#[derive(Debug, Deserialize)]
pub struct TestForm {
    host: String,
    #[serde(default)]
    sample: String,
}

/// The patterns of shared hosts.
#[derive(Debug, Deserialize)]
pub struct GenericForm {
    #[serde(default)]
    patterns: String,
    #[serde(default, rename = "do")]
    action: GenericAction,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum GenericAction {
    #[default]
    Save,
    Restore,
}

/// Shows the hosts.
pub async fn show(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Query(shown): Query<Shown>,
) -> Result<Response, AppError> {
    let page = HostsPage::load(&app, &person, &at).await?;
    Ok(page.after_saving(shown.saved).into_response())
}

/// Adds the host of a pasted address.
pub async fn add(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<AddForm>,
) -> Result<Response, AppError> {
    let added = match readable(&form.url) {
        Ok(url) => hosts::add(&app.store, &at.company, url).await.map(|_| ()),
        Err(_) => Err(HostError::Unreadable),
    };
    answer(&app, &person, &at, added, Spot::Add, Typed::Url(form.url)).await
}

/// Changes a host.
pub async fn change(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<ChangeForm>,
) -> Result<Response, AppError> {
    let host = DeliveryHost {
        origin: named(&form.host)?,
        scope: match form.scope {
            ScopeField::Exact => PurgeScope::Exact,
            ScopeField::Base => PurgeScope::Base,
        },
        check_root: form.check_root,
    };
    let changed = hosts::change(&app.store, &at.company, &host).await;
    let spot = Spot::Host(host.origin.clone());
    answer(&app, &person, &at, changed, spot, Typed::Host(host)).await
}

/// Asks before a host is removed.
pub async fn ask_remove(
    Admin(person): Admin,
    at: InCompany,
    Query(one): Query<OneHost>,
) -> Result<Response, AppError> {
    let origin = named(&one.host)?;
    Ok(RemovePage::new(&person, &at, &origin).into_response())
}

/// Removes a host.
pub async fn remove(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(one): Form<OneHost>,
) -> Result<Response, AppError> {
    let origin = named(&one.host)?;
    let removed = hosts::remove(&app.store, &at.company, &origin).await;
    answer(
        &app,
        &person,
        &at,
        removed,
        Spot::Host(origin),
        Typed::Nothing,
    )
    .await
}

/// Begins a test, which goes on by itself.
pub async fn test(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<TestForm>,
) -> Result<Response, AppError> {
    let origin = named(&form.host)?;
    let sentence = if readable(&form.sample).is_err() {
        Unreadable::SENTENCE.to_owned()
    } else {
        let begun = app
            .host_tester
            .begin(&at.company, &origin, &form.sample, person.id);
        match begun.await {
            Ok(_) => return Ok(to_hosts(&at.company, "")),
            Err(NoTest::Store(error)) => return Err(error.into()),
            Err(reason) => reason.to_string(),
        }
    };
    let page = HostsPage::load(&app, &person, &at).await?;
    let page = page.refused(
        Spot::Host(origin.clone()),
        sentence,
        Typed::Sample(origin, form.sample),
    );
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// How the test of a host stands, for htmx.
pub async fn test_part(
    Admin(_): Admin,
    State(app): State<App>,
    at: InCompany,
    Query(one): Query<OneHost>,
) -> Result<Response, AppError> {
    let part = HostTestPart::load(&app, &at, &named(&one.host)?).await?;
    Ok(Html(part.ok_or(AppError::NotFound)?.render()?).into_response())
}

/// Changes the patterns of shared hosts, or restores the default.
pub async fn generic(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<GenericForm>,
) -> Result<Response, AppError> {
    let text = match form.action {
        GenericAction::Restore => None,
        GenericAction::Save => Some(form.patterns.as_str()),
    };
    let changed = hosts::set_generic(&app.store, &at.company, text).await;
    let typed = Typed::Patterns(form.patterns.clone());
    answer(&app, &person, &at, changed, Spot::Generic, typed).await
}

fn named(host: &str) -> Result<HostOrigin, AppError> {
    HostOrigin::of(host).ok_or(AppError::BadForm)
}

fn to_hosts(company: &Company, query: &str) -> Response {
    Redirect::to(&format!("{}/settings/hosts{query}", company_path(company))).into_response()
}

/// Back to the list, or the page again with why not.
async fn answer(
    app: &App,
    person: &Person,
    at: &InCompany,
    done: Result<(), HostError>,
    spot: Spot,
    typed: Typed,
) -> Result<Response, AppError> {
    let sentence = match done {
        Ok(()) => return Ok(to_hosts(&at.company, "?saved=true")),
        Err(HostError::Store(error)) => return Err(error.into()),
        Err(HostError::NoHost) => return Err(AppError::NotFound),
        Err(reason) => reason.to_string(),
    };
    let page = HostsPage::load(app, person, at)
        .await?
        .refused(spot, sentence, typed);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
