//! Reading a catalogue from Adobe's stand-in, by the real client into real databases: what is read, what is asked for, and
//! how it goes on after everything that can go wrong.

mod log;
mod manners;
mod misbehaving;
mod missing;
mod pages;
mod reading;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{extract::Request, middleware};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use unstale::{
    clock::{Clock, Timestamp},
    config::{SecretKeySource, SyncConfig},
    domain::{CatalogueSync, Company, CompanyId, PublishServer, ReadingKind},
    ips::{Client, Endpoint, Timeouts},
    ops::{
        connection,
        sync::{Ended, Syncer},
    },
    sandbox::{
        self, IpsSandbox,
        ips::{Call, Knobs},
        library::Generated,
    },
    store::{AssetQuery, Store},
    vault::Vault,
};

use crate::support::database::{Backend, TestDatabase};

/// A company whose catalogue is at a sandbox, with nobody who reads it but the test.
struct Catalogue {
    store: Store,
    _db: TestDatabase,
    clock: Clock,
    library: Arc<Generated>,
    ips: IpsSandbox,
    company: CompanyId,
    syncer: Syncer,
    vault: Vault,
    address: std::net::SocketAddr,
    /// The most questions that Adobe had at once.
    at_once: Arc<AtomicUsize>,
    served: JoinHandle<()>,
}

impl Drop for Catalogue {
    fn drop(&mut self) {
        self.served.abort();
    }
}

impl Catalogue {
    /// That many assets, on `SQLite`.
    async fn of(assets: u32) -> Self {
        Self::on(Backend::Sqlite, assets).await
    }

    async fn on(backend: Backend, assets: u32) -> Self {
        Self::with_pause(backend, assets, Duration::ZERO).await
    }

    /// With a pause between two questions, which passes as the test moves the clock.
    async fn with_pause(backend: Backend, assets: u32, pause: Duration) -> Self {
        let clock = Clock::manual(Timestamp::from_micros(1_800_000_000_000_000));
        let library = Arc::new(Generated::new(assets, clock.clone()));
        let ips = IpsSandbox::with_catalogue(&clock, library.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let at_once = Arc::<AtomicUsize>::default();
        let (most, now) = (Arc::clone(&at_once), Arc::<AtomicUsize>::default());
        let count = move |request: Request, next: middleware::Next| {
            let (most, now) = (Arc::clone(&most), Arc::clone(&now));
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let answer = next.run(request).await;
                now.fetch_sub(1, Ordering::SeqCst);
                answer
            }
        };
        let router = ips.router().layer(middleware::from_fn(count));
        let served = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

        let db = TestDatabase::create(backend).await;
        let store = db.store.clone();
        let company = Company {
            id: CompanyId::from_uuid(clock.new_uuid()),
            slug: "acme".parse().unwrap(),
            name: "Acme".to_owned(),
            root: Some(sandbox::catalogue::ROOT.to_owned()),
            handle: Some(sandbox::catalogue::COMPANY_HANDLE.to_owned()),
            publish_server: PublishServer::parse("https://images.example.com"),
            alias: None,
        };
        store.add_company(&company, clock.now()).await.unwrap();
        let key = SecretKeySource::Given("5e".repeat(32).into());
        let vault = Vault::open(&key, clock.clone()).unwrap();
        let endpoint = Endpoint::parse(&format!("http://{address}/scene7/")).unwrap();
        let (email, password) = sandbox::ACCOUNT;
        let password = password.to_owned().into();
        connection::connect(&store, &vault, company.id, &endpoint, email, &password)
            .await
            .unwrap();
        let timeouts = Timeouts {
            connect: Duration::from_mins(1),
            total: Duration::from_mins(1),
        };
        let client = Client::new(timeouts).unwrap();
        let config = paused(pause);
        let syncer = Syncer::new(store.clone(), vault.clone(), client, clock.clone(), config);
        Self {
            store,
            _db: db,
            clock,
            library,
            ips,
            company: company.id,
            syncer,
            vault,
            address,
            at_once,
            served,
        }
    }

