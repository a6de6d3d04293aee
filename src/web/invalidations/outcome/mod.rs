//! The outcome: where things stand, what became of each batch, as it happens, and the URLs that were in it.
//!
//! Only the part that moves is asked for again while something is on its way (`progress`); the URLs of a batch never
//! change, and are loaded once, for one batch at a time. One file per part of the page.

mod batch_view;
mod controls;
mod download;
mod headline;
mod place;
mod standing;
mod steer;
mod urls;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse as _, Redirect, Response},
};

use self::{batch_view::BatchView, controls::Controls};
pub use self::{
    download::download,
    headline::Headline,
    place::Place,
    steer::{find_bad_url, steer},
    urls::{UrlsBeside, UrlsView},
};
use super::checks::ChecksSection;
use crate::{
    app::App,
    domain::InvalidationId,
    error::AppError,
    ops::bisect,
    store::{Batch, Invalidation},
    web::{
        extract::{Editor, Htmx, InCompany, InvalidationPath, Query},
        shell::Shell,
        view::{company_path, draft_path, outcome_path},
    },
};

/// Seconds between two looks of a browser without JavaScript, while something is on its way.
const REFRESH: u32 = 2;

/// The same while URLs are looked at, which takes longer, or while it is paused.
const LOOKS_REFRESH: u32 = 10;

#[derive(Template, WebTemplate)]
#[template(path = "invalidations/outcome.html", blocks = ["progress"])]
struct OutcomePage {
    shell: Shell,
    base: String,
    /// The address of this page.
    this: String,
    headline: Headline,
    running: bool,
    /// Where on the outcome this is: the part that moves keeps it in its links.
    place: Place,
    batches: Vec<BatchView>,
    is_single: bool,
    /// Batches that are at an end, of all; for more than one.
    ended: usize,
    controls: Controls,
    /// That the search for a bad URL may be more than is normal in a day.
    volume: Option<String>,
    /// Why a press of a button did nothing.
    refused: Option<String>,
    /// Not there in the part that moves.
    urls: Option<UrlsView>,
    /// What was seen of the URLs.
    checks: ChecksSection,
}

/// Shows the outcome, for htmx only the part that moves. A draft leads to its details.
pub async fn show(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
    Htmx(htmx): Htmx,
    Query(place): Query<Place>,
) -> Result<Response, AppError> {
    let invalidation = app
        .store
        .invalidation(at.company.id, id)
        .await?
        .ok_or(AppError::NotFound)?;
    if invalidation.submitted_at.is_none() {
        return if invalidation.author == person.id {
            Ok(Redirect::to(&draft_path(&at.company, id, "details")).into_response())
        } else {
            Err(AppError::NotFound)
        };
    }
    let shell = Shell::at("CDN Invalidation", &person, &at);
    let batches = app.store.batches(at.company.id, id).await?;
    let page = OutcomePage::new(&app, &at, shell, &invalidation, &batches, &place).await?;
    if htmx {
        return Ok(Html(page.as_progress().render()?).into_response());
    }
    let urls = UrlsView::load(&app.store, at.company.id, &batches, &place).await?;
    Ok(OutcomePage { urls, ..page }.into_response())
}

/// The page again, with why nothing was done.
async fn refuse(
    app: &App,
    shell: Shell,
    at: &InCompany,
    id: InvalidationId,
    sentence: String,
) -> Result<Response, AppError> {
    let company = at.company.id;
    let invalidation = app
        .store
        .invalidation(company, id)
        .await?
        .ok_or(AppError::NotFound)?;
    let batches = app.store.batches(company, id).await?;
    let place = Place::default();
    let page = OutcomePage::new(app, at, shell, &invalidation, &batches, &place).await?;
    let urls = UrlsView::load(&app.store, company, &batches, &place).await?;
    let page = OutcomePage {
        refused: Some(sentence),
        urls,
        ..page
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

impl OutcomePage {
    async fn new(
        app: &App,
        at: &InCompany,
        shell: Shell,
        invalidation: &Invalidation,
        batches: &[Batch],
        place: &Place,
    ) -> Result<Self, AppError> {
        let company = &at.company;
        let now = app.clock.now();
        let running = batches.iter().any(|batch| batch.state.is_under_way());
        let is_single = batches.len() == 1;
        let is_admin = shell.is_admin();
        let checks = ChecksSection::load(
            &app.store,
            company,
            invalidation.id,
            batches,
            is_admin,
            place,
            now,
        )
        .await?;
        let volume = if batches.iter().any(bisect::is_possible) {
            app.dispatcher.volume(company.id).await?.for_search()
        } else {
            None
        };
        let mut views = Vec::new();
        for batch in batches {
            views.push(BatchView::load(&app.store, company.id, batch, place).await?);
        }
        Ok(Self {
            shell: Shell {
                refresh: if running {
                    Some(REFRESH)
                } else {
                    checks.is_open().then_some(LOOKS_REFRESH)
                },
                ..shell
            },
            base: company_path(company),
            this: outcome_path(company, invalidation.id),
            headline: Headline::load(app, company, invalidation, batches, &checks).await?,
            running,
            ended: batches
                .iter()
                .filter(|batch| batch.state.is_final())
                .count(),
            controls: Controls::of(batches),
            volume,
            place: place.clone(),
            batches: views,
            is_single,
            refused: None,
            urls: None,
            checks,
        })
    }
}
