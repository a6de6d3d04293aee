//! The invalidation that an address names.

use axum::{
    extract::FromRequestParts,
    http::{Method, request::Parts},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    Editor, InCompany,
    company::{named, path_parameter},
    person::Refused,
};
use crate::{
    app::App,
    domain::{Company, InvalidationId},
    error::AppError,
    store::Draft,
    web::view,
};

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
    /// It was submitted, and the person wanted to open a page of it.
    Submitted {
        company: Box<Company>,
        id: InvalidationId,
    },
    /// It is somebody else's, or there is none, and the person wanted to open a page of it. Nobody is told which.
    NotTheirs { company: Box<Company> },
    /// Anything else.
    Refused(Refused),
}

impl NoDraft {
    /// Where a page was to be opened: a company that the person works for.
    pub fn company(&self) -> Option<&Company> {
        match self {
            Self::Submitted { company, .. } | Self::NotTheirs { company } => Some(company),
            Self::Refused(_) => None,
        }
    }
}

impl<E: Into<Refused>> From<E> for NoDraft {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl IntoResponse for NoDraft {
    fn into_response(self) -> Response {
        match self {
            Self::Submitted { company, id } => {
                Redirect::to(&view::outcome_path(&company, id)).into_response()
            }
            Self::NotTheirs { .. } => AppError::NotFound.into_response(),
            Self::Refused(refused) => refused.into_response(),
        }
    }
}

impl FromRequestParts<App> for MyDraft {
    type Rejection = NoDraft;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, NoDraft> {
        let slug = path_parameter(parts, "company").await;
        let id = path_parameter(parts, "id").await;
        let store = &app.store;
        // At once, but who asks is answered first.
        let (editor, all) = tokio::join!(Editor::from_request_parts(parts, app), store.companies());
        let editor = editor?;
        let all = all.map_err(AppError::from)?;
        let (company, id) = (named(&all, &slug?)?, id?);
        let draft = store.draft(company.id, id);
        let (at, draft) = InCompany::with(parts, app, company, all, draft).await?;
        let is_submitted = match draft {
            Some(draft) if draft.author == editor.0.id => return Ok(Self { editor, at, draft }),
            Some(_) => false,
            None => {
                let invalidation = store.invalidation(at.company.id, id).await;
                invalidation.map_err(AppError::from)?.is_some()
            }
        };
        // A part of a page that is open gets an error to show there. Going back with htmx opens the page.
        let has = |name: &str| parts.headers.contains_key(name);
        let is_part = has("hx-request") && !has("hx-history-restore-request");
        let opens_a_page = parts.method == Method::GET && !is_part;
        let company = Box::new(at.company);
        Err(match (is_submitted, opens_a_page) {
            (true, true) => NoDraft::Submitted { company, id },
            (false, true) => NoDraft::NotTheirs { company },
            (true, false) => AppError::AlreadySubmitted.into(),
            (false, false) => AppError::NotFound.into(),
        })
    }
}
