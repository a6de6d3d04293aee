//! Uploaded files: kept in the database in parts, looked through, and imported when they are sound or a person says so.
//!
//! The file itself is all that is kept: a restart in between loses nothing, whichever node goes on. Whoever works on a file
//! says so now and then; one that nobody touched for a while was left by a process that died, and can be taken up again;
//! doing it twice does no harm.

use std::{
    io::{self, Read},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::{Mutex, mpsc};
use tracing::{error, warn};

use super::{Kind, Progress, PutError, Report, bad_lines, check, put};
use crate::{
    clock::{Clock, Timestamp},
    domain::{CompanyId, ImportId},
    store::{ImportFile, ImportState, Store, StoreError},
};

/// How large an uploaded file may be, in bytes.
pub const UPLOAD_LIMIT: usize = 512 * 1024 * 1024;

/// A file that nobody decided about is thrown away after this.
pub const KEPT_FOR: Duration = Duration::from_hours(48);

/// Work on a file that nobody touched for so long was left.
const ABANDONED_AFTER: Duration = Duration::from_mins(2);

/// So often whoever works on a file touches it, whether or not the work gets on: indexes of a million assets take their time.
const TOUCHED_EVERY: Duration = Duration::from_secs(30);

/// What one part of a file holds, in bytes.
const PART: usize = 1024 * 1024;

/// Lines between two notes of how far an import is.
const NOTED: u64 = 20_000;

/// Takes uploads in and imports them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Importer {
    store: Store,
    clock: Clock,
}

/// An upload that was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum UploadError<E: std::fmt::Display> {
    /// The connection ended, or more came than [`UPLOAD_LIMIT`].
    #[error("the upload ended early: {0}")]
    Body(E),
    /// It holds nothing.
    #[error("the file is empty")]
    Empty,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A file and what is known about it.
#[derive(Debug, Clone)]
pub struct Import {
    /// The file.
    pub file: ImportFile,
    /// What its lines are.
    pub kind: Kind,
    /// What is known about it.
    pub report: Report,
}

impl Importer {
    /// Puts it together.
    #[must_use]
    pub const fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Keeps a file as it comes in, and begins to look through it.
    pub async fn upload<E: std::fmt::Display>(
        &self,
        company: CompanyId,
        kind: Kind,
        name: &str,
        body: impl Stream<Item = Result<impl AsRef<[u8]>, E>>,
    ) -> Result<ImportId, UploadError<E>> {
        let now = self.clock.now();
        let file = ImportFile {
            id: ImportId::from_uuid(self.clock.new_uuid()),
            company,
            kind: kind.as_str().to_owned(),
            name: name.chars().filter(|c| !c.is_control()).take(200).collect(),
            state: ImportState::Receiving,
            report: to_json(&Report::default()),
            created_at: now,
            touched_at: now,
        };
        self.store.add_import(&file).await?;
        if let Err(error) = self.keep(&file, body).await {
            self.store.delete_import(company, file.id).await?;
            return Err(error);
        }
        let file = self
            .moved(file, ImportState::Checking, &Report::default())
            .await?;
        let id = file.id;
        self.spawn(file);
        Ok(id)
    }

    async fn keep<E: std::fmt::Display>(
        &self,
        file: &ImportFile,
        body: impl Stream<Item = Result<impl AsRef<[u8]>, E>>,
    ) -> Result<(), UploadError<E>> {
        let mut body = std::pin::pin!(body);
        let mut part: Vec<u8> = Vec::with_capacity(PART);
        let mut number = 0;
        loop {
            let chunk = body.next().await.transpose();
            let chunk = chunk.map_err(UploadError::Body)?;
            if let Some(chunk) = &chunk {
                part.extend_from_slice(chunk.as_ref());
            }
            if part.len() >= PART || (chunk.is_none() && !part.is_empty()) {
                self.store
                    .add_import_part(file.company, file.id, number, &part)
                    .await?;
                number += 1;
                part.clear();
            }
            if chunk.is_none() {
                return if number == 0 {
                    Err(UploadError::Empty)
                } else {
                    Ok(())
                };
            }
        }
    }

