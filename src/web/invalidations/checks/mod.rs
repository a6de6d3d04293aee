//! Checks on the outcome page: the part that moves, its buttons, and the small pictures.

mod row;
mod section;
mod summary;
mod words;

use std::collections::BTreeSet;

use askama::Template as _;
use axum::{
    extract::{Path, State},
    http::header,
    response::{Html, IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

pub use self::{section::ChecksSection, words::of_what_it_is};
use super::{
    outcome::{Headline, Place, UrlsBeside, UrlsView},
    start::new_draft,
};
use crate::{
    app::App,
    domain::{CheckId, Company, HostOrigin, InvalidationId, LookKind, Options},
    error::AppError,
    store::{Check, Draft, Person},
    web::{
        extract::{Editor, Form, Htmx, InCompany, InvalidationPath, Query},
        view::{draft_path, outcome_path},
    },
};

/// What a small picture may do when it is opened by itself: an SVG shows, and nothing runs.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The buttons.
#[derive(Debug, Deserialize)]
pub struct ChecksForm {
    #[serde(rename = "do")]
    action: Action,
    /// Which URL; all where it is missing.
    check: Option<CheckId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    LookAgain,
    CheckAll,
    CheckNoMore,
    PurgeAgain,
    PurgeOld,
    FullUrls,
}

/// The section by itself, for htmx, and what follows from it: the sentence on top of the page, and what is said of each URL.
pub async fn show(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
    Htmx(htmx): Htmx,
    Query(place): Query<Place>,
) -> Result<Response, AppError> {
    if !htmx {
        return Ok(to_checks(&at.company, id, &place).into_response());
    }
    let invalidation = app.store.invalidation(at.company.id, id).await?;
    let invalidation = invalidation.ok_or(AppError::NotFound)?;
    let batches = app.store.batches(at.company.id, id).await?;
    let is_admin = person.role == crate::domain::Role::Admin;
    let section = ChecksSection::load(
        &app.store,
        &at.company,
        id,
        &batches,
        is_admin,
        &place,
        app.clock.now(),
    )
    .await?;
    let headline = Headline::load(&app, &at.company, &invalidation, &batches, &section).await?;
    let mut parts = section.render()? + &headline.beside().render()?;
    if let Some(urls) = UrlsView::load(&app.store, at.company.id, &batches, &place).await? {
        parts += &UrlsBeside { urls }.render()?;
    }
    Ok(Html(parts).into_response())
}

/// Does what the button says.
pub async fn act(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
    Query(place): Query<Place>,
    Form(form): Form<ChecksForm>,
) -> Result<Redirect, AppError> {
    let company = &at.company;
    app.store
        .invalidation(company.id, id)
        .await?
        .ok_or(AppError::NotFound)?;
    match form.action {
        Action::LookAgain => app.verifier.look_again(company.id, id, form.check).await?,
        Action::CheckAll => app.verifier.ask_all(company.id, id, true).await?,
        Action::CheckNoMore => app.verifier.ask_all(company.id, id, false).await?,
        Action::PurgeAgain | Action::PurgeOld | Action::FullUrls => {
            let checks = app.store.checks(company.id, id).await?;
            let draft = draft_of(&app, company, &person, id, &form, &checks).await?;
            app.store.create_draft(&draft).await?;
            return Ok(Redirect::to(&draft_path(company, draft.id, "confirm")));
        }
    }
    Ok(to_checks(company, id, &place))
}

/// A new draft with what is to be purged again; nothing is sent before somebody has confirmed it.
async fn draft_of(
    app: &App,
    company: &Company,
    person: &Person,
    id: InvalidationId,
    form: &ChecksForm,
    checks: &[Check],
) -> Result<Draft, AppError> {
    // Sent as its host wants it, so that the new run looks at this address too; but the full URLs as they are.
    let fold = form.action != Action::FullUrls;
    let urls: BTreeSet<String> = if form.action == Action::FullUrls {
        full_urls(app, company, id, checks).await?
    } else {
        let wanted = checks.iter().filter(|check| match form.action {
            Action::PurgeOld => check.stayed_old(),
            _ => Some(check.id) == form.check,
        });
        wanted.map(|check| check.url.clone()).collect()
    };
    if urls.is_empty() {
        return Err(AppError::NotFound);
    }
    Ok(Draft {
        options: Options {
            presets: false,
            template: false,
            alias: false,
            fold,
        },
        manual_urls: Vec::from_iter(urls).join("\n"),
        ..new_draft(app, company, person).await?
    })
}

/// Every URL that was cleared by its base URL on the hosts where that did not help, whether it was looked at or not.
async fn full_urls(
    app: &App,
    company: &Company,
    id: InvalidationId,
    checks: &[Check],
) -> Result<BTreeSet<String>, AppError> {
    let stayed_old = checks
        .iter()
        .filter(|check| check.stayed_old_behind_its_base());
    let mut urls: BTreeSet<String> = stayed_old.map(|check| check.url.clone()).collect();
    let hosts: BTreeSet<_> = urls.iter().filter_map(|url| HostOrigin::of(url)).collect();
    for batch in app.store.batches(company.id, id).await? {
        let sent = app
            .store
            .batch_urls(company.id, batch.id, 0, i64::MAX)
            .await?;
        let covered = sent.into_iter().flat_map(|url| url.covers);
        urls.extend(
            covered.filter(|url| HostOrigin::of(url).is_some_and(|host| hosts.contains(&host))),
        );
    }
    Ok(urls)
}

/// A small picture, before or after.
pub async fn picture(
    Editor(_): Editor,
    State(app): State<App>,
    at: InCompany,
    Path((_, _, check, kind)): Path<(String, String, String, String)>,
) -> Result<Response, AppError> {
    let check: CheckId = check.parse().map_err(|_| AppError::NotFound)?;
    let kind = LookKind::from_word(&kind).ok_or(AppError::NotFound)?;
    let picture = app
        .store
        .picture(at.company.id, check, kind)
        .await?
        .ok_or(AppError::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, picture.content_type),
        (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY.to_owned()),
        // A new look has a new address.
        (
            header::CACHE_CONTROL,
            "private, max-age=3600, immutable".to_owned(),
        ),
    ];
    Ok((headers, picture.bytes).into_response())
}

fn to_checks(company: &Company, id: InvalidationId, place: &Place) -> Redirect {
    Redirect::to(&format!("{}{place}#checks", outcome_path(company, id)))
}
