//! Accounts that Adobe has verified and whose company is not chosen yet: one per person, for a short time.

use std::fmt;

use super::{Result, Store, convert::storable};
use crate::{clock::Timestamp, domain::PersonId};

/// A verified account between the two steps of connecting.
#[derive(Clone, PartialEq, Eq)]
pub struct PendingConnection {
    /// Who is connecting; nobody else sees it.
    pub person: PersonId,
    /// The address of the API.
    pub endpoint: String,
    /// The account's e-mail address.
    pub email: String,
    /// The account's password, sealed by the caller. The store never sees it open.
    pub sealed_password: Vec<u8>,
    /// What Adobe said of the account and its companies, as the caller's JSON.
    pub found: String,
    /// From then on it does not exist.
    pub expires_at: Timestamp,
}

impl fmt::Debug for PendingConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingConnection")
            .field("person", &self.person)
            .field("endpoint", &self.endpoint)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Keeps a verified account, in place of the person's one before.
    pub async fn put_pending_connection(&self, pending: &PendingConnection) -> Result<()> {
        let sql = "insert into pending_connection (person_id, endpoint, email, sealed_password, found, expires_at) \
                   values ($1, $2, $3, $4, $5, $6) on conflict (person_id) do update set \
                   endpoint = excluded.endpoint, email = excluded.email, \
                   sealed_password = excluded.sealed_password, found = excluded.found, \
                   expires_at = excluded.expires_at";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(pending.person.uuid())
            .bind(storable(&pending.endpoint))
            .bind(storable(&pending.email))
            .bind(pending.sealed_password.as_slice())
            .bind(storable(&pending.found))
            .bind(pending.expires_at.as_micros())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The verified account of a person, unless its time is over.
    pub async fn pending_connection(
        &self,
        person: PersonId,
        now: Timestamp,
    ) -> Result<Option<PendingConnection>> {
        let sql = "select endpoint, email, sealed_password, found, expires_at from pending_connection \
                   where person_id = $1 and expires_at > $2";
        let row: Option<(String, String, Vec<u8>, String, i64)> =
            on_reader!(self, |pool| sqlx::query_as(sql)
                .bind(person.uuid())
                .bind(now.as_micros())
                .fetch_optional(pool)
                .await?);
        Ok(row.map(
            |(endpoint, email, sealed_password, found, expires_at)| PendingConnection {
                person,
                endpoint,
                email,
                sealed_password,
                found,
                expires_at: Timestamp::from_micros(expires_at),
            },
        ))
    }

    /// Forgets the verified account of a person.
    pub async fn delete_pending_connection(&self, person: PersonId) -> Result<()> {
        let sql = "delete from pending_connection where person_id = $1";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(person.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Forgets those whose time is over; how many there were.
    pub async fn delete_expired_pending_connections(&self, now: Timestamp) -> Result<u64> {
        let sql = "delete from pending_connection where expires_at <= $1";
        Ok(on_writer!(self, |pool| sqlx::query(sql)
            .bind(now.as_micros())
            .execute(pool)
            .await?
            .rows_affected()))
    }
}
