//! *Settings > Connection*: the account, what it may do, the company's servers and alias; *Test connection*.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{
    Tabs,
    account_form::{AccountFields, AccountForm},
    connection_view::{ConnectionView, PasswordView, SiteFields},
};
use crate::{
    app::App,
    domain::Company,
    error::AppError,
    ops::connection::{Connected, Trouble},
    store::{Connection, Person},
    web::{
        extract::{Admin, Form, InCompany, Query},
        shell::Shell,
        view::company_path,
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "settings/connection.html")]
pub(super) struct ConnectionPage {
    shell: Shell,
    tabs: Tabs,
    base: String,
    root: String,
    done: Option<&'static str>,
    /// The settings at Dynamic Media could not be read just now.
    unread: bool,
    /// `None` for a company without an account.
    connection: Option<ConnectionView>,
    /// The settings at Dynamic Media were read, and name no publish server.
    names_no_server: bool,
    account: AccountFields,
    /// What is wrong with the account that was typed.
    pub account_trouble: Option<Trouble>,
    pub site: SiteFields,
    /// What is wrong with the servers or the alias that were typed.
    pub site_trouble: Option<Trouble>,
}

#[derive(Template, WebTemplate)]
#[template(path = "settings/disconnect.html")]
struct DisconnectPage {
    shell: Shell,
    base: String,
    name: String,
}

/// What was done before the page was opened.
#[derive(Debug, Deserialize)]
pub struct Shown {
    #[serde(default)]
    done: Done,
    #[serde(default)]
    connected: bool,
    #[serde(default)]
    unread: bool,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Done {
    Account,
    Site,
    Disconnected,
    #[default]
    #[serde(other)]
    Nothing,
}

impl Shown {
    fn sentence(&self) -> Option<&'static str> {
        match self.done {
            _ if self.connected => Some("Connected to Dynamic Media."),
            Done::Nothing => None,
            Done::Account => Some("Saved: from now on this account is used."),
            Done::Site => Some("Saved."),
            Done::Disconnected => Some(
                "Disconnected: the account was deleted here. The company and its history stay.",
            ),
        }
    }
}

/// Shows the connection.
pub async fn show(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Query(shown): Query<Shown>,
) -> Result<Response, AppError> {
    let page = ConnectionPage {
        done: shown.sentence(),
        unread: shown.unread,
        ..page(&app, &person, &at).await?
    };
    Ok(page.into_response())
}

/// Tests the connection; the page then shows what was seen.
pub async fn test(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
) -> Result<Response, AppError> {
    match app.connector.check(&at.company).await {
        Ok(_) => Ok(Redirect::to(&format!("{}#test", path(&at.company))).into_response()),
        Err(error) => refuse_account(&app, &person, &at, None, error.trouble()?).await,
    }
}

/// Changes the account, once Adobe has verified it.
pub async fn change_account(
    Admin(person): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<AccountForm>,
) -> Result<Response, AppError> {
    match changed(&app, &at.company, &form).await? {
        Ok(Connected {
            unread_settings, ..
        }) => {
            app.syncer.go_on_with_account(at.company.id).await?;
            let unread = match unread_settings {
                Some(_) => "&unread=true",
                None => "",
            };
            let page = format!("{}?done=account{unread}", path(&at.company));
            Ok(Redirect::to(&page).into_response())
        }
        Err(trouble) => refuse_account(&app, &person, &at, Some(form.fields()), trouble).await,
    }
}

/// Asks whether the account is to be forgotten.
pub async fn ask_disconnect(Admin(person): Admin, at: InCompany) -> Response {
    let page = DisconnectPage {
        shell: Shell::at("Settings", &person, &at),
        base: path(&at.company),
        name: at.company.name.clone(),
    };
    page.into_response()
}

/// Forgets the account.
pub async fn disconnect(
    Admin(_): Admin,
    State(app): State<App>,
    at: InCompany,
) -> Result<Redirect, AppError> {
    app.connector.disconnect(at.company.id).await?;
    Ok(Redirect::to(&format!(
        "{}?done=disconnected",
        path(&at.company)
    )))
}

async fn changed(
    app: &App,
    company: &Company,
    form: &AccountForm,
) -> Result<Result<Connected, Trouble>, AppError> {
    let stored = match stored_password(app, company, form).await? {
        Ok(stored) => stored,
        Err(trouble) => return Ok(Err(trouble)),
    };
    let account = match form.account(stored) {
        Ok(account) => account,
        Err(trouble) => return Ok(Err(trouble)),
    };
    match app.connector.change_account(company, &account).await {
        Ok(connected) => Ok(Ok(connected)),
        Err(error) => Ok(Err(error.trouble()?)),
    }
}

/// The stored password, where none was typed. It is sent to the address that it was typed for, and to no other: else
/// whoever may change the address could have it sent to themselves.
async fn stored_password(
    app: &App,
    company: &Company,
    form: &AccountForm,
) -> Result<Result<Option<SecretString>, Trouble>, AppError> {
    if !form.password.expose_secret().is_empty() {
        return Ok(Ok(None));
    }
    let account = match app.connector.account(company.id).await {
        Ok(account) => account,
        Err(error) => return Ok(Err(error.trouble()?)),
    };
    Ok(match form.endpoint() {
        Ok(endpoint) if endpoint == account.endpoint => Ok(Some(account.password)),
        Ok(_) => Err(Trouble {
            sentence: "The stored password is not sent to another address.".to_owned(),
            advice: "Type the password of the account in the region that you chose.".to_owned(),
        }),
        Err(trouble) => Err(trouble),
    })
}

async fn refuse_account(
    app: &App,
    person: &Person,
    at: &InCompany,
    typed: Option<AccountFields>,
    trouble: Trouble,
) -> Result<Response, AppError> {
    let page = page(app, person, at).await?;
    let page = ConnectionPage {
        account: typed.unwrap_or(page.account),
        account_trouble: Some(trouble),
        ..page
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The page as things are stored.
pub(super) async fn page(
    app: &App,
    person: &Person,
    at: &InCompany,
) -> Result<ConnectionPage, AppError> {
    let company = &at.company;
    let connection = app.store.connection(company.id).await?;
    let state = app.store.connection_state(company.id).await?;
    let settings = app.store.company_settings(company.id).await?;
    let account = match &connection {
        Some(Connection {
            endpoint, email, ..
        }) => AccountFields::of(endpoint, email),
        None => AccountFields::empty(),
    };
    let names_server = state.as_ref().and_then(|state| state.names_publish_server);
    let view = connection.zip(state).map(|(connection, state)| {
        ConnectionView::new(company, &connection, state, app.clock.now())
    });
    Ok(ConnectionPage {
        shell: Shell::at("Settings", person, at),
        tabs: Tabs::of(company, "connection"),
        base: company_path(company),
        root: company.root.clone().unwrap_or_default(),
        done: None,
        unread: false,
        connection: view,
        names_no_server: names_server == Some(false),
        account,
        account_trouble: None,
        site: SiteFields::new(company, &settings),
        site_trouble: None,
    })
}

pub(super) fn path(company: &Company) -> String {
    format!("{}/settings/connection", company_path(company))
}
