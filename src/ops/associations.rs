//! The sets that an image is in: a set keeps showing the old picture until it is cleared too.

use std::collections::BTreeSet;

use tracing::warn;

use super::{
    connection::{self, AccountError, Trouble},
    sync::{LookUpError, ReadingStopped, Syncer},
};
use crate::{
    domain::{Asset, Company},
    ips::{self, IpsError},
    store::{Store, StoreError},
    vault::Vault,
};

/// Why the sets could not be found.
#[derive(Debug, thiserror::Error)]
pub enum AssociationsError {
    /// Adobe's handle of the company or of the image is not known.
    #[error(
        "Adobe’s handle for it is not known yet; it comes with the next reading of the catalogue."
    )]
    NoHandle,
    /// Nobody asks with an account that Adobe refused.
    #[error(transparent)]
    Stopped(#[from] ReadingStopped),
    /// There is no account to ask with.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Adobe did not answer well.
    #[error(transparent)]
    Ips(#[from] IpsError),
    /// The sets that we did not know could not be looked up.
    #[error(transparent)]
    LookUp(#[from] LookUpError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AssociationsError {
    /// For a page: what happened, and who can mend it. `Err` when it is our own database that failed.
    pub fn sentence(self) -> Result<String, StoreError> {
        match self {
            Self::NoHandle => Ok(self.to_string()),
            Self::Stopped(stopped) => Ok(stopped.sentence()),
            Self::Account(error) => error.sentence(),
            Self::Ips(error) => Ok(Trouble::told(&error)),
            Self::LookUp(error) => error.sentence(),
            Self::Store(error) => Err(error),
        }
    }
}

/// Asks Adobe which sets and templates hold the asset, and returns them by ID. Those that the catalogue does not know
/// yet are looked up.
pub async fn sets_with(
    store: &Store,
    vault: &Vault,
    ips: &ips::Client,
    syncer: &Syncer,
    company: &Company,
    asset: &Asset,
) -> Result<Vec<Asset>, AssociationsError> {
    let (Some(company_handle), Some(handle)) = (&company.handle, &asset.handle) else {
        return Err(AssociationsError::NoHandle);
    };
    let account = connection::account(store, vault, company.id).await?;
    if let Some(stopped) = syncer.refused(company.id).await? {
        return Err(stopped.into());
    }
    let around = ips
        .associated_assets(&account, company_handle, handle)
        .await
        .inspect_err(
            |error| warn!(company = %company.id, %error, "the sets with an image could not be asked for"),
        )?;
    let names: BTreeSet<String> = around
        .containers
        .into_iter()
        .filter_map(|set| set.name)
        .filter(|name| *name != asset.id)
        .collect();
    let names: Vec<String> = names.into_iter().collect();
    let mut sets = store.assets_by_id(company.id, &names).await?;
    let unknown: Vec<String> = names
        .into_iter()
        .filter(|name| !sets.iter().any(|set| set.id == *name))
        .collect();
    if !unknown.is_empty() {
        sets.extend(syncer.look_up(company, &unknown).await?);
    }
    sets.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(sets)
}
