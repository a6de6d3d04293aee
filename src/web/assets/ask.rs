//! *Ask Dynamic Media*: where nothing matches, what was typed may be the ID of an asset that is newer than the catalogue.
//! A part of its own, so that the list never waits for Adobe; without a script a button leads here.

use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    nothing::place,
    rows::{PickRow, rows},
    show::PickerPage,
    wanted::{Show, Wanted},
};
use crate::{
    app::App,
    domain::Asset,
    error::AppError,
    ops::sync::Answer,
    web::{
        extract::{Htmx, MyDraft, Query},
        view::draft_path,
    },
};

/// What Dynamic Media has to do with a list that does not have what was typed.
#[derive(Default)]
pub struct Ask {
    /// What was typed.
    pub id: String,
    /// The query of the part that asks for it, where that may help.
    pub query: Option<String>,
    /// What came of it.
    pub answer: Option<AnswerPart>,
}

/// Whether there is a list all the same.
#[derive(Debug, Deserialize)]
pub struct Beside {
    #[serde(default)]
    beside: String,
}

/// What came of it: in the place of the empty list, or above the list of what holds the text too.
#[derive(Template)]
#[template(path = "assets/ask.html")]
pub struct AnswerPart {
    draft: String,
    id: String,
    /// Where the catalogue was searched, when not everywhere. Dynamic Media is asked for an ID, wherever it is.
    place: &'static str,
    is_beside: bool,
    rows: Vec<PickRow>,
    not_asked: Option<String>,
}

impl Ask {
    /// Offered where a search did not find the ID that its text could be. Where it found others, only one word that looks
    /// like an ID is asked for: most words are meant as words.
    pub async fn about(
        app: &App,
        my: &MyDraft,
        wanted: &Wanted,
        found: &[Asset],
    ) -> Result<Self, AppError> {
        let is_search = wanted.list() == Show::All && wanted.after.is_empty();
        let is_beside = !found.is_empty();
        let could_be = |id: &&str| {
            let is_listed = found.iter().any(|asset| asset.id == **id);
            let is_meant = wanted.looks_like_an_id() && !id.contains(' ');
            is_search && !is_listed && (!is_beside || is_meant)
        };
        let Some(id) = wanted.as_id().filter(could_be) else {
            return Ok(Self::default());
        };
        let may_ask = app.syncer.may_ask(&my.at.company, id).await?;
        let query = if is_beside {
            format!("?beside=1{}", wanted.and_query())
        } else {
            wanted.to_query()
        };
        Ok(Self {
            id: id.to_owned(),
            query: may_ask.then_some(query),
            answer: None,
        })
    }
}

/// Asks, and shows what came: the part alone, or within the page.
pub async fn show(
    State(app): State<App>,
    my: MyDraft,
    Htmx(is_htmx): Htmx,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
    Query(Beside { beside }): Query<Beside>,
) -> Result<Response, AppError> {
    let Some(id) = wanted.as_id() else {
        let page = draft_path(&my.at.company, my.draft.id, "assets");
        return Ok(Redirect::to(&format!("{page}{}", wanted.to_query())).into_response());
    };
    let answer = app.syncer.ask(&my.at.company, id).await?;
    let mut part = AnswerPart::new(&app, &my, &wanted, id, answer).await?;
    part.is_beside = beside == "1";
    if is_htmx {
        return Ok(Html(part.render()?).into_response());
    }
    let mut page = PickerPage::load(&app, &my, wanted.first_page(), None).await?;
    // What was found is on the list by now, unless a folder or a filter keeps it out.
    let is_listed = page.picker.rows.iter().any(|row| row.asset.id == id);
    if !is_listed {
        part.is_beside = !page.picker.rows.is_empty();
        page.picker.ask.answer = Some(part);
    }
    page.answer(&headers)
}

impl AnswerPart {
    async fn new(
        app: &App,
        my: &MyDraft,
        wanted: &Wanted,
        id: &str,
        answer: Answer,
    ) -> Result<Self, AppError> {
        let draft = draft_path(&my.at.company, my.draft.id, "");
        let (assets, not_asked) = match answer {
            Answer::Found(assets) => (assets, None),
            Answer::Unknown => (Vec::new(), None),
            Answer::NotAsked(why) => (Vec::new(), Some(why)),
        };
        Ok(Self {
            draft: draft.trim_end_matches('/').to_owned(),
            id: id.to_owned(),
            place: place(wanted),
            is_beside: false,
            rows: rows(app, my, &assets, &wanted.words()).await?,
            not_asked,
        })
    }
}
