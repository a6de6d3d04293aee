//! *Find the bad URL*: has a batch that Adobe refused, without saying why, sent in parts. Only begins it: the parts go
//! through the queue like every batch (`ops::dispatch`), and which one is next `domain::Search` says.

use std::collections::BTreeSet;

use crate::{
    clock::Clock,
    domain::{BatchId, BatchState, Company, FailureKind, InvalidationId, formation},
    ops::plan,
    store::{Batch, Store, StoreError},
};

/// Why a search cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// There is nothing to be found in that batch.
    #[error("this batch has no URL to be looked for")]
    NotPossible,
    /// The checks find fault with every URL, so that none can show whether the connection works.
    #[error(
        "Unstale's own checks find something in each of these URLs. Choose “Correct and resubmit”: they are marked there."
    )]
    NoSoundUrl,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a search in this batch could find something, or could go on: Adobe refused because of a URL and named none.
#[must_use]
pub fn is_possible(batch: &Batch) -> bool {
    if !matches!(batch.state, BatchState::Refused | BatchState::Failed) {
        return false;
    }
    if let Some(search) = batch.search() {
        return search.next.is_some();
    }
    let kind = batch.failure.as_ref().map(|failure| failure.kind);
    kind == Some(FailureKind::BadUrl) && batch.named_url.is_none() && batch.url_count > 1
}

/// Puts the batch back into the queue, to be sent in parts.
pub async fn begin(
    store: &Store,
    clock: &Clock,
    company: &Company,
    invalidation: InvalidationId,
    batch: BatchId,
    by: &str,
) -> Result<(), SearchError> {
    let batches = store.batches(company.id, invalidation).await?;
    let batch = batches
        .iter()
        .find(|candidate| candidate.id == batch && is_possible(candidate))
        .ok_or(SearchError::NotPossible)?;
    let sound = sound_url(store, company, batch)
        .await?
        .ok_or(SearchError::NoSoundUrl)?;
    match store
        .start_search(
            company.id,
            batch.id,
            sound,
            batch.ended_in_doubt(),
            by,
            clock.now(),
        )
        .await
    {
        Err(StoreError::Conflict) => Err(SearchError::NotPossible),
        begun => Ok(begun?),
    }
}

/// The place of the first URL with which no check finds fault.
async fn sound_url(
    store: &Store,
    company: &Company,
    batch: &Batch,
) -> Result<Option<i64>, StoreError> {
    let urls = store.batch_urls(company.id, batch.id, 0, i64::MAX).await?;
    let lines: Vec<&str> = urls.iter().map(|url| url.url.as_str()).collect();
    let lines = lines.join("\n");
    let sound = plan::of_lines(store, company, &lines, false, |plan| {
        let sound: BTreeSet<&str> = plan
            .sent()
            .filter(|url| matches!(url.severity(), None | Some(formation::Severity::Info)))
            .map(|url| url.url)
            .collect();
        let first = urls.iter().find(|url| sound.contains(url.url.as_str()));
        first.map(|url| url.position)
    });
    Ok(sound.await?.flatten())
}
