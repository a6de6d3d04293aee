//! One attempt to send one batch, or the part of it that a search for a bad URL wants sent.

use std::time::Duration;

use tracing::{error, info, warn};

use super::{Dispatcher, answer};
use crate::{
    domain::{Failure, FailureKind, Part, Probe, Receipt, Refusal, Search},
    ips::{Account, IpsError},
    ops::connection::{self, AccountError},
    store::{BatchOutcome, BatchSearch, Finished, StoreError, UncheckedBatch, WaitingBatch},
};

/// How often an outcome is tried to be stored. After that the lease ends, and the batch is sent again.
const STORE_ATTEMPTS: u32 = 5;
/// Between two of them.
const STORE_PAUSE: Duration = Duration::from_millis(500);

/// How an attempt ended.
struct Ended {
    outcome: BatchOutcome,
    /// What a search learnt from it.
    probe: Option<Probe>,
}

impl From<BatchOutcome> for Ended {
    fn from(outcome: BatchOutcome) -> Self {
        Self {
            outcome,
            probe: None,
        }
    }
}

impl Dispatcher {
    /// Sends a batch that this node has taken, and stores what became of it.
    pub(super) async fn send(&self, batch: &WaitingBatch) {
        let Ended { outcome, probe } = tokio::select! {
            ended = self.attempt(batch) => ended,
            () = self.hold(batch) => {
                warn!(batch = %batch.id, "the lease is lost; whoever can reach the database goes on with the batch");
                return;
            }
        };
        log(batch, &outcome);
        if !self.store_outcome(batch, &outcome, probe.as_ref()).await {
            return;
        }
        // A part that Adobe took is cleared now, and the search may be held back for days.
        if outcome.change().to().is_final() || probe.as_ref().is_some_and(Probe::is_accepted) {
            self.verifier
                .answered(UncheckedBatch {
                    company: batch.company,
                    invalidation: batch.invalidation,
                    id: batch.id,
                })
                .await;
        }
    }

    /// Renews the lease for as long as it is ours. Ends when another node has it, or may have it because it ran out while
    /// the database was away: what is on its way must not stay there beside the other's.
    async fn hold(&self, batch: &WaitingBatch) {
        let step = self.config.lease / 3;
        let mut held_until = batch.taken_at.plus(self.config.lease);
        loop {
            let now = self.clock.now();
            self.clock.sleep_until(held_until.min(now.plus(step))).await;
            let now = self.clock.now();
            if now >= held_until {
                return;
            }
            let until = now.plus(self.config.lease);
            let renewal = self.store.renew_batch_lease(batch.id, self.node, until);
            // A connection may hang: by the machine's time, for no longer than what is left of the lease.
            match tokio::time::timeout(held_until.since(now), renewal).await {
                Ok(Ok(true)) => held_until = until,
                Ok(Ok(false)) => return,
                // A database that is away for a moment takes the lease from nobody.
                Ok(Err(error)) => warn!(batch = %batch.id, %error, "a lease could not be renewed"),
                Err(_) => {
                    warn!(batch = %batch.id, "a lease could not be renewed in time");
                    return;
                }
            }
        }
    }

    /// Whether the outcome is stored. If not, nobody lost it: the batch is sent again.
    async fn store_outcome(
        &self,
        batch: &WaitingBatch,
        outcome: &BatchOutcome,
        probe: Option<&Probe>,
    ) -> bool {
        for _ in 0..STORE_ATTEMPTS {
            let now = self.clock.now();
            let finished = Finished {
                batch,
                node: self.node,
                outcome,
                probe,
                now,
                next_request_at: now.plus(self.config.pause),
            };
            match self.store.finish_batch(&finished).await {
                Ok(()) => return true,
                Err(StoreError::Conflict) => {
                    warn!(batch = %batch.id, "an outcome came after the lease had ended; another node goes on with the batch");
                    return false;
                }
                Err(error) => {
                    error!(batch = %batch.id, %error, "an outcome could not be stored");
                    self.clock.sleep(STORE_PAUSE).await;
                }
            }
        }
        error!(batch = %batch.id, "the batch will be sent again when its lease has ended");
        false
    }

