//! URLs because of which Adobe refused a request, as far as it named one or a search found them.

use crate::{
    domain::{CompanyId, Search},
    error::AppError,
    store::{Batch, Store},
    web::view::grouped,
};

/// So many that a search found are listed; the rest is counted.
const LISTED: usize = 5;

/// Why Adobe refused a request.
pub struct BadUrls {
    /// The one that Adobe named.
    pub named: Option<String>,
    /// Those that a search found.
    pub found: Vec<BadUrl>,
    /// How many more it found than are listed.
    pub more: Option<String>,
}

/// A URL because of which Adobe refused.
pub struct BadUrl {
    pub url: String,
    /// What Adobe said of it.
    pub reason: Option<String>,
}

impl BadUrls {
    /// Loads them; asks the store only for those that a search found.
    pub async fn load(
        store: &Store,
        company: CompanyId,
        batch: &Batch,
        search: Option<&Search>,
    ) -> Result<Self, AppError> {
        let places = search.iter().flat_map(|search| search.bad.places());
        let places: Vec<i64> = places.collect();
        let mut found = Vec::new();
        for &place in places.iter().take(LISTED) {
            let url = store.batch_urls(company, batch.id, place - 1, 1).await?;
            let refusal = batch.refusal_of(place);
            found.extend(url.into_iter().map(|url| BadUrl {
                url: url.url,
                reason: refusal.map(|refusal| refusal.reason.clone()),
            }));
        }
        // The first that a search found stands with the batch in the place of one that Adobe named.
        let is_found = |named: &&String| found.iter().any(|bad| bad.url == **named);
        let named = batch.named_url.as_ref().filter(|named| !is_found(named));
        let more = places.len().saturating_sub(LISTED);
        Ok(Self {
            named: named.cloned(),
            more: (more > 0).then(|| grouped(more as u64)),
            found,
        })
    }
}
