//! *Sets with this image*: offered beside it, because a set keeps showing the old picture until it is cleared too.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    choose::{Ticks, store_ticks},
    rows::{PickRow, rows},
    wanted::Wanted,
};
use crate::{
    app::App,
    domain::AssetKey,
    error::AppError,
    ops::associations,
    web::{
        extract::{Fields, Form, Htmx, MyDraft, Query},
        shell::Shell,
        view::{asset_history, draft_path},
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "assets/sets.html")]
struct SetsPage {
    shell: Shell,
    draft: String,
    /// The view that led here, as a query.
    place: String,
    image: PickRow,
    sets: Vec<PickRow>,
    /// Why they could not be found.
    problem: Option<String>,
}

/// The image.
#[derive(Debug, Deserialize)]
pub struct With {
    #[serde(default)]
    asset: String,
}

/// Shows the sets that the image is in.
pub async fn show(
    State(app): State<App>,
    my: MyDraft,
    Query(With { asset }): Query<With>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    let company = &my.at.company;
    let asset: AssetKey = asset.parse().map_err(|_| AppError::NotFound)?;
    let mut found = app.store.assets_by_key(company.id, &[asset]).await?;
    let image = found.pop().ok_or(AppError::NotFound)?;
    let sets = associations::sets_with(
        &app.store,
        &app.vault,
        &app.ips,
        &app.syncer,
        company,
        &image,
    )
    .await;
    let (sets, problem) = match sets {
        Ok(sets) => (sets, None),
        Err(error) => (Vec::new(), Some(error.sentence()?)),
    };
    let mut image = rows(&app, &my, &[image], &[]).await?.remove(0);
    // They are on this page.
    image.has_sets = false;
    let draft = draft_path(company, my.draft.id, "");
    let page = SetsPage {
        shell: Shell::at("Add Assets", &my.editor.0, &my.at),
        draft: draft.trim_end_matches('/').to_owned(),
        place: wanted.to_query(),
        image,
        sets: rows(&app, &my, &sets, &[]).await?,
        problem,
    };
    Ok(page.into_response())
}

/// Stores the ticks of the image and the sets; then goes on to the selected, back to the view that led here, or to an
/// asset's history. A script stays on the page.
pub async fn choose(
    State(app): State<App>,
    my: MyDraft,
    Htmx(is_htmx): Htmx,
    Form(fields): Form<Fields>,
) -> Result<Response, AppError> {
    let (add, remove) = Ticks::of(&fields).changes();
    store_ticks(&app, &my, &add, &remove).await?;
    if is_htmx {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let page = |page: &str| draft_path(&my.at.company, my.draft.id, page);
    let to = if let Some(id) = fields.last("history") {
        asset_history(page("").trim_end_matches('/'), id)
    } else if fields.last("do") == Some("back") {
        let place = Fields::of_query(fields.last("place").unwrap_or_default());
        let wanted: Wanted = place.read()?;
        page(&format!("assets{}", wanted.to_query()))
    } else {
        page("assets?show=selected")
    };
    Ok(Redirect::to(&to).into_response())
}
