//! `unstale company set`: publish server, preview server and alias, as Settings > Connection has them.

use anyhow::bail;

use super::common::{BY, OfCompany, said};
use crate::{
    app::App,
    domain::Company,
    ops::connection::{NoSite, TypedSite},
};

/// What is to be set. What is not given stays as it is; an empty text takes a value away.
#[derive(Debug, clap::Args)]
pub(super) struct SiteArgs {
    /// What public URLs start with; empty to have it found at Dynamic Media again
    #[arg(long, value_name = "URL")]
    publish_server: Option<String>,
    /// The property at Dynamic Media to take the publish server from, where it is not found by itself or is another one
    #[arg(long, value_name = "NAME", conflicts_with = "publish_server")]
    publish_server_property: Option<String>,
    /// The secure preview server; empty to have it found at Dynamic Media again
    #[arg(long, value_name = "URL")]
    preview_server: Option<String>,
    /// A second name in URLs, in place of the company's root; empty for none
    #[arg(long, value_name = "ROOT")]
    alias: Option<String>,
    /// Adobe's handle of the alias [default: looked up]
    #[arg(long, value_name = "HANDLE", requires = "alias")]
    alias_handle: Option<String>,
    /// Whether a person's first invalidation starts with "Also clear the alias"
    #[arg(long, value_name = "true|false")]
    clear_alias: Option<bool>,
    #[command(flatten)]
    of: OfCompany,
}

/// Sets it, and prints how things stand.
pub(super) async fn run(app: &App, args: SiteArgs) -> anyhow::Result<()> {
    let company = args.of.find(&app.store).await?;
    let handle = args.alias_handle.as_deref().unwrap_or_default();
    let typed = TypedSite {
        publish_server: args.publish_server.as_deref(),
        publish_server_property: args.publish_server_property.as_deref(),
        preview_server: args.preview_server.as_deref(),
        alias: args.alias.as_deref().map(|root| (root, handle)),
        clear_alias: args.clear_alias,
    };
    let change = match app.connector.site_change(&company, &typed).await {
        Ok(change) => change,
        Err(NoSite::Trouble(trouble)) => return Err(said(&trouble)),
        Err(NoSite::Store(error)) => return Err(error.into()),
    };
    let connector = &app.connector;
    let unread = connector.change_site(company.id, &change, BY).await?;
    print(app, &company).await?;
    if let Some(trouble) = unread {
        note!(
            "unstale: the company’s settings at Dynamic Media could not be read. {}",
            trouble.whole()
        );
    }
    Ok(())
}

async fn print(app: &App, company: &Company) -> anyhow::Result<()> {
    let Some(company) = app.store.company(company.id).await? else {
        bail!("{} is gone", company.name);
    };
    let settings = app.store.company_settings(company.id).await?;
    let or_unset = |text: Option<String>| text.unwrap_or_else(|| "not set".to_owned());
    let publish = company.publish_server.map(|server| server.to_string());
    let preview = settings.preview_server.map(|server| server.to_string());
    let alias = company
        .alias
        .map(|it| format!("{} (handle {})", it.root, it.handle));
    let clears = if settings.clear_alias { "yes" } else { "no" };
    say!("Publish server         {}", or_unset(publish));
    say!("Preview server         {}", or_unset(preview));
    say!("Alias                  {}", or_unset(alias));
    say!("Also clear the alias   {clears}");
    Ok(())
}
