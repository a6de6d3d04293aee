//! Signed-in browsers. What a session holds is the web's business; here it is a text with a key and an end.

use std::fmt;

use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store};
use crate::{clock::Timestamp, domain::PersonId};

/// A session as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// SHA-256 of the session's id in hexadecimal, made by the caller: who reads the database cannot sign in with it.
    pub key: String,
    /// What the session holds, as JSON.
    pub data: String,
    /// Who is signed in, so that their sessions can be ended.
    pub person: Option<PersonId>,
    /// From then on it is gone.
    pub expires_at: Timestamp,
}

impl fmt::Debug for StoredSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSession")
            .field("person", &self.person)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[derive(FromRow)]
struct SessionRow {
    data: String,
    person_id: Option<Uuid>,
    expires_at: i64,
}

const INSERT: &str = "insert into session (key, data, person_id, expires_at) values ($1, $2, $3, $4) \
                      on conflict (key) do nothing";
const UPSERT: &str = "insert into session (key, data, person_id, expires_at) values ($1, $2, $3, $4) \
                      on conflict (key) do update set data = excluded.data, person_id = excluded.person_id, \
                      expires_at = excluded.expires_at";

impl Store {
    /// Keeps a new session; `false`, and nothing done, when the key is taken.
    pub async fn create_session(&self, session: &StoredSession) -> Result<bool> {
        Ok(self.put_session(INSERT, session).await? == 1)
    }

    /// Keeps a session, whether it is new or not.
    pub async fn save_session(&self, session: &StoredSession) -> Result<()> {
        self.put_session(UPSERT, session).await?;
        Ok(())
    }

    async fn put_session(&self, sql: &'static str, session: &StoredSession) -> Result<u64> {
        Ok(on_writer!(self, |pool| sqlx::query(sql)
            .bind(session.key.as_str())
            .bind(session.data.as_str())
            .bind(session.person.map(PersonId::uuid))
            .bind(session.expires_at.as_micros())
            .execute(pool)
            .await?
            .rows_affected()))
    }

    /// The session with that key, unless it has expired.
    pub async fn session(&self, key: &str, now: Timestamp) -> Result<Option<StoredSession>> {
        let sql =
            "select data, person_id, expires_at from session where key = $1 and expires_at > $2";
        let row: Option<SessionRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(key)
            .bind(now.as_micros())
            .fetch_optional(pool)
            .await?);
        Ok(row.map(|row| StoredSession {
            key: key.to_owned(),
            data: row.data,
            person: row.person_id.map(PersonId::from_uuid),
            expires_at: Timestamp::from_micros(row.expires_at),
        }))
    }

    /// Ends a session; one that is gone already is no error.
    pub async fn delete_session(&self, key: &str) -> Result<()> {
        let sql = "delete from session where key = $1";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(key)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Removes what has expired; says how many.
    pub async fn delete_expired_sessions(&self, now: Timestamp) -> Result<u64> {
        let sql = "delete from session where expires_at <= $1";
        Ok(on_writer!(self, |pool| sqlx::query(sql)
            .bind(now.as_micros())
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
