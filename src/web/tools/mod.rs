//! Tools: the two tiles of the contract, the person's open drafts, what changed recently, and what was invalidated last.
//!
//! [`changed`] is the part that follows the catalogue.

pub mod changed;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{OriginalUri, State},
    response::{IntoResponse as _, Redirect, Response},
};

use self::changed::{Changed, Ticks};
use super::{
    extract::{Editor, InCompany},
    history::row::Row,
    shell::Shell,
    view::{Moment, company_path, draft_holds, draft_path},
};
use crate::{
    app::App,
    domain::Company,
    error::AppError,
    store::{Draft, HistoryQuery, Person},
};

/// How many drafts and invalidations are listed.
const LISTED: i64 = 10;

#[derive(Template, WebTemplate)]
#[template(path = "tools/tools.html")]
struct ToolsPage {
    shell: Shell,
    /// The start of the company's addresses.
    base: String,
    /// Why a button did nothing.
    refused: Option<String>,
    not_ready: Option<String>,
    /// Whether lists are sent, or only downloaded.
    connected: bool,
    changed: Changed,
    /// For administrators: more requests than are normal.
    volume: Option<String>,
    drafts: Vec<DraftView>,
    recent: Vec<Row>,
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
    if let Err(error) = app.syncer.freshen(company.id).await {
        tracing::warn!(%error, "a catalogue could not be asked to be brought up to date");
    }
    let page = ToolsPage::load(&app, &person, &at, &Ticks::default()).await?;
    Ok(page.into_response())
}

impl ToolsPage {
    /// Reads it all.
    async fn load(
        app: &App,
        person: &Person,
        at: &InCompany,
        ticks: &Ticks,
    ) -> Result<Self, AppError> {
        let company = &at.company;
        let mut drafts = Vec::new();
        for draft in app.store.open_drafts(company.id, person.id, LISTED).await? {
            let assets = app.store.count_selected(draft.id).await?;
            let assets = usize::try_from(assets).unwrap_or(0);
            drafts.push(draft_view(company, &draft, assets));
        }
        let latest = HistoryQuery {
            limit: LISTED,
            ..HistoryQuery::default()
        };
        let recent = app.store.history(company.id, &latest).await?.entries;
        let changed = Changed::load(app, at, ticks).await?;
        let shell = Shell::at("Tools", person, at);
        let volume = app.dispatcher.volume(company.id).await?;
        Ok(Self {
            volume: volume.for_admins().filter(|_| shell.is_admin()),
            shell,
            base: company_path(company),
            refused: None,
            not_ready: company.site().err().map(|missing| missing.to_string()),
            connected: app.store.connection_state(company.id).await?.is_some(),
            changed,
            drafts,
            recent: recent
                .iter()
                .map(|entry| Row::new(company, entry))
                .collect(),
        })
    }
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

/// `/invalidations`, for short.
pub async fn last_company_history(
    Editor(person): Editor,
    State(app): State<App>,
) -> Result<Response, AppError> {
    lead(&app, &person, "/invalidations").await
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
