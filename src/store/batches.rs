//! Batches as they stand: what pages show. For sending them see [`super::batch_claims`], for what people do to them
//! [`super::batch_steering`].

use std::time::Duration;

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result, Store,
    convert::{CHUNK, from_json, instant, unknown},
    statement::Statement,
};
use crate::{
    clock::Timestamp,
    domain::{
        BatchChange, BatchEvent, BatchId, BatchState, CompanyId, Failure, FailureKind,
        InvalidationId, Part, Probe, QueueEntry, Receipt, Refusal, Search,
    },
};

/// One request to Adobe, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Which one.
    pub id: BatchId,
    /// Of which invalidation.
    pub invalidation: InvalidationId,
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
    /// When it was taken for the first time.
    pub first_sent_at: Option<Timestamp>,
    /// When it was taken last.
    pub sent_at: Option<Timestamp>,
    /// When it became final.
    pub finished_at: Option<Timestamp>,
    /// Adobe's answer, when it was accepted.
    pub receipt: Option<Receipt>,
    /// Why not, when it was refused or failed; or why the last attempt did not go through.
    pub failure: Option<Failure>,
    /// The URL that Adobe named when it refused, or that a search found.
    pub named_url: Option<String>,
    /// What held it back where nobody did: Adobe refused the account with another batch. Only of one that is paused.
    pub held_by: Option<FailureKind>,
    /// What somebody wants of it after the request that is on its way: to be paused, or called off.
    pub wish: Option<BatchChange>,
    /// Not to be sent again before.
    pub retry_at: Option<Timestamp>,
    /// Nobody knows whether Adobe took an earlier attempt.
    pub maybe_taken: bool,
    /// How many requests the search for a bad URL may make; 0 when there was none.
    pub search_limit: i32,
    /// The place of the URL that such a search sends first.
    pub search_sound: i64,
    /// What Adobe said of the whole batch, before the search.
    pub refusal: Option<Refusal>,
    /// The requests of the search that were answered.
    pub probes: Vec<Probe>,
}

impl Batch {
    /// Why Adobe refuses the URL at a place, as far as a search has found out.
    #[must_use]
    pub fn refusal_of(&self, place: i64) -> Option<&Refusal> {
        Probe::refusal_of(place, &self.probes).or(self.refusal.as_ref())
    }

    /// How far the search for a bad URL is, if there was one.
    #[must_use]
    pub fn search(&self) -> Option<Search> {
        (self.search_limit > 0).then(|| Search::of(self.url_count, self.search_sound, &self.probes))
    }

    /// What Adobe gave for it: one receipt, or one for each part that it took in a search.
    pub fn receipts(&self) -> impl Iterator<Item = &Receipt> {
        let parts = self
            .probes
            .iter()
            .filter_map(|probe| probe.answer.as_ref().ok());
        let whole = self.receipt.iter().filter(|_| self.probes.is_empty());
        parts.chain(whole)
    }

    /// How long Adobe expects the purge to take that takes longest, in seconds.
    #[must_use]
    pub fn estimated_seconds(&self) -> Option<i32> {
        let estimates = self.receipts().map(|receipt| receipt.estimated_seconds);
        estimates.max().flatten()
    }

    /// Whether it came to an end after which nobody knows what was cleared. A search that found out what it could ends as a
    /// partial answer too, and has no doubts.
    #[must_use]
    pub fn ended_in_doubt(&self) -> bool {
        let kind = self.failure.as_ref().map(|failure| failure.kind);
        let is_found_out = kind == Some(FailureKind::Partial)
            && self.search().is_some_and(|search| {
                search.next.is_none()
                    || self.probes.len() >= self.search_limit.unsigned_abs() as usize
            });
        kind.is_some_and(|kind| !kind.cleared_nothing()) && !is_found_out
    }

    /// Whether it is certain that nothing of it was cleared.
    #[must_use]
    pub fn cleared_nothing(&self) -> bool {
        let answer = match self.state {
            BatchState::Accepted => false,
            BatchState::Unknown | BatchState::Sending => self.attempts == 0,
            _ => self
                .failure
                .as_ref()
                .is_none_or(|failure| failure.kind.cleared_nothing()),
        };
        answer && !self.maybe_taken && !self.probes.iter().any(Probe::is_accepted)
    }
}

#[derive(FromRow)]
struct BatchRow {
    id: Uuid,
    invalidation_id: Uuid,
    position: i32,
    root: String,
    state: String,
    url_count: i64,
    attempts: i32,
    first_sent_at: Option<i64>,
    sent_at: Option<i64>,
    finished_at: Option<i64>,
    receipt_handle: Option<String>,
    estimated_seconds: Option<i32>,
    warnings: Option<i32>,
    failure_kind: Option<String>,
    failure_code: Option<i32>,
    failure_reason: Option<String>,
    named_url: Option<String>,
    held_by: Option<String>,
    steering: Option<String>,
    retry_at: Option<i64>,
    maybe_taken: bool,
    search_limit: i32,
    search_sound: i64,
    refusal_code: Option<i32>,
    refusal_reason: Option<String>,
}

