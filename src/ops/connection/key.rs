//! The key of the stored passwords, checked before anything is done with it: a process with another one finds no account to
//! ask with for whatever it takes up, and seals what no other process opens.

use super::{row, sign_in::pending_row};
use crate::{
    clock::Clock,
    config::SecretKeySource,
    store::{SealedFor, SealedPassword, Store, StoreError},
    vault::{KeyError, Vault},
};

/// Why there is no key to work with.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// The database holds passwords, and their key is not there.
    #[error(
        "the key file {0} is missing, and the database holds passwords that were sealed with a key; {WHAT_TO_DO}"
    )]
    Missing(String),
    /// Nobody is connected yet, and somebody who is about to be is known to a process with another key.
    #[error(
        "somebody is connecting a company just now, with another key than the one in {0}; name that key, or start again in a \
         quarter of an hour, when what they have begun is forgotten"
    )]
    Pending(String),
    /// It opens none of the passwords that the database holds.
    #[error("the key in {0} opens none of the passwords in the database; {WHAT_TO_DO}")]
    Another(String),
    /// It cannot be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const WHAT_TO_DO: &str = "name the one they were sealed with in UNSTALE_SECRET_KEY_FILE or UNSTALE_SECRET_KEY; where it is \
                          lost, `unstale company disconnect NAME` forgets a company’s password";

/// The vault with the key of the stored passwords. A key file is made only while there are none.
pub async fn open_vault(
    store: &Store,
    source: &SecretKeySource,
    clock: Clock,
) -> Result<Vault, NoKey> {
    let passwords = store.sealed_passwords(clock.now()).await?;
    if passwords.is_empty() {
        return Ok(Vault::open(source, clock)?);
    }
    let of_company = |password: &SealedPassword| matches!(password.of, SealedFor::Company(_));
    let is_pending = !passwords.iter().any(of_company);
    let vault = match Vault::open_existing(source, clock) {
        Err(KeyError::Missing(_)) if is_pending => return Err(NoKey::Pending(source.to_string())),
        Err(KeyError::Missing(path)) => return Err(NoKey::Missing(path.display().to_string())),
        vault => vault?,
    };
    // One is enough: another may be damaged, or left from a key before.
    if passwords.iter().any(|password| opens(&vault, password)) {
        Ok(vault)
    } else if is_pending {
        Err(NoKey::Pending(source.to_string()))
    } else {
        Err(NoKey::Another(source.to_string()))
    }
}

fn opens(vault: &Vault, password: &SealedPassword) -> bool {
    let row = match password.of {
        SealedFor::Company(company) => row(company),
        SealedFor::Person(person) => pending_row(person),
    };
    vault.unseal(&row, &password.sealed).is_ok()
}
