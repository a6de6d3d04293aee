//! *Correct and resubmit*: a new draft with the URLs of a batch that did not go through, opened on Confirm, the URL
//! that Adobe named on top.

use std::iter;

use axum::{extract::State, response::Redirect};
use serde::Deserialize;

use super::start::{AgainLines, new_draft};
use crate::{
    app::App,
    domain::{BatchId, Options, Revision},
    error::AppError,
    store::Draft,
    web::{
        extract::{Editor, Form, InCompany, InvalidationPath},
        view::draft_path,
    },
};

/// Which batch.
#[derive(Debug, Deserialize)]
pub struct ResubmitForm {
    batch: BatchId,
}

/// Makes the draft. Its URLs stand in Add URL, see [`AgainLines`].
pub async fn create(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
    Form(form): Form<ResubmitForm>,
) -> Result<Redirect, AppError> {
    let company = &at.company;
    let batches = app.store.batches(company.id, id).await?;
    let batch = batches.iter().find(|batch| {
        let has_failed = batch.failure.is_some() || batch.search_limit > 0;
        batch.id == form.batch && batch.state.is_final() && has_failed
    });
    let batch = batch.ok_or(AppError::NotFound)?;
    let urls = app
        .store
        .batch_urls(company.id, batch.id, 0, i64::MAX)
        .await?;
    // What a search for the bad URL has sent is done with.
    let search = batch.search();
    let is_open = |place| {
        search
            .as_ref()
            .is_none_or(|search| !search.sent.contains(place))
    };
    let lines = AgainLines::of(urls.iter().filter(|url| is_open(url.position)));
    let draft = Draft {
        options: Options {
            presets: false,
            template: false,
            alias: false,
            fold: lines.fold,
        },
        manual_urls: lines.text,
        ..new_draft(&app, company, &person).await?
    };
    app.store.create_draft(&draft).await?;
    let confirm = draft_path(company, draft.id, "confirm");
    Ok(Redirect::to(&match &batch.named_url {
        Some(url) => format!("{confirm}?first={}", Revision::of(iter::once(url.as_str()))),
        None => confirm,
    }))
}
