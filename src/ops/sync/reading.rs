//! One reading of one company's catalogue, step by step and page by page.
//!
//! Each turn asks Adobe once, stores what came, then stores the place. While all assets are read, the next page is asked
//! for, after the usual pause, during the storing of this one; there is never more than one question at a time. Nothing that Adobe says about numbers is
//! believed: an empty page ends a list, and a page that came before is an error.

use std::{
    collections::{HashSet, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
};

use super::{Syncer, convert::asset_of};
use crate::{
    domain::{Asset, CatalogueSource, CatalogueSync, Company, CompanyId, ReadingKind, Step},
    ips::{Account, AssetItem, AssetPage, AssetSearch, FaultKind, IpsError, SortBy},
    ops::connection::{self, AccountError},
    store::{StoreError, SyncLease},
};

/// Assets on a page with all that is kept of them: Adobe's limit.
const PAGE: u32 = 1_000;
/// Assets on a page of names.
const NAMES_PAGE: u32 = 10_000;
/// IDs that are asked for by name at once.
const NAMES_AT_ONCE: usize = 1_000;
/// As many as are read from our own list.
const LISTED_AT_ONCE: i64 = 1_000;
/// Adobe's code for a parameter that it does not take.
const INVALID_PARAMETER: i32 = 30_001;
/// A company has fewer pages than this; whoever sends more never ends.
const MOST_PAGES: u32 = 100_000;

/// Why a reading cannot go on for now.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadingError {
    /// There is no account to ask with, or no company to ask for.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Adobe did not answer well.
    #[error(transparent)]
    Ips(#[from] IpsError),
    /// Adobe sends what it has sent before, or does not end.
    #[error(
        "Dynamic Media's list of assets repeats itself at page {0}. What was read until then is kept. Try again later; \
         if it stays so, ask Adobe's support."
    )]
    Repeats(u32),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReadingError {
    /// What people read.
    pub fn sentence(&self) -> String {
        match self {
            Self::Store(_) => {
                "Unstale's own database failed. The reading goes on by itself; if it stays so, the log has the cause."
                    .to_owned()
            }
            Self::Ips(error) => error.advice().to_owned(),
            other => other.to_string(),
        }
    }

    /// Whether trying again by oneself makes no sense, and could lock the account.
    pub fn needs_somebody(&self) -> bool {
        match self {
            Self::Account(error) => !matches!(error, AccountError::Store(_)),
            Self::Ips(IpsError::Fault(fault)) => matches!(
                fault.kind,
                FaultKind::Authentication | FaultKind::Authorization
            ),
            _ => false,
        }
    }
}

/// What a turn came to.
enum Turn {
    /// The step has another page.
    Again,
    /// The step is done.
    Done,
}

/// A reading under way.
pub(super) struct Reading<'a> {
    syncer: &'a Syncer,
    company: CompanyId,
    lease: SyncLease,
    /// How far it is.
    pub sync: CatalogueSync,
    /// Fingerprints of the pages of this step that came so far.
    pages: HashSet<u64>,
    /// The most assets on a page of this step.
    largest: u64,
    /// Who was asked last.
    pub asked_as: Option<Account>,
    /// The next page of all assets, if it was asked for already.
    ahead: Option<Result<AssetPage, ReadingError>>,
}

/// Who is asked, and for whom.
struct Source {
    account: Account,
    company: Company,
    handle: String,
}

impl Source {
    fn place(&self) -> CatalogueSource {
        CatalogueSource {
            endpoint: self.account.endpoint.to_string(),
            handle: self.handle.clone(),
            email: self.account.email.clone(),
        }
    }
}

impl<'a> Reading<'a> {
    pub fn new(
        syncer: &'a Syncer,
        company: CompanyId,
        lease: SyncLease,
        sync: CatalogueSync,
    ) -> Self {
        Self {
            syncer,
            company,
            lease,
            sync,
            pages: HashSet::new(),
            largest: 0,
            asked_as: None,
            ahead: None,
        }
    }

