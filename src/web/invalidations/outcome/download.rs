//! *Download*: the list as text, one URL a line; of a draft, as it stands now.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};

use crate::{
    app::App,
    domain::formation,
    error::AppError,
    ops::plan::DraftInputs,
    web::extract::{Editor, InCompany, InvalidationPath},
};

/// Sends the list.
pub async fn download(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
) -> Result<Response, AppError> {
    let company = &at.company;
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
            for batch in app.store.batches(company.id, id).await? {
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
            format!("attachment; filename=\"invalidation-{id}.txt\""),
        ),
    ];
    Ok((headers, text).into_response())
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
