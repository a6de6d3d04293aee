//! *Add Details*: the two options, the selected assets, Add URL, and how many URLs that will send.
//!
//! One form holds it all, and every button of it stores it all, so that nothing typed is lost without JavaScript. With
//! it, the live part is asked for anew while one types; asking stores nothing.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::details_view::{DetailsPage, Live};
use crate::{
    app::App,
    domain::{AssetKey, Options, PresetChoice, formation, usual_urls},
    error::AppError,
    ops::plan::DraftInputs,
    store::{Draft, StoreError},
    web::{
        extract::{Form, Htmx, MyDraft},
        forms::{Unreadable, readable},
        view::{Mend, company_path, draft_path},
    },
};

/// The fields and buttons of Add Details.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one for each check box")]
pub struct DetailsForm {
    version: i64,
    #[serde(default)]
    presets: bool,
    #[serde(default)]
    template: bool,
    #[serde(default)]
    alias: bool,
    #[serde(default)]
    fold: bool,
    #[serde(default)]
    split: bool,
    /// `some` when only the ticked presets are to be used.
    #[serde(default)]
    which: String,
    #[serde(default)]
    preset: BTreeSet<String>,
    #[serde(default)]
    urls: String,
    #[serde(default, rename = "do")]
    action: Action,
    /// X beside a selected asset.
    remove_asset: Option<AssetKey>,
    /// X beside a line of Add URL: its text, which finds it wherever it stands by now.
    remove_line: Option<String>,
    /// What a problem offers to add.
    add_url: Option<String>,
    /// What a problem offers in place of a line, a [`Mend`] as JSON.
    mend_line: Option<String>,
    /// *Add its usual URLs* beside an asset.
    add_usual: Option<AssetKey>,
}

/// The button that was pressed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    #[default]
    Count,
    AddAssets,
    Next,
    Cancel,
}

/// Shows the page.
pub async fn show(State(app): State<App>, my: MyDraft) -> Result<Response, AppError> {
    let inputs = DraftInputs::load(&app.store, &my.at.company, my.draft.clone()).await?;
    Ok(DetailsPage::new(&my, &inputs).into_response())
}

/// Stores the form, then does what the button says. For htmx, which asks while one types, nothing is stored.
pub async fn save(
    State(app): State<App>,
    Htmx(live): Htmx,
    my: MyDraft,
    Form(form): Form<DetailsForm>,
) -> Result<Response, AppError> {
    let mut draft = form.apply(&my.draft);
    if form.action == Action::Cancel {
        return cancel(&app, &my, &form, draft).await;
    }
    if live && form.action == Action::Count {
        let inputs = DraftInputs::load(&app.store, &my.at.company, draft).await?;
        return Ok(Html(Live::new(&inputs).render()?).into_response());
    }
    if readable(&form.urls).is_err() {
        let inputs = DraftInputs::load(&app.store, &my.at.company, draft).await?;
        return Ok(refuse(
            &my,
            &inputs,
            StatusCode::UNPROCESSABLE_ENTITY,
            Unreadable::SENTENCE,
        ));
    }
    let inputs = match store(&app, &my, &form, &mut draft).await {
        Ok(()) => DraftInputs::load(&app.store, &my.at.company, draft).await?,
        Err(StoreError::Conflict) => return conflict(&app, &my, draft).await,
        Err(error) => return Err(error.into()),
    };
    let page = |page| Redirect::to(&draft_path(&my.at.company, my.draft.id, page)).into_response();
    Ok(match form.action {
        Action::Count | Action::Cancel => page("details"),
        Action::AddAssets => page("assets"),
        Action::Next => match Live::new(&inputs).refusal {
            None => page("confirm"),
            Some(refusal) => refuse(&my, &inputs, StatusCode::UNPROCESSABLE_ENTITY, &refusal),
        },
    })
}

