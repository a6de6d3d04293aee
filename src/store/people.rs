//! People who can sign in.

use std::fmt;

use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store, StoreError, convert::unknown};
use crate::{
    clock::Timestamp,
    domain::{CompanyId, Email, PersonId, Role},
};

/// Someone who is to be added.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// A new id.
    pub id: PersonId,
    /// What they sign in with.
    pub email: Email,
    /// What they may do.
    pub role: Role,
    /// What their password is checked against.
    pub password_hash: PasswordHash,
    /// Now.
    pub created_at: Timestamp,
}

/// A password's hash as a PHC string, `$argon2id$...`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// Someone who can sign in, unless disabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// The address as it was typed.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may no longer sign in.
    pub disabled: bool,
    /// The company whose pages they looked at last.
    pub last_company: Option<CompanyId>,
}

#[derive(FromRow)]
struct PersonRow {
    id: Uuid,
    email: String,
    role: String,
    password_hash: String,
    disabled: bool,
    last_company_id: Option<Uuid>,
}

impl PersonRow {
    fn into_person(self) -> Result<(Person, PasswordHash)> {
        let person = Person {
            id: PersonId::from_uuid(self.id),
            email: self.email,
            role: self.role.parse().map_err(|_| unknown("person.role"))?,
            disabled: self.disabled,
            last_company: self.last_company_id.map(CompanyId::from_uuid),
        };
        Ok((person, PasswordHash(self.password_hash)))
    }
}

impl Store {
    /// Adds a person. [`StoreError::Duplicate`] when the address is taken, whatever its case.
    pub async fn add_person(&self, person: &NewPerson) -> Result<()> {
        let sql = "insert into person (id, email, email_folded, role, password_hash, disabled, created_at) \
                   values ($1, $2, $3, $4, $5, $6, $7)";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(person.id.uuid())
            .bind(person.email.as_str())
            .bind(person.email.folded())
            .bind(person.role.as_str())
            .bind(person.password_hash.0.as_str())
            .bind(false)
            .bind(person.created_at.as_micros())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Whether anybody can be signed in at all.
    pub async fn has_people(&self) -> Result<bool> {
        let sql = "select id from person limit 1";
        let found: Option<Uuid> = on_reader!(self, |pool| sqlx::query_scalar(sql)
            .fetch_optional(pool)
            .await?);
        Ok(found.is_some())
    }

    /// Adds a person if there is nobody yet; `false`, and nothing done, otherwise. Of two at once, one succeeds.
    pub async fn add_first_admin(&self, person: &NewPerson) -> Result<bool> {
        let sql = "insert into person (id, email, email_folded, role, password_hash, disabled, created_at) \
                   select $1, $2, $3, $4, $5, $6, $7 where not exists (select 1 from person)";
        let added = in_transaction!(self, |tx| {
            if self.is_postgres() {
                // Two that do not see each other's row would both be the first. SQLite has one writer at a time anyway.
                sqlx::query("lock table person in share row exclusive mode")
                    .execute(&mut *tx)
                    .await?;
            }
            sqlx::query(sql)
                .bind(person.id.uuid())
                .bind(person.email.as_str())
                .bind(person.email.folded())
                .bind(Role::Admin.as_str())
                .bind(person.password_hash.0.as_str())
                .bind(false)
                .bind(person.created_at.as_micros())
                .execute(&mut *tx)
                .await?
                .rows_affected()
        });
        Ok(added == 1)
    }

    /// The person with that id.
    pub async fn person(&self, id: PersonId) -> Result<Option<Person>> {
        let sql = "select id, email, role, password_hash, disabled, last_company_id from person where id = $1";
        let row: Option<PersonRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(id.uuid())
            .fetch_optional(pool)
            .await?);
        Ok(row
            .map(PersonRow::into_person)
            .transpose()?
            .map(|(person, _)| person))
    }

    /// The person with that address, whatever its case, and what their password is checked against.
    pub async fn person_by_email(&self, email: &Email) -> Result<Option<(Person, PasswordHash)>> {
        let sql = "select id, email, role, password_hash, disabled, last_company_id from person \
                   where email_folded = $1";
        let row: Option<PersonRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(email.folded())
            .fetch_optional(pool)
            .await?);
        row.map(PersonRow::into_person).transpose()
    }

    /// Remembers the company whose pages a person looked at last.
    pub async fn set_last_company(&self, person: PersonId, company: CompanyId) -> Result<()> {
        let sql = "update person set last_company_id = $1 where id = $2";
        let changed = on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .bind(person.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        if changed == 0 {
            Err(StoreError::NotFound)
        } else {
            Ok(())
        }
    }
}
