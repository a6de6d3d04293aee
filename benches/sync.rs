//! `cargo bench --bench sync`: a million assets read from the sandbox, on SQLite, and on PostgreSQL where
//! `UNSTALE_TEST_POSTGRES` names one; then an increment of 100 changes among them.
//!
//! The sandbox runs in a process of its own, so that its memory is not ours, and tells how long its answers took: what
//! is left is our own work. `UNSTALE_BENCH_ASSETS` sets another number.

#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, extract::Request, middleware::Next, routing::get};
use tokio_util::sync::CancellationToken;
use unstale::{
    clock::Clock,
    config::SecretKeySource,
    domain::{Company, CompanyId, PublishServer, ReadingKind},
    ips::{Client, Endpoint, Timeouts},
    ops::{
        connection,
        sync::{Ended, Syncer},
    },
    sandbox::{self, IpsSandbox, library::Generated},
    store::Store,
    vault::Vault,
};

const ASSETS: u32 = 1_000_000;
const CHANGES: u32 = 100;
const AS_SANDBOX: &str = "--as-sandbox";

fn main() {
    let assets = env::var("UNSTALE_BENCH_ASSETS").map_or(ASSETS, |text| text.parse().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if env::args().any(|argument| argument == AS_SANDBOX) {
        runtime.block_on(serve_sandbox(assets));
        return;
    }
    println!("| {assets} assets | total | sandbox | ours | assets/s, ours | RssAnon at most |");
    println!("|---|---:|---:|---:|---:|---:|");
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}", folder.path().join("bench.db").display());
    runtime.block_on(measure("SQLite", &sqlite, assets));
    if let Ok(postgres) = env::var("UNSTALE_TEST_POSTGRES") {
        runtime.block_on(measure_postgres(&postgres, assets));
    }
}

/// The sandbox's endpoint with a clock around it. It ends with its standard input.
async fn serve_sandbox(assets: u32) {
    let clock = Clock::system();
    let library = Arc::new(Generated::new(assets, clock.clone()));
    let ips = IpsSandbox::with_catalogue(&clock, library.clone());
    let spent = Arc::new(AtomicU64::new(0));
    let told = spent.clone();
    let timed = move |mut request: Request, next: Next| {
        let spent = spent.clone();
        async move {
            // Compression streams past the stopwatch.
            request.headers_mut().remove("accept-encoding");
            let started = Instant::now();
            let response = next.run(request).await;
            let micros = u64::try_from(started.elapsed().as_micros()).unwrap();
            spent.fetch_add(micros, Ordering::Relaxed);
            response
        }
    };
    let change = move || async move {
        for number in 0..CHANGES {
            library.replace(number * (assets / CHANGES));
        }
    };
    let router = Router::new()
        .merge(ips.router().layer(axum::middleware::from_fn(timed)))
        .route(
            "/spent",
            get(move || async move { told.swap(0, Ordering::Relaxed).to_string() }),
        )
        .route("/change", get(change));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let gone = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    let _ = gone.await;
}

/// The other process.
struct Sandbox {
    child: Child,
    url: String,
    http: reqwest::Client,
}

