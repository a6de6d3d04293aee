//! *Test this host*: whether purging the base URL of an image also clears its query forms on a delivery host.
//!
//! The test looks at one query form of a sample until the host keeps a copy of it, has the base URL purged, and looks
//! again: when the copy is new, the host clears by base URL. It says so only on evidence: the cache's own word, an age
//! that began anew, or a picture that had been old and now is the origin's.
//!
//! It waits by the machine's time, not by the clock: what it waits for is how other machines' caches age and turn, and
//! that is measured by a time that nobody sets.
//!
//! The purge itself is an ordinary invalidation, by the administrator who tests: it waits in the same queue, with one
//! request on its way per company, is kept safe from a crash, and stands in the history. So nothing here calls Adobe.

mod judge;
mod purge;

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::warn;
use url::Url;

use self::judge::{Sighting, Turn, judge};
use crate::{
    clock::{Clock, Timestamp},
    domain::{
        Asset, AssetClass, Company, HostOrigin, HostVerdict, MissingSetting, PersonId, formation,
    },
    edge::{self, Evidence, Look, LookError, Reach},
    ops::dispatch::Dispatcher,
    store::{HostTest, Store, StoreError},
};

/// A test that has been under way for longer was left by a process that died.
const ABANDONED_AFTER: Duration = Duration::from_mins(5);

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
            .assets_by_id(company.id, std::slice::from_ref(&sample))
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
        let form = Subject::query_form(&base)?;
        let mut before = Sighting::now(self.warm(subject, &form).await?);
        let stale = before.look.hash != self.look_past_the_cache(subject, &form).await?.hash;
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
            let kept = !look.evidence.asked_origin();
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
    async fn look_past_the_cache(&self, subject: &Subject, form: &Url) -> Result<Look, Untestable> {
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
}

impl Subject {
    fn base_url(&self) -> String {
        let id = formation::encode_id(&self.asset.id);
        format!("{}/is/image/{}/{id}", self.origin, self.root)
    }

    /// A size that hardly any page uses: what visitors see stays as it is.
    fn query_form(base: &str) -> Result<Url, Untestable> {
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
