//! Starting an invalidation: a POST makes a draft, which has an address of its own from then on.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};

use crate::{
    app::App,
    domain::{Company, INVALIDATION_LIMIT, InvalidationId, Options, PresetChoice},
    error::AppError,
    store::{Draft, Person, StoreError, SubmittedUrl},
    web::{
        extract::{Editor, InCompany},
        shell::Shell,
        view::{company_path, draft_path},
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "invalidations/new.html")]
struct NewPage {
    shell: Shell,
    base: String,
}

/// The short page for those who come by its address; the tile on Tools is the same button.
pub async fn show(Editor(person): Editor, at: InCompany) -> Response {
    let page = NewPage {
        shell: Shell::at("CDN Invalidation", &person, &at),
        base: company_path(&at.company),
    };
    page.into_response()
}

/// Makes the draft and leads to its details.
pub async fn create(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
) -> Result<Redirect, AppError> {
    let draft = new_draft(&app, &at.company, &person).await?;
    app.store.create_draft(&draft).await?;
    Ok(Redirect::to(&draft_path(&at.company, draft.id, "details")))
}

/// What was sent, as lines of Add URL: exactly as it was, so that nothing is formed anew; but in place of a base URL stand
/// the addresses that it cleared, folded again, so that these are known, and looked at, as before.
pub struct AgainLines {
    /// The lines.
    pub text: String,
    /// Whether they are to be folded.
    pub fold: bool,
}

impl AgainLines {
    /// Puts them together. Where there would be too many, the URLs alone.
    pub fn of<'a>(urls: impl IntoIterator<Item = &'a SubmittedUrl> + Clone) -> Self {
        let shown = || urls.clone().into_iter().flat_map(SubmittedUrl::shown);
        let mut covering = urls.clone().into_iter().map(|url| !url.covers.is_empty());
        let fold = covering.any(|covers| covers) && shown().count() <= INVALIDATION_LIMIT;
        let lines: Vec<&str> = if fold {
            shown().map(String::as_str).collect()
        } else {
            urls.into_iter().map(|url| url.url.as_str()).collect()
        };
        Self {
            text: lines.join("\n"),
            fold,
        }
    }
}

/// An empty draft with the person's last choice of options; at first the template when it has lines.
pub async fn new_draft(app: &App, company: &Company, author: &Person) -> Result<Draft, StoreError> {
    let last_choice = app.store.last_choice(company.id, author.id).await?;
    let options = if let Some(options) = last_choice {
        options
    } else {
        let template = app.store.template(company.id).await?;
        let has_lines = template.is_some_and(|template| !template.text.trim().is_empty());
        let settings = app.store.company_settings(company.id).await?;
        Options {
            presets: false,
            template: has_lines,
            alias: settings.clear_alias,
            fold: true,
        }
    };
    let now = app.clock.now();
    Ok(Draft {
        id: InvalidationId::from_uuid(app.clock.new_uuid()),
        company: company.id,
        author: author.id,
        options,
        split: false,
        presets: PresetChoice::All,
        manual_urls: String::new(),
        version: 1,
        created_at: now,
        updated_at: now,
    })
}
