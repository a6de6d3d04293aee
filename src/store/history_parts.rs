//! What belongs to lines of the history, read for many of them at once; and what goes on from one: notes and copies.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{
    Result, Store, StoreError,
    convert::{from_json, storable},
    statement::Statement,
};
use crate::{
    clock::Timestamp,
    domain::{BatchId, CompanyId, InvalidationId, PersonId, UrlOrigin},
};

/// A URL of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryUrl {
    /// The batch.
    pub batch: BatchId,
    /// Its place there, from 1.
    pub position: i64,
    /// The URL.
    pub url: String,
    /// Why it was on the list.
    pub origins: Vec<UrlOrigin>,
    /// The URLs that it clears along with itself.
    pub covers: Vec<String>,
}

/// Who cleared a URL not long ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentClear {
    /// Their address.
    pub author_email: String,
    /// When they submitted it.
    pub submitted_at: Timestamp,
}

impl Store {
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
        statement.sql(
            "select batch_id, position, url, origins, covers from invalidation_url where batch_id in ",
        );
        statement.uuids(batches.iter().map(|id| id.uuid()));
        statement.sql(" and company_id = ").uuid(company.uuid());
        statement.sql(" order by batch_id, position");
        let rows: Vec<(Uuid, i64, String, String, String)> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        rows.into_iter()
            .map(|(batch, position, url, origins, covers)| {
                Ok(HistoryUrl {
                    batch: BatchId::from_uuid(batch),
                    position,
                    url,
                    origins: from_json("invalidation_url.origins", &origins)?,
                    covers: from_json("invalidation_url.covers", &covers)?,
                })
            })
            .collect()
    }

    /// The IDs of the assets that were selected in several invalidations, in the order of selection, whether a URL was sent
    /// for them or not; vanished ones are among them.
    pub async fn history_assets(
        &self,
        company: CompanyId,
        invalidations: &[InvalidationId],
    ) -> Result<Vec<(InvalidationId, String)>> {
        if invalidations.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::default();
        statement.sql(
            "select s.invalidation_id, a.id from invalidation_asset s join asset a on a.key = s.asset_key \
             where s.invalidation_id in ",
        );
        statement.uuids(invalidations.iter().map(|id| id.uuid()));
        statement.sql(" and s.company_id = ").uuid(company.uuid());
        statement.sql(" order by s.invalidation_id, s.position");
        let rows: Vec<(Uuid, String)> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        let rows = rows.into_iter();
        Ok(rows
            .map(|(invalidation, asset)| (InvalidationId::from_uuid(invalidation), asset))
            .collect())
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
