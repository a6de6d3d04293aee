//! Passwords of people: argon2id, off the request threads.

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use crate::store::PasswordHash;

/// Shorter passwords are refused, in characters.
pub const SHORTEST: usize = 10;

/// Longer ones are not hashed, in bytes: nobody types them, and each costs time.
const LONGEST: usize = 1_000;

/// A password that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnusablePassword {
    /// Too short.
    #[error("a password has at least {SHORTEST} characters")]
    TooShort,
    /// Too long.
    #[error("a password has at most {LONGEST} bytes")]
    TooLong,
}

/// Hashes a new password. Takes some tens of milliseconds of a worker thread's time.
pub async fn hash(password: SecretString) -> Result<PasswordHash, UnusablePassword> {
    if password.expose_secret().chars().count() < SHORTEST {
        return Err(UnusablePassword::TooShort);
    }
    if password.expose_secret().len() > LONGEST {
        return Err(UnusablePassword::TooLong);
    }
    Ok(off_thread(move || {
        let hash = Argon2::default()
            .hash_password(password.expose_secret().as_bytes())
            .expect("the default parameters fit any password of this length");
        PasswordHash(hash.to_string())
    })
    .await)
}

/// Whether the password is the one that was hashed. Without a hash (nobody has that e-mail address) it takes
/// as long and says no, so that the time does not tell who has an account.
pub async fn verify(password: SecretString, hash: Option<PasswordHash>) -> bool {
    if password.expose_secret().len() > LONGEST {
        return false;
    }
    off_thread(move || {
        let argon2 = Argon2::default();
        let password = password.expose_secret().as_bytes();
        let hash = hash.as_ref().map(|hash| phc::PasswordHash::new(&hash.0));
        if let Some(Ok(hash)) = hash {
            argon2.verify_password(password, &hash).is_ok()
        } else {
            let _ = argon2.hash_password(password);
            false
        }
    })
    .await
}

/// Each hash takes memory and a core: however many ask, so many are made at once.
static HASHERS: Semaphore = Semaphore::const_new(4);

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let _turn = HASHERS.acquire().await.expect("never closed");
    tokio::task::spawn_blocking(work)
        .await
        .expect("hashing does not panic")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_verified_against_its_own_hash_only() {
        let hash = hash("correct horse".to_owned().into()).await.unwrap();
        assert!(hash.0.starts_with("$argon2id$"));
        assert!(verify("correct horse".to_owned().into(), Some(hash.clone())).await);
        assert!(!verify("wrong horse..".to_owned().into(), Some(hash)).await);
        assert!(!verify("correct horse".to_owned().into(), None).await);
    }

    #[tokio::test]
    async fn short_and_endless_passwords_are_refused() {
        assert_eq!(
            hash("123456789".to_owned().into()).await.unwrap_err(),
            UnusablePassword::TooShort
        );
        assert_eq!(
            hash("x".repeat(2_000).into()).await.unwrap_err(),
            UnusablePassword::TooLong
        );
    }
}
