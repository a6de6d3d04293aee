//! *Sync presets now*: the company's image presets, read from Adobe.

use tracing::warn;

use crate::{
    clock::Clock,
    domain::Company,
    ips::{self, IpsError},
    ops::connection::{self, AccountError, Trouble},
    store::{Store, StoreError},
    vault::Vault,
};

/// Why the presets could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PresetsError {
    /// There is no account to ask with.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Adobe did not answer well.
    #[error(transparent)]
    Ips(#[from] IpsError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PresetsError {
    /// For a page: what happened, and who can mend it. `Err` when it is our own database that failed. What Adobe itself
    /// said is quoted; anything else would be a network library's words.
    pub fn sentence(self) -> Result<String, StoreError> {
        match self {
            Self::Store(error) | Self::Account(AccountError::Store(error)) => Err(error),
            Self::Account(error) => Ok(format!(
                "The presets cannot be read: {error}. Look at Connection, or import the list from a file."
            )),
            Self::Ips(error @ (IpsError::Fault(_) | IpsError::Partial { .. })) => {
                let Trouble { sentence, advice } = Trouble::of(&error);
                Ok(format!("{sentence} {advice}"))
            }
            Self::Ips(error) => Ok(error.advice().to_owned()),
        }
    }
}

/// Reads the presets and replaces the list; says how many there are.
pub async fn sync(
    store: &Store,
    vault: &Vault,
    ips: &ips::Client,
    clock: &Clock,
    company: &Company,
) -> Result<usize, PresetsError> {
    let account = connection::account(store, vault, company.id).await?;
    let handle = company.handle.as_ref().ok_or(AccountError::NotConnected)?;
    let read = ips.image_formats(&account, handle).await;
    let presets = read.inspect_err(
        |error| warn!(company = %company.id, %error, "the image presets could not be read"),
    )?;
    store.put_presets(company.id, &presets, clock.now()).await?;
    Ok(presets.len())
}
