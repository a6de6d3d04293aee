//! When a URL is looked at: from its purge on, and each time under a lease, so that one node looks.

use sqlx::FromRow;
use uuid::Uuid;

use super::Taken;
use crate::{
    clock::Timestamp,
    domain::{BatchId, BatchState, CheckId, CompanyId, FailureKind, InvalidationId, Purge},
    store::{Result, Store, convert::at_most},
};

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
    /// When it was purged.
    pub purge: Purge,
    /// Since when the look is due.
    pub due_at: Timestamp,
    /// How often it was looked at after the purge.
    pub looks: u32,
    /// What the last look left open.
    pub doubt: Option<String>,
}

/// A batch of which Adobe took something, and whose URLs nobody looks at yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UncheckedBatch {
    /// Whose.
    pub company: CompanyId,
    /// Of which invalidation.
    pub invalidation: InvalidationId,
    /// Which one.
    pub id: BatchId,
}

#[derive(FromRow)]
struct DueRow {
    id: Uuid,
    company_id: Uuid,
    url: String,
    covered: bool,
    purge_sent_at: Option<i64>,
    purged_at: i64,
    next_look_at: i64,
    looks: i64,
    doubt: Option<String>,
}

#[derive(FromRow)]
struct UncheckedRow {
    id: Uuid,
    company_id: Uuid,
    invalidation_id: Uuid,
}

impl From<UncheckedRow> for UncheckedBatch {
    fn from(row: UncheckedRow) -> Self {
        Self {
            company: CompanyId::from_uuid(row.company_id),
            invalidation: InvalidationId::from_uuid(row.invalidation_id),
            id: BatchId::from_uuid(row.id),
        }
    }
}

/// Takes checks that are due. Where rows are locked by another node, PostgreSQL passes over them.
macro_rules! lease {
    ($lock:literal) => {
        concat!(
            "update url_check set lease_owner = $1, lease_until = $2 where id in (select id from url_check ",
            "where company_id = $5 and next_look_at <= $3 and purged_at is not null and (lease_until is null or lease_until <= $3) ",
            "order by next_look_at, id limit $4",
            $lock,
            ") returning id, company_id, url, covered, purge_sent_at, purged_at, next_look_at, looks, doubt"
        )
    };
}

