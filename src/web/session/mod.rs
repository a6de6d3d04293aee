//! Signing in and out, and the session between the two.
//!
//! A session ends twelve hours after the sign-in: a working day. Its id is known to the browser only; the database
//! keeps a hash of it.

mod backend;
mod limiter;
pub mod setup;
pub mod sign_in;
pub mod sign_out;

use std::fmt;

use tower_sessions::{Expiry, Session, SessionManagerLayer, cookie::SameSite};

use self::backend::SessionBackend;
pub use self::{limiter::SignInLimiter, setup::SetupToken};
use crate::{app::App, domain::PersonId, error::AppError};

const LIFETIME: time::Duration = time::Duration::hours(12);

/// The key in a session under which the person's id stands.
const PERSON: &str = "person";

/// Reads the session of each request.
pub fn layer(app: &App) -> SessionManagerLayer<SessionBackend> {
    let https = app.public_url.is_https();
    SessionManagerLayer::new(SessionBackend::new(app.store.clone(), app.clock.clone()))
        // Browsers take a `__Host-` cookie from nobody else, but only over TLS.
        .with_name(if https { "__Host-unstale" } else { "unstale" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(LIFETIME))
}

/// Who is signed in, by the session's word.
pub async fn person_id(session: &Session) -> Result<Option<PersonId>, AppError> {
    session.get(PERSON).await.map_err(failed)
}

/// Begins the session of a person, under a new id, so that one known before is worth nothing.
async fn begin(session: &Session, person: PersonId) -> Result<(), AppError> {
    session.cycle_id().await.map_err(failed)?;
    session.insert(PERSON, person).await.map_err(failed)
}

fn failed(error: tower_sessions::session::Error) -> AppError {
    AppError::Internal(
        anyhow::Error::new(error).context("the session could not be read or written"),
    )
}

/// A page of ours to go to after the sign-in. An address of somebody else's becomes Tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next(String);

impl Next {
    /// Takes a path with its query. Anything that a browser could read as another site is dropped.
    pub fn to(page: &str) -> Self {
        let ours = page.starts_with('/')
            && !page.starts_with("//")
            && !page.contains(|c: char| c == '\\' || c.is_control());
        Self(if ours {
            page.to_owned()
        } else {
            "/".to_owned()
        })
    }

    /// The sign-in page that leads there.
    pub fn sign_in(&self) -> String {
        let next =
            percent_encoding::utf8_percent_encode(&self.0, percent_encoding::NON_ALPHANUMERIC);
        if self.0 == "/" {
            "/sign-in".to_owned()
        } else {
            format!("/sign-in?next={next}")
        }
    }
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_after_the_sign_in_is_one_of_ours() {
        assert_eq!(
            Next::to("/c/demo/template?x=1").to_string(),
            "/c/demo/template?x=1"
        );
        for page in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "",
            "/a\nb",
        ] {
            assert_eq!(Next::to(page).to_string(), "/", "{page:?}");
        }
    }
}
