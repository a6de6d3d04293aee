//! *Check all*: which invalidations have all of their URLs looked at, and how far that has come.

use std::collections::HashSet;

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{
    clock::Timestamp,
    domain::{CompanyId, InvalidationId},
    store::{
        Result, Store,
        convert::{CHUNK, url_hash},
    },
};

/// A place among the URLs of an invalidation: all before it are looked at, or need not be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Walked {
    /// The position of the batch.
    pub batch: i32,
    /// The place of the last URL in it.
    pub to: i64,
}

impl Store {
    /// Says whether all URLs of an invalidation are to be looked at, from the first on.
    pub async fn want_all_checked(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        wanted: bool,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "insert into check_run (invalidation_id, company_id, begun_at, wants_all) \
                   select id, company_id, $3, $4 from invalidation where id = $1 and company_id = $2 \
                   on conflict (invalidation_id) do update set wants_all = excluded.wants_all, walked_batch = 0, walked_to = 0";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .bind(now.as_micros())
            .bind(wanted)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// A company's invalidations of which all URLs are to be looked at.
    pub async fn wanted_all_checked(&self, company: CompanyId) -> Result<Vec<InvalidationId>> {
        let sql = "select invalidation_id from check_run where company_id = $1 and wants_all";
        let wanted: Vec<Uuid> = on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        Ok(wanted.into_iter().map(InvalidationId::from_uuid).collect())
    }

    /// How far that has come.
    pub async fn walked(&self, company: CompanyId, invalidation: InvalidationId) -> Result<Walked> {
        let sql = "select walked_batch, walked_to from check_run where invalidation_id = $1 and company_id = $2";
        let walked: Option<(i32, i64)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .fetch_optional(pool)
            .await?);
        Ok(walked.map_or_else(Walked::default, |(batch, to)| Walked { batch, to }))
    }

    /// Keeps it, unless somebody has begun anew meanwhile.
    pub async fn set_walked(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        from: Walked,
        walked: Walked,
    ) -> Result<()> {
        let sql = "update check_run set walked_batch = $3, walked_to = $4 where invalidation_id = $1 and company_id = $2 \
                   and walked_batch = $5 and walked_to = $6";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .bind(walked.batch)
            .bind(walked.to)
            .bind(from.batch)
            .bind(from.to)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Those of these URLs that an invalidation has looked at, or is to.
    pub async fn looked_at(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        urls: &[&str],
    ) -> Result<HashSet<String>> {
        let mut looked_at = HashSet::new();
        for urls in urls.chunks(CHUNK) {
            let hashes: Vec<Vec<u8>> = on_reader!(self, |pool| {
                let mut select =
                    QueryBuilder::new("select url_hash from url_check where invalidation_id = ");
                select.push_bind(invalidation.uuid());
                select.push(" and company_id = ");
                select.push_bind(company.uuid());
                select.push(" and url_hash in (");
                let mut list = select.separated(", ");
                for url in urls {
                    list.push_bind(url_hash(url));
                }
                select.push(")");
                select.build_query_scalar().fetch_all(pool).await?
            });
            let hashes: HashSet<Vec<u8>> = hashes.into_iter().collect();
            let found = urls.iter().filter(|url| hashes.contains(&url_hash(url)));
            looked_at.extend(found.map(|url| (*url).to_owned()));
        }
        Ok(looked_at)
    }
}
