//! `unstale company`: what Settings > Connection does, for scripts.

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::{
    add::{self, AddArgs},
    read_secret,
};
use crate::{
    app::App,
    clock::Clock,
    config::Config,
    domain::{CheckReport, Company, MayPurge, PublishServer},
    ips::Account,
    ops::connection::{self, Candidate, ConnectError, SignedIn, Trouble, Wanted},
    store::Store,
};

/// Who typed a value, where it was a command.
const BY: &str = "the command line";

#[derive(Debug, Subcommand)]
pub(super) enum CompanyCommand {
    /// Connect a company with its Dynamic Media account, or change the account of one that is connected
    Connect(ConnectArgs),
    /// Add a company without an account: its lists are downloaded, not sent
    Add(AddArgs),
    /// List the companies
    List,
    /// Test the connection of a company, step by step
    Test {
        /// Its short name, or its name [default: the only one there is]
        company: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct ConnectArgs {
    /// Region of the account (north-america, emea, apac, each also with -staging), or the base address of its API
    #[arg(long, value_name = "REGION|URL")]
    endpoint: String,
    /// E-mail address of the Dynamic Media account
    #[arg(long)]
    email: String,
    /// Read the account's password from standard input, up to the end or the first line break
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Name or root of the company; needed when the account belongs to several
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
    /// What the company's public URLs start with [default: as its settings at Dynamic Media have it]
    #[arg(long, value_name = "URL")]
    publish_server: Option<String>,
}

/// Does what the arguments say.
pub(super) async fn run(
    command: CompanyCommand,
    config: &Config,
    clock: Clock,
) -> anyhow::Result<()> {
    match command {
        CompanyCommand::Connect(args) => connect(config, clock, args).await,
        CompanyCommand::Add(args) => {
            add::run(&Store::open(&config.database).await?, &clock, args).await
        }
        CompanyCommand::List => list(&App::build(config, clock).await?).await,
        CompanyCommand::Test { company } => {
            test(&App::build(config, clock).await?, company.as_deref()).await
        }
    }
}

async fn connect(config: &Config, clock: Clock, args: ConnectArgs) -> anyhow::Result<()> {
    let endpoint = connection::endpoint(&args.endpoint).context("--endpoint")?;
    let typed = args.publish_server.as_deref().map(|text| {
        PublishServer::parse(text)
            .with_context(|| format!("--publish-server {text:?} is no http(s) address"))
    });
    let typed = typed.transpose()?;
    let account = Account {
        endpoint,
        email: args.email.trim().to_owned(),
        password: read_secret()?,
    };
    let app = App::build(config, clock).await?;
    let signed_in = match app.connector.sign_in(&account).await {
        Ok(signed_in) => signed_in,
        Err(error) => return Err(said(error)),
    };
    let wanted = Wanted {
        account: &account,
        company: choose(&signed_in, args.company.as_deref())?,
        signed_in: &signed_in,
        publish_server: typed.map(|server| (server, BY)),
    };
    let connected = app.connector.establish(&wanted).await?;
    let company = connected.company;
    println!(
        "{} is connected; its pages start with /c/{}",
        company.name, company.slug
    );
    if signed_in.facts(wanted.company, app.clock.now()).may_purge() == MayPurge::No {
        let role = wanted.company.role.as_deref().unwrap_or("unknown");
        eprintln!("unstale: the account’s role is {role}: it may look, but not purge");
    }
    if let Some(error) = connected.unread_settings {
        let trouble = Trouble::of(&error);
        eprintln!(
            "unstale: the company’s settings at Dynamic Media could not be read. {} {}",
            trouble.sentence, trouble.advice
        );
    }
    if company.publish_server.is_none() {
        eprintln!("unstale: no publish server was found; give it with --publish-server");
    }
    Ok(())
}

/// The company of that name or root, or the only one.
fn choose<'a>(signed_in: &'a SignedIn, wanted: Option<&str>) -> anyhow::Result<&'a Candidate> {
    let fits = |it: &&Candidate| {
        wanted.is_none_or(|wanted| it.name == wanted || it.root == wanted || it.handle == wanted)
    };
    let mut fitting = signed_in.companies.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(company), None) => Ok(company),
        (Some(_), Some(_)) => bail!(
            "the account belongs to several companies; choose one with --company: {}",
            names(&signed_in.companies)
        ),
        (None, _) => bail!(
            "the account does not belong to {}, but to {}",
            wanted.unwrap_or("any company"),
            names(&signed_in.companies)
        ),
    }
}

fn names(companies: &[Candidate]) -> String {
    let names: Vec<_> = companies
        .iter()
        .map(|it| format!("{} (root {})", it.name, it.root))
        .collect();
    names.join(", ")
}

fn said(error: ConnectError) -> anyhow::Error {
    match error.trouble() {
        Ok(trouble) => anyhow::anyhow!("{} {}", trouble.sentence, trouble.advice),
        Err(error) => error.into(),
    }
}

async fn list(app: &App) -> anyhow::Result<()> {
    let heads = [
        "SLUG",
        "NAME",
        "ROOT",
        "PUBLISH SERVER",
        "E-MAIL",
        "ROLE",
        "LAST TEST",
    ];
    let mut rows = vec![heads.map(str::to_owned)];
    for company in app.store.companies().await? {
        rows.push(row(app, company).await?);
    }
    if rows.len() == 1 {
        println!("No company is connected yet.");
        return Ok(());
    }
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths = [0, 1, 2, 3, 4, 5, 6].map(width);
    for row in &rows {
        let cells = row.iter().zip(widths);
        let line: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        println!("{}", line.join("  ").trim_end());
    }
    Ok(())
}

async fn row(app: &App, company: Company) -> anyhow::Result<[String; 7]> {
    let connection = app.store.connection(company.id).await?;
    let state = app.store.connection_state(company.id).await?;
    let state = state.unwrap_or_default();
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    Ok([
        company.slug.to_string(),
        company.name,
        or_dash(company.root),
        or_dash(company.publish_server.map(|server| server.to_string())),
        connection.map_or_else(|| "not connected".to_owned(), |it| it.email),
        or_dash(state.facts.and_then(|facts| facts.role)),
        or_dash(state.report.as_ref().map(last_test)),
    ])
}

fn last_test(report: &CheckReport) -> String {
    let day = report.at.to_utc().date();
    let result = if report.passed() { "ok" } else { "failed" };
    format!("{result}, {day}")
}

async fn test(app: &App, wanted: Option<&str>) -> anyhow::Result<()> {
    let company = find(app, wanted).await?;
    let report = app.connector.check(&company).await?;
    for step in &report.steps {
        let title = step.step.title();
        let word = step.outcome.word();
        println!("{title:<22}{word:<14}{}", step.sentence);
        if !step.advice.is_empty() {
            println!("{:36}{}", "", step.advice);
        }
    }
    if report.passed() {
        Ok(())
    } else {
        bail!(
            "the connection of {} does not work as it should",
            company.name
        )
    }
}

/// The company with that short name or name, or the only one.
async fn find(app: &App, wanted: Option<&str>) -> anyhow::Result<Company> {
    let companies = app.store.companies().await?;
    let slugs: Vec<_> = companies.iter().map(|it| it.slug.to_string()).collect();
    let fits =
        |it: &Company| wanted.is_none_or(|wanted| it.slug.as_str() == wanted || it.name == wanted);
    let mut fitting = companies.into_iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(company), None) => Ok(company),
        (None, _) if slugs.is_empty() => bail!("no company is connected yet"),
        _ => bail!("which company? There are {}", slugs.join(", ")),
    }
}
