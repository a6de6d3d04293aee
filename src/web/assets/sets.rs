//! *Sets with this image*: offered beside it, because a set keeps showing the old picture until it is cleared too.

use std::collections::BTreeSet;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    choose::store_ticks,
    rows::{PickRow, rows},
    wanted::Wanted,
};
use crate::{
    app::App,
    domain::AssetKey,
    error::AppError,
    ops::associations,
    web::{
        extract::{Fields, Form, MyDraft, Query},
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

/// Selects what was ticked, of the image and the sets, and takes out what no longer is; then goes on to the selected, or to
/// an asset's history.
pub async fn add(
    State(app): State<App>,
    my: MyDraft,
    Form(fields): Form<Fields>,
) -> Result<Redirect, AppError> {
    let ticked: BTreeSet<AssetKey> = fields.all("asset").collect();
    let was: BTreeSet<AssetKey> = fields.all("was").collect();
    let add: Vec<AssetKey> = ticked.difference(&was).copied().collect();
    let remove: Vec<AssetKey> = was.difference(&ticked).copied().collect();
    store_ticks(&app, &my, &add, &remove).await?;
    let page = |page| draft_path(&my.at.company, my.draft.id, page);
    Ok(Redirect::to(&match fields.last("history") {
        Some(id) => asset_history(page("").trim_end_matches('/'), id),
        None => page("assets?show=selected"),
    }))
}
