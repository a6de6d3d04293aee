//! Covered URLs that stayed old although their base URL was purged: signs that a host clears each full URL only.

use std::collections::BTreeMap;

use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    clock::Timestamp,
    domain::{CompanyId, HostOrigin, InvalidationId, Verdict},
    store::{Result, Store},
};

/// So many invalidations are looked through, the latest first.
const LATEST: i64 = 100;

/// So many URLs are looked through.
const MOST: i64 = 5_000;

/// A covered URL that stayed old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayedOld {
    /// On this host.
    pub host: HostOrigin,
    /// In this invalidation.
    pub invalidation: InvalidationId,
    /// When Adobe took the purge of its base URL.
    pub purged_at: Timestamp,
}

#[derive(FromRow)]
struct StayedOldRow {
    url: String,
    invalidation_id: Uuid,
    purged_at: i64,
}

/// How many of an invalidation's covered URLs stayed old, by how their host is written: up to the first `/` after the
/// scheme. No host is shorter than a character.
macro_rules! by_host {
    ($position:literal) => {
        concat!(
            "select substr(url, 1, 8 + ",
            $position,
            "(substr(url, 9) || '/', '/')) as host, count(*) as urls from url_check where invalidation_id = $1 and company_id = $2 ",
            "and covered and url <> sent_url and verdict = $3 and next_look_at is null group by host"
        )
    };
}

impl Store {
    /// The covered URLs that stayed old, in the company's latest invalidations, the latest first. One that came into a cache
    /// anew is not among them: its old copy was cleared.
    pub async fn stayed_old(&self, company: CompanyId) -> Result<Vec<StayedOld>> {
        let sql = "select c.url, c.invalidation_id, c.purged_at from (select id, submitted_at from invalidation \
                   where company_id = $1 and submitted_at is not null order by submitted_at desc, id desc limit $2) i \
                   join url_check c on c.invalidation_id = i.id where c.covered = $3 and c.url <> c.sent_url \
                   and c.verdict = $4 and c.next_look_at is null and c.purged_at is not null \
                   order by i.submitted_at desc, c.id limit $5";
        let rows: Vec<StayedOldRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .bind(LATEST)
            .bind(true)
            .bind(Verdict::StillOld.as_str())
            .bind(MOST)
            .fetch_all(pool)
            .await?);
        let stayed_old = |row: StayedOldRow| {
            Some(StayedOld {
                host: HostOrigin::of(&row.url)?,
                invalidation: InvalidationId::from_uuid(row.invalidation_id),
                purged_at: Timestamp::from_micros(row.purged_at),
            })
        };
        Ok(rows.into_iter().filter_map(stayed_old).collect())
    }

    /// On which hosts covered URLs of an invalidation stayed old, and how many, see [`Check::stayed_old_behind_its_base`].
    ///
    /// [`Check::stayed_old_behind_its_base`]: crate::store::Check::stayed_old_behind_its_base
    pub async fn stayed_old_by_host(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
    ) -> Result<BTreeMap<HostOrigin, u64>> {
        let sql = if self.is_postgres() {
            by_host!("strpos")
        } else {
            by_host!("instr")
        };
        let rows: Vec<(String, i64)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(invalidation.uuid())
            .bind(company.uuid())
            .bind(Verdict::StillOld.as_str())
            .fetch_all(pool)
            .await?);
        let mut hosts = BTreeMap::new();
        for (host, urls) in rows {
            // One host may be written in several ways.
            if let Some(host) = HostOrigin::of(&host) {
                *hosts.entry(host).or_insert(0) += urls.unsigned_abs();
            }
        }
        Ok(hosts)
    }
}
