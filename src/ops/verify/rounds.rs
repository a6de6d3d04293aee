//! A and O: what the edge gives after the purge, and what the origin has, until the verdict is final.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tracing::{error, warn};

use super::{
    Verifier,
    before::{Kept, longest_keep},
    hosts::{Hosts, Target},
    look_of,
};
use crate::{
    clock::Timestamp,
    domain::{
        CheckFormat, CompanyId, Doubt, Judgement, Look, LookKind, Looks, Verdict, judge, origin_url,
    },
    store::{CheckLease, DueCheck, Round, StoreError, StoredLook},
};

/// So many of a company's URLs are taken and looked at at once, by one node: hosts are to be asked politely.
const AT_ONCE: i64 = 4;

/// For as long as so many looks can take, a node may be silent about what it has taken before another one takes it: longer
/// than a host that answers just in time can hold up the looks at one URL, in each format and at the origin.
const LEASE: u32 = 12;

/// What is written of a URL whose host was taken off the list.
const NOT_A_HOST: &str = "its host is not one of the company's delivery hosts";

/// What was seen in one format. Bodies are let go of at once, so that looks at many URLs need little memory.
struct Seen {
    format: CheckFormat,
    after: Look,
    origin: Option<Look>,
}

impl Verifier {
    /// Looks at a company's URLs until none is due, nor wanted.
    pub(super) async fn look_at_all(&self, company: CompanyId) {
        loop {
            let looked = match self.look_at_due(company).await {
                Ok(0) => self.add_wanted(company).await,
                looked => looked,
            };
            match looked {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    error!(%company, %error, "due checks could not be read");
                    return;
                }
            }
        }
    }

    /// Takes a few that are due and looks at them. Says how many URLs that were.
    async fn look_at_due(&self, company: CompanyId) -> Result<usize, StoreError> {
        let lease = CheckLease(self.clock.new_uuid());
        let now = self.clock.now();
        let due = self
            .store
            .lease_checks(
                company,
                lease,
                now,
                now.plus(self.edge.timeout() * LEASE),
                AT_ONCE,
            )
            .await?;
        let looked = due.len();
        stream::iter(due)
            .for_each_concurrent(None, async |check| {
                match self.look_after(&check, lease).await {
                    Ok(()) => {}
                    Err(StoreError::Conflict) => warn!(check = %check.id, "somebody else has looked meanwhile"),
                    Err(error) => error!(check = %check.id, %error, "a check could not be stored; it is made again"),
                }
            })
            .await;
        Ok(looked)
    }

    async fn look_after(&self, check: &DueCheck, lease: CheckLease) -> Result<(), StoreError> {
        let hosts = Hosts::load(&self.store, check.company).await?;
        let before = self.store.looks(check.company, check.id).await?;
        let (seen, plain) = if let Some(target) = hosts.target(&check.url) {
            let was_negotiated = before.iter().any(|look| look.format != CheckFormat::Plain);
            self.see(&check.url, &target, &hosts, was_negotiated).await
        } else {
            let nothing = Seen {
                format: CheckFormat::Plain,
                after: Err(NOT_A_HOST.to_owned()),
                origin: None,
            };
            (vec![nothing], None)
        };
        let mut round = self.round(check, &before, &seen);
        if check.covered && round.judgement.verdict == Verdict::NothingNewer {
            round
                .looks
                .extend(self.look_at_preview(&check.url, &hosts).await);
        }
        // First: who sees that the verdict is final does not look again for the picture.
        self.keep_picture(check.company, check.id, LookKind::After, plain)
            .await;
        self.store.finish_round(check, lease, &round).await?;
        Ok(())
    }

    /// What is seen of a URL in each format, and the body of the plain one, of which the small picture is made. Whether the
    /// answers are negotiated, an earlier look has told or the plain one tells.
    async fn see(
        &self,
        url: &str,
        target: &Target,
        hosts: &Hosts,
        was_negotiated: bool,
    ) -> (Vec<Seen>, Option<Kept>) {
        let mut seen = Vec::new();
        let mut plain = None;
        let mut formats = CheckFormat::of(url, target.scope, was_negotiated);
        while let Some(&format) = formats.get(seen.len()) {
            let probe = self.probe(target, format).await;
            let after = look_of(&probe);
            if format == CheckFormat::Plain {
                let is_negotiated = probe.as_ref().is_ok_and(|probe| probe.is_negotiated);
                formats = CheckFormat::of(url, target.scope, was_negotiated || is_negotiated);
                plain = Kept::when_there_is_room(probe, &self.room).await;
            } else {
                drop(probe);
            }
            let random = self.clock.new_uuid().simple().to_string();
            let asked = origin_url(url, &random).and_then(|url| hosts.target(&url));
            let origin = match asked {
                Some(asked) if after.is_ok() => Some(look_of(&self.probe(&asked, format).await)),
                _ => None,
            };
            seen.push(Seen {
                format,
                after,
                origin,
            });
        }
        (seen, plain)
    }

    fn round(&self, check: &DueCheck, before: &[StoredLook], seen: &[Seen]) -> Round {
        let now = self.clock.now();
        let stored = |format, kind, look: Look| StoredLook {
            format,
            kind,
            at: look.as_ref().map_or(now, |seen| seen.at),
            look,
        };
        let mut looks = Vec::new();
        for seen in seen {
            looks.push(stored(seen.format, LookKind::After, seen.after.clone()));
            if let Some(origin) = &seen.origin {
                looks.push(stored(seen.format, LookKind::Origin, origin.clone()));
            }
        }
        let find = |looks: &'_ [StoredLook], format, kind| {
            let found = looks
                .iter()
                .position(|look| look.format == format && look.kind == kind);
            found.unwrap_or(usize::MAX)
        };
        let formats = seen.iter().filter_map(|seen| {
            Some(Looks {
                before: before
                    .get(find(before, seen.format, LookKind::Before))
                    .map(|look| &look.look),
                after: &looks.get(find(&looks, seen.format, LookKind::After))?.look,
                origin: looks
                    .get(find(&looks, seen.format, LookKind::Origin))
                    .map(|look| &look.look),
            })
        });
        let mut judgement = judge(formats, check.purge);
        // What was not purged did not come back.
        if !check.covered && judgement.verdict == Verdict::CachedAgain {
            judgement.verdict = Verdict::StillOld;
        }
        let next_look_at = check
            .covered
            .then(|| self.next_look(judgement.verdict, check))
            .flatten()
            .or_else(|| self.look_at_what_is_kept_now(&judgement, check));
        let after: Vec<_> = looks
            .iter()
            .filter(|look| look.kind == LookKind::After)
            .cloned()
            .collect();
        let since_purge = now.since(check.purge.taken_at);
        let keeps = longest_keep(&after)
            .map(|keeps| kept_after_purge(keeps, judgement.verdict, since_purge));
        Round {
            keeps,
            looks,
            judgement,
            at: now,
            next_look_at,
        }
    }

    /// A host that had no copy has one since this look, and what it gives from now on can be compared with the origin. Once:
    /// one that keeps none proves nothing, however often it is asked.
    fn look_at_what_is_kept_now(
        &self,
        judgement: &Judgement,
        check: &DueCheck,
    ) -> Option<Timestamp> {
        let doubt = judgement.doubt.as_ref()?;
        let proves_nothing = *doubt == Doubt::NothingToCompare { asked: true };
        let is_first = check.doubt.as_deref() != Some(&*doubt.to_string());
        (proves_nothing && is_first).then(|| self.clock.now().plus(self.settings.interval))
    }

    fn next_look(&self, verdict: Verdict, check: &DueCheck) -> Option<Timestamp> {
        let now = self.clock.now();
        self.settings
            .next_look(verdict, check.purge.taken_at, check.looks + 1, now)
    }
}

/// How long after the purge a browser may keep what a look showed: whoever got the old picture by then keeps it from then
/// on, unless browsers ask each time.
fn kept_after_purge(keeps: Duration, verdict: Verdict, since_purge: Duration) -> Duration {
    if verdict.is_old() && !keeps.is_zero() {
        keeps.saturating_add(since_purge)
    } else {
        keeps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_out_again_is_kept_from_then_on() {
        let minutes = Duration::from_mins;
        let kept = |keeps, verdict| kept_after_purge(minutes(keeps), verdict, minutes(10));
        for old in [
            Verdict::StillOld,
            Verdict::CachedAgain,
            Verdict::NothingNewer,
        ] {
            assert_eq!(kept(60, old), minutes(70), "{old:?}");
            assert_eq!(kept(0, old), minutes(0), "browsers ask each time");
        }
        assert_eq!(kept(60, Verdict::Live), minutes(60));
    }
}
