//! The part of *Settings > Connection* that is typed: publish server, preview server, alias.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::connection::{page, path};
use crate::{
    app::App,
    error::AppError,
    ops::connection::{NoSite, TypedSite},
    web::{
        extract::{Admin, Form, InCompany},
        forms::showable,
    },
};

/// The fields as they were sent, and beside each server what the page had shown: what was not touched stays as it is,
/// even where a reading of Dynamic Media has found another meanwhile.
#[derive(Debug, Deserialize)]
pub struct SiteForm {
    publish_server: String,
    #[serde(default)]
    shown_publish_server: String,
    preview_server: String,
    #[serde(default)]
    shown_preview_server: String,
    alias_root: String,
    alias_handle: String,
    #[serde(default)]
    clear_alias: bool,
}

impl SiteForm {
    fn typed(&self) -> TypedSite<'_> {
        TypedSite {
            publish_server: touched(&self.publish_server, &self.shown_publish_server),
            preview_server: touched(&self.preview_server, &self.shown_preview_server),
            alias: Some((&self.alias_root, &self.alias_handle)),
            clear_alias: Some(self.clear_alias),
        }
    }
}

fn touched<'a>(typed: &'a str, shown: &str) -> Option<&'a str> {
    (typed != shown).then_some(typed)
}

/// Changes them.
pub async fn save(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<SiteForm>,
) -> Result<Response, AppError> {
    let connector = &app.connector;
    match connector.site_change(&at.company, &form.typed()).await {
        Ok(change) => {
            connector
                .change_site(at.company.id, &change, &person.email)
                .await?;
            Ok(Redirect::to(&format!("{}?done=site", path(&at.company))).into_response())
        }
        Err(NoSite::Store(error)) => Err(error.into()),
        Err(NoSite::Trouble(trouble)) => {
            let mut page = page(&app, &person, &at).await?;
            let site = &mut page.site;
            site.shown_publish_server = showable(&form.shown_publish_server);
            site.shown_preview_server = showable(&form.shown_preview_server);
            site.publish_server = showable(&form.publish_server);
            site.preview_server = showable(&form.preview_server);
            site.alias_root = showable(&form.alias_root);
            site.alias_handle = showable(&form.alias_handle);
            site.clear_alias = form.clear_alias;
            page.site_trouble = Some(trouble);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
