//! `unstale demo`: the sandbox with its shop, and Unstale connected to it, on embedded defaults.
//!
//! It starts afresh each time: the sandbox keeps its pictures in memory, so an older database would not fit them.

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::{Context as _, bail};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    app::App,
    clock::Clock,
    config::{Config, SecretKeySource},
    domain::{
        Company, CompanyId, DeliveryHost, Email, HostOrigin, PersonId, PublishServer, PurgeScope,
        ReadingKind, Role, Slug, ValueSource,
    },
    ips::Endpoint,
    ops::{companies, connection, passwords, sync::Ended},
    sandbox::{self, Origin, Sandbox, SandboxPorts},
    server,
    store::{CompanySettings, NewPerson, Store},
};

/// Both people of the demo have this password, which is printed.
const PASSWORD: &str = "fresh-pictures";

/// The administrator.
const ADMIN: &str = "admin@example.com";

/// Options of `unstale demo`.
#[derive(Debug, Clone, clap::Args)]
pub struct DemoArgs {
    /// First of the five ports on which the sandbox listens, on this machine only
    #[arg(long, default_value_t = 8081)]
    pub sandbox_port: u16,

    /// Folder for the demo's own files, demo.db and demo.key; they are made anew at each start
    #[arg(long, default_value = "unstale-demo")]
    pub folder: PathBuf,
}

/// Runs until Ctrl-C.
pub async fn run(config: Config, args: DemoArgs, clock: Clock) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("UNSTALE_LISTEN: {} cannot be listened on", config.listen))?;
    let port = |after: u16| {
        let port = args.sandbox_port.checked_add(after);
        port.context("--sandbox-port is too high")
    };
    let ports = SandboxPorts {
        storefront: args.sandbox_port,
        exact_edge: port(1)?,
        base_edge: port(2)?,
        ips: port(3)?,
        preview: port(4)?,
    };
    let sandbox = Sandbox::start(clock.clone(), ports, Some(config.public_url.origin()))
        .await
        .context("the sandbox cannot be started; --sandbox-port chooses other ports")?;
    // Only now: the ports are ours, so no other demo is running on this folder.
    let config = fresh(config, &args)?;
    let app = App::build(&config, clock).await?;
    let company = fill(&app, &sandbox, Catalogue::Read).await?;
    if let Ended::Failed(problem) = app.syncer.read(company, &CancellationToken::new()).await? {
        bail!("the sandbox's catalogue cannot be read: {problem}");
    }
    tokio::spawn(follow(app.clone(), company, Arc::clone(sandbox.origin())));
    let stop = server::stop_signal();
    print_welcome(&config, &sandbox);
    server::serve(app, listener, stop).await?;
    sandbox.stop().await;
    Ok(())
}

/// The demo's own database and key, made anew.
fn fresh(config: Config, args: &DemoArgs) -> anyhow::Result<Config> {
    let unusable = || {
        format!(
            "the folder {} cannot be used for the demo; --folder chooses another",
            args.folder.display()
        )
    };
    fs::create_dir_all(&args.folder).with_context(unusable)?;
    for name in ["demo.db", "demo.db-shm", "demo.db-wal", "demo.key"] {
        match fs::remove_file(args.folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(unusable);
            }
            _ => {}
        }
    }
    let database = format!("sqlite://{}", args.folder.join("demo.db").display());
    Ok(Config {
        database: database.parse().with_context(unusable)?,
        secret_key: SecretKeySource::File(args.folder.join("demo.key")),
        ..config
    })
}

/// Where the company's assets and presets come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Catalogue {
    /// They are put there, and nothing is read from the sandbox: for tests that count what it receives.
    Given,
    /// Whoever reads catalogues reads it from the sandbox.
    Read,
}

