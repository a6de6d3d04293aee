//! `unstale company connect`: a company with its Dynamic Media account, as *Connect to Dynamic Media* does it.

use anyhow::{Context as _, bail};

use super::common::{BY, read_secret, said};
use crate::{
    app::App,
    clock::Clock,
    config::Config,
    domain::PublishServer,
    ips::Account,
    ops::connection::{self, Candidate, SignedIn, Trouble, Wanted, doubts},
};

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

/// Connects it, and lets its catalogue be read.
pub(super) async fn run(config: &Config, clock: Clock, args: ConnectArgs) -> anyhow::Result<()> {
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
        Err(error) => return Err(said(&error.trouble()?)),
    };
    let wanted = Wanted {
        account: &account,
        company: choose(&signed_in, args.company.as_deref())?,
        signed_in: &signed_in,
        publish_server: typed.map(|server| (server, BY)),
    };
    let connected = app.connector.establish(&wanted).await?;
    let company = connected.company;
    app.syncer.go_on(company.id).await?;
    println!(
        "{} is connected; its pages start with /c/{}",
        company.name, company.slug
    );
    let doubts = doubts(&connected.facts, app.clock.now());
    for Trouble { sentence, advice } in doubts {
        eprintln!("unstale: {sentence} {advice}");
    }
    if let Some(error) = connected.unread_settings {
        let Trouble { sentence, advice } = Trouble::of(&error);
        eprintln!(
            "unstale: the company’s settings at Dynamic Media could not be read. {sentence} {advice}"
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
        wanted.is_none_or(|wanted| {
            it.name == wanted || it.root.as_deref() == Some(wanted) || it.handle == wanted
        })
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
        .map(|it| match &it.root {
            Some(root) => format!("{} (root {root})", it.name),
            None => it.name.clone(),
        })
        .collect();
    names.join(", ")
}
