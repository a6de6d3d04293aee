//! Sends what was submitted: a background task that takes the batch that is next, one of a company at a time.
//!
//! A batch is taken by a lease in the database before its first byte leaves, and the lease is renewed while it is sent.
//! So a crash, a kill or a lost connection to the database leaves it to be taken up again, by this node or another; a
//! repeat is safe for Adobe, and recorded as one. Nothing here decides what an answer means: see [`answer`].

mod answer;
mod sending;
mod volume;

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, warn};

pub use self::volume::Volume;
use super::verify::Verifier;
use crate::{
    clock::{Clock, Timestamp},
    config::DispatchConfig,
    domain::{CompanyId, QueueEntry},
    ips,
    store::{Claim, NodeId, Store, StoreError},
    vault::Vault,
};

const END_OF_TIME: Timestamp = Timestamp::from_micros(i64::MAX);

/// Sends submitted batches. Cheap to clone; all clones wake the same task.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    store: Store,
    vault: Vault,
    ips: ips::Client,
    verifier: Verifier,
    clock: Clock,
    config: DispatchConfig,
    node: NodeId,
    wake: Arc<Notify>,
}

impl Dispatcher {
    /// Puts it together; nothing is sent before [`Dispatcher::run`].
    #[must_use]
    pub fn new(
        store: Store,
        vault: Vault,
        ips: ips::Client,
        verifier: Verifier,
        clock: Clock,
        config: DispatchConfig,
    ) -> Self {
        Self {
            node: NodeId(clock.new_uuid()),
            store,
            vault,
            ips,
            verifier,
            clock,
            config,
            wake: Arc::default(),
        }
    }

    /// Says that something waits to be sent.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// How it sends.
    #[must_use]
    pub const fn config(&self) -> &DispatchConfig {
        &self.config
    }

    /// A company's queue, in the order in which it is sent.
    pub async fn queue(&self, company: CompanyId) -> Result<Vec<QueueEntry>, StoreError> {
        self.store.queue(company, self.patience()).await
    }

    fn patience(&self) -> Duration {
        QueueEntry::patience(self.config.pause + self.ips.timeout())
    }

    /// Puts back at once what the process before this one left on its way. For the server at its start: where a database
    /// has one node, nobody else sends. A command beside it must wait until leases end.
    pub async fn take_over(&self) {
        if self.store.is_single_node() {
            self.release(END_OF_TIME).await;
        }
    }

    /// Sends until cancelled, then waits for what is on its way.
    pub async fn run(self, cancel: CancellationToken) {
        let tasks = TaskTracker::new();
        while !cancel.is_cancelled() {
            let next = self.send_due(&tasks).await.unwrap_or_else(|error| {
                error!(%error, "the queue could not be read");
                self.clock.now().plus(self.config.idle)
            });
            tokio::select! {
                () = self.wake.notified() => {}
                () = self.clock.sleep_until(next) => {}
                () = cancel.cancelled() => {}
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    /// Begins what is due, and says until when there is nothing more to do.
    async fn send_due(&self, tasks: &TaskTracker) -> Result<Timestamp, StoreError> {
        self.release(self.clock.now()).await;
        loop {
            let now = self.clock.now();
            let lease_until = now.plus(self.config.lease);
            let next_request_at = now.plus(self.config.pause);
            let claim = self.store.claim_batch(
                self.node,
                now,
                lease_until,
                next_request_at,
                self.patience(),
            );
            match claim.await? {
                Claim::Taken(batch) => {
                    let this = self.clone();
                    tasks.spawn(async move {
                        this.send(&batch).await;
                        this.wake();
                    });
                }
                Claim::Nothing { due } => {
                    let asked_again = now.plus(self.config.idle);
                    return Ok(due.map_or(asked_again, |due| due.min(asked_again)));
                }
            }
        }
    }

    /// Puts what was left on its way back into the queue.
    async fn release(&self, ended_by: Timestamp) {
        if let Err(error) = self.release_lost(ended_by).await {
            error!(%error, "batches that were left on their way could not be looked for");
        }
    }

    async fn release_lost(&self, ended_by: Timestamp) -> Result<(), StoreError> {
        for lost in self.store.lost_batches(ended_by).await? {
            let outcome = answer::abandoned(&lost, &self.config, &self.clock);
            let now = self.clock.now();
            if self
                .store
                .release_batch(&lost, &outcome, ended_by, now)
                .await?
            {
                warn!(batch = %lost.id, change = outcome.change().as_str(), "a batch was left on its way");
            }
        }
        Ok(())
    }
}
