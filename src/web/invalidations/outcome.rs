//! The outcome: what became of each batch, as it happens, and the URLs that were in it.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    http::header,
    response::{Html, IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::checks_view::ChecksSection;
use crate::{
    app::App,
    domain::{BatchId, BatchState, Company, Failure, FailureKind, InvalidationId, Role, formation},
    error::AppError,
    ops::plan::DraftInputs,
    store::{Batch, Invalidation, SubmittedUrl},
    web::{
        extract::{Editor, Htmx, InCompany, InvalidationPath},
        shell::Shell,
        view::{
            Moment, company_path, counted, draft_path, origin_words, outcome_path, query_value,
        },
    },
};

/// URLs of a batch on one page.
const ROWS: i64 = 200;

/// Seconds between two looks of a browser without JavaScript, while something is on its way.
const REFRESH: u32 = 2;

/// The same while URLs are looked at, which takes longer.
const LOOKS_REFRESH: u32 = 10;

#[derive(Template, WebTemplate)]
#[template(path = "invalidations/outcome.html", blocks = ["progress"])]
struct OutcomePage {
    shell: Shell,
    base: String,
    /// The address of this page.
    this: String,
    who: String,
    when: Moment,
    total: String,
    /// The same rows again.
    poll: String,
    running: bool,
    /// Where things stand, in one sentence.
    standing: &'static str,
    /// A class of the style sheet.
    standing_class: &'static str,
    batches: Vec<BatchView>,
    is_single: bool,
    /// What was seen of the URLs.
    checks: ChecksSection,
}

struct BatchView {
    id: String,
    position: i32,
    root: String,
    urls: String,
    status: &'static str,
    status_text: &'static str,
    status_icon: &'static str,
    finished: Option<Moment>,
    estimate: Option<String>,
    warnings: i32,
    failure: Option<FailureView>,
    /// The list is a file, and was never sent.
    is_file: bool,
    rows: Vec<RowView>,
    /// Position after which the next rows stand.
    next: Option<i64>,
}

struct FailureView {
    headline: &'static str,
    advice: &'static str,
    reason: String,
    code: Option<i32>,
    named_url: Option<String>,
}

struct RowView {
    url: String,
    origins: String,
    covers: usize,
}

/// Which rows of which batch are shown, beyond the first.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    batch: String,
    #[serde(default)]
    after: i64,
}

/// Shows the outcome. A draft leads to its details.
pub async fn show(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
    Htmx(htmx): Htmx,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    let invalidation = app
        .store
        .invalidation(at.company.id, id)
        .await?
        .ok_or(AppError::NotFound)?;
    let Some(submitted_at) = invalidation.submitted_at else {
        let mine = invalidation.author == person.id;
        return if mine {
            Ok(to_details(&at.company, id))
        } else {
            Err(AppError::NotFound)
        };
    };
    let mut batches = Vec::new();
    for batch in app.store.batches(at.company.id, id).await? {
        let after = if wanted.batch == batch.id.to_string() {
            wanted.after
        } else {
            0
        };
        let urls = app
            .store
            .batch_urls(at.company.id, batch.id, after, ROWS)
            .await?;
        batches.push((batch, urls));
    }
    let poll = format!(
        "{}?batch={}&after={}",
        outcome_path(&at.company, id),
        query_value(&wanted.batch),
        wanted.after
    );
    let alone: Vec<_> = batches.iter().map(|(batch, _)| batch.clone()).collect();
    let is_admin = person.role == Role::Admin;
    let checks = ChecksSection::load(&app.store, &at.company, id, &alone, is_admin).await?;
    let page = page(
        Shell::at("CDN Invalidation", &person, &at),
        checks,
        poll,
        &at.company,
        &invalidation,
        submitted_at.into(),
        &batches,
    );
    Ok(if htmx {
        Html(page.as_progress().render()?).into_response()
    } else {
        page.into_response()
    })
}

fn to_details(company: &Company, id: InvalidationId) -> Response {
    Redirect::to(&draft_path(company, id, "details")).into_response()
}

fn page(
    shell: Shell,
    checks: ChecksSection,
    poll: String,
    company: &Company,
    invalidation: &Invalidation,
    when: Moment,
    batches: &[(Batch, Vec<SubmittedUrl>)],
) -> OutcomePage {
    let running = batches.iter().any(|(batch, _)| !batch.state.is_final());
    let states: Vec<_> = batches
        .iter()
        .map(|(batch, _)| {
            (
                batch.state,
                batch.failure.as_ref().map(|failure| failure.kind),
            )
        })
        .collect();
    let total: i64 = batches.iter().map(|(batch, _)| batch.url_count).sum();
    let (standing, standing_class) = standing(&states);
    OutcomePage {
        shell: Shell {
            refresh: if running {
                Some(REFRESH)
            } else {
                checks.is_running().then_some(LOOKS_REFRESH)
            },
            ..shell
        },
        base: company_path(company),
        poll,
        this: outcome_path(company, invalidation.id),
        who: invalidation.author_email.clone(),
        when,
        total: counted(total.unsigned_abs(), "URL"),
        running,
        standing,
        standing_class,
        batches: batches
            .iter()
            .map(|(batch, urls)| batch_view(batch, urls))
            .collect(),
        is_single: batches.len() == 1,
        checks,
    }
}

