//! Signing out.

use axum::response::Redirect;
use tower_sessions::Session;

use super::failed;
use crate::error::AppError;

/// Ends the session, here and in the database. Public: whoever has no session has nothing to end.
pub async fn sign_out(session: Session) -> Result<Redirect, AppError> {
    session.flush().await.map_err(failed)?;
    Ok(Redirect::to("/sign-in"))
}
