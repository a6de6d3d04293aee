//! *Changed recently* on Tools: what was replaced and not invalidated since, and the buttons that start an invalidation with
//! it. A part of its own, which shows itself anew once the catalogue is newer, with the ticks as they are by then.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{Html, IntoResponse as _, Redirect, Response},
};

use super::ToolsPage;
use crate::{
    app::App,
    domain::AssetKey,
    error::AppError,
    store::{Draft, Matches, TooManyAssets},
    web::{
        assets::{AsOf, Than, add_supported, alone, nothing_replaced, recent_query},
        extract::{Editor, Fields, Form, InCompany, Query},
        invalidations::start::new_draft,
        view::{AssetView, Moment, company_path, draft_path, grouped},
    },
};

/// How many are listed.
const LISTED: i64 = 12;

/// The part.
#[derive(Template)]
#[template(path = "tools/changed.html", blocks = ["as_of"])]
pub struct Changed {
    /// The start of the company's addresses.
    base: String,
    rows: Vec<ChangedView>,
    /// Those whose ticks were taken away before others came in their places.
    unlisted: Vec<AssetKey>,
    /// Whether there are more than are listed.
    more: bool,
    as_of: Option<AsOf>,
}

/// An asset that was replaced and not invalidated since.
struct ChangedView {
    asset: AssetView,
    when: Moment,
    is_ticked: bool,
}

/// The button for all of them, by their number; none where nothing of it can be invalidated.
#[derive(Template)]
#[template(path = "tools/all_changed.html")]
struct AllChanged {
    number: Option<String>,
}

/// What is ticked of the list.
#[derive(Debug, Default)]
pub struct Ticks {
    asset: BTreeSet<AssetKey>,
    /// Those that were listed, ticked or not.
    listed: BTreeSet<AssetKey>,
}

impl Ticks {
    fn of(fields: &Fields) -> Self {
        Self {
            asset: fields.all("asset").collect(),
            listed: fields.all("listed").collect(),
        }
    }

    /// Those whose ticks were taken away. What was not listed yet is ticked.
    fn unticked(&self) -> impl Iterator<Item = &AssetKey> {
        self.listed.difference(&self.asset)
    }
}

impl Changed {
    /// The latest of them.
    pub async fn load(app: &App, at: &InCompany, ticks: &Ticks) -> Result<Self, AppError> {
        let company = &at.company;
        let now = app.clock.now();
        let mut query = recent_query(now);
        query.limit = LISTED;
        // First: what is listed may be newer than is said, never older.
        let sync = app.store.catalogue_sync(company.id).await?;
        let found = app.store.search_assets(company.id, &query).await?;
        let site = company.site().ok();
        let unticked: BTreeSet<&AssetKey> = ticks.unticked().collect();
        let listed: BTreeSet<&AssetKey> = found.assets.iter().map(|asset| &asset.key).collect();
        let rows = found.assets.iter().map(|asset| ChangedView {
            asset: AssetView::new(asset, site.as_ref(), at.preview_server.as_ref()),
            when: asset.changed_at.into(),
            is_ticked: !unticked.contains(&asset.key),
        });
        Ok(Self {
            base: company_path(company),
            rows: rows.collect(),
            unlisted: unticked.difference(&listed).map(|key| **key).collect(),
            more: found.next.is_some(),
            as_of: AsOf::of(&sync, now),
        })
    }

    /// Whether there is something to show, or to wait for.
    pub fn is_shown(&self) -> bool {
        let as_of = self.as_of.as_ref();
        !self.rows.is_empty() || as_of.is_some_and(|it| it.newer.is_some())
    }

    fn nothing(&self) -> &'static str {
        nothing_replaced(self.as_of.as_ref().is_some_and(AsOf::is_first_reading))
    }
}

/// Shows the part anew once the catalogue is newer than it was. A first reading only says how far it is, and fills an empty
/// list.
pub async fn newer(
    _: Editor,
    State(app): State<App>,
    at: InCompany,
    Query(than): Query<Than>,
    RawQuery(fields): RawQuery,
) -> Result<Response, AppError> {
    let company = at.company.id;
    if than.is_up_to_date(&app, company).await? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let ticks = Ticks::of(&Fields::of_query(&fields.unwrap_or_default()));
    let mut part = Changed::load(&app, &at, &ticks).await?;
    part.as_of.iter_mut().for_each(AsOf::asks_no_more);
    let is_behind = than.is_behind(&app.store.catalogue_sync(company).await?);
    let is_filled = than.empty == "1" && !part.rows.is_empty();
    if is_behind || is_filled {
        return Ok(Html(part.render()?).into_response());
    }
    Ok(alone(part.as_as_of().render()?))
}

/// Counts all of them that can be invalidated. Where they are too many to be counted, the button stays without a number.
pub async fn count(_: Editor, State(app): State<App>, at: InCompany) -> Result<Response, AppError> {
    let query = recent_query(app.clock.now());
    let found = app.store.count_assets(at.company.id, &query).await?;
    let Matches::Exactly(all) = found.matches else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let number = (all - found.excluded).unsigned_abs();
    let part = AllChanged {
        number: (number > 0).then(|| grouped(number)),
    };
    Ok(Html(part.render()?).into_response())
}

/// Starts an invalidation with those whose ticks were left, or with all but those whose ticks were taken away, and leads to
/// its details. Where that is nothing, it says so and starts none.
pub async fn start(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    Form(fields): Form<Fields>,
) -> Result<Response, AppError> {
    let company = &at.company;
    let ticks = Ticks::of(&fields);
    let draft = new_draft(&app, company, &person).await?;
    app.store.create_draft(&draft).await?;
    let selected = if fields.last("do") == Some("all") {
        select_all(&app, &draft, &ticks).await?
    } else {
        let keys: Vec<AssetKey> = ticks.asset.iter().copied().collect();
        add_supported(&app, company.id, draft.id, &keys).await?;
        Ok(())
    };
    let refused = match selected {
        Err(too_many) => Some(format!(
            "Nothing was selected: {too_many}. Start a CDN Invalidation, and choose a part of them with Add Assets."
        )),
        Ok(()) if app.store.count_selected(draft.id).await? == 0 => {
            Some("Nothing was selected. Tick at least one of them; what is no longer listed was invalidated meanwhile.".to_owned())
        }
        Ok(()) => None,
    };
    if refused.is_none() {
        return Ok(Redirect::to(&draft_path(company, draft.id, "details")).into_response());
    }
    app.store.delete_draft(company.id, draft.id).await?;
    let page = ToolsPage {
        refused,
        ..ToolsPage::load(&app, &person, &at, &ticks).await?
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Selects all but those whose ticks were taken away.
async fn select_all(
    app: &App,
    draft: &Draft,
    ticks: &Ticks,
) -> Result<Result<(), TooManyAssets>, AppError> {
    let now = app.clock.now();
    let query = recent_query(now);
    let all = app
        .store
        .select_all_assets(draft.company, draft.id, &query, now)
        .await?;
    if let Err(too_many) = all {
        return Ok(Err(too_many));
    }
    let unticked: Vec<AssetKey> = ticks.unticked().copied().collect();
    app.store
        .remove_draft_assets(draft.company, draft.id, &unticked, now)
        .await?;
    Ok(Ok(()))
}
