//! Covered URLs that stayed old although their base URL was purged: signs that a host clears each full URL only.

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
}