    /// Reads to the end, or until somebody stops it: then false.
    pub async fn run(&mut self) -> Result<bool, ReadingError> {
        while let Some(step) = self.sync.step {
            // Anew for each page: the account may have been changed, or deleted.
            let source = self.source().await?;
            self.asked_as = Some(source.account.clone());
            self.sync.source = Some(source.place());
            if self.sync.is_elsewhere() {
                self.begin_anew();
            }
            match self.turn(step, &source).await? {
                Turn::Again => self.sync.next_page(),
                Turn::Done => {
                    self.pages.clear();
                    self.largest = 0;
                    self.sync.next_step(self.syncer.clock.now());
                }
            }
            let stopped = self.save().await?;
            if stopped && self.sync.step.is_some() {
                return Ok(false);
            }
            if self.ahead.is_none() {
                self.syncer.pause().await;
            }
        }
        Ok(true)
    }

    /// The company is connected elsewhere since the last page. Here, by the one who stores, so that no page of the other
    /// place is stored after the beginning: what it holds is found to have vanished.
    fn begin_anew(&mut self) {
        let now = self.syncer.clock.now();
        self.sync.begin(ReadingKind::Full, now);
        self.pages.clear();
        self.largest = 0;
        self.ahead = None;
    }

    async fn source(&self) -> Result<Source, ReadingError> {
        let Syncer { store, vault, .. } = self.syncer;
        let company = store.company(self.company).await?;
        let company = company.ok_or(AccountError::NotConnected)?;
        let handle = company.handle.clone().ok_or(AccountError::NotConnected)?;
        let account = connection::account(store, vault, self.company).await?;
        Ok(Source {
            account,
            company,
            handle,
        })
    }

    async fn save(&self) -> Result<bool, StoreError> {
        let store = &self.syncer.store;
        store
            .save_sync(self.company, self.lease, &self.sync, None)
            .await
    }

    async fn turn(&mut self, step: Step, source: &Source) -> Result<Turn, ReadingError> {
        match step {
            Step::Assets => self.all_assets(source).await,
            Step::Index => {
                self.syncer.store.finish_bulk_load(self.company).await?;
                Ok(Turn::Done)
            }
            Step::Increment => self.changes(source).await,
            Step::Sweep => self.names(source).await,
            Step::Confirm => self.confirm(source).await,
            Step::Folders => {
                let turn = self.folders(source).await;
                self.unless_refused("folders", turn)
            }
            Step::Presets => {
                let turn = self.presets(source).await;
                self.unless_refused("presets", turn)
            }
            Step::Settings => {
                let Source {
                    account, company, ..
                } = source;
                let unread = self.syncer.connector.refresh(account, company).await?;
                if let Some(why) = unread {
                    self.notice("settings", &why);
                }
                Ok(Turn::Done)
            }
        }
    }

    async fn all_assets(&mut self, source: &Source) -> Result<Turn, ReadingError> {
        if self.sync.page == 1 && self.sync.full_read_at.is_none() {
            self.syncer.store.begin_bulk_load(self.company).await?;
        }
        let page = match self.ahead.take() {
            Some(page) => page?,
            None => self.syncer.all_assets(source, self.sync.page).await?,
        };
        // The largest: one that shrinks tells of pages that shifted.
        self.sync.total = self.sync.total.max(page.total_rows);
        let turn = self.is_last(&page, PAGE)?;
        match turn {
            Turn::Done => self.put(page.assets).await?,
            Turn::Again => {
                let (syncer, next) = (self.syncer, self.sync.page + 1);
                let ahead = async {
                    syncer.pause().await;
                    syncer.all_assets(source, next).await
                };
                let (put, ahead) = tokio::join!(self.put(page.assets), ahead);
                put?;
                self.ahead = Some(ahead);
            }
        }
        Ok(turn)
    }

