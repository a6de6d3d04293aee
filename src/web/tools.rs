//! Tools: the two tiles of the contract, the person's open drafts, and what was invalidated last.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{OriginalUri, State},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{
    extract::{Editor, InCompany},
    shell::Shell,
    view::{Moment, company_path, counted, draft_holds, draft_path, outcome_path},
};
use crate::{
    app::App,
    domain::Company,
    error::AppError,
    store::{Draft, InvalidationSummary, Person},
};

/// How many drafts and invalidations are listed.
const LISTED: i64 = 10;

#[derive(Template, WebTemplate)]
#[template(path = "tools/tools.html")]
struct ToolsPage {
    shell: Shell,
    /// The start of the company's addresses.
    base: String,
    not_ready: Option<String>,
    drafts: Vec<DraftView>,
    recent: Vec<RecentView>,
}

#[derive(Template, WebTemplate)]
#[template(path = "tools/no_company.html")]
struct NoCompanyPage {
    shell: Shell,
}

struct DraftView {
    href: String,
    changed: Moment,
    what: String,
}

struct RecentView {
    href: String,
    who: String,
    when: Moment,
    urls: String,
    /// A class of the style sheet.
    status: &'static str,
    status_text: &'static str,
    status_icon: &'static str,
}

/// Shows the company's tools.
pub async fn show(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
) -> Result<Response, AppError> {
    let company = &at.company;
    if person.last_company != Some(company.id) {
        app.store.set_last_company(person.id, company.id).await?;
    }
    let mut drafts = Vec::new();
    for draft in app.store.open_drafts(company.id, person.id, LISTED).await? {
        let assets = app.store.draft_assets(draft.id).await?.len();
        drafts.push(draft_view(company, &draft, assets));
    }
    let recent = app.store.recent_invalidations(company.id, LISTED).await?;
    let page = ToolsPage {
        shell: Shell::at("Tools", &person, &at),
        base: company_path(company),
        not_ready: company.site().err().map(|missing| missing.to_string()),
        drafts,
        recent: recent
            .iter()
            .map(|summary| recent_view(company, summary))
            .collect(),
    };
    Ok(page.into_response())
}

fn draft_view(company: &Company, draft: &Draft, assets: usize) -> DraftView {
    let lines = draft
        .manual_urls
        .lines()
        .filter(|line| !line.trim().is_empty())
        .count();
    DraftView {
        href: draft_path(company, draft.id, "details"),
        changed: draft.updated_at.into(),
        what: draft_holds(assets, lines).unwrap_or_else(|| "Nothing yet".to_owned()),
    }
}

fn recent_view(company: &Company, summary: &InvalidationSummary) -> RecentView {
    let (status, status_text, status_icon) = if summary.refused > 0 {
        ("refused", "Refused", "error")
    } else if summary.failed > 0 {
        ("failed", "Failed", "error")
    } else if summary.downloaded > 0 {
        ("downloaded", "Downloaded, not sent", "download")
    } else if summary.accepted == summary.batches {
        ("accepted", "Accepted", "check")
    } else {
        ("sending", "Sending", "clock")
    };
    RecentView {
        href: outcome_path(company, summary.id),
        who: summary.author_email.clone(),
        when: summary.submitted_at.into(),
        urls: counted(summary.url_count.unsigned_abs(), "URL"),
        status,
        status_text,
        status_icon,
    }
}

/// `/` leads to the company that the person worked with last.
pub async fn last_company(
    Editor(person): Editor,
    State(app): State<App>,
) -> Result<Response, AppError> {
    lead(&app, &person, "").await
}

/// `/template`, for short.
pub async fn last_company_template(
    Editor(person): Editor,
    State(app): State<App>,
) -> Result<Response, AppError> {
    lead(&app, &person, "/template").await
}

/// `/invalidations/new`, for short.
pub async fn last_company_new(
    Editor(person): Editor,
    State(app): State<App>,
) -> Result<Response, AppError> {
    lead(&app, &person, "/invalidations/new").await
}

/// A company's address with a slash at its end leads to the one without.
pub async fn without_slash(OriginalUri(uri): OriginalUri) -> Redirect {
    Redirect::permanent(uri.path().trim_end_matches('/'))
}

async fn lead(app: &App, person: &Person, page: &str) -> Result<Response, AppError> {
    let companies = app.store.companies().await?;
    let last = companies
        .iter()
        .find(|company| Some(company.id) == person.last_company);
    Ok(match last.or(companies.first()) {
        Some(company) => Redirect::to(&format!("{}{page}", company_path(company))).into_response(),
        None => NoCompanyPage {
            shell: Shell::of("Tools", person),
        }
        .into_response(),
    })
}
