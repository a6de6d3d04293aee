//! Who asks, and what they may do.

use std::convert::Infallible;

use axum::{
    extract::{FromRef as _, FromRequestParts},
    http::{Method, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use tower_sessions::Session;

use crate::{
    app::App,
    domain::Role,
    error::AppError,
    store::Person,
    web::session::{self, Next},
};

/// Whoever is signed in, if anybody.
#[derive(Debug)]
pub struct MaybePerson(pub Option<Person>);

/// Somebody who is signed in, and so may work with invalidations.
#[derive(Debug)]
pub struct Editor(pub Person);

/// Somebody who may change the template and the settings too.
#[derive(Debug)]
pub struct Admin(pub Person);

/// Nobody is signed in: a page leads to the sign-in, anything else says so.
#[derive(Debug)]
pub enum Refused {
    /// A page that can be opened again after the sign-in.
    SignIn(Next),
    /// Any other error.
    Error(AppError),
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        Self::Error(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(next) => Redirect::to(&next.sign_in()).into_response(),
            Self::Error(error) => error.into_response(),
        }
    }
}

impl FromRequestParts<App> for MaybePerson {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let session = Session::from_request_parts(parts, app)
            .await
            .map_err(|(_, reason)| AppError::Internal(anyhow::anyhow!(reason)))?;
        let Some(id) = session::person_id(&session).await? else {
            return Ok(Self(None));
        };
        let person = App::from_ref(app).store.person(id).await?;
        Ok(Self(person.filter(|person| !person.disabled)))
    }
}

impl FromRequestParts<App> for Editor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        if let MaybePerson(Some(person)) = MaybePerson::from_request_parts(parts, app).await? {
            return Ok(Self(person));
        }
        let opens_a_page = parts.method == Method::GET && !parts.headers.contains_key("hx-request");
        let Ok(uri) = axum::extract::OriginalUri::from_request_parts(parts, app)
            .await
            .map_err(|e: Infallible| e);
        Err(match uri.0.path_and_query() {
            Some(page) if opens_a_page => Refused::SignIn(Next::to(page.as_str())),
            _ => Refused::Error(AppError::SignedOut),
        })
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Editor(person) = Editor::from_request_parts(parts, app).await?;
        match person.role {
            Role::Admin => Ok(Self(person)),
            Role::Editor => Err(AppError::Forbidden.into()),
        }
    }
}
