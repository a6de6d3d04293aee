//! What became of a batch that was sent.
//!
//! Whatever a node stores of a batch goes through its lease: one that lost it is told so, and cannot write over its
//! successor.

use std::borrow::Cow;

use uuid::Uuid;

use super::{
    NodeId, Result, Store, StoreError, WaitingBatch,
    convert::{storable, to_json},
};
use crate::{
    clock::Timestamp,
    domain::{BatchChange, BatchId, CompanyId, Failure, FailureKind, Probe, Receipt},
};

/// What became of a batch that was sent.
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
    /// It did not go through, for a reason that may pass: it is sent again.
    Again {
        /// Why; its kind tells whether Adobe may have taken it.
        failure: Failure,
        /// Not before.
        at: Timestamp,
    },
    /// Nothing was sent, because of ourselves, or with another account than there is now: it waits, and that is no failure of
    /// Adobe's to be counted.
    Postponed {
        /// Why.
        reason: &'static str,
        /// Not before.
        at: Timestamp,
    },
    /// Whoever sent it has died or lost its lease: it is sent again.
    Abandoned {
        /// What is known of that.
        failure: Failure,
        /// Not before.
        at: Timestamp,
    },
    /// A part of it was answered, and the search for the bad URL goes on.
    SearchedOn,
}

impl BatchOutcome {
    /// The change that it is.
    #[must_use]
    pub fn change(&self) -> BatchChange {
        match self {
            Self::Accepted(_) => BatchChange::Accepted,
            Self::Failed { failure, .. } => match failure.kind {
                FailureKind::BadUrl | FailureKind::Partial => BatchChange::Refused,
                _ => BatchChange::Failed,
            },
            Self::Again { failure, .. } if failure.kind.cleared_nothing() => {
                BatchChange::NotReached
            }
            Self::Again { .. } => BatchChange::NotAnswered,
            Self::Postponed { .. } => BatchChange::Postponed,
            Self::Abandoned { .. } => BatchChange::LeaseLost,
            Self::SearchedOn => BatchChange::SearchedOn,
        }
    }

    /// The failure after which nothing more is sent with the same account by itself, and what Adobe refused.
    fn refuses_account(&self) -> Option<(FailureKind, &'static str)> {
        let Self::Failed { failure, .. } = self else {
            return None;
        };
        Some((failure.kind, failure.kind.holds_back()?))
    }

    const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed { failure, .. }
            | Self::Again { failure, .. }
            | Self::Abandoned { failure, .. } => Some(failure),
            Self::Accepted(_) | Self::Postponed { .. } | Self::SearchedOn => None,
        }
    }

    /// What its event says besides.
    fn note(&self) -> Option<String> {
        match self {
            Self::Postponed { reason, .. } => Some((*reason).to_owned()),
            _ => Some(storable(&self.failure()?.reason).into_owned()),
        }
    }
}

/// A batch that was on its way when its lease ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostBatch {
    /// Which one.
    pub id: BatchId,
    /// Whose.
    pub company: CompanyId,
    /// How often in a row it did not go through for reasons that may pass, before this time.
    pub failures: u32,
    /// It was the last request that the search for a bad URL may make.
    pub ends_search: bool,
}

/// The end of an attempt.
#[derive(Debug, Clone)]
pub struct Finished<'a> {
    /// Which batch.
    pub batch: &'a WaitingBatch,
    /// Who sent it.
    pub node: NodeId,
    /// What became of it.
    pub outcome: &'a BatchOutcome,
    /// The request of a search that was answered.
    pub probe: Option<&'a Probe>,
    /// Now.
    pub now: Timestamp,
    /// The company's next request is not made before.
    pub next_request_at: Timestamp,
}

/// What a batch's row says about its last attempt.
struct Details<'a> {
    finished_at: Option<i64>,
    retry_at: Option<i64>,
    /// It is sent again, and the failures in a row go on; else there are none.
    goes_on: bool,
    /// How many there are more now.
    failures: i32,
    /// A request that got no answer: a search has one less to make.
    unanswered: bool,
    /// It is the end, and nothing was sent this time; so nothing ever was, unless an earlier attempt was.
    unsent: bool,
    receipt_handle: Option<Cow<'a, str>>,
    estimated_seconds: Option<i32>,
    warnings: Option<i32>,
    failure_kind: Option<&'static str>,
    failure_code: Option<i32>,
    failure_reason: Option<Cow<'a, str>>,
    named_url: Option<Cow<'a, str>>,
}

