//! Looks at delivery hosts before and after a purge, and says what was seen.

use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    domain::{BatchId, CompanyId, InvalidationId},
    store::Store,
};

/// Takes looks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Verifier {
    store: Store,
    clock: Clock,
}

impl Verifier {
    /// Puts it together.
    #[must_use]
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Looks at a sample of an invalidation's URLs as the edge has them now, once, before its first byte is sent to
    /// Adobe, and stores what it saw. Returns within three seconds, whatever happens.
    pub async fn before_sending(&self, company: CompanyId, invalidation: InvalidationId) {
        let _ = (company, invalidation, &self.store, &self.clock);
    }

    /// Says that Adobe took a batch, so that its URLs are looked at when the time has come.
    pub async fn accepted(&self, company: CompanyId, batch: BatchId) {
        let _ = (company, batch);
    }

    /// Takes the looks that are due, until cancelled.
    pub async fn run(self, cancel: CancellationToken) {
        cancel.cancelled().await;
    }
}
