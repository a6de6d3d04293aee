//! The comparison of all IDs: what slipped through is read, and what Adobe has no longer vanishes. Unless that would be
//! most of the catalogue: an account that lost its permissions gets empty lists, not refusals.

use std::collections::HashSet;

use super::{
    pages::Turn,
    reading::{Reading, Source},
    trouble::ReadingError,
};
use crate::{
    domain::{Unlisted, can_be_kept},
    ips::{AssetItem, AssetSearch, Fault, IpsError, SortBy, can_be_asked_for},
};

/// Assets on a page of names.
const NAMES_PAGE: u32 = 10_000;
/// IDs that are asked for by name at once.
const NAMES_AT_ONCE: usize = 1_000;
/// More IDs that Adobe refuses to be asked for are no matter of the IDs.
const MOST_REFUSED: usize = 10;
/// As many as are read from our own list.
const LISTED_AT_ONCE: i64 = 1_000;

impl Reading<'_> {
    /// A page of all IDs.
    pub(super) async fn names(&mut self, source: &Source) -> Result<Turn, ReadingError> {
        let page = self.syncer.search(source, &self.all_names(source)).await?;
        // The largest: one that shrinks tells of pages that shifted.
        self.sync.total = self.sync.total.max(page.total_rows);
        let last = self.pages.take(&page, self.sync.page, NAMES_PAGE)?;
        let all = page.assets.len() as u64;
        let names = page.assets.into_iter().filter_map(|item| item.name);
        let names: Vec<String> = names.filter(|name| can_be_kept(name)).collect();
        let left_out = all - names.len() as u64;
        let now = self.now();
        let store = &self.syncer.store;
        let unknown = store.mark_assets_seen(self.company, &names, now).await?;
        let known = all - unknown.len() as u64;
        for names in unknown.chunks(NAMES_AT_ONCE) {
            self.syncer.pause().await;
            let (found, _) = self.by_name(source, names).await?;
            self.put(found).await?;
        }
        self.sync.seen += known;
        self.sync.skipped += left_out;
        Ok(last)
    }

    /// A search for this page of all IDs.
    pub(super) fn all_names<'s>(&self, source: &'s Source) -> AssetSearch<'s> {
        AssetSearch {
            per_page: NAMES_PAGE,
            names_only: true,
            ..source.search(SortBy::Name, self.sync.page)
        }
    }

    /// Pages shift while somebody deletes, so an ID that was not listed may be there all the same: it is asked for.
    pub(super) async fn confirm(&mut self, source: &Source) -> Result<Turn, ReadingError> {
        let Some(began) = self.sync.started_at else {
            return Ok(Turn::Done);
        };
        if self.sync.page == 1 && self.holds_back().await? {
            return Ok(Turn::Done);
        }
        let store = &self.syncer.store;
        let missing = store
            .assets_unseen_since(self.company, began, LISTED_AT_ONCE)
            .await?;
        if missing.is_empty() {
            return Ok(Turn::Done);
        }
        // What XML cannot carry, a list from a file may have brought. Adobe cannot have it.
        let asked: Vec<String> = missing
            .iter()
            .filter(|id| can_be_asked_for(id))
            .cloned()
            .collect();
        let (found, refused) = self.by_name(source, &asked).await?;
        let there: HashSet<&str> = found
            .iter()
            .filter_map(|item| item.name.as_deref())
            .chain(refused.iter().map(String::as_str))
            .collect();
        let gone: Vec<String> = missing
            .iter()
            .filter(|id| !there.contains(id.as_str()))
            .cloned()
            .collect();
        let now = self.now();
        self.sync.vanished += store.mark_assets_vanished(self.company, &gone, now).await?;
        // Also those that cannot be kept as they are now: else they would be asked for without end.
        let there: Vec<String> = there.into_iter().map(str::to_owned).collect();
        store.mark_assets_seen(self.company, &there, now).await?;
        self.put(found).await?;
        Ok(Turn::Again)
    }

    /// Whether so much is missing that it is not taken away before an administrator has said so.
    async fn holds_back(&mut self) -> Result<bool, ReadingError> {
        let Some(began) = self.sync.started_at else {
            return Ok(false);
        };
        let store = &self.syncer.store;
        let (missing, of) = store.count_unseen_since(self.company, began).await?;
        self.sync.unlisted = Unlisted::doubtful(missing, of).filter(|_| !self.sync.take_away);
        if let Some(Unlisted { assets, of }) = self.sync.unlisted {
            tracing::warn!(company = %self.company, unlisted = assets, of, "Dynamic Media lists none, or few, of the assets of the catalogue; has the account still its permissions? None is taken away before an administrator says so");
        }
        Ok(self.sync.unlisted.is_some())
    }

    /// The assets with these IDs, and the IDs that Adobe refuses to be asked for, each found by halves: one that it does not
    /// like must hold up neither the comparison nor the others. What is refused is said, once all was asked for.
    async fn by_name(
        &mut self,
        source: &Source,
        ids: &[String],
    ) -> Result<(Vec<AssetItem>, Vec<String>), ReadingError> {
        let (mut found, mut refused, mut said) = (Vec::new(), Vec::new(), Vec::new());
        let mut parts = vec![ids];
        while let Some(part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            let ips = &self.syncer.ips;
            let answer = ips
                .assets_by_name(&source.account, &source.handle, part)
                .await;
            match answer {
                Ok(items) => found.extend(items),
                Err(IpsError::Fault(fault))
                    if is_about_an_id(&fault) && self.refused_ids < MOST_REFUSED =>
                {
                    if let [id] = part {
                        let why = ReadingError::Ips(IpsError::Fault(fault)).sentence();
                        tracing::warn!(company = %self.company, id, why, "Dynamic Media refuses to be asked for an ID; the comparison goes on without it");
                        said.push(format!(
                            "Dynamic Media could not be asked for “{id}”, so it stays as it was. {why}"
                        ));
                        self.refused_ids += 1;
                        refused.push(id.clone());
                    } else {
                        let (first, second) = part.split_at(part.len() / 2);
                        parts.extend([second, first]);
                    }
                    self.syncer.pause().await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        for sentence in said {
            self.say(&sentence);
        }
        Ok((found, refused))
    }
}

/// Whether a refusal may be one of an ID among those that were asked for. An error of the server itself is not: it would be
/// the same for every half.
fn is_about_an_id(fault: &Fault) -> bool {
    matches!(fault.code, Some(20_005 | 30_001..=30_003))
}
