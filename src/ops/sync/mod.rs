//! Keeps the catalogues as Dynamic Media has them: all assets once, then what changed, now and then a comparison of all
//! IDs; with them the folders and the image presets.
//!
//! A background task begins what is due (`domain::catalogue` says what). One reader at a time for each company, by a
//! lease in the database that is renewed while it reads; it asks one thing after the other, with a pause between, and
//! stores each page and then its place. So a crash, a restart or another node goes on there.

mod ask;
mod beside;
mod compare;
mod convert;
mod look_up;
mod pages;
mod reading;
mod trouble;

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, info, warn};

pub(in crate::ops) use self::beside::lists_none;
pub use self::{
    ask::Answer,
    look_up::{LookUpError, ReadingStopped},
};
use self::{ask::Asked, reading::Reading, trouble::ReadingError};
use crate::{
    clock::{Clock, Timestamp},
    config::SyncConfig,
    domain::{CatalogueSync, CompanyId, ReadingKind},
    ips,
    ops::connection::{self, Connector},
    store::{Store, StoreError, SyncLease},
    vault::Vault,
};

/// What the interval may be: in minutes, and in words that follow "every".
pub const INTERVALS: [(u64, &str); 6] = [
    (5, "5 minutes"),
    (15, "15 minutes"),
    (60, "hour"),
    (6 * 60, "6 hours"),
    (24 * 60, "day"),
    (7 * 24 * 60, "week"),
];

/// A catalogue that was read longer ago is read again when somebody looks at it.
const FRESH: Duration = Duration::from_mins(1);

/// Reads catalogues. Cheap to clone; all clones wake the same task.
#[derive(Debug, Clone)]
pub struct Syncer {
    store: Store,
    vault: Vault,
    ips: ips::Client,
    clock: Clock,
    connector: Connector,
    config: SyncConfig,
    wake: Arc<Notify>,
    asked: Arc<Asked>,
}

/// How a reading ended.
#[derive(Debug)]
pub enum Ended {
    /// It is complete.
    Finished(Box<CatalogueSync>),
    /// Somebody stopped it; it can go on.
    Stopped,
    /// It failed, for the reason that is stored too; it is tried again later.
    Failed(String),
    /// Somebody else reads already.
    Busy,
    /// There is nothing to do.
    NotDue,
}

