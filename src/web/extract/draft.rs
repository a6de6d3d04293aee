//! The invalidation that an address names.

use axum::{
    extract::FromRequestParts,
    http::{Method, request::Parts},
    response::{IntoResponse, Redirect, Response},
};

use super::{Editor, InCompany, company::path_parameter, person::Refused};
use crate::{app::App, domain::InvalidationId, error::AppError, store::Draft, web::view};

/// The id in `/invalidations/{id}`, whatever stands behind it.
#[derive(Debug, Clone, Copy)]
pub struct InvalidationPath(pub InvalidationId);

impl FromRequestParts<App> for InvalidationPath {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, AppError> {
        path_parameter(parts, "id").await.map(Self)
    }
}

/// A draft of the person who asks, with the company that it belongs to.
#[derive(Debug)]
pub struct MyDraft {
    /// Who asks: the draft's author.
    pub editor: Editor,
    /// Where.
    pub at: InCompany,
    /// The draft.
    pub draft: Draft,
}

/// There is no such draft for this person.
#[derive(Debug)]
pub enum NoDraft {
    /// It was submitted, and the person wanted to look at it.
    Submitted(String),
    /// Anything else.
    Refused(Refused),
}

impl<E: Into<Refused>> From<E> for NoDraft {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl IntoResponse for NoDraft {
    fn into_response(self) -> Response {
        match self {
            Self::Submitted(outcome) => Redirect::to(&outcome).into_response(),
            Self::Refused(refused) => refused.into_response(),
        }
    }
}

impl FromRequestParts<App> for MyDraft {
    type Rejection = NoDraft;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, NoDraft> {
        let editor = Editor::from_request_parts(parts, app).await?;
        let at = InCompany::from_request_parts(parts, app).await?;
        let InvalidationPath(id) = InvalidationPath::from_request_parts(parts, app).await?;
        let store = &app.store;
        if let Some(draft) = store
            .draft(at.company.id, id)
            .await
            .map_err(AppError::from)?
        {
            let mine = draft.author == editor.0.id;
            return if mine {
                Ok(Self { editor, at, draft })
            } else {
                Err(AppError::NotFound.into())
            };
        }
        let invalidation = store
            .invalidation(at.company.id, id)
            .await
            .map_err(AppError::from)?;
        Err(match invalidation {
            Some(_) if parts.method == Method::GET => {
                NoDraft::Submitted(view::outcome_path(&at.company, id))
            }
            Some(_) => AppError::AlreadySubmitted.into(),
            None => AppError::NotFound.into(),
        })
    }
}