    /// A reader that waits that long for an answer.
    fn with_patience(mut self, total: Duration) -> Self {
        let timeouts = Timeouts {
            connect: Duration::from_mins(1),
            total,
        };
        let client = Client::new(timeouts).unwrap();
        let (store, vault) = (self.store.clone(), self.vault.clone());
        let config = paused(Duration::ZERO);
        self.syncer = Syncer::new(store, vault, client, self.clock.clone(), config);
        self
    }

    /// Another region, with that many assets and one more: the account's company is there too.
    async fn another_region(&self, assets: u32) -> Arc<Generated> {
        let library = Arc::new(Generated::new(assets, self.clock.clone()));
        library.add("only-there", "campaigns");
        let ips = IpsSandbox::with_catalogue(&self.clock, library.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/scene7/", listener.local_addr().unwrap());
        let endpoint = Endpoint::parse(&endpoint).unwrap();
        tokio::spawn(async move { axum::serve(listener, ips.router()).await.unwrap() });
        let (email, password) = sandbox::ACCOUNT;
        let password = password.to_owned().into();
        connection::connect(
            &self.store,
            &self.vault,
            self.company,
            &endpoint,
            email,
            &password,
        )
        .await
        .unwrap();
        library
    }

    /// A reading under way, beside the test.
    fn reading(&self) -> JoinHandle<Ended> {
        let (syncer, company) = (self.syncer.clone(), self.company);
        tokio::spawn(async move {
            let cancel = CancellationToken::new();
            syncer.read(company, &cancel).await.unwrap()
        })
    }

    /// One reading of what is due, to its end.
    async fn read(&self) -> Ended {
        let cancel = CancellationToken::new();
        self.syncer.read(self.company, &cancel).await.unwrap()
    }

    /// The same, which must succeed.
    #[track_caller]
    fn finished(ended: Ended) -> CatalogueSync {
        match ended {
            Ended::Finished(sync) => *sync,
            other => panic!("{other:?}"),
        }
    }

    /// Everything, read without trouble.
    async fn read_all(&self) -> CatalogueSync {
        self.want(ReadingKind::Full).await
    }

    /// A reading of a kind, without trouble.
    async fn want(&self, kind: ReadingKind) -> CatalogueSync {
        self.syncer.read_soon(self.company, kind).await.unwrap();
        Self::finished(self.read().await)
    }

    /// The sentence of a reading that fails.
    async fn failure(&self) -> String {
        match self.read().await {
            Ended::Failed(problem) => problem,
            other => panic!("{other:?}"),
        }
    }

    async fn sync(&self) -> CatalogueSync {
        self.store.catalogue_sync(self.company).await.unwrap()
    }

    fn later(&self, by: Duration) {
        self.clock.advance(by);
    }

    fn knobs(&self, turn: impl FnOnce(&mut Knobs)) {
        self.ips.knobs(turn);
    }

    /// The IDs that searching finds.
    async fn found(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut query = AssetQuery {
            limit: 1_000,
            ..AssetQuery::default()
        };
        loop {
            let page = self
                .store
                .search_assets(self.company, &query)
                .await
                .unwrap();
            found.extend(page.assets.into_iter().map(|asset| asset.id));
            match page.next {
                Some(next) => query.after = Some(next),
                None => return found,
            }
        }
    }

    /// The IDs that Adobe has.
    fn there(&self) -> BTreeSet<String> {
        ids_of(&self.library)
    }

    /// What Adobe was asked for since that many calls.
    fn calls_since(&self, before: usize) -> Vec<Call> {
        self.ips.calls().split_off(before)
    }
}

fn paused(pause: Duration) -> SyncConfig {
    SyncConfig {
        pause,
        ..SyncConfig::default()
    }
}

fn ids_of(library: &Generated) -> BTreeSet<String> {
    use unstale::sandbox::library::Library as _;
    (0..10_000)
        .filter_map(|number| library.with_number(number))
        .filter(|record| !record.trashed)
        .map(|record| record.name)
        .collect()
}

/// The pages that were searched for, in order.
fn pages(calls: &[Call]) -> Vec<u32> {
    calls.iter().filter_map(Call::page).collect()
}