    async fn changes(&mut self, source: &Source) -> Result<Turn, ReadingError> {
        let from = self.sync.changes_from();
        if !self.sync.by_modified {
            // Their clock may be ahead of ours.
            let until = self
                .syncer
                .clock
                .now()
                .plus(std::time::Duration::from_hours(24));
            match self
                .search(source, Some((from, until)), SortBy::Created, false)
                .await
            {
                Err(ReadingError::Ips(IpsError::Fault(fault)))
                    if fault.code == Some(INVALID_PARAMETER) =>
                {
                    self.sync.read_changes_by_modified();
                    self.pages.clear();
                    self.syncer.pause().await;
                }
                page => {
                    let page = page?;
                    let last = self.is_last(&page, PAGE)?;
                    self.put(page.assets).await?;
                    return Ok(last);
                }
            }
        }
        let mut page = self
            .search(source, None, SortBy::ModifiedDescending, false)
            .await?;
        let last = self.is_last(&page, PAGE)?;
        let all = page.assets.len();
        page.assets
            .retain(|item| item.last_modified.is_none_or(|at| at >= from));
        let reached_the_known = page.assets.len() < all;
        self.put(page.assets).await?;
        Ok(if reached_the_known { Turn::Done } else { last })
    }

    async fn names(&mut self, source: &Source) -> Result<Turn, ReadingError> {
        let page = self.search(source, None, SortBy::Name, true).await?;
        // The largest: one that shrinks tells of pages that shifted.
        self.sync.total = self.sync.total.max(page.total_rows);
        let last = self.is_last(&page, NAMES_PAGE)?;
        let all = page.assets.len() as u64;
        let names: Vec<String> = page
            .assets
            .into_iter()
            .filter_map(|item| item.name)
            .collect();
        let now = self.syncer.clock.now();
        let store = &self.syncer.store;
        let unknown = store.mark_assets_seen(self.company, &names, now).await?;
        let known = all - unknown.len() as u64;
        for names in unknown.chunks(NAMES_AT_ONCE) {
            self.syncer.pause().await;
            let found = self.by_name(source, names).await?;
            self.put(found).await?;
        }
        self.sync.seen += known;
        Ok(last)
    }

    /// Pages shift while somebody deletes, so an ID that was not listed may be there all the same: it is asked for.
    async fn confirm(&mut self, source: &Source) -> Result<Turn, ReadingError> {
        let Some(began) = self.sync.started_at else {
            return Ok(Turn::Done);
        };
        let store = &self.syncer.store;
        let missing = store
            .assets_unseen_since(self.company, began, LISTED_AT_ONCE)
            .await?;
        if missing.is_empty() {
            return Ok(Turn::Done);
        }
        let found = self.by_name(source, &missing).await?;
        let there: HashSet<&str> = found
            .iter()
            .filter_map(|item| item.name.as_deref())
            .collect();
        let gone: Vec<String> = missing
            .iter()
            .filter(|id| !there.contains(id.as_str()))
            .cloned()
            .collect();
        let now = self.syncer.clock.now();
        self.sync.vanished += store.mark_assets_vanished(self.company, &gone, now).await?;
        // Also those that cannot be kept as they are now: else they would be asked for without end.
        let there: Vec<String> = there.into_iter().map(str::to_owned).collect();
        store.mark_assets_seen(self.company, &there, now).await?;
        self.put(found).await?;
        Ok(Turn::Again)
    }

    async fn folders(&mut self, source: &Source) -> Result<Turn, ReadingError> {
        let Syncer { ips, store, .. } = self.syncer;
        let folders = ips.folder_tree(&source.account, &source.handle).await?;
        store.put_folders(self.company, &folders).await?;
        Ok(Turn::Done)
    }

    async fn presets(&mut self, source: &Source) -> Result<Turn, ReadingError> {
        let Syncer {
            ips, store, clock, ..
        } = self.syncer;
        let presets = ips.image_formats(&source.account, &source.handle).await?;
        store
            .put_presets(self.company, &presets, clock.now())
            .await?;
        Ok(Turn::Done)
    }

    async fn search(
        &self,
        source: &Source,
        modified_between: Option<(crate::clock::Timestamp, crate::clock::Timestamp)>,
        sort: SortBy,
        names_only: bool,
    ) -> Result<AssetPage, ReadingError> {
        let search = AssetSearch {
            company_handle: &source.handle,
            modified_between,
            sort,
            page: self.sync.page,
            per_page: if names_only { NAMES_PAGE } else { PAGE },
            names_only,
        };
        let ips = &self.syncer.ips;
        Ok(ips.search_assets(&source.account, &search).await?)
    }

