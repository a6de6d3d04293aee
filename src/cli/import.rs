//! `unstale import`: assets or presets from a CSV file.

use std::{fs::File, io::IsTerminal as _, path::PathBuf};

use anyhow::{Context as _, bail};
use async_trait::async_trait;

use crate::{
    clock::Clock,
    domain::Slug,
    ops::import::{self, Kind, Progress, Report},
    store::{Store, StoreError},
};

/// Bad lines that are printed; `--bad-lines` writes all of them.
const PRINTED: usize = 20;

#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// The CSV file: UTF-8, its columns named in the first line, see docs/import.md
    file: PathBuf,
    /// The company's short name
    #[arg(long, value_name = "SLUG")]
    company: Slug,
    /// What its lines are
    #[arg(long, value_enum, default_value_t = Kind::Assets)]
    kind: Kind,
    /// Import the good lines even when there are bad ones
    #[arg(long)]
    accept_good: bool,
    /// Write all bad lines, with reasons, to this CSV file
    #[arg(long, value_name = "FILE")]
    bad_lines: Option<PathBuf>,
}

pub(super) async fn run(store: &Store, clock: &Clock, args: ImportArgs) -> anyhow::Result<()> {
    let company = store.company_by_slug(&args.company).await?;
    let company = company.with_context(|| format!("there is no company {}", args.company))?;
    let report = import::check(open(&args)?, args.kind).await;
    if let Some(sentence) = &report.unusable {
        bail!("{}: {sentence}", args.file.display());
    }
    print_findings(&report);
    if let Some(path) = &args.bad_lines {
        write_bad_lines(&args, path).await?;
    }
    if report.bad > 0 && !args.accept_good {
        bail!(
            "nothing was imported: {} of {} lines are bad. Correct them, or import the good ones with --accept-good",
            report.bad,
            report.bad + report.good
        );
    }
    let mut shown = Shown(std::io::stderr().is_terminal());
    let (kind, source) = (args.kind, open(&args)?);
    let done = import::put(store, clock, company.id, kind, source, report, &mut shown).await?;
    if shown.0 {
        eprintln!();
    }
    print_done(&done, args.kind);
    store.close().await;
    Ok(())
}

/// Prints how far it is, on a terminal.
struct Shown(bool);

#[async_trait]
impl Progress for Shown {
    async fn reached(&mut self, report: &Report) -> Result<(), StoreError> {
        if self.0 {
            eprint!("\r{} of {} lines", report.put, report.good);
        }
        Ok(())
    }
}

fn open(args: &ImportArgs) -> anyhow::Result<File> {
    File::open(&args.file).with_context(|| format!("{} cannot be read", args.file.display()))
}

fn print_findings(report: &Report) {
    if !report.unknown.is_empty() {
        println!(
            "Columns that are not known and passed over: {}",
            report.unknown.join(", ")
        );
    }
    if report.repeated > 0 {
        println!(
            "{} lines are repeated further below; the last one counts.",
            report.repeated
        );
    }
    for problem in report.problems.iter().take(PRINTED) {
        println!("Line {}: {}", problem.line, problem.reason);
    }
    let printed = report.problems.len().min(PRINTED) as u64;
    if report.bad > printed {
        println!(
            "and {} more bad lines; --bad-lines FILE writes all of them.",
            report.bad - printed
        );
    }
}

fn print_done(report: &Report, kind: Kind) {
    let noun = kind.noun();
    println!(
        "{} lines were imported; {} {noun}s are new, {} were changed.",
        report.put, report.added, report.changed
    );
    if report.removed > 0 {
        println!(
            "{} {noun}s that the file does not have were removed.",
            report.removed
        );
    }
}

async fn write_bad_lines(args: &ImportArgs, path: &std::path::Path) -> anyhow::Result<()> {
    use std::io::Write as _;
    let unwritten = || format!("{} cannot be written", path.display());
    let mut file = File::create(path).with_context(unwritten)?;
    let mut lines = import::bad_lines(open(args)?, args.kind);
    while let Some(bytes) = lines.recv().await {
        file.write_all(&bytes).with_context(unwritten)?;
    }
    Ok(())
}
