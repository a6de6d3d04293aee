//! The sealed passwords, whoever they belong to: for the key that must open them.

use uuid::Uuid;

use super::{Result, Store};
use crate::{
    clock::Timestamp,
    domain::{CompanyId, PersonId},
};

/// A password as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPassword {
    /// Whose.
    pub of: SealedFor,
    /// Sealed by the caller.
    pub sealed: Vec<u8>,
}

/// Whose account a password is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedFor {
    /// A company is connected with it.
    Company(CompanyId),
    /// Somebody is choosing its company.
    Person(PersonId),
}

impl Store {
    /// All that are still of use, in no order.
    pub async fn sealed_passwords(&self, now: Timestamp) -> Result<Vec<SealedPassword>> {
        let of_companies = "select company_id, sealed_password from connection";
        let of_persons =
            "select person_id, sealed_password from pending_connection where expires_at > $1";
        let companies: Vec<(Uuid, Vec<u8>)> = on_reader!(self, |pool| sqlx::query_as(of_companies)
            .fetch_all(pool)
            .await?);
        let persons: Vec<(Uuid, Vec<u8>)> = on_reader!(self, |pool| sqlx::query_as(of_persons)
            .bind(now.as_micros())
            .fetch_all(pool)
            .await?);
        let companies = companies.into_iter().map(|(id, sealed)| SealedPassword {
            of: SealedFor::Company(CompanyId::from_uuid(id)),
            sealed,
        });
        let persons = persons.into_iter().map(|(id, sealed)| SealedPassword {
            of: SealedFor::Person(PersonId::from_uuid(id)),
            sealed,
        });
        Ok(companies.chain(persons).collect())
    }
}
