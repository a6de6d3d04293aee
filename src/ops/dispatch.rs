//! Sends what was submitted: a background task that takes waiting batches, one per company at a time.
//!
//! A batch is stored as *sending* before its first byte leaves, so that a crash leaves it to be sent again; a
//! repeat is safe for Adobe. Retries and leases between nodes come with their own issue; the claim is atomic already.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, info, warn};

use crate::{
    clock::{Clock, Timestamp},
    domain::{Failure, FailureKind},
    ips,
    ops::{
        connection::{self, AccountError},
        verify::Verifier,
    },
    store::{BatchOutcome, Store, StoreError, WaitingBatch},
    vault::Vault,
};

/// How often the database is asked when nobody says that there is something to send: by then another node, or
/// a database that was away for a while, may have left something.
const IDLE: Duration = Duration::from_secs(5);

const END_OF_TIME: Timestamp = Timestamp::from_micros(i64::MAX);

/// Sends submitted batches. Cheap to clone; all clones wake the same task.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    store: Store,
    vault: Vault,
    ips: ips::Client,
    verifier: Verifier,
    clock: Clock,
    /// A batch that has been on its way for longer than this was left by a process that died.
    abandoned_after: Duration,
    wake: Arc<Notify>,
}

impl Dispatcher {
    /// Puts it together; nothing is sent before [`Dispatcher::run`]. `ips_timeout` is how long a request may take.
    #[must_use]
    pub fn new(
        store: Store,
        vault: Vault,
        ips: ips::Client,
        verifier: Verifier,
        clock: Clock,
        ips_timeout: Duration,
    ) -> Self {
        Self {
            store,
            vault,
            ips,
            verifier,
            clock,
            abandoned_after: 2 * ips_timeout,
            wake: Arc::default(),
        }
    }

    /// Says that something waits to be sent.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Sends until cancelled, then waits for what is on its way.
    pub async fn run(self, cancel: CancellationToken) {
        let tasks = TaskTracker::new();
        if self.store.is_single_node() {
            // Nobody else sends: what is on its way was left by the process before this one.
            self.release(END_OF_TIME).await;
        }
        while !cancel.is_cancelled() {
            if let Err(error) = self.send_waiting(&tasks).await {
                error!(%error, "waiting batches could not be read");
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(IDLE) => {}
                () = cancel.cancelled() => {}
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    async fn send_waiting(&self, tasks: &TaskTracker) -> Result<(), StoreError> {
        self.release(self.clock.now().minus(self.abandoned_after))
            .await;
        while let Some(batch) = self.store.next_batch(self.clock.now()).await? {
            let this = self.clone();
            tasks.spawn(async move {
                this.send(batch).await;
                this.wake();
            });
        }
        Ok(())
    }

    /// Puts what was sent before an instant, and never finished, back into the queue.
    async fn release(&self, sent_before: Timestamp) {
        match self.store.release_batches(sent_before).await {
            Ok(0) => {}
            Ok(released) => warn!(
                released,
                "batches that were left on their way are sent again"
            ),
            Err(error) => {
                error!(%error, "batches that were left on their way could not be looked for");
            }
        }
    }

    async fn send(&self, batch: WaitingBatch) {
        let Some(outcome) = self.outcome(&batch).await else {
            return;
        };
        match &outcome {
            BatchOutcome::Accepted(_) => {
                info!(batch = %batch.id, invalidation = %batch.invalidation, urls = batch.urls.len(), "batch accepted");
            }
            BatchOutcome::Failed { failure, .. } => {
                warn!(batch = %batch.id, invalidation = %batch.invalidation, kind = failure.kind.as_str(), code = failure.code, "batch failed");
            }
        }
        if let Err(error) = self
            .store
            .finish_batch(batch.id, &outcome, self.clock.now())
            .await
        {
            error!(batch = %batch.id, %error, "an outcome could not be stored; the batch will be sent again");
        } else if matches!(outcome, BatchOutcome::Accepted(_)) {
            self.verifier.accepted(batch.company, batch.id).await;
        }
    }

    /// `None` when our own database failed: nothing was sent, and the batch is taken up again like one that was left.
    async fn outcome(&self, batch: &WaitingBatch) -> Option<BatchOutcome> {
        let account = match connection::account(&self.store, &self.vault, batch.company).await {
            Ok(account) => account,
            Err(AccountError::Store(error)) => {
                error!(batch = %batch.id, %error, "the account could not be read; the batch will be sent later");
                return None;
            }
            Err(error) => return Some(not_connected(&error)),
        };
        let Some(handle) = &batch.handle else {
            return Some(not_connected(&AccountError::NotConnected));
        };
        self.verifier
            .before_sending(batch.company, batch.invalidation)
            .await;
        let answer = self
            .ips
            .cdn_cache_invalidation(&account, handle, &batch.urls)
            .await;
        Some(match answer {
            Ok(receipt) => BatchOutcome::Accepted(receipt),
            Err(error) => BatchOutcome::Failed {
                failure: error.failure(),
                named_url: error.named_url(&batch.urls).map(str::to_owned),
            },
        })
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
