//! The Adobe account of a company: kept with its password sealed, opened only to be used.

use secrecy::SecretString;

use crate::{
    domain::CompanyId,
    ips::{Account, Endpoint, InvalidEndpoint},
    store::{Connection, Store, StoreError},
    vault::{Unopenable, Vault},
};

/// The company's account cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// No account is stored.
    #[error("this company is not connected to a Dynamic Media account")]
    NotConnected,
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

/// Stores the account of a company, in place of the one before.
pub async fn connect(
    store: &Store,
    vault: &Vault,
    company: CompanyId,
    endpoint: &Endpoint,
    email: &str,
    password: &SecretString,
) -> Result<(), StoreError> {
    let connection = Connection {
        endpoint: endpoint.to_string(),
        email: email.to_owned(),
        sealed_password: vault.seal(&row(company), password),
    };
    store.put_connection(company, &connection).await
}

/// What the sealed password is bound to.
fn row(company: CompanyId) -> String {
    format!("connection/{company}")
}
