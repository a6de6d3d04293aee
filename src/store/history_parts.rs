//! What belongs to lines of the history, read for many of them at once; and what goes on from one: notes and copies.

use std::collections::BTreeMap;

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result, Store, StoreError,
    convert::{from_json, instant, storable, unknown},
    statement::Statement,
};
use crate::{
    clock::Timestamp,
    domain::{BatchId, BatchState, CompanyId, InvalidationId, PersonId, UrlOrigin},
};

/// A batch as history and exports show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryBatch {
    /// Which one.
    pub id: BatchId,
    /// Of which invalidation.
    pub invalidation: InvalidationId,
    /// Its place in the invalidation, from 1.
    pub position: i32,
    /// The root that its URLs have.
    pub root: String,
    /// Where it stands.
    pub state: BatchState,
    /// How many URLs it holds.
    pub url_count: i64,
    /// When it was sent last.
    pub sent_at: Option<Timestamp>,
    /// When it became final.
    pub finished_at: Option<Timestamp>,
    /// Adobe's handle for the purge.
    pub handle: Option<String>,
    /// Seconds that Adobe expected.
    pub estimated_seconds: Option<i32>,
    /// Adobe's fault code.
    pub code: Option<i32>,
    /// Why it did not go through.
    pub reason: Option<String>,
    /// The URL that Adobe named.
    pub named_url: Option<String>,
}

/// A URL of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryUrl {
    /// The batch.
    pub batch: BatchId,
    /// The URL.
    pub url: String,
    /// Why it was on the list.
    pub origins: Vec<UrlOrigin>,
}

/// Who cleared a URL not long ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentClear {
    /// Their address.
    pub author_email: String,
    /// When they submitted it.
    pub submitted_at: Timestamp,
}

#[derive(FromRow)]
struct BatchRow {
    id: Uuid,
    invalidation_id: Uuid,
    position: i32,
    root: String,
    state: String,
    url_count: i64,
    sent_at: Option<i64>,
    finished_at: Option<i64>,
    receipt_handle: Option<String>,
    estimated_seconds: Option<i32>,
    failure_code: Option<i32>,
    failure_reason: Option<String>,
    named_url: Option<String>,
}

impl BatchRow {
    fn into_batch(self) -> Result<HistoryBatch> {
        Ok(HistoryBatch {
            id: BatchId::from_uuid(self.id),
            invalidation: InvalidationId::from_uuid(self.invalidation_id),
            position: self.position,
            root: self.root,
            state: BatchState::from_word(&self.state).ok_or_else(|| unknown("batch.state"))?,
            url_count: self.url_count,
            sent_at: instant(self.sent_at),
            finished_at: instant(self.finished_at),
            handle: self.receipt_handle,
            estimated_seconds: self.estimated_seconds,
            code: self.failure_code,
            reason: self.failure_reason,
            named_url: self.named_url,
        })
    }
}

impl Store {
    /// The batches of several invalidations, by position, one invalidation after the other.
    pub async fn history_batches(
        &self,
        company: CompanyId,
        invalidations: &[InvalidationId],
    ) -> Result<Vec<HistoryBatch>> {
        if invalidations.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::default();
        statement.sql(
            "select id, invalidation_id, position, root, state, url_count, sent_at, finished_at, receipt_handle, \
             estimated_seconds, failure_code, failure_reason, named_url from batch where invalidation_id in ",
        );
        statement.uuids(invalidations.iter().map(|id| id.uuid()));
        statement.sql(" and company_id = ").uuid(company.uuid());
        statement.sql(" order by invalidation_id, position");
        let rows: Vec<BatchRow> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        rows.into_iter().map(BatchRow::into_batch).collect()
    }

    /// The URLs of several batches, by position, one batch after the other.
    pub async fn history_urls(
        &self,
        company: CompanyId,
        batches: &[BatchId],
    ) -> Result<Vec<HistoryUrl>> {
        if batches.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::default();
        statement.sql("select batch_id, url, origins from invalidation_url where batch_id in ");
        statement.uuids(batches.iter().map(|id| id.uuid()));
        statement.sql(" and company_id = ").uuid(company.uuid());
        statement.sql(" order by batch_id, position");
        let rows: Vec<(Uuid, String, String)> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        rows.into_iter()
            .map(|(batch, url, origins)| {
                Ok(HistoryUrl {
                    batch: BatchId::from_uuid(batch),
                    url,
                    origins: from_json("invalidation_url.origins", &origins)?,
                })
            })
            .collect()
    }

