//! CSV files of assets and presets: looked through, and put into the catalogue, in memory that does not grow with them.
//!
//! A file is read twice: once to count and to find what is wrong, once to put what is right. What was found the first
//! time is a [`Report`]; nothing else is kept. Uploads, and the person's word in between, are in [`stage`].
//! The columns are described in `docs/import.md` and on the page.

mod read;
mod rows;
pub mod stage;

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher as _, RandomState},
    io::Read,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use self::rows::{COLUMNS_OF_ASSETS, COLUMNS_OF_PRESETS};
use self::{
    read::{Piece, pieces},
    rows::{AssetLine, Row},
};
use crate::{
    clock::{Clock, Timestamp},
    domain::{Asset, AssetKey, CompanyId, Preset},
    store::{Store, StoreError},
};

/// Bad lines that a report lists; the others are counted.
pub const LISTED: usize = 1_000;

/// From so many good lines on, what searching needs is built at the end.
const BULK: u64 = 20_000;

/// What the lines of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Assets: added to the catalogue, or changed in it.
    Assets,
    /// Image presets: the whole list.
    Presets,
}

impl Kind {
    /// The word for it, as the command line and the database have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assets => "assets",
            Self::Presets => "presets",
        }
    }

    /// What one line is called.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Assets => "asset",
            Self::Presets => "preset",
        }
    }
}

/// What looking through a file has shown, and what importing it has done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Report {
    /// Lines that can be imported.
    pub good: u64,
    /// Lines that cannot.
    pub bad: u64,
    /// Good lines whose ID or name stands again further below; the last one counts.
    pub repeated: u64,
    /// Columns that are not known, and passed over.
    pub unknown: Vec<String>,
    /// The first of the bad lines.
    pub problems: Vec<Problem>,
    /// Why the file as a whole cannot be imported.
    pub unusable: Option<String>,
    /// Lines that have been put so far.
    #[serde(default)]
    pub put: u64,
    /// Assets or presets that were new.
    #[serde(default)]
    pub added: u64,
    /// Those of which something changed.
    #[serde(default)]
    pub changed: u64,
    /// Presets that the file does not have, and that are gone now.
    #[serde(default)]
    pub removed: u64,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Problem {
    /// Counts from 1; the header is line 1.
    pub line: u64,
    /// A sentence.
    pub reason: String,
}

/// Looks through a whole file. Changes nothing.
pub async fn check(source: impl Read + Send + 'static, kind: Kind) -> Report {
    let mut report = Report::default();
    let mut pieces = pieces(source, kind);
    // Of an ID only a hash is kept: 8 bytes for each line. Two different IDs with one hash would only be counted wrongly.
    let hasher = RandomState::new();
    let mut seen: HashSet<u64> = HashSet::new();
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Header { unknown } => report.unknown = unknown,
            Piece::Lines(lines) => {
                for (line, row) in lines {
                    match row {
                        Ok(row) => {
                            report.good += 1;
                            report.repeated += u64::from(!seen.insert(hasher.hash_one(row.name())));
                        }
                        Err(reason) => report.add(line, reason),
                    }
                }
            }
            Piece::Unusable(sentence) => report.unusable = Some(sentence),
        }
    }
    if report.unusable.is_none() && report.good == 0 && report.bad == 0 {
        report.unusable = Some("The file has a header and no lines below it.".to_owned());
    }
    if kind == Kind::Presets && report.good > MOST_PRESETS {
        report.unusable = Some(format!("A list has at most {MOST_PRESETS} presets."));
    }
    report
}

/// More presets than this are none: they are held in memory while they are put.
const MOST_PRESETS: u64 = 10_000;

impl Report {
    fn add(&mut self, line: u64, reason: String) {
        self.bad += 1;
        if self.problems.len() < LISTED {
            self.problems.push(Problem { line, reason });
        }
    }
}

/// Why a file that was checked was not put, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// It could not be read once more, or was not what had been checked. The sentence is for people.
    #[error(
        "{0} Nothing of the list was changed, or only what was read until then; import the file again."
    )]
    Unusable(String),
    /// It has bad lines only: a list of presets would be emptied.
    #[error(
        "No line of the file can be imported, so nothing was changed. Correct its lines and import it again."
    )]
    NoGoodLine,
    /// Somebody stopped it. What was put until then stays.
    #[error(
        "It was stopped: {} of {} lines were imported and stay. Import the file again for the rest.",
        .0.put, .0.good
    )]
    Stopped(Box<Report>),
    /// The database failed, or somebody else works on it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Is told how far an import is, and can stop it.
