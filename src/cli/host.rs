//! `unstale host`: what Settings > Delivery hosts does, for scripts.

use anyhow::{Context as _, bail};
use clap::{Subcommand, ValueEnum};
use tokio_util::sync::CancellationToken;

use super::common::{InTheNameOf, OfCompany, print_table};
use crate::{
    app::App,
    domain::{Company, DeliveryHost, GenericHosts, HostOrigin, HostVerdict, PurgeScope},
    ops::hosts,
    store::{HostSetting, HostTest},
};

#[derive(Debug, Subcommand)]
pub(super) enum HostCommand {
    /// List the hosts, what clearing one URL clears there, and their last tests
    List {
        #[command(flatten)]
        of: OfCompany,
    },
    /// Add a host, which starts as exact
    Add {
        /// Any address of a picture on it, or its name
        host: String,
        #[command(flatten)]
        of: OfCompany,
    },
    /// Change a host
    Set {
        /// The host, as `host list` shows it
        host: String,
        /// What clearing one URL clears there
        #[arg(long, value_enum)]
        scope: Option<Scope>,
        /// Whether URLs whose path names another company are stopped
        #[arg(long, value_name = "true|false")]
        check_root: Option<bool>,
        #[command(flatten)]
        of: OfCompany,
    },
    /// Remove a host
    Remove {
        /// The host, as `host list` shows it
        host: String,
        #[command(flatten)]
        of: OfCompany,
    },
    /// Purge the base URL of one image, and see whether another size of it is new afterwards
    Test {
        /// The host, as `host list` shows it
        host: String,
        /// ID of the image [default: the one that was changed last]
        #[arg(long, value_name = "ID")]
        sample: Option<String>,
        #[command(flatten)]
        by: InTheNameOf,
        #[command(flatten)]
        of: OfCompany,
    },
    /// Show or change which hosts Adobe shares among companies: those are exact
    Shared {
        /// A regular expression for the host's name, in place of those there are; can be repeated
        #[arg(long, value_name = "PATTERN")]
        set: Vec<String>,
        /// Go back to the patterns that Unstale starts with
        #[arg(long, conflicts_with = "set")]
        restore: bool,
        #[command(flatten)]
        of: OfCompany,
    },
}

/// What clearing one URL clears.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Scope {
    /// Each full URL is cleared on its own
    Exact,
    /// The URL up to the question mark clears all its sizes
    Base,
}

/// Does what the arguments say.
pub(super) async fn run(app: &App, command: HostCommand) -> anyhow::Result<()> {
    let store = &app.store;
    match command {
        HostCommand::List { of } => list(app, &of.find(store).await?).await,
        HostCommand::Add { host, of } => {
            let added = hosts::add(store, &of.find(store).await?, &host).await?;
            say!("{added} is on the list, as exact.");
            Ok(())
        }
        HostCommand::Set {
            host,
            scope,
            check_root,
            of,
        } => {
            let company = of.find(store).await?;
            let mut host = known(app, &company, &host).await?.host;
            host.scope = match scope {
                Some(Scope::Exact) => PurgeScope::Exact,
                Some(Scope::Base) => PurgeScope::Base,
                None => host.scope,
            };
            host.check_root = check_root.unwrap_or(host.check_root);
            hosts::change(store, &company, &host).await?;
            say!("{} is {}.", host.origin, words(&host));
            Ok(())
        }
        HostCommand::Remove { host, of } => {
            let company = of.find(store).await?;
            let origin = named(&host)?;
            hosts::remove(store, &company, &origin).await?;
            say!("{origin} is no longer on the list.");
            Ok(())
        }
        HostCommand::Test {
            host,
            sample,
            by,
            of,
        } => {
            let company = of.find(store).await?;
            test(app, &company, &named(&host)?, sample, &by).await
        }
        HostCommand::Shared { set, restore, of } => {
            shared(app, &of.find(store).await?, &set, restore).await
        }
    }
}

async fn list(app: &App, company: &Company) -> anyhow::Result<()> {
    let heads = ["HOST", "SCOPE", "CHECK ROOT", "FROM", "LAST TEST"];
    let mut rows = vec![heads.map(str::to_owned)];
    for setting in app.store.host_settings(company.id).await? {
        let HostSetting { host, test, .. } = &setting;
        rows.push([
            host.origin.to_string(),
            scope_word(host.scope).to_owned(),
            if host.check_root { "yes" } else { "no" }.to_owned(),
            hosts::source(company, &setting).to_owned(),
            test.as_ref().map_or_else(|| "-".to_owned(), last_test),
        ]);
    }
    if rows.len() == 1 {
        say!("No host is known yet.");
    } else {
        print_table(&rows);
    }
    Ok(())
}

fn last_test(test: &HostTest) -> String {
    format!("{}, {}", test.verdict.words(), test.at.to_utc().date())
}

/// Tests, and waits for the result. The purge waits in the company's queue like any other; it is sent from here too, so
/// that no server need run.
async fn test(
    app: &App,
    company: &Company,
    origin: &HostOrigin,
    sample: Option<String>,
    by: &InTheNameOf,
) -> anyhow::Result<()> {
    let by = by.find(&app.store).await?;
    let sample = if let Some(sample) = sample {
        sample
    } else {
        let newest = app.store.recent_images(company.id, 1).await?.pop();
        let newest = newest.context("there is no image to test with; name one with --sample")?;
        newest.id
    };
    let test = app.host_tester.begin(company, origin, &sample, by).await?;
    let sending = CancellationToken::new();
    let sender = tokio::spawn(app.dispatcher.clone().run(sending.clone()));
    test.await?;
    sending.cancel();
    sender.await?;
    let setting = known(app, company, origin.as_str()).await?;
    let result = setting.test.context("the result could not be stored")?;
    if result.verdict == HostVerdict::CannotTell {
        bail!("it cannot be told. {}", result.note);
    }
    say!("{}: {}. {}", origin, result.verdict.words(), result.note);
    if let Some(advice) = result.verdict.advice(setting.host.scope) {
        say!("{advice}");
    }
    Ok(())
}

async fn shared(app: &App, company: &Company, set: &[String], restore: bool) -> anyhow::Result<()> {
    let store = &app.store;
    if restore {
        hosts::set_generic(store, company, None).await?;
    } else if !set.is_empty() {
        hosts::set_generic(store, company, Some(&set.join("\n"))).await?;
    }
    let patterns = store.generic_hosts(company.id).await?;
    say!("{}", patterns.as_deref().unwrap_or(GenericHosts::DEFAULT));
    Ok(())
}

fn named(host: &str) -> anyhow::Result<HostOrigin> {
    HostOrigin::pasted(host).with_context(|| format!("{host:?} is no host"))
}

/// A host that is on the list.
async fn known(app: &App, company: &Company, host: &str) -> anyhow::Result<HostSetting> {
    let origin = named(host)?;
    let settings = app.store.host_settings(company.id).await?;
    let found = settings.into_iter().find(|it| it.host.origin == origin);
    found.with_context(|| format!("{origin} is not on the list; `unstale host list` shows it"))
}

const fn scope_word(scope: PurgeScope) -> &'static str {
    match scope {
        PurgeScope::Exact => "exact",
        PurgeScope::Base => "base",
    }
}

fn words(host: &DeliveryHost) -> String {
    let scope = scope_word(host.scope);
    if host.check_root {
        format!("{scope}, and the root in its URLs is checked")
    } else {
        format!("{scope}, and the root in its URLs is not checked")
    }
}
