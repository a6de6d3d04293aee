//! `unstale company`: companies and their connections, for scripts; what Settings > Connection does.

use anyhow::bail;
use clap::Subcommand;

use super::{
    account::{self, AccountArgs},
    add::{self, AddArgs},
    common::{company, connected, print_table},
    connect::{self, ConnectArgs},
    site::{self, SiteArgs},
};
use crate::{
    app::App,
    clock::Clock,
    config::Config,
    domain::{CheckReport, Company},
    ops::connection::Region,
    store::Store,
};

#[derive(Debug, Subcommand)]
pub(super) enum CompanyCommand {
    /// Connect a company with its Dynamic Media account, or change the account of one that is connected
    Connect(ConnectArgs),
    /// Change the account of a company, also to one in another region: then its catalogue is read anew
    Account(AccountArgs),
    /// Add a company without an account: its lists are downloaded, not sent
    Add(AddArgs),
    /// Set publish server, preview server and alias of a company
    Set(SiteArgs),
    /// List the companies
    List,
    /// Test the connection of a company, step by step, and read its settings again
    Test {
        /// Its short name, or its name [default: the only one there is]
        company: Option<String>,
    },
    /// Forget the account of a company; its history and its catalogue stay
    Disconnect {
        /// Its short name, or its name
        company: String,
    },
}

/// Does what the arguments say.
pub(super) async fn run(
    command: CompanyCommand,
    config: &Config,
    clock: Clock,
) -> anyhow::Result<()> {
    match command {
        CompanyCommand::Connect(args) => connect::run(config, clock, args).await,
        CompanyCommand::Account(args) => {
            account::run(&App::build(config, clock).await?, args).await
        }
        CompanyCommand::Add(args) => {
            add::run(&Store::open(&config.database).await?, &clock, args).await
        }
        CompanyCommand::Set(args) => site::run(&App::build(config, clock).await?, args).await,
        CompanyCommand::List => list(&Store::open(&config.database).await?).await,
        CompanyCommand::Test { company } => {
            test(&App::build(config, clock).await?, company.as_deref()).await
        }
        CompanyCommand::Disconnect { company } => {
            disconnect(&Store::open(&config.database).await?, &company).await
        }
    }
}

async fn list(store: &Store) -> anyhow::Result<()> {
    let heads = [
        "SLUG",
        "NAME",
        "ROOT",
        "PUBLISH SERVER",
        "REGION",
        "E-MAIL",
        "ROLE",
        "LAST TEST",
    ];
    let mut rows = vec![heads.map(str::to_owned)];
    for company in store.companies().await? {
        rows.push(row(store, company).await?);
    }
    if rows.len() == 1 {
        say!("No company is connected yet.");
        return Ok(());
    }
    print_table(&rows);
    Ok(())
}

async fn row(store: &Store, company: Company) -> anyhow::Result<[String; 8]> {
    let connection = store.connection(company.id).await?;
    let state = store.connection_state(company.id).await?;
    let state = state.unwrap_or_default();
    let region = connection.as_ref().map(|it| region(&it.endpoint));
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    Ok([
        company.slug.to_string(),
        company.name,
        or_dash(company.root),
        or_dash(company.publish_server.map(|server| server.to_string())),
        or_dash(region.map(str::to_owned)),
        connection.map_or_else(|| "not connected".to_owned(), |it| it.email),
        or_dash(state.facts.and_then(|facts| facts.role)),
        or_dash(state.report.as_ref().map(last_test)),
    ])
}

/// As `--endpoint` takes it.
fn region(endpoint: &str) -> &str {
    Region::of(endpoint).map_or(endpoint, |region| region.word)
}

fn last_test(report: &CheckReport) -> String {
    let day = report.at.to_utc().date();
    let result = if report.passed() { "ok" } else { "failed" };
    format!("{result}, {day}")
}

async fn test(app: &App, wanted: Option<&str>) -> anyhow::Result<()> {
    let company = company(&app.store, wanted).await?;
    let report = app.connector.check(&company).await?;
    for step in &report.steps {
        let title = step.step.title();
        let word = step.outcome.word();
        say!("{title:<22}{word:<14}{}", step.sentence);
        if !step.advice.is_empty() {
            say!("{:36}{}", "", step.advice);
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

/// Without the key, so that it helps where that is lost.
async fn disconnect(store: &Store, wanted: &str) -> anyhow::Result<()> {
    let company = company(store, Some(wanted)).await?;
    let company = connected(store, company).await?;
    store.delete_connection(company.id).await?;
    say!(
        "{} is disconnected: its account was deleted here. Its history and its catalogue stay.",
        company.name
    );
    Ok(())
}
