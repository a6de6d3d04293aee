//! The first administrator, made by whoever can read what the server prints at its start.

use std::fmt;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tower_sessions::Session;

use super::begin;
use crate::{
    app::App,
    clock::Clock,
    domain::{Email, PersonId, Role},
    error::AppError,
    ops::passwords,
    store::NewPerson,
    web::{extract::Form, shell::Shell},
};

/// What proves that somebody can read the server's output. Good for one use: afterwards there is somebody.
pub struct SetupToken(Option<SecretString>);

impl fmt::Debug for SetupToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetupToken")
    }
}

impl SetupToken {
    /// Makes one, unless there are people already.
    #[must_use]
    pub fn new(clock: &Clock, has_people: bool) -> Self {
        let bytes: [u8; 16] = clock.secret_bytes();
        Self((!has_people).then(|| hex::encode(bytes).into()))
    }

    /// The token to print, while there is nobody.
    #[must_use]
    pub fn to_print(&self) -> Option<&str> {
        self.0.as_ref().map(SecretString::expose_secret)
    }

    /// Compares hashes, so that the time taken says nothing about the token.
    fn matches(&self, given: &SecretString) -> bool {
        self.0.as_ref().is_some_and(|token| {
            Sha256::digest(token.expose_secret()) == Sha256::digest(given.expose_secret().trim())
        })
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "session/setup.html")]
struct SetupPage {
    shell: Shell,
    email: String,
    problem: Option<String>,
}

#[derive(Deserialize)]
pub struct FirstAdmin {
    token: SecretString,
    email: String,
    password: SecretString,
}

/// Shows the page while there is nobody.
pub async fn show(State(app): State<App>) -> Result<Response, AppError> {
    if app.store.has_people().await? {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    Ok(SetupPage {
        shell: Shell::public("Welcome"),
        email: String::new(),
        problem: None,
    }
    .into_response())
}

/// Makes the first administrator and signs them in.
pub async fn create(
    State(app): State<App>,
    session: Session,
    Form(form): Form<FirstAdmin>,
) -> Result<Response, AppError> {
    match first_admin(&app, &form).await? {
        Ok(person) => {
            begin(&session, person).await?;
            Ok(Redirect::to("/").into_response())
        }
        Err(problem) => {
            let page = SetupPage {
                shell: Shell::public("Welcome"),
                email: form.email,
                problem: Some(problem),
            };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn first_admin(app: &App, form: &FirstAdmin) -> Result<Result<PersonId, String>, AppError> {
    if !app.setup_token.matches(&form.token) {
        return Ok(Err(
            "This is not the token that the server printed at its start.".to_owned(),
        ));
    }
    let email = match form.email.parse::<Email>() {
        Ok(email) => email,
        Err(error) => return Ok(Err(format!("This cannot be used: {error}."))),
    };
    let password_hash = match passwords::hash(form.password.clone()).await {
        Ok(hash) => hash,
        Err(error) => return Ok(Err(format!("This password cannot be used: {error}."))),
    };
    let id = PersonId::from_uuid(app.clock.new_uuid());
    let person = NewPerson {
        id,
        email,
        role: Role::Admin,
        password_hash,
        created_at: app.clock.now(),
    };
    if app.store.add_first_admin(&person).await? {
        Ok(Ok(id))
    } else {
        Ok(Err(
            "There is an administrator already. Sign in instead.".to_owned()
        ))
    }
}
