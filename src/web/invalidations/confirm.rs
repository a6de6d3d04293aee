//! *Confirm*: each URL with X, the removed ones with *Put back*, Back, Submit.
//!
//! What you confirm is what is sent: the form carries the revision of the list that it shows. With another revision,
//! nothing is sent, and the list comes back as it stands now, with 409.

use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use askama::Template;

use super::confirm_view::ConfirmPage;
use crate::{
    app::App,
    domain::{Headline, Revision, formation},
    error::AppError,
    ops::{
        plan::DraftInputs,
        submit::{self, SubmitError, Way},
    },
    store::Draft,
    web::{
        extract::{Form, Htmx, MyDraft, Query},
        forms::showable,
        view::{draft_path, outcome_path, query_value},
    },
};

/// Characters of a note.
const LONGEST_NOTE: usize = 500;

/// Which part of a long list is shown.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Wanted {
    /// Counts from 1.
    #[serde(default)]
    pub page: usize,
    /// The [`Revision`] of the one URL that is to be shown first: Adobe named it. (The URL itself may be too long for
    /// an address.)
    #[serde(default)]
    pub first: String,
}

/// The form's fields and buttons.
#[derive(Debug, Deserialize)]
pub struct ConfirmForm {
    revision: Revision,
    #[serde(default)]
    page: usize,
    #[serde(default)]
    first: String,
    #[serde(default, rename = "do")]
    action: Action,
    /// X beside a URL.
    take_out: Option<String>,
    /// *Put back* beside a removed one.
    put_back: Option<String>,
    /// Why, in the person's words.
    #[serde(default)]
    note: String,
}

/// The button that was pressed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    #[default]
    Change,
    RemoveBlocking,
    PutAllBack,
    Fold,
    Unfold,
    Back,
    Submit,
    Download,
}

impl ConfirmForm {
    fn wanted(&self) -> Wanted {
        Wanted {
            page: self.page,
            first: self.first.clone(),
        }
    }
}

/// Shows the list.
pub async fn show(
    State(app): State<App>,
    Htmx(htmx): Htmx,
    my: MyDraft,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    let inputs = DraftInputs::load(&app.store, &my.at.company, my.draft.clone()).await?;
    answer(&app, &my, &inputs, &wanted, htmx).await
}

/// Changes the list, goes back, or submits it.
pub async fn act(
    State(app): State<App>,
    Htmx(htmx): Htmx,
    my: MyDraft,
    Form(form): Form<ConfirmForm>,
) -> Result<Response, AppError> {
    let to =
        |page: &str| Redirect::to(&draft_path(&my.at.company, my.draft.id, page)).into_response();
    let note: String = showable(form.note.trim())
        .chars()
        .take(LONGEST_NOTE)
        .collect();
    app.store
        .save_note(my.at.company.id, my.draft.id, &note)
        .await?;
    match form.action {
        Action::Back => return Ok(to("details")),
        Action::Submit => return submit(&app, &my, &form, Way::Send).await,
        Action::Download => return submit(&app, &my, &form, Way::Download).await,
        _ => change(&app, &my, &form).await?,
    }
    if !htmx {
        let ConfirmForm { page, first, .. } = &form;
        return Ok(to(&format!(
            "confirm?page={page}&first={}#urls",
            query_value(first)
        )));
    }
    let inputs = reload(&app, &my).await?;
    answer(&app, &my, &inputs, &form.wanted(), htmx).await
}

/// The page, or only the list for htmx; without a list, the details, which say why.
async fn answer(
    app: &App,
    my: &MyDraft,
    inputs: &DraftInputs,
    wanted: &Wanted,
    htmx: bool,
) -> Result<Response, AppError> {
    let Some(page) = ConfirmPage::new(my, inputs, wanted) else {
        let details = draft_path(&my.at.company, my.draft.id, "details");
        // htmx would follow a redirect by itself and put the whole page into the list.
        return Ok(if htmx {
            [("hx-redirect", details)].into_response()
        } else {
            Redirect::to(&details).into_response()
        });
    };
    let page = page.with_history(app, my).await?;
    if htmx {
        return Ok(Html(page.as_list().render()?).into_response());
    }
    Ok(page.warned(app, my).await?.into_response())
}

