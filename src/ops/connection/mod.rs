//! A company's connection to Dynamic Media: signing in, choosing the company, reading its settings, testing it all,
//! and exchanging the template. The account's password is kept sealed, and opened only to be used.
//!
//! One file per action. Nothing here writes a password into a log, an error or a `Debug`.

mod check;
mod doubts;
mod establish;
mod exchange;
mod key;
mod region;
mod settings;
mod sign_in;
mod site;
mod template;
mod trouble;

use std::time::Duration;

use secrecy::SecretString;

use self::template::PushError;
pub use self::{
    doubts::doubts,
    establish::{Connected, Wanted},
    exchange::{BothTemplates, NotExchanged, SeenTemplates},
    key::{NoKey, open_vault},
    region::{REGIONS, Region, endpoint, travels_in_plain},
    sign_in::{Candidate, Pending, SignedIn},
    site::{NoSite, TypedSite},
    trouble::{ConnectError, Question, Trouble},
};
use crate::{
    clock::Clock,
    domain::CompanyId,
    ips::{self, Account, Endpoint, InvalidEndpoint},
    store::{Connection, Store, StoreError},
    vault::{Unopenable, Vault},
};

/// Sets up and tests connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Connector {
    store: Store,
    vault: Vault,
    ips: ips::Client,
    clock: Clock,
    /// Between two questions about an account and its company.
    pause: Duration,
}

/// The company's account cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// No account is stored.
    #[error("this company is not connected to a Dynamic Media account")]
    NotConnected,
    /// It is no longer the account that was asked with.
    #[error("the account was changed or deleted meanwhile")]
    ChangedMeanwhile,
    /// The stored password does not open.
    #[error(transparent)]
    Unopenable(#[from] Unopenable),
    /// The stored address is none.
    #[error(transparent)]
    Endpoint(#[from] InvalidEndpoint),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Connector {
    /// Puts it together.
    #[must_use]
    pub fn new(store: Store, vault: Vault, ips: ips::Client, clock: Clock) -> Self {
        Self {
            store,
            vault,
            ips,
            clock,
            pause: Duration::ZERO,
        }
    }

    /// One that nobody waits for, and that lets some time pass between two questions, for Adobe's sake.
    #[must_use]
    pub fn with_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    async fn pause(&self) {
        if !self.pause.is_zero() {
            self.clock.sleep(self.pause).await;
        }
    }

    /// The account that a company's requests are made with.
    pub async fn account(&self, company: CompanyId) -> Result<Account, AccountError> {
        account(&self.store, &self.vault, company).await
    }
}

/// The account that a company's requests are made with.
pub async fn account(
    store: &Store,
    vault: &Vault,
    company: CompanyId,
) -> Result<Account, AccountError> {
    let connection = store
        .connection(company)
        .await?
        .ok_or(AccountError::NotConnected)?;
    Ok(Account {
        endpoint: Endpoint::parse(&connection.endpoint)?,
        password: vault.unseal(&row(company), &connection.sealed_password)?,
        email: connection.email,
    })
}

/// Whether the account that Adobe was asked with, if any, is still the company's. One that cannot be had any more has no
/// successor.
pub async fn is_current(
    store: &Store,
    vault: &Vault,
    company: CompanyId,
    asked: Option<&Account>,
) -> Result<bool, StoreError> {
    match account(store, vault, company).await {
        Ok(account) => Ok(asked.is_none_or(|asked| asked.is_same_as(&account))),
        Err(AccountError::Store(error)) => Err(error),
        // Whoever has another key has stored another.
        Err(AccountError::Unopenable(_)) => Ok(false),
        Err(_) => Ok(true),
    }
}

/// Stores the account of a company, in place of the one before.
pub async fn connect(
    store: &Store,
    vault: &Vault,
    company: CompanyId,
    endpoint: &Endpoint,
    email: &str,
    password: &SecretString,
) -> Result<(), StoreError> {
    let account = Account {
        endpoint: endpoint.clone(),
        email: email.to_owned(),
        password: password.clone(),
    };
    let connection = sealed(vault, company, &account);
    store.put_connection(company, &connection).await
}

/// An account as it is stored for a company.
fn sealed(vault: &Vault, company: CompanyId, account: &Account) -> Connection {
    Connection {
        endpoint: account.endpoint.to_string(),
        email: account.email.clone(),
        sealed_password: vault.seal(&row(company), &account.password),
    }
}

/// What the sealed password is bound to.
fn row(company: CompanyId) -> String {
    format!("connection/{company}")
}
