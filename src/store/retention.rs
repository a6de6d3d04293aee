//! Forgetting: what was submitted long ago is deleted where the installation says so, a little at a time.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store, statement::Statement};
use crate::clock::Timestamp;

/// URLs that go in one transaction, and those of the batch in which this is reached. The lock is held for a fraction of a
/// second.
const URLS_AT_ONCE: i64 = 2_000;

/// Invalidations that go in one transaction.
const INVALIDATIONS_AT_ONCE: i64 = 100;

#[derive(FromRow)]
struct Empty {
    id: Uuid,
    number: i64,
}

impl Store {
    /// Deletes some of what was submitted before an instant and is not under way; false when there was nothing left.
    /// URLs go first, batch by batch, and their invalidation when it has none left. Drafts are never touched.
    pub async fn forget_some(&self, before: Timestamp) -> Result<bool> {
        let batches = "delete from batch where id in (select id from (\
                       select b.id, sum(b.url_count) over (order by old.number, b.position) - b.url_count as earlier \
                       from (select id, number from invalidation \
                             where number is not null and submitted_at < $1 and state not in ('sending', 'paused') \
                             order by number limit $2) old join batch b on b.invalidation_id = old.id) counted \
                       where earlier < $3)";
        let empty = "select i.id, i.number from (select id, number from invalidation \
                     where number is not null and submitted_at < $1 and state not in ('sending', 'paused') \
                     order by number limit $2) i \
                     where not exists (select 1 from batch b where b.invalidation_id = i.id)";
        let trigrams = if self.is_postgres() {
            "delete from _history_trigram where number in "
        } else {
            "delete from _history_trigram where rowid in "
        };
        Ok(in_transaction!(self, |tx| {
            let gone = sqlx::query(batches)
                .bind(before.as_micros())
                .bind(INVALIDATIONS_AT_ONCE)
                .bind(URLS_AT_ONCE)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            let empty: Vec<Empty> = sqlx::query_as(empty)
                .bind(before.as_micros())
                .bind(INVALIDATIONS_AT_ONCE)
                .fetch_all(&mut *tx)
                .await?;
            if !empty.is_empty() {
                for sql in [trigrams, "delete from history_asset where number in "] {
                    let mut statement = Statement::default();
                    statement
                        .sql(sql)
                        .numbers(empty.iter().map(|row| row.number));
                    build!(statement).build().execute(&mut *tx).await?;
                }
                let mut statement = Statement::default();
                statement
                    .sql("delete from invalidation where id in ")
                    .uuids(empty.iter().map(|row| row.id));
                build!(statement).build().execute(&mut *tx).await?;
            }
            gone > 0 || !empty.is_empty()
        }))
    }
}
