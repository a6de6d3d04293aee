//! The sign-in page.

use std::net::SocketAddr;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Extension,
    extract::{ConnectInfo, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use secrecy::SecretString;
use serde::Deserialize;
use tower_sessions::Session;
use tracing::info;

use super::{Next, begin};
use crate::{
    app::App,
    domain::Email,
    error::AppError,
    ops::passwords,
    store::{PasswordHash, Person},
    web::{
        extract::{Form, MaybePerson, Query},
        shell::Shell,
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "session/sign_in.html")]
struct SignInPage {
    shell: Shell,
    next: Next,
    email: String,
    refused: bool,
}

#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct Credentials {
    email: String,
    password: SecretString,
    #[serde(default)]
    next: String,
}

/// Shows it; whoever is signed in goes on at once, and an empty Unstale leads to its setup.
pub async fn show(
    MaybePerson(person): MaybePerson,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    let next = Next::to(&wanted.next);
    if person.is_some() {
        return Ok(Redirect::to(&next.to_string()).into_response());
    }
    if !app.store.has_people().await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    let page = SignInPage {
        shell: Shell::public("Sign in"),
        next,
        email: String::new(),
        refused: false,
    };
    Ok(page.into_response())
}

/// Signs in, or says that address and password do not match, without saying which.
pub async fn sign_in(
    State(app): State<App>,
    session: Session,
    connection: Option<Extension<ConnectInfo<SocketAddr>>>,
    Form(credentials): Form<Credentials>,
) -> Result<Response, AppError> {
    let next = Next::to(&credentials.next);
    let address = connection.map(|Extension(ConnectInfo(address))| address.ip());
    let email = credentials.email.parse::<Email>().ok();
    if !app.sign_in_limiter.allows(&credentials.email, address) {
        return Err(AppError::TooManyAttempts);
    }

    let (person, hash) = known(&app, email.as_ref()).await?.unzip();
    let matches = passwords::verify(credentials.password, hash).await;
    if let Some(person) = person.filter(|person| matches && !person.disabled) {
        begin(&session, person.id).await?;
        info!(person = %person.id, "signed in");
        return Ok(Redirect::to(&next.to_string()).into_response());
    }
    info!(?address, "sign-in refused");
    let page = SignInPage {
        shell: Shell::public("Sign in"),
        next,
        email: credentials.email,
        refused: true,
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn known(
    app: &App,
    email: Option<&Email>,
) -> Result<Option<(Person, PasswordHash)>, AppError> {
    match email {
        Some(email) => Ok(app.store.person_by_email(email).await?),
        None => Ok(None),
    }
}
