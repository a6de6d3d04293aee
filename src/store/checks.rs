//! URLs that are looked at before and after a purge, when they are due, and what can be said about them. For the looks
//! themselves see [`super::looks`].
//!
//! A look is taken under a lease, so that one node takes it; what it showed is stored through the lease.

use std::time::Duration;

use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{
    Result, Store, StoreError,
    convert::{CHUNK, at_most, instant, storable, unknown, url_hash},
    looks::{StoredLook, insert_looks},
};
use crate::{
    clock::Timestamp,
    domain::{BatchId, BatchState, CheckId, CompanyId, InvalidationId, Judgement, Verdict},
};

/// A URL that is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCheck {
    /// A new id.
    pub id: CheckId,
    /// The URL.
    pub url: String,
    /// The URL whose purge clears it.
    pub sent_url: String,
    /// Whether the invalidation clears it at all.
    pub covered: bool,
    /// Somebody wants it, beyond the sample.
    pub asked: bool,
    /// When its purge was taken by Adobe, if that is known already.
    pub purged_at: Option<Timestamp>,
    /// When to look, if that is known already.
    pub next_look_at: Option<Timestamp>,
    /// How long a browser may keep the answer from before the purge.
    pub keeps: Option<Duration>,
    /// What was seen before the purge.
    pub before: Vec<StoredLook>,
}

/// A URL that is looked at, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which one.
    pub id: CheckId,
    /// The URL.
    pub url: String,
    /// The URL whose purge clears it.
    pub sent_url: String,
    /// Whether the invalidation clears it at all.
    pub covered: bool,
    /// Somebody wanted it, beyond the sample.
    pub asked: bool,
    /// When Adobe took its purge.
    pub purged_at: Option<Timestamp>,
    /// How long a browser may keep an answer.
    pub keeps: Option<Duration>,
    /// How often it was looked at after the purge.
    pub looks: u32,
    /// When it is looked at next; `None` when the verdict is final, or the purge has not been taken.
    pub next_look_at: Option<Timestamp>,
    /// What can be said so far.
    pub verdict: Option<Verdict>,
    /// Why nothing certain was seen.
    pub doubt: Option<String>,
    /// When the last look was.
    pub verdict_at: Option<Timestamp>,
}

/// Somebody who looks: each round has an id of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckLease(pub Uuid);

/// A URL whose look is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueCheck {
    /// Which one.
    pub id: CheckId,
    /// Whose.
    pub company: CompanyId,
    /// The URL.
    pub url: String,
    /// Whether the invalidation clears it at all.
    pub covered: bool,
    /// When Adobe took its purge.
    pub purged_at: Timestamp,
    /// How often it was looked at after the purge.
    pub looks: u32,
}

/// A batch that Adobe took and whose URLs nobody looks at yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedBatch {
    /// Whose.
    pub company: CompanyId,
    /// Which one.
    pub id: BatchId,
    /// When Adobe took it.
    pub accepted_at: Timestamp,
    /// How long Adobe expects the purge to take.
    pub estimated_seconds: Option<i32>,
}

/// What a round of looks came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// What was seen.
    pub looks: Vec<StoredLook>,
    /// What can be said.
    pub judgement: Judgement,
    /// When.
    pub at: Timestamp,
    /// How long a browser may keep the answer; used where nobody looked before the purge.
    pub keeps: Option<Duration>,
    /// When to look again; `None` when the verdict is final.
    pub next_look_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct CheckRow {
    id: Uuid,
    url: String,
    sent_url: String,
    covered: bool,
    asked: bool,
    purged_at: Option<i64>,
    keeps: Option<i64>,
    looks: i64,
    next_look_at: Option<i64>,
    verdict: Option<String>,
    doubt: Option<String>,
    verdict_at: Option<i64>,
}

#[derive(FromRow)]
struct DueRow {
    id: Uuid,
    company_id: Uuid,
    url: String,
    covered: bool,
    purged_at: i64,
    looks: i64,
}

#[derive(FromRow)]
struct AcceptedRow {
    id: Uuid,
    company_id: Uuid,
    finished_at: i64,
    estimated_seconds: Option<i32>,
}

impl CheckRow {
    fn into_check(self) -> Result<Check> {
        let verdict = self
            .verdict
            .map(|word| Verdict::from_word(&word).ok_or_else(|| unknown("url_check.verdict")));
        Ok(Check {
            id: CheckId::from_uuid(self.id),
            url: self.url,
            sent_url: self.sent_url,
            covered: self.covered,
            asked: self.asked,
            purged_at: instant(self.purged_at),
            keeps: self
                .keeps
                .map(|micros| Duration::from_micros(micros.unsigned_abs())),
            looks: u32::try_from(self.looks).unwrap_or(u32::MAX),
            next_look_at: instant(self.next_look_at),
            verdict: verdict.transpose()?,
            doubt: self.doubt,
            verdict_at: instant(self.verdict_at),
        })
    }
}