    async fn attempt(&self, batch: &WaitingBatch) -> Ended {
        let account = match connection::account(&self.store, &self.vault, batch.company).await {
            Ok(account) => account,
            Err(AccountError::Store(error)) => {
                error!(batch = %batch.id, %error, "the account could not be read; the batch will be sent later");
                return answer::later(&self.config, &self.clock).into();
            }
            // Another process may have the right key.
            Err(error @ AccountError::Unopenable(_)) => {
                error!(batch = %batch.id, %error, "the batch will be sent later");
                return answer::without_key(batch, &self.config, &self.clock).into();
            }
            Err(error) => return not_connected(&error).into(),
        };
        let Some(handle) = &batch.handle else {
            return not_connected(&AccountError::NotConnected).into();
        };
        if !batch.looked
            && let Err(error) = self.look_before(batch).await
        {
            error!(batch = %batch.id, %error, "the look before the purge could not be stored; the batch will be sent later");
            return answer::later(&self.config, &self.clock).into();
        }
        let ended = self.ask(batch, &account, handle).await;
        if self
            .is_refused_too_late(batch, &account, &ended.outcome)
            .await
        {
            return answer::with_the_new_account(&self.clock).into();
        }
        ended
    }

    /// Makes the request that is next.
    async fn ask(&self, batch: &WaitingBatch, account: &Account, handle: &str) -> Ended {
        let Some(search) = &batch.search else {
            let answer = self
                .ips
                .cdn_cache_invalidation(account, handle, &batch.urls)
                .await;
            return match answer {
                Ok(receipt) => BatchOutcome::Accepted(receipt).into(),
                Err(error) => self.trouble(batch, &batch.urls, &error).into(),
            };
        };
        let progress = progress(batch, search, &search.probes);
        let Some(part) = progress.next.filter(|_| may_go_on(search, &search.probes)) else {
            return after_probe(batch, search, &search.probes, None).into();
        };
        let urls = urls_of(batch, &part);
        let answer = self
            .ips
            .cdn_cache_invalidation(account, handle, &urls)
            .await;
        self.searched(batch, search, part, &urls, answer)
    }

    /// Whether Adobe refused an account that somebody has changed meanwhile: that says nothing of the one that is there now.
    async fn is_refused_too_late(
        &self,
        batch: &WaitingBatch,
        account: &Account,
        outcome: &BatchOutcome,
    ) -> bool {
        let BatchOutcome::Failed { failure, .. } = outcome else {
            return false;
        };
        if failure.kind.holds_back().is_none() {
            return false;
        }
        let current =
            connection::is_current(&self.store, &self.vault, batch.company, Some(account));
        match current.await {
            Ok(is_current) => !is_current,
            Err(error) => {
                error!(batch = %batch.id, %error, "it could not be read whether the account is still the same");
                false
            }
        }
    }

    async fn look_before(&self, batch: &WaitingBatch) -> Result<(), StoreError> {
        self.verifier
            .before_sending(batch.company, batch.invalidation)
            .await?;
        self.store
            .set_looked(batch.invalidation, self.clock.now())
            .await
    }

    fn trouble(&self, batch: &WaitingBatch, urls: &[String], error: &IpsError) -> BatchOutcome {
        let failure = error.failure();
        if answer::may_pass(error) {
            return answer::again(batch, failure, &self.config, &self.clock);
        }
        BatchOutcome::Failed {
            failure,
            named_url: error.named_url(urls).map(str::to_owned),
        }
    }

