//! URLs that are looked at before and after a purge, and what can be said about them: which ones (here), when they are
//! due (`due`) once Adobe took them (`taken`), how far looking at all of them has come (`all`), what a round of looks came to
//! (`rounds`), what each look showed (`looks`), what pages show of all that (`shown`), and what stayed old (`stayed_old`).

mod all;
mod due;
mod looks;
mod rounds;
mod shown;
mod stayed_old;
mod taken;

use std::time::Duration;

use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use self::looks::insert_looks;
pub use self::{
    all::Walked,
    due::{CheckLease, DueCheck, UncheckedBatch},
    looks::{StoredLook, StoredPicture},
    rounds::Round,
    shown::CheckCount,
    stayed_old::StayedOld,
    taken::Taken,
};
use super::{
    Result, Store,
    convert::{CHUNK, instant, storable, unknown, url_hash},
};
use crate::{
    clock::Timestamp,
    domain::{BatchId, CheckId, CompanyId, HostOrigin, InvalidationId, Purge, Verdict},
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
    /// When it was purged, if that is known already.
    pub purge: Option<Purge>,
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

impl Check {
    /// It is to be looked at again by itself.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        self.next_look_at.is_some()
    }

    /// It was seen to be old, and nothing better is expected.
    #[must_use]
    pub const fn stayed_old(&self) -> bool {
        self.covered
            && !self.is_pending()
            && matches!(self.verdict, Some(Verdict::StillOld | Verdict::CachedAgain))
    }

    /// It stayed old though the URL that covers it was purged. One that was cached again is none: its old copy was cleared.
    #[must_use]
    pub fn stayed_old_behind_its_base(&self) -> bool {
        self.stayed_old() && self.verdict == Some(Verdict::StillOld) && self.url != self.sent_url
    }
}

impl CheckRow {
    fn into_check(self) -> Result<Check> {
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
            verdict: verdict(self.verdict)?,
            doubt: self.doubt,
            verdict_at: instant(self.verdict_at),
        })
    }
}

fn verdict(word: Option<String>) -> Result<Option<Verdict>> {
    word.map(|word| Verdict::from_word(&word).ok_or_else(|| unknown("url_check.verdict")))
        .transpose()
}

fn micros(duration: Option<Duration>) -> Option<i64> {
    duration.map(|duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}

impl Store {
    /// Whether the URLs of an invalidation are to be looked at now, before its first byte is sent: true until something of
    /// it is looked at. Whoever began before and stored nothing has died.
    pub async fn begin_checks(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "insert into check_run (invalidation_id, company_id, begun_at) \
                   select id, company_id, $3 from invalidation where id = $1 and company_id = $2 \
                   on conflict (invalidation_id) do update set begun_at = excluded.begun_at where not exists \
                   (select 1 from url_check c where c.invalidation_id = check_run.invalidation_id)";
        let begun = on_writer!(self, |pool| sqlx::query(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .bind(now.as_micros())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(begun > 0)
    }

    /// Adds URLs that are looked at, with what was seen before the purge. One that is there already must come without looks,
    /// and stays as it is; but one that waits for its purge, or is cleared only by now, is looked at with what is known now.
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
                     created_at, purge_sent_at, purged_at, keeps, looks, next_look_at) ",
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
                        .push_bind(check.purge.map(|purge| purge.sent_at.as_micros()))
                        .push_bind(check.purge.map(|purge| purge.taken_at.as_micros()))
                        .push_bind(micros(check.keeps))
                        .push_bind(0_i64)
                        .push_bind(check.next_look_at.map(Timestamp::as_micros));
                });
                insert.push(
                    " on conflict (invalidation_id, url_hash) do update set covered = excluded.covered, \
                     sent_url = excluded.sent_url, asked = excluded.asked, purge_sent_at = excluded.purge_sent_at, \
                     purged_at = excluded.purged_at, next_look_at = excluded.next_look_at \
                     where (url_check.purged_at is null and excluded.purged_at is not null) \
                     or (excluded.covered and not url_check.covered)",
                );
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

    /// Says that somebody wants a URL, which was in the sample only.
    pub async fn set_asked(&self, company: CompanyId, check: CheckId) -> Result<()> {
        let sql = "update url_check set asked = $1 where id = $2 and company_id = $3";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(true)
            .bind(check.uuid())
            .bind(company.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }

    /// The URLs of an invalidation that name the same address as this one, with their batches and their places there. A
    /// host is the same in whatever letters, with or without its scheme's own port: HTTP has it so, and caches with it. The
    /// rest is the cache key.
    pub async fn sent_alike(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        url: &str,
    ) -> Result<Vec<(String, BatchId, i64)>> {
        let Some((host, rest)) = HostOrigin::split(url) else {
            return Ok(Vec::new());
        };
        // All of its URLs are gone through, for somebody who asks: no index holds what follows the host.
        let sql = "select u.url, b.id, u.position from batch b join invalidation_url u on u.batch_id = b.id \
                   where b.invalidation_id = $1 and b.company_id = $2 and (\
                   (lower(substr(u.url, 1, length($3))) = $3 and substr(u.url, length($3) + 1) = $5) or \
                   (lower(substr(u.url, 1, length($4))) = $4 and substr(u.url, length($4) + 1) = $5)) \
                   order by b.position, u.position";
        let rows: Vec<(String, Uuid, i64)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .bind(host.as_str())
            .bind(host.with_port())
            .bind(storable(rest))
            .fetch_all(pool)
            .await?);
        let sent = rows
            .into_iter()
            .map(|(url, batch, place)| (url, BatchId::from_uuid(batch), place));
        Ok(sent.collect())
    }

    /// Which of these URLs an invalidation sent or is about to, with their batches and their places there.
    pub async fn sent_urls(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        urls: &[&str],
    ) -> Result<Vec<(String, BatchId, i64)>> {
        let mut found = Vec::new();
        for url in urls {
            // The beginning of the URL, because that is what its index holds.
            let sql = "select u.url, b.id, u.position from invalidation_url u cross join batch b \
                       where u.company_id = $2 and substr(u.url, 1, 400) = substr($3, 1, 400) and u.url = $3 \
                       and b.id = u.batch_id and b.invalidation_id = $1 limit 1";
            let row: Option<(String, Uuid, i64)> = on_reader!(self, |pool| sqlx::query_as(sql)
                .bind(invalidation.uuid())
                .bind(company.uuid())
                .bind(storable(url))
                .fetch_optional(pool)
                .await?);
            found.extend(row.map(|(url, batch, place)| (url, BatchId::from_uuid(batch), place)));
        }
        Ok(found)
    }
}
