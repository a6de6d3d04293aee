//! `unstale import`: assets or presets from a CSV file.

use std::{
    fs::File,
    future::Future,
    io::{IsTerminal as _, Write as _},
    path::PathBuf,
};

use anyhow::{Context as _, bail};
use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::common::{OfCompany, counted};
use crate::{
    clock::Clock,
    ops::import::{self, Kind, Progress, PutError, Report},
    server,
    store::Store,
};

/// Bad lines that are printed; `--bad-lines` writes all of them.
const PRINTED: usize = 20;

#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// The CSV file: UTF-8, its columns named in the first line, see docs/import.md
    file: PathBuf,
    /// What its lines are
    #[arg(long, value_enum, default_value_t = Kind::Assets)]
    kind: Kind,
    /// Import the good lines even when there are bad ones
    #[arg(long)]
    accept_good: bool,
    /// Write all bad lines, with reasons, to this CSV file
    #[arg(long, value_name = "FILE")]
    bad_lines: Option<PathBuf>,
    #[command(flatten)]
    of: OfCompany,
}

pub(super) async fn run(store: &Store, clock: &Clock, args: ImportArgs) -> anyhow::Result<()> {
    let company = args.of.find(store).await?;
    let report = import::check(open(&args)?, args.kind).await;
    if let Some(sentence) = &report.unusable {
        bail!("{}: {sentence}", args.file.display());
    }
    if store.connection(company.id).await?.is_some() {
        let until = match args.kind {
            Kind::Presets => "its own list takes the place of this one at the next reading",
            Kind::Assets => {
                "assets that it does not have go with the next comparison of all IDs, and what the file changes of the others \
                 stays until they change there, or everything is read again"
            }
        };
        note!(
            "unstale: {} is connected to Dynamic Media: {until}",
            company.slug
        );
    }
    print_findings(&report);
    if let Some(path) = &args.bad_lines {
        write_bad_lines(&args, path).await?;
    }
    if report.bad > 0 && report.good > 0 && !args.accept_good {
        bail!(
            "nothing was imported: {} of {} lines {} bad. Correct them, or import the good ones with --accept-good",
            report.bad,
            report.bad + report.good,
            are(report.bad)
        );
    }
    let mut shown = Shown {
        on_terminal: std::io::stderr().is_terminal(),
        stopped: cancelled_by(server::stop_signal()),
    };
    let (kind, source) = (args.kind, open(&args)?);
    let done = import::put(store, clock, company.id, kind, source, report, &mut shown).await;
    shown.show("\n");
    // Also where it was stopped: others search what came.
    store.close().await;
    print_done(&done?, args.kind);
    Ok(())
}

/// Prints how far it is, on a terminal, until it is told to stop. Ending in the middle would leave everybody's search
/// without its indexes.
struct Shown {
    on_terminal: bool,
    stopped: CancellationToken,
}

impl Shown {
    /// A terminal that was closed meanwhile shows nothing, which is no reason to end in the middle either.
    fn show(&self, text: &str) {
        if self.on_terminal {
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
    }
}

#[async_trait]
impl Progress for Shown {
    async fn reached(&mut self, report: &Report) -> Result<(), PutError> {
        self.show(&format!("\r{} of {} lines", report.put, report.good));
        if self.stopped.is_cancelled() && report.put < report.good {
            return Err(PutError::Stopped(Box::new(report.clone())));
        }
        Ok(())
    }
}

fn cancelled_by(stop: impl Future<Output = ()> + Send + 'static) -> CancellationToken {
    let cancel = CancellationToken::new();
    let stopped = cancel.clone();
    tokio::spawn(async move {
        stop.await;
        stopped.cancel();
    });
    cancel
}

fn open(args: &ImportArgs) -> anyhow::Result<File> {
    File::open(&args.file).with_context(|| format!("{} cannot be read", args.file.display()))
}

fn print_findings(report: &Report) {
    if !report.unknown.is_empty() {
        say!(
            "Columns that are not known and passed over: {}",
            report.unknown.join(", ")
        );
    }
    if report.repeated > 0 {
        say!(
            "{} {} repeated further below; the last one counts.",
            counted(report.repeated, "line"),
            are(report.repeated)
        );
    }
    for problem in report.problems.iter().take(PRINTED) {
        say!("Line {}: {}", problem.line, problem.reason);
    }
    let printed = report.problems.len().min(PRINTED) as u64;
    if report.bad > printed {
        say!(
            "and {}; --bad-lines FILE writes all of them.",
            counted(report.bad - printed, "more bad line")
        );
    }
}

fn print_done(report: &Report, kind: Kind) {
    let noun = kind.noun();
    say!(
        "{} imported; {} new, {} changed.",
        counted(report.put, "line"),
        counted(report.added, noun),
        report.changed
    );
    if report.removed > 0 {
        say!(
            "{} that the file does not have went away.",
            counted(report.removed, noun)
        );
    }
}

fn are(number: u64) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

async fn write_bad_lines(args: &ImportArgs, path: &std::path::Path) -> anyhow::Result<()> {
    let unwritten = || format!("{} cannot be written", path.display());
    let mut file = File::create(path).with_context(unwritten)?;
    let mut lines = import::bad_lines(open(args)?, args.kind);
    while let Some(bytes) = lines.recv().await {
        file.write_all(&bytes).with_context(unwritten)?;
    }
    Ok(())
}
