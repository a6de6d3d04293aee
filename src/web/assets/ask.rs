//! *Ask Dynamic Media*: where nothing matches, what was typed may be the ID of an asset that is newer than the catalogue.
//! A part of its own, so that the list never waits for Adobe; without a script a button leads here.

use askama::Template;
use axum::{
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse as _, Redirect, Response},
};

use super::{
    rows::{PickRow, rows},
    show::PickerPage,
    wanted::{Show, Wanted},
};
use crate::{
    app::App,
    error::AppError,
    ops::sync::Answer,
    web::{
        extract::{Htmx, MyDraft, Query},
        view::draft_path,
    },
};

/// What Dynamic Media has to do with an empty list.
#[derive(Default)]
pub struct Ask {
    /// The query of the part that asks it, where that may help.
    pub query: Option<String>,
    /// What came of it.
    pub answer: Option<AnswerPart>,
}

/// What came of it, in the place of the empty list.
#[derive(Template)]
#[template(path = "assets/ask.html")]
pub struct AnswerPart {
    draft: String,
    id: String,
    rows: Vec<PickRow>,
    not_asked: Option<String>,
}

impl Ask {
    /// Offered where a search found nothing and its text could be an ID that the catalogue does not have.
    pub async fn about(app: &App, my: &MyDraft, wanted: &Wanted) -> Result<Self, AppError> {
        let is_search = wanted.list() == Show::All && wanted.after.is_empty();
        let Some(id) = wanted.as_id().filter(|_| is_search) else {
            return Ok(Self::default());
        };
        let may_ask = app.syncer.may_ask(&my.at.company, id).await?;
        Ok(Self {
            query: may_ask.then(|| wanted.to_query()),
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
) -> Result<Response, AppError> {
    let Some(id) = wanted.as_id() else {
        let page = draft_path(&my.at.company, my.draft.id, "assets");
        return Ok(Redirect::to(&format!("{page}{}", wanted.to_query())).into_response());
    };
    let answer = app.syncer.ask(&my.at.company, id).await?;
    let part = AnswerPart::new(&app, &my, &wanted, id, answer).await?;
    if is_htmx {
        return Ok(Html(part.render()?).into_response());
    }
    let mut page = PickerPage::load(&app, &my, wanted.first_page(), None).await?;
    // What was found is on the list by now, unless a folder or a filter keeps it out.
    if page.picker.rows.is_empty() {
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
            rows: rows(app, my, &assets, &wanted.words()).await?,
            not_asked,
        })
    }
}
