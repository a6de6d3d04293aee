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
        invalidations::start::new_draft,
        view::draft_path,
    },
};

/// *Invalidate again*: the URLs stand in Add URL exactly as they were sent, so that nothing is formed anew.
pub async fn again(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
) -> Result<Redirect, AppError> {
    let company = &at.company;
    let mut lines = Vec::new();
    for batch in app.store.batches(company.id, id).await? {
        let urls = app.store.history_urls(company.id, &[batch.id]).await?;
        lines.extend(urls.into_iter().map(|url| url.url));
    }
    if lines.is_empty() {
        return Err(AppError::NotFound);
    }
    let draft = Draft {
        options: Options {
            presets: false,
            template: false,
            alias: false,
            fold: false,
        },
        split: lines.len() > BATCH_LIMIT,
        manual_urls: lines.join("\n"),
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
