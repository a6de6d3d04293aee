//! What is known about a company's connection: what Adobe said of the account, what a test saw, and the template that
//! stands at Dynamic Media.

use sqlx::FromRow;

use super::{
    Result, Store, StoreError,
    convert::{from_json, storable, to_json},
};
use crate::{
    clock::Timestamp,
    domain::{AccountFacts, CheckReport, CompanyId},
};

/// What is known about a connection, beside the account itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionState {
    /// What Adobe said of the account.
    pub facts: Option<AccountFacts>,
    /// What the last test saw.
    pub report: Option<CheckReport>,
    /// The template at Dynamic Media, once its settings could be read.
    pub template: Option<RememberedTemplate>,
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
        })
    }
}

impl Store {
    /// What is known about a company's connection; `None` when it has none.
    pub async fn connection_state(&self, company: CompanyId) -> Result<Option<ConnectionState>> {
        let sql = "select facts, report, template, template_read_at from connection where company_id = $1";
        let row: Option<StateRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?);
        row.map(StateRow::into_state).transpose()
    }

    /// Keeps what Adobe said of the account with that e-mail address. [`StoreError::NotFound`] when the company is not
    /// connected, or was connected with another meanwhile.
    pub async fn put_account_facts(
        &self,
        company: CompanyId,
        email: &str,
        facts: &AccountFacts,
    ) -> Result<()> {
        let sql = "update connection set facts = $1 where company_id = $2 and email = $3";
        let facts = to_json(facts)?;
        let changed = on_writer!(self, |pool| sqlx::query(sql)
            .bind(storable(&facts))
            .bind(company.uuid())
            .bind(storable(email))
            .execute(pool)
            .await?
            .rows_affected());
        existing(changed)
    }

    /// Keeps what a test of the connection saw, in place of the one before. [`StoreError::NotFound`] when the company
    /// is not connected.
    pub async fn put_check_report(&self, company: CompanyId, report: &CheckReport) -> Result<()> {
        let sql = "update connection set report = $1 where company_id = $2";
        let text = to_json(report)?;
        let changed = on_writer!(self, |pool| sqlx::query(sql)
            .bind(storable(&text))
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        existing(changed)
    }

    /// Remembers the template that stands at Dynamic Media. [`StoreError::NotFound`] when the company is not connected.
    pub async fn remember_template(
        &self,
        company: CompanyId,
        template: &RememberedTemplate,
    ) -> Result<()> {
        let sql =
            "update connection set template = $1, template_read_at = $2 where company_id = $3";
        let changed = on_writer!(self, |pool| sqlx::query(sql)
            .bind(storable(&template.text))
            .bind(template.read_at.as_micros())
            .bind(company.uuid())
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
