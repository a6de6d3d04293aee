//! Who sends a batch: a node takes it by a lease, and renews the lease while it sends. What became of it then: see
//! [`super::batch_outcomes`].
//!
//! That no company has two requests on their way, the unique index `batch_in_flight` sees to, for all nodes.

use std::time::Duration;

use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store, StoreError, batches::ProbeRow};
use crate::{
    clock::Timestamp,
    domain::{
        BatchChange, BatchId, BatchState, CompanyId, InvalidationId, Probe, QueueEntry, Refusal,
    },
};

/// How often [`Store::claim_batch`] tries when other nodes are quicker. Whoever asks will ask again.
const CLAIM_ATTEMPTS: u32 = 5;

/// A process that sends: each has an id of its own from its start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeId(pub Uuid);

/// What asking for a batch to send came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// This one; nobody else has it.
    Taken(Box<WaitingBatch>),
    /// None now; something is due at that instant, unless it depends on others.
    Nothing {
        /// When.
        due: Option<Timestamp>,
    },
}

/// A batch that was taken from the queue to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingBatch {
    /// Which one.
    pub id: BatchId,
    /// Whose.
    pub company: CompanyId,
    /// Of which invalidation.
    pub invalidation: InvalidationId,
    /// Adobe's handle for the root of its URLs, when it is known.
    pub handle: Option<String>,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// How often it was taken, this time included.
    pub attempts: i32,
    /// How often in a row it did not go through for reasons that may pass.
    pub failures: u32,
    /// Nobody knows whether Adobe took an earlier attempt.
    pub maybe_taken: bool,
    /// The edge was looked at before anything of this invalidation was sent.
    pub looked: bool,
    /// Its URLs, in order.
    pub urls: Vec<String>,
    /// When only a part of it is to be sent: the search for a bad URL.
    pub search: Option<BatchSearch>,
}

/// The search for a bad URL in a batch that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchSearch {
    /// How many requests it may make.
    pub limit: i32,
    /// The place of the URL that goes first.
    pub sound: i64,
    /// What Adobe said of the whole batch.
    pub refusal: Option<Refusal>,
    /// What was answered so far.
    pub probes: Vec<Probe>,
}

#[derive(FromRow)]
struct ClaimRow {
    company_id: Uuid,
    invalidation_id: Uuid,
    handle: Option<String>,
    state: String,
    attempts: i32,
    failures: i32,
    maybe_taken: bool,
    search_limit: i32,
    search_sound: i64,
    refusal_code: Option<i32>,
    refusal_reason: Option<String>,
    looked_at: Option<i64>,
}

impl ClaimRow {
    fn into_batch(
        self,
        id: BatchId,
        taken_at: Timestamp,
        urls: Vec<String>,
        probes: Vec<Probe>,
    ) -> WaitingBatch {
        WaitingBatch {
            id,
            company: CompanyId::from_uuid(self.company_id),
            invalidation: InvalidationId::from_uuid(self.invalidation_id),
            handle: self.handle,
            taken_at,
            attempts: self.attempts + 1,
            failures: self.failures.unsigned_abs(),
            maybe_taken: self.maybe_taken,
            looked: self.looked_at.is_some(),
            urls,
            search: (self.search_limit > 0).then_some(BatchSearch {
                limit: self.search_limit,
                sound: self.search_sound,
                refusal: self.refusal_reason.map(|reason| Refusal {
                    code: self.refusal_code,
                    reason,
                }),
                probes,
            }),
        }
    }

    /// Each part of a search is sent for the first time, unless the one before it got no answer.
    fn change(&self) -> BatchChange {
        let again = if self.search_limit > 0 {
            self.failures > 0 || self.state == BatchState::Unknown.as_str()
        } else {
            self.attempts > 0
        };
        if again {
            BatchChange::Repeated
        } else {
            BatchChange::Sent
        }
    }
}

