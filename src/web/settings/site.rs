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
    domain::{Alias, Company, PublishServer},
    error::AppError,
    ops::connection::{AccountError, NoAlias, SiteChange, Trouble},
    web::{
        extract::{Admin, Form, InCompany},
        forms::{Unreadable, readable, showable},
    },
};

/// The fields as they were sent.
#[derive(Debug, Deserialize)]
pub struct SiteForm {
    publish_server: String,
    preview_server: String,
    alias_root: String,
    alias_handle: String,
    #[serde(default)]
    clear_alias: bool,
}

/// Changes them.
pub async fn save(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<SiteForm>,
) -> Result<Response, AppError> {
    match wanted(&app, &at.company, &form).await? {
        Ok(change) => {
            app.connector
                .change_site(&at.company, change, &person.email)
                .await?;
            Ok(Redirect::to(&format!("{}?done=site", path(&at.company))).into_response())
        }
        Err(trouble) => {
            let mut page = page(&app, &person, &at).await?;
            page.site.publish_server = showable(&form.publish_server);
            page.site.preview_server = showable(&form.preview_server);
            page.site.alias_root = showable(&form.alias_root);
            page.site.alias_handle = showable(&form.alias_handle);
            page.site.clear_alias = form.clear_alias;
            page.site_trouble = Some(trouble);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn wanted(
    app: &App,
    company: &Company,
    form: &SiteForm,
) -> Result<Result<SiteChange, Trouble>, AppError> {
    let servers = server(&form.publish_server, "publish server")
        .and_then(|publish| Ok((publish, server(&form.preview_server, "preview server")?)));
    let (publish_server, preview_server) = match servers {
        Ok(servers) => servers,
        Err(trouble) => return Ok(Err(trouble)),
    };
    Ok(alias(app, company, form).await?.map(|alias| SiteChange {
        publish_server,
        preview_server,
        alias,
        clear_alias: form.clear_alias,
    }))
}

/// An address, or none where nothing was typed.
fn server(typed: &str, what: &str) -> Result<Option<PublishServer>, Trouble> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let server = readable(typed).ok().and_then(PublishServer::parse);
    server.map(Some).ok_or_else(|| Trouble {
        sentence: format!("The {what} is no web address."),
        advice: "Type scheme and host, such as https://images.example.com, without a path."
            .to_owned(),
    })
}

/// The alias; its handle is looked up where none was typed for this name.
async fn alias(
    app: &App,
    company: &Company,
    form: &SiteForm,
) -> Result<Result<Option<Alias>, Trouble>, AppError> {
    let (root, handle) = (form.alias_root.trim(), form.alias_handle.trim());
    if root.is_empty() {
        return Ok(Ok(None));
    }
    if let Err(trouble) = usable(root, handle) {
        return Ok(Err(trouble));
    }
    let stored = company.alias.as_ref();
    let is_of_another = stored.is_some_and(|it| it.handle == handle && it.root != root);
    if !handle.is_empty() && !is_of_another {
        let (root, handle) = (root.to_owned(), handle.to_owned());
        return Ok(Ok(Some(Alias { root, handle })));
    }
    Ok(match app.connector.look_up_alias(company, root).await {
        Ok(alias) => Ok(Some(alias)),
        Err(NoAlias::Account(AccountError::Store(error))) => return Err(error.into()),
        Err(NoAlias::Ips(error)) => {
            let trouble = Trouble::of(&error);
            Err(not_found(root, &trouble.sentence))
        }
        Err(error) => Err(not_found(root, &format!("Because {error}."))),
    })
}

fn usable(root: &str, handle: &str) -> Result<(), Trouble> {
    let unreadable = readable(root).and_then(|_| readable(handle)).is_err();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if unreadable {
        return Err(Trouble {
            sentence: Unreadable::SENTENCE.to_owned(),
            advice: String::new(),
        });
    }
    if root.chars().all(is_name) {
        return Ok(());
    }
    Err(Trouble {
        sentence: "This is no name of an alias.".to_owned(),
        advice: "Type the path element after /is/image/: letters, digits, - and _.".to_owned(),
    })
}

fn not_found(name: &str, why: &str) -> Trouble {
    Trouble {
        sentence: format!("The handle of the alias {name} could not be looked up. {why}"),
        advice: "Check the name, or type the handle by hand.".to_owned(),
    }
}
