//! The purge of a test: an ordinary invalidation, which the dispatcher sends in its turn.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{HostTester, Subject, Untestable};
use crate::{
    domain::{BatchId, BatchState, InvalidationId, Options, PresetChoice, UrlOrigin},
    store::{Batch, Draft, NewBatch, StoreError, Submission, SubmittedUrl},
};

/// How long the queue before the test's own request may take.
const QUEUE: Duration = Duration::from_mins(2);

impl HostTester {
    /// Has the base URL purged like any other, and waits until Adobe has taken it.
    pub(super) async fn purge(&self, subject: &Subject, base: &str) -> Result<Batch, Untestable> {
        let id = self.submit(subject, base).await?;
        self.dispatcher.wake();
        let until = Instant::now() + QUEUE;
        loop {
            let batches = self.store.batches(subject.company.id, id).await?;
            let batch = batches.into_iter().next();
            let Some(batch) = batch.filter(|batch| batch.state.is_final()) else {
                if Instant::now() >= until {
                    return Err(Untestable(
                        "The purge still waits in the queue. Test again when it is through; Tools lists it.".to_owned(),
                    ));
                }
                sleep(self.pace.step).await;
                continue;
            };
            return match (batch.state, &batch.failure) {
                (BatchState::Accepted, _) => Ok(batch),
                (_, Some(failure)) => Err(Untestable(format!(
                    "Adobe did not take the purge of {base}: {}",
                    failure.reason
                ))),
                _ => Err(Untestable(format!("{base} was not purged."))),
            };
        }
    }

    async fn submit(&self, subject: &Subject, base: &str) -> Result<InvalidationId, StoreError> {
        let now = self.clock.now();
        let draft = Draft {
            id: InvalidationId::from_uuid(self.clock.new_uuid()),
            company: subject.company.id,
            author: subject.tester,
            options: Options {
                presets: false,
                template: false,
                alias: false,
                fold: false,
            },
            split: false,
            presets: PresetChoice::All,
            manual_urls: base.to_owned(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        self.store.create_draft(&draft).await?;
        let url = SubmittedUrl {
            position: 1,
            url: base.to_owned(),
            origins: vec![UrlOrigin::Base {
                asset: subject.asset.id.clone(),
            }],
            covers: Vec::new(),
        };
        let submission = Submission {
            company: draft.company,
            id: draft.id,
            version: draft.version,
            template_version: None,
            first_state: BatchState::Waiting,
            batches: vec![NewBatch {
                id: BatchId::from_uuid(self.clock.new_uuid()),
                root: subject.root.clone(),
                handle: subject.company.handle.clone(),
                urls: vec![url],
            }],
            now,
        };
        self.store.submit(&submission).await?;
        Ok(draft.id)
    }
}
