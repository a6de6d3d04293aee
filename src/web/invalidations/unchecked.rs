//! *Not checked*: the URLs that Adobe took and that nobody has looked at, each with *Check*.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;

use crate::{
    app::App,
    domain::{CompanyId, InvalidationId},
    error::AppError,
    store::{Store, StoreError, SubmittedUrl, Taken},
    web::{
        extract::{Editor, InCompany, InvalidationPath, Query},
        shell::Shell,
        view::outcome_path,
    },
};

/// URLs on one page, or a few more.
const ROWS: usize = 100;

#[derive(Template, WebTemplate)]
#[template(path = "invalidations/unchecked.html")]
struct UncheckedPage {
    shell: Shell,
    this: String,
    urls: Vec<String>,
    /// Where the next page begins.
    next: Option<String>,
}

/// Where the page begins: after this URL of this batch.
#[derive(Debug, Default, Deserialize)]
pub struct From {
    #[serde(default)]
    batch: i32,
    #[serde(default)]
    after: i64,
}

/// Lists them.
pub async fn show(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
    Query(from): Query<From>,
) -> Result<Response, AppError> {
    app.store
        .invalidation(at.company.id, id)
        .await?
        .ok_or(AppError::NotFound)?;
    let (urls, next) = unchecked(&app.store, at.company.id, id, &from).await?;
    let page = UncheckedPage {
        shell: Shell::at("CDN Invalidation", &person, &at),
        this: outcome_path(&at.company, id),
        urls,
        next: next.map(|from| format!("?batch={}&after={}", from.batch, from.after)),
    };
    Ok(page.into_response())
}

async fn unchecked(
    store: &Store,
    company: CompanyId,
    id: InvalidationId,
    from: &From,
) -> Result<(Vec<String>, Option<From>), StoreError> {
    let mut urls = Vec::new();
    for batch in store.batches(company, id).await? {
        let Some(taken) = Taken::of(&batch).filter(|_| batch.position >= from.batch) else {
            continue;
        };
        let mut after = if batch.position == from.batch {
            from.after
        } else {
            0
        };
        loop {
            let rows = store.batch_urls(company, batch.id, after, 500).await?;
            let Some(last) = rows.last().map(|row| row.position) else {
                break;
            };
            let shown: Vec<&str> = rows
                .iter()
                .flat_map(SubmittedUrl::shown)
                .map(String::as_str)
                .collect();
            let looked_at = store.looked_at(company, id, &shown).await?;
            for row in &rows {
                after = row.position;
                if taken.holds(row.position, &row.url) {
                    let shown = row.shown().iter();
                    urls.extend(
                        shown
                            .filter(|url| !looked_at.contains(url.as_str()))
                            .cloned(),
                    );
                }
                // All that one URL clears stand on one page.
                if urls.len() >= ROWS {
                    let next = From {
                        batch: batch.position,
                        after,
                    };
                    return Ok((urls, Some(next)));
                }
            }
            after = last;
        }
    }
    Ok((urls, None))
}