#[async_trait]
pub trait Progress: Send {
    /// So many lines have been put, see [`Report::put`].
    async fn reached(&mut self, report: &Report) -> Result<(), PutError>;
}

/// Puts the good lines of a file that was [checked](check), and tells `progress` after every few thousand. Stopped in
/// between, what was put can be searched all the same.
pub async fn put(
    store: &Store,
    clock: &Clock,
    company: CompanyId,
    kind: Kind,
    source: impl Read + Send + 'static,
    report: Report,
    progress: &mut dyn Progress,
) -> Result<Report, PutError> {
    if report.good == 0 {
        return Err(PutError::NoGoodLine);
    }
    match kind {
        Kind::Presets => put_presets(store, clock, company, source, report).await,
        Kind::Assets if report.good < BULK => {
            put_assets(store, clock, company, source, report, progress).await
        }
        Kind::Assets => {
            store.begin_bulk_load(company).await?;
            let put = put_assets(store, clock, company, source, report, progress).await;
            store.finish_bulk_load(company).await?;
            put
        }
    }
}

async fn put_assets(
    store: &Store,
    clock: &Clock,
    company: CompanyId,
    source: impl Read + Send + 'static,
    mut report: Report,
    progress: &mut dyn Progress,
) -> Result<Report, PutError> {
    let now = clock.now();
    let mut pieces = pieces(source, Kind::Assets);
    while let Some(piece) = pieces.recv().await {
        let lines = match piece {
            Piece::Lines(lines) => lines,
            Piece::Header { .. } => continue,
            Piece::Unusable(sentence) => return Err(PutError::Unusable(sentence)),
        };
        let lines: Vec<AssetLine> = lines
            .into_iter()
            .filter_map(|(_, row)| match row {
                Ok(Row::Asset(line)) => Some(*line),
                _ => None,
            })
            .collect();
        let known = known(store, company, &lines).await?;
        let assets: Vec<Asset> = lines
            .into_iter()
            .map(|line| {
                let known = known.get(&line.id);
                asset(line, known, clock, now)
            })
            .collect();
        // When they came, which tells that the load is under way.
        let counts = store.put_assets(company, &assets, clock.now()).await?;
        report.put += assets.len() as u64;
        report.added += counts.added;
        report.changed += counts.changed;
        progress.reached(&report).await?;
    }
    is_whole(report.put, &report)?;
    Ok(report)
}

/// The assets that are in the catalogue already, by their IDs, of those lines that leave an instant to it.
async fn known(
    store: &Store,
    company: CompanyId,
    lines: &[AssetLine],
) -> Result<HashMap<String, Asset>, StoreError> {
    let open = lines.iter().filter(|line| line.leaves_an_instant());
    let ids: Vec<String> = open.map(|line| line.id.clone()).collect();
    let known = store.assets_by_id(company, &ids).await?;
    Ok(known
        .into_iter()
        .filter(|asset| asset.vanished_at.is_none())
        .map(|asset| (asset.id.clone(), asset))
        .collect())
}

/// An instant that the file does not have is the known one where nothing else changes, and otherwise that of the import:
/// the same file once more changes nothing.
fn asset(line: AssetLine, known: Option<&Asset>, clock: &Clock, now: Timestamp) -> Asset {
    let same = known.filter(|known| line.says_what_is_known(known));
    let changed_at = line
        .changed_at
        .unwrap_or_else(|| same.map_or(now, |known| known.changed_at));
    let created_at = line
        .created_at
        .unwrap_or_else(|| known.map_or(changed_at, |known| known.created_at));
    Asset {
        key: AssetKey::from_uuid(clock.new_uuid()),
        id: line.id,
        file_name: line.file_name,
        folder: line.folder,
        asset_type: line.asset_type,
        published: line.published,
        handle: None,
        vanished_at: None,
        created_at,
        changed_at,
    }
}

