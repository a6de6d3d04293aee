//! A company's connection: its account, what Adobe said of it, what a test saw, and the template that stands at Dynamic
//! Media.

use std::fmt;

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result, Store, StoreError,
    convert::{from_json, storable, to_json},
};
use crate::{
    clock::Timestamp,
    domain::{AccountFacts, CheckReport, Company, CompanyId, PublishServer},
};

/// The account with which Adobe is asked on behalf of a company.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    /// The address of the API.
    pub endpoint: String,
    /// The account's e-mail address.
    pub email: String,
    /// The account's password, sealed by the caller. The store never sees it open.
    pub sealed_password: Vec<u8>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("endpoint", &self.endpoint)
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

/// Which account Adobe was asked with: what came back is kept only while it is still the company's.
#[derive(Debug, Clone, Copy)]
pub struct AskedAs<'a> {
    /// The address of the API.
    pub endpoint: &'a str,
    /// The account's e-mail address.
    pub email: &'a str,
}

/// What Adobe said of an account and of its company.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The account in the company.
    pub facts: &'a AccountFacts,
    /// The root of the company's URLs; `None` where Adobe does not tell it, and a known one stays.
    pub root: Option<&'a str>,
    /// The company's handle.
    pub handle: &'a str,
}

/// What is known about a connection, beside the account itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionState {
    /// What Adobe said of the account.
    pub facts: Option<AccountFacts>,
    /// What the last test saw.
    pub report: Option<CheckReport>,
    /// The template at Dynamic Media, once its settings could be read.
    pub template: Option<RememberedTemplate>,
    /// Whether the company's settings there named a publish server when they were read last; `None` before that.
    pub names_publish_server: Option<bool>,
}

/// The template that stood at Dynamic Media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedTemplate {
    /// The property's value as it came; empty where there is none.
    pub text: String,
    /// When it was read.
    pub read_at: Timestamp,
}

#[derive(FromRow)]
struct StateRow {
    facts: Option<String>,
    report: Option<String>,
    template: Option<String>,
    template_read_at: Option<i64>,
    names_publish_server: Option<bool>,
}

impl StateRow {
    fn into_state(self) -> Result<ConnectionState> {
        let facts = self.facts.as_deref();
        let report = self.report.as_deref();
        Ok(ConnectionState {
            facts: facts
                .map(|text| from_json("connection.facts", text))
                .transpose()?,
            report: report
                .map(|text| from_json("connection.report", text))
                .transpose()?,
            template: self.template.zip(self.template_read_at).map(|(text, at)| {
                RememberedTemplate {
                    text,
                    read_at: Timestamp::from_micros(at),
                }
            }),
            names_publish_server: self.names_publish_server,
        })
    }
}

/// The company that a membership means, by endpoint, handle and root. Handles are a region's own, so they count only
/// where the company is connected to that region; its root counts there too, and where it has no account.
const KNOWN: &str = "select c.id from company c left join connection k on k.company_id = c.id \
                     where (k.endpoint = $1 and c.handle = $2) \
                     or ((k.endpoint = $1 or k.endpoint is null) and c.root = $3) \
                     order by case when k.endpoint = $1 and c.handle = $2 then 0 else 1 end, c.created_at, c.id limit 1";

/// The companies that are connected as this one of Dynamic Media's.
const THERE: &str = "select c.id from company c join connection k on k.company_id = c.id \
                     where k.endpoint = $1 and c.handle = $2";

/// Held on PostgreSQL while a company is looked for and added, or connected elsewhere: chosen by us, unlike any other.
const CONNECTING: i64 = 0x636f_6e6e_6563_7401;

/// The statement that puts a connection, which then counts as untested. The template at Dynamic Media is the company's, so
/// another account in the same region leaves it known, unless [`forget_anothers_template`] follows.
macro_rules! connection_upsert {
    ($company:expr, $connection:expr, $facts:expr) => {
        sqlx::query(
            "insert into connection (company_id, endpoint, email, sealed_password, facts) \
             values ($1, $2, $3, $4, $5) on conflict (company_id) do update set endpoint = excluded.endpoint, \
             email = excluded.email, sealed_password = excluded.sealed_password, facts = excluded.facts, \
             report = null, names_publish_server = null, \
             template = case when connection.endpoint = excluded.endpoint then connection.template end, \
             template_read_at = case when connection.endpoint = excluded.endpoint then connection.template_read_at end",
        )
        .bind($company.uuid())
        .bind(storable(&$connection.endpoint))
        .bind(storable(&$connection.email))
        .bind($connection.sealed_password.as_slice())
        .bind($facts)
    };
}

