//! Single assets, asked for by their IDs: for somebody who waits, and for a sweep.

use tracing::warn;

use super::{Syncer, convert::asset_of};
use crate::{
    domain::{Asset, Company},
    ips::IpsError,
    ops::connection::{self, AccountError, Trouble},
    store::StoreError,
};

/// Why assets could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum LookUpError {
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

impl LookUpError {
    /// For a page: what happened, and who can mend it. `Err` when it is our own database that failed.
    pub fn sentence(self) -> Result<String, StoreError> {
        match self {
            Self::Account(error) => error.sentence(),
            Self::Ips(error) => Ok(Trouble::told(&error)),
            Self::Store(error) => Err(error),
        }
    }
}

impl Syncer {
    /// Asks Adobe for assets by their exact IDs, at most 1,000, stores those that it has, and returns them as they are
    /// stored.
    pub async fn look_up(
        &self,
        company: &Company,
        ids: &[String],
    ) -> Result<Vec<Asset>, LookUpError> {
        let account = connection::account(&self.store, &self.vault, company.id).await?;
        let handle = company
            .handle
            .as_deref()
            .ok_or(AccountError::NotConnected)?;
        let items = self.ips.assets_by_name(&account, handle, ids).await;
        let items = items.inspect_err(
            |error| warn!(company = %company.id, ids = ids.len(), %error, "unknown IDs could not be looked up"),
        )?;
        let found: Vec<Asset> = items
            .into_iter()
            .filter_map(|item| asset_of(item, &self.clock))
            .collect();
        if found.is_empty() {
            return Ok(found);
        }
        self.store
            .put_assets(company.id, &found, self.clock.now())
            .await?;
        let ids: Vec<String> = found.into_iter().map(|asset| asset.id).collect();
        Ok(self.store.assets_by_id(company.id, &ids).await?)
    }
}
