//! *CDN Invalidation template*: the text, Cancel, Save. Save asks once more, and *OK* makes a new version.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    foreign::{Foreign, ForeignView, Standing},
    preview::{self, Preview},
};
use crate::{
    app::App,
    domain::{Role, TemplateText},
    error::AppError,
    store::{Person, StoreError},
    web::{
        extract::{Admin, Editor, Form, InCompany, Query},
        forms::showable,
        shell::Shell,
        view::company_path,
    },
};

/// The editor's fields.
#[derive(Debug, Deserialize)]
pub struct TemplateForm {
    /// The whole text.
    #[serde(rename = "template")]
    pub text: String,
    /// The version that the person saw, 0 for none.
    #[serde(default)]
    based_on: i32,
    /// The button.
    #[serde(default, rename = "do")]
    action: Action,
}

/// The button that was pressed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    #[default]
    Save,
    /// *OK*, after Save.
    Ok,
    /// *Cancel*, after Save: back to the text.
    Edit,
}

#[derive(Template, WebTemplate)]
#[template(path = "template/edit.html")]
struct TemplatePage {
    shell: Shell,
    base: String,
    text: String,
    based_on: i32,
    may_edit: bool,
    /// Save was pressed, and *OK* is asked for.
    asks: bool,
    /// What was done before the page was opened.
    done: Option<&'static str>,
    problem: Option<String>,
    preview: Preview,
    /// How the template at Dynamic Media stands to the one that is saved here.
    foreign: Option<ForeignView>,
}

#[derive(Debug, Deserialize)]
pub struct Shown {
    #[serde(default)]
    saved: bool,
    #[serde(default)]
    pushed: bool,
}

impl Shown {
    fn sentence(&self) -> Option<&'static str> {
        if self.saved {
            Some("Saved. Invalidations from now on use this text.")
        } else if self.pushed {
            Some("Dynamic Media has this template now: it was read back, and is the same.")
        } else {
            None
        }
    }
}

/// Shows the template; editors may read it. While none was saved it is filled with the one at Dynamic Media.
pub async fn show(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    Query(shown): Query<Shown>,
) -> Result<Response, AppError> {
    let template = app.store.template(at.company.id).await?;
    let (text, based_on) = if let Some(template) = template {
        (template.text, template.version)
    } else {
        let foreign = Foreign::of(&app, at.company.id).await?;
        let text = foreign.map(|foreign| foreign.template.text);
        (text.unwrap_or_default(), 0)
    };
    let page = TemplatePage {
        done: shown.sentence(),
        ..page(&app, &person, &at, text, based_on).await?
    };
    Ok(page.into_response())
}

/// Asks for *OK*, then saves a new version. A text that cannot be saved comes back with its sentence.
pub async fn save(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<TemplateForm>,
) -> Result<Response, AppError> {
    let page = page(&app, &person, &at, form.text.clone(), form.based_on).await?;
    let text = match TemplateText::parse(&form.text) {
        Ok(text) => text,
        Err(error) => {
            let problem = error.to_string();
            return Ok(refuse(page, StatusCode::UNPROCESSABLE_ENTITY, problem));
        }
    };
    if form.action != Action::Ok {
        return Ok(TemplatePage {
            asks: form.action == Action::Save,
            ..page
        }
        .into_response());
    }
    let now = app.clock.now();
    match app
        .store
        .save_template(at.company.id, text.as_str(), person.id, form.based_on, now)
        .await
    {
        Ok(_) => Ok(Redirect::to(&format!(
            "{}/template?saved=true",
            company_path(&at.company)
        ))
        .into_response()),
        Err(StoreError::Conflict) => {
            let newest = app.store.template(at.company.id).await?;
            let (author, version) =
                newest.map_or((String::new(), 0), |newest| (newest.author, newest.version));
            let problem = format!(
                "{author} saved version {version} meanwhile. Below is your text; Earlier versions shows theirs. \
                 Save again to put yours in its place."
            );
            Ok(refuse(
                TemplatePage {
                    based_on: version,
                    ..page
                },
                StatusCode::CONFLICT,
                problem,
            ))
        }
        Err(error) => Err(error.into()),
    }
}

fn refuse(page: TemplatePage, status: StatusCode, problem: String) -> Response {
    (
        status,
        TemplatePage {
            problem: Some(problem),
            ..page
        },
    )
        .into_response()
}

async fn page(
    app: &App,
    person: &Person,
    at: &InCompany,
    text: String,
    based_on: i32,
) -> Result<TemplatePage, AppError> {
    let ours = app.store.template(at.company.id).await?;
    let foreign = Foreign::of(app, at.company.id).await?;
    let ours = ours.as_ref().map(|ours| ours.text.as_str());
    Ok(TemplatePage {
        foreign: foreign.and_then(|foreign| foreign.view(ours)),
        shell: Shell::at("CDN Invalidation template", person, at),
        base: company_path(&at.company),
        preview: preview::preview(app, &at.company, &text).await?,
        text: showable(&text),
        based_on,
        may_edit: person.role == Role::Admin,
        asks: false,
        done: None,
        problem: None,
    })
}