    async fn by_name(
        &self,
        source: &Source,
        names: &[String],
    ) -> Result<Vec<AssetItem>, ReadingError> {
        let ips = &self.syncer.ips;
        Ok(ips
            .assets_by_name(&source.account, &source.handle, names)
            .await?)
    }

    /// A page that is not full ends the list, unless more were promised; an empty one ends it in any case.
    fn is_last(&mut self, page: &AssetPage, full: u32) -> Result<Turn, ReadingError> {
        let here = page.assets.len() as u64;
        if here == 0 {
            return Ok(Turn::Done);
        }
        let mut fingerprint = DefaultHasher::new();
        for item in &page.assets {
            (&item.handle, &item.name, item.last_modified).hash(&mut fingerprint);
        }
        if !self.pages.insert(fingerprint.finish()) || self.sync.page > MOST_PAGES {
            return Err(ReadingError::Repeats(self.sync.page));
        }
        // A server may hand out smaller pages than were asked for; the last one may be smaller still.
        self.largest = self.largest.max(here);
        let before = u64::from(self.sync.page - 1) * self.largest;
        let promised = page.total_rows.is_some_and(|total| total > before + here);
        Ok(if here < u64::from(full) && !promised {
            Turn::Done
        } else {
            Turn::Again
        })
    }

    /// The catalogue does not wait for what only stands beside it: where Adobe refuses it, or sends what cannot be read,
    /// what was known stays, and that is said.
    fn unless_refused(
        &mut self,
        what: &str,
        turn: Result<Turn, ReadingError>,
    ) -> Result<Turn, ReadingError> {
        match turn {
            Err(ReadingError::Ips(
                error @ (IpsError::Fault(_) | IpsError::Unexpected { status: 200, .. }),
            )) if !is_signed_out(&error) => {
                tracing::warn!(company = %self.company, %error, "the {what} of a company could not be read; the reading goes on without them");
                self.notice(what, &ReadingError::Ips(error).sentence());
                Ok(Turn::Done)
            }
            turn => turn,
        }
    }

    fn notice(&mut self, what: &str, why: &str) {
        let sentence =
            format!("The {what} could not be read, so what was known of them stays. {why}");
        let before = self.sync.notice.take();
        self.sync.notice = Some(
            before
                .into_iter()
                .chain([sentence])
                .collect::<Vec<_>>()
                .join(" "),
        );
    }

    async fn put(&mut self, items: Vec<AssetItem>) -> Result<(), ReadingError> {
        let all = items.len() as u64;
        let clock = &self.syncer.clock;
        let assets: Vec<Asset> = items
            .into_iter()
            .filter_map(|item| asset_of(item, clock))
            .collect();
        let put = self
            .syncer
            .store
            .put_assets(self.company, &assets, clock.now())
            .await?;
        self.sync.skipped += all - assets.len() as u64;
        self.sync.added += put.added;
        self.sync.changed += put.changed;
        // The closing changes of a full reading are no further assets.
        if self.sync.step != Some(Step::Increment) || self.sync.kind != Some(ReadingKind::Full) {
            self.sync.seen += all;
        }
        Ok(())
    }
}

fn is_signed_out(error: &IpsError) -> bool {
    matches!(error, IpsError::Fault(fault) if fault.kind == FaultKind::Authentication)
}

impl Syncer {
    async fn pause(&self) {
        if !self.pause.is_zero() {
            tokio::time::sleep(self.pause).await;
        }
    }

    /// A page of all assets, the oldest first: what is added meanwhile comes at the end.
    async fn all_assets(&self, source: &Source, page: u32) -> Result<AssetPage, ReadingError> {
        let search = AssetSearch {
            company_handle: &source.handle,
            modified_between: None,
            sort: SortBy::Created,
            page,
            per_page: PAGE,
            names_only: false,
        };
        Ok(self.ips.search_assets(&source.account, &search).await?)
    }
}
