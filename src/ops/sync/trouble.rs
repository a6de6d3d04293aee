//! Why a reading cannot go on for now, in sentences, and whether somebody has to see to it.

use crate::{
    ips::{FaultKind, IpsError},
    ops::connection::{AccountError, Trouble},
    store::StoreError,
};

/// Why a reading cannot go on for now.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadingError {
    /// There is no account to ask with, or no company to ask for.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Adobe did not answer well.
    #[error(transparent)]
    Ips(#[from] IpsError),
    /// Adobe sends what it has sent before, or does not end.
    #[error(
        "Dynamic Media's list of assets repeats itself at page {page}. What was read until then is kept. Try again later; \
         if it stays so, ask Adobe's support."
    )]
    Repeats {
        /// The page.
        page: u32,
        /// The one that it is the same as.
        same_as: Option<u32>,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReadingError {
    /// What people read.
    pub fn sentence(self) -> String {
        let told = match self {
            Self::Ips(error) => Ok(Trouble::told(&error)),
            Self::Account(error) => error.sentence(),
            Self::Store(error) => Err(error),
            repeats @ Self::Repeats { .. } => Ok(repeats.to_string()),
        };
        told.unwrap_or_else(|_| {
            "Unstale's own database failed. The reading goes on by itself; if it stays so, the log has the cause."
                .to_owned()
        })
    }

    /// The page that the one which failed is the same as.
    pub fn same_as(&self) -> Option<u32> {
        match self {
            Self::Repeats { same_as, .. } => *same_as,
            _ => None,
        }
    }

    /// Whether trying again by oneself makes no sense, and could lock the account. A password that does not open with this
    /// process's key is its own trouble: another one may have the right key.
    pub fn needs_somebody(&self) -> bool {
        match self {
            Self::Account(error) => {
                !matches!(error, AccountError::Store(_) | AccountError::Unopenable(_))
            }
            Self::Ips(IpsError::Fault(fault)) => matches!(
                fault.kind,
                FaultKind::Authentication | FaultKind::Authorization
            ),
            _ => false,
        }
    }
}
