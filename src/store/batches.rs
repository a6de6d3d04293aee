//! The queue: batches on their way to Adobe, and what became of them.

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result, Store, StoreError,
    convert::{instant, storable, unknown},
};
use crate::{
    clock::Timestamp,
    domain::{BatchId, BatchState, CompanyId, Failure, FailureKind, InvalidationId, Receipt},
};

/// How often [`Store::next_batch`] tries when other nodes are quicker. Whoever asks will ask again.
const CLAIM_ATTEMPTS: u32 = 5;

/// One request to Adobe, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Which one.
    pub id: BatchId,
    /// Its place in the invalidation, from 1.
    pub position: i32,
    /// The root that its URLs have.
    pub root: String,
    /// Where it stands.
    pub state: BatchState,
    /// How many URLs it holds.
    pub url_count: i64,
    /// How often it was taken to be sent.
    pub attempts: i32,
    /// When it was taken last.
    pub sent_at: Option<Timestamp>,
    /// When it became final.
    pub finished_at: Option<Timestamp>,
    /// Adobe's answer, when it was accepted.
    pub receipt: Option<Receipt>,
    /// Why not, when it was refused or failed.
    pub failure: Option<Failure>,
    /// The URL that Adobe named when it refused.
    pub named_url: Option<String>,
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
    /// How often it was taken, this time included; above 1 it is a repeat.
    pub attempts: i32,
    /// What to send, in order.
    pub urls: Vec<String>,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchOutcome {
    /// Adobe took it.
    Accepted(Receipt),
    /// It did not go through. Where Adobe refused URLs the batch is refused, else failed.
    Failed {
        /// Why.
        failure: Failure,
        /// The URL that Adobe named.
        named_url: Option<String>,
    },
}

#[derive(FromRow)]
struct BatchRow {
    id: Uuid,
    position: i32,
    root: String,
    state: String,
    url_count: i64,
    attempts: i32,
    sent_at: Option<i64>,
    finished_at: Option<i64>,
    receipt_handle: Option<String>,
    estimated_seconds: Option<i32>,
    warnings: Option<i32>,
    failure_kind: Option<String>,
    failure_code: Option<i32>,
    failure_reason: Option<String>,
    named_url: Option<String>,
}

#[derive(FromRow)]
struct ClaimRow {
    id: Uuid,
    company_id: Uuid,
    invalidation_id: Uuid,
    handle: Option<String>,
    attempts: i32,
}

impl BatchRow {
    fn into_batch(self) -> Result<Batch> {
        let failure = match self.failure_kind {
            None => None,
            Some(kind) => Some(Failure {
                kind: FailureKind::from_word(&kind).ok_or_else(|| unknown("batch.failure_kind"))?,
                code: self.failure_code,
                reason: self.failure_reason.unwrap_or_default(),
            }),
        };
        Ok(Batch {
            id: BatchId::from_uuid(self.id),
            position: self.position,
            root: self.root,
            state: BatchState::from_word(&self.state).ok_or_else(|| unknown("batch.state"))?,
            url_count: self.url_count,
            attempts: self.attempts,
            sent_at: instant(self.sent_at),
            finished_at: instant(self.finished_at),
            receipt: self.warnings.map(|warnings| Receipt {
                handle: self.receipt_handle,
                estimated_seconds: self.estimated_seconds,
                warnings,
            }),
            failure,
            named_url: self.named_url,
        })
    }
}

/// Takes the oldest batch of a company that has none on its way.
///
/// Several nodes may run it at once. Two of them may take different batches of one company, because neither sees the
/// other's: then the unique index `batch_in_flight` refuses the later one.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "update batch set state = 'sending', attempts = attempts + 1, sent_at = $1 where state = 'waiting' and ",
            "id = (select w.id from batch w where w.state = 'waiting' and not exists ",
            "(select 1 from batch s where s.company_id = w.company_id and s.state = 'sending') ",
            "order by w.created_at, w.position, w.id limit 1",
            $lock,
            ") returning id, company_id, invalidation_id, handle, attempts"
        )
    };
}

