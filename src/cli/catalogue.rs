//! `unstale catalogue`: what the buttons of Settings > Catalogue do, for scripts. `unstale sync` reads it at once.

use anyhow::Context as _;
use clap::Subcommand;

use super::common::{OfCompany, connected};
use crate::{app::App, ops::sync::INTERVALS};

#[derive(Debug, Subcommand)]
pub(super) enum CatalogueCommand {
    /// Set how often changes are read
    Interval {
        /// In minutes: 5, 15, 60, 360 (6 hours), 1440 (a day) or 10080 (a week)
        minutes: u64,
        #[command(flatten)]
        of: OfCompany,
    },
    /// Stop reading; what was begun keeps its place
    Stop {
        #[command(flatten)]
        of: OfCompany,
    },
    /// Let the reading go on, after a stop or a failure
    Start {
        #[command(flatten)]
        of: OfCompany,
    },
}

/// Does what the arguments say.
pub(super) async fn run(app: &App, command: CatalogueCommand) -> anyhow::Result<()> {
    let (store, syncer) = (&app.store, &app.syncer);
    match command {
        CatalogueCommand::Interval { minutes, of } => {
            let company = of.find(store).await?;
            let set = syncer.set_interval(company.id, minutes).await?;
            let words = set.with_context(|| {
                let offered = INTERVALS.map(|(minutes, _)| minutes.to_string());
                format!(
                    "the interval is one of these, in minutes: {}",
                    offered.join(", ")
                )
            })?;
            say!("Changes of {} are read every {words}.", company.slug);
        }
        CatalogueCommand::Stop { of } => {
            let company = connected(store, of.find(store).await?).await?;
            syncer.stop(company.id).await?;
            say!("The catalogue of {} is no longer read.", company.slug);
        }
        CatalogueCommand::Start { of } => {
            let company = connected(store, of.find(store).await?).await?;
            syncer.go_on(company.id).await?;
            say!(
                "The catalogue of {} is read while the server runs.",
                company.slug
            );
        }
    }
    Ok(())
}