/// Deletes a draft that holds nothing; otherwise asks. What was typed is stored where it can be, for those who keep
/// the draft, but nothing stands in the way of leaving.
async fn cancel(
    app: &App,
    my: &MyDraft,
    form: &DetailsForm,
    mut draft: Draft,
) -> Result<Response, AppError> {
    let ask = draft_path(&my.at.company, my.draft.id, "cancel");
    let ask = Redirect::to(&ask).into_response();
    if readable(&form.urls).is_ok() {
        match store(app, my, form, &mut draft).await {
            Ok(()) => {}
            // Another tab may have put something in.
            Err(StoreError::Conflict) => return Ok(ask),
            Err(error) => return Err(error.into()),
        }
    }
    let has_assets = !app.store.draft_assets(my.draft.id).await?.is_empty();
    if has_assets || !draft.manual_urls.trim().is_empty() {
        return Ok(ask);
    }
    app.store
        .delete_draft(my.at.company.id, my.draft.id)
        .await?;
    Ok(Redirect::to(&company_path(&my.at.company)).into_response())
}

async fn store(
    app: &App,
    my: &MyDraft,
    form: &DetailsForm,
    draft: &mut Draft,
) -> Result<(), StoreError> {
    let company = my.at.company.id;
    if let (Some(asset), Ok(site)) = (form.add_usual, my.at.company.site()) {
        let assets = app.store.assets_by_key(company, &[asset]).await?;
        for url in assets.iter().flat_map(|asset| usual_urls(&site, asset)) {
            append_line(&mut draft.manual_urls, &url);
        }
    }
    draft.updated_at = app.clock.now();
    draft.version = app.store.save_details(draft).await?;
    if let Some(asset) = form.remove_asset {
        app.store
            .remove_draft_assets(company, draft.id, &[asset], draft.updated_at)
            .await?;
    }
    Ok(())
}

/// The draft was changed elsewhere: what was typed here stays on the page, and the next press stores it.
async fn conflict(app: &App, my: &MyDraft, typed: Draft) -> Result<Response, AppError> {
    let stored = app
        .store
        .draft(my.at.company.id, my.draft.id)
        .await?
        .ok_or(AppError::AlreadySubmitted)?;
    let typed = Draft {
        version: stored.version,
        ..typed
    };
    let inputs = DraftInputs::load(&app.store, &my.at.company, typed).await?;
    let sentence = "This draft was changed meanwhile, in another tab or on a later page. What you see here is what you \
                    typed in this one; press the button again to store it in place of the other.";
    Ok(refuse(my, &inputs, StatusCode::CONFLICT, sentence))
}

fn refuse(my: &MyDraft, inputs: &DraftInputs, status: StatusCode, sentence: &str) -> Response {
    (status, DetailsPage::new(my, inputs).refused(sentence)).into_response()
}

impl DetailsForm {
    /// The draft as the form says it should be.
    fn apply(&self, draft: &Draft) -> Draft {
        let mend: Option<Mend> = self
            .mend_line
            .as_ref()
            .and_then(|mend| serde_json::from_str(mend).ok());
        let taken = self
            .remove_line
            .as_deref()
            .or(mend.as_ref().map(|mend| &*mend.line));
        let mut manual_urls = match taken {
            Some(line) => formation::without_entry(&self.urls, line),
            None => self.urls.clone(),
        };
        let added = self
            .add_url
            .as_deref()
            .or(mend.as_ref().map(|mend| &*mend.by));
        if let Some(urls) = added {
            append_line(&mut manual_urls, urls);
        }
        Draft {
            options: Options {
                presets: self.presets,
                template: self.template,
                alias: self.alias,
                fold: self.fold,
            },
            split: self.split,
            presets: match self.which.as_str() {
                "some" => PresetChoice::Some(self.preset.clone()),
                _ => PresetChoice::All,
            },
            manual_urls,
            version: self.version,
            ..draft.clone()
        }
    }
}

fn append_line(text: &mut String, line: &str) {
    if !text.is_empty() && !text.ends_with(['\n', '\r']) {
        text.push('\n');
    }
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offered_url_gets_a_line_of_its_own() {
        let mut text = "a".to_owned();
        append_line(&mut text, "b");
        append_line(&mut text, "c");
        assert_eq!(text, "a\nb\nc\n");
    }
}
