//! Single assets, asked for by their IDs: for somebody who waits, and for a sweep.

use tracing::warn;

use super::{Syncer, convert::asset_of};
use crate::{
    domain::{Asset, CatalogueSync, Company, CompanyId},
    ips::IpsError,
    ops::connection::{self, AccountError, Trouble},
    store::StoreError,
};

/// Adobe is not asked for anything: reading the catalogue is stopped.
#[derive(Debug, thiserror::Error)]
#[error("reading the catalogue is stopped")]
pub struct ReadingStopped {
    /// Why it stopped by itself, in a sentence; `None` where somebody stopped it.
    problem: Option<String>,
}

impl ReadingStopped {
    /// For a page: why, and who can mend it.
    #[must_use]
    pub fn sentence(self) -> String {
        match self.problem {
            Some(problem) => format!(
                "Reading the catalogue is stopped. {problem} Once that is mended, an administrator can let it go on in \
                 Settings > Catalogue."
            ),
            None => "Reading the catalogue is stopped. An administrator can let it go on in Settings > Catalogue."
                .to_owned(),
        }
    }
}

/// Why assets could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum LookUpError {
    /// There is no account to ask with.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Adobe did not answer well.
    #[error(transparent)]
    Ips(#[from] IpsError),
    /// Nobody asks with an account that Adobe refused.
    #[error(transparent)]
    Stopped(#[from] ReadingStopped),
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
            Self::Stopped(stopped) => Ok(stopped.sentence()),
            Self::Store(error) => Err(error),
        }
    }
}

impl Syncer {
    /// Why Adobe is not to be asked: reading stopped over a problem that somebody has to mend. Asking again and again with
    /// a password that Adobe refuses could lock the account. Whoever only stopped the reading may be asked for all the same.
    pub async fn refused(&self, company: CompanyId) -> Result<Option<ReadingStopped>, StoreError> {
        let stopped = self.stopped(company).await?;
        Ok(stopped.filter(|stopped| stopped.problem.is_some()))
    }

    /// That reading is stopped, whoever stopped it.
    pub(super) async fn stopped(
        &self,
        company: CompanyId,
    ) -> Result<Option<ReadingStopped>, StoreError> {
        let CatalogueSync {
            stopped,
            refused,
            problem,
            ..
        } = self.store.catalogue_sync(company).await?;
        let problem = problem.filter(|_| refused);
        Ok(stopped.then_some(ReadingStopped { problem }))
    }

    /// Asks Adobe for assets by their exact IDs, at most 1,000, stores those that it has, and returns them as they are
    /// stored.
    pub async fn look_up(
        &self,
        company: &Company,
        ids: &[String],
    ) -> Result<Vec<Asset>, LookUpError> {
        let account = connection::account(&self.store, &self.vault, company.id).await?;
        if let Some(stopped) = self.refused(company.id).await? {
            return Err(stopped.into());
        }
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
