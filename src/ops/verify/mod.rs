//! Checks: looks at delivery hosts before and after a purge, and what can be said of each URL.
//!
//! Before the first byte of an invalidation is sent, a sample of its URLs is looked at once, within a time that sending may
//! spare (`before`). When Adobe has taken a batch, or a part of it in a search, its URLs are looked at again and again, at
//! growing intervals, until their verdict is final (`rounds`); the table of verdicts is `domain::judge`. What is due stands
//! in the database and is taken by a lease, so that a restart loses nothing and one node looks. Only the company's own hosts
//! are ever contacted (`hosts`); its preview server changes no verdict (`preview`). Nothing here sends a purge.

mod asked;
mod before;
mod hosts;
mod preview;
mod rounds;

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, Semaphore},
    task::{AbortHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

pub use self::asked::{Asked, NotAsked};
use self::before::Kept;

use crate::{
    clock::Clock,
    domain::{CheckFormat, CheckId, CheckSettings, CompanyId, InvalidationId, Look, LookKind},
    edge::{self, Probe, small_picture},
    store::{Store, StoreError, StoredPicture, Taken, UncheckedBatch},
};

/// A sweep passes over what Adobe answered longer ago than this; only the start of a process looks for those too.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(48);

/// So many small pictures are made at once: each may take much memory for a moment.
const PICTURES_AT_ONCE: usize = 1;

/// Bodies wait for their small pictures up to so many bytes in all, from before a purge and after it, of whichever companies.
const ROOM: u32 = 64 * 1024 * 1024;

/// A shutdown waits so long for the small pictures that are still to be made.
const LAST_PICTURES: Duration = Duration::from_secs(5);

/// Takes looks. Cheap to clone; all clones wake the same task.
#[derive(Debug, Clone)]
pub struct Verifier {
    store: Store,
    clock: Clock,
    edge: edge::Client,
    settings: CheckSettings,
    wake: Arc<Notify>,
    pictures: Arc<Semaphore>,
    /// A permit for each byte that waits for its small picture.
    room: Arc<Semaphore>,
}

impl Verifier {
    /// Puts it together; nothing is looked at before [`Verifier::run`] or [`Verifier::before_sending`].
    #[must_use]
    pub fn new(store: Store, clock: Clock, edge: edge::Client, settings: CheckSettings) -> Self {
        Self {
            store,
            clock,
            edge,
            settings,
            wake: Arc::default(),
            pictures: Arc::new(Semaphore::new(PICTURES_AT_ONCE)),
            room: Arc::new(Semaphore::new(ROOM as usize)),
        }
    }

    /// How checks are made.
    #[must_use]
    pub const fn settings(&self) -> &CheckSettings {
        &self.settings
    }

    /// Looks at a sample of an invalidation's URLs as the edge has them now, once, before its first byte is sent to
    /// Adobe, and stores what it saw. Hosts that are slower than the settings allow are passed over. Where it cannot be
    /// stored, nothing should be sent yet: once it is, what was there before is gone for good.
    pub async fn before_sending(
        &self,
        company: CompanyId,
        invalidation: InvalidationId,
    ) -> Result<(), StoreError> {
        self.look_before(company, invalidation).await
    }

    /// Says that a batch is at its end, or that Adobe took a part of it in a search: the URLs that it took so far are looked at
    /// when the time has come.
    pub async fn answered(&self, batch: UncheckedBatch) {
        if let Err(error) = self.start(batch).await {
            warn!(batch = %batch.id, %error, "checks could not be started; they are with the next sweep");
        }
        self.wake.notify_one();
    }

    /// Takes the looks that are due, until cancelled; then what was seen before a purge still becomes small pictures, if that
    /// does not take long.
    pub async fn run(self, cancel: CancellationToken) {
        if self.store.is_single_node()
            && let Err(error) = self.store.release_checks().await
        {
            // Their leases run out by themselves.
            warn!(%error, "checks that were left could not be taken up at once");
        }
        tokio::select! {
            () = self.keep_looking() => {}
            () = cancel.cancelled() => {}
        }
        // All of the room is free when the last one is stored. By the machine's time, as it is the machine's work.
        let _ = tokio::time::timeout(LAST_PICTURES, self.room.acquire_many(ROOM)).await;
    }

    /// Each company's looks are a task of their own: a host that is slow holds up no other company's.
    async fn keep_looking(&self) {
        if let Err(error) = self.start_forgotten().await {
            error!(%error, "batches that were accepted long ago could not be looked for");
        }
        let mut swept = None;
        let mut tasks = JoinSet::new();
        let mut looking: HashMap<CompanyId, AbortHandle> = HashMap::new();
        loop {
            let now = self.clock.now();
            if swept.is_none_or(|at| now.since(at) >= self.settings.sweep) {
                swept = Some(now);
                if let Err(error) = self.sweep().await {
                    error!(%error, "accepted batches could not be looked for");
                }
            }
            looking.retain(|_, task| !task.is_finished());
            match self.store.companies_with_due_checks(now).await {
                Ok(due) => {
                    for company in due {
                        looking.entry(company).or_insert_with(|| {
                            let this = self.clone();
                            tasks.spawn(async move { this.look_at_all(company).await })
                        });
                    }
                }
                Err(error) => error!(%error, "due checks could not be read"),
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = self.clock.sleep_until(now.plus(self.settings.idle)) => {}
                Some(_) = tasks.join_next() => {}
            }
        }
    }

    /// Starts what every process that could have started it died before, and however long ago.
    async fn start_forgotten(&self) -> Result<(), StoreError> {
        for batch in self.store.forgotten_batches().await? {
            self.start(batch).await?;
        }
        Ok(())
    }

    /// Starts what a process that died has not started.
    async fn sweep(&self) -> Result<(), StoreError> {
        let since = self.clock.now().minus(FORGOTTEN_AFTER);
        for batch in self.store.unchecked_batches(since).await? {
            self.start(batch).await?;
        }
        Ok(())
    }

    async fn start(&self, unchecked: UncheckedBatch) -> Result<(), StoreError> {
        let UncheckedBatch {
            company,
            invalidation,
            id,
        } = unchecked;
        let batches = self.store.batches(company, invalidation).await?;
        let Some(batch) = batches.iter().find(|batch| batch.id == id) else {
            return Ok(());
        };
        if let Some(taken) = Taken::of(batch) {
            let first = self
                .settings
                .first_look(taken.taken_at, batch.estimated_seconds());
            self.choose_late(company, invalidation, &batches).await?;
            self.store.start_checks(unchecked, &taken, first).await?;
        }
        Ok(())
    }

    /// One look at one URL.
    async fn probe(&self, target: &hosts::Target, format: CheckFormat) -> Result<Probe, String> {
        let probe = self
            .edge
            .probe(&target.url, target.reach, format, &self.clock);
        probe.await.map_err(|error| error.to_string())
    }

    /// Keeps the small picture of what was seen, and none where there was none. It is for people; a check does not need it,
    /// so a failure is only told.
    async fn keep_picture(
        &self,
        company: CompanyId,
        check: CheckId,
        kind: LookKind,
        kept: Option<Kept>,
    ) {
        let picture = match kept {
            Some(kept) => self.small_picture(kept).await,
            None => None,
        };
        let kept = match picture {
            Some(picture) => self.store.put_picture(company, check, kind, &picture).await,
            None => self.store.drop_picture(company, check, kind).await,
        };
        if let Err(error) = kept {
            warn!(%check, %error, "a small picture could not be stored");
        }
    }

    async fn small_picture(&self, kept: Kept) -> Option<StoredPicture> {
        let Kept { probe, room } = kept;
        let body = probe.body.filter(|_| probe.sighting.is_delivered())?;
        let _turn = self.pictures.acquire().await.ok()?;
        let made = tokio::task::spawn_blocking(move || {
            small_picture(probe.content_type.as_deref(), &body)
        });
        let picture = made.await.ok()??;
        drop(room);
        Some(StoredPicture {
            content_type: picture.content_type.to_owned(),
            bytes: picture.bytes,
        })
    }
}

/// The look that a probe was.
fn look_of(probe: &Result<Probe, String>) -> Look {
    match probe {
        Ok(probe) => Ok(probe.sighting.clone()),
        Err(why) => Err(why.clone()),
    }
}
