//! What people do to batches: hold them back, let them go on, call them off, have a bad URL looked for. What is on its way is
//! finished first; where no clear answer comes, it is not sent again against their will.

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

/// Changes a batch inside a transaction as somebody wants it, and tells whether it could:
/// `steered!(tx, company, batch, change, by, now)`.
macro_rules! steered {
    ($tx:ident, $company:expr, $batch:expr, $change:expr, $by:expr, $now:expr) => {{
        let is_changed = change!($tx, $company, $batch, $change, None, $now, Some($by));
        if is_changed && $change.to().is_final() {
            sqlx::query("update batch set finished_at = $1, retry_at = null where id = $2")
                .bind($now.as_micros())
                .bind($batch)
                .execute(&mut *$tx)
                .await?;
        }
        is_changed
    }};
}

/// Does inside a transaction what somebody wanted of a batch while it was on its way, where it would go on otherwise.
macro_rules! steer_on {
    ($tx:ident, $company:expr, $batch:expr, $now:expr) => {{
        let wished: (Option<String>, Option<String>) =
            sqlx::query_as("select steering, steered_by from batch where id = $1")
                .bind($batch)
                .fetch_one(&mut *$tx)
                .await?;
        if let (Some(word), Some(by)) = wished {
            if let Some(change) = $crate::domain::BatchChange::from_word(&word) {
                steered!($tx, $company, $batch, change, by, $now);
            }
            sqlx::query("update batch set steering = null, steered_by = null where id = $1")
                .bind($batch)
                .execute(&mut *$tx)
                .await?;
        }
    }};
}

impl Store {
    /// Changes those batches of an invalidation to which it can happen; says how many. What is on its way is changed when
    /// its attempt ends, unless Adobe has answered. `by` is who wants it.
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
        let mark =
            "update batch set steering = $1, steered_by = $2 where id = $3 and state = 'sending'";
        let mut changed = 0;
        in_transaction!(self, |tx| {
            let batches: Vec<Uuid> = sqlx::query_scalar(select)
                .bind(invalidation.uuid())
                .bind(company.uuid())
                .fetch_all(&mut *tx)
                .await?;
            for batch in batches {
                let (change, by) = (steering.change(), storable(by).into_owned());
                let wish = (steering != Steering::Resume).then(|| change.as_str());
                if steered!(tx, company.uuid(), batch, change, by.clone(), now) {
                    changed += 1;
                    continue;
                }
                let marked = sqlx::query(mark)
                    .bind(wish)
                    .bind(wish.map(|_| by.as_str()))
                    .bind(batch)
                    .execute(&mut *tx)
                    .await?
                    .rows_affected();
                // Its attempt may have ended just now.
                if marked == 1 || steered!(tx, company.uuid(), batch, change, by, now) {
                    changed += 1;
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
