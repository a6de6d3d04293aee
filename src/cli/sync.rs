//! `unstale sync`: reads a company's catalogue now, with a progress bar, or watches whoever reads it already.

use std::time::Duration;

use anyhow::bail;
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use super::common::{company, connected};
use crate::{
    app::App,
    domain::{CatalogueSync, Company, ReadingKind},
    ops::sync::Ended,
    server,
};

/// How often the bar moves.
const TICK: Duration = Duration::from_millis(200);

/// What to read, and of whom.
#[derive(Debug, clap::Args)]
pub struct SyncArgs {
    /// Its short name, or its name [default: the only one there is]
    company: Option<String>,
    /// Read everything again, not only what changed
    #[arg(long)]
    all: bool,
    /// Look for assets that were deleted
    #[arg(long, conflicts_with = "all")]
    deleted: bool,
    /// Look for assets that were deleted, and take them away even if they are most of the catalogue
    #[arg(long, conflicts_with_all = ["all", "deleted"])]
    take_away: bool,
}

/// Reads until nothing is left to do, or until Ctrl-C; what was read by then is kept.
pub(super) async fn run(app: &App, args: SyncArgs) -> anyhow::Result<()> {
    let company = company(&app.store, args.company.as_deref()).await?;
    let company = connected(&app.store, company).await?;
    let kind = match (args.all, args.deleted) {
        (true, _) => ReadingKind::Full,
        (_, true) => ReadingKind::Sweep,
        _ => ReadingKind::Increment,
    };
    let stop = server::stop_signal();
    let last = app.store.catalogue_sync(company.id).await?;
    if last.stopped {
        // Perhaps because Adobe did not accept the password: trying it again and again could lock the account.
        match last.problem.filter(|_| last.refused) {
            Some(problem) => bail!(
                "reading is stopped: {problem} Once that is mended, `unstale catalogue start {}` has it go on",
                company.slug
            ),
            None => bail!(
                "somebody stopped the reading; `unstale catalogue start {}` has it go on",
                company.slug
            ),
        }
    }
    let mut seen = Tally::from(last);
    if args.take_away {
        app.syncer.take_away(company.id).await?;
    } else {
        app.syncer.read_soon(company.id, kind).await?;
    }
    let bar = ProgressBar::no_length();
    let cancel = CancellationToken::new();
    let ended = tokio::select! {
        ended = read(app, &company, &mut seen, &cancel) => ended,
        () = draw(app, &company, &bar) => unreachable!("drawing does not end"),
        () = cancel_on(stop, &cancel) => unreachable!("the reading ends first"),
    };
    bar.finish_and_clear();
    ended?;
    say!("{}: {}", company.slug, seen.words());
    if let Some(notice) = seen.last.notices.told() {
        note!("Not everything could be read. {notice}");
    }
    if let Some(unlisted) = seen.last.unlisted {
        note!(
            "No asset was taken away. {} If they were deleted at Dynamic Media, `unstale sync {} --take-away` takes them away.",
            unlisted.sentence(|number| number.to_string()),
            company.slug
        );
    }
    Ok(())
}

/// Has the reading end by itself, so that it gives its lease back: whoever comes next need not wait for the lease to end.
async fn cancel_on(stop: impl Future<Output = ()>, cancel: &CancellationToken) {
    stop.await;
    cancel.cancel();
    std::future::pending::<()>().await;
}

/// Reads what is due, one thing after the other, waiting while somebody else reads.
async fn read(
    app: &App,
    company: &Company,
    seen: &mut Tally,
    cancel: &CancellationToken,
) -> anyhow::Result<()> {
    loop {
        let ended = app.syncer.read(company.id, cancel).await?;
        if cancel.is_cancelled() {
            bail!("stopped; it goes on here the next time, or when the server runs");
        }
        match ended {
            Ended::Finished(sync) => seen.look(*sync),
            Ended::Stopped => bail!("somebody stopped it"),
            Ended::Failed(problem) => bail!("{problem}"),
            Ended::Busy => {
                seen.look(app.store.catalogue_sync(company.id).await?);
                tokio::select! {
                    () = tokio::time::sleep(TICK) => {}
                    () = cancel.cancelled() => {}
                }
            }
            Ended::NotDue => {
                let sync = app.store.catalogue_sync(company.id).await?;
                seen.look(sync.clone());
                // Somebody else read, and it came to nothing.
                return match sync.problem {
                    Some(problem) => bail!("{problem}"),
                    None if sync.stopped => bail!("somebody stopped it"),
                    None => Ok(()),
                };
            }
        }
    }
}

/// What the readings came to that ended while we looked on, whoever made them.
struct Tally {
    last: CatalogueSync,
    assets: u64,
    added: u64,
    changed: u64,
    vanished: u64,
    skipped: u64,
}

impl From<CatalogueSync> for Tally {
    /// Before anything is read.
    fn from(last: CatalogueSync) -> Self {
        Self {
            last,
            assets: 0,
            added: 0,
            changed: 0,
            vanished: 0,
            skipped: 0,
        }
    }
}

impl Tally {
    /// Counts a reading that has ended since the last look.
    fn look(&mut self, sync: CatalogueSync) {
        if sync.finished_at != self.last.finished_at {
            // Where the next has begun already, its predecessor's counts are those that were seen last.
            let ended = if sync.step.is_none() {
                &sync
            } else {
                &self.last
            };
            // A comparison of all IDs sees once more what a reading of everything has seen.
            self.assets = self.assets.max(ended.seen);
            self.skipped = self.skipped.max(ended.skipped);
            self.added += ended.added;
            self.changed += ended.changed;
            self.vanished += ended.vanished;
        }
        self.last = sync;
    }

    fn words(&self) -> String {
        format!(
            "{} assets read, {} new, {} changed, {} vanished, {} left out",
            self.assets, self.added, self.changed, self.vanished, self.skipped
        )
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Timestamp, domain::Step};

    fn sync(second: i64, step: Option<Step>, seen: u64, added: u64) -> CatalogueSync {
        CatalogueSync {
            finished_at: Some(Timestamp::from_micros(second * 1_000_000)),
            step,
            seen,
            added,
            ..CatalogueSync::default()
        }
    }

    #[test]
    fn a_reading_and_the_comparison_that_follows_it_are_told_as_one() {
        let mut seen = Tally::from(CatalogueSync::default());
        seen.look(sync(1, None, 2_500, 2_500));
        seen.look(sync(2, None, 2_501, 1));
        let words = seen.words();
        assert!(
            words.starts_with("2501 assets read, 2501 new, 0"),
            "{words}"
        );
    }

    #[test]
    fn what_another_reader_did_is_counted_once_also_when_it_has_begun_the_next_thing() {
        let mut seen = Tally::from(sync(1, None, 7, 7));
        seen.look(sync(1, Some(Step::Assets), 2_000, 2_000));
        seen.look(sync(1, Some(Step::Presets), 2_500, 2_500));
        seen.look(sync(2, Some(Step::Sweep), 10, 0));
        seen.look(sync(2, Some(Step::Sweep), 20, 0));
        let words = seen.words();
        assert!(words.starts_with("2500 assets read, 2500 new"), "{words}");
    }
}
