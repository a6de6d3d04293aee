//! Tools: the two tiles of the contract, the person's open drafts, what changed recently, and what was invalidated last.

use std::collections::BTreeSet;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{OriginalUri, State},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    assets::{add_supported, recent_query},
    extract::{Editor, Form, InCompany},
    history::row::Row,
    invalidations::start::new_draft,
    shell::Shell,
    view::{AssetView, Moment, company_path, draft_holds, draft_path, grouped},
};
use crate::{
    app::App,
    domain::{AssetKey, Company},
    error::AppError,
    store::{AssetPage, Draft, HistoryQuery, Matches, Person},
};

/// How many recent changes are listed.
const CHANGED: i64 = 12;

/// How many drafts and invalidations are listed.
const LISTED: i64 = 10;

#[derive(Template, WebTemplate)]
#[template(path = "tools/tools.html")]
struct ToolsPage {
    shell: Shell,
    /// The start of the company's addresses.
    base: String,
    not_ready: Option<String>,
    /// Whether lists are sent, or only downloaded.
    connected: bool,
    changed: Vec<ChangedView>,
    more_changed: bool,
    /// How many changed in all that can be invalidated, where more did than are listed and they can be counted.
    all_changed: Option<String>,
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

/// An asset that was replaced and not invalidated since.
struct ChangedView {
    asset: AssetView,
    when: Moment,
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
    if let Err(error) = app.syncer.freshen(company.id).await {
        tracing::warn!(%error, "a catalogue could not be asked to be brought up to date");
    }
    let changed = changed_recently(&app, company).await?;
    let site = company.site().ok();
    let shell = Shell::at("Tools", &person, &at);
    let volume = app.dispatcher.volume(company.id).await?;
    let page = ToolsPage {
        volume: volume.for_admins().filter(|_| shell.is_admin()),
        shell,
        base: company_path(company),
        not_ready: company.site().err().map(|missing| missing.to_string()),
        more_changed: changed.next.is_some(),
        all_changed: match changed.next {
            Some(_) => count_changed(&app, company).await?,
            None => None,
        },
        connected: app.store.connection_state(company.id).await?.is_some(),
        changed: changed
            .assets
            .iter()
            .map(|asset| ChangedView {
                asset: AssetView::new(asset, site.as_ref(), at.preview_server.as_ref()),
                when: asset.changed_at.into(),
            })
            .collect(),
        drafts,
        recent: recent
            .iter()
            .map(|entry| Row::new(company, entry))
            .collect(),
    };
    Ok(page.into_response())
}

/// The latest that changed.
async fn changed_recently(app: &App, company: &Company) -> Result<AssetPage, AppError> {
    let mut query = recent_query(app.clock.now());
    query.limit = CHANGED;
    Ok(app.store.search_assets(company.id, &query).await?)
}

/// How many all of them are, without the formats that Adobe excludes.
async fn count_changed(app: &App, company: &Company) -> Result<Option<String>, AppError> {
    let query = recent_query(app.clock.now());
    let found = app.store.count_assets(company.id, &query).await?;
    Ok(match found.matches {
        Matches::Exactly(all) if all > found.excluded => {
            Some(grouped((all - found.excluded).unsigned_abs()))
        }
        Matches::Exactly(_) | Matches::MoreThan(_) => None,
    })
}

/// The assets whose ticks were left, or all that changed but those whose ticks were taken away.
#[derive(Debug, Deserialize)]
pub struct ChangedForm {
    #[serde(default)]
    asset: BTreeSet<AssetKey>,
    /// Those that were listed, ticked or not.
    #[serde(default)]
    listed: BTreeSet<AssetKey>,
    #[serde(default, rename = "do")]
    action: String,
}

/// Starts an invalidation with the assets that changed recently, and leads to its details.
pub async fn start_with_changed(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<ChangedForm>,
) -> Result<Redirect, AppError> {
    let draft = new_draft(&app, &at.company, &person).await?;
    app.store.create_draft(&draft).await?;
    let page = |page: &str| draft_path(&at.company, draft.id, page);
    if form.action == "all" {
        let now = app.clock.now();
        let query = recent_query(now);
        let all = app
            .store
            .select_all_assets(at.company.id, draft.id, &query, now);
        // By now they are more than an invalidation holds: the picker can narrow them.
        let to = all.await?.map_or("assets?show=recent", |_| "details");
        let unticked: Vec<AssetKey> = form.listed.difference(&form.asset).copied().collect();
        app.store
            .remove_draft_assets(at.company.id, draft.id, &unticked, now)
            .await?;
        return Ok(Redirect::to(&page(to)));
    }
    let keys: Vec<AssetKey> = form.asset.into_iter().collect();
    add_supported(&app, at.company.id, draft.id, &keys).await?;
    Ok(Redirect::to(&page("details")))
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
