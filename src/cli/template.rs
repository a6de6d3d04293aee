//! `unstale template`: the CDN invalidation template, and its exchange with Dynamic Media, for scripts.

use std::{io::Read as _, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::common::{InTheNameOf, OfCompany, said};
use crate::{
    app::App,
    domain::{
        Company, TemplateText, check_template,
        formation::{Place, Severity},
    },
    ops::{
        connection::{BothTemplates, NotExchanged},
        hosts,
    },
    store::StoreError,
};

#[derive(Debug, Subcommand)]
pub(super) enum TemplateCommand {
    /// Print the template
    Show {
        /// The one at Dynamic Media, as it was read last
        #[arg(long)]
        there: bool,
        #[command(flatten)]
        of: OfCompany,
    },
    /// Save a template as a new version
    Save {
        /// The file that holds it, - for standard input
        file: PathBuf,
        /// Save it only if this is still the newest version; 0 while none was saved
        #[arg(long, value_name = "VERSION")]
        based_on: Option<i32>,
        #[command(flatten)]
        by: InTheNameOf,
        #[command(flatten)]
        of: OfCompany,
    },
    /// Save the template of Dynamic Media, as it was read last, as a new version
    Import {
        #[command(flatten)]
        by: InTheNameOf,
        #[command(flatten)]
        of: OfCompany,
    },
    /// Put the template into the place of the one at Dynamic Media, if that is still as it was read last
    Push {
        #[command(flatten)]
        of: OfCompany,
    },
}

/// Does what the arguments say.
pub(super) async fn run(app: &App, command: TemplateCommand) -> anyhow::Result<()> {
    let store = &app.store;
    match command {
        TemplateCommand::Show { there: false, of } => {
            let template = store.template(of.find(store).await?.id).await?;
            print(&template.context("no template was saved here yet")?.text);
            Ok(())
        }
        TemplateCommand::Show { there: true, of } => {
            print(&both(app, &of.find(store).await?).await?.theirs.text);
            Ok(())
        }
        TemplateCommand::Save {
            file,
            based_on,
            by,
            of,
        } => save(app, &of.find(store).await?, &file, based_on, &by).await,
        TemplateCommand::Import { by, of } => {
            let (company, by) = (of.find(store).await?, by.find(store).await?);
            let seen = both(app, &company).await?.seen();
            let imported = app.connector.import_template(&company, seen, by).await;
            let version = imported.map_err(not_exchanged)?;
            say!("The template of Dynamic Media is saved as version {version}.");
            Ok(())
        }
        TemplateCommand::Push { of } => {
            let company = of.find(store).await?;
            let seen = both(app, &company).await?.seen();
            let pushed = app.connector.push_template(&company, seen).await;
            pushed.map_err(not_exchanged)?;
            say!("Dynamic Media has this template now: it was read back, and is the same.");
            Ok(())
        }
    }
}

fn print(text: &str) {
    if !text.is_empty() {
        say!("{}", text.strip_suffix('\n').unwrap_or(text));
    }
}

async fn save(
    app: &App,
    company: &Company,
    file: &PathBuf,
    based_on: Option<i32>,
    by: &InTheNameOf,
) -> anyhow::Result<()> {
    let by = by.find(&app.store).await?;
    let unread = || format!("{} cannot be read", file.display());
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text))
    }
    .with_context(unread)?;
    // Files end with a line break; what is typed on the page does not.
    let text = TemplateText::parse(text.trim_end_matches(['\n', '\r']))?;
    let newest = app.store.template(company.id).await?;
    let newest = newest.map_or(0, |newest| newest.version);
    let based_on = based_on.unwrap_or(newest);
    let now = app.clock.now();
    let saved = app
        .store
        .save_template(company.id, text.as_str(), by, based_on, now)
        .await;
    match saved {
        Ok(version) => say!("The template is saved as version {version}."),
        Err(StoreError::Conflict) => {
            bail!("somebody saved another version meanwhile; nothing was done")
        }
        Err(error) => return Err(error.into()),
    }
    report(app, company, text.as_str()).await
}

/// Says what is wrong with it, line by line, as the page does: it is saved all the same.
async fn report(app: &App, company: &Company, text: &str) -> anyhow::Result<()> {
    let Ok(site) = company.site() else {
        return Ok(());
    };
    let hosts = app.store.delivery_hosts(company.id).await?;
    let generic = hosts::generic(&app.store, company).await?;
    for problem in check_template(text, &site, &hosts, &generic) {
        if problem.severity == Severity::Info {
            continue;
        }
        match problem.place {
            Place::Template { line } => note!("unstale: line {line}: {}", problem.sentence()),
            _ => note!("unstale: {}", problem.sentence()),
        }
    }
    Ok(())
}

async fn both(app: &App, company: &Company) -> anyhow::Result<BothTemplates> {
    let both = app.connector.both_templates(company).await?;
    both.context(
        "the template of Dynamic Media was never read; `unstale company test` reads the settings",
    )
}

fn not_exchanged(error: NotExchanged) -> anyhow::Error {
    match error {
        NotExchanged::Changed => anyhow::anyhow!(
            "one of the two templates was changed meanwhile, and nothing was done; \
             `unstale template show --there` shows the one at Dynamic Media as it was read just now"
        ),
        NotExchanged::Nothing => anyhow::anyhow!("no template was saved here yet"),
        NotExchanged::Trouble(trouble) => said(&trouble),
        NotExchanged::Store(error) => error.into(),
    }
}
