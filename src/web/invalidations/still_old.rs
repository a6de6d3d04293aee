//! *Still seeing the old picture?*: somebody pastes its address; it is looked at, and the outcome says whether this
//! invalidation cleared it.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use crate::{
    app::App,
    error::AppError,
    ops::verify::NotAsked,
    web::{
        extract::{Editor, Form, InCompany, InvalidationPath},
        forms::{Unreadable, readable, showable},
        shell::Shell,
        view::outcome_path,
    },
};

/// The longest address that browsers and caches agree on by far.
const LONGEST: usize = 8_192;

#[derive(Template, WebTemplate)]
#[template(path = "invalidations/still_old.html")]
struct StillOldPage {
    shell: Shell,
    this: String,
    url: String,
    refused: Option<String>,
}

/// The address that was pasted.
#[derive(Debug, Deserialize)]
pub struct StillOldForm {
    url: String,
}

/// Shows the form.
pub async fn show(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
) -> Result<Response, AppError> {
    app.store
        .invalidation(at.company.id, id)
        .await?
        .filter(|invalidation| invalidation.submitted_at.is_some())
        .ok_or(AppError::NotFound)?;
    let page = StillOldPage {
        shell: Shell::at("CDN Invalidation", &person, &at),
        this: outcome_path(&at.company, id),
        url: String::new(),
        refused: None,
    };
    Ok(page.into_response())
}

/// Has it looked at, and leads to what is seen.
pub async fn ask(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
    Form(form): Form<StillOldForm>,
) -> Result<Response, AppError> {
    app.store
        .invalidation(at.company.id, id)
        .await?
        .filter(|invalidation| invalidation.submitted_at.is_some())
        .ok_or(AppError::NotFound)?;
    let this = outcome_path(&at.company, id);
    let refused = match readable(&form.url) {
        Err(Unreadable) => Unreadable::SENTENCE.to_owned(),
        Ok(url) if url.len() > LONGEST => NotAsked::NotAHost.to_string(),
        Ok(url) => match app.verifier.ask(at.company.id, id, url).await {
            Ok(_) => return Ok(Redirect::to(&format!("{this}#checks")).into_response()),
            Err(NotAsked::Store(error)) => return Err(error.into()),
            Err(refused) => refused.to_string(),
        },
    };
    let page = StillOldPage {
        shell: Shell::at("CDN Invalidation", &person, &at),
        this,
        url: showable(&form.url),
        refused: Some(refused),
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
