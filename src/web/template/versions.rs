//! Earlier versions of the template: seen, compared with the one in force, restored.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};

use super::diff::{DiffLine, diff};
use crate::{
    app::App,
    domain::Role,
    error::AppError,
    store::TemplateVersion,
    web::{
        extract::{Admin, Editor, InCompany},
        shell::Shell,
        view::{Moment, company_path},
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "template/versions.html")]
struct VersionsPage {
    shell: Shell,
    base: String,
    versions: Vec<VersionView>,
}

#[derive(Template, WebTemplate)]
#[template(path = "template/version.html")]
struct VersionPage {
    shell: Shell,
    base: String,
    version: VersionView,
    newest: i32,
    lines: Vec<DiffLine>,
    may_restore: bool,
}

struct VersionView {
    number: i32,
    author: String,
    saved: Moment,
}

impl From<&TemplateVersion> for VersionView {
    fn from(version: &TemplateVersion) -> Self {
        Self {
            number: version.version,
            author: version.author.clone(),
            saved: version.saved_at.into(),
        }
    }
}

/// Lists them, newest first.
pub async fn list(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
) -> Result<Response, AppError> {
    let versions = app.store.template_versions(at.company.id).await?;
    let page = VersionsPage {
        shell: Shell::at("Earlier versions", &person, &at),
        base: company_path(&at.company),
        versions: versions.iter().map(VersionView::from).collect(),
    };
    Ok(page.into_response())
}

/// Shows one, compared with the newest.
pub async fn show(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    Path((_, number)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let (version, newest) = find(&app, &at, &number).await?;
    let page = VersionPage {
        shell: Shell::at(&format!("Version {number}"), &person, &at),
        base: company_path(&at.company),
        version: VersionView::from(&version),
        newest: newest.version,
        lines: diff(&version.text, &newest.text),
        may_restore: person.role == Role::Admin && version.version != newest.version,
    };
    Ok(page.into_response())
}

/// Saves an earlier text as a new version.
pub async fn restore(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Path((_, number)): Path<(String, String)>,
) -> Result<Redirect, AppError> {
    let (version, newest) = find(&app, &at, &number).await?;
    let now = app.clock.now();
    app.store
        .save_template(at.company.id, &version.text, person.id, newest.version, now)
        .await?;
    Ok(Redirect::to(&format!(
        "{}/template?saved=true",
        company_path(&at.company)
    )))
}

async fn find(
    app: &App,
    at: &InCompany,
    number: &str,
) -> Result<(TemplateVersion, TemplateVersion), AppError> {
    let number: i32 = number.parse().map_err(|_| AppError::NotFound)?;
    let versions = app.store.template_versions(at.company.id).await?;
    let version = versions
        .iter()
        .find(|version| version.version == number)
        .cloned();
    match (version, versions.into_iter().next()) {
        (Some(version), Some(newest)) => Ok((version, newest)),
        _ => Err(AppError::NotFound),
    }
}
