//! Unstale and the sandbox in this process, on free ports, with what the demo fills in.

use std::net::Ipv4Addr;

use tempfile::TempDir;
use tokio::net::TcpListener;
use unstale::{
    app::App,
    clock::Clock,
    config::{CheckArgs, Config, DispatchSettings, Settings, SyncArgs},
    demo,
    domain::CompanyId,
    sandbox::{Sandbox, SandboxPorts, ips::AnswerForm},
    server,
};

/// A running Unstale beside a running sandbox; both end with the test's runtime.
pub struct World {
    pub sandbox: Sandbox,
    pub app: App,
    url: String,
    _folder: TempDir,
}

impl World {
    /// As the demo is: two people, a company, its catalogue, the template of the worked example.
    pub async fn demo() -> Self {
        let world = Self::empty().await;
        world.fill(demo::Catalogue::Given).await;
        world
    }

    /// The same, with a clock that only the journey moves.
    pub async fn standing_still() -> Self {
        let world = Self::with(still(), CheckArgs::default()).await;
        world.fill(demo::Catalogue::Given).await;
        world
    }

    /// The same, where a verdict is final within seconds.
    pub async fn of_quick_verdicts() -> Self {
        let millis = |count: u32| Some(count.to_string());
        let checks = CheckArgs {
            check_interval: millis(200),
            check_window: millis(2_000),
            ..CheckArgs::default()
        };
        let world = Self::with(Clock::system(), checks).await;
        world.fill(demo::Catalogue::Given).await;
        // Without Adobe's estimate, which would be waited for.
        let ips = world.sandbox.ips();
        ips.knobs(|knobs| knobs.answer = AnswerForm::Counts);
        world
    }

    /// With a catalogue that is read from the sandbox, once so far, and a clock that only the journey moves.
    pub async fn reading() -> Self {
        let world = Self::with(still(), CheckArgs::default()).await;
        let company = world.fill(demo::Catalogue::Read).await;
        world.app.syncer.go_on(company).await.unwrap();
        let store = &world.app.store;
        while store
            .catalogue_sync(company)
            .await
            .unwrap()
            .finished_at
            .is_none()
        {
            tokio::task::yield_now().await;
        }
        world
    }

    async fn fill(&self, catalogue: demo::Catalogue) -> CompanyId {
        demo::fill(&self.app, &self.sandbox, catalogue)
            .await
            .unwrap()
    }

    /// As it is right after the installation: nobody can sign in.
    pub async fn empty() -> Self {
        Self::with(Clock::system(), CheckArgs::default()).await
    }

    async fn with(clock: Clock, checks: CheckArgs) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let file = |name: &str| folder.path().join(name);
        let settings = Settings {
            public_url: Some(url.clone()),
            database_url: Some(format!("sqlite://{}", file("unstale.db").display())),
            secret_key_file: Some(file("unstale.key")),
            dispatch: DispatchSettings {
                dispatch_pause: Some("100".to_owned()),
                ..DispatchSettings::default()
            },
            // The clock may stand still.
            sync: SyncArgs {
                sync_pause: Some("0".to_owned()),
                ..SyncArgs::default()
            },
            checks,
            ..Settings::default()
        };
        let config = Config::load(settings, None).unwrap();
        let sandbox = Sandbox::start(clock.clone(), SandboxPorts::default(), Some(url.clone()))
            .await
            .unwrap();
        let app = App::build(&config, clock).await.unwrap();
        tokio::spawn(server::serve(app.clone(), listener, std::future::pending()));
        Self {
            sandbox,
            app,
            url,
            _folder: folder,
        }
    }

    /// An address of Unstale, by its path.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

/// A clock that only a journey moves.
fn still() -> Clock {
    Clock::manual(Clock::system().now())
}
