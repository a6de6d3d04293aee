//! Seals what must be stored but never read by others, such as the password of the Adobe account.
//!
//! XChaCha20-Poly1305 with a random nonce per value. The row that a value belongs to is part of what is
//! authenticated, so that a sealed value copied to another row does not open there.

use std::{
    fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use secrecy::{ExposeSecret as _, SecretString};
use tempfile::NamedTempFile;
use tracing::warn;

use crate::{clock::Clock, config::SecretKeySource};

const NONCE_LEN: usize = 24;

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    cipher: Arc<XChaCha20Poly1305>,
    clock: Clock,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

/// The key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is not 64 hexadecimal digits.
    #[error("the key in {0} is not 64 hexadecimal digits")]
    Malformed(String),
    /// There is no key file.
    #[error("the key file {} is missing", .0.display())]
    Missing(PathBuf),
    /// The key file cannot be read or made.
    #[error("the key file {} cannot be used: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A sealed value that does not open: another key, another row, or damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the stored password does not open with the key of this process, UNSTALE_SECRET_KEY or the key file: it was stored \
     with another one"
)]
pub struct Unopenable;

impl Vault {
    /// Takes the key from where the configuration says, and makes the key file when it is missing.
    pub fn open(source: &SecretKeySource, clock: Clock) -> Result<Self, KeyError> {
        if let SecretKeySource::File(path) = source {
            make_if_missing(path, &clock).map_err(failed(path))?;
        }
        Self::open_existing(source, clock)
    }

    /// The same, but makes none: for what was sealed before, only the key of then is right.
    pub fn open_existing(source: &SecretKeySource, clock: Clock) -> Result<Self, KeyError> {
        let key = match source {
            SecretKeySource::Given(key) => parse_key(key.expose_secret()),
            SecretKeySource::File(path) => parse_key(&read_key_file(path)?),
        };
        let key = key.ok_or_else(|| KeyError::Malformed(source.to_string()))?;
        Ok(Self {
            cipher: Arc::new(XChaCha20Poly1305::new(&key.into())),
            clock,
        })
    }

    /// Seals a value for a row, such as `connection/<company>`.
    #[must_use]
    pub fn seal(&self, row: &str, secret: &SecretString) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = self.clock.secret_bytes();
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: row.as_bytes(),
        };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a value that fits into memory can be sealed");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what was sealed for the same row with the same key.
    pub fn unseal(&self, row: &str, sealed: &[u8]) -> Result<SecretString, Unopenable> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Unopenable)?;
        let payload = Payload {
            msg: sealed,
            aad: row.as_bytes(),
        };
        let secret = self
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| Unopenable)?;
        String::from_utf8(secret)
            .map(SecretString::from)
            .map_err(|_| Unopenable)
    }
}

fn parse_key(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    hex::decode_to_slice(text.trim(), &mut key).ok()?;
    Some(key)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> KeyError {
    |source| KeyError::File {
        path: path.to_owned(),
        source,
    }
}

fn make_if_missing(path: &Path, clock: &Clock) -> io::Result<()> {
    if path.try_exists()? {
        return Ok(());
    }
    let key: [u8; 32] = clock.secret_bytes();
    match write_new(path, &hex::encode(key)) {
        // Another process has made it in the same moment.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

fn read_key_file(path: &Path) -> Result<String, KeyError> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyError::Missing(path.to_owned()));
        }
        read => read.map_err(failed(path))?,
    };
    warn_if_open_to_others(path).map_err(failed(path))?;
    Ok(text)
}

/// A mounted secret may have a mode that nobody here chose, so a file that others can read is used all the same.
#[cfg(unix)]
fn warn_if_open_to_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        warn!(
            "the key file {} has mode {mode:o}, so that others than its owner can use it, and with it open the stored \
             passwords; `chmod 600` it",
            path.display()
        );
    }
    Ok(())
}

#[cfg(not(unix))]
fn warn_if_open_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A file that only its owner can read, whole or not there at all: whoever starts in the same moment reads no half of it.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    writeln!(file, "{text}")?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(key: &str) -> Vault {
        Vault::open(
            &SecretKeySource::Given(key.to_owned().into()),
            Clock::system(),
        )
        .unwrap()
    }

    #[test]
    fn a_sealed_value_opens_only_with_its_key_in_its_row_and_undamaged() {
        let vault_a = vault(&"a1".repeat(32));
        let mut sealed = vault_a.seal("connection/1", &"hunter2".to_owned().into());
        assert_eq!(
            vault_a
                .unseal("connection/1", &sealed)
                .unwrap()
                .expose_secret(),
            "hunter2"
        );
        assert!(vault_a.unseal("connection/2", &sealed).is_err());
        assert!(
            vault(&"b2".repeat(32))
                .unseal("connection/1", &sealed)
                .is_err()
        );
        *sealed.last_mut().unwrap() ^= 1;
        assert!(vault_a.unseal("connection/1", &sealed).is_err());
        assert!(vault_a.unseal("connection/1", &[]).is_err());
    }

    #[test]
    fn the_key_file_is_made_once_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("unstale.key");
        let source = SecretKeySource::File(path.clone());
        let sealed = Vault::open(&source, Clock::system())
            .unwrap()
            .seal("row", &"hunter2".to_owned().into());
        assert!(
            Vault::open(&source, Clock::system())
                .unwrap()
                .unseal("row", &sealed)
                .is_ok()
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn a_key_that_is_none_is_refused_without_being_shown() {
        for key in ["hunter2", &"g".repeat(64), &"é".repeat(32)] {
            let source = SecretKeySource::Given(key.to_owned().into());
            let error = Vault::open(&source, Clock::system())
                .unwrap_err()
                .to_string();
            assert!(!error.contains(key), "{error}");
        }
    }

    #[test]
    fn who_starts_in_the_same_moment_has_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let source = SecretKeySource::File(folder.path().join("key"));
        let vaults: Vec<Vault> = std::thread::scope(|scope| {
            let opening: Vec<_> = (0..16)
                .map(|_| scope.spawn(|| Vault::open(&source, Clock::system()).unwrap()))
                .collect();
            opening.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let sealed = vaults[0].seal("connection/1", &"hunter2".to_owned().into());
        for vault in &vaults {
            assert!(vault.unseal("connection/1", &sealed).is_ok());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn a_path_that_leads_nowhere_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::os::unix::fs::symlink(folder.path().join("missing"), &path).unwrap();
        let opened = Vault::open(&SecretKeySource::File(path), Clock::system());
        assert!(matches!(opened, Err(KeyError::Missing(_))));
    }

    #[test]
    fn where_a_key_must_be_there_none_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("unstale.key");
        let source = SecretKeySource::File(path.clone());
        let opened = Vault::open_existing(&source, Clock::system());
        assert!(matches!(opened, Err(KeyError::Missing(_))));
        assert!(!path.exists());
    }
}
