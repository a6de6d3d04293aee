//! *Settings > Catalogue*: how far the reading of the company's assets is.

use askama::Template;
use askama_web::WebTemplate;
use axum::response::{IntoResponse as _, Response};

use super::Tabs;
use crate::{
    error::AppError,
    web::{
        extract::{Admin, InCompany},
        shell::Shell,
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "settings/catalogue.html")]
struct CataloguePage {
    shell: Shell,
    tabs: Tabs,
}

/// Shows it.
pub async fn show(Admin(person): Admin, at: InCompany) -> Result<Response, AppError> {
    let page = CataloguePage {
        shell: Shell::at("Settings", &person, &at),
        tabs: Tabs::of(&at.company, "catalogue"),
    };
    Ok(page.into_response())
}
