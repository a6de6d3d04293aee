//! How far the reading of each company's catalogue is, and who reads: one at a time, whatever the number of nodes.
//!
//! A reader holds a lease and renews it. Whatever it stores here goes through the lease: one that lost it is told so,
//! and cannot write over its successor. What people ask for (stop, interval, a reading now) is kept apart from that.

use std::time::Duration;

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result, Store, StoreError,
    convert::{instant, storable, unknown},
};
use crate::{
    clock::Timestamp,
    domain::{
        CatalogueSource, CatalogueSync, CompanyId, Notices, ReadingKind, SYNC_INTERVAL, Step,
        Unlisted,
    },
};

/// A reader: each reading has an id of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncLease(pub Uuid);

/// With where the company is connected now.
const SELECT: &str = "select s.company_id, k.endpoint, c.handle, k.email, read_endpoint, read_handle, read_email, kind, step, page, same_as, started_at, since_at, since_seen, total, seen, added, changed, \
                      vanished, skipped, full_read_at, read_until, swept_at, finished_at, wanted, stopped, refused, \
                      interval_seconds, by_modified, failures, notice, unlisted, unlisted_of, take_away, problem, problem_at, retry_at, lease_until \
                      from catalogue_sync s join company c on c.id = s.company_id \
                      left join connection k on k.company_id = s.company_id";

#[derive(FromRow)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent of each other, columns of one row"
)]
struct SyncRow {
    company_id: Uuid,
    endpoint: Option<String>,
    handle: Option<String>,
    email: Option<String>,
    read_endpoint: Option<String>,
    read_handle: Option<String>,
    read_email: Option<String>,
    kind: Option<String>,
    step: Option<String>,
    page: i64,
    same_as: Option<i64>,
    started_at: Option<i64>,
    since_at: Option<i64>,
    since_seen: i64,
    total: Option<i64>,
    seen: i64,
    added: i64,
    changed: i64,
    vanished: i64,
    skipped: i64,
    full_read_at: Option<i64>,
    read_until: Option<i64>,
    swept_at: Option<i64>,
    finished_at: Option<i64>,
    wanted: Option<String>,
    stopped: bool,
    refused: bool,
    interval_seconds: i64,
    by_modified: bool,
    failures: i64,
    notice: Option<String>,
    unlisted: Option<i64>,
    unlisted_of: Option<i64>,
    take_away: bool,
    problem: Option<String>,
    problem_at: Option<i64>,
    retry_at: Option<i64>,
    lease_until: Option<i64>,
}

impl SyncRow {
    fn into_sync(self) -> Result<CatalogueSync> {
        let kind = |column, word: Option<String>| {
            word.map(|word| ReadingKind::from_word(&word).ok_or_else(|| unknown(column)))
                .transpose()
        };
        Ok(CatalogueSync {
            source: source(self.endpoint, self.handle, self.email),
            read_from: source(self.read_endpoint, self.read_handle, self.read_email),
            kind: kind("catalogue_sync.kind", self.kind)?,
            step: self
                .step
                .map(|word| Step::from_word(&word).ok_or_else(|| unknown("catalogue_sync.step")))
                .transpose()?,
            page: u32::try_from(self.page).unwrap_or(u32::MAX),
            same_as: self.same_as.and_then(|page| u32::try_from(page).ok()),
            started_at: instant(self.started_at),
            since_at: instant(self.since_at),
            since_seen: self.since_seen.unsigned_abs(),
            total: self.total.map(i64::unsigned_abs),
            seen: self.seen.unsigned_abs(),
            added: self.added.unsigned_abs(),
            changed: self.changed.unsigned_abs(),
            vanished: self.vanished.unsigned_abs(),
            skipped: self.skipped.unsigned_abs(),
            full_read_at: instant(self.full_read_at),
            read_until: instant(self.read_until),
            swept_at: instant(self.swept_at),
            finished_at: instant(self.finished_at),
            wanted: kind("catalogue_sync.wanted", self.wanted)?,
            stopped: self.stopped,
            refused: self.refused,
            interval: Duration::from_secs(self.interval_seconds.unsigned_abs()),
            by_modified: self.by_modified,
            failures: u32::try_from(self.failures).unwrap_or(u32::MAX),
            notices: self
                .notice
                .as_deref()
                .map(Notices::from_text)
                .unwrap_or_default(),
            unlisted: self.unlisted.map(|assets| Unlisted {
                assets: assets.unsigned_abs(),
                of: self.unlisted_of.unwrap_or(assets).unsigned_abs(),
            }),
            take_away: self.take_away,
            problem: self.problem,
            problem_at: instant(self.problem_at),
            retry_at: instant(self.retry_at),
            lease_until: instant(self.lease_until),
        })
    }
}

