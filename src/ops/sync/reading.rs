//! One reading of one company's catalogue, step by step and page by page.
//!
//! Each turn asks Adobe once, stores what came, then stores the place. While all assets are read, the next page is asked
//! for, after the usual pause, and taken apart during the storing of this one; there is never more than one question at a
//! time.

use std::time::Duration;

use tokio_util::task::AbortOnDropHandle;

use super::{
    Syncer,
    convert::{self, asset_of},
    pages::{Pages, Turn},
    trouble::ReadingError,
};
use crate::{
    clock::Timestamp,
    domain::{Asset, CatalogueSource, CatalogueSync, Company, CompanyId, ReadingKind, Step},
    ips::{Account, AssetItem, AssetPage, AssetSearch, Fault, IpsError, SortBy},
    ops::connection::{self, AccountError},
    store::{StoreError, SyncLease},
};

/// Assets on a page with all that is kept of them: Adobe's limit.
const PAGE: u32 = 1_000;
/// Their clock may be ahead of ours.
const AHEAD_OF_US: Duration = Duration::from_hours(24);

/// A reading under way.
pub(super) struct Reading<'a> {
    pub(super) syncer: &'a Syncer,
    pub(super) company: CompanyId,
    pub(super) lease: SyncLease,
    /// How far it is.
    pub sync: CatalogueSync,
    /// The pages of this step.
    pub(super) pages: Pages,
    /// Whether an earlier attempt has stored the pages before this one, and this one has not seen them.
    is_taken_up: bool,
    /// Who was asked last.
    pub asked_as: Option<Account>,
    /// How many IDs Adobe has refused to be asked for.
    pub(super) refused_ids: usize,
    /// The next page of all assets, if it was asked for already.
    ahead: Option<Ahead>,
}

/// Who is asked, and for whom.
#[derive(Clone)]
pub(super) struct Source {
    pub account: Account,
    pub company: Company,
    pub handle: String,
}

/// A page that is asked for already, by a task of its own, and who is asked: an answer to another account is not this one's.
struct Ahead {
    source: Source,
    page: AbortOnDropHandle<Result<AssetPage, ReadingError>>,
}

impl Ahead {
    fn is_from(&self, source: &Source) -> bool {
        self.source.account.is_same_as(&source.account) && self.source.handle == source.handle
    }
}

impl Source {
    fn place(&self) -> CatalogueSource {
        CatalogueSource {
            endpoint: self.account.endpoint.to_string(),
            handle: self.handle.clone(),
            email: self.account.email.clone(),
        }
    }

