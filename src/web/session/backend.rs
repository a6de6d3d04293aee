//! Keeps tower-sessions' records in our store, on both databases.

use sha2::{Digest as _, Sha256};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use crate::{
    clock::{Clock, Timestamp},
    domain::PersonId,
    store::{Store, StoreError, StoredSession},
};

/// Our store, as tower-sessions wants it.
#[derive(Debug, Clone)]
pub struct SessionBackend {
    store: Store,
    clock: Clock,
}

impl SessionBackend {
    /// Wraps the store.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }
}

#[async_trait::async_trait]
impl SessionStore for SessionBackend {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while !self
            .store
            .create_session(&to_row(record)?)
            .await
            .map_err(backend)?
        {
            record.id = Id(i128::from_le_bytes(self.clock.secret_bytes()));
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.store
            .save_session(&to_row(record)?)
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row = self
            .store
            .session(&key(*id), self.clock.now())
            .await
            .map_err(backend)?;
        row.map(|row| {
            Ok(Record {
                id: *id,
                data: serde_json::from_str(&row.data)
                    .map_err(|error| Error::Decode(error.to_string()))?,
                expiry_date: row.expires_at.to_utc(),
            })
        })
        .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store.delete_session(&key(*id)).await.map_err(backend)
    }
}

/// What the database knows a session by: a hash, so that a copy of the database opens no session.
fn key(id: Id) -> String {
    hex::encode(Sha256::digest(id.0.to_le_bytes()))
}

fn to_row(record: &Record) -> Result<StoredSession> {
    let micros = record.expiry_date.unix_timestamp_nanos() / 1_000;
    let person = record
        .data
        .get(super::PERSON)
        .and_then(|id| id.as_str())
        .and_then(|id| id.parse::<PersonId>().ok());
    Ok(StoredSession {
        key: key(record.id),
        data: serde_json::to_string(&record.data)
            .map_err(|error| Error::Encode(error.to_string()))?,
        person,
        expires_at: Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX)),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "stands in map_err")]
fn backend(error: StoreError) -> Error {
    Error::Backend(error.to_string())
}
