//! B: what the edge gives before the purge. Taken once, stored before the first byte is sent, never taken again.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::debug;

use super::{
    Verifier,
    hosts::{Hosts, Target},
    look_of,
};
use crate::{
    domain::{
        BatchId, Candidate, CheckFormat, CheckId, CompanyId, HostOrigin, InvalidationId, Look,
        LookKind, UrlOrigin, sample,
    },
    edge::Probe,
    store::{Batch, NewCheck, StoreError, StoredLook, Taken},
};

/// So many looks are under way at once: quick enough for the sample, and bearable for hosts and memory.
const AT_ONCE: usize = 16;

/// What is written of a look that sending did not wait for.
const TOO_SLOW: &str = "it did not answer before the purge had to be sent";

/// A URL of the sample.
struct Chosen {
    id: CheckId,
    url: String,
    sent_url: String,
    target: Target,
}

impl Chosen {
    fn formats(&self, is_negotiated: bool) -> &'static [CheckFormat] {
        CheckFormat::of(&self.url, self.target.scope, is_negotiated)
    }
}

/// What was seen of URLs, in each format.
type Seen = HashMap<(CheckId, CheckFormat), Look>;

/// A body of which a small picture is to be made, and the room in memory that it takes until that is stored.
pub(super) struct Kept {
    pub(super) probe: Probe,
    pub(super) room: OwnedSemaphorePermit,
}

impl Kept {
    /// `None` where there is no body, or no room for it.
    pub(super) fn of(probe: Result<Probe, String>, room: &Arc<Semaphore>) -> Option<Self> {
        let (probe, bytes) = sized(probe)?;
        let room = Arc::clone(room).try_acquire_many_owned(bytes).ok()?;
        Some(Self { probe, room })
    }

    /// The same as soon as there is room: for one who has the time. `None` where there is no body.
    pub(super) async fn when_there_is_room(
        probe: Result<Probe, String>,
        room: &Arc<Semaphore>,
    ) -> Option<Self> {
        let (probe, bytes) = sized(probe)?;
        let room = Arc::clone(room).acquire_many_owned(bytes).await.ok()?;
        Some(Self { probe, room })
    }
}

fn sized(probe: Result<Probe, String>) -> Option<(Probe, u32)> {
    let probe = probe.ok()?;
    let bytes = u32::try_from(probe.body.as_ref()?.len()).ok()?;
    Some((probe, bytes))
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
        if self.settings.sample == 0 {
            return Ok(());
        }
        if !self.store.begin_checks(company, invalidation, now).await? {
            // The sample is stored; whoever stored it may not have come to say so.
            return self.store.set_sampled(company, invalidation, now).await;
        }
        let allowed = self.clock.sleep(self.settings.allowed);
        tokio::pin!(allowed);
        let chosen = tokio::select! {
            chosen = self.choose_of_all(company, invalidation) => chosen?,
            () = &mut allowed => return Ok(()),
        };

        let (mut seen, mut negotiated) = (Seen::new(), HashSet::new());
        let mut kept = Vec::new();
        let slots = Semaphore::new(AT_ONCE);
        let look = |chosen, format| self.look_at(chosen, format, &slots);
        let mut looks: FuturesUnordered<_> = chosen
            .iter()
            .flat_map(|chosen| {
                let formats = chosen.formats(false).iter();
                formats.map(move |&format| (chosen, format))
            })
            .map(|(chosen, format)| look(chosen, format))
            .collect();
        loop {
            tokio::select! {
                answered = looks.next() => match answered {
                    Some((chosen, format, probe)) => {
                        seen.insert((chosen.id, format), look_of(&probe));
                        if format == CheckFormat::Plain {
                            if probe.as_ref().is_ok_and(|probe| probe.is_negotiated) {
                                negotiated.insert(chosen.id);
                                let more = &chosen.formats(true)[chosen.formats(false).len()..];
                                looks.extend(more.iter().map(|&format| look(chosen, format)));
                            }
                            kept.extend(Kept::of(probe, &self.room).map(|kept| (chosen.id, kept)));
                        }
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
            .map(|chosen| self.new_check(chosen, &seen, negotiated.contains(&chosen.id)))
            .collect();
        let now = self.clock.now();
        self.store
            .add_checks(company, invalidation, &checks, now)
            .await?;
        self.store.set_sampled(company, invalidation, now).await?;
        self.keep_pictures(company, kept);
        Ok(())
    }

    async fn look_at<'a>(
        &self,
        chosen: &'a Chosen,
        format: CheckFormat,
        slots: &Semaphore,
    ) -> (&'a Chosen, CheckFormat, Result<Probe, String>) {
        // It is never closed.
        let _slot = slots.acquire().await;
        (chosen, format, self.probe(&chosen.target, format).await)
    }

    /// Chooses the sample, of what Adobe has taken so far, where nobody could before the purge: what is missing then is the
    /// look before, no more.
    pub(super) async fn choose_late(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        batches: &[Batch],
    ) -> Result<(), StoreError> {
        if self.store.is_sampled(company, invalidation).await? {
            return Ok(());
        }
        let taken = batches.iter().filter(|batch| Taken::of(batch).is_some());
        let taken: Vec<_> = taken.map(|batch| batch.id).collect();
        let chosen = self.choose(company, &taken).await?;
        let nothing = Seen::new();
        let checks: Vec<_> = chosen
            .iter()
            .map(|chosen| NewCheck {
                before: Vec::new(),
                ..self.new_check(chosen, &nothing, false)
            })
            .collect();
        let now = self.clock.now();
        self.store
            .add_checks(company, invalidation, &checks, now)
            .await?;
        // Where nothing so far is on a host of the company, the rest may be.
        if !chosen.is_empty()
            || self.settings.sample == 0
            || batches.iter().all(|batch| batch.state.is_final())
        {
            self.store.set_sampled(company, invalidation, now).await?;
        }
        Ok(())
    }

    fn new_check(&self, chosen: &Chosen, seen: &Seen, is_negotiated: bool) -> NewCheck {
        let now = self.clock.now();
        let formats = chosen.formats(is_negotiated);
        let before: Vec<_> = formats
            .iter()
            .map(|&format| {
                let look = seen.get(&(chosen.id, format));
                let look = look.cloned().unwrap_or_else(|| Err(TOO_SLOW.to_owned()));
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
    fn keep_pictures(&self, company: CompanyId, kept: Vec<(CheckId, Kept)>) {
        let this = self.clone();
        tokio::spawn(async move {
            for (check, kept) in kept {
                this.keep_picture(company, check, LookKind::Before, Some(kept))
                    .await;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Timestamp,
        domain::{Evidence, Sighting},
    };

    #[test]
    fn a_body_is_kept_while_there_is_room_for_it_whoever_took_the_rest() {
        let room = Arc::new(Semaphore::new(10));
        let keep = |bytes: usize| {
            let sighting = Sighting {
                at: Timestamp::from_micros(0),
                status: 200,
                hash: None,
                etag: None,
                last_modified: None,
                length: None,
                evidence: Evidence::read(None, None),
                keeps: None,
            };
            let probe = Probe {
                sighting,
                content_type: None,
                is_negotiated: false,
                body: Some(vec![0; bytes]),
            };
            Kept::of(Ok(probe), &room)
        };
        let first = keep(6);
        assert!(first.is_some());
        assert!(keep(6).is_none(), "another has the room");
        drop(first);
        assert!(keep(6).is_some());
    }
}
