//! The part of *Settings > Connection* that is typed: publish server, preview server, alias.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    connection::{page, path},
    connection_view::{SiteFields, SiteValues},
};
use crate::{
    app::App,
    error::AppError,
    ops::connection::{NoSite, TypedSite},
    web::{
        extract::{Admin, Form, InCompany},
        forms::showable,
    },
};

/// The fields as they were sent, and beside each what the page had shown: what was not touched stays as it is, even where
/// a reading of Dynamic Media or a colleague has changed it meanwhile.
#[derive(Debug, Deserialize)]
pub struct SiteForm {
    publish_server: String,
    #[serde(default)]
    shown_publish_server: String,
    #[serde(default)]
    publish_server_property: String,
    #[serde(default)]
    shown_publish_server_property: String,
    preview_server: String,
    #[serde(default)]
    shown_preview_server: String,
    alias_root: String,
    alias_handle: String,
    #[serde(default)]
    shown_alias_root: String,
    #[serde(default)]
    shown_alias_handle: String,
    #[serde(default)]
    clear_alias: bool,
    #[serde(default)]
    shown_clear_alias: bool,
}

impl SiteForm {
    fn typed(&self) -> TypedSite<'_> {
        let alias = (self.alias_root.as_str(), self.alias_handle.as_str());
        let shown_alias = (
            self.shown_alias_root.as_str(),
            self.shown_alias_handle.as_str(),
        );
        TypedSite {
            publish_server: touched(
                self.publish_server.as_str(),
                self.shown_publish_server.as_str(),
            ),
            publish_server_property: touched(
                self.publish_server_property.as_str(),
                self.shown_publish_server_property.as_str(),
            )
            .filter(|property| !property.trim().is_empty()),
            preview_server: touched(
                self.preview_server.as_str(),
                self.shown_preview_server.as_str(),
            ),
            alias: touched(alias, shown_alias),
            clear_alias: touched(self.clear_alias, self.shown_clear_alias),
        }
    }

    /// The fields again, with what was typed.
    fn refill(&self, fields: &mut SiteFields) {
        fields.typed = SiteValues {
            publish_server: showable(&self.publish_server),
            publish_server_property: showable(&self.publish_server_property),
            preview_server: showable(&self.preview_server),
            alias_root: showable(&self.alias_root),
            alias_handle: showable(&self.alias_handle),
            clear_alias: self.clear_alias,
        };
        fields.shown = SiteValues {
            publish_server: showable(&self.shown_publish_server),
            publish_server_property: showable(&self.shown_publish_server_property),
            preview_server: showable(&self.shown_preview_server),
            alias_root: showable(&self.shown_alias_root),
            alias_handle: showable(&self.shown_alias_handle),
            clear_alias: self.shown_clear_alias,
        };
    }
}

fn touched<T: PartialEq + Copy>(typed: T, shown: T) -> Option<T> {
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
            let trouble = connector
                .change_site(at.company.id, &change, &person.email)
                .await?;
            let unread = match trouble {
                Some(_) => "&unread=true",
                None => "",
            };
            let page = format!("{}?done=site{unread}", path(&at.company));
            Ok(Redirect::to(&page).into_response())
        }
        Err(NoSite::Store(error)) => Err(error.into()),
        Err(NoSite::Trouble(trouble)) => {
            let mut page = page(&app, &person, &at).await?;
            form.refill(&mut page.site);
            page.site_trouble = Some(trouble);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
