//! The CDN invalidation template: every save is a version, none is ever changed.

use sqlx::FromRow;

use super::{Result, Store, StoreError, convert::storable};
use crate::{
    clock::Timestamp,
    domain::{CompanyId, PersonId},
};

/// A template as it was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateVersion {
    /// Counts from 1 within a company.
    pub version: i32,
    /// The lines.
    pub text: String,
    /// The e-mail address of the person who saved it.
    pub author: String,
    /// When.
    pub saved_at: Timestamp,
}

#[derive(FromRow)]
struct TemplateRow {
    version: i32,
    text: String,
    author: String,
    saved_at: i64,
}

impl From<TemplateRow> for TemplateVersion {
    fn from(row: TemplateRow) -> Self {
        Self {
            version: row.version,
            text: row.text,
            author: row.author,
            saved_at: Timestamp::from_micros(row.saved_at),
        }
    }
}

impl Store {
    /// The newest version, if any was saved.
    pub async fn template(&self, company: CompanyId) -> Result<Option<TemplateVersion>> {
        let sql = "select t.version, t.text, p.email as author, t.saved_at from template_version t \
                   join person p on p.id = t.author_id where t.company_id = $1 order by t.version desc limit 1";
        let row: Option<TemplateRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?);
        Ok(row.map(TemplateVersion::from))
    }

    /// All versions, the newest first.
    pub async fn template_versions(&self, company: CompanyId) -> Result<Vec<TemplateVersion>> {
        let sql = "select t.version, t.text, p.email as author, t.saved_at from template_version t \
                   join person p on p.id = t.author_id where t.company_id = $1 order by t.version desc";
        let rows: Vec<TemplateRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        Ok(rows.into_iter().map(TemplateVersion::from).collect())
    }

    /// Saves a new version and returns its number. `based_on` is the version that the author saw, 0 for none;
    /// [`StoreError::Conflict`] when there is a newer one.
    pub async fn save_template(
        &self,
        company: CompanyId,
        text: &str,
        author: PersonId,
        based_on: i32,
        now: Timestamp,
    ) -> Result<i32> {
        let newest = "select coalesce(max(version), 0) from template_version where company_id = $1";
        let insert = "insert into template_version (company_id, version, text, author_id, saved_at) \
                      values ($1, $2, $3, $4, $5) on conflict (company_id, version) do nothing";
        let saved = in_transaction!(self, |tx| {
            let newest: i32 = sqlx::query_scalar(newest)
                .bind(company.uuid())
                .fetch_one(&mut *tx)
                .await?;
            if newest != based_on {
                return Err(StoreError::Conflict);
            }
            // On PostgreSQL someone may have read the same number at the same time: then the row is theirs.
            sqlx::query(insert)
                .bind(company.uuid())
                .bind(newest + 1)
                .bind(storable(text))
                .bind(author.uuid())
                .bind(now.as_micros())
                .execute(&mut *tx)
                .await?
                .rows_affected()
        });
        if saved == 1 {
            Ok(based_on + 1)
        } else {
            Err(StoreError::Conflict)
        }
    }
}
