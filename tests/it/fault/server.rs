//! The real program as a process that is killed.

use std::{
    fs::{self, File},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;
use tokio::task::JoinHandle;
use unstale::{
    app::App,
    clock::Clock,
    config::{Config, Settings},
    demo::{self, Catalogue},
    domain::CompanyId,
    ips::Endpoint,
    ops::connection,
    sandbox::{ACCOUNT, Sandbox, SandboxPorts},
    store::Store,
};

use super::{door::Door, sabotage::Random};
use crate::support::{
    browser::client,
    database::{Backend, Guard, empty},
};

/// How often it is killed at least.
pub const KILLS: usize = 60;

const KEY: &str = "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";

pub struct Server {
    pub sandbox: Arc<Sandbox>,
    /// The way to Adobe's stand-in.
    pub door: Arc<Door>,
    /// The test's own way to the database.
    pub store: Store,
    pub company: CompanyId,
    pub url: String,
    pub kills: usize,
    address: String,
    listen: String,
    folder: TempDir,
    child: Option<Child>,
    _database: Guard,
}

impl Server {
    /// A database with the demo's company and people, and Adobe's stand-in.
    pub async fn prepare(backend: Backend, clock: Clock) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (address, database) = empty(backend).await;
        let settings = Settings {
            database_url: Some(address.clone()),
            ..Settings::default()
        };
        let config = Config::load(settings, Some(KEY.to_owned())).unwrap();
        let sandbox = Sandbox::start(clock.clone(), SandboxPorts::default(), None)
            .await
            .unwrap();
        let app = App::build(&config, clock).await.unwrap();
        let company = demo::fill(&app, &sandbox, Catalogue::Given).await.unwrap();
        let door = Door::to(sandbox.ips()).await;
        let endpoint = Endpoint::parse(&door.url()).unwrap();
        let (email, password) = ACCOUNT;
        let password = password.to_owned().into();
        connection::connect(&app.store, &app.vault, company, &endpoint, email, &password)
            .await
            .unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = free.local_addr().unwrap().to_string();
        Self {
            sandbox: Arc::new(sandbox),
            door: Arc::new(door),
            store: app.store,
            company,
            url: format!("http://{listen}"),
            kills: 0,
            address,
            listen,
            folder: TempDir::new().unwrap(),
            child: None,
            _database: database,
        }
    }

    fn spawn(&self) -> Child {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_unstale"));
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("UNSTALE_")) {
            command.env_remove(name);
        }
        command
            .env("UNSTALE_DATABASE_URL", &self.address)
            .env("UNSTALE_SECRET_KEY", KEY)
            .env("UNSTALE_LISTEN", &self.listen)
            .env("UNSTALE_IPS_TIMEOUT", "1")
            .env("UNSTALE_CHECK_ALLOWED", "100")
            .env("UNSTALE_DISPATCH_PAUSE", "5")
            .env("UNSTALE_DISPATCH_LEASE", "500")
            .env("UNSTALE_DISPATCH_IDLE", "100")
            .env("UNSTALE_DISPATCH_REPEATS", "20")
            .env("UNSTALE_DISPATCH_REPEAT_PAUSE", "10")
            .env("RUST_LOG", "warn")
            .spawn()
            .unwrap()
    }

    /// Starts it, and waits until it answers.
    pub async fn start(&mut self) {
        self.child = Some(self.spawn());
        let http = client();
        let answers = async {
            let url = format!("{}/healthz", self.url);
            while http.get(&url).send().await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let answered = tokio::time::timeout(Duration::from_mins(1), answers).await;
        assert!(answered.is_ok(), "{}", self.log());
    }

    /// Kills it at random moments and starts it again, until it was killed often enough and the work is done.
    pub async fn kill_and_restart<T>(&mut self, mut random: Random, work: &JoinHandle<T>) {
        while self.kills < KILLS || !work.is_finished() {
            tokio::time::sleep(random.millis(50, 1_100)).await;
            self.kill();
            self.kills += 1;
            self.start().await;
        }
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// The end of what it wrote.
    pub fn log(&self) -> String {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(60).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
