//! What people do to batches between two requests: hold them back, let them go on, call them off, have a bad URL looked
//! for. What is on its way is left alone: it is finished first.

use uuid::Uuid;

use super::{Result, Store, StoreError, convert::storable};
use crate::{
    clock::Timestamp,
    domain::{BatchChange, BatchId, CompanyId, InvalidationId, SEARCH_LIMIT},
};

/// What somebody wants of an invalidation that is being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steering {
    /// Send no further batch for now.
    Pause,
    /// Go on.
    Resume,
    /// Send no further batch at all.
    Cancel,
}

impl Steering {
    /// The change that it is for a batch.
    #[must_use]
    pub const fn change(self) -> BatchChange {
        match self {
            Self::Pause => BatchChange::Paused,
            Self::Resume => BatchChange::Resumed,
            Self::Cancel => BatchChange::Cancelled,
        }
    }
}

impl Store {
    /// Changes those batches of an invalidation to which it can happen; says how many. `by` is who wants it.
    pub async fn steer(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        steering: Steering,
        by: &str,
        now: Timestamp,
    ) -> Result<u64> {
        let select =
            "select id from batch where invalidation_id = $1 and company_id = $2 order by position";
        let finished = "update batch set finished_at = $1 where id = $2";
        let mut changed = 0;
        in_transaction!(self, |tx| {
            let batches: Vec<Uuid> = sqlx::query_scalar(select)
                .bind(invalidation.uuid())
                .bind(company.uuid())
                .fetch_all(&mut *tx)
                .await?;
            for batch in batches {
                let note = Some(storable(by).into_owned());
                let change = steering.change();
                if !change!(tx, company.uuid(), batch, change, None, now, note) {
                    continue;
                }
                changed += 1;
                if change.to().is_final() {
                    sqlx::query(finished)
                        .bind(now.as_micros())
                        .bind(batch)
                        .execute(&mut *tx)
                        .await?;
                }
            }
        });
        Ok(changed)
    }

    /// Puts a refused batch back into the queue, to have its bad URL found by at most so many further requests.
    /// `sound` is the place of the URL that goes first; a search that goes on keeps its own. Its failure is forgotten, but
    /// not the doubt that it left ([`super::Batch::ended_in_doubt`]).
    /// [`StoreError::Conflict`] when the batch is in no state for that.
    pub async fn start_search(
        &self,
        company: CompanyId,
        batch: BatchId,
        sound: i64,
        in_doubt: bool,
        by: &str,
        now: Timestamp,
    ) -> Result<()> {
        let (batch, company) = (batch.uuid(), company.uuid());
        let limit = "update batch set maybe_taken = (maybe_taken or $4), \
                     search_sound = case when search_limit = 0 then $1 else search_sound end, \
                     refusal_code = case when search_limit = 0 then failure_code else refusal_code end, \
                     refusal_reason = case when search_limit = 0 then failure_reason else refusal_reason end, \
                     search_limit = $2 + (select count(*) from batch_probe p where p.batch_id = $3), \
                     failures = 0, retry_at = null, finished_at = null where id = $3";
        let note = Some(storable(by).into_owned());
        in_transaction!(self, |tx| {
            let change = BatchChange::SearchStarted;
            if !change!(tx, company, batch, change, None, now, note) {
                return Err(StoreError::Conflict);
            }
            sqlx::query(limit)
                .bind(sound)
                .bind(SEARCH_LIMIT)
                .bind(batch)
                .bind(in_doubt)
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// Says that the edge was looked at before anything of this invalidation was sent.
    pub async fn set_looked(&self, invalidation: InvalidationId, now: Timestamp) -> Result<()> {
        let sql = "update invalidation set looked_at = $1 where id = $2 and looked_at is null";
        on_writer!(self, |pool| sqlx::query(sql)
            .bind(now.as_micros())
            .bind(invalidation.uuid())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(())
    }
}
