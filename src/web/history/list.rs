//! The list of everything that was submitted, with its filters. htmx brings the lines while one types.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{RawQuery, State},
    http::{HeaderValue, StatusCode},
    response::{Html, IntoResponse as _, Response},
};

use super::{filter::Filters, last::LastView, row::Row, words::state_view};
use crate::{
    app::App,
    domain::{Company, HistoryVerdict, InvalidationState},
    error::AppError,
    store::HistoryPage,
    web::{
        extract::{Editor, Htmx, InCompany},
        shell::Shell,
        verdicts::Badge,
        view::company_path,
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "history/list.html", blocks = ["results", "asset"])]
struct ListPage {
    shell: Shell,
    /// The address of the list without a filter.
    this: String,
    filters: Filters,
    /// See [`Filters::query`].
    query: String,
    people: Vec<Choice>,
    states: Vec<Choice>,
    verdicts: Vec<Choice>,
    hosts: Vec<String>,
    wrong: Vec<String>,
    /// Of the one asset that is asked for.
    last: Option<LastView>,
    rows: Vec<Row>,
    next: Option<String>,
    is_filtered: bool,
    /// Whether this is not the first page.
    goes_on: bool,
}

/// A choice of a select.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

/// Shows the list.
pub async fn show(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    Htmx(htmx): Htmx,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let company = &at.company;
    let filters = Filters::read(query.as_deref());
    let meaning = filters.meaning();
    let found = match &meaning {
        Ok(query) => app.store.history(company.id, query).await?,
        Err(_) => nothing(),
    };
    let status = if meaning.is_ok() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let asset = meaning
        .as_ref()
        .ok()
        .and_then(|query| query.asset.as_deref());
    let last = match asset {
        Some(asset) => LastView::load(&app, company.id, asset).await?,
        None => None,
    };
    let wrong = meaning.err().unwrap_or_default();
    let shell = Shell::at("History", &person, &at);
    let page = ListPage {
        wrong,
        last,
        ..page(&app, shell, company, filters, found).await?
    };
    if !htmx {
        return Ok((status, page).into_response());
    }
    let address = format!("{}?{}", page.this, page.query);
    let parts = page.as_results().render()? + &page.as_asset().render()?;
    let mut answer = (status, Html(parts)).into_response();
    // So that the view can be shared and loaded again, without what was left empty.
    if let Ok(address) = HeaderValue::try_from(address.trim_end_matches('?')) {
        answer.headers_mut().insert("hx-replace-url", address);
    }
    Ok(answer)
}

fn nothing() -> HistoryPage {
    HistoryPage {
        entries: Vec::new(),
        next: None,
    }
}

async fn page(
    app: &App,
    shell: Shell,
    company: &Company,
    filters: Filters,
    found: HistoryPage,
) -> Result<ListPage, AppError> {
    let people = app.store.people_of_history(company.id).await?;
    let people = people.into_iter().map(|(id, email)| Choice {
        chosen: filters.person == id.to_string(),
        value: id.to_string(),
        label: email,
    });
    let states = InvalidationState::ALL.into_iter().map(|state| Choice {
        chosen: filters.state == state.as_str(),
        value: state.as_str().to_owned(),
        label: state_view(state).1.to_owned(),
    });
    let verdicts = HistoryVerdict::ALL.into_iter().map(|verdict| Choice {
        chosen: filters.verdict == verdict.as_str(),
        value: verdict.as_str().to_owned(),
        label: Badge::from(verdict).label.to_owned(),
    });
    let hosts = app.store.delivery_hosts(company.id).await?;
    let hosts = hosts.iter().map(|host| host.origin.to_string());
    let query = filters.query();
    let separator = if query.is_empty() { "" } else { "&" };
    Ok(ListPage {
        shell,
        this: format!("{}/invalidations", company_path(company)),
        people: people.collect(),
        states: states.collect(),
        verdicts: verdicts.collect(),
        hosts: hosts.collect(),
        wrong: Vec::new(),
        last: None,
        next: found
            .next
            .map(|next| format!("{query}{separator}after={next}")),
        rows: found
            .entries
            .iter()
            .map(|entry| Row::new(company, entry))
            .collect(),
        is_filtered: filters.is_filtered(),
        goes_on: !filters.after.is_empty(),
        query,
        filters,
    })
}
