//! Starting anew from something that was submitted: *Invalidate again* takes its URLs, *Copy to new* its choices. Both
//! make a draft and open it on Confirm, where everything is checked as for any other; neither sends.

use axum::{extract::State, response::Redirect};

use crate::{
    app::App,
    domain::{BATCH_LIMIT, InvalidationId, Options},
    error::AppError,
    store::{Draft, StoreError},
    web::{
        extract::{Editor, InCompany, InvalidationPath},
        invalidations::start::{AgainLines, new_draft},
        view::draft_path,
    },
};

/// *Invalidate again*: the URLs stand in Add URL, see [`AgainLines`].
pub async fn again(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
) -> Result<Redirect, AppError> {
    let company = &at.company;
    let mut urls = Vec::new();
    for batch in app.store.batches(company.id, id).await? {
        let all = app.store.batch_urls(company.id, batch.id, 0, i64::MAX);
        urls.extend(all.await?);
    }
    if urls.is_empty() {
        return Err(AppError::NotFound);
    }
    let lines = AgainLines::of(&urls);
    let draft = Draft {
        options: Options {
            presets: false,
            template: false,
            alias: false,
            fold: lines.fold,
        },
        split: urls.len() > BATCH_LIMIT,
        manual_urls: lines.text,
        ..new_draft(&app, company, &person).await?
    };
    app.store.create_draft(&draft).await?;
    Ok(Redirect::to(&draft_path(company, draft.id, "confirm")))
}

/// *Copy to new*: assets, options, presets, Add URL and removed URLs; the list is formed as they give it today.
pub async fn copy(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
) -> Result<Redirect, AppError> {
    let company = &at.company;
    let draft = InvalidationId::from_uuid(app.clock.new_uuid());
    let now = app.clock.now();
    let copied = app
        .store
        .copy_to_draft(company.id, id, draft, person.id, now);
    match copied.await {
        Ok(()) => Ok(Redirect::to(&draft_path(company, draft, "confirm"))),
        Err(StoreError::NotFound) => Err(AppError::NotFound),
        Err(error) => Err(error.into()),
    }
}
