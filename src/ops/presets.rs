//! *Sync presets now*: the company's image presets, read from Adobe.

use crate::{
    clock::Clock,
    domain::Company,
    ips::{self, IpsError},
    ops::connection::{self, AccountError},
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
    let presets = ips.image_formats(&account, handle).await?;
    store.put_presets(company.id, &presets, clock.now()).await?;
    Ok(presets.len())
}
