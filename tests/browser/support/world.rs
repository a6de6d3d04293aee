//! Unstale and the sandbox in this process, on free ports, with what the demo fills in.

use std::net::Ipv4Addr;

use tempfile::TempDir;
use tokio::net::TcpListener;
use unstale::{
    app::App,
    clock::Clock,
    config::{CheckArgs, Config, DispatchSettings, Settings},
    demo,
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
        Self::empty().await.filled().await
    }

    /// The same, where a verdict is final within seconds.
    pub async fn of_quick_verdicts() -> Self {
        let millis = |count: u32| Some(count.to_string());
        let checks = CheckArgs {
            check_interval: millis(200),
            check_window: millis(2_000),
            ..CheckArgs::default()
        };
        let world = Self::with(checks).await.filled().await;
        // Without Adobe's estimate, which would be waited for.
        let ips = world.sandbox.ips();
        ips.knobs(|knobs| knobs.answer = AnswerForm::Counts);
        world
    }

    async fn filled(self) -> Self {
        demo::fill(&self.app, &self.sandbox, demo::Catalogue::Given)
            .await
            .unwrap();
        self
    }

    /// As it is right after the installation: nobody can sign in.
    pub async fn empty() -> Self {
        Self::with(CheckArgs::default()).await
    }

    async fn with(checks: CheckArgs) -> Self {
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
            checks,
            ..Settings::default()
        };
        let config = Config::load(settings, None).unwrap();
        let clock = Clock::system();
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