#[derive(FromRow)]
struct EventRow {
    at: i64,
    change: String,
    attempts: i32,
    note: Option<String>,
}

#[derive(FromRow)]
pub(super) struct ProbeRow {
    batch_id: Uuid,
    part: String,
    sent_at: Option<i64>,
    answered_at: Option<i64>,
    accepted: bool,
    code: Option<i32>,
    reason: Option<String>,
    receipt_handle: Option<String>,
    estimated_seconds: Option<i32>,
    warnings: i32,
}

#[derive(FromRow)]
struct QueueRow {
    company_id: Uuid,
    invalidation_id: Uuid,
    id: Uuid,
    submitted_at: i64,
    served_at: Option<i64>,
    urls: i64,
    retry_at: Option<i64>,
    next_request_at: Option<i64>,
}

impl ProbeRow {
    pub fn into_probe(self) -> Result<(BatchId, Probe)> {
        let part: Part = from_json("batch_probe.part", &self.part)?;
        let answer = if self.accepted {
            Ok(Receipt {
                handle: self.receipt_handle,
                estimated_seconds: self.estimated_seconds,
                warnings: self.warnings,
            })
        } else {
            Err(Refusal {
                code: self.code,
                reason: self.reason.unwrap_or_default(),
            })
        };
        let probe = Probe {
            part,
            sent_at: instant(self.sent_at),
            answered_at: instant(self.answered_at),
            answer,
        };
        Ok((BatchId::from_uuid(self.batch_id), probe))
    }
}

impl From<QueueRow> for QueueEntry {
    fn from(row: QueueRow) -> Self {
        Self {
            company: CompanyId::from_uuid(row.company_id),
            invalidation: InvalidationId::from_uuid(row.invalidation_id),
            batch: BatchId::from_uuid(row.id),
            submitted_at: Timestamp::from_micros(row.submitted_at),
            served_at: instant(row.served_at),
            urls: row.urls,
            not_before: instant(row.retry_at.max(row.next_request_at)),
        }
    }
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
        let held_by = self
            .held_by
            .map(|word| FailureKind::from_word(&word).ok_or_else(|| unknown("batch.held_by")));
        let wish = self
            .steering
            .map(|word| BatchChange::from_word(&word).ok_or_else(|| unknown("batch.steering")));
        Ok(Batch {
            id: BatchId::from_uuid(self.id),
            invalidation: InvalidationId::from_uuid(self.invalidation_id),
            position: self.position,
            root: self.root,
            state: BatchState::from_word(&self.state).ok_or_else(|| unknown("batch.state"))?,
            url_count: self.url_count,
            attempts: self.attempts,
            first_sent_at: instant(self.first_sent_at),
            sent_at: instant(self.sent_at),
            finished_at: instant(self.finished_at),
            receipt: self.warnings.map(|warnings| Receipt {
                handle: self.receipt_handle,
                estimated_seconds: self.estimated_seconds,
                warnings,
            }),
            failure,
            named_url: self.named_url,
            held_by: held_by.transpose()?,
            wish: wish.transpose()?,
            retry_at: instant(self.retry_at),
            maybe_taken: self.maybe_taken,
            search_limit: self.search_limit,
            search_sound: self.search_sound,
            refusal: self.refusal_reason.map(|reason| Refusal {
                code: self.refusal_code,
                reason,
            }),
            probes: Vec::new(),
        })
    }
}

/// The next batch of each invalidation that has one. In order: a later batch never overtakes an earlier one.
macro_rules! queue {
    ($where:literal) => {
        concat!(
            "select b.company_id, b.invalidation_id, b.id, coalesce(i.submitted_at, b.created_at) as submitted_at, \
             (select max(s.sent_at) from batch s where s.invalidation_id = b.invalidation_id) as served_at, \
             (select cast(sum(w.url_count) as bigint) from batch w where w.company_id = b.company_id \
              and w.invalidation_id = b.invalidation_id and w.state in ('waiting', 'unknown')) as urls, \
             b.retry_at, c.next_request_at \
             from batch b join invalidation i on i.id = b.invalidation_id join company c on c.id = b.company_id \
             where b.state in ('waiting', 'unknown') and b.position = \
             (select min(f.position) from batch f where f.company_id = b.company_id \
              and f.invalidation_id = b.invalidation_id and f.state in ('waiting', 'unknown'))",
            $where
        )
    };
}

impl Store {
    /// The batches of an invalidation, by position.
    pub async fn batches(&self, company: CompanyId, id: InvalidationId) -> Result<Vec<Batch>> {
        self.batches_of(company, &[id]).await
    }