fn micros(duration: Option<Duration>) -> Option<i64> {
    duration.map(|duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}

/// Takes checks that are due. Where rows are locked by another node, PostgreSQL passes over them.
macro_rules! lease {
    ($lock:literal) => {
        concat!(
            "update url_check set lease_owner = $1, lease_until = $2 where id in (select id from url_check ",
            "where next_look_at <= $3 and purged_at is not null and (lease_until is null or lease_until <= $3) ",
            "order by next_look_at, id limit $4",
            $lock,
            ") returning id, company_id, url, covered, purged_at, looks"
        )
    };
}

impl Store {
    /// Whether the URLs of an invalidation are to be looked at now, before its first byte is sent: true once, and never
    /// again.
    pub async fn begin_checks(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "insert into check_run (invalidation_id, company_id, begun_at) \
                   select id, company_id, $3 from invalidation where id = $1 and company_id = $2 \
                   on conflict (invalidation_id) do nothing";
        let begun = on_writer!(self, |pool| sqlx::query(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .bind(now.as_micros())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(begun > 0)
    }

    /// Adds URLs that are looked at, with what was seen before the purge. One that is there already stays as it is, and
    /// must come without looks.
    pub async fn add_checks(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        checks: &[NewCheck],
        now: Timestamp,
    ) -> Result<()> {
        let looks: Vec<_> = checks
            .iter()
            .flat_map(|check| check.before.iter().map(|look| (check.id, look)))
            .collect();
        in_transaction!(self, |tx| {
            for chunk in checks.chunks(CHUNK) {
                let mut insert = QueryBuilder::new(
                    "insert into url_check (id, company_id, invalidation_id, url, url_hash, sent_url, covered, asked, \
                     created_at, purged_at, keeps, looks, next_look_at) ",
                );
                insert.push_values(chunk, |mut row, check| {
                    row.push_bind(check.id.uuid())
                        .push_bind(company.uuid())
                        .push_bind(invalidation.uuid())
                        .push_bind(storable(&check.url))
                        .push_bind(url_hash(&check.url))
                        .push_bind(storable(&check.sent_url))
                        .push_bind(check.covered)
                        .push_bind(check.asked)
                        .push_bind(now.as_micros())
                        .push_bind(check.purged_at.map(Timestamp::as_micros))
                        .push_bind(micros(check.keeps))
                        .push_bind(0_i64)
                        .push_bind(check.next_look_at.map(Timestamp::as_micros));
                });
                insert.push(" on conflict (invalidation_id, url_hash) do nothing");
                insert.build().execute(&mut *tx).await?;
            }
            insert_looks!(
                tx,
                company,
                &looks,
                " on conflict (check_id, format, kind) do nothing"
            );
        });
        Ok(())
    }

    /// The URLs of an invalidation that are looked at: those that somebody asked for first, the latest on top, then the
    /// sample in the order of the URLs.
    pub async fn checks(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
    ) -> Result<Vec<Check>> {
        let sql = "select id, url, sent_url, covered, asked, purged_at, keeps, looks, next_look_at, verdict, doubt, \
                   verdict_at from url_check where invalidation_id = $1 and company_id = $2 \
                   order by asked desc, case when asked = $3 then -created_at else 0 end, url, id";
        let rows: Vec<CheckRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .bind(true)
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(CheckRow::into_check).collect()
    }

    /// The batches that Adobe took, of invalidations with URLs that wait for that and were added after an instant.
    pub async fn accepted_unchecked(&self, since: Timestamp) -> Result<Vec<AcceptedBatch>> {
        let sql = "select distinct b.id, b.company_id, b.finished_at, b.estimated_seconds from url_check c \
                   join batch b on b.invalidation_id = c.invalidation_id \
                   where c.purged_at is null and c.created_at > $1 and b.state = $2 and b.finished_at is not null";
        let rows: Vec<AcceptedRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(since.as_micros())
            .bind(BatchState::Accepted.as_str())
            .fetch_all(pool)
            .await?);
        Ok(rows
            .into_iter()
            .map(|row| AcceptedBatch {
                company: CompanyId::from_uuid(row.company_id),
                id: BatchId::from_uuid(row.id),
                accepted_at: Timestamp::from_micros(row.finished_at),
                estimated_seconds: row.estimated_seconds,
            })
            .collect())
    }

    /// Has the URLs of a batch that Adobe took looked at, from an instant on. Says how many there are.
    pub async fn start_checks(
        &self,
        batch: &AcceptedBatch,
        first_look_at: Timestamp,
    ) -> Result<u64> {
        let sql = "update url_check set purged_at = $1, next_look_at = $2 where company_id = $3 and purged_at is null \
                   and invalidation_id = (select invalidation_id from batch where id = $4 and company_id = $3) \
                   and exists (select 1 from invalidation_url u where u.batch_id = $4 and u.url = url_check.sent_url)";
        Ok(on_writer!(self, |pool| sqlx::query(sql)
            .bind(batch.accepted_at.as_micros())
            .bind(first_look_at.as_micros())
            .bind(batch.company.uuid())
            .bind(batch.id.uuid())
            .execute(pool)
            .await?
            .rows_affected()))
    }

    /// Takes at most `limit` URLs whose look is due, the longest due first. Nobody else gets them until an instant.
    pub async fn lease_checks(
        &self,
        lease: CheckLease,
        now: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<DueCheck>> {
        let sql = if self.is_postgres() {
            lease!(" for update skip locked")
        } else {
            lease!("")
        };
        let rows: Vec<DueRow> = on_writer!(self, |pool| sqlx::query_as(sql)
            .bind(lease.0)
            .bind(until.as_micros())
            .bind(now.as_micros())
            .bind(at_most(limit))
            .fetch_all(pool)
            .await?);
        Ok(rows
            .into_iter()
            .map(|row| DueCheck {
                id: CheckId::from_uuid(row.id),
                company: CompanyId::from_uuid(row.company_id),
                url: row.url,
                covered: row.covered,
                purged_at: Timestamp::from_micros(row.purged_at),
                looks: u32::try_from(row.looks).unwrap_or(u32::MAX),
            })
            .collect())
    }

    /// Gives back what a process that died had taken. For a database with one owner, at its start.
    pub async fn release_checks(&self) -> Result<u64> {
        let sql = "update url_check set lease_owner = null, lease_until = null where lease_until is not null";
        Ok(on_writer!(self, |pool| sqlx::query(sql)
            .execute(pool)
            .await?
            .rows_affected()))
    }

    /// Stores what a round of looks came to, and gives the URL back. [`StoreError::Conflict`] when the lease is lost.
    pub async fn finish_round(
        &self,
        check: &DueCheck,
        lease: CheckLease,
        round: &Round,
    ) -> Result<()> {
        let sql = "update url_check set verdict = $1, doubt = $2, verdict_at = $3, looks = looks + 1, \
                   keeps = coalesce(keeps, $4), next_look_at = $5, lease_owner = null, lease_until = null \
                   where id = $6 and company_id = $7 and lease_owner = $8";
        let doubt = round.judgement.doubt.as_ref().map(ToString::to_string);
        let looks: Vec<_> = round.looks.iter().map(|look| (check.id, look)).collect();
        in_transaction!(self, |tx| {
            let finished = sqlx::query(sql)
                .bind(round.judgement.verdict.as_str())
                .bind(doubt.as_deref().map(storable))
                .bind(round.at.as_micros())
                .bind(micros(round.keeps))
                .bind(round.next_look_at.map(Timestamp::as_micros))
                .bind(check.id.uuid())
                .bind(check.company.uuid())
                .bind(lease.0)
                .execute(&mut *tx)
                .await?;
            if finished.rows_affected() == 0 {
                return Err(StoreError::Conflict);
            }
            insert_looks!(
                tx,
                check.company,
                &looks,
                " on conflict (check_id, format, kind) do update set at = excluded.at, failure = excluded.failure, \
                 status = excluded.status, hash = excluded.hash, etag = excluded.etag, \
                 last_modified = excluded.last_modified, length = excluded.length, cache_word = excluded.cache_word, \
                 age = excluded.age where url_look.kind <> 'before'"
            );
        });
        Ok(())
    }

    /// Has a URL looked at again, or all of an invalidation; those whose purge Adobe has not taken are passed over. Says
    /// how many there are.
    pub async fn look_again(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        check: Option<CheckId>,
        now: Timestamp,
    ) -> Result<u64> {
        let sql = "update url_check set next_look_at = $1 where invalidation_id = $2 and company_id = $3 \
                   and purged_at is not null and (id = $4 or $5 = $6)";
        let id = check.map_or(Uuid::nil(), CheckId::uuid);
        Ok(on_writer!(self, |pool| sqlx::query(sql)
            .bind(now.as_micros())
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .bind(id)
            .bind(check.is_none())
            .bind(true)
            .execute(pool)
            .await?
            .rows_affected()))
    }

    /// Which of these URLs an invalidation sent, with the instant at which Adobe took it, if it did.
    pub async fn sent_urls(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        urls: &[&str],
    ) -> Result<Vec<(String, Option<Timestamp>)>> {
        let mut found = Vec::new();
        for url in urls {
            let sql = "select u.url, case when b.state = $4 then b.finished_at end from batch b \
                       join invalidation_url u on u.batch_id = b.id \
                       where b.invalidation_id = $1 and b.company_id = $2 and u.url = $3 limit 1";
            let row: Option<(String, Option<i64>)> = on_reader!(self, |pool| sqlx::query_as(sql)
                .bind(invalidation.uuid())
                .bind(company.uuid())
                .bind(storable(url))
                .bind(BatchState::Accepted.as_str())
                .fetch_optional(pool)
                .await?);
            found.extend(row.map(|(url, at)| (url, instant(at))));
        }
        Ok(found)
    }
}