/// The statement that goes before [`identity_update`]: of another company the template at Dynamic Media is not known.
macro_rules! forget_anothers_template {
    ($company:expr, $handle:expr) => {
        sqlx::query(
            "update connection set template = null, template_read_at = null where company_id = $1 \
             and exists (select 1 from company where id = $1 and handle <> $2)",
        )
        .bind($company.uuid())
        .bind(storable($handle))
    };
}

/// The statement that keeps what a company is called at Dynamic Media.
macro_rules! identity_update {
    ($company:expr, $said:expr, $now:expr) => {
        sqlx::query(
            "update company set root = coalesce($1, root), handle = $2, updated_at = $3 where id = $4",
        )
        .bind($said.root.map(storable))
        .bind(storable($said.handle))
        .bind($now.as_micros())
        .bind($company.uuid())
    };
}

/// The statement that follows a connection: who connects a company elsewhere wants the catalogue that is there, however
/// much of the one before is missing in it.
macro_rules! take_away_elsewhere {
    ($company:expr) => {
        sqlx::query(
            "update catalogue_sync set take_away = $1 where company_id = $2 \
             and (read_endpoint <> (select endpoint from connection where company_id = $2) \
             or read_handle <> (select handle from company where id = $2))",
        )
        .bind(true)
        .bind($company.uuid())
    };
}

