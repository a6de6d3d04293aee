//! `unstale company connect`: a company with its Dynamic Media account, as *Connect to Dynamic Media* does it.

use anyhow::{Context as _, bail};

use super::common::{BY, OfAccount, said};
use crate::{
    app::App,
    clock::{Clock, Timestamp},
    config::Config,
    domain::PublishServer,
    ops::connection::{Candidate, Connected, SignedIn, Trouble, Wanted, doubts},
};

#[derive(Debug, clap::Args)]
pub(super) struct ConnectArgs {
    #[command(flatten)]
    account: OfAccount,
    /// Name or root of the company; needed when the account belongs to several
    #[arg(long, value_name = "NAME")]
    company: Option<String>,
    /// What the company's public URLs start with [default: as its settings at Dynamic Media have it]
    #[arg(long, value_name = "URL")]
    publish_server: Option<String>,
}

/// Connects it, and lets its catalogue be read.
pub(super) async fn run(config: &Config, clock: Clock, args: ConnectArgs) -> anyhow::Result<()> {
    let typed = args.publish_server.as_deref().map(|text| {
        PublishServer::parse(text)
            .with_context(|| format!("--publish-server {text:?} is no http(s) address"))
    });
    let typed = typed.transpose()?;
    let account = args.account.read()?;
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
    app.syncer.go_on_with_account(connected.company.id).await?;
    say!(
        "{} is connected; its pages start with /c/{}",
        connected.company.name,
        connected.company.slug
    );
    warn_of(&connected, app.clock.now());
    if connected.company.publish_server.is_none() {
        note!("unstale: no publish server was found; give it with --publish-server");
    }
    Ok(())
}

/// Says what somebody should look at, now that the company has this account.
pub(super) fn warn_of(connected: &Connected, now: Timestamp) {
    for trouble in doubts(&connected.facts, now) {
        note!("unstale: {}", trouble.whole());
    }
    if let Some(error) = &connected.unread_settings {
        note!(
            "unstale: the company’s settings at Dynamic Media could not be read. {}",
            Trouble::of(error).whole()
        );
    }
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
