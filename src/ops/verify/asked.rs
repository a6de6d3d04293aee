//! What people ask for beyond the sample: *Check*, *Check again*, *Check all*, *Still seeing the old picture?*.

use std::collections::HashSet;

use super::{Verifier, hosts::Hosts};
use crate::{
    domain::{
        BatchId, CheckId, CompanyId, HostOrigin, InvalidationId, Purge, PurgeScope, formation::Plan,
    },
    ops::plan,
    store::{Check, NewCheck, StoreError, SubmittedUrl, Taken, Walked},
};

/// *Check all* adds so many URLs at a time, so that what is due meanwhile waits behind no more than these.
const ALL_AT_ONCE: usize = 200;

/// So many of a batch's URLs are read at once to find them.
const READ_AT_ONCE: i64 = 250;

/// What became of a URL that somebody wants looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It is looked at; the invalidation clears it.
    Covered,
    /// It is looked at; the invalidation does not clear it.
    NotCovered,
}

/// Why a URL is not looked at. Each is a sentence for the page.
#[derive(Debug, thiserror::Error)]
pub enum NotAsked {
    /// No address, or one of another host.
    #[error(
        "This is not an address on one of the company’s delivery hosts, and no other host is ever looked at. Paste the picture’s own address: it starts with http:// or https://."
    )]
    NotAHost,
    /// The purge of its URL is on its way, or nothing of the invalidation was sent yet.
    #[error(
        "The requests of this invalidation to Adobe have not come to their end yet. Come back when they have: there is nothing to look for before."
    )]
    NotYet,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Verifier {
    /// Looks at a URL that somebody names, soon. Says whether the invalidation clears it.
    pub async fn ask(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        url: &str,
    ) -> Result<Asked, NotAsked> {
        let url = as_sent(url);
        let hosts = Hosts::load(&self.store, company).await?;
        let target = hosts.target(&url).ok_or(NotAsked::NotAHost)?;
        let folded = match target.scope {
            PurgeScope::Base => self.folded(company, &url).await?,
            PurgeScope::Exact => None,
        };
        let mut sent = self.store.sent_alike(company, invalidation, &url).await?;
        if let Some(folded) = folded.filter(|folded| *folded != url) {
            let base = self.store.sent_alike(company, invalidation, &folded);
            sent.extend(base.await?);
        }
        let known = self.store.checks(company, invalidation).await?;
        let url = as_written(url, &known, &sent);
        let begun = self.store.invalidation(company, invalidation).await?;
        let looked = begun.is_some_and(|begun| begun.looked);
        let batches = self.store.batches(company, invalidation).await?;
        // A URL that is looked at already would have the whole sample passed over before the first request.
        if !looked && batches.iter().any(|batch| !batch.state.is_final()) {
            return Err(NotAsked::NotYet);
        }
        let taken = |id: BatchId| {
            let mut batches = batches.iter();
            Taken::of(batches.find(|batch| batch.id == id)?)
        };
        let now = self.clock.now();
        let is_on_its_way = |id: BatchId| {
            let batch = batches.iter().find(|batch| batch.id == id);
            batch.is_some_and(|batch| !batch.state.is_final())
        };
        let covered = sent.iter().find_map(|(sent, batch, place)| {
            let taken = taken(*batch).filter(|taken| taken.holds(*place, sent))?;
            Some((sent.clone(), taken.purge(*place)))
        });
        let (asked, sent_url, purge) = match covered {
            Some((sent_url, purge)) => (Asked::Covered, sent_url, purge),
            None if sent.iter().any(|(_, batch, _)| is_on_its_way(*batch)) => {
                return Err(NotAsked::NotYet);
            }
            // Also where Adobe refused it: nothing of this invalidation clears it, unless a search sends it yet.
            None => {
                let sent_url = sent.first().map_or(&url, |(sent, ..)| sent);
                (Asked::NotCovered, sent_url.clone(), Purge::at(now))
            }
        };
        let check = NewCheck {
            covered: asked == Asked::Covered,
            ..self.wanted(url, sent_url, purge)
        };
        self.add_and_look(company, invalidation, &[check]).await?;
        Ok(asked)
    }

    /// What a draft would send for an address on a host whose base URLs clear the rest.
    async fn folded(&self, company: CompanyId, url: &str) -> Result<Option<String>, StoreError> {
        let company = self.store.company(company).await?;
        let company = company.ok_or(StoreError::NotFound)?;
        let first = |plan: &Plan| plan.sent().next().map(|sent| sent.url.to_owned());
        let folded = plan::of_lines(&self.store, &company, url, true, first).await?;
        Ok(folded.flatten())
    }

    /// Looks again at one URL, or at all that were looked at.
    pub async fn look_again(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        check: Option<CheckId>,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store
            .look_again(company, invalidation, check, now)
            .await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Has all URLs looked at that were not in the sample, or no more of them. Returns at once.
    pub async fn ask_all(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        wanted: bool,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store
            .want_all_checked(company, invalidation, wanted, now)
            .await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Adds the next URLs of one of a company's invalidations of which all are wanted. Says how many that were.
    pub(super) async fn add_wanted(&self, company: CompanyId) -> Result<usize, StoreError> {
        for invalidation in self.store.wanted_all_checked(company).await? {
            let from = self.store.walked(company, invalidation).await?;
            let (wanted, walked) = self.unchecked(company, invalidation, from).await?;
            self.add_and_look(company, invalidation, &wanted).await?;
            if let Some(walked) = walked {
                self.store
                    .set_walked(company, invalidation, from, walked)
                    .await?;
            } else {
                let now = self.clock.now();
                self.store
                    .want_all_checked(company, invalidation, false, now)
                    .await?;
            }
            if !wanted.is_empty() {
                return Ok(wanted.len());
            }
        }
        Ok(0)
    }

    /// The next URLs of an invalidation, from a place on, that Adobe took and that nobody has looked at: at most
    /// [`ALL_AT_ONCE`]. With them, where to go on; `None` at the end.
    async fn unchecked(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        mut walked: Walked,
    ) -> Result<(Vec<NewCheck>, Option<Walked>), StoreError> {
        let hosts = Hosts::load(&self.store, company).await?;
        let (mut wanted, mut added) = (Vec::new(), HashSet::new());
        for batch in self.store.batches(company, invalidation).await? {
            let Some(taken) = Taken::of(&batch).filter(|_| batch.position >= walked.batch) else {
                continue;
            };
            if batch.position > walked.batch {
                walked = Walked {
                    batch: batch.position,
                    to: 0,
                };
            }
            loop {
                let urls = self
                    .store
                    .batch_urls(company, batch.id, walked.to, READ_AT_ONCE)
                    .await?;
                if urls.is_empty() {
                    break;
                }
                let shown = urls.iter().flat_map(SubmittedUrl::shown);
                let spellings: Vec<_> = shown.map(|url| (url, as_sent(url))).collect();
                let spelt = spellings
                    .iter()
                    .flat_map(|(url, sent)| [url.as_str(), sent.as_str()]);
                let spelt: HashSet<&str> = spelt.collect();
                let spelt: Vec<&str> = spelt.into_iter().collect();
                let known = self.store.looked_at(company, invalidation, &spelt).await?;
                for sent in &urls {
                    let is_taken = taken.holds(sent.position, &sent.url);
                    for url in sent.shown().iter().filter(|_| is_taken) {
                        if wanted.len() == ALL_AT_ONCE {
                            // The rest of what this one clears comes next.
                            return Ok((wanted, Some(walked)));
                        }
                        let spelt = as_sent(url);
                        let is_known = known.contains(url.as_str())
                            || known.contains(spelt.as_str())
                            || hosts.target(url).is_none();
                        if !is_known && added.insert(spelt) {
                            let purge = taken.purge(sent.position);
                            wanted.push(NewCheck {
                                asked: false,
                                ..self.wanted(url.clone(), sent.url.clone(), purge)
                            });
                        }
                    }
                    walked.to = sent.position;
                }
            }
        }
        Ok((wanted, None))
    }

    fn wanted(&self, url: String, sent_url: String, purge: Purge) -> NewCheck {
        NewCheck {
            id: CheckId::from_uuid(self.clock.new_uuid()),
            url,
            sent_url,
            covered: true,
            asked: true,
            purge: Some(purge),
            next_look_at: Some(self.clock.now()),
            keeps: None,
            before: Vec::new(),
        }
    }

    async fn add_and_look(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
        checks: &[NewCheck],
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.store
            .add_checks(company, invalidation, checks, now)
            .await?;
        let [check] = checks else {
            self.wake.notify_one();
            return Ok(());
        };
        // It may have been there already.
        let known = self.store.checks(company, invalidation).await?;
        let known = known.iter().find(|known| known.url == check.url);
        if let Some(known) = known.filter(|known| check.asked && !known.asked) {
            self.store.set_asked(company, known.id).await?;
        }
        self.look_again(
            company,
            invalidation,
            Some(known.map_or(check.id, |known| known.id)),
        )
        .await
    }
}

/// An address in one spelling of its host, without a fragment. The rest is the cache key.
fn as_sent(url: &str) -> String {
    let url = url.trim().split('#').next().unwrap_or_default();
    match HostOrigin::split(url) {
        Some((host, rest)) => format!("{host}{rest}"),
        None => url.to_owned(),
    }
}

/// The address as its invalidation writes it, where it was sent or is looked at already: it is looked at once, and its
/// verdict stands with its URL.
fn as_written(url: String, known: &[Check], sent: &[(String, BatchId, i64)]) -> String {
    let known = known.iter().map(|check| &check.url);
    let mut written = known.chain(sent.iter().map(|(sent, ..)| sent));
    let same = written.find(|written| as_sent(written) == url).cloned();
    same.unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_it_would_have_been_sent() {
        for (pasted, sent) in [
            (
                " HTTPS://Images.example.com:443/is/image/C/A?B#top ",
                "https://images.example.com/is/image/C/A?B",
            ),
            (
                "http://h:8082/is/image/C/%41",
                "http://h:8082/is/image/C/%41",
            ),
            ("no address", "no address"),
        ] {
            assert_eq!(as_sent(pasted), sent);
        }
    }
}