    /// The file with that id, and what is known about it.
    pub async fn import(
        &self,
        company: CompanyId,
        id: ImportId,
    ) -> Result<Option<Import>, StoreError> {
        let file = self.store.import(company, id).await?;
        Ok(file.map(Import::of))
    }

    /// The company's files, the newest first.
    pub async fn imports(&self, company: CompanyId) -> Result<Vec<Import>, StoreError> {
        let files = self.store.imports(company).await?;
        Ok(files.into_iter().map(Import::of).collect())
    }

    /// Whether work on a file was left by a process that died.
    #[must_use]
    pub fn is_abandoned(&self, file: &ImportFile) -> bool {
        is_running(file.state) && file.touched_at < self.clock.now().minus(ABANDONED_AFTER)
    }

    /// *Keep the good ones*; or takes up work that was left. [`StoreError::Conflict`] when there is nothing to do, or no
    /// good line to keep.
    pub async fn go_on(&self, import: &Import) -> Result<(), StoreError> {
        let state = match import.file.state {
            ImportState::Asks if import.report.good > 0 => ImportState::Importing,
            state if self.is_abandoned(&import.file) => state,
            _ => return Err(StoreError::Conflict),
        };
        let report = import.report.clone().begun_anew();
        let file = self.moved(import.file.clone(), state, &report).await?;
        self.spawn(file);
        Ok(())
    }

    /// All bad lines of a file, as CSV.
    #[must_use]
    pub fn bad_lines(&self, import: &Import) -> mpsc::Receiver<Vec<u8>> {
        bad_lines(self.content(&import.file), import.kind)
    }

    fn spawn(&self, file: ImportFile) {
        let this = self.clone();
        tokio::spawn(async move {
            let id = file.id;
            match this.work(file).await {
                Ok(()) => {}
                Err(PutError::Store(StoreError::Conflict)) => {
                    warn!(import = %id, "somebody else works on this import");
                }
                Err(error) => {
                    error!(import = %id, %error, "an import stopped; it can be taken up again");
                }
            }
        });
    }

    async fn work(&self, file: ImportFile) -> Result<(), PutError> {
        let held = Held {
            importer: self,
            import: Import::of(file.clone()),
            file: Mutex::new(file),
        };
        tokio::select! {
            done = held.work() => done,
            lost = held.keep() => Err(lost.into()),
        }
    }

    /// The file as it is after the change.
    async fn moved(
        &self,
        file: ImportFile,
        state: ImportState,
        report: &Report,
    ) -> Result<ImportFile, StoreError> {
        self.store_as(file, state, to_json(report)).await
    }

    async fn store_as(
        &self,
        file: ImportFile,
        state: ImportState,
        report: String,
    ) -> Result<ImportFile, StoreError> {
        // Each change has an instant of its own: that is how a change by somebody else is noticed.
        let now = self
            .clock
            .now()
            .max(file.touched_at.plus(Duration::from_micros(1)));
        self.store.move_import(&file, state, &report, now).await?;
        Ok(ImportFile {
            state,
            report,
            touched_at: now,
            ..file
        })
    }

    /// The file's content, read part by part while it is taken.
    fn content(&self, file: &ImportFile) -> Content {
        let (send, parts) = mpsc::channel(2);
        let (store, company, id) = (self.store.clone(), file.company, file.id);
        tokio::spawn(async move {
            for number in 0.. {
                let part = match store.import_part(company, id, number).await {
                    Ok(Some(part)) => Ok(part),
                    Ok(None) => return,
                    Err(error) => Err(io::Error::other(error)),
                };
                let failed = part.is_err();
                if send.send(part).await.is_err() || failed {
                    return;
                }
            }
        });
        Content {
            parts,
            part: io::Cursor::default(),
        }
    }
}