/// One sentence. It never says more than is known: Adobe's *accepted* is not yet *live*, and no clear answer is none.
fn standing(batches: &[(BatchState, Option<FailureKind>)]) -> (&'static str, &'static str) {
    let any = |wanted: BatchState| batches.iter().any(|(state, _)| *state == wanted);
    let all_accepted = batches
        .iter()
        .all(|(state, _)| *state == BatchState::Accepted);
    let mut failures = batches.iter().filter_map(|(_, failure)| *failure);
    if any(BatchState::Waiting) || any(BatchState::Sending) {
        ("On its way to Adobe.", "info")
    } else if any(BatchState::Downloaded) {
        (
            "The list is ready to be downloaded. Nothing was sent: this company is not connected to Dynamic Media.",
            "info",
        )
    } else if all_accepted {
        (
            "Adobe has accepted all of it. The new pictures usually show within seconds, at most within minutes.",
            "success",
        )
    } else if any(BatchState::Accepted) {
        (
            "Adobe has accepted a part of it. The rest did not go through.",
            "warns",
        )
    } else if failures.all(FailureKind::cleared_nothing) {
        ("Nothing was cleared.", "blocks")
    } else {
        ("It is not certain what was cleared.", "blocks")
    }
}

fn batch_view(batch: &Batch, urls: &[SubmittedUrl]) -> BatchView {
    let (status_text, status_icon) = match batch.state {
        BatchState::Waiting => ("Waiting", "clock"),
        BatchState::Sending => ("Sending", "clock"),
        BatchState::Accepted => ("Accepted", "check"),
        BatchState::Refused => ("Refused", "error"),
        BatchState::Failed => ("Failed", "error"),
        BatchState::Downloaded => ("For download, not sent", "download"),
    };
    let last = urls.last().map_or(0, |url| url.position);
    BatchView {
        id: batch.id.to_string(),
        position: batch.position,
        root: batch.root.clone(),
        urls: counted(batch.url_count.unsigned_abs(), "URL"),
        status: batch.state.as_str(),
        status_text,
        status_icon,
        finished: batch.finished_at.map(Moment::from),
        estimate: batch
            .receipt
            .as_ref()
            .and_then(|receipt| receipt.estimated_seconds)
            .map(|seconds| counted(u64::from(seconds.unsigned_abs()), "second")),
        warnings: batch.receipt.as_ref().map_or(0, |receipt| receipt.warnings),
        failure: batch
            .failure
            .as_ref()
            .map(|failure| failure_view(failure, batch.named_url.as_ref())),
        is_file: batch.state == BatchState::Downloaded,
        next: (last < batch.url_count && !urls.is_empty()).then_some(last),
        rows: urls.iter().map(row).collect(),
    }
}

fn failure_view(failure: &Failure, named_url: Option<&String>) -> FailureView {
    FailureView {
        headline: failure.kind.headline().text(),
        advice: failure.kind.advice(),
        reason: failure.reason.clone(),
        code: failure.code,
        named_url: named_url.cloned(),
    }
}

fn row(submitted: &SubmittedUrl) -> RowView {
    RowView {
        url: submitted.url.clone(),
        origins: submitted
            .origins
            .iter()
            .map(origin_words)
            .collect::<Vec<_>>()
            .join(" · "),
        covers: submitted.covers.len(),
    }
}

/// Which part of the list is downloaded: one batch, or all of it.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    batch: Option<BatchId>,
}

/// *Download*: the list as text, one URL a line; of a draft, as it stands now.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_at_the_top_never_says_more_than_is_known() {
        use BatchState::{Accepted, Downloaded, Failed, Refused, Sending, Waiting};
        let class = |states: &[BatchState]| {
            let states: Vec<_> = states.iter().map(|state| (*state, None)).collect();
            standing(&states).1
        };
        assert_eq!(class(&[Accepted, Waiting]), "info");
        assert_eq!(class(&[Sending]), "info");
        assert_eq!(class(&[Accepted, Accepted]), "success");
        assert_eq!(class(&[Accepted, Refused]), "warns");
        assert_eq!(class(&[Failed, Refused]), "blocks");
        assert_eq!(class(&[Downloaded, Downloaded]), "info");

        let sentence = |kind| standing(&[(Failed, Some(kind))]).0;
        assert_eq!(sentence(FailureKind::Unreachable), "Nothing was cleared.");
        assert_eq!(
            sentence(FailureKind::TimedOut),
            "It is not certain what was cleared."
        );
    }
}
