//! The template here and the one at Dynamic Media: *Import* takes theirs, *Push to Dynamic Media* gives ours. Both show
//! the difference first, and neither goes through when one of the two has changed since.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::diff::{DiffLine, diff};
use crate::{
    app::App,
    domain::Revision,
    error::AppError,
    ops::connection::{BothTemplates, NotExchanged, SeenTemplates, Trouble},
    store::Person,
    web::{
        extract::{Admin, Form, InCompany},
        shell::Shell,
        view::{Moment, company_path},
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "template/exchange.html")]
struct ExchangePage {
    shell: Shell,
    base: String,
    way: Way,
    seen: SeenTemplates,
    read: Moment,
    lines: Vec<DiffLine>,
    trouble: Option<Trouble>,
}

/// Which way the text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Import,
    Push,
}

/// See [`SeenTemplates`].
#[derive(Debug, Deserialize)]
pub struct SeenForm {
    based_on: i32,
    theirs: Revision,
}

impl SeenForm {
    fn seen(self) -> SeenTemplates {
        SeenTemplates {
            version: self.based_on,
            theirs: self.theirs,
        }
    }
}

/// Shows what *Import* would change here.
pub async fn show_import(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
) -> Result<Response, AppError> {
    let both = both(&app, &at).await?;
    Ok(page(&person, &at, Way::Import, &both, None).into_response())
}

/// Saves the template of Dynamic Media as a new version.
pub async fn import(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<SeenForm>,
) -> Result<Response, AppError> {
    let imported = app
        .connector
        .import_template(&at.company, form.seen(), person.id)
        .await;
    match imported {
        Ok(_) => Ok(to_template(&at, "saved").into_response()),
        Err(error) => refused(&app, &person, &at, Way::Import, error).await,
    }
}

/// Shows what *Push to Dynamic Media* would change there.
pub async fn show_push(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
) -> Result<Response, AppError> {
    let both = both(&app, &at).await?;
    if both.version == 0 {
        return Err(AppError::NotFound);
    }
    Ok(page(&person, &at, Way::Push, &both, None).into_response())
}

/// Puts our template to Dynamic Media and reads it back.
pub async fn push(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<SeenForm>,
) -> Result<Response, AppError> {
    let pushed = app.connector.push_template(&at.company, form.seen()).await;
    match pushed {
        Ok(()) => Ok(to_template(&at, "pushed").into_response()),
        Err(error) => refused(&app, &person, &at, Way::Push, error).await,
    }
}

/// Both texts. Without a reading of theirs there is no such page.
async fn both(app: &App, at: &InCompany) -> Result<BothTemplates, AppError> {
    let both = app.connector.both_templates(&at.company).await?;
    both.ok_or(AppError::NotFound)
}

fn page(
    person: &Person,
    at: &InCompany,
    way: Way,
    both: &BothTemplates,
    trouble: Option<Trouble>,
) -> ExchangePage {
    let theirs = both.theirs.text.as_str();
    let (old, new) = match way {
        Way::Import => (both.ours.as_str(), theirs),
        Way::Push => (theirs, both.ours.as_str()),
    };
    ExchangePage {
        shell: Shell::at("CDN Invalidation template", person, at),
        base: company_path(&at.company),
        way,
        seen: both.seen(),
        read: both.read_at.into(),
        lines: diff(old, new),
        trouble,
    }
}

/// The page again, as both stand now: what is at Dynamic Media may have been read anew.
async fn refused(
    app: &App,
    person: &Person,
    at: &InCompany,
    way: Way,
    error: NotExchanged,
) -> Result<Response, AppError> {
    let (status, trouble) = match error {
        NotExchanged::Store(error) => return Err(error.into()),
        NotExchanged::Nothing => return Err(AppError::NotFound),
        NotExchanged::Trouble(trouble) => (StatusCode::UNPROCESSABLE_ENTITY, trouble),
        NotExchanged::Changed => (
            StatusCode::CONFLICT,
            Trouble {
                sentence: "One of the two templates was changed meanwhile. Nothing was done."
                    .to_owned(),
                advice: "Below is how they stand now. Look again, then decide.".to_owned(),
            },
        ),
    };
    let page = page(person, at, way, &both(app, at).await?, Some(trouble));
    Ok((status, page).into_response())
}

fn to_template(at: &InCompany, done: &str) -> Redirect {
    Redirect::to(&format!(
        "{}/template?{done}=true",
        company_path(&at.company)
    ))
}
