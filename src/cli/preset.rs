//! `unstale preset`: what Settings > Presets does, for scripts.

use std::collections::BTreeSet;

use anyhow::bail;
use clap::Subcommand;

use super::common::{OfCompany, print_table};
use crate::{app::App, domain::Company, ops::presets};

#[derive(Debug, Subcommand)]
pub(super) enum PresetCommand {
    /// List the presets, and which of them the site uses
    List {
        #[command(flatten)]
        of: OfCompany,
    },
    /// Read the presets from Dynamic Media now
    Sync {
        #[command(flatten)]
        of: OfCompany,
    },
    /// Say which presets the site uses: URLs are formed of them
    Use {
        /// Their names
        #[arg(required = true)]
        names: Vec<String>,
        #[command(flatten)]
        of: OfCompany,
    },
    /// Say which presets the site does not use: no URLs are formed of them
    Skip {
        /// Their names
        #[arg(required = true)]
        names: Vec<String>,
        #[command(flatten)]
        of: OfCompany,
    },
}

/// Does what the arguments say.
pub(super) async fn run(app: &App, command: PresetCommand) -> anyhow::Result<()> {
    match command {
        PresetCommand::List { of } => list(app, &of.find(&app.store).await?).await,
        PresetCommand::Sync { of } => sync(app, &of.find(&app.store).await?).await,
        PresetCommand::Use { names, of } => mark(app, &of, names, true).await,
        PresetCommand::Skip { names, of } => mark(app, &of, names, false).await,
    }
}

async fn list(app: &App, company: &Company) -> anyhow::Result<()> {
    let mut rows = vec![["USED", "NAME", "MODIFIERS"].map(str::to_owned)];
    for listed in app.store.preset_list(company.id).await?.presets {
        let used = if listed.used { "yes" } else { "no" };
        rows.push([used.to_owned(), listed.preset.name, listed.preset.modifier]);
    }
    if rows.len() == 1 {
        say!("No preset is known yet; `unstale preset sync` reads them.");
    } else {
        print_table(&rows);
    }
    Ok(())
}

async fn sync(app: &App, company: &Company) -> anyhow::Result<()> {
    match presets::sync(&app.store, &app.vault, &app.ips, &app.clock, company).await {
        Ok(read) => {
            say!("Presets read from Dynamic Media: {}.", read.kept);
            if let Some(sentence) = presets::left_out(read.left_out) {
                note!("{sentence}");
            }
            Ok(())
        }
        Err(error) => bail!("{}", error.sentence()?),
    }
}

async fn mark(app: &App, of: &OfCompany, names: Vec<String>, used: bool) -> anyhow::Result<()> {
    let company = of.find(&app.store).await?;
    let list = app.store.preset_list(company.id).await?.presets;
    let known: BTreeSet<String> = list.into_iter().map(|listed| listed.preset.name).collect();
    let names: BTreeSet<String> = names.into_iter().collect();
    let unknown: Vec<_> = names.difference(&known).map(String::as_str).collect();
    if !unknown.is_empty() {
        bail!(
            "there is no preset {}; nothing was changed",
            unknown.join(", ")
        );
    }
    let ticked = if used { names.clone() } else { BTreeSet::new() };
    app.store
        .set_used_presets(company.id, &names, &ticked)
        .await?;
    let in_use = app.store.presets(company.id).await?.len();
    say!("The site uses {in_use} of {} presets.", known.len());
    Ok(())
}
