//! A company that is set up by hand, for trials and for accounts that allow no API.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    extract::{Admin, Form},
    forms::{Unreadable, readable, showable},
    shell::Shell,
    view::company_path,
};
use crate::{
    app::App,
    error::AppError,
    ops::by_hand::{self, ByHand, NotAdded},
    store::Person,
};

#[derive(Template, WebTemplate)]
#[template(path = "companies/new.html")]
struct NewCompanyPage {
    shell: Shell,
    typed: NewCompany,
    problem: Option<String>,
}

/// The form's fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewCompany {
    name: String,
    root: String,
    publish_server: String,
    slug: String,
}

/// Shows the empty form.
pub async fn show(Admin(person): Admin) -> Response {
    page(&person, NewCompany::default(), None).into_response()
}

/// Adds the company and leads to its tools.
pub async fn create(
    Admin(person): Admin,
    State(app): State<App>,
    Form(form): Form<NewCompany>,
) -> Result<Response, AppError> {
    let problem = if form.texts().iter().any(|text| readable(text).is_err()) {
        Unreadable::SENTENCE.to_owned()
    } else {
        match by_hand::add(&app.store, &app.clock, &form.by_hand()).await {
            Ok(company) => return Ok(Redirect::to(&company_path(&company)).into_response()),
            Err(NotAdded::Store(error)) => return Err(error.into()),
            Err(error) => error.to_string(),
        }
    };
    let page = page(&person, form.shown_again(), Some(problem));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn page(person: &Person, typed: NewCompany, problem: Option<String>) -> NewCompanyPage {
    NewCompanyPage {
        shell: Shell::of("New company", person),
        typed,
        problem,
    }
}

impl NewCompany {
    fn texts(&self) -> [&str; 4] {
        [&self.name, &self.root, &self.publish_server, &self.slug]
    }

    fn by_hand(&self) -> ByHand {
        ByHand {
            name: self.name.clone(),
            root: self.root.clone(),
            publish_server: self.publish_server.clone(),
            slug: self.slug.clone(),
        }
    }

    fn shown_again(self) -> Self {
        Self {
            name: showable(&self.name),
            root: showable(&self.root),
            publish_server: showable(&self.publish_server),
            slug: showable(&self.slug),
        }
    }
}
