//! `cargo bench --bench sync`: how a catalogue of a million assets comes in, on SQLite, and on PostgreSQL where
//! `UNSTALE_TEST_POSTGRES` names one: read from the sandbox, then an increment of 100 changes among them, then a comparison
//! of all IDs; and imported from a CSV file, then the same file once more.
//!
//! The sandbox runs in a process of its own, so that its memory is not ours, and tells how long its answers took: what
//! is left is our own work. `UNSTALE_BENCH_ASSETS` sets another number; `-- reading` leaves the file out.

#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

mod import;
mod memory;
mod sandbox;

use std::{
    env,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;
use unstale::{
    clock::Clock,
    config::{SecretKeySource, SyncConfig},
    domain::{Company, CompanyId, PublishServer, ReadingKind},
    ips::{Client, Endpoint, Timeouts},
    ops::{
        connection,
        sync::{Ended, Syncer},
    },
    sandbox::{ACCOUNT, catalogue},
    store::Store,
    vault::Vault,
};

use self::{
    memory::Peak,
    sandbox::{AS_SANDBOX, Sandbox},
};

const ASSETS: u32 = 1_000_000;

/// The argument that leaves the CSV file out.
const READING_ONLY: &str = "reading";

fn main() {
    let assets = env::var("UNSTALE_BENCH_ASSETS").map_or(ASSETS, |text| text.parse().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if env::args().any(|argument| argument == AS_SANDBOX) {
        runtime.block_on(sandbox::serve(assets));
        return;
    }
    println!(
        "| {assets} assets | total | sandbox | ours | assets/s, ours | RssAnon at most | VmRSS at most |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}", folder.path().join("bench.db").display());
    runtime.block_on(measure("SQLite", &sqlite, assets));
    if let Ok(postgres) = env::var("UNSTALE_TEST_POSTGRES") {
        runtime.block_on(measure_postgres(&postgres, assets));
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
    let config = SyncConfig {
        pause: Duration::ZERO,
        ..SyncConfig::default()
    };
    let syncer = Syncer::new(store.clone(), vault, client.unwrap(), clock, config);
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
            "| {name}, {what} ({} read, {} new, {} changed) | {:.2} s | {:.2} s | {:.2} s | {:.0} | {} |",
            sync.seen,
            sync.added,
            sync.changed,
            total.as_secs_f64(),
            theirs.as_secs_f64(),
            ours.as_secs_f64(),
            f64::from(u32::try_from(sync.seen).unwrap()) / ours.as_secs_f64(),
            peak.cells(),
        );
        assert!(kind != ReadingKind::Full || sync.seen == u64::from(assets));
    }
    if !env::args().any(|argument| argument == READING_ONLY) {
        import::measure(name, &store, assets).await;
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
        root: Some(catalogue::ROOT.to_owned()),
        handle: Some(catalogue::COMPANY_HANDLE.to_owned()),
        publish_server: PublishServer::parse("https://images.example.com"),
        alias: None,
    };
    store.add_company(&company, clock.now()).await.unwrap();
    let endpoint = Endpoint::parse(&format!("{url}/scene7/")).unwrap();
    let (email, password) = ACCOUNT;
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
