//! *Download*: the list as text, one URL a line; of a draft, as it stands now.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};

use serde::Deserialize;

use crate::{
    app::App,
    domain::{BatchId, formation},
    error::AppError,
    ops::plan::DraftInputs,
    web::extract::{Editor, InCompany, InvalidationPath, Query},
};

/// Which part of the list is wanted: one batch, or all of it.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    batch: Option<BatchId>,
}

/// Sends the list.
pub async fn download(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
    Query(part): Query<Part>,
) -> Result<Response, AppError> {
    let company = &at.company;
    let mut name = format!("invalidation-{id}");
    let mut text = String::new();
    match app.store.draft(company.id, id).await? {
        Some(draft) if draft.author == person.id => {
            let inputs = DraftInputs::load(&app.store, company, draft).await?;
            if let Ok(input) = inputs.formation() {
                formation::form(&input)
                    .sent()
                    .for_each(|url| push_line(&mut text, url.url));
            }
        }
        Some(_) => return Err(AppError::NotFound),
        None => {
            app.store
                .invalidation(company.id, id)
                .await?
                .ok_or(AppError::NotFound)?;
            let mut batches = app.store.batches(company.id, id).await?;
            if let Some(wanted) = part.batch {
                batches.retain(|batch| batch.id == wanted);
                let batch = batches.first().ok_or(AppError::NotFound)?;
                name = format!("{name}-{}", batch.position);
            }
            for batch in batches {
                let urls = app
                    .store
                    .batch_urls(company.id, batch.id, 0, i64::MAX)
                    .await?;
                for url in urls {
                    push_line(&mut text, &url.url);
                }
            }
        }
    }
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.txt\""),
        ),
    ];
    Ok((headers, text).into_response())
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