    /// The batches of several invalidations, by position, one invalidation after the other.
    pub async fn batches_of(
        &self,
        company: CompanyId,
        invalidations: &[InvalidationId],
    ) -> Result<Vec<Batch>> {
        if invalidations.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::default();
        statement.sql(
            "select id, invalidation_id, position, root, state, url_count, attempts, \
             (select min(e.at) from batch_event e where e.batch_id = batch.id and e.change = 'sent') as first_sent_at, \
             sent_at, finished_at, \
             receipt_handle, estimated_seconds, warnings, failure_kind, failure_code, failure_reason, named_url, \
             held_by, steering, retry_at, maybe_taken, search_limit, search_sound, refusal_code, refusal_reason \
             from batch where invalidation_id in ",
        );
        statement.uuids(invalidations.iter().map(|id| id.uuid()));
        statement.sql(" and company_id = ").uuid(company.uuid());
        statement.sql(" order by invalidation_id, position");
        let rows: Vec<BatchRow> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        let mut batches: Vec<Batch> = rows
            .into_iter()
            .map(BatchRow::into_batch)
            .collect::<Result<_>>()?;
        let mut searched: Vec<&mut Batch> = batches
            .iter_mut()
            .filter(|batch| batch.search_limit > 0)
            .collect();
        // As many as a statement may hold.
        for searched in searched.chunks_mut(CHUNK) {
            self.load_probes(searched).await?;
        }
        Ok(batches)
    }

    async fn load_probes(&self, batches: &mut [&mut Batch]) -> Result<()> {
        let mut statement = Statement::default();
        statement.sql(
            "select batch_id, part, sent_at, answered_at, accepted, code, reason, receipt_handle, estimated_seconds, warnings \
             from batch_probe where batch_id in ",
        );
        statement.uuids(batches.iter().map(|batch| batch.id.uuid()));
        statement.sql(" order by batch_id, number");
        let rows: Vec<ProbeRow> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        for row in rows {
            let (id, probe) = row.into_probe()?;
            if let Some(batch) = batches.iter_mut().find(|batch| batch.id == id) {
                batch.probes.push(probe);
            }
        }
        Ok(())
    }

    /// What happened to a batch, in order.
    pub async fn batch_events(
        &self,
        company: CompanyId,
        batch: BatchId,
    ) -> Result<Vec<BatchEvent>> {
        let sql = "select at, change, attempts, note from batch_event \
                   where batch_id = $1 and company_id = $2 order by number";
        let rows: Vec<EventRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(batch.uuid())
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        rows.into_iter()
            .map(|row| {
                Ok(BatchEvent {
                    at: Timestamp::from_micros(row.at),
                    change: BatchChange::from_word(&row.change)
                        .ok_or_else(|| unknown("batch_event.change"))?,
                    attempts: row.attempts,
                    note: row.note,
                })
            })
            .collect()
    }

    /// A company's queue, in order: each invalidation that has something to be sent, with its next batch.
    pub async fn queue(&self, company: CompanyId, patience: Duration) -> Result<Vec<QueueEntry>> {
        let sql = queue!(" and b.company_id = $1");
        let rows: Vec<QueueRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        Ok(in_order(rows, patience))
    }

    /// The queues of all companies that have nothing on its way, in one order.
    pub(super) async fn open_queues(&self, patience: Duration) -> Result<Vec<QueueEntry>> {
        let sql = queue!(
            " and not exists (select 1 from batch s where s.company_id = b.company_id and s.state = 'sending')"
        );
        let rows: Vec<QueueRow> =
            on_reader!(self, |pool| sqlx::query_as(sql).fetch_all(pool).await?);
        Ok(in_order(rows, patience))
    }

    /// How many requests went to Adobe for a company since an instant.
    pub async fn requests_since(&self, company: CompanyId, since: Timestamp) -> Result<u64> {
        // Not where the next event says that nothing was sent. That of a last attempt does not; it counts.
        let sql = "select count(*) from batch_event e where e.company_id = $1 and e.at >= $2 \
                   and e.change in ('sent', 'repeated') and not exists (select 1 from batch_event n \
                   where n.batch_id = e.batch_id and n.number = e.number + 1 and n.change in ('not-reached', 'postponed'))";
        let count: i64 = on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(company.uuid())
            .bind(since.as_micros())
            .fetch_one(pool)
            .await?);
        Ok(count.unsigned_abs())
    }

    /// How many requests are to be made for what was submitted for a company; that of a batch on its way was made.
    pub async fn requests_to_come(&self, company: CompanyId) -> Result<u64> {
        // By way of the invalidations that have not ended, of which there are few beside a long history.
        let sql = "select count(*) from invalidation i join batch b on b.invalidation_id = i.id where i.company_id = $1 \
                   and i.number is not null and i.state in ('sending', 'paused') and b.state in ('waiting', 'unknown', 'paused')";
        let count: i64 = on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(company.uuid())
            .fetch_one(pool)
            .await?);
        Ok(count.unsigned_abs())
    }
}

fn in_order(rows: Vec<QueueRow>, patience: Duration) -> Vec<QueueEntry> {
    let mut queue: Vec<QueueEntry> = rows.into_iter().map(QueueEntry::from).collect();
    QueueEntry::order(&mut queue, patience);
    queue
}