    /// Who submitted something in this company, by address.
    pub async fn people_of_history(&self, company: CompanyId) -> Result<Vec<(PersonId, String)>> {
        let sql = "select p.id, p.email from person p where exists (select 1 from invalidation i \
                   where i.company_id = $1 and i.author_id = p.id and i.number is not null) \
                   order by p.email_folded";
        let rows: Vec<(Uuid, String)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        let rows = rows.into_iter();
        Ok(rows
            .map(|(id, email)| (PersonId::from_uuid(id), email))
            .collect())
    }

    /// Which of these URLs somebody else has submitted since, whether they are cleared yet or not; the latest each.
    /// Those that Adobe did not take, or that were called off, do not count.
    pub async fn recently_cleared(
        &self,
        company: CompanyId,
        except: PersonId,
        since: Timestamp,
        urls: &[&str],
    ) -> Result<BTreeMap<String, RecentClear>> {
        if urls.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut statement = Statement::default();
        statement.sql(
            "select u.url, p.email, i.submitted_at from invalidation i cross join person p cross join batch b \
             cross join invalidation_url u where p.id = i.author_id and b.invalidation_id = i.id \
             and u.batch_id = b.id and b.state not in ('refused', 'failed', 'cancelled') and i.company_id = ",
        );
        statement.uuid(company.uuid());
        statement
            .sql(" and i.submitted_at >= ")
            .number(since.as_micros());
        statement.sql(" and i.author_id <> ").uuid(except.uuid());
        statement.sql(" and u.url in ").texts(urls.iter().copied());
        statement.sql(" order by i.submitted_at");
        let rows: Vec<(String, String, i64)> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        let cleared = rows.into_iter().map(|(url, author_email, at)| {
            let submitted_at = Timestamp::from_micros(at);
            let clear = RecentClear {
                author_email,
                submitted_at,
            };
            (url, clear)
        });
        Ok(cleared.collect())
    }

    /// Why something is, or was, invalidated, as its author put it; empty when they did not.
    pub async fn note(&self, company: CompanyId, id: InvalidationId) -> Result<String> {
        let sql = "select note from invalidation where id = $1 and company_id = $2";
        Ok(on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(id.uuid())
            .bind(company.uuid())
            .fetch_one(pool)
            .await?))
    }

    /// Keeps a draft's note. It decides nothing about the list, so the draft's version stays. What was submitted is
    /// left as it is.
    pub async fn save_note(
        &self,
        company: CompanyId,
        id: InvalidationId,
        note: &str,
    ) -> Result<()> {
        let sql = "update invalidation set note = $1 where id = $2 and company_id = $3 and submitted_at is null \
                   and note <> $1";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(storable(note))
            .bind(id.uuid())
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Makes a draft with the choices of something that was submitted: its options, presets, assets, Add URL and removed
    /// URLs. [`StoreError::NotFound`] when it was not submitted.
    pub async fn copy_to_draft(
        &self,
        company: CompanyId,
        from: InvalidationId,
        draft: InvalidationId,
        author: PersonId,
        now: Timestamp,
    ) -> Result<()> {
        let copy = "insert into invalidation (id, company_id, author_id, use_presets, use_template, clear_alias, \
                    fold, split, preset_names, manual_urls, version, created_at, updated_at) \
                    select $1, company_id, $2, use_presets, use_template, clear_alias, fold, split, preset_names, \
                    manual_urls, 1, $3, $3 from invalidation \
                    where id = $4 and company_id = $5 and submitted_at is not null";
        let assets = "insert into invalidation_asset (company_id, invalidation_id, asset_key, position) \
                      select company_id, $1, asset_key, position from invalidation_asset where invalidation_id = $2";
        let removals = "insert into invalidation_removal (company_id, invalidation_id, url_hash, url) \
                        select company_id, $1, url_hash, url from invalidation_removal where invalidation_id = $2";
        in_transaction!(self, |tx| {
            let copied = sqlx::query(copy)
                .bind(draft.uuid())
                .bind(author.uuid())
                .bind(now.as_micros())
                .bind(from.uuid())
                .bind(company.uuid())
                .execute(&mut *tx)
                .await?;
            if copied.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            for sql in [assets, removals] {
                sqlx::query(sql)
                    .bind(draft.uuid())
                    .bind(from.uuid())
                    .execute(&mut *tx)
                    .await?;
            }
        });
        Ok(())
    }
}
