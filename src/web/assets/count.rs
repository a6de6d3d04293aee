//! How many assets match: a part of its own, so that the list never waits for it. And what selecting all of them means.

use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse as _, Redirect, Response},
};
use futures_util::TryFutureExt as _;

use super::{
    limit::{Limit, beyond_one_request},
    wanted::{Show, Wanted},
};
use crate::{
    app::App,
    domain::INVALIDATION_LIMIT,
    error::AppError,
    store::{Counted, Matches},
    web::{
        extract::{Htmx, MyDraft, Query},
        view::{counted, draft_path, grouped},
    },
};

/// The number, and what selecting all of it would mean.
#[derive(Template)]
#[template(path = "assets/count.html")]
pub struct CountPart {
    draft: String,
    sentence: String,
    /// What *Select all* is called now.
    select_all: Option<String>,
    warning: Option<String>,
}

/// The address of the page with the count in it, after the draft's: for who has no script, which puts it there later.
pub fn with_count(wanted: &Wanted) -> String {
    format!("assets?count=1{}", wanted.and_query())
}

/// Counts. Without a script there is nothing to put a part into, so it leads to the page.
pub async fn show(
    State(app): State<App>,
    my: MyDraft,
    Htmx(is_htmx): Htmx,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    if !is_htmx {
        let page = draft_path(&my.at.company, my.draft.id, &with_count(&wanted));
        return Ok(Redirect::to(&page).into_response());
    }
    let part = CountPart::load(&app, &my, &wanted).await?;
    Ok(Html(part.render()?).into_response())
}

impl CountPart {
    /// Counts what is wanted.
    pub async fn load(app: &App, my: &MyDraft, wanted: &Wanted) -> Result<Self, AppError> {
        let draft = draft_path(&my.at.company, my.draft.id, "");
        let draft = draft.trim_end_matches('/').to_owned();
        let limit = Limit::of(app, my);
        if wanted.list() == Show::Selected {
            let selected = app.store.count_selected(my.draft.id).err_into();
            let (selected, limit) = tokio::try_join!(selected, limit)?;
            return Ok(Self {
                draft,
                sentence: counted(selected.unsigned_abs(), "asset"),
                select_all: None,
                warning: limit.warning(selected, "all of these together"),
            });
        }
        let query = wanted.query(app.clock.now());
        let (found, selected, limit) = tokio::try_join!(
            app.store.count_assets(my.at.company.id, &query).err_into(),
            app.store.count_selected(my.draft.id).err_into(),
            limit,
        )?;
        let mut part = Self::of(draft, found, &limit);
        if part.warning.is_none() {
            part.warning = limit.warning(selected, "all that is selected");
        }
        Ok(part)
    }

    fn of(draft: String, found: Counted, limit: &Limit<'_>) -> Self {
        let these = "selecting all of these";
        let (sentence, select_all, number, warning) = match found.matches {
            Matches::Exactly(all) => {
                let number = all - found.excluded;
                let select = if number == 1 {
                    "Select the one that matches".to_owned()
                } else {
                    let assets = counted(number.unsigned_abs(), "asset");
                    format!("Select all {assets} that match")
                };
                let warning = limit.warning(number, these);
                (
                    counted(all.unsigned_abs(), "asset"),
                    select,
                    number,
                    warning,
                )
            }
            Matches::MoreThan(all) => {
                let more = format!("more than {} assets", grouped(all.unsigned_abs()));
                let most = grouped(INVALIDATION_LIMIT as u64);
                let select = format!("Select all that match, if no more than {most}");
                (more, select, all + 1, limit.warning_for_more(these))
            }
        };
        let sentence = match found.excluded {
            0 => sentence,
            _ if matches!(found.matches, Matches::MoreThan(_)) => {
                format!("{sentence}, some of them in formats that Adobe cannot clear")
            }
            excluded => {
                let excluded = grouped(excluded.unsigned_abs());
                format!("{sentence}, {excluded} of them in formats that Adobe cannot clear")
            }
        };
        Self {
            draft,
            sentence,
            select_all: (number > 0).then_some(select_all),
            warning: warning.filter(|_| number > 0),
        }
    }
}

/// What *Select all* means, where nothing has counted how many there are.
pub fn before_counting() -> String {
    let most = grouped(INVALIDATION_LIMIT as u64);
    format!(
        "That is every page of this list without formats that Adobe cannot clear, if that is no more than {most} assets. {}",
        beyond_one_request("more than that")
    )
}

/// What *Select all* did, and what it means for the limit; `None` where it cannot have, since no more is selected at all.
pub async fn all_selected(app: &App, my: &MyDraft, added: u64) -> Result<Option<String>, AppError> {
    let selected = app.store.count_selected(my.draft.id).await?;
    if added > selected.unsigned_abs() {
        return Ok(None);
    }
    let done = match added {
        0 => "All that match were selected already.".to_owned(),
        added => format!("{} more selected.", grouped(added)),
    };
    let limit = Limit::of(app, my).await?;
    Ok(Some(
        match limit.warning(selected, "all of these together") {
            Some(warning) => format!("{done} {warning}"),
            None => done,
        },
    ))
}
