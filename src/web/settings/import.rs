//! *Settings > Import*: CSV files of assets and presets, for trials and for accounts that allow no API.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::{Html, IntoResponse as _, Redirect, Response},
};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;

use super::Tabs;
use crate::{
    app::App,
    domain::Company,
    error::AppError,
    ops::import::{COLUMNS_OF_ASSETS, COLUMNS_OF_PRESETS, Kind, Report, stage::Import},
    store::{ImportState, Person, StoreError},
    web::{
        extract::{Admin, Form, Htmx, ImportPath, InCompany, Query},
        shell::Shell,
        view::{Moment, company_path, counted, grouped},
    },
};

/// Seconds between two looks of a browser without JavaScript, while a file is worked on.
const REFRESH: u32 = 2;

#[derive(Template, WebTemplate)]
#[template(path = "settings/import.html")]
pub(super) struct ImportsPage {
    shell: Shell,
    tabs: Tabs,
    kind: Kind,
    connected: bool,
    assets: &'static [(&'static str, &'static str)],
    presets: &'static [(&'static str, &'static str)],
    imports: Vec<LineView>,
    problem: Option<String>,
}

/// One file in the list.
struct LineView {
    href: String,
    name: String,
    when: Moment,
    words: &'static str,
}

#[derive(Template, WebTemplate)]
#[template(path = "settings/import_one.html", blocks = ["progress"])]
struct ImportPage {
    shell: Shell,
    tabs: Tabs,
    this: String,
    name: String,
    running: bool,
    abandoned: bool,
    state: ImportState,
    good: String,
    bad: String,
    done: String,
    report: Report,
}

/// Which kind of file is chosen at first.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    kind: Option<Kind>,
}

/// What is to become of a file.
#[derive(Debug, Deserialize)]
pub struct DecideForm {
    #[serde(rename = "do")]
    action: Action,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    Keep,
    Discard,
}

/// Shows the form, and the files of the last days.
pub async fn show(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    let kind = wanted.kind.unwrap_or(Kind::Assets);
    Ok(imports_page(&app, &person, &at, kind, None)
        .await?
        .into_response())
}

/// Shows how far a file is; while somebody works on it, htmx asks for the middle of the page alone.
pub async fn one(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    ImportPath(id): ImportPath,
    Htmx(htmx): Htmx,
) -> Result<Response, AppError> {
    let import = app.importer.import(at.company.id, id).await?;
    let page = import_page(&app, &person, &at, import.ok_or(AppError::NotFound)?);
    Ok(if htmx {
        Html(page.as_progress().render()?).into_response()
    } else {
        page.into_response()
    })
}

/// *Keep the good ones*, *Go on* or *Discard*.
pub async fn decide(
    Admin(_): Admin,
    State(app): State<App>,
    at: InCompany,
    ImportPath(id): ImportPath,
    Form(form): Form<DecideForm>,
) -> Result<Redirect, AppError> {
    let company = at.company.id;
    let import = app
        .importer
        .import(company, id)
        .await?
        .ok_or(AppError::NotFound)?;
    if form.action == Action::Discard {
        app.store.delete_import(company, id).await?;
        return Ok(Redirect::to(&path(&at.company)));
    }
    match app.importer.go_on(&import).await {
        // Somebody else was quicker: the page shows what they did.
        Ok(()) | Err(StoreError::Conflict) => {
            Ok(Redirect::to(&format!("{}/{id}", path(&at.company))))
        }
        Err(error) => Err(error.into()),
    }
}

/// All bad lines of a file, as CSV.
pub async fn bad_lines(
    Admin(_): Admin,
    State(app): State<App>,
    at: InCompany,
    ImportPath(id): ImportPath,
) -> Result<Response, AppError> {
    let import = app
        .importer
        .import(at.company.id, id)
        .await?
        .ok_or(AppError::NotFound)?;
    let lines = app.importer.bad_lines(&import);
    let body = stream::unfold(lines, async |mut lines| {
        let bytes = lines.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(bytes)), lines))
    });
    // Compression asks once more after the end.
    let body = body.fuse();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"bad-lines.csv\"",
        ),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

pub(super) fn path(company: &Company) -> String {
    format!("{}/settings/import", company_path(company))
}

/// The page with the form, and what is wrong with the upload that was just tried.
pub(super) async fn imports_page(
    app: &App,
    person: &Person,
    at: &InCompany,
    kind: Kind,
    problem: Option<String>,
) -> Result<ImportsPage, AppError> {
    let imports = app.importer.imports(at.company.id).await?;
    let whole = imports
        .into_iter()
        .filter(|import| import.file.state != ImportState::Receiving);
    Ok(ImportsPage {
        shell: Shell::at("Settings", person, at),
        // It belongs to the two tabs that lead to it.
        tabs: Tabs::of(&at.company, "import"),
        kind,
        connected: app.store.connection(at.company.id).await?.is_some(),
        assets: &COLUMNS_OF_ASSETS,
        presets: &COLUMNS_OF_PRESETS,
        imports: whole.map(|import| line(&at.company, import)).collect(),
        problem,
    })
}

fn line(company: &Company, import: Import) -> LineView {
    LineView {
        href: format!("{}/{}", path(company), import.file.id),
        when: import.file.created_at.into(),
        words: match import.file.state {
            ImportState::Receiving | ImportState::Checking => "being looked through",
            ImportState::Asks => "waits for your decision",
            ImportState::Importing => "being imported",
            ImportState::Done => "imported",
            ImportState::Unusable => "cannot be imported",
        },
        name: import.file.name,
    }
}

fn import_page(app: &App, person: &Person, at: &InCompany, import: Import) -> ImportPage {
    let abandoned = app.importer.is_abandoned(&import.file);
    let running = import.is_running() && !abandoned;
    let Import { file, kind, report } = import;
    let noun = kind.noun();
    ImportPage {
        shell: Shell {
            refresh: running.then_some(REFRESH),
            ..Shell::at("Settings", person, at)
        },
        tabs: Tabs::of(&at.company, "import"),
        this: format!("{}/{}", path(&at.company), file.id),
        name: file.name,
        running,
        abandoned,
        state: file.state,
        good: counted(report.good, "good line"),
        bad: counted(report.bad, "bad line"),
        done: done(&report, noun),
        report,
    }
}

/// What an import has done, in a sentence.
fn done(report: &Report, noun: &str) -> String {
    let added = counted(report.added, noun);
    let changed = grouped(report.changed);
    let removed = match report.removed {
        0 => String::new(),
        removed => format!(
            " {} that the file does not have went away.",
            counted(removed, noun)
        ),
    };
    format!("{added} new, {changed} changed.{removed}")
}