impl Store {
    /// The batches of an invalidation, by position.
    pub async fn batches(&self, company: CompanyId, id: InvalidationId) -> Result<Vec<Batch>> {
        let sql = "select id, position, root, state, url_count, attempts, sent_at, finished_at, receipt_handle, \
                   estimated_seconds, warnings, failure_kind, failure_code, failure_reason, named_url \
                   from batch where invalidation_id = $1 and company_id = $2 order by position";
        let rows: Vec<BatchRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(id.uuid())
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(BatchRow::into_batch).collect()
    }

    /// Takes the oldest waiting batch to be sent, passing over companies that have one on its way. No batch is given
    /// to two who ask at once.
    pub async fn next_batch(&self, now: Timestamp) -> Result<Option<WaitingBatch>> {
        for _ in 0..CLAIM_ATTEMPTS {
            match self.claim_batch(now).await {
                Err(StoreError::Duplicate) => {}
                claimed => return claimed,
            }
        }
        Ok(None)
    }

    /// [`StoreError::Duplicate`] when another node has just taken one of the same company.
    async fn claim_batch(&self, now: Timestamp) -> Result<Option<WaitingBatch>> {
        let claim = if self.is_postgres() {
            claim!(" for update skip locked")
        } else {
            claim!("")
        };
        let urls = "select url from invalidation_url where batch_id = $1 order by position";
        in_transaction!(self, |tx| {
            let row: Option<ClaimRow> = sqlx::query_as(claim)
                .bind(now.as_micros())
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else { return Ok(None) };
            let urls: Vec<String> = sqlx::query_scalar(urls)
                .bind(row.id)
                .fetch_all(&mut *tx)
                .await?;
            Ok(Some(WaitingBatch {
                id: BatchId::from_uuid(row.id),
                company: CompanyId::from_uuid(row.company_id),
                invalidation: InvalidationId::from_uuid(row.invalidation_id),
                handle: row.handle,
                attempts: row.attempts,
                urls,
            }))
        })
    }

    /// Records what became of a batch that is on its way. [`StoreError::Conflict`] when it is not.
    pub async fn finish_batch(
        &self,
        batch: BatchId,
        outcome: &BatchOutcome,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "update batch set state = $1, finished_at = $2, receipt_handle = $3, estimated_seconds = $4, \
                   warnings = $5, failure_kind = $6, failure_code = $7, failure_reason = $8, named_url = $9 \
                   where id = $10 and state = $11";
        let (receipt, failure, named_url) = match outcome {
            BatchOutcome::Accepted(receipt) => (Some(receipt), None, None),
            BatchOutcome::Failed { failure, named_url } => {
                (None, Some(failure), named_url.as_deref())
            }
        };
        let finished = on_writer!(self, |pool| sqlx::query(sql)
            .bind(outcome.state().as_str())
            .bind(now.as_micros())
            .bind(
                receipt
                    .and_then(|receipt| receipt.handle.as_deref())
                    .map(storable)
            )
            .bind(receipt.and_then(|receipt| receipt.estimated_seconds))
            .bind(receipt.map(|receipt| receipt.warnings))
            .bind(failure.map(|failure| failure.kind.as_str()))
            .bind(failure.and_then(|failure| failure.code))
            .bind(failure.map(|failure| storable(&failure.reason)))
            .bind(named_url.map(storable))
            .bind(batch.uuid())
            .bind(BatchState::Sending.as_str())
            .execute(pool)
            .await?
            .rows_affected());
        if finished == 0 {
            Err(StoreError::Conflict)
        } else {
            Ok(())
        }
    }

    /// Puts batches that have been on their way since before an instant back into the queue; says how many. The process
    /// that sent them has died, and they are sent again.
    pub async fn release_batches(&self, sent_before: Timestamp) -> Result<u64> {
        let sql = "update batch set state = $1 where state = $2 and sent_at < $3";
        Ok(on_writer!(self, |pool| sqlx::query(sql)
            .bind(BatchState::Waiting.as_str())
            .bind(BatchState::Sending.as_str())
            .bind(sent_before.as_micros())
            .execute(pool)
            .await?
            .rows_affected()))
    }
}

impl BatchOutcome {
    /// The state that it leads to.
    const fn state(&self) -> BatchState {
        match self {
            Self::Accepted(_) => BatchState::Accepted,
            Self::Failed { failure, .. } => match failure.kind {
                FailureKind::BadUrl | FailureKind::Partial => BatchState::Refused,
                _ => BatchState::Failed,
            },
        }
    }
}
