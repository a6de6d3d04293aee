//! What a comparison with Adobe's list finds: assets that are still there, those that have vanished, and the folders.

use std::collections::HashSet;

use sqlx::QueryBuilder;

use super::{
    Result, Store,
    convert::{CHUNK, at_most, storable},
};
use crate::{clock::Timestamp, domain::CompanyId};

impl Store {
    /// Notes that Adobe lists these IDs, and returns those that are not known here, or have vanished.
    pub async fn mark_assets_seen(
        &self,
        company: CompanyId,
        ids: &[String],
        now: Timestamp,
    ) -> Result<Vec<String>> {
        let mut unknown = Vec::new();
        in_transaction!(self, |tx| {
            for chunk in ids.chunks(CHUNK) {
                let mut update = QueryBuilder::new("update asset set seen_at = ");
                update.push_bind(now.as_micros());
                update
                    .push(" where vanished_at is null and company_id = ")
                    .push_bind(company.uuid());
                update.push(" and id in (");
                let mut list = update.separated(", ");
                for id in chunk {
                    list.push_bind(storable(id));
                }
                update.push(") returning id");
                let known: Vec<String> = update.build_query_scalar().fetch_all(&mut *tx).await?;
                let known: HashSet<String> = known.into_iter().collect();
                let missing = chunk.iter().filter(|id| !known.contains(&*storable(id)));
                unknown.extend(missing.cloned());
            }
        });
        Ok(unknown)
    }

    /// IDs that Adobe has not listed since an instant, some of them, in no order.
    pub async fn assets_unseen_since(
        &self,
        company: CompanyId,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<String>> {
        let sql = "select id from asset where company_id = $1 and vanished_at is null and seen_at < $2 limit $3";
        Ok(on_walker!(self, |pool| sqlx::query_scalar(sql)
            .bind(company.uuid())
            .bind(since.as_micros())
            .bind(at_most(limit))
            .fetch_all(pool)
            .await?))
    }

    /// How many assets Adobe has not listed since an instant, and how many there are of those that were known by then.
    pub async fn count_unseen_since(
        &self,
        company: CompanyId,
        since: Timestamp,
    ) -> Result<(u64, u64)> {
        let sql = "select count(case when seen_at < $2 then 1 end), count(*) from asset \
                   where company_id = $1 and vanished_at is null and added_at < $2";
        let (unseen, all): (i64, i64) = on_walker!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .bind(since.as_micros())
            .fetch_one(pool)
            .await?);
        Ok((unseen.unsigned_abs(), all.unsigned_abs()))
    }

    /// Notes that Adobe has these assets no longer, and tells how many that were. They are found by searching no more;
    /// drafts and history keep them.
    pub async fn mark_assets_vanished(
        &self,
        company: CompanyId,
        ids: &[String],
        now: Timestamp,
    ) -> Result<u64> {
        let mut vanished = 0;
        in_transaction!(self, |tx| {
            for chunk in ids.chunks(CHUNK) {
                let mut update = QueryBuilder::new("update asset set vanished_at = ");
                update.push_bind(now.as_micros());
                update
                    .push(" where vanished_at is null and company_id = ")
                    .push_bind(company.uuid());
                update.push(" and id in (");
                let mut list = update.separated(", ");
                for id in chunk {
                    list.push_bind(storable(id));
                }
                update.push(")");
                vanished += update.build().execute(&mut *tx).await?.rows_affected();
            }
        });
        self.catalogue_changed(company);
        Ok(vanished)
    }

    /// The paths of a company's folders, in order.
    pub async fn known_folders(&self, company: CompanyId) -> Result<Vec<String>> {
        let sql = "select path from folder where company_id = $1 order by path";
        Ok(on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(company.uuid())
            .fetch_all(pool)
            .await?))
    }

    /// Replaces the list of a company's folders.
    pub async fn put_folders(&self, company: CompanyId, paths: &[String]) -> Result<()> {
        let known = "select path from folder where company_id = $1";
        let gone = "delete from folder where company_id = $1 and path = $2";
        let wanted: HashSet<String> = paths
            .iter()
            .map(|path| storable(path).into_owned())
            .collect();
        in_transaction!(self, |tx| {
            let known: HashSet<String> = sqlx::query_scalar(known)
                .bind(company.uuid())
                .fetch_all(&mut *tx)
                .await?
                .into_iter()
                .collect();
            for path in known.difference(&wanted) {
                sqlx::query(gone)
                    .bind(company.uuid())
                    .bind(path.as_str())
                    .execute(&mut *tx)
                    .await?;
            }
            let new: Vec<&String> = wanted.difference(&known).collect();
            for chunk in new.chunks(CHUNK) {
                let mut insert = QueryBuilder::new("insert into folder (company_id, path) ");
                insert.push_values(chunk, |mut row, path| {
                    row.push_bind(company.uuid()).push_bind(path.as_str());
                });
                insert.push(" on conflict (company_id, path) do nothing");
                insert.build().execute(&mut *tx).await?;
            }
        });
        self.catalogue_changed(company);
        Ok(())
    }
}