/// A file that is being worked on.
struct Held<'a> {
    importer: &'a Importer,
    /// What was to be done.
    import: Import,
    /// The file as it stands: each change must know the one before.
    file: Mutex<ImportFile>,
}

impl Held<'_> {
    async fn work(&self) -> Result<(), PutError> {
        let Importer { store, clock } = self.importer;
        let Import { file, kind, report } = self.import.clone();
        let content = || self.importer.content(&file);
        let mut report = report;
        if file.state == ImportState::Checking {
            report = check(content(), kind).await;
            let next = match &report {
                Report {
                    unusable: Some(_), ..
                } => ImportState::Unusable,
                Report { good: 0, .. } | Report { bad: 1.., .. } => ImportState::Asks,
                _ => ImportState::Importing,
            };
            self.moved(next, &report).await?;
            if next != ImportState::Importing {
                return Ok(());
            }
        }
        let mut notes = Notes {
            held: self,
            noted: 0,
        };
        let report = put(
            store,
            clock,
            file.company,
            kind,
            content(),
            report,
            &mut notes,
        )
        .await?;
        self.moved(ImportState::Done, &report).await?;
        Ok(())
    }

    async fn moved(&self, state: ImportState, report: &Report) -> Result<(), StoreError> {
        let mut file = self.file.lock().await;
        *file = self.importer.moved(file.clone(), state, report).await?;
        Ok(())
    }

    /// Touches the file now and then, until somebody else has it.
    async fn keep(&self) -> StoreError {
        let clock = &self.importer.clock;
        let mut tried_at = self.file.lock().await.touched_at;
        loop {
            clock.sleep_until(tried_at.plus(TOUCHED_EVERY)).await;
            let mut file = self.file.lock().await;
            tried_at = clock.now();
            let (state, report) = (file.state, file.report.clone());
            match self.importer.store_as(file.clone(), state, report).await {
                Ok(touched) => *file = touched,
                Err(error @ StoreError::Conflict) => return error,
                // A database that is away for a moment, or busy with an index, takes the file from nobody.
                Err(error) => warn!(import = %file.id, %error, "an import could not be touched"),
            }
        }
    }
}

/// Notes how far an import is, now and then.
struct Notes<'a> {
    held: &'a Held<'a>,
    noted: u64,
}

#[async_trait]
impl Progress for Notes<'_> {
    async fn reached(&mut self, report: &Report) -> Result<(), PutError> {
        if report.put >= self.noted + NOTED {
            self.noted = report.put;
            self.held.moved(ImportState::Importing, report).await?;
        }
        Ok(())
    }
}

const fn is_running(state: ImportState) -> bool {
    matches!(state, ImportState::Checking | ImportState::Importing)
}

impl Import {
    fn of(file: ImportFile) -> Self {
        Self {
            kind: if file.kind == Kind::Presets.as_str() {
                Kind::Presets
            } else {
                Kind::Assets
            },
            report: serde_json::from_str(&file.report).unwrap_or_default(),
            file,
        }
    }

    /// Whether somebody works on it.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        is_running(self.file.state)
    }
}

impl Report {
    fn begun_anew(self) -> Self {
        Self {
            put: 0,
            added: 0,
            changed: 0,
            removed: 0,
            ..self
        }
    }
}

fn to_json(report: &Report) -> String {
    serde_json::to_string(report).expect("a report is plain numbers and texts")
}

/// Throws away files that nobody decided about; says how many.
pub async fn clean_up(store: &Store, now: Timestamp) -> Result<u64, StoreError> {
    store.delete_imports_before(now.minus(KEPT_FOR)).await
}

/// The parts of a file in a row, for a thread that reads.
struct Content {
    parts: mpsc::Receiver<io::Result<Vec<u8>>>,
    part: io::Cursor<Vec<u8>>,
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.part.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            match self.parts.blocking_recv() {
                Some(part) => self.part = io::Cursor::new(part?),
                None => return Ok(0),
            }
        }
    }
}