impl Store {
    /// The batches that ended after an instant and of which Adobe took something, and those of which it took a part then in a
    /// search that goes on or is held back; of invalidations with URLs that wait for that, or that somebody asked for before,
    /// when nothing cleared them; or whose sample is still to be chosen.
    pub async fn unchecked_batches(&self, since: Timestamp) -> Result<Vec<UncheckedBatch>> {
        let sql = "select b.id, b.company_id, b.invalidation_id from batch b where b.finished_at > $1 \
                   and (exists (select 1 from url_check c where c.invalidation_id = b.invalidation_id \
                   and (c.purged_at is null or (not c.covered and c.created_at <= b.finished_at))) \
                   or exists (select 1 from check_run r where r.invalidation_id = b.invalidation_id and not r.sampled)) \
                   and (b.state = $2 or (b.state in ($3, $4, $5) and (b.failure_kind = $6 or b.search_limit > 0))) \
                   union all select b.id, b.company_id, b.invalidation_id from batch b \
                   where b.search_limit > 0 and b.finished_at is null \
                   and exists (select 1 from batch_probe p where p.batch_id = b.id and p.accepted and p.answered_at > $1) \
                   and (exists (select 1 from url_check c where c.invalidation_id = b.invalidation_id \
                   and (c.purged_at is null or not c.covered)) \
                   or exists (select 1 from check_run r where r.invalidation_id = b.invalidation_id and not r.sampled))";
        let rows: Vec<UncheckedRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(since.as_micros())
            .bind(BatchState::Accepted.as_str())
            .bind(BatchState::Refused.as_str())
            .bind(BatchState::Failed.as_str())
            .bind(BatchState::Cancelled.as_str())
            .bind(FailureKind::Partial.as_str())
            .fetch_all(pool)
            .await?);
        Ok(rows.into_iter().map(UncheckedBatch::from).collect())
    }

    /// The accepted batches with URLs that wait for that, however old they are. All URLs are looked through whose purge is not
    /// known: for the start of a process.
    pub async fn forgotten_batches(&self) -> Result<Vec<UncheckedBatch>> {
        // The beginning of the URL, because that is what its index holds.
        let sql = "select distinct b.id, b.company_id, b.invalidation_id from url_check c cross join invalidation i \
                   cross join invalidation_url u cross join batch b where c.purged_at is null and c.covered \
                   and i.id = c.invalidation_id and u.company_id = i.company_id and u.number = i.number \
                   and substr(u.url, 1, 400) = substr(c.sent_url, 1, 400) and u.url = c.sent_url and b.id = u.batch_id \
                   and b.state = $1";
        let rows: Vec<UncheckedRow> = on_walker!(self, |pool| sqlx::query_as(sql)
            .bind(BatchState::Accepted.as_str())
            .fetch_all(pool)
            .await?);
        Ok(rows.into_iter().map(UncheckedBatch::from).collect())
    }

    /// Whether the sample of an invalidation is chosen, be it that nothing could be.
    pub async fn is_sampled(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
    ) -> Result<bool> {
        let sql = "select exists (select 1 from check_run where invalidation_id = $1 and company_id = $2 and sampled)";
        Ok(on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .fetch_one(pool)
            .await?))
    }

    /// Says that it is.
    pub async fn set_sampled(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "insert into check_run (invalidation_id, company_id, begun_at, sampled) \
                   select id, company_id, $3, $4 from invalidation where id = $1 and company_id = $2 \
                   on conflict (invalidation_id) do update set sampled = excluded.sampled";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .bind(now.as_micros())
            .bind(true)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Has the URLs of a batch that Adobe took looked at, from an instant on. Says how many there are.
    pub async fn start_checks(
        &self,
        batch: UncheckedBatch,
        taken: &Taken,
        first_look_at: Timestamp,
    ) -> Result<u64> {
        let waiting = "select c.id, u.position, u.url from url_check c \
                       join invalidation_url u on u.batch_id = $1 and u.url = c.sent_url \
                       where c.invalidation_id = $2 and c.company_id = $3 and (c.purged_at is null or not c.covered)";
        let start = "update url_check set covered = $1, purge_sent_at = $2, purged_at = $3, next_look_at = $4 \
                     where id = $5 and (purged_at is null or not covered)";
        let mut started = 0;
        in_transaction!(self, |tx| {
            let waiting: Vec<(Uuid, i64, String)> = sqlx::query_as(waiting)
                .bind(batch.id.uuid())
                .bind(batch.invalidation.uuid())
                .bind(batch.company.uuid())
                .fetch_all(&mut *tx)
                .await?;
            for (id, position, url) in waiting {
                if taken.holds(position, &url) {
                    let purge = taken.purge(position);
                    started += sqlx::query(start)
                        .bind(true)
                        .bind(purge.sent_at.as_micros())
                        .bind(purge.taken_at.as_micros())
                        .bind(first_look_at.as_micros())
                        .bind(id)
                        .execute(&mut *tx)
                        .await?
                        .rows_affected();
                }
            }
        });
        Ok(started)
    }

    /// The companies that have a URL whose look is due and that nobody has taken, or an invalidation of which all are wanted.
    pub async fn companies_with_due_checks(&self, now: Timestamp) -> Result<Vec<CompanyId>> {
        let sql = "select company_id from url_check where next_look_at <= $1 and purged_at is not null \
                   and (lease_until is null or lease_until <= $1) union select company_id from check_run where wants_all";
        let companies: Vec<Uuid> = on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(now.as_micros())
            .fetch_all(pool)
            .await?);
        Ok(companies.into_iter().map(CompanyId::from_uuid).collect())
    }

    /// Takes at most `limit` of a company's URLs whose look is due, the longest due first. Nobody else gets them until an
    /// instant.
    pub async fn lease_checks(
        &self,
        company: CompanyId,
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
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        Ok(rows
            .into_iter()
            .map(|row| DueCheck {
                id: CheckId::from_uuid(row.id),
                company: CompanyId::from_uuid(row.company_id),
                url: row.url,
                covered: row.covered,
                purge: Purge {
                    sent_at: Timestamp::from_micros(row.purge_sent_at.unwrap_or(row.purged_at)),
                    taken_at: Timestamp::from_micros(row.purged_at),
                },
                due_at: Timestamp::from_micros(row.next_look_at),
                looks: u32::try_from(row.looks).unwrap_or(u32::MAX),
                doubt: row.doubt,
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
}