/// People, the company with its account, hosts, and the template of the worked example; and its catalogue, if it is to
/// be given.
pub async fn fill(app: &App, sandbox: &Sandbox, catalogue: Catalogue) -> anyhow::Result<CompanyId> {
    let (store, clock) = (&app.store, &app.clock);
    let admin = add_person(store, clock, ADMIN, Role::Admin).await?;
    add_person(store, clock, "editor@example.com", Role::Editor).await?;

    let company = Company {
        id: CompanyId::from_uuid(clock.new_uuid()),
        slug: sandbox::catalogue::ROOT.parse::<Slug>()?,
        name: "Snapshot Outdoor".to_owned(),
        root: Some(sandbox::catalogue::ROOT.to_owned()),
        handle: Some(sandbox::catalogue::COMPANY_HANDLE.to_owned()),
        publish_server: PublishServer::parse(sandbox.exact_url()),
        alias: None,
    };
    companies::add(store, &company, clock.now()).await?;
    // As if typed: an address on this machine that was only found is never looked at.
    let settings = CompanySettings {
        preview_server: PublishServer::parse(sandbox.preview_url()),
        preview_server_source: Some(ValueSource::Typed {
            by: ADMIN.to_owned(),
            at: clock.now(),
        }),
        ..store.company_settings(company.id).await?
    };
    store
        .put_company_settings(company.id, &settings, clock.now())
        .await?;
    let base = HostOrigin::of(sandbox.base_url()).context("the sandbox's edge has an address")?;
    let base = DeliveryHost {
        origin: base,
        scope: PurgeScope::Base,
        check_root: true,
    };
    store.put_delivery_host(company.id, &base).await?;
    if catalogue == Catalogue::Given {
        store.set_sync_stopped(company.id, true).await?;
        store
            .put_presets(company.id, &sandbox::catalogue::presets(), clock.now())
            .await?;
        store
            .put_assets(company.id, &sandbox.origin().assets(), clock.now())
            .await?;
    }

    let endpoint = Endpoint::parse(sandbox.ips_url())?;
    let (email, password) = sandbox::ACCOUNT;
    connection::connect(
        store,
        &app.vault,
        company.id,
        &endpoint,
        email,
        &password.to_owned().into(),
    )
    .await?;
    store
        .save_template(
            company.id,
            &template(sandbox.exact_url()),
            admin,
            0,
            clock.now(),
        )
        .await?;
    Ok(company.id)
}

/// Has each change at the sandbox read at once: whoever plays with the shop does not want to wait.
async fn follow(app: App, company: CompanyId, origin: Arc<Origin>) {
    let mut changes = origin.changes();
    while changes.changed().await.is_ok() {
        if let Err(error) = app.syncer.read_soon(company, ReadingKind::Increment).await {
            warn!(%error, "the demo's catalogue could not be brought up to date");
        }
    }
}

/// The template of the contract's worked example, on the sandbox's host.
fn template(exact_url: &str) -> String {
    let other_scheme = exact_url.replacen("http://", "https://", 1);
    let root = sandbox::catalogue::ROOT;
    format!(
        "<ID>\n<ID>?$pdp-main$\n<ID>?scl=1&qlt=100\n{other_scheme}/is/image/{root}/<ID>\n{exact_url}/is/content/{root}/gspdf"
    )
}

async fn add_person(
    store: &Store,
    clock: &Clock,
    email: &str,
    role: Role,
) -> anyhow::Result<PersonId> {
    let person = NewPerson {
        id: PersonId::from_uuid(clock.new_uuid()),
        email: email.parse::<Email>()?,
        role,
        password_hash: passwords::hash(PASSWORD.to_owned().into()).await?,
        created_at: clock.now(),
    };
    store.add_person(&person).await?;
    Ok(person.id)
}

fn print_welcome(config: &Config, sandbox: &Sandbox) {
    println!(
        "\n  The shop      {shop}\n  Unstale       {unstale}\n\n  \
         Sign in as    {ADMIN}  or  editor@example.com\n  Password      {PASSWORD}\n\n  \
         1. Open the shop and publish a new version of “spinset”: its picture stays old.\n  \
         2. Open Unstale, CDN Invalidation, Add Assets, “spinset”, Next, Submit.\n  \
         3. Load the shop again: the picture is the new one.\n\n  Ctrl-C stops it all.\n",
        shop = sandbox.storefront_url(),
        unstale = config.public_url.origin(),
    );
}