impl<'a> Details<'a> {
    const SQL: &'static str = "update batch set finished_at = $1, retry_at = $2, \
         failures = case when $3 then failures + $4 else 0 end, \
         search_limit = case when $5 and search_limit > 1 then search_limit - 1 else search_limit end, \
         receipt_handle = $6, estimated_seconds = $7, warnings = $8, failure_kind = $9, failure_code = $10, \
         failure_reason = $11, named_url = $12, \
         sent_at = case when $13 and not maybe_taken and search_limit = 0 then null else sent_at end where id = $14";

    fn of(outcome: &'a BatchOutcome, now: Timestamp) -> Self {
        let is_final = outcome.change().to().is_final();
        let (receipt, named_url, at) = match outcome {
            BatchOutcome::Accepted(receipt) => (Some(receipt), None, None),
            BatchOutcome::Failed { named_url, .. } => (None, named_url.as_deref(), None),
            BatchOutcome::Again { at, .. }
            | BatchOutcome::Postponed { at, .. }
            | BatchOutcome::Abandoned { at, .. } => (None, None, Some(at)),
            BatchOutcome::SearchedOn => (None, None, None),
        };
        let failure = outcome.failure();
        Self {
            finished_at: is_final.then_some(now.as_micros()),
            retry_at: at.map(|at| at.as_micros()),
            goes_on: at.is_some(),
            failures: i32::from(!matches!(outcome, BatchOutcome::Postponed { .. })),
            unanswered: outcome.change().leaves_doubt(),
            unsent: is_final
                && failure.is_some_and(|failure| {
                    matches!(
                        failure.kind,
                        FailureKind::Unreachable | FailureKind::NotConnected
                    )
                }),
            receipt_handle: receipt
                .and_then(|receipt| receipt.handle.as_deref())
                .map(storable),
            estimated_seconds: receipt.and_then(|receipt| receipt.estimated_seconds),
            warnings: receipt.map(|receipt| receipt.warnings),
            failure_kind: failure.map(|failure| failure.kind.as_str()),
            failure_code: failure.and_then(|failure| failure.code),
            failure_reason: failure.map(|failure| storable(&failure.reason)),
            named_url: named_url.map(storable),
        }
    }
}

/// Writes the details inside a transaction: `details!(tx, details, batch)`.
macro_rules! details {
    ($tx:ident, $details:ident, $batch:expr) => {
        sqlx::query(Details::SQL)
            .bind($details.finished_at)
            .bind($details.retry_at)
            .bind($details.goes_on)
            .bind($details.failures)
            .bind($details.unanswered)
            .bind($details.receipt_handle)
            .bind($details.estimated_seconds)
            .bind($details.warnings)
            .bind($details.failure_kind)
            .bind($details.failure_code)
            .bind($details.failure_reason)
            .bind($details.named_url)
            .bind($details.unsent)
            .bind($batch)
            .execute(&mut *$tx)
            .await?
    };
}

/// Holds back, inside a transaction, what else of the company waits to be sent with an account that Adobe has refused:
/// `hold_back!(tx, company, others, kind, why, now)`.
macro_rules! hold_back {
    ($tx:ident, $company:expr, $others:expr, $kind:expr, $why:expr, $now:expr) => {
        for other in $others {
            let change = BatchChange::Paused;
            if change!(
                $tx,
                $company,
                other,
                change,
                None,
                $now,
                Some($why.to_owned())
            ) {
                sqlx::query("update batch set held_by = $1 where id = $2")
                    .bind($kind.as_str())
                    .bind(other)
                    .execute(&mut *$tx)
                    .await?;
            }
        }
    };
}

