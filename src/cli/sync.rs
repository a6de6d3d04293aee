//! `unstale sync`: reads a company's catalogue now, with a progress bar, or watches whoever reads it already.

use std::time::Duration;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    domain::{CatalogueSync, Company, ReadingKind, Slug},
    ops::sync::Ended,
    server,
    store::Store,
};

/// How often the bar moves.
const TICK: Duration = Duration::from_millis(200);

/// What to read, and of whom.
#[derive(Debug, clap::Args)]
pub struct SyncArgs {
    /// The company's short name [default: the only company]
    company: Option<Slug>,
    /// Read everything again, not only what changed
    #[arg(long)]
    all: bool,
    /// Look for assets that were deleted
    #[arg(long, conflicts_with = "all")]
    deleted: bool,
}

/// Reads until nothing is left to do, or until Ctrl-C; what was read by then is kept.
pub(super) async fn run(app: &App, args: SyncArgs) -> anyhow::Result<()> {
    let company = company(&app.store, args.company.as_ref()).await?;
    if app.store.connection(company.id).await?.is_none() {
        bail!("{} is not connected to Dynamic Media", company.slug);
    }
    let kind = match (args.all, args.deleted) {
        (true, _) => ReadingKind::Full,
        (_, true) => ReadingKind::Sweep,
        _ => ReadingKind::Increment,
    };
    app.syncer.read_soon(company.id, kind).await?;
    let bar = ProgressBar::no_length();
    let cancel = CancellationToken::new();
    let stop = server::stop_signal();
    let ended = tokio::select! {
        ended = read(app, &company, &cancel) => ended,
        () = draw(app, &company, &bar) => unreachable!("drawing does not end"),
        () = stop => {
            bar.finish_and_clear();
            bail!("stopped; it goes on here the next time, or when the server runs");
        }
    };
    bar.finish_and_clear();
    let sync = ended?;
    println!(
        "{}: {} assets read, {} new, {} changed, {} vanished, {} left out",
        company.slug, sync.seen, sync.added, sync.changed, sync.vanished, sync.skipped
    );
    Ok(())
}

/// The company with that short name, or the only one.
pub(super) async fn company(store: &Store, slug: Option<&Slug>) -> anyhow::Result<Company> {
    if let Some(slug) = slug {
        let company = store.company_by_slug(slug).await?;
        return company.with_context(|| format!("there is no company with the short name {slug}"));
    }
    let mut companies = store.companies().await?;
    match companies.len() {
        1 => Ok(companies.remove(0)),
        0 => bail!("there is no company yet; `unstale company connect` makes one"),
        _ => {
            let slugs: Vec<_> = companies.iter().map(|it| it.slug.as_str()).collect();
            bail!("say which company: {}", slugs.join(", "))
        }
    }
}

/// Reads what is due, one thing after the other, waiting while somebody else reads.
async fn read(
    app: &App,
    company: &Company,
    cancel: &CancellationToken,
) -> anyhow::Result<CatalogueSync> {
    let mut last = None;
    loop {
        match app.syncer.read(company.id, cancel).await? {
            Ended::Finished(sync) => last = Some(*sync),
            Ended::Busy => tokio::time::sleep(TICK).await,
            Ended::Stopped => bail!("somebody stopped it"),
            Ended::Failed(problem) => bail!("{problem}"),
            Ended::NotDue => {
                let sync = app.store.catalogue_sync(company.id).await?;
                return Ok(last.unwrap_or(sync));
            }
        }
    }
}

async fn draw(app: &App, company: &Company, bar: &ProgressBar) {
    let style =
        ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}")
            .expect("the template is well-formed");
    bar.set_style(style);
    loop {
        if let Ok(sync) = app.store.catalogue_sync(company.id).await {
            bar.set_message(sync.step.map_or("", |step| step.as_str()));
            bar.set_length(sync.total.unwrap_or(sync.seen));
            bar.set_position(sync.seen);
        }
        tokio::time::sleep(TICK).await;
    }
}