impl Store {
    /// Takes the batch that is next, of a company that has none on its way and whose pause is over, until the lease ends.
    /// No batch is given to two who ask at once. The company's next request is not made before `next_request_at`, even
    /// where this one is cut off. Whose turn it is goes by the [patience](QueueEntry::patience) of those who wait.
    pub async fn claim_batch(
        &self,
        node: NodeId,
        now: Timestamp,
        lease_until: Timestamp,
        next_request_at: Timestamp,
        patience: Duration,
    ) -> Result<Claim> {
        for _ in 0..CLAIM_ATTEMPTS {
            let queue = self.open_queues(patience).await?;
            let Some(next) = queue.iter().find(|entry| entry.is_due(now)) else {
                let due = queue.iter().filter_map(|entry| entry.not_before).min();
                return Ok(Claim::Nothing { due });
            };
            match self
                .take(next, node, now, lease_until, next_request_at)
                .await
            {
                Ok(Some(batch)) => return Ok(Claim::Taken(Box::new(batch))),
                // Another node was quicker with this one, or with another of the company.
                Ok(None) | Err(StoreError::Duplicate) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Claim::Nothing { due: Some(now) })
    }

    async fn take(
        &self,
        next: &QueueEntry,
        node: NodeId,
        now: Timestamp,
        lease_until: Timestamp,
        next_request_at: Timestamp,
    ) -> Result<Option<WaitingBatch>> {
        let (id, company) = (next.batch.uuid(), next.company.uuid());
        // What the queue said may be over by now: another node may have sent something of the company in between. This
        // keeps other nodes out until it is decided.
        let pause = "update company set next_request_at = $1 where id = $2 \
                     and (next_request_at is null or next_request_at <= $3)";
        // The company may have moved to another region since it was submitted: handles are a region's own, roots stay.
        let select = "select b.company_id, b.invalidation_id, case b.root when c.root then coalesce(c.handle, b.handle) \
                      when c.alias_root then coalesce(c.alias_handle, b.handle) else b.handle end as handle, b.state, b.attempts, b.failures, b.maybe_taken, \
                      b.search_limit, b.search_sound, b.refusal_code, b.refusal_reason, i.looked_at \
                      from batch b join invalidation i on i.id = b.invalidation_id join company c on c.id = b.company_id \
                      where b.id = $1 \
                      and b.state in ('waiting', 'unknown') and (b.retry_at is null or b.retry_at <= $2)";
        let lease =
            "update batch set sent_at = $1, lease_owner = $2, lease_until = $3 where id = $4";
        let urls = "select url from invalidation_url where batch_id = $1 order by position";
        let probes = "select batch_id, part, sent_at, answered_at, accepted, code, reason, receipt_handle, estimated_seconds, warnings \
                      from batch_probe where batch_id = $1 order by number";
        in_transaction!(self, |tx| {
            let paused = sqlx::query(pause)
                .bind(next_request_at.as_micros())
                .bind(company)
                .bind(now.as_micros())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if paused == 0 {
                return Ok(None);
            }
            let row: Option<ClaimRow> = sqlx::query_as(select)
                .bind(id)
                .bind(now.as_micros())
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else { return Ok(None) };
            if !change!(tx, company, id, row.change(), None, now, None) {
                return Ok(None);
            }
            sqlx::query(lease)
                .bind(now.as_micros())
                .bind(node.0.to_string())
                .bind(lease_until.as_micros())
                .bind(id)
                .execute(&mut *tx)
                .await?;
            let urls: Vec<String> = sqlx::query_scalar(urls)
                .bind(id)
                .fetch_all(&mut *tx)
                .await?;
            let probes: Vec<ProbeRow> = sqlx::query_as(probes).bind(id).fetch_all(&mut *tx).await?;
            let probes = probes
                .into_iter()
                .map(|row| row.into_probe().map(|(_, probe)| probe))
                .collect::<Result<_>>()?;
            Ok(Some(row.into_batch(next.batch, now, urls, probes)))
        })
    }

    /// Holds the lease for longer. False when the batch is no longer that node's.
    pub async fn renew_batch_lease(
        &self,
        batch: BatchId,
        node: NodeId,
        until: Timestamp,
    ) -> Result<bool> {
        let sql = "update batch set lease_until = $1 where id = $2 and lease_owner = $3";
        let renewed = on_writer!(self, |pool| sqlx::query(sql)
            .bind(until.as_micros())
            .bind(batch.uuid())
            .bind(node.0.to_string())
            .execute(pool)
            .await?
            .rows_affected());
        Ok(renewed > 0)
    }
}
