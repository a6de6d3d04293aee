//! *Sync presets now*: the company's image presets, read from Adobe.

use tracing::warn;

use crate::{
    clock::Clock,
    domain::{Company, CompanyId, Preset, can_be_kept},
    ips::{self, IpsError},
    ops::{
        connection::{self, AccountError, Trouble},
        sync::lists_none,
    },
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
    /// Adobe lists none, and some are known.
    #[error("{0}")]
    Emptied(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PresetsError {
    /// For a page: what happened, and who can mend it. `Err` when it is our own database that failed.
    pub fn sentence(self) -> Result<String, StoreError> {
        match self {
            Self::Store(error) | Self::Account(AccountError::Store(error)) => Err(error),
            Self::Account(error) => Ok(format!(
                "The presets cannot be read: {error}. Look at Connection, or import the list from a file."
            )),
            Self::Ips(error) => Ok(Trouble::told(&error)),
            Self::Emptied(sentence) => Ok(sentence),
        }
    }
}

/// How many presets Adobe has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadPresets {
    /// Those that are in the list now.
    pub kept: usize,
    /// Those that are not: see [`left_out`].
    pub left_out: usize,
}

/// Reads the presets and replaces the list, unless Adobe lists none of those that are known; says how many there are.
pub async fn sync(
    store: &Store,
    vault: &Vault,
    ips: &ips::Client,
    clock: &Clock,
    company: &Company,
) -> Result<ReadPresets, PresetsError> {
    let account = connection::account(store, vault, company.id).await?;
    let handle = company.handle.as_ref().ok_or(AccountError::NotConnected)?;
    let read = ips.image_formats(&account, handle).await;
    let presets = read.inspect_err(
        |error| warn!(company = %company.id, %error, "the image presets could not be read"),
    )?;
    let (presets, left_out) = keepable(presets);
    if is_emptied(store, company.id, &presets).await? {
        return Err(PresetsError::Emptied(lists_none("presets", company)));
    }
    store.put_presets(company.id, &presets, clock.now()).await?;
    Ok(ReadPresets {
        kept: presets.len(),
        left_out,
    })
}

/// Whether Adobe lists none although some are known.
pub(super) async fn is_emptied(
    store: &Store,
    company: CompanyId,
    read: &[Preset],
) -> Result<bool, StoreError> {
    Ok(read.is_empty() && !store.preset_list(company).await?.presets.is_empty())
}

/// The presets that can be kept, and how many cannot.
pub(super) fn keepable(mut presets: Vec<Preset>) -> (Vec<Preset>, usize) {
    let all = presets.len();
    presets.retain(|preset| can_be_kept(&preset.name));
    let left_out = all - presets.len();
    (presets, left_out)
}

/// A sentence about presets that cannot be kept, if there are any.
#[must_use]
pub fn left_out(number: usize) -> Option<String> {
    match number {
        0 => None,
        1 => Some(
            "One preset is left out, because its name is too long or could not be read.".to_owned(),
        ),
        _ => Some(format!(
            "{number} presets are left out, because their names are too long or could not be read."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_that_no_index_takes_or_no_url_can_name_are_left_out_and_counted() {
        let named = |name: &str| Preset {
            name: name.to_owned(),
            modifier: "wid=1".repeat(1_000),
        };
        let read = vec![named("a"), named(&"x".repeat(1_001)), named("a\u{FFFD}")];
        assert_eq!(keepable(read), (vec![named("a")], 2));
        assert!(left_out(2).unwrap().starts_with("2 presets are left out"));
        assert_eq!(left_out(0), None);
    }
}
