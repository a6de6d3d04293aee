//! Cancel asks here when the draft holds something; *Discard* deletes it. An empty draft is not asked about, see
//! [`super::details`].

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};

use crate::{
    app::App,
    error::AppError,
    web::{
        extract::MyDraft,
        shell::Shell,
        view::{company_path, draft_holds, draft_path},
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "invalidations/cancel.html")]
struct CancelPage {
    shell: Shell,
    draft: String,
    holds: String,
}

/// Asks.
pub async fn ask(State(app): State<App>, my: MyDraft) -> Result<Response, AppError> {
    let assets = app.store.draft_assets(my.draft.id).await?.len();
    let lines = my
        .draft
        .manual_urls
        .lines()
        .filter(|line| !line.trim().is_empty())
        .count();
    let holds = draft_holds(assets, lines).unwrap_or_else(|| "nothing yet".to_owned());
    let page = CancelPage {
        shell: Shell::at("Discard this draft?", &my.editor.0, &my.at),
        draft: draft_path(&my.at.company, my.draft.id, ""),
        holds,
    };
    Ok(page.into_response())
}

/// Deletes the draft.
pub async fn delete(State(app): State<App>, my: MyDraft) -> Result<Redirect, AppError> {
    app.store
        .delete_draft(my.at.company.id, my.draft.id)
        .await?;
    Ok(Redirect::to(&company_path(&my.at.company)))
}
