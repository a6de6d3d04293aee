//! What a handler returns when it cannot answer: [`AppError`], which owns the table of statuses and sentences.
//!
//! People see what happened, what to do, and a request id. The chain of causes goes to the log, once, here. A
//! layer ([`crate::web`]) draws the [`ErrorView`], as a page or, for htmx, as a notice.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tracing::error;

use crate::{ops::submit::SubmitError, store::StoreError};

/// A request that is not answered with what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Nobody is signed in.
    #[error("not signed in")]
    SignedOut,
    /// The person may not do this.
    #[error("not allowed")]
    Forbidden,
    /// The request did not come from a page of ours.
    #[error("cross-site request")]
    CrossSite,
    /// There is no such page, company or draft, or it is somebody else's.
    #[error("not found")]
    NotFound,
    /// The form is not one of ours, or cannot be read.
    #[error("unreadable form")]
    BadForm,
    /// The body is too large for this page.
    #[error("too large")]
    TooLarge,
    /// Submitted already: nothing about it can be changed any more.
    #[error("submitted already")]
    AlreadySubmitted,
    /// Changed in another tab meanwhile.
    #[error("changed meanwhile")]
    Conflict,
    /// Too many attempts to sign in.
    #[error("too many attempts")]
    TooManyAttempts,
    /// Something of ours failed.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// What a person is told. Drawn by a layer, which knows how.
#[derive(Debug, Clone)]
pub struct ErrorView {
    /// The HTTP status.
    pub status: StatusCode,
    /// What happened, as a headline.
    pub title: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// A page to go on with.
    pub way_back: &'static str,
    /// What its link says.
    pub way_back_label: &'static str,
}

impl ErrorView {
    /// The view of a status that some layer answered with by itself.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => AppError::NotFound.view(),
            StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge.view(),
            StatusCode::FORBIDDEN => AppError::CrossSite.view(),
            StatusCode::METHOD_NOT_ALLOWED => Self {
                status,
                title: "This address does not do that.",
                advice: "Go back and use the buttons of the page.",
                ..AppError::NotFound.view()
            },
            StatusCode::REQUEST_TIMEOUT => Self {
                status,
                title: "This took too long.",
                advice: "Go back and try again; nothing that was stored is lost.",
                ..AppError::NotFound.view()
            },
            _ if status.is_client_error() => Self {
                status,
                ..AppError::BadForm.view()
            },
            _ => Self {
                status,
                ..AppError::Internal(anyhow::anyhow!("{status}")).view()
            },
        }
    }
}

impl AppError {
    /// The table: status, sentence, advice.
    #[must_use]
    pub fn view(&self) -> ErrorView {
        let (status, title, advice) = match self {
            Self::SignedOut => (
                StatusCode::UNAUTHORIZED,
                "You are signed out.",
                "Sign in again in a new tab, then go back in this one and repeat the step: what you typed is still there.",
            ),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                "This is for administrators.",
                "Ask an administrator to do it, or to make you one.",
            ),
            Self::CrossSite => (
                StatusCode::FORBIDDEN,
                "This request did not come from Unstale's own pages.",
                "Open Unstale by its own address and repeat the step there. If that is what you did, an administrator can check UNSTALE_PUBLIC_URL.",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "There is nothing at this address.",
                "It may have been deleted, or belong to somebody else. Start again from Tools.",
            ),
            Self::BadForm => (
                StatusCode::BAD_REQUEST,
                "This form could not be read.",
                "Go back, reload the page, and try again.",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "This is more than the page can take.",
                "Go back: what you typed is still there. Send it in smaller parts.",
            ),
            Self::AlreadySubmitted => (
                StatusCode::CONFLICT,
                "This invalidation was submitted already.",
                "It was sent once, and is not sent again. Tools lists it, with its outcome, under Latest invalidations.",
            ),
            Self::Conflict => (
                StatusCode::CONFLICT,
                "This was changed in another tab meanwhile.",
                "Go back and reload the page to see how it stands now, then repeat your change.",
            ),
            Self::TooManyAttempts => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many attempts to sign in.",
                "Wait a minute, then try again.",
            ),
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong on our side.",
                "Try again in a moment. If it stays so, give an administrator the request number below: it leads to the cause in the log.",
            ),
        };
        let (way_back, way_back_label) = match self {
            Self::SignedOut | Self::TooManyAttempts => ("/sign-in", "Sign in"),
            _ => ("/", "Back to Tools"),
        };
        ErrorView {
            status,
            title,
            advice,
            way_back,
            way_back_label,
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Conflict => Self::Conflict,
            other => Self::Internal(other.into()),
        }
    }
}

impl From<SubmitError> for AppError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::AlreadySubmitted => Self::AlreadySubmitted,
            SubmitError::Store(error) => error.into(),
            other => Self::Internal(other.into()),
        }
    }
}

impl From<askama::Error> for AppError {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        if let Self::Internal(cause) = &self {
            error!(cause = format!("{cause:#}"), "request failed");
        }
        let view = self.view();
        let mut response = view.status.into_response();
        response.extensions_mut().insert(view);
        response
    }
}