fn source(
    endpoint: Option<String>,
    handle: Option<String>,
    email: Option<String>,
) -> Option<CatalogueSource> {
    Some(CatalogueSource {
        endpoint: endpoint?,
        handle: handle?,
        email: email?,
    })
}

/// The database's type for a number of ours; none of them comes near its end.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Store {
    /// How far a company's catalogue is read. A company without a row was never read.
    pub async fn catalogue_sync(&self, company: CompanyId) -> Result<CatalogueSync> {
        let sql = format!("{SELECT} where s.company_id = $1");
        let row: Option<SyncRow> =
            on_reader!(self, |pool| sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(company.uuid())
                .fetch_optional(pool)
                .await?);
        row.map_or_else(|| Ok(CatalogueSync::default()), SyncRow::into_sync)
    }

    /// The same of every company that is connected, and so can be read.
    pub async fn connected_syncs(&self) -> Result<Vec<(CompanyId, CatalogueSync)>> {
        let connected = "select company_id from connection order by company_id";
        let connected: Vec<Uuid> = on_reader!(self, |pool| sqlx::query_scalar(connected)
            .fetch_all(pool)
            .await?);
        let rows: Vec<SyncRow> =
            on_reader!(self, |pool| sqlx::query_as(SELECT).fetch_all(pool).await?);
        let mut known = std::collections::HashMap::new();
        for row in rows {
            known.insert(row.company_id, row.into_sync()?);
        }
        Ok(connected
            .into_iter()
            .map(|id| {
                let sync = known.remove(&id).unwrap_or_default();
                (CompanyId::from_uuid(id), sync)
            })
            .collect())
    }

    /// Asks for a reading as soon as may be, even where the last attempt has just failed. Where a larger one is asked for
    /// already, that one stays.
    pub async fn want_reading(&self, company: CompanyId, kind: ReadingKind) -> Result<()> {
        self.add_sync_row(company).await?;
        let sql = "update catalogue_sync set retry_at = null, wanted = case when wanted = 'full' \
                   or (wanted = 'sweep' and $1 = 'increment') then wanted else $1 end where company_id = $2";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(kind.as_str())
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Asks for the changes when nothing is asked for or under way that reads them, and they are known up to a time before an
    /// instant: not when the last reading ended, which may have been a long one, or one of IDs. Tells whether it did.
    pub async fn want_changes(&self, company: CompanyId, older_than: Timestamp) -> Result<bool> {
        let is_due = "select exists (select 1 from catalogue_sync where company_id = $1 and read_until < $2 \
                      and (step is null or kind = $3) and wanted is null)";
        let ask = "update catalogue_sync set wanted = $4 where company_id = $1 and read_until < $2 \
                   and (step is null or kind = $3) and wanted is null";
        // Mostly there is nothing to write, and then nobody who opens the picker need wait for somebody who writes.
        let is_due: bool = on_reader!(self, |pool| sqlx::query_scalar(is_due)
            .bind(company.uuid())
            .bind(older_than.as_micros())
            .bind(ReadingKind::Sweep.as_str())
            .fetch_one(pool)
            .await?);
        if !is_due {
            return Ok(false);
        }
        let asked = on_writer!(self, |pool| sqlx::query(ask)
            .bind(company.uuid())
            .bind(older_than.as_micros())
            .bind(ReadingKind::Sweep.as_str())
            .bind(ReadingKind::Increment.as_str())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(asked > 0)
    }

    /// Lets the next comparison take away whatever is not listed, see [`CatalogueSync::take_away`].
    pub async fn allow_taking_away(&self, company: CompanyId) -> Result<()> {
        self.add_sync_row(company).await?;
        let sql = "update catalogue_sync set take_away = $1 where company_id = $2";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(true)
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Says that a comparison has made use of that. Not where the company was connected elsewhere meanwhile: then the
    /// comparison there is still to come.
    pub async fn end_taking_away(&self, company: CompanyId, lease: SyncLease) -> Result<()> {
        let sql = "update catalogue_sync set take_away = $1 where company_id = $2 and lease_owner = $3 \
                   and read_endpoint = (select endpoint from connection where company_id = $2) \
                   and read_handle = (select handle from company where id = $2)";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(false)
            .bind(company.uuid())
            .bind(lease.0)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Stops the reading of a company's catalogue, or lets it go on, at once and where it was.
    pub async fn set_sync_stopped(&self, company: CompanyId, stopped: bool) -> Result<()> {
        self.add_sync_row(company).await?;
        let sql = "update catalogue_sync set stopped = $1, retry_at = null where company_id = $2";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(stopped)
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Lets it go on with an account that has just been verified: what stopped it is over.
    pub async fn accept_sync(&self, company: CompanyId) -> Result<()> {
        self.add_sync_row(company).await?;
        let sql = "update catalogue_sync set stopped = $1, refused = $1, retry_at = null where company_id = $2";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(false)
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Stops it over what somebody has to mend, see [`CatalogueSync::refused`].
    pub async fn refuse_sync(&self, company: CompanyId) -> Result<()> {
        self.add_sync_row(company).await?;
        let sql = "update catalogue_sync set stopped = $1, refused = $1, retry_at = null where company_id = $2";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(true)
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Sets how often changes are asked for, in whole seconds.
    pub async fn set_sync_interval(&self, company: CompanyId, interval: Duration) -> Result<()> {
        self.add_sync_row(company).await?;
        let sql = "update catalogue_sync set interval_seconds = $1 where company_id = $2";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(whole(interval.as_secs()))
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Takes the lease of a company until an instant, and tells how far its catalogue is read. `None` while somebody
    /// else holds it.
    pub async fn lease_sync(
        &self,
        company: CompanyId,
        lease: SyncLease,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<CatalogueSync>> {
        self.add_sync_row(company).await?;
        let sql = "update catalogue_sync set lease_owner = $1, lease_until = $2 \
                   where company_id = $3 and (lease_until is null or lease_until <= $4)";
        let leased = on_writer!(self, |pool| sqlx::query(sql)
            .bind(lease.0)
            .bind(until.as_micros())
            .bind(company.uuid())
            .bind(now.as_micros())
            .execute(pool)
            .await?
            .rows_affected());
        if leased == 0 {
            return Ok(None);
        }
        self.catalogue_sync(company).await.map(Some)
    }

    /// Holds the lease for longer. False when somebody else has it.
    pub async fn renew_sync_lease(
        &self,
        company: CompanyId,
        lease: SyncLease,
        until: Timestamp,
    ) -> Result<bool> {
        let sql =
            "update catalogue_sync set lease_until = $1 where company_id = $2 and lease_owner = $3";
        let renewed = on_writer!(self, |pool| sqlx::query(sql)
            .bind(until.as_micros())
            .bind(company.uuid())
            .bind(lease.0)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(renewed > 0)
    }

    /// Gives the lease back. One that was lost is no error.
    pub async fn release_sync(&self, company: CompanyId, lease: SyncLease) -> Result<()> {
        let sql = "update catalogue_sync set lease_owner = null, lease_until = null \
                   where company_id = $1 and lease_owner = $2";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .bind(lease.0)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Keeps how far the reading is. What was wanted is taken off the list when a reading of that kind has begun
    /// (`answers`), and where it asks for another itself, the larger of the two stays. A refusal can only end here. Tells
    /// whether somebody has stopped it; [`StoreError::Conflict`] when the lease is lost. Not yet safe from a power failure.
    pub async fn save_sync(
        &self,
        company: CompanyId,
        lease: SyncLease,
        sync: &CatalogueSync,
        answers: Option<ReadingKind>,
    ) -> Result<bool> {
        let sql = "update catalogue_sync set kind = $3, step = $4, page = $5, started_at = $6, since_at = $7, \
                   since_seen = $8, total = $9, seen = $10, added = $11, changed = $12, vanished = $13, skipped = $14, \
                   full_read_at = $15, read_until = $16, swept_at = $17, finished_at = $18, by_modified = $19, \
                   failures = $20, problem = $21, problem_at = $22, retry_at = $23, notice = $26, \
                   read_endpoint = $27, read_handle = $28, read_email = $29, \
                   wanted = case when wanted = $24 or (wanted = 'increment' and $24 = 'full') then $25 \
                   when wanted is null or (wanted = 'increment' and $25 is not null) or $25 = 'full' then $25 \
                   else wanted end, \
                   unlisted = $30, unlisted_of = $31, same_as = $32, refused = (refused and $33) \
                   where company_id = $1 and lease_owner = $2 returning stopped";
        let (read_from, notices) = (sync.read_from.as_ref(), sync.notices.to_text());
        let stopped: Option<bool> = in_transaction_flushed_if!(self, false, |tx| {
            sqlx::query_scalar(sql)
                .bind(company.uuid())
                .bind(lease.0)
                .bind(sync.kind.map(ReadingKind::as_str))
                .bind(sync.step.map(Step::as_str))
                .bind(i64::from(sync.page))
                .bind(sync.started_at.map(Timestamp::as_micros))
                .bind(sync.since_at.map(Timestamp::as_micros))
                .bind(whole(sync.since_seen))
                .bind(sync.total.map(whole))
                .bind(whole(sync.seen))
                .bind(whole(sync.added))
                .bind(whole(sync.changed))
                .bind(whole(sync.vanished))
                .bind(whole(sync.skipped))
                .bind(sync.full_read_at.map(Timestamp::as_micros))
                .bind(sync.read_until.map(Timestamp::as_micros))
                .bind(sync.swept_at.map(Timestamp::as_micros))
                .bind(sync.finished_at.map(Timestamp::as_micros))
                .bind(sync.by_modified)
                .bind(i64::from(sync.failures))
                .bind(sync.problem.as_deref().map(storable))
                .bind(sync.problem_at.map(Timestamp::as_micros))
                .bind(sync.retry_at.map(Timestamp::as_micros))
                .bind(answers.map(ReadingKind::as_str))
                .bind(
                    sync.wanted
                        .filter(|_| sync.step.is_none() || sync.kind != Some(ReadingKind::Full))
                        .map(ReadingKind::as_str),
                )
                .bind(notices.as_deref().map(storable))
                .bind(read_from.map(|it| storable(&it.endpoint)))
                .bind(read_from.map(|it| storable(&it.handle)))
                .bind(read_from.map(|it| storable(&it.email)))
                .bind(sync.unlisted.map(|unlisted| whole(unlisted.assets)))
                .bind(sync.unlisted.map(|unlisted| whole(unlisted.of)))
                .bind(sync.same_as.map(i64::from))
                .bind(sync.refused)
                .fetch_optional(&mut *tx)
                .await?
        });
        stopped.ok_or(StoreError::Conflict)
    }

    async fn add_sync_row(&self, company: CompanyId) -> Result<()> {
        let sql = "insert into catalogue_sync (company_id, page, since_seen, seen, added, changed, vanished, skipped, \
                   stopped, interval_seconds, by_modified, failures) values ($1, 1, 0, 0, 0, 0, 0, 0, $2, $3, $2, 0) \
                   on conflict (company_id) do nothing";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(company.uuid())
            .bind(false)
            .bind(whole(SYNC_INTERVAL.as_secs()))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
