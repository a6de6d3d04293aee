//! The buttons of the outcome: *Pause*, *Resume*, *Cancel the rest*, *Find the bad URL*. Everybody who may submit may
//! press them; who did is kept.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::refuse;
use crate::{
    app::App,
    domain::BatchId,
    error::AppError,
    ops::bisect::{self, SearchError},
    store::Steering,
    web::{
        extract::{Editor, Form, InCompany, InvalidationPath},
        shell::Shell,
        view::outcome_path,
    },
};

/// What was pressed.
#[derive(Debug, Deserialize)]
pub struct SteerForm {
    #[serde(rename = "do")]
    action: Action,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    Pause,
    Resume,
    Cancel,
}

/// In which batch.
#[derive(Debug, Deserialize)]
pub struct FindForm {
    batch: BatchId,
}

/// Holds back, lets go on, or calls off what waits.
pub async fn steer(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
    Form(form): Form<SteerForm>,
) -> Result<Redirect, AppError> {
    let company = &at.company;
    app.store
        .invalidation(company.id, id)
        .await?
        .filter(|invalidation| invalidation.submitted_at.is_some())
        .ok_or(AppError::NotFound)?;
    let steering = match form.action {
        Action::Pause => Steering::Pause,
        Action::Resume => Steering::Resume,
        Action::Cancel => Steering::Cancel,
    };
    // None left to change: the page shows what became of them meanwhile.
    app.store
        .steer(
            company.id,
            id,
            steering,
            person.email.as_str(),
            app.clock.now(),
        )
        .await?;
    app.dispatcher.wake();
    Ok(Redirect::to(&outcome_path(company, id)))
}

/// Begins the search for a bad URL, or goes on with it.
pub async fn find_bad_url(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
    Form(form): Form<FindForm>,
) -> Result<Response, AppError> {
    let company = &at.company;
    let by = person.email.as_str();
    let begun = bisect::begin(&app.store, &app.clock, company, id, form.batch, by).await;
    match begun {
        Ok(()) => {
            app.dispatcher.wake();
            Ok(Redirect::to(&outcome_path(company, id)).into_response())
        }
        // Somebody else may have begun it: the outcome shows where things stand.
        Err(SearchError::NotPossible) => {
            Ok(Redirect::to(&outcome_path(company, id)).into_response())
        }
        Err(error @ SearchError::NoSoundUrl) => {
            let shell = Shell::at("CDN Invalidation", &person, &at);
            refuse(&app, shell, &at, id, error.to_string()).await
        }
        Err(SearchError::Store(error)) => Err(error.into()),
    }
}
