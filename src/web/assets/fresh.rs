//! How current the picker is: it says up to when the catalogue is known, and shows itself anew once that is later.

use std::time::Duration;

use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse as _, Response},
};
use serde::Deserialize;

use super::{show::PickerPage, wanted::Wanted};
use crate::{
    app::App,
    clock::Timestamp,
    domain::CatalogueSync,
    error::AppError,
    web::{
        extract::{MyDraft, Query},
        view::Moment,
    },
};

/// A catalogue that was read so shortly ago is not asked for again.
const FRESH: Duration = Duration::from_mins(1);

/// A reading that failed and is tried again within this is as good as under way.
const SOON: Duration = Duration::from_mins(5);

/// Up to when the catalogue is known.
#[derive(Debug)]
pub struct AsOf {
    pub at: Moment,
    /// The address that answers once there is a newer one; not while this one is new, or when nobody reads.
    pub newer: Option<String>,
}

impl AsOf {
    pub fn of(sync: &CatalogueSync, now: Timestamp, asked: &Wanted) -> Option<Self> {
        let at = sync.read_until?;
        let ask = || {
            let query = asked.and_query();
            format!("/assets/newer?than={}{query}", at.as_micros())
        };
        // A short pause is over before somebody has read the page.
        let soon = now.plus(SOON);
        let is_held_up = sync.retry_at.is_some_and(|retry_at| retry_at > soon);
        let is_read = sync.source.is_some() && !sync.stopped && !is_held_up;
        Some(Self {
            at: at.into(),
            newer: (now.since(at) > FRESH && is_read).then(ask),
        })
    }
}

/// Up to when the catalogue was known that the list was made from, in microseconds.
#[derive(Debug, Deserialize)]
pub struct Than {
    #[serde(default)]
    than: String,
}

/// Shows the list anew once the catalogue is newer than it was; until then there is nothing to show.
pub async fn newer(
    State(app): State<App>,
    my: MyDraft,
    Query(Than { than }): Query<Than>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    let than: i64 = than.parse().unwrap_or_default();
    let read_until = app.store.catalogue_sync(my.at.company.id).await?.read_until;
    if read_until.is_none_or(|at| at.as_micros() <= than) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mut page = PickerPage::load(&app, &my, wanted, None).await?;
    Ok(Html(page.results()?).into_response())
}