async fn change(app: &App, my: &MyDraft, form: &ConfirmForm) -> Result<(), AppError> {
    let (company, id, now) = (my.at.company.id, my.draft.id, app.clock.now());
    let store = &app.store;
    if let Some(url) = &form.take_out {
        store
            .remove_urls(company, id, std::slice::from_ref(url), now)
            .await?;
    }
    if let Some(url) = &form.put_back {
        store
            .put_back_urls(company, id, std::slice::from_ref(url), now)
            .await?;
    }
    match form.action {
        Action::RemoveBlocking => {
            let inputs = DraftInputs::load(store, &my.at.company, my.draft.clone()).await?;
            store
                .remove_urls(company, id, &blocking(&inputs), now)
                .await?;
        }
        Action::PutAllBack => {
            let removed: Vec<String> = store.removed_urls(id).await?.into_iter().collect();
            store.put_back_urls(company, id, &removed, now).await?;
        }
        Action::Fold | Action::Unfold => {
            let mut draft = Draft {
                updated_at: now,
                ..my.draft.clone()
            };
            draft.options.fold = form.action == Action::Fold;
            store.save_details(&draft).await?;
        }
        Action::Change | Action::Back | Action::Submit | Action::Download => {}
    }
    Ok(())
}

fn blocking(inputs: &DraftInputs) -> Vec<String> {
    let Ok(input) = inputs.formation() else {
        return Vec::new();
    };
    let plan = formation::form(&input);
    let blocks =
        |url: &formation::PlannedUrl<'_>| url.severity() == Some(formation::Severity::Blocks);
    plan.sent()
        .filter(blocks)
        .map(|url| url.url.to_owned())
        .collect()
}

async fn submit(
    app: &App,
    my: &MyDraft,
    form: &ConfirmForm,
    way: Way,
) -> Result<Response, AppError> {
    let company = &my.at.company;
    let inputs = DraftInputs::load(&app.store, company, my.draft.clone()).await?;
    let (store, clock) = (&app.store, &app.clock);
    let submitted = submit::submit(store, clock, company, &inputs, &form.revision, way).await;
    let (status, headline, sentence) = match submitted {
        Ok(()) => {
            app.dispatcher.wake();
            return Ok(Redirect::to(&outcome_path(company, my.draft.id)).into_response());
        }
        Err(SubmitError::Stale) => (
            StatusCode::CONFLICT,
            "The list has changed since you saw it. Nothing was sent.",
            "It was changed in another tab, or the template was saved meanwhile. This is how it stands now: read it, then submit again.",
        ),
        Err(SubmitError::OtherWay) => (
            StatusCode::CONFLICT,
            "Nothing was sent: the connection of this company has changed since you saw the list.",
            "Read the list again, then use the button above it.",
        ),
        Err(SubmitError::NoUrls) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Headline::NoUrls.text(),
            "Put a URL back, or go back and add some.",
        ),
        Err(SubmitError::Blocked) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Adobe would refuse some of these URLs, and all others with them. Nothing was sent.",
            "They are marked below. Remove them with X, or all at once, then submit again.",
        ),
        Err(SubmitError::TooMany(_) | SubmitError::Unformable(_)) => {
            let details = draft_path(company, my.draft.id, "details");
            return Ok(Redirect::to(&details).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    // Read again: what made it stale may have come after the first reading.
    let inputs = reload(app, my).await?;
    Ok(match ConfirmPage::new(my, &inputs, &form.wanted()) {
        Some(page) => {
            let page = page.with_history(app, my).await?.warned(app, my).await?;
            (status, page.refused(headline, sentence)).into_response()
        }
        None => Redirect::to(&draft_path(company, my.draft.id, "details")).into_response(),
    })
}

/// The draft as it stands now.
async fn reload(app: &App, my: &MyDraft) -> Result<DraftInputs, AppError> {
    let draft = app.store.draft(my.at.company.id, my.draft.id).await?;
    let draft = draft.ok_or(AppError::AlreadySubmitted)?;
    Ok(DraftInputs::load(&app.store, &my.at.company, draft).await?)
}
