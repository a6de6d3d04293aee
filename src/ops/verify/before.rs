//! B: what the edge gives before the purge. Taken once, stored before the first byte is sent, never taken again.

use std::{collections::HashMap, time::Duration};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::sync::Semaphore;
use tracing::debug;

use super::{
    Verifier,
    hosts::{Hosts, Target},
    look_of,
};
use crate::{
    domain::{
        BatchId, Candidate, CheckFormat, CheckId, CompanyId, HostOrigin, InvalidationId, LookKind,
        UrlOrigin, sample,
    },
    edge::Probe,
    store::{NewCheck, StoreError, StoredLook, UncheckedBatch},
};

/// So many looks are under way at once: quick enough for the sample, and bearable for hosts and memory.
const AT_ONCE: usize = 16;

/// Bodies are kept for their small pictures up to so many bytes in all.
const KEPT: usize = 64 * 1024 * 1024;

/// What is written of a look that sending did not wait for.
const TOO_SLOW: &str = "it did not answer before the purge had to be sent";

/// A URL of the sample.
struct Chosen {
    id: CheckId,
    url: String,
    sent_url: String,
    target: Target,
}

/// A URL that could be chosen.
struct Candidacy {
    host: HostOrigin,
    asset: String,
    url: String,
    sent_url: String,
}

impl Verifier {
    pub(super) async fn look_before(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        if self.settings.sample == 0 || !self.store.begin_checks(company, invalidation, now).await?
        {
            return Ok(());
        }
        let allowed = self.clock.sleep(self.settings.allowed);
        tokio::pin!(allowed);
        let chosen = tokio::select! {
            chosen = self.choose_of_all(company, invalidation) => chosen?,
            () = &mut allowed => return Ok(()),
        };

        let mut seen: HashMap<(CheckId, CheckFormat), Result<Probe, String>> = HashMap::new();
        let slots = Semaphore::new(AT_ONCE);
        let mut kept = 0;
        let mut looks: FuturesUnordered<_> = chosen
            .iter()
            .flat_map(|chosen| {
                let formats = CheckFormat::of(&chosen.url, chosen.target.scope);
                formats.iter().map(move |&format| (chosen, format))
            })
            .map(async |(chosen, format)| {
                // It is never closed.
                let _slot = slots.acquire().await;
                (
                    (chosen.id, format),
                    self.probe(&chosen.target, format).await,
                )
            })
            .collect();
        loop {
            tokio::select! {
                look = looks.next() => match look {
                    Some((what, mut look)) => {
                        if let Ok(probe) = &mut look {
                            keep_small(probe, what.1, &mut kept);
                        }
                        seen.insert(what, look);
                    }
                    None => break,
                },
                () = &mut allowed => break,
            }
        }
        drop(looks);
        debug!(%invalidation, urls = chosen.len(), looks = seen.len(), "looked before the purge");

        let checks: Vec<_> = chosen
            .iter()
            .map(|chosen| self.new_check(chosen, &seen))
            .collect();
        let now = self.clock.now();
        self.store
            .add_checks(company, invalidation, &checks, now)
            .await?;
        self.keep_pictures(company, seen);
        Ok(())
    }

    /// Chooses the sample, of a batch that Adobe has taken, where nobody could before the purge: what is missing then is the
    /// look before, no more.
    pub(super) async fn choose_late(&self, batch: UncheckedBatch) -> Result<(), StoreError> {
        let UncheckedBatch {
            company,
            invalidation,
            id,
        } = batch;
        if self.settings.sample == 0 || self.store.has_checks(company, invalidation).await? {
            return Ok(());
        }
        let chosen = self.choose(company, &[id]).await?;
        let nothing = HashMap::new();
        let checks: Vec<_> = chosen
            .iter()
            .map(|chosen| NewCheck {
                before: Vec::new(),
                ..self.new_check(chosen, &nothing)
            })
            .collect();
        let now = self.clock.now();
        self.store
            .add_checks(company, invalidation, &checks, now)
            .await
    }