impl Syncer {
    /// Puts it together; nothing is read before [`Syncer::run`].
    #[must_use]
    pub fn new(
        store: Store,
        vault: Vault,
        ips: ips::Client,
        clock: Clock,
        config: SyncConfig,
    ) -> Self {
        let connector = Connector::new(store.clone(), vault.clone(), ips.clone(), clock.clone());
        let connector = connector.with_pause(config.pause);
        Self {
            store,
            vault,
            ips,
            clock,
            connector,
            config,
            wake: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// Has the changes read soon when the last reading is older than a minute. Returns at once.
    pub async fn freshen(&self, company: CompanyId) -> Result<(), StoreError> {
        let older_than = self.clock.now().minus(FRESH);
        if self.store.want_changes(company, older_than).await? {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Has something read as soon as may be, and ends a stop.
    pub async fn read_soon(&self, company: CompanyId, kind: ReadingKind) -> Result<(), StoreError> {
        self.store.set_sync_stopped(company, false).await?;
        self.store.want_reading(company, kind).await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Compares all IDs again, and this time takes away what Dynamic Media does not list, however much it is.
    pub async fn take_away(&self, company: CompanyId) -> Result<(), StoreError> {
        self.store.allow_taking_away(company).await?;
        self.read_soon(company, ReadingKind::Sweep).await
    }

    /// Lets a company's reading go on, at once, after a stop or a failure.
    pub async fn go_on(&self, company: CompanyId) -> Result<(), StoreError> {
        self.store.set_sync_stopped(company, false).await?;
        self.wake.notify_one();
        Ok(())
    }

    /// The same with an account that Adobe has just verified.
    pub async fn go_on_with_account(&self, company: CompanyId) -> Result<(), StoreError> {
        self.store.accept_sync(company).await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Stops a company's reading after the page that is on its way. It keeps its place.
    pub async fn stop(&self, company: CompanyId) -> Result<(), StoreError> {
        self.store.set_sync_stopped(company, true).await
    }

    /// Sets how often changes are asked for, and tells it in words. `None`, and nothing done, when it is none of
    /// [`INTERVALS`].
    pub async fn set_interval(
        &self,
        company: CompanyId,
        minutes: u64,
    ) -> Result<Option<&'static str>, StoreError> {
        let known = INTERVALS.into_iter().find(|(known, _)| *known == minutes);
        let Some((minutes, words)) = known else {
            return Ok(None);
        };
        let interval = Duration::from_mins(minutes);
        self.store.set_sync_interval(company, interval).await?;
        Ok(Some(words))
    }

    /// Begins what is due, until cancelled; then waits for what is under way to keep its place.
    pub async fn run(self, cancel: CancellationToken) {
        let tasks = TaskTracker::new();
        while !cancel.is_cancelled() {
            let now = self.clock.now();
            if let Err(error) = self.begin_due(&tasks, &cancel, now).await {
                error!(%error, "the state of the catalogues could not be read");
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = self.clock.sleep_until(now.plus(self.config.idle)) => {}
                () = cancel.cancelled() => {}
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    async fn begin_due(
        &self,
        tasks: &TaskTracker,
        cancel: &CancellationToken,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for (company, sync) in self.store.connected_syncs().await? {
            if sync.due(now).is_none() || sync.is_leased(now) {
                continue;
            }
            let (this, cancel) = (self.clone(), cancel.clone());
            tasks.spawn(async move {
                match this.read(company, &cancel).await {
                    // What was asked for meanwhile, or that a stop was ended before it was noticed.
                    Ok(Ended::Finished(_) | Ended::Stopped) => this.wake.notify_one(),
                    Ok(_) => {}
                    Err(error) => error!(%company, %error, "a catalogue could not be read"),
                }
            });
        }
        Ok(())
    }

    /// Reads what is due for one company, to its end, unless somebody else does.
    pub async fn read(
        &self,
        company: CompanyId,
        cancel: &CancellationToken,
    ) -> Result<Ended, StoreError> {
        let lease = SyncLease(self.clock.new_uuid());
        let now = self.clock.now();
        let leased = self
            .store
            .lease_sync(company, lease, now, now.plus(self.config.lease))
            .await?;
        let Some(sync) = leased else {
            return Ok(Ended::Busy);
        };
        let ended = match sync.due(now) {
            Some(kind) => self.read_leased(company, lease, sync, kind, cancel).await,
            None => Ok(Ended::NotDue),
        };
        self.store.release_sync(company, lease).await?;
        ended
    }

    async fn read_leased(
        &self,
        company: CompanyId,
        lease: SyncLease,
        mut sync: CatalogueSync,
        kind: ReadingKind,
        cancel: &CancellationToken,
    ) -> Result<Ended, StoreError> {
        sync.begin(kind, self.clock.now());
        self.store
            .save_sync(company, lease, &sync, Some(kind))
            .await?;
        info!(%company, kind = kind.as_str(), page = sync.page, "reading the catalogue");
        let mut reading = Reading::new(self, company, lease, sync);
        let read = tokio::select! {
            read = reading.run() => read,
            () = self.hold(company, lease) => return Ok(Ended::Busy),
            () = cancel.cancelled() => return Ok(Ended::Stopped),
        };
        let Reading {
            mut sync, asked_as, ..
        } = reading;
        match read {
            Ok(true) => {
                info!(%company, kind = kind.as_str(), seen = sync.seen, total = sync.total, skipped = sync.skipped, added = sync.added, changed = sync.changed, vanished = sync.vanished, "the catalogue is read");
                Ok(Ended::Finished(Box::new(sync)))
            }
            Ok(false) => Ok(Ended::Stopped),
            Err(ReadingError::Store(StoreError::Conflict)) => Ok(Ended::Busy),
            Err(error) => {
                warn!(%company, kind = kind.as_str(), page = sync.page, %error, "the catalogue could not be read on");
                let needs_somebody = error.needs_somebody();
                sync.same_as = error.same_as().or(sync.same_as);
                let problem = error.sentence();
                sync.fail(problem.clone(), self.clock.now());
                self.store.save_sync(company, lease, &sync, None).await?;
                // Not where somebody has changed the account meanwhile: that was another one's trouble.
                let (store, vault) = (&self.store, &self.vault);
                if needs_somebody
                    && connection::is_current(store, vault, company, asked_as.as_ref()).await?
                {
                    self.store.refuse_sync(company).await?;
                }
                Ok(Ended::Failed(problem))
            }
        }
    }

    /// Renews the lease for as long as it is ours.
    async fn hold(&self, company: CompanyId, lease: SyncLease) {
        let step = self.config.lease / 3;
        let mut renewed_at = self.clock.now();
        loop {
            // From when it was renewed: the time that the renewal takes counts.
            self.clock.sleep_until(renewed_at.plus(step)).await;
            renewed_at = self.clock.now();
            let until = renewed_at.plus(self.config.lease);
            match self.store.renew_sync_lease(company, lease, until).await {
                Ok(true) => {}
                Ok(false) => return,
                // A database that is away for a moment takes the lease from nobody.
                Err(error) => warn!(%company, %error, "a lease could not be renewed"),
            }
        }
    }
}