    /// A search for a page of all assets, with all that is kept of them.
    pub fn search(&self, sort: SortBy, page: u32) -> AssetSearch<'_> {
        AssetSearch {
            company_handle: &self.handle,
            modified_between: None,
            sort,
            page,
            per_page: PAGE,
            names_only: false,
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
            is_taken_up: sync.page > 1,
            syncer,
            company,
            lease,
            sync,
            pages: Pages::default(),
            asked_as: None,
            refused_ids: 0,
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
                self.begin_anew().await?;
                continue;
            }
            if std::mem::take(&mut self.is_taken_up) {
                self.recall(step, &source).await?;
                continue;
            }
            match self.turn(step, &source).await? {
                Turn::Again => self.sync.next_page(),
                Turn::Done => {
                    self.sum_up(step);
                    self.pages = Pages::default();
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
    async fn begin_anew(&mut self) -> Result<(), StoreError> {
        let Syncer { store, clock, .. } = self.syncer;
        self.sync.take_away = store.catalogue_sync(self.company).await?.take_away;
        let now = clock.now();
        self.sync.begin(ReadingKind::Full, now);
        self.pages = Pages::default();
        self.is_taken_up = false;
        self.ahead = None;
        Ok(())
    }

    /// Asks for the page that this one is the same as, or else for the one before, only to know it: a server that repeats
    /// its pages would be believed by the attempt that follows the one that noticed.
    async fn recall(&mut self, step: Step, source: &Source) -> Result<(), ReadingError> {
        let search = match step {
            Step::Assets => self.oldest_first(source),
            Step::Increment if self.sync.by_modified => self.newest_changes(source),
            Step::Increment => self.changes_between(source),
            Step::Sweep => self.all_names(source),
            Step::Index | Step::Confirm | Step::Folders | Step::Presets | Step::Settings => {
                return Ok(());
            }
        };
        let number = self.sync.same_as.unwrap_or(self.sync.page - 1);
        let before = AssetSearch {
            page: number,
            ..search
        };
        match self.syncer.search(source, &before).await {
            // This page is refused in the same way, and there is another order for it.
            Err(ReadingError::Ips(IpsError::Fault(fault))) if is_about_the_question(&fault) => {}
            page => self.pages.recall(&page?, number),
        }
        self.syncer.pause().await;
        Ok(())
    }

    /// Now, and never before the reading began: the clock of whoever began it may be ahead, and what was seen since then is
    /// told by this.
    pub(super) fn now(&self) -> Timestamp {
        let now = self.syncer.clock.now();
        self.sync.started_at.map_or(now, |began| now.max(began))
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

    /// Says what a list that was read to its end did not bring.
    fn sum_up(&mut self, step: Step) {
        let CatalogueSync {
            kind,
            seen,
            skipped,
            total,
            ..
        } = self.sync;
        match step {
            Step::Assets | Step::Sweep => {
                self.leave_out(convert::left_out(skipped));
                self.leave_out(convert::fewer_than_told(seen, total));
            }
            Step::Increment if kind == Some(ReadingKind::Increment) => {
                self.leave_out(convert::left_out(skipped));
            }
            _ => {}
        }
    }

    async fn turn(&mut self, step: Step, source: &Source) -> Result<Turn, ReadingError> {
        if self.sync.page == 1 {
            self.sync.notices.clear(step);
        }
        match step {
            Step::Assets => self.all_assets(source).await,
            Step::Index => {
                self.syncer.store.finish_bulk_load(self.company).await?;
                Ok(Turn::Done)
            }
            Step::Increment => self.changes(source).await,
            Step::Sweep => self.names(source).await,
            Step::Confirm => self.confirm(source).await,
            Step::Folders | Step::Presets | Step::Settings => self.beside(step, source).await,
        }
    }

    async fn all_assets(&mut self, source: &Source) -> Result<Turn, ReadingError> {
        if self.sync.page == 1 && self.sync.full_read_at.is_none() {
            self.syncer.store.begin_bulk_load(self.company).await?;
        }
        let ahead = self.ahead.take();
        // Another account was asked, a moment ago.
        if ahead.as_ref().is_some_and(|ahead| !ahead.is_from(source)) {
            self.syncer.pause().await;
        }
        let page = if let Some(ahead) = ahead.filter(|ahead| ahead.is_from(source)) {
            ahead.page.await.expect("only dropping it cancels it")?
        } else {
            let first = self.oldest_first(source);
            self.syncer.search(source, &first).await?
        };
        // The largest: one that shrinks tells of pages that shifted.
        self.sync.total = self.sync.total.max(page.total_rows);
        let turn = self.pages.take(&page, self.sync.page, PAGE)?;
        if matches!(turn, Turn::Again) {
            self.ahead = Some(self.ask_ahead(source.clone()));
        }
        self.put(page.assets).await?;
        Ok(turn)
    }

    /// Asks for the page after this one.
    fn ask_ahead(&self, source: Source) -> Ahead {
        let (syncer, asked, number) = (self.syncer.clone(), source.clone(), self.sync.page + 1);
        let page = tokio::spawn(async move {
            syncer.pause().await;
            let next = asked.search(SortBy::Created, number);
            syncer.search(&asked, &next).await
        });
        Ahead {
            source,
            page: AbortOnDropHandle::new(page),
        }
    }

    async fn changes(&mut self, source: &Source) -> Result<Turn, ReadingError> {
        if self.sync.by_modified {
            let page = self
                .syncer
                .search(source, &self.newest_changes(source))
                .await?;
            return self.put_newest(page).await;
        }
        let between = self.changes_between(source);
        match self.syncer.search(source, &between).await {
            Err(ReadingError::Ips(IpsError::Fault(fault))) if is_about_the_question(&fault) => {
                self.syncer.pause().await;
                // Where this is refused too, it was not the order: the next attempt begins as this one did.
                let newest = AssetSearch {
                    page: 1,
                    ..self.newest_changes(source)
                };
                let page = self.syncer.search(source, &newest).await?;
                self.sync.read_changes_by_modified();
                self.pages = Pages::default();
                self.put_newest(page).await
            }
            page => {
                let page = page?;
                let last = self.pages.take(&page, self.sync.page, PAGE)?;
                self.put(page.assets).await?;
                Ok(last)
            }
        }
    }

    /// All assets: what is added meanwhile comes at the end.
    fn oldest_first<'s>(&self, source: &'s Source) -> AssetSearch<'s> {
        source.search(SortBy::Created, self.sync.page)
    }

    fn changes_between<'s>(&self, source: &'s Source) -> AssetSearch<'s> {
        let until = self.syncer.clock.now().plus(AHEAD_OF_US);
        AssetSearch {
            modified_between: Some((self.sync.changes_from(), until)),
            ..source.search(SortBy::Created, self.sync.page)
        }
    }

    fn newest_changes<'s>(&self, source: &'s Source) -> AssetSearch<'s> {
        source.search(SortBy::ModifiedDescending, self.sync.page)
    }

    /// The newest changes, as far back as they are not known.
    async fn put_newest(&mut self, mut page: AssetPage) -> Result<Turn, ReadingError> {
        let from = self.sync.changes_from();
        let last = self.pages.take(&page, self.sync.page, PAGE)?;
        let all = page.assets.len();
        page.assets
            .retain(|item| item.last_modified.is_none_or(|at| at >= from));
        let reached_the_known = page.assets.len() < all;
        self.put(page.assets).await?;
        Ok(if reached_the_known { Turn::Done } else { last })
    }

    pub(super) async fn put(&mut self, items: Vec<AssetItem>) -> Result<(), ReadingError> {
        let all = items.len() as u64;
        let clock = &self.syncer.clock;
        let assets: Vec<Asset> = items
            .into_iter()
            .filter_map(|item| asset_of(item, clock))
            .collect();
        let put = self
            .syncer
            .store
            .put_assets_unflushed(self.company, &assets, self.now())
            .await?;
        self.sync.added += put.added;
        self.sync.changed += put.changed;
        // The closing changes of a full reading are no further assets.
        if self.sync.step != Some(Step::Increment) || self.sync.kind != Some(ReadingKind::Full) {
            self.sync.seen += all;
            self.sync.skipped += all - assets.len() as u64;
        }
        Ok(())
    }
}

/// Whether a refusal may be one of the search by last change, which Adobe documents in an example only: it neither lists the
/// field nor the operator. Some servers call what they do not know a value that is not allowed, or an error of their own.
fn is_about_the_question(fault: &Fault) -> bool {
    matches!(fault.code, Some(20_005 | 30_000..=30_003))
}

impl Syncer {
    /// Lets some time pass between two questions, for Adobe's sake.
    pub(super) async fn pause(&self) {
        if !self.config.pause.is_zero() {
            self.clock.sleep(self.config.pause).await;
        }
    }

    pub(super) async fn search(
        &self,
        source: &Source,
        search: &AssetSearch<'_>,
    ) -> Result<AssetPage, ReadingError> {
        Ok(self.ips.search_assets(&source.account, search).await?)
    }
}