    fn new_check(
        &self,
        chosen: &Chosen,
        seen: &HashMap<(CheckId, CheckFormat), Result<Probe, String>>,
    ) -> NewCheck {
        let now = self.clock.now();
        let formats = CheckFormat::of(&chosen.url, chosen.target.scope);
        let before: Vec<_> = formats
            .iter()
            .map(|&format| {
                let look = seen.get(&(chosen.id, format));
                let look = look.map_or_else(|| Err(TOO_SLOW.to_owned()), look_of);
                StoredLook {
                    format,
                    kind: LookKind::Before,
                    at: look.as_ref().map_or(now, |seen| seen.at),
                    look,
                }
            })
            .collect();
        NewCheck {
            id: chosen.id,
            url: chosen.url.clone(),
            sent_url: chosen.sent_url.clone(),
            covered: true,
            asked: false,
            purge: None,
            next_look_at: None,
            keeps: longest_keep(&before),
            before,
        }
    }

    /// In the background: the first byte need not wait for them, and their bytes are in memory.
    fn keep_pictures(
        &self,
        company: CompanyId,
        seen: HashMap<(CheckId, CheckFormat), Result<Probe, String>>,
    ) {
        let this = self.clone();
        tokio::spawn(async move {
            for ((check, format), probe) in seen {
                if let (CheckFormat::Plain, Ok(probe)) = (format, probe) {
                    this.keep_picture(company, check, LookKind::Before, Some(probe))
                        .await;
                }
            }
        });
    }

    async fn choose_of_all(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
    ) -> Result<Vec<Chosen>, StoreError> {
        let batches = self.store.batches(company, invalidation).await?;
        let batches: Vec<_> = batches.iter().map(|batch| batch.id).collect();
        self.choose(company, &batches).await
    }

    /// The sample: URLs of the company's hosts, of base URLs those that they cover, for pages use those.
    async fn choose(
        &self,
        company: CompanyId,
        batches: &[BatchId],
    ) -> Result<Vec<Chosen>, StoreError> {
        let hosts = Hosts::load(&self.store, company).await?;
        let mut candidacies = Vec::new();
        for batch in batches {
            let urls = self.store.batch_urls(company, *batch, 0, i64::MAX).await?;
            for url in urls {
                let asset = asset_of(&url.origins, &url.url);
                candidacies.extend(url.shown().iter().filter_map(|looked_at| {
                    hosts.target(looked_at)?;
                    Some(Candidacy {
                        host: HostOrigin::of(looked_at)?,
                        asset: asset.clone(),
                        url: looked_at.clone(),
                        sent_url: url.url.clone(),
                    })
                }));
            }
        }
        let candidates: Vec<_> = candidacies
            .iter()
            .map(|candidacy| Candidate {
                host: candidacy.host.as_str(),
                asset: &candidacy.asset,
            })
            .collect();
        let numbers = sample(&candidates, self.settings.sample);
        Ok(numbers
            .into_iter()
            .filter_map(|number| {
                let Candidacy { url, sent_url, .. } = &candidacies[number];
                Some(Chosen {
                    id: CheckId::from_uuid(self.clock.new_uuid()),
                    target: hosts.target(url)?,
                    url: url.clone(),
                    sent_url: sent_url.clone(),
                })
            })
            .collect())
    }
}

/// Lets go of a body that no small picture is made of, or that is too much.
fn keep_small(probe: &mut Probe, format: CheckFormat, kept: &mut usize) {
    let length = probe.body.as_ref().map_or(0, Vec::len);
    if format == CheckFormat::Plain && *kept + length <= KEPT {
        *kept += length;
    } else {
        probe.body = None;
    }
}

/// What a URL shows: its asset, or else its path.
fn asset_of(origins: &[UrlOrigin], url: &str) -> String {
    let asset = origins.iter().find_map(UrlOrigin::asset);
    let path = || url.split('?').next().unwrap_or_default();
    asset.unwrap_or_else(path).to_owned()
}

/// How long a browser may keep what was seen, in the worst case.
pub(super) fn longest_keep(looks: &[StoredLook]) -> Option<Duration> {
    let seen = looks.iter().filter_map(|look| look.look.as_ref().ok());
    seen.filter_map(|sighting| sighting.keeps).max()
}
