//! A running Unstale: the real server on a port of its own, a fresh database, the sandbox in Adobe's place, and a
//! clock that only the test moves.

use std::{sync::Arc, time::Duration};

use sqlx::{Connection as _, SqliteConnection};
use tokio::{net::TcpListener, runtime::Runtime, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use unstale::{
    app::App,
    clock::Clock,
    config::{Config, DispatchConfig, LogFormat, PublicUrl, SecretKeySource, SyncConfig},
    demo,
    domain::{
        Asset, AssetKey, CheckSettings, Company, DeliveryHost, HostOrigin, PersonId, PurgeScope,
        Role,
    },
    edge,
    ips::Timeouts,
    ops::passwords,
    sandbox::{IpsSandbox, Sandbox, SandboxPorts},
    server,
    store::NewPerson,
};

use super::{
    browser::Browser,
    database::{Backend, Guard, empty},
};

/// The password of both people of the demo.
const PASSWORD: &str = "fresh-pictures";

/// Longer than any test takes, so that a hanging server fails the test and not the machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a test's Unstale is started.
#[derive(Clone, Copy)]
pub struct Start {
    pub backend: Backend,
    /// What people type, when it is not the listener's own address.
    pub public_url: Option<&'static str>,
    /// With people and a company, as `unstale demo` has them, and where its catalogue comes from; `None` is empty.
    pub catalogue: Option<demo::Catalogue>,
    /// How delivery hosts are looked at.
    pub checks: CheckSettings,
    /// How batches are sent.
    pub dispatch: DispatchConfig,
    /// How long the history is kept; `None` is for ever.
    pub keep_history: Option<Duration>,
}

/// Without pauses: the tests' clock stands still.
pub const DISPATCH: DispatchConfig = DispatchConfig {
    pause: Duration::ZERO,
    lease: Duration::from_secs(15),
    idle: Duration::from_secs(5),
    repeats: 3,
    repeat_pause: Duration::ZERO,
    daily: 500,
};

impl Default for Start {
    fn default() -> Self {
        Self {
            backend: Backend::Sqlite,
            public_url: None,
            catalogue: Some(demo::Catalogue::Given),
            checks: CheckSettings::default(),
            dispatch: DISPATCH,
            keep_history: None,
        }
    }
}

/// A running Unstale with all that surrounds it.
pub struct TestApp {
    pub app: App,
    pub clock: Clock,
    pub sandbox: Arc<Sandbox>,
    url: String,
    public_url: PublicUrl,
    start: Start,
    address: String,
    database: Option<Guard>,
    /// Its own runtime: ending it ends the process, as far as Unstale can tell.
    runtime: Option<Runtime>,
    stop: CancellationToken,
    served: JoinHandle<std::io::Result<()>>,
}

impl TestApp {
    /// On `SQLite`, with everything that the demo has.
    pub async fn start() -> Self {
        Self::with(Start::default()).await
    }

    pub async fn with(start: Start) -> Self {
        // reqwest asks for a provider even where nothing is encrypted; a second installation is refused, and harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Sessions end by the clock of tower-sessions, the machine's; so ours starts from there.
        let clock = Clock::manual(Clock::system().now());
        let sandbox = Sandbox::start(clock.clone(), SandboxPorts::default(), None)
            .await
            .unwrap();
        let (address, database) = empty(start.backend).await;
        let test = Self::run(Arc::new(sandbox), clock, address, database, start).await;
        if let Some(catalogue) = start.catalogue {
            demo::fill(&test.app, &test.sandbox, catalogue)
                .await
                .unwrap();
        }
        test
    }

    async fn run(
        sandbox: Arc<Sandbox>,
        clock: Clock,
        address: String,
        database: Guard,
        start: Start,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let listen = listener.local_addr().unwrap();
        let url = format!("http://{listen}");
        let public_url = PublicUrl::parse(start.public_url.unwrap_or(&url)).unwrap();
        let config = Config {
            listen,
            public_url: public_url.clone(),
            database: address.parse().unwrap(),
            secret_key: SecretKeySource::Given("5e".repeat(32).into()),
            log_format: LogFormat::Text,
            ips: Timeouts {
                connect: Duration::from_mins(1),
                total: Duration::from_mins(1),
            },
            sync: SyncConfig {
                pause: Duration::ZERO,
                ..SyncConfig::default()
            },
            checks: start.checks,
            edge: edge::Timeouts::default(),
            dispatch: start.dispatch,
            keep_history: start.keep_history,
        };
        let app = App::build(&config, clock.clone()).await.unwrap();
        let stop = CancellationToken::new();
        let serving = {
            let (app, stop) = (app.clone(), stop.clone());
            async move {
                let listener = TcpListener::from_std(listener)?;
                server::serve(app, listener, stop.cancelled_owned()).await
            }
        };
        Self {
            served: runtime.spawn(serving),
            app,
            clock,
            sandbox,
            url,
            public_url,
            start,
            address,
            database: Some(database),
            runtime: Some(runtime),
            stop,
        }
    }

    /// Ends the process as a power cut would, and starts it again on the same database.
    pub async fn crash_and_restart(mut self) -> Self {
        self.end_runtime();
        let database = self.database.take().unwrap();
        Self::run(
            Arc::clone(&self.sandbox),
            self.clock.clone(),
            self.address.clone(),
            database,
            Start {
                public_url: None,
                ..self.start
            },
        )
        .await
    }

    /// Asks the server to stop, and waits until it has.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        let stopped = tokio::time::timeout(PATIENCE, &mut self.served).await;
        stopped.expect("the server stops").unwrap().unwrap();
    }

    fn end_runtime(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Browser {
        Browser::new(&self.url, self.public_url.origin())
    }

    pub async fn editor(&self) -> Browser {
        self.signed_in("editor@example.com").await
    }

    pub async fn admin(&self) -> Browser {
        self.signed_in("admin@example.com").await
    }

    /// A second administrator, who is added for it.
    pub async fn second_admin(&self) -> Browser {
        let email = "second@example.com";
        self.add_person(email, Role::Admin).await;
        self.signed_in(email).await
    }

    /// The people of the demo, without anything else that it has.
    pub async fn add_people(&self) {
        self.add_person("admin@example.com", Role::Admin).await;
        self.add_person("editor@example.com", Role::Editor).await;
    }

    async fn add_person(&self, email: &str, role: Role) {
        let person = NewPerson {
            id: PersonId::from_uuid(self.clock.new_uuid()),
            email: email.parse().unwrap(),
            role,
            password_hash: passwords::hash(PASSWORD.to_owned().into()).await.unwrap(),
            created_at: self.clock.now(),
        };
        self.app.store.add_person(&person).await.unwrap();
    }

    async fn signed_in(&self, email: &str) -> Browser {
        let browser = self.anonymous();
        let credentials = [("email", email), ("password", PASSWORD)];
        let answer = browser.post("/sign-in", &credentials).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        browser
    }

    /// Adobe's stand-in.
    pub fn ips(&self) -> &IpsSandbox {
        self.sandbox.ips()
    }

    /// The company of the demo.
    pub async fn company(&self) -> Company {
        self.app.store.companies().await.unwrap().remove(0)
    }

    /// Waits until its catalogue is read, and nothing more is wanted of it.
    pub async fn catalogue_is_read(&self) {
        let company = self.company().await.id;
        let read = async {
            loop {
                let sync = self.app.store.catalogue_sync(company).await.unwrap();
                let is_idle =
                    sync.step.is_none() && sync.wanted.is_none() && sync.lease_until.is_none();
                if is_idle && sync.finished_at.is_some() && sync.read_from == sync.source {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        let read = tokio::time::timeout(PATIENCE, read).await;
        read.expect("the catalogue is read");
    }

    /// Runs statements of the test's own on `SQLite`, past the store.
    pub async fn execute(&self, sql: &'static str) {
        let mut connection = SqliteConnection::connect(&self.address).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// A URL of the company on the `exact` host.
    pub fn exact(&self, rest: &str) -> String {
        format!("{}/is/image/dms7snapshot/{rest}", self.sandbox.exact_url())
    }

    /// A URL of the company on the `base` host.
    pub fn base(&self, rest: &str) -> String {
        format!("{}/is/image/dms7snapshot/{rest}", self.sandbox.base_url())
    }

    /// Lets URLs of other companies through to Adobe, who refuses them.
    pub async fn stop_checking_roots(&self) {
        let host = DeliveryHost {
            origin: HostOrigin::of(self.sandbox.exact_url()).unwrap(),
            scope: PurgeScope::Exact,
            check_root: false,
        };
        let company = self.company().await.id;
        let stored = self.app.store.put_delivery_host(company, &host).await;
        stored.unwrap();
    }

    /// Saves a template past the pages, as an administrator elsewhere would.
    pub async fn change_template(&self, text: &str) {
        let (store, company) = (&self.app.store, self.company().await.id);
        let admin = "admin@example.com".parse().unwrap();
        let (admin, _) = store.person_by_email(&admin).await.unwrap().unwrap();
        let newest = store.template(company).await.unwrap().unwrap().version;
        store
            .save_template(company, text, admin.id, newest, self.clock.now())
            .await
            .unwrap();
    }

    /// One more published image in the catalogue.
    pub async fn add_asset(&self, id: &str) -> Asset {
        let asset = Asset {
            key: AssetKey::from_uuid(self.clock.new_uuid()),
            id: id.to_owned(),
            file_name: format!("{id}.jpg"),
            folder: "dms7snapshot/added".to_owned(),
            asset_type: "Image".to_owned(),
            published: true,
            handle: None,
            created_at: self.clock.now(),
            changed_at: self.clock.now(),
            vanished_at: None,
        };
        let company = self.company().await.id;
        let put = self
            .app
            .store
            .put_assets(company, std::slice::from_ref(&asset), self.clock.now())
            .await;
        put.unwrap();
        asset
    }

    /// What a delivery host answers now: its body.
    pub async fn seen(&self, url: &str) -> String {
        self.seen_as(url, "*/*").await
    }

    /// The same for a browser that can show these formats.
    pub async fn seen_as(&self, url: &str, accept: &str) -> String {
        super::browser::client()
            .get(url)
            .header("accept", accept)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // A runtime that is dropped where others run would wait, and panics instead.
        self.end_runtime();
    }
}
