//! *Connect to Dynamic Media*: region, e-mail address, password; then the company among those of the account.
//!
//! Between the two steps the verified account waits in the database, sealed, for this person only. No page carries it.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::account_form::{AccountFields, AccountForm};
use crate::{
    app::App,
    domain::MayPurge,
    error::AppError,
    ips::Account,
    ops::connection::{Candidate, Pending, Region, SignedIn, Trouble, Wanted},
    store::Person,
    web::{
        extract::{Admin, Form},
        shell::Shell,
        view::company_path,
    },
};

const TITLE: &str = "Connect to Dynamic Media";

#[derive(Template, WebTemplate)]
#[template(path = "settings/connect.html")]
struct ConnectPage {
    shell: Shell,
    account: AccountFields,
    trouble: Option<Trouble>,
}

#[derive(Template, WebTemplate)]
#[template(path = "settings/connect_company.html")]
struct CompanyPage {
    shell: Shell,
    /// Tells this account from another one that may wait by the time somebody chooses.
    account: String,
    email: String,
    name: String,
    /// The region, or the address of one's own.
    place: String,
    companies: Vec<CompanyChoice>,
    refused: Option<&'static str>,
}

/// Why nothing was connected.
const NOTHING_CHOSEN: &str = "No company of the list is chosen. Choose one.";
const ANOTHER_ACCOUNT: &str = "Nothing was connected: you have signed in with another account since that page was opened, \
                               perhaps in another tab. These are the companies of the account that you signed in with \
                               last. Choose again, or cancel and sign in with the other one.";

struct CompanyChoice {
    handle: String,
    name: String,
    root: String,
    role: String,
    may_not_purge: bool,
    is_known: bool,
    is_chosen: bool,
}

/// The second step's fields.
#[derive(Deserialize)]
pub struct ChooseForm {
    /// Whose list it is.
    #[serde(default)]
    account: String,
    /// A handle of the list.
    #[serde(default)]
    company: String,
    /// The button.
    #[serde(default, rename = "do")]
    action: Action,
}

#[derive(Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    #[default]
    Connect,
    Cancel,
}

/// Shows the first step.
pub async fn show(Admin(person): Admin) -> Response {
    page(&person, AccountFields::empty(), None).into_response()
}

/// Has Adobe verify the account. With one company it is connected at once, else its person chooses.
pub async fn sign_in(
    Admin(person): Admin,
    State(app): State<App>,
    Form(form): Form<AccountForm>,
) -> Result<Response, AppError> {
    let (account, signed_in) = match verified(&app, &form).await? {
        Ok(verified) => verified,
        Err(trouble) => {
            let page = page(&person, form.fields(), Some(trouble));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    if let [only] = signed_in.companies.as_slice() {
        return Ok(connect(&app, &account, &signed_in, only)
            .await?
            .into_response());
    }
    app.connector
        .keep_pending(person.id, &account, &signed_in)
        .await?;
    Ok(Redirect::to("/connect/company").into_response())
}

/// Shows the companies of the account that waits.
pub async fn companies(Admin(person): Admin, State(app): State<App>) -> Result<Response, AppError> {
    match app.connector.pending(person.id).await? {
        Some(pending) => Ok(company_page(&app, &person, pending, None)
            .await?
            .into_response()),
        None => Ok(Redirect::to("/connect").into_response()),
    }
}

/// Connects the chosen company, or forgets the account.
pub async fn choose(
    Admin(person): Admin,
    State(app): State<App>,
    Form(form): Form<ChooseForm>,
) -> Result<Response, AppError> {
    if form.action == Action::Cancel {
        app.connector.forget_pending(person.id).await?;
        return Ok(Redirect::to("/").into_response());
    }
    let Some(pending) = app.connector.pending(person.id).await? else {
        return Ok(Redirect::to("/connect").into_response());
    };
    // A handle is a region's own: in another account's list it may be another company's.
    if form.account != fingerprint(&pending.account) {
        let page = company_page(&app, &person, pending, Some(ANOTHER_ACCOUNT)).await?;
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    let mut companies = pending.signed_in.companies.iter();
    let Some(chosen) = companies.find(|it| it.handle == form.company) else {
        let page = company_page(&app, &person, pending, Some(NOTHING_CHOSEN)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let connected = connect(&app, &pending.account, &pending.signed_in, chosen).await?;
    app.connector.forget_pending(person.id).await?;
    Ok(connected.into_response())
}

async fn verified(
    app: &App,
    form: &AccountForm,
) -> Result<Result<(Account, SignedIn), Trouble>, AppError> {
    let account = match form.account(None) {
        Ok(account) => account,
        Err(trouble) => return Ok(Err(trouble)),
    };
    match app.connector.sign_in(&account).await {
        Ok(signed_in) => Ok(Ok((account, signed_in))),
        Err(error) => Ok(Err(error.trouble()?)),
    }
}

/// Connects, has the catalogue read, and leads to where one can watch that; without a publish server, to where it is
/// missing.
async fn connect(
    app: &App,
    account: &Account,
    signed_in: &SignedIn,
    company: &Candidate,
) -> Result<Redirect, AppError> {
    let wanted = Wanted {
        account,
        signed_in,
        company,
        publish_server: None,
    };
    let connected = app.connector.establish(&wanted).await?;
    let company = connected.company;
    app.syncer.go_on_with_account(company.id).await?;
    let next = match company.publish_server {
        Some(_) => "catalogue",
        None => "connection",
    };
    let unread = match connected.unread_settings {
        Some(_) => "&unread=true",
        None => "",
    };
    Ok(Redirect::to(&format!(
        "{}/settings/{next}?connected=true{unread}",
        company_path(&company)
    )))
}

fn page(person: &Person, account: AccountFields, trouble: Option<Trouble>) -> ConnectPage {
    ConnectPage {
        shell: Shell::of(TITLE, person),
        account,
        trouble,
    }
}

/// Of the address and the e-mail address, which are what tells accounts apart.
fn fingerprint(account: &Account) -> String {
    let digest = Sha256::digest(format!("{}\n{}", account.endpoint, account.email));
    hex::encode(&digest[..16])
}

async fn company_page(
    app: &App,
    person: &Person,
    pending: Pending,
    refused: Option<&'static str>,
) -> Result<CompanyPage, AppError> {
    let mut companies = Vec::new();
    for company in &pending.signed_in.companies {
        let known = app.connector.knows(&pending.account, company).await?;
        let facts = pending.signed_in.facts(company, app.clock.now());
        companies.push(CompanyChoice {
            handle: company.handle.clone(),
            name: company.name.clone(),
            root: company.root.clone().unwrap_or_else(|| "unknown".to_owned()),
            may_not_purge: facts.may_purge() == MayPurge::No,
            role: facts.role.unwrap_or_else(|| "role unknown".to_owned()),
            is_known: known,
            is_chosen: false,
        });
    }
    // The likeliest: one that is not connected yet and that the account may purge for.
    let likely = |it: &&mut CompanyChoice| !it.is_known && !it.may_not_purge;
    if let Some(company) = companies.iter_mut().find(likely) {
        company.is_chosen = true;
    }
    let endpoint = pending.account.endpoint.as_str();
    let place = match Region::of(endpoint) {
        Some(region) => format!("Region: {}.", region.name),
        None => format!("Address: {endpoint}"),
    };
    Ok(CompanyPage {
        shell: Shell::of(TITLE, person),
        account: fingerprint(&pending.account),
        place,
        email: pending.account.email,
        name: pending.signed_in.name,
        companies,
        refused,
    })
}