impl Store {
    /// The account with which Adobe is asked, if the company is connected.
    pub async fn connection(&self, company: CompanyId) -> Result<Option<Connection>> {
        let sql = "select endpoint, email, sealed_password from connection where company_id = $1";
        let row: Option<(String, String, Vec<u8>)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?);
        Ok(row.map(|(endpoint, email, sealed_password)| Connection {
            endpoint,
            email,
            sealed_password,
        }))
    }

    /// Connects a company, or changes its connection, which then counts as untested, and of which nothing is known.
    pub async fn put_connection(&self, company: CompanyId, connection: &Connection) -> Result<()> {
        in_transaction!(self, |tx| {
            connection_upsert!(company, connection, None::<String>)
                .execute(&mut *tx)
                .await?;
            take_away_elsewhere!(company).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// The same with what Adobe said: account and handle change together, so that nobody is asked for a company of
    /// another region. [`StoreError::Duplicate`], and nothing changed, when another one is that company already; unless
    /// this one is it too.
    pub async fn put_account(
        &self,
        company: CompanyId,
        connection: &Connection,
        said: Said<'_>,
        now: Timestamp,
    ) -> Result<()> {
        let facts = to_json(said.facts)?;
        in_transaction!(self, |tx| {
            if self.is_postgres() {
                sqlx::query("select pg_advisory_xact_lock($1)")
                    .bind(CONNECTING)
                    .execute(&mut *tx)
                    .await?;
            }
            let there: Vec<Uuid> = sqlx::query_scalar(THERE)
                .bind(storable(&connection.endpoint))
                .bind(storable(said.handle))
                .fetch_all(&mut *tx)
                .await?;
            if !there.is_empty() && !there.contains(&company.uuid()) {
                return Err(StoreError::Duplicate);
            }
            connection_upsert!(company, connection, Some(storable(&facts)))
                .execute(&mut *tx)
                .await?;
            forget_anothers_template!(company, said.handle)
                .execute(&mut *tx)
                .await?;
            identity_update!(company, said, now)
                .execute(&mut *tx)
                .await?;
            take_away_elsewhere!(company).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// The company that a membership means, in that region.
    pub async fn known_company(
        &self,
        endpoint: &str,
        handle: &str,
        root: Option<&str>,
    ) -> Result<Option<CompanyId>> {
        let id: Option<Uuid> = on_reader!(self, |pool| sqlx::query_scalar(KNOWN)
            .bind(storable(endpoint))
            .bind(storable(handle))
            .bind(root.map(storable))
            .fetch_optional(pool)
            .await?);
        Ok(id.map(CompanyId::from_uuid))
    }

    /// Adds a company with its account, unless another request has meanwhile added one that the same membership means:
    /// then nothing is changed. Returns the one that is there. [`StoreError::Duplicate`] when its slug is taken.
    pub async fn add_connected_company(
        &self,
        company: &Company,
        connection: &Connection,
        facts: &AccountFacts,
        now: Timestamp,
    ) -> Result<CompanyId> {
        let facts = to_json(facts)?;
        let id: Uuid = in_transaction!(self, |tx| {
            if self.is_postgres() {
                sqlx::query("select pg_advisory_xact_lock($1)")
                    .bind(CONNECTING)
                    .execute(&mut *tx)
                    .await?;
            }
            let known: Option<Uuid> = sqlx::query_scalar(KNOWN)
                .bind(storable(&connection.endpoint))
                .bind(company.handle.as_deref().map(storable))
                .bind(company.root.as_deref().map(storable))
                .fetch_optional(&mut *tx)
                .await?;
            if let Some(known) = known {
                known
            } else {
                company_insertion!(company, now).execute(&mut *tx).await?;
                // In the same transaction: by its region others know it.
                connection_upsert!(company.id, connection, Some(storable(&facts)))
                    .execute(&mut *tx)
                    .await?;
                company.id.uuid()
            }
        });
        Ok(CompanyId::from_uuid(id))
    }

    /// What is known about a company's connection; `None` when it has none.
    pub async fn connection_state(&self, company: CompanyId) -> Result<Option<ConnectionState>> {
        let sql = "select facts, report, template, template_read_at, names_publish_server from connection where company_id = $1";
        let row: Option<StateRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?);
        row.map(StateRow::into_state).transpose()
    }

    /// Keeps what Adobe said of the account and of the company. [`StoreError::NotFound`], and nothing kept, when the
    /// company is connected with another account by now, or with none.
    pub async fn put_account_facts(
        &self,
        company: CompanyId,
        asked: AskedAs<'_>,
        said: Said<'_>,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "update connection set facts = $1 where company_id = $2 and endpoint = $3 and email = $4";
        let facts = to_json(said.facts)?;
        in_transaction!(self, |tx| {
            let changed = sqlx::query(sql)
                .bind(storable(&facts))
                .bind(company.uuid())
                .bind(storable(asked.endpoint))
                .bind(storable(asked.email))
                .execute(&mut *tx)
                .await?
                .rows_affected();
            existing(changed)?;
            forget_anothers_template!(company, said.handle)
                .execute(&mut *tx)
                .await?;
            identity_update!(company, said, now)
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// Keeps what a test of the connection saw, in place of the one before. [`StoreError::NotFound`] when the company
    /// is connected with another account by now, or with none.
    pub async fn put_check_report(
        &self,
        company: CompanyId,
        asked: AskedAs<'_>,
        report: &CheckReport,
    ) -> Result<()> {
        let sql = "update connection set report = $1 where company_id = $2 and endpoint = $3 and email = $4";
        let text = to_json(report)?;
        let changed = on_writer!(self, |pool| sqlx::query(sql)
            .bind(storable(&text))
            .bind(company.uuid())
            .bind(storable(asked.endpoint))
            .bind(storable(asked.email))
            .execute(pool)
            .await?
            .rows_affected());
        existing(changed)
    }

    /// Keeps whether the company's settings at Dynamic Media, read just now, name a publish server.
    /// [`StoreError::NotFound`] when that is the company's account no longer.
    pub async fn put_names_publish_server(
        &self,
        company: CompanyId,
        asked: AskedAs<'_>,
        names_it: bool,
    ) -> Result<()> {
        let sql = "update connection set names_publish_server = $1 \
                   where company_id = $2 and endpoint = $3 and email = $4";
        let changed = on_writer!(self, |pool| sqlx::query(sql)
            .bind(names_it)
            .bind(company.uuid())
            .bind(storable(asked.endpoint))
            .bind(storable(asked.email))
            .execute(pool)
            .await?
            .rows_affected());
        existing(changed)
    }

    /// Remembers the template that stands at Dynamic Media. [`StoreError::NotFound`] when the account that was asked with is
    /// the company's no longer.
    pub async fn remember_template(
        &self,
        company: CompanyId,
        asked: AskedAs<'_>,
        template: &RememberedTemplate,
    ) -> Result<()> {
        let sql = "update connection set template = $1, template_read_at = $2 \
                   where company_id = $3 and endpoint = $4 and email = $5";
        let changed = on_writer!(self, |pool| sqlx::query(sql)
            .bind(storable(&template.text))
            .bind(template.read_at.as_micros())
            .bind(company.uuid())
            .bind(storable(asked.endpoint))
            .bind(storable(asked.email))
            .execute(pool)
            .await?
            .rows_affected());
        existing(changed)
    }

    /// Forgets the account of a company, and what was known about it. The company stays, and so does its history.
    pub async fn delete_connection(&self, company: CompanyId) -> Result<()> {
        let sql = "delete from connection where company_id = $1";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}

fn existing(changed: u64) -> Result<()> {
    match changed {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}
