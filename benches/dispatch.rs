//! What sending 50,000 URLs costs us, from Submit to the last byte: `cargo bench --bench dispatch`.
//!
//! Once against a server that only reads and answers, which shows our own time for each batch, and once against the
//! sandbox, which reads every URL as Adobe would. No pauses: those are Adobe's due, not ours to make quicker.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, response::IntoResponse, routing::post};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;
use unstale::{
    app::App,
    clock::Clock,
    config::{Config, Settings},
    demo::{self, Catalogue},
    domain::{CompanyId, InvalidationId, Options, PresetChoice, Revision},
    ips::Endpoint,
    ops::{connection, plan::DraftInputs, submit},
    sandbox::{Sandbox, SandboxPorts},
    store::Draft,
};

const URLS: usize = 50_000;
const BATCHES: u32 = 50;
const ANSWER: &str = r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
<cdnCacheInvalidationReturn xmlns="http://www.scene7.com/IpsApi/xsd/2017-10-29-beta"><invalidationHandle>1</invalidationHandle>
<estimatedSeconds>5</estimatedSeconds></cdnCacheInvalidationReturn></soapenv:Body></soapenv:Envelope>"#;

#[tokio::main]
async fn main() {
    println!("| Against | Submit | until the last answer | each batch | memory at most |");
    println!("|---|---:|---:|---:|---:|");
    run("a server that only reads", true).await;
    run("the sandbox", false).await;
}

async fn run(against: &str, reads_only: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings {
        database_url: Some(format!(
            "sqlite://{}",
            folder.path().join("bench.db").display()
        )),
        dispatch: unstale::config::DispatchSettings {
            dispatch_pause: Some("0".to_owned()),
            ..Default::default()
        },
        ..Settings::default()
    };
    let config = Config::load(settings, Some("5e".repeat(32))).expect("settings");
    let clock = Clock::system();
    let app = App::build(&config, clock.clone()).await.expect("an app");
    let sandbox = Sandbox::start(clock, SandboxPorts::default(), None)
        .await
        .expect("a sandbox");
    let company = demo::fill(&app, &sandbox, Catalogue::Given)
        .await
        .expect("the demo's company");
    let answered = Arc::new(watch::Sender::new(0_u32));
    if reads_only {
        connect_to_reader(&app, company, Arc::clone(&answered)).await;
    }
    let id = draft(&app, company, sandbox.exact_url()).await;

    let start = Instant::now();
    submit_draft(&app, company, id).await;
    let submitted = start.elapsed();
    let stop = CancellationToken::new();
    let sending = tokio::spawn(app.dispatcher.clone().run(stop.clone()));
    let start = Instant::now();
    if reads_only {
        let mut answered = answered.subscribe();
        let all = answered.wait_for(|count| *count >= BATCHES).await;
        all.expect("the server lives");
    } else {
        sandbox.ips().wait_for_calls(BATCHES as usize).await;
    }
    let sent = start.elapsed();
    stop.cancel();
    sending.await.expect("it ends");
    let batches = app.store.batches(company, id).await.expect("batches");
    assert!(batches.iter().all(|batch| batch.receipt.is_some()));
    println!(
        "| {against} | {} ms | {} ms | {:.1} ms | {} MB |",
        submitted.as_millis(),
        sent.as_millis(),
        millis(sent / BATCHES),
        peak_megabytes()
    );
    sandbox.stop().await;
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Puts a server in Adobe's place that reads a request to its end and answers the same each time.
async fn connect_to_reader(app: &App, company: CompanyId, answered: Arc<watch::Sender<u32>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let receive = move |body: Bytes| {
        drop(body);
        answered.send_modify(|count| *count += 1);
        async { ([("content-type", "text/xml")], ANSWER).into_response() }
    };
    let router = Router::new()
        .route("/scene7/services/IpsApiService", post(receive))
        .layer(axum::extract::DefaultBodyLimit::disable());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let endpoint = Endpoint::parse(&format!("http://{address}/scene7/")).expect("an endpoint");
    let password = "x".to_owned().into();
    connection::connect(
        &app.store,
        &app.vault,
        company,
        &endpoint,
        "a@b.example",
        &password,
    )
    .await
    .expect("an account");
}

async fn draft(app: &App, company: CompanyId, exact: &str) -> InvalidationId {
    let editor = "editor@example.com".parse().expect("an address");
    let (author, _) = app
        .store
        .person_by_email(&editor)
        .await
        .expect("the store answers")
        .expect("the demo's editor");
    let urls: Vec<String> = (0..URLS)
        .map(|number| {
            format!("{exact}/is/image/dms7snapshot/sku-{number:05}_front?wid=800&fmt=webp&qlt=85")
        })
        .collect();
    let draft = Draft {
        id: InvalidationId::from_uuid(app.clock.new_uuid()),
        company,
        author: author.id,
        options: Options {
            presets: false,
            template: false,
            alias: false,
            fold: false,
        },
        split: true,
        presets: PresetChoice::All,
        manual_urls: urls.join("\n"),
        version: 1,
        created_at: app.clock.now(),
        updated_at: app.clock.now(),
    };
    app.store.create_draft(&draft).await.expect("a draft");
    draft.id
}

/// As Confirm's Submit does.
async fn submit_draft(app: &App, company: CompanyId, id: InvalidationId) {
    let store = &app.store;
    let company = store.company(company).await.expect("a company");
    let company = company.expect("the demo's company");
    let draft = store.draft(company.id, id).await.expect("a draft");
    let inputs = DraftInputs::load(store, &company, draft.expect("the draft"))
        .await
        .expect("its inputs");
    let text = inputs.draft.manual_urls.clone();
    let revision = Revision::of(text.lines());
    submit::submit(
        store,
        &app.clock,
        &company,
        &inputs,
        &revision,
        submit::Way::Send,
    )
    .await
    .expect("it is submitted");
}

/// The most that this process has ever held, by the kernel's count.
fn peak_megabytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1_024
}
