//! A view of the picker that somebody shared. Its address names a draft, which opens for its author until it is submitted;
//! whoever else follows it is offered the same view in a draft of their own.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};

use super::wanted::{Show, Wanted};
use crate::{
    app::App,
    error::AppError,
    web::{
        extract::{Editor, InCompany, NoDraft, Query},
        invalidations::start::new_draft,
        shell::Shell,
        view::{company_path, draft_path},
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "assets/shared.html")]
struct SharedPage {
    shell: Shell,
    base: String,
    /// The view, as a query.
    view: String,
}

/// The answer to who cannot open the draft of a view. What is selected in it is nobody else's; and an address that asks for
/// nothing is a draft's, not a view's.
pub fn elsewhere(no: NoDraft, wanted: &Wanted) -> Response {
    let view = wanted.to_query();
    let is_view = !view.is_empty() && wanted.list() != Show::Selected;
    match no.company().filter(|_| is_view) {
        Some(company) => {
            Redirect::to(&format!("{}/assets{view}", company_path(company))).into_response()
        }
        None => no.into_response(),
    }
}

/// Offers to open the view.
pub async fn show(Editor(person): Editor, at: InCompany, Query(wanted): Query<Wanted>) -> Response {
    let page = SharedPage {
        shell: Shell::at("Add Assets", &person, &at),
        base: company_path(&at.company),
        view: wanted.to_query(),
    };
    page.into_response()
}

/// Opens it in a new draft.
pub async fn open(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    Query(wanted): Query<Wanted>,
) -> Result<Redirect, AppError> {
    let draft = new_draft(&app, &at.company, &person).await?;
    app.store.create_draft(&draft).await?;
    let picker = draft_path(&at.company, draft.id, "assets");
    Ok(Redirect::to(&format!("{picker}{}", wanted.to_query())))
}
