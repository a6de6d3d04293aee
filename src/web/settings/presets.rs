//! *Settings > Presets*: the list as Adobe has it, with those that the site does not use unticked.

use std::collections::BTreeSet;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::Tabs;
use crate::{
    app::App,
    error::AppError,
    ops::presets::{self, PresetsError},
    store::{ListedPreset, Person},
    web::{
        extract::{Admin, Form, InCompany, Query},
        forms::number,
        shell::Shell,
        view::{Moment, company_path, counted, grouped, query_value},
    },
};

/// Presets on the page; a search narrows longer lists.
const SHOWN: usize = 500;

/// From so many on there is a search box.
const MANY: usize = 20;

#[derive(Template, WebTemplate)]
#[template(path = "settings/presets.html")]
struct PresetsPage {
    shell: Shell,
    tabs: Tabs,
    q: String,
    rows: Vec<ListedPreset>,
    /// What is above the list: how many there are, and how many are used.
    total: String,
    used: String,
    is_empty: bool,
    searches: bool,
    /// Matches that are not shown.
    more: usize,
    read_at: Option<Moment>,
    connected: bool,
    done: Option<String>,
    problem: Option<String>,
}

/// What is looked for, and what was done just now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    q: String,
    saved: bool,
    read: Option<u32>,
    #[serde(deserialize_with = "number")]
    left_out: usize,
}

/// The ticks, and the names that they stand beside.
#[derive(Debug, Deserialize)]
pub struct PresetsForm {
    #[serde(default)]
    q: String,
    #[serde(default)]
    shown: BTreeSet<String>,
    #[serde(default)]
    used: BTreeSet<String>,
}

/// Shows the list.
pub async fn show(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    let mut page = load(&app, &person, &at, &wanted.q).await?;
    page.done = match wanted.read {
        Some(number) => {
            let read = format!("{} read from Dynamic Media.", counted(number, "preset"));
            Some(match presets::left_out(wanted.left_out) {
                Some(left_out) => format!("{read} {left_out}"),
                None => read,
            })
        }
        None if wanted.saved => {
            Some("Saved. Lists that are formed from now on follow it.".to_owned())
        }
        None => None,
    };
    Ok(page.into_response())
}

/// Stores which of the shown presets are used.
pub async fn save(
    Admin(_): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<PresetsForm>,
) -> Result<Redirect, AppError> {
    let company = at.company.id;
    app.store
        .set_used_presets(company, &form.shown, &form.used)
        .await?;
    let q = query_value(&form.q);
    Ok(Redirect::to(&format!(
        "{}/settings/presets?saved=true&q={q}",
        company_path(&at.company)
    )))
}

/// *Sync presets now*.
pub async fn sync(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
) -> Result<Response, AppError> {
    let App {
        store,
        vault,
        ips,
        clock,
        ..
    } = &app;
    let error = match presets::sync(store, vault, ips, clock, &at.company).await {
        Ok(read) => {
            let page = format!(
                "{}/settings/presets?read={}&left_out={}",
                company_path(&at.company),
                read.kept,
                read.left_out
            );
            return Ok(Redirect::to(&page).into_response());
        }
        Err(error) => error,
    };
    let status = match error {
        PresetsError::Ips(_) => StatusCode::BAD_GATEWAY,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let sentence = error.sentence()?;
    let mut page = load(&app, &person, &at, "").await?;
    page.problem = Some(format!("{sentence} The list below is the one from before."));
    Ok((status, page).into_response())
}

async fn load(
    app: &App,
    person: &Person,
    at: &InCompany,
    q: &str,
) -> Result<PresetsPage, AppError> {
    let list = app.store.preset_list(at.company.id).await?;
    let total = list.presets.len();
    let used = list.presets.iter().filter(|listed| listed.used).count();
    let word = q.trim().to_lowercase();
    let matches = |listed: &ListedPreset| {
        let preset = &listed.preset;
        preset.name.to_lowercase().contains(&word) || preset.modifier.to_lowercase().contains(&word)
    };
    let mut rows: Vec<ListedPreset> = list.presets.into_iter().filter(matches).collect();
    let more = rows.len().saturating_sub(SHOWN);
    rows.truncate(SHOWN);
    Ok(PresetsPage {
        shell: Shell::at("Settings", person, at),
        tabs: Tabs::of(&at.company, "presets"),
        q: q.trim().to_owned(),
        rows,
        total: counted(total as u64, "preset"),
        used: grouped(used as u64),
        is_empty: total == 0,
        searches: total >= MANY || !word.is_empty(),
        more,
        read_at: list.put_at.map(Moment::from),
        connected: app.store.connection(at.company.id).await?.is_some(),
        done: None,
        problem: None,
    })
}