impl Store {
    /// Stores what became of a batch. Where Adobe has refused the account, the company's other batches are held back, each
    /// with the reason. The assets of what Adobe took count as invalidated since the batch was taken to be
    /// sent: what changed meanwhile may not be cleared. [`StoreError::Conflict`] when it is no longer that node's.
    pub async fn finish_batch(&self, finished: &Finished<'_>) -> Result<()> {
        let Finished {
            batch,
            outcome,
            now,
            ..
        } = *finished;
        let (id, company) = (batch.id.uuid(), batch.company.uuid());
        let details = Details::of(outcome, now);
        let note = outcome.note();
        let next = "update company set next_request_at = $1 where id = $2";
        // The failure that the search is about stays.
        let searched_on = "update batch set failures = 0, retry_at = null where id = $1";
        let probe = "insert into batch_probe (company_id, batch_id, number, part, accepted, code, reason, receipt_handle, \
                     estimated_seconds, warnings, sent_at, answered_at) values ($1, $2, \
                     (select coalesce(max(number), 0) + 1 from batch_probe where batch_id = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        // All of them first and in order, as people steer them: two who lock the same in different orders end each other.
        let waiting = if self.is_postgres() {
            "select id from batch where company_id = $1 and (state in ('waiting', 'unknown') or state = 'sending') \
             order by invalidation_id, position for update"
        } else {
            "select id from batch where company_id = $1 and (state in ('waiting', 'unknown') or state = 'sending') \
             order by invalidation_id, position"
        };
        let refused = outcome.refuses_account();
        let owner = finished.node.0.to_string();
        let assets = self.assets_taken(finished).await?;
        in_transaction!(self, |tx| {
            // The company first, as when a batch is taken: after the event, whose foreign key locks the company's row too,
            // PostgreSQL 15 fails now and then with "new multixact has more than one updating member".
            sqlx::query(next)
                .bind(finished.next_request_at.as_micros())
                .bind(company)
                .execute(&mut *tx)
                .await?;
            let mut others: Vec<Uuid> = Vec::new();
            if refused.is_some() {
                others = sqlx::query_scalar(waiting)
                    .bind(company)
                    .fetch_all(&mut *tx)
                    .await?;
                others.retain(|other| *other != id);
            }
            if !change!(tx, company, id, outcome.change(), Some(owner), now, note) {
                return Err(StoreError::Conflict);
            }
            if let Some((kind, why)) = refused {
                hold_back!(tx, company, others, kind, why, now);
            }
            invalidated!(tx, company, assets, batch.taken_at);
            if let Some(answered) = finished.probe {
                let (receipt, refusal) = (answered.answer.as_ref().ok(), answered.refusal());
                sqlx::query(probe)
                    .bind(company)
                    .bind(id)
                    .bind(to_json(&answered.part)?)
                    .bind(answered.is_accepted())
                    .bind(refusal.and_then(|refusal| refusal.code))
                    .bind(refusal.map(|refusal| storable(&refusal.reason)))
                    .bind(
                        receipt
                            .and_then(|receipt| receipt.handle.as_deref())
                            .map(storable),
                    )
                    .bind(receipt.and_then(|receipt| receipt.estimated_seconds))
                    .bind(receipt.map_or(0, |receipt| receipt.warnings))
                    .bind(answered.sent_at.map(Timestamp::as_micros))
                    .bind(answered.answered_at.map(Timestamp::as_micros))
                    .execute(&mut *tx)
                    .await?;
            }
            if let BatchOutcome::SearchedOn = outcome {
                sqlx::query(searched_on).bind(id).execute(&mut *tx).await?;
            } else {
                details!(tx, details, id);
            }
            steer_on!(tx, company, id, now);
        });
        if !assets.is_empty() {
            self.catalogue_changed(batch.company);
        }
        Ok(())
    }

    /// The batches on their way whose lease has ended by an instant: whoever sent them has died or cannot reach the
    /// database.
    pub async fn lost_batches(&self, ended_by: Timestamp) -> Result<Vec<LostBatch>> {
        let sql = "select id, company_id, failures, search_limit > 0 and search_limit <= 1 + \
                   (select count(*) from batch_probe p where p.batch_id = batch.id) from batch \
                   where state = 'sending' and (lease_until is null or lease_until <= $1)";
        let rows: Vec<(Uuid, Uuid, i32, bool)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(ended_by.as_micros())
            .fetch_all(pool)
            .await?);
        let lost = rows
            .into_iter()
            .map(|(id, company, failures, ends_search)| LostBatch {
                id: BatchId::from_uuid(id),
                company: CompanyId::from_uuid(company),
                failures: failures.unsigned_abs(),
                ends_search,
            });
        Ok(lost.collect())
    }

    /// Stores what becomes of a lost batch: it is sent again, or has failed. False when it is no longer lost by that
    /// instant: its lease may have been renewed, or it may have been finished and sent anew, since it was read.
    pub async fn release_batch(
        &self,
        lost: &LostBatch,
        outcome: &BatchOutcome,
        ended_by: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        let still = if self.is_postgres() {
            "select id from batch where id = $1 and (lease_until is null or lease_until <= $2) for update"
        } else {
            "select id from batch where id = $1 and (lease_until is null or lease_until <= $2)"
        };
        let (id, company) = (lost.id.uuid(), lost.company.uuid());
        let details = Details::of(outcome, now);
        let note = outcome.note();
        in_transaction!(self, |tx| {
            let still: Option<Uuid> = sqlx::query_scalar(still)
                .bind(id)
                .bind(ended_by.as_micros())
                .fetch_optional(&mut *tx)
                .await?;
            if still.is_none() || !change!(tx, company, id, outcome.change(), None, now, note) {
                return Ok(false);
            }
            details!(tx, details, id);
            steer_on!(tx, company, id, now);
        });
        Ok(true)
    }
}
