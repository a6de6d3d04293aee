//! Somebody who presses *Resume* where something is paused, *Find the bad URL* wherever it is offered, and *Go on* where that did not suffice.

use std::time::Duration;

use tokio::sync::watch;
use unstale::{
    domain::{BatchState, CompanyId, InvalidationId},
    ops::bisect,
    store::Store,
};

use super::person::Person;

pub struct Finder {
    pub person: Person,
    pub store: Store,
    pub company: CompanyId,
}

impl Finder {
    /// Goes on until everything that was submitted is at its end, and nothing more is offered. `None` in the list says that
    /// it is complete.
    pub async fn find_all(self, submitted: watch::Receiver<Vec<Option<InvalidationId>>>) {
        let mut done = Vec::new();
        loop {
            let all = submitted.borrow().clone();
            for id in all.iter().flatten() {
                if !done.contains(id) && self.has_ended(*id).await {
                    done.push(*id);
                }
            }
            if all.contains(&None) && done.len() + 1 == all.len() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Whether all is at its end and nothing was offered.
    async fn has_ended(&self, id: InvalidationId) -> bool {
        let batches = self.store.batches(self.company, id).await.unwrap();
        let mut ended = true;
        for batch in batches {
            ended &= batch.state.is_final();
            // Adobe refused the account meanwhile, and what waited was held back.
            if batch.state == BatchState::Paused {
                let path = format!("/c/dms7snapshot/invalidations/{id}/sending");
                self.person.post(&path, &[("do", "resume")]).await;
            }
            if bisect::is_possible(&batch) {
                ended = false;
                let path = format!("/c/dms7snapshot/invalidations/{id}/find-bad-url");
                let batch = batch.id.to_string();
                self.person.post(&path, &[("batch", &batch)]).await;
            }
        }
        ended
    }
}