async fn put_presets(
    store: &Store,
    clock: &Clock,
    company: CompanyId,
    source: impl Read + Send + 'static,
    mut report: Report,
) -> Result<Report, PutError> {
    let mut presets: Vec<Preset> = Vec::new();
    let mut pieces = pieces(source, Kind::Presets);
    while let Some(piece) = pieces.recv().await {
        let lines = match piece {
            Piece::Lines(lines) => lines,
            Piece::Header { .. } => continue,
            Piece::Unusable(sentence) => return Err(PutError::Unusable(sentence)),
        };
        presets.extend(lines.into_iter().filter_map(|(_, row)| match row {
            Ok(Row::Preset(preset)) => Some(preset),
            _ => None,
        }));
    }
    is_whole(presets.len() as u64, &report)?;
    // Of repeated names the store takes the first, and ours is the last.
    presets.reverse();
    let before = store.preset_list(company).await?.presets;
    store.put_presets(company, &presets, clock.now()).await?;
    let after = store.preset_list(company).await?.presets;
    let known = |name: &str| before.iter().find(|known| known.preset.name == name);
    for listed in &after {
        match known(&listed.preset.name) {
            None => report.added += 1,
            Some(known) => report.changed += u64::from(known.preset != listed.preset),
        }
    }
    let stays = |name: &str| after.iter().any(|listed| listed.preset.name == name);
    let gone = before.iter().filter(|known| !stays(&known.preset.name));
    report.removed = gone.count() as u64;
    report.put = report.good;
    Ok(report)
}

/// What is read the second time must be what was checked: a pipe is empty then, and a list of presets would go.
fn is_whole(lines: u64, report: &Report) -> Result<(), PutError> {
    if lines == report.good {
        return Ok(());
    }
    Err(PutError::Unusable(format!(
        "The file had {} good lines when it was checked, and {lines} when it was read again.",
        report.good
    )))
}

/// The bad lines of a file as a CSV file of their own, piece by piece: number, reason.
pub fn bad_lines(
    source: impl Read + Send + 'static,
    kind: Kind,
) -> tokio::sync::mpsc::Receiver<Vec<u8>> {
    let (send, receive) = tokio::sync::mpsc::channel(2);
    tokio::spawn(async move {
        let mut pieces = pieces(source, kind);
        let mut written = Ok(());
        if send.send(b"line,reason\r\n".to_vec()).await.is_err() {
            return;
        }
        while let Some(piece) = pieces.recv().await {
            let Piece::Lines(lines) = piece else { continue };
            let mut csv = csv::WriterBuilder::new()
                .terminator(csv::Terminator::CRLF)
                .from_writer(Vec::new());
            for (line, row) in lines {
                if let Err(reason) = row {
                    let reason = crate::domain::spreadsheet::cell(&reason).into_owned();
                    written = written.and(csv.write_record([line.to_string(), reason]));
                }
            }
            let bytes = csv.into_inner().unwrap_or_default();
            if written.is_err() || (!bytes.is_empty() && send.send(bytes).await.is_err()) {
                return;
            }
        }
    });
    receive
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn report(text: &str, kind: Kind) -> Report {
        check(std::io::Cursor::new(text.to_owned().into_bytes()), kind).await
    }

    #[tokio::test]
    async fn good_bad_and_repeated_lines_are_counted() {
        let text = "id,published\na,yes\n,yes\nb,perhaps\na,no\n";
        let report = report(text, Kind::Assets).await;
        assert_eq!((report.good, report.bad, report.repeated), (2, 2, 1));
        let lines: Vec<u64> = report.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [3, 4]);
        assert_eq!(report.unusable, None);
    }

    #[tokio::test]
    async fn a_thousand_bad_lines_are_listed_and_all_counted() {
        let text = "id\n".to_owned() + &"\"\"\n".repeat(2_500);
        let report = report(&text, Kind::Assets).await;
        assert_eq!(report.bad, 2_500);
        assert_eq!(report.problems.len(), LISTED);
    }

    #[tokio::test]
    async fn a_file_without_lines_cannot_be_imported() {
        for text in ["", "\n", "\u{feff}", "id\n", "name\nx\n", "\u{ff}\u{fe}"] {
            let report = report(text, Kind::Assets).await;
            assert!(report.unusable.is_some(), "{text:?}");
        }
    }

    #[tokio::test]
    async fn all_bad_lines_can_be_had_as_csv_without_formulas() {
        let text = "id,published\na,\"=1+1\"\nb,yes\n,no\n";
        let mut csv = bad_lines(std::io::Cursor::new(text), Kind::Assets);
        let mut all = Vec::new();
        while let Some(bytes) = csv.recv().await {
            all.extend(bytes);
        }
        let all = String::from_utf8(all).unwrap();
        let lines: Vec<&str> = all.lines().collect();
        assert_eq!(lines[0], "line,reason");
        assert!(lines[1].starts_with("2,"), "{all}");
        assert!(lines[2].starts_with("4,"), "{all}");
        assert_eq!(lines.len(), 3);
    }
}