impl Sandbox {
    fn start() -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .arg(AS_SANDBOX)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut url).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            child,
            url: url.trim().to_owned(),
            http: reqwest::Client::builder().build().unwrap(),
        }
    }

    async fn get(&self, path: &str) -> String {
        let url = format!("{}{path}", self.url);
        self.http
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    /// The time spent in answers since the last question.
    async fn spent(&self) -> Duration {
        Duration::from_micros(self.get("/spent").await.parse().unwrap())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn measure_postgres(admin: &str, assets: u32) {
    use sqlx::Connection as _;
    let name = format!("unstale_bench_{}", Clock::system().new_uuid().simple());
    let mut url = url::Url::parse(admin).unwrap();
    url.set_path(&name);
    let mut connection = sqlx::PgConnection::connect(admin).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("create database {name}"));
    sqlx::raw_sql(create)
        .execute(&mut connection)
        .await
        .unwrap();
    measure("PostgreSQL", url.as_str(), assets).await;
    let drop = sqlx::AssertSqlSafe(format!("drop database {name} with (force)"));
    sqlx::raw_sql(drop).execute(&mut connection).await.unwrap();
}

async fn measure(name: &str, database: &str, assets: u32) {
    let sandbox = Sandbox::start();
    let clock = Clock::system();
    let store = Store::open(&database.parse().unwrap()).await.unwrap();
    let company = connect(&store, &clock, &sandbox.url).await;
    let vault = vault(&clock);
    let client = Client::new(Timeouts {
        connect: Duration::from_secs(10),
        total: Duration::from_mins(2),
    });
    let syncer = Syncer::new(store.clone(), vault, client.unwrap(), clock, Duration::ZERO);
    for (what, kind) in [
        ("everything", ReadingKind::Full),
        ("100 changes", ReadingKind::Increment),
        ("all IDs compared", ReadingKind::Sweep),
    ] {
        if kind == ReadingKind::Increment {
            sandbox.get("/change").await;
        }
        sandbox.spent().await;
        syncer.read_soon(company, kind).await.unwrap();
        let started = Instant::now();
        let peak = Peak::watch();
        let ended = syncer.read(company, &CancellationToken::new()).await;
        let total = started.elapsed();
        let Ended::Finished(sync) = ended.unwrap() else {
            panic!("{name}: {what} was not finished");
        };
        let theirs = sandbox.spent().await;
        let ours = total.saturating_sub(theirs);
        println!(
            "| {name}, {what} ({} read, {} new, {} changed) | {:.2} s | {:.2} s | {:.2} s | {:.0} | {} MB |",
            sync.seen,
            sync.added,
            sync.changed,
            total.as_secs_f64(),
            theirs.as_secs_f64(),
            ours.as_secs_f64(),
            f64::from(u32::try_from(sync.seen).unwrap()) / ours.as_secs_f64(),
            peak.megabytes(),
        );
        assert!(kind != ReadingKind::Full || sync.seen == u64::from(assets));
    }
    store.close().await;
}

fn vault(clock: &Clock) -> Vault {
    Vault::open(
        &SecretKeySource::Given("5e".repeat(32).into()),
        clock.clone(),
    )
    .unwrap()
}

async fn connect(store: &Store, clock: &Clock, url: &str) -> CompanyId {
    let company = Company {
        id: CompanyId::from_uuid(clock.new_uuid()),
        slug: "bench".parse().unwrap(),
        name: "Bench".to_owned(),
        root: Some(sandbox::catalogue::ROOT.to_owned()),
        handle: Some(sandbox::catalogue::COMPANY_HANDLE.to_owned()),
        publish_server: PublishServer::parse("https://images.example.com"),
        alias: None,
    };
    store.add_company(&company, clock.now()).await.unwrap();
    let endpoint = Endpoint::parse(&format!("{url}/scene7/")).unwrap();
    let (email, password) = sandbox::ACCOUNT;
    let password = password.to_owned().into();
    connection::connect(
        store,
        &vault(clock),
        company.id,
        &endpoint,
        email,
        &password,
    )
    .await
    .unwrap();
    company.id
}

/// Looks at this process's own memory ten times a second.
struct Peak {
    most: Arc<AtomicU64>,
    stop: CancellationToken,
}

impl Peak {
    fn watch() -> Self {
        let (most, stop) = (Arc::new(AtomicU64::new(0)), CancellationToken::new());
        let (seen, stopped) = (most.clone(), stop.clone());
        std::thread::spawn(move || {
            while !stopped.is_cancelled() {
                seen.fetch_max(anonymous_kilobytes(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        Self { most, stop }
    }

    fn megabytes(&self) -> u64 {
        self.stop.cancel();
        self.most.load(Ordering::Relaxed) / 1_024
    }
}

fn anonymous_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}
