//! *Test this host*: whether purging the base URL of an image also clears its query forms on a delivery host.
//!
//! The test looks at one query form of a sample until the host keeps a copy of it, has the base URL purged, and looks
//! again: when the copy is new, the host clears by base URL. It says so only on evidence: the cache's own word, an age
//! that began anew, or a picture that had been old and now is the origin's.
//!
//! The purge itself is an ordinary invalidation, by the administrator who tests: it waits in the same queue, with one
//! request on its way per company, is kept safe from a crash, and stands in the history. So nothing here calls Adobe.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::warn;
use url::Url;

use crate::{
    clock::{Clock, Timestamp},
    domain::{
        Asset, AssetClass, BatchId, BatchState, Company, HostOrigin, HostVerdict, InvalidationId,
        MissingSetting, Options, PersonId, PresetChoice, UrlOrigin, formation,
    },
    edge::{self, CacheWord, Evidence, Look, LookError, Reach},
    ops::dispatch::Dispatcher,
    store::{Batch, Draft, HostTest, NewBatch, Store, StoreError, Submission, SubmittedUrl},
};

/// A test that has been under way for longer was left by a process that died.
const ABANDONED_AFTER: Duration = Duration::from_mins(5);

/// How long the queue before the test's own request may take.
const QUEUE: Duration = Duration::from_mins(2);

/// Looks that are made until the host keeps a copy.
const WARMING: usize = 5;

/// How a test takes its time.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two looks.
    pub step: Duration,
    /// How long a purge may take to show at the least, whatever Adobe expects.
    pub patience: Duration,
    /// How old a copy must be before the purge, where its age is the only evidence.
    pub ageing: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            step: Duration::from_secs(1),
            patience: Duration::from_secs(12),
            ageing: Duration::from_secs(4),
        }
    }
}

/// The longest estimate of Adobe's that is waited for.
const LONGEST: Duration = Duration::from_mins(1);

/// Tests hosts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HostTester {
    store: Store,
    clock: Clock,
    dispatcher: Dispatcher,
    edge: edge::Client,
    pace: Pace,
}