    /// What an answer means for a search: a refusal because of a URL is what it is there for.
    fn searched(
        &self,
        batch: &WaitingBatch,
        search: &BatchSearch,
        part: Part,
        urls: &[String],
        answer: Result<Receipt, IpsError>,
    ) -> Ended {
        let answer = match answer.map_err(|error| (error.failure(), error)) {
            Ok(receipt) => Ok(receipt),
            Err((
                Failure {
                    kind: FailureKind::BadUrl,
                    code,
                    reason,
                },
                _,
            )) => Err(Refusal { code, reason }),
            Err((_, error)) => {
                return answer::of_a_search(self.trouble(batch, urls, &error), search).into();
            }
        };
        let receipt = answer.as_ref().ok().cloned();
        let probe = Probe {
            part,
            sent_at: Some(batch.taken_at),
            answered_at: Some(self.clock.now()),
            answer,
        };
        let probes: Vec<Probe> = search.probes.iter().chain([&probe]).cloned().collect();
        Ended {
            outcome: after_probe(batch, search, &probes, receipt),
            probe: Some(probe),
        }
    }
}

fn progress(batch: &WaitingBatch, search: &BatchSearch, probes: &[Probe]) -> Search {
    let urls = i64::try_from(batch.urls.len()).unwrap_or(i64::MAX);
    Search::of(urls, search.sound, probes)
}

fn may_go_on(search: &BatchSearch, probes: &[Probe]) -> bool {
    i32::try_from(probes.len()).is_ok_and(|made| made < search.limit)
}

fn urls_of(batch: &WaitingBatch, part: &Part) -> Vec<String> {
    let urls = (1..).zip(&batch.urls);
    urls.filter(|(place, _)| part.contains(*place))
        .map(|(_, url)| url.clone())
        .collect()
}

/// Goes on, or comes to an end: all taken, the connection at fault, bad URLs found, or requests used up.
fn after_probe(
    batch: &WaitingBatch,
    search: &BatchSearch,
    probes: &[Probe],
    receipt: Option<Receipt>,
) -> BatchOutcome {
    let progress = progress(batch, search, probes);
    if progress.next.is_some() && may_go_on(search, probes) {
        return BatchOutcome::SearchedOn;
    }
    if let Some(receipt) = receipt.filter(|_| progress.bad.is_empty() && progress.left.is_empty()) {
        return BatchOutcome::Accepted(receipt);
    }
    let bad = progress.bad.places().next();
    let refusal = match bad {
        Some(place) => Probe::refusal_of(place, probes),
        None => probes.iter().rev().find_map(Probe::refusal),
    };
    let refusal = refusal.or(search.refusal.as_ref());
    let kind = if progress.connection {
        FailureKind::Fault
    } else if progress.sent.is_empty() {
        FailureKind::BadUrl
    } else {
        FailureKind::Partial
    };
    BatchOutcome::Failed {
        failure: Failure {
            kind,
            code: refusal.and_then(|refusal| refusal.code),
            reason: refusal.map_or_else(
                || "Adobe refused a URL, and does not say which".to_owned(),
                |refusal| refusal.reason.clone(),
            ),
        },
        named_url: urls_of(batch, &progress.bad).into_iter().next(),
    }
}

fn not_connected(error: &AccountError) -> BatchOutcome {
    BatchOutcome::Failed {
        failure: Failure {
            kind: FailureKind::NotConnected,
            code: None,
            reason: error.to_string(),
        },
        named_url: None,
    }
}

fn log(batch: &WaitingBatch, outcome: &BatchOutcome) {
    let (id, invalidation, attempts) = (batch.id, batch.invalidation, batch.attempts);
    match outcome {
        BatchOutcome::Accepted(_) => {
            info!(batch = %id, %invalidation, attempts, urls = batch.urls.len(), "batch accepted");
        }
        BatchOutcome::SearchedOn => {
            info!(batch = %id, %invalidation, attempts, "a part of the batch was answered");
        }
        BatchOutcome::Failed { failure, .. } => {
            warn!(batch = %id, %invalidation, attempts, kind = failure.kind.as_str(), code = failure.code, "batch failed");
        }
        BatchOutcome::Postponed { reason, .. } => {
            warn!(batch = %id, %invalidation, attempts, reason, "nothing of the batch was sent; it is sent later");
        }
        BatchOutcome::Again { failure, .. } | BatchOutcome::Abandoned { failure, .. } => {
            warn!(batch = %id, %invalidation, attempts, kind = failure.kind.as_str(), "batch did not go through and is sent again");
        }
    }
}
