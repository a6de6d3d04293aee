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

use super::{
    diff::{DiffLine, diff},
    edit::acceptable,
    foreign::Foreign,
};
use crate::{
    app::App,
    error::AppError,
    ops::connection::{AccountError, PushError, Trouble},
    store::{Person, StoreError},
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
    based_on: i32,
    read_at: i64,
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

/// What the person saw: the version of ours, and the reading of theirs.
#[derive(Debug, Deserialize)]
pub struct Seen {
    based_on: i32,
    read_at: i64,
}

/// Both texts as they stand.
struct Both {
    ours: String,
    /// The version, 0 while none was saved.
    version: i32,
    theirs: Foreign,
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
    Form(seen): Form<Seen>,
) -> Result<Response, AppError> {
    let both = both(&app, &at).await?;
    if !both.is_as(&seen) {
        return Ok(changed_meanwhile(&person, &at, Way::Import, &both));
    }
    let text = match acceptable(&both.theirs.template.text) {
        Ok(text) => text,
        Err(problem) => {
            let trouble = Trouble {
                sentence: format!("It cannot be saved as it stands: {problem}."),
                advice: "Correct it at Dynamic Media, or type the template here.".to_owned(),
            };
            return Ok(refuse(&person, &at, Way::Import, &both, trouble));
        }
    };
    let (company, now) = (at.company.id, app.clock.now());
    let saved = app
        .store
        .save_template(company, text.as_str(), person.id, seen.based_on, now)
        .await;
    match saved {
        Ok(_) => Ok(to_template(&at, "saved").into_response()),
        Err(StoreError::Conflict) => Err(AppError::Conflict),
        Err(error) => Err(error.into()),
    }
}

/// Shows what *Push to Dynamic Media* would change there.
pub async fn show_push(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
) -> Result<Response, AppError> {
    let both = both(&app, &at).await?.with_ours()?;
    Ok(page(&person, &at, Way::Push, &both, None).into_response())
}

/// Puts our template to Dynamic Media and reads it back.
pub async fn push(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(seen): Form<Seen>,
) -> Result<Response, AppError> {
    let before = both(&app, &at).await?.with_ours()?;
    if !before.is_as(&seen) {
        return Ok(changed_meanwhile(&person, &at, Way::Push, &before));
    }
    let theirs = &before.theirs.template.text;
    let pushed = app
        .connector
        .push_template(&at.company, &before.ours, theirs)
        .await;
    let Err(error) = pushed else {
        return Ok(to_template(&at, "pushed").into_response());
    };
    // What stands there may have been read anew.
    let after = both(&app, &at).await?;
    Ok(match refusal(error)? {
        Some(trouble) => refuse(&person, &at, Way::Push, &after, trouble),
        None => changed_meanwhile(&person, &at, Way::Push, &after),
    })
}

/// What to say when it was not pushed; `None` when the template there was changed meanwhile.
fn refusal(error: PushError) -> Result<Option<Trouble>, AppError> {
    Ok(Some(match error {
        PushError::ChangedThere => return Ok(None),
        PushError::Store(error) | PushError::Account(AccountError::Store(error)) => {
            return Err(error.into());
        }
        PushError::Ips(error) => Trouble::of(&error),
        PushError::NotHeld => Trouble {
            sentence: "Dynamic Media answered without an error, but another text stands there now: see below."
                .to_owned(),
            advice: "Try again. If it stays so, change it in Dynamic Media’s own general settings.".to_owned(),
        },
        PushError::NoSettings => Trouble {
            sentence: "Dynamic Media has no settings for this company that could hold a template.".to_owned(),
            advice: "Save its general settings once at Dynamic Media, then test the connection here.".to_owned(),
        },
        PushError::Account(error) => Trouble {
            sentence: format!("The stored account cannot be used: {error}."),
            advice: "Type it again in Settings, Connection.".to_owned(),
        },
    }))
}

impl Both {
    fn is_as(&self, seen: &Seen) -> bool {
        self.version == seen.based_on && self.theirs.read_at == seen.read_at
    }

    /// Only what was saved here can be pushed: an empty text would wipe out theirs.
    fn with_ours(self) -> Result<Self, AppError> {
        if self.version == 0 {
            return Err(AppError::NotFound);
        }
        Ok(self)
    }
}

/// Both texts. Without a reading of theirs there is no such page.
async fn both(app: &App, at: &InCompany) -> Result<Both, AppError> {
    let theirs = Foreign::of(app, at.company.id).await?;
    let theirs = theirs.ok_or(AppError::NotFound)?;
    let ours = app.store.template(at.company.id).await?;
    let (ours, version) = ours.map_or((String::new(), 0), |ours| (ours.text, ours.version));
    Ok(Both {
        ours,
        version,
        theirs,
    })
}

fn page(
    person: &Person,
    at: &InCompany,
    way: Way,
    both: &Both,
    trouble: Option<Trouble>,
) -> ExchangePage {
    let theirs = both.theirs.template.text.as_str();
    let (old, new) = match way {
        Way::Import => (both.ours.as_str(), theirs),
        Way::Push => (theirs, both.ours.as_str()),
    };
    ExchangePage {
        shell: Shell::at("CDN Invalidation template", person, at),
        base: company_path(&at.company),
        way,
        based_on: both.version,
        read_at: both.theirs.read_at,
        read: both.theirs.read.clone(),
        lines: diff(old, new),
        trouble,
    }
}

fn refuse(person: &Person, at: &InCompany, way: Way, both: &Both, trouble: Trouble) -> Response {
    let page = page(person, at, way, both, Some(trouble));
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

fn changed_meanwhile(person: &Person, at: &InCompany, way: Way, both: &Both) -> Response {
    let trouble = Trouble {
        sentence: "One of the two templates was changed meanwhile. Nothing was done.".to_owned(),
        advice: "Below is how they stand now. Look again, then decide.".to_owned(),
    };
    let page = page(person, at, way, both, Some(trouble));
    (StatusCode::CONFLICT, page).into_response()
}

fn to_template(at: &InCompany, done: &str) -> Redirect {
    Redirect::to(&format!(
        "{}/template?{done}=true",
        company_path(&at.company)
    ))
}