/// Why a test did not begin. Each is a sentence for the page.
#[derive(Debug, thiserror::Error)]
pub enum NoTest {
    /// No such host.
    #[error("This host is no longer on the list.")]
    NoHost,
    /// Without an account nothing can be purged.
    #[error(
        "A test purges one picture, and this company is not connected to a Dynamic Media account. Connect it first."
    )]
    NotConnected,
    /// The company is not complete.
    #[error("A test needs the addresses of this company: {0}.")]
    MissingSetting(#[from] MissingSetting),
    /// The sample is not in the catalogue.
    #[error(
        "There is no published image “{0}” in the catalogue. Type the ID of one, as the asset picker shows it."
    )]
    NoSample(String),
    /// Another test is under way.
    #[error("A test of this host is under way already. Wait for its result.")]
    UnderWay,
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for NoTest {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What is tested.
#[derive(Debug, Clone)]
struct Subject {
    company: Company,
    origin: HostOrigin,
    reach: Reach,
    asset: Asset,
    root: String,
    tester: PersonId,
}

impl HostTester {
    /// Puts it together.
    #[must_use]
    pub fn new(store: Store, clock: Clock, dispatcher: Dispatcher, edge: edge::Client) -> Self {
        Self {
            store,
            clock,
            dispatcher,
            edge,
            pace: Pace::default(),
        }
    }

    /// The same at another pace.
    #[must_use]
    pub fn at_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Whether a test that began then was left by a process that died.
    #[must_use]
    pub fn is_abandoned(&self, since: Timestamp) -> bool {
        since < self.clock.now().minus(ABANDONED_AFTER)
    }

    /// Begins a test, which goes on by itself; its result is stored beside the host's setting. `sample` is an asset's ID.
    pub async fn begin(
        &self,
        company: &Company,
        origin: &HostOrigin,
        sample: &str,
        tester: PersonId,
    ) -> Result<tokio::task::JoinHandle<()>, NoTest> {
        let subject = self.subject(company, origin, sample, tester).await?;
        let now = self.clock.now();
        let begun = self
            .store
            .begin_host_test(company.id, origin, now, now.minus(ABANDONED_AFTER))
            .await;
        match begun {
            Ok(()) => {}
            Err(StoreError::Conflict) => return Err(NoTest::UnderWay),
            Err(error) => return Err(error.into()),
        }
        let this = self.clone();
        Ok(tokio::spawn(async move {
            let (verdict, note) = this.test(&subject).await;
            let test = HostTest {
                verdict,
                note,
                asset: subject.asset.id.clone(),
                at: this.clock.now(),
            };
            let (company, origin) = (subject.company.id, &subject.origin);
            if let Err(error) = this.store.finish_host_test(company, origin, &test).await {
                warn!(%error, host = %origin, "the result of a host's test could not be stored");
            }
        }))
    }

    async fn subject(
        &self,
        company: &Company,
        origin: &HostOrigin,
        sample: &str,
        tester: PersonId,
    ) -> Result<Subject, NoTest> {
        let settings = self.store.host_settings(company.id).await?;
        let setting = settings
            .iter()
            .find(|setting| setting.host.origin == *origin)
            .ok_or(NoTest::NoHost)?;
        let site = company.site()?;
        let connected = self.store.connection(company.id).await?.is_some();
        if !connected || company.handle.is_none() {
            return Err(NoTest::NotConnected);
        }
        let sample = sample.trim().to_owned();
        let assets = self
            .store
            .assets_by_id(company.id, &[sample.clone()])
            .await?;
        let asset = assets
            .into_iter()
            .find(|asset| asset.published && asset.class() == AssetClass::Image)
            .ok_or(NoTest::NoSample(sample))?;
        Ok(Subject {
            company: company.clone(),
            origin: origin.clone(),
            reach: if setting.found {
                Reach::Public
            } else {
                Reach::Private
            },
            asset,
            root: site.root,
            tester,
        })
    }

    async fn test(&self, subject: &Subject) -> (HostVerdict, String) {
        match self.watch(subject).await {
            Ok(seen) => seen,
            Err(Untestable(note)) => (HostVerdict::CannotTell, note),
        }
    }

    async fn watch(&self, subject: &Subject) -> Result<(HostVerdict, String), Untestable> {
        let base = subject.base_url();
        let form = subject.query_form(&base)?;
        let mut before = Sighting::now(self.warm(subject, &form).await?);
        let stale = before.look.hash != self.from_origin(subject, &form).await?.hash;
        let Evidence { word, age } = before.look.evidence;
        if word.is_none() && age.is_some() && !stale {
            sleep(self.pace.ageing).await;
            before = Sighting::now(self.look(subject, &form).await?);
        }
        let purged = self.purge(subject, &base).await?;
        let estimate = purged.receipt.and_then(|receipt| receipt.estimated_seconds);
        let estimate = Duration::from_secs(estimate.unwrap_or(0).unsigned_abs().into());
        let until = Instant::now() + self.pace.patience.max(estimate.min(LONGEST));
        loop {
            let after = Sighting::now(self.look(subject, &form).await?);
            match judge(&before, &after, stale) {
                Some(Turn::Turned(how)) => {
                    let note = format!("After the base URL was purged, {form} turned: {how}.");
                    return Ok((HostVerdict::Turned, note));
                }
                turn if Instant::now() >= until => return Ok(subject.ended(turn, &form)),
                _ => sleep(self.pace.step).await,
            }
        }
    }

    /// Looks until the host keeps a copy, as far as it says so.
    async fn warm(&self, subject: &Subject, form: &Url) -> Result<Look, Untestable> {
        let mut look = self.look(subject, form).await?;
        for _ in 0..WARMING {
            let earlier = look;
            look = self.look(subject, form).await?;
            let kept = look.evidence.word != Some(CacheWord::Fetched);
            if kept && earlier.hash == look.hash {
                return Ok(look);
            }
            sleep(self.pace.step).await;
        }
        Err(Untestable(format!(
            "The host did not keep a copy of {form}, even before anything was purged, so there is nothing to see. Try \
             another picture."
        )))
    }

    /// The same picture past the cache: the server passes over `id=`, the cache does not.
    async fn from_origin(&self, subject: &Subject, form: &Url) -> Result<Look, Untestable> {
        let mut url = form.clone();
        let query = form.query().unwrap_or_default();
        url.set_query(Some(&format!(
            "{query}&id={}",
            self.clock.new_uuid().simple()
        )));
        self.look(subject, &url).await
    }

    async fn look(&self, subject: &Subject, url: &Url) -> Result<Look, Untestable> {
        let look = self.edge.look(url, subject.reach).await?;
        if look.status == 200 {
            Ok(look)
        } else {
            Err(Untestable(format!(
                "The host answered {url} with HTTP {}, not with a picture. Try another picture.",
                look.status
            )))
        }
    }

    /// Has the base URL purged like any other, and waits until Adobe has taken it.
    async fn purge(&self, subject: &Subject, base: &str) -> Result<Batch, Untestable> {
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

impl Subject {
    fn base_url(&self) -> String {
        let id = formation::encode_id(&self.asset.id);
        format!("{}/is/image/{}/{id}", self.origin, self.root)
    }

    /// A size that hardly any page uses: what visitors see stays as it is.
    fn query_form(&self, base: &str) -> Result<Url, Untestable> {
        let url = format!("{base}?wid=87&hei=87");
        Url::parse(&url).map_err(|_| Untestable(format!("{url} is not an address.")))
    }

    /// What is said when nothing turned in time.
    fn ended(&self, turn: Option<Turn>, form: &Url) -> (HostVerdict, String) {
        if turn == Some(Turn::Kept) {
            let note = format!(
                "After the base URL was purged, the host still gave its old copy of {form}."
            );
            return (HostVerdict::NotTurned, note);
        }
        let note = format!(
            "The host does not say where its answers come from, and {form} looked the same before and after. Publish a \
             new version of {} and test with it again: then the picture itself shows it.",
            self.asset.id
        );
        (HostVerdict::CannotTell, note)
    }
}

/// Why nothing can be told, in a sentence.
struct Untestable(String);

impl From<LookError> for Untestable {
    fn from(error: LookError) -> Self {
        Self(format!("The host could not be looked at: {error}."))
    }
}

impl From<StoreError> for Untestable {
    fn from(error: StoreError) -> Self {
        warn!(%error, "a host's test was ended by the database");
        Self("The test was interrupted by a failure of our own. Try again.".to_owned())
    }
}

/// A look, and when it was.
#[derive(Debug, Clone)]
struct Sighting {
    look: Look,
    at: Instant,
}

impl Sighting {
    fn now(look: Look) -> Self {
        Self {
            look,
            at: Instant::now(),
        }
    }
}

/// What two looks show, when they show something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The copy is a new one; how that is seen.
    Turned(&'static str),
    /// It is still the copy from before.
    Kept,
}

/// Ages are whole seconds, and caches round them differently.
const ROUNDING: u64 = 2;

/// Compares a look from before the purge with one from after it. `stale` says that the copy from before was older than
/// the origin's picture.
fn judge(before: &Sighting, after: &Sighting, stale: bool) -> Option<Turn> {
    if before.look.hash != after.look.hash {
        return Some(Turn::Turned(
            "the host delivers another picture than before",
        ));
    }
    if stale {
        return Some(Turn::Kept);
    }
    match after.look.evidence.word {
        Some(CacheWord::Fetched) => {
            return Some(Turn::Turned(
                "the host fetched it anew, as its own headers say",
            ));
        }
        Some(CacheWord::Hit) => return Some(Turn::Kept),
        None => {}
    }
    let (was, is) = (before.look.evidence.age?, after.look.evidence.age?);
    let kept = was + after.at.duration_since(before.at).as_secs();
    if is + ROUNDING < kept {
        Some(Turn::Turned("the age of the host's copy began anew"))
    } else if kept > ROUNDING {
        Some(Turn::Kept)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(at: Instant, picture: u8, x_cache: Option<&str>, age: Option<&str>) -> Sighting {
        Sighting {
            at,
            look: Look {
                status: 200,
                hash: [picture; 32],
                evidence: Evidence::read(x_cache, age),
            },
        }
    }

    fn turned(turn: Option<Turn>) -> bool {
        matches!(turn, Some(Turn::Turned(_)))
    }

    #[test]
    fn another_picture_has_turned_whatever_the_headers_say() {
        let now = Instant::now();
        let before = seen(now, 1, Some("TCP_HIT"), None);
        assert!(turned(judge(
            &before,
            &seen(now, 2, Some("TCP_HIT"), None),
            false
        )));
    }

    #[test]
    fn a_picture_that_was_stale_and_stays_so_is_kept_even_without_headers() {
        let now = Instant::now();
        let before = seen(now, 1, None, None);
        assert_eq!(judge(&before, &before, true), Some(Turn::Kept));
        assert_eq!(judge(&before, &before, false), None);
    }

    #[test]
    fn the_caches_own_word_decides_about_the_same_picture() {
        let now = Instant::now();
        let before = seen(now, 1, Some("TCP_HIT"), Some("9"));
        assert!(turned(judge(
            &before,
            &seen(now, 1, Some("TCP_MISS"), Some("0")),
            false
        )));
        let kept = judge(
            &before,
            &seen(now, 1, Some("TCP_MEM_HIT"), Some("0")),
            false,
        );
        assert_eq!(kept, Some(Turn::Kept));
    }

    #[test]
    fn an_age_that_began_anew_has_turned_and_one_that_grows_has_not() {
        let now = Instant::now();
        let later = now + Duration::from_secs(5);
        let before = seen(now, 1, None, Some("40"));
        assert!(turned(judge(
            &before,
            &seen(later, 1, None, Some("3")),
            false
        )));
        let kept = judge(&before, &seen(later, 1, None, Some("45")), false);
        assert_eq!(kept, Some(Turn::Kept));
        let young = seen(now, 1, None, Some("0"));
        assert_eq!(judge(&young, &seen(now, 1, None, Some("0")), false), None);
    }
}
