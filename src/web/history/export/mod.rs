//! Everything that the filters leave, as CSV (a line for each URL) or JSON (an object for each request to Adobe).
//!
//! Streamed: a few thousand URLs are held at once, however many there are. It goes along the history by number, so that
//! nothing is skipped or written twice while others submit.

mod request;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use axum::{
    body::{Body, Bytes},
    extract::{RawQuery, State},
    http::header,
    response::{IntoResponse as _, Redirect, Response},
};
use futures_util::stream;
use tracing::error;

use self::request::{COLUMNS, Request};
use super::filter::Filters;
use crate::{
    app::App,
    domain::{CompanyId, spreadsheet},
    error::AppError,
    store::{Batch, HistoryCheck, HistoryEntry, HistoryQuery, HistoryUrl, Store},
    web::{
        extract::{Editor, InCompany},
        view::{Moment, company_path},
    },
};

/// Invalidations that are read at once.
const READ_AT_ONCE: i64 = 100;

/// URLs after which no further batch is read into the same piece.
const URLS_AT_ONCE: i64 = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

/// As CSV.
pub async fn csv(
    _: Editor,
    State(app): State<App>,
    at: InCompany,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    answer(app, &at, query.as_deref(), Format::Csv)
}

/// As JSON.
pub async fn json(
    _: Editor,
    State(app): State<App>,
    at: InCompany,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    answer(app, &at, query.as_deref(), Format::Json)
}

fn answer(
    app: App,
    at: &InCompany,
    query: Option<&str>,
    format: Format,
) -> Result<Response, AppError> {
    let mut filters = Filters::read(query);
    filters.after.clear();
    let Ok(meaning) = filters.meaning() else {
        // The page says what is wrong.
        let list = format!("{}/invalidations", company_path(&at.company));
        return Ok(Redirect::to(&format!("{list}?{}", filters.query())).into_response());
    };
    let (media_type, ending) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Json => ("application/json", "json"),
    };
    let day = Moment::from(app.clock.now()).machine;
    let day = day.get(..10).unwrap_or_default();
    let name = format!("unstale-{}-{day}.{ending}", at.company.slug);
    let export = Export::new(app.store, at.company.id, meaning, format)?;
    let pieces = stream::try_unfold(export, Export::next);
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// An export that is under way.
struct Export {
    store: Store,
    company: CompanyId,
    format: Format,
    /// What is still to be read; `None` when the end of the history is reached.
    query: Option<HistoryQuery>,
    /// Read, and not written yet.
    pending: VecDeque<(Arc<HistoryEntry>, Batch)>,
    /// What is to be written before anything else.
    head: Option<Vec<u8>>,
    any: bool,
    ended: bool,
}

impl Export {
    fn new(
        store: Store,
        company: CompanyId,
        query: HistoryQuery,
        format: Format,
    ) -> Result<Self, AppError> {
        let head = match format {
            Format::Csv => lines([COLUMNS.map(str::to_owned)].into_iter())?,
            Format::Json => b"[".to_vec(),
        };
        Ok(Self {
            store,
            company,
            format,
            query: Some(HistoryQuery {
                limit: READ_AT_ONCE,
                after: None,
                ..query
            }),
            pending: VecDeque::new(),
            head: Some(head),
            any: false,
            ended: false,
        })
    }

    /// The next piece. What fails here can no longer become a page: the connection is cut, and the file is incomplete
    /// for everyone to see.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, AppError> {
        match self.piece().await {
            Ok(piece) => Ok(piece.map(|piece| (Bytes::from(piece), self))),
            Err(error) => {
                error!(%error, "an export of the history broke off");
                Err(error)
            }
        }
    }

    async fn piece(&mut self) -> Result<Option<Vec<u8>>, AppError> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        while self.pending.is_empty() {
            let Some(query) = self.query.take() else {
                let end = !self.ended && self.format == Format::Json;
                self.ended = true;
                return Ok(end.then(|| b"\n]\n".to_vec()));
            };
            self.read(query).await?;
        }
        let mut batches = Vec::new();
        let mut urls = 0;
        while urls < URLS_AT_ONCE
            && let Some(batch) = self.pending.pop_front()
        {
            urls += batch.1.url_count;
            batches.push(batch);
        }
        self.write(&batches).await.map(Some)
    }

    /// Reads the next lines of the history, with their batches.
    async fn read(&mut self, query: HistoryQuery) -> Result<(), AppError> {
        let page = self.store.history(self.company, &query).await?;
        let ids: Vec<_> = page.entries.iter().map(|entry| entry.id).collect();
        let mut of: HashMap<_, Vec<Batch>> = HashMap::new();
        for batch in self.store.batches_of(self.company, &ids).await? {
            of.entry(batch.invalidation).or_default().push(batch);
        }
        for entry in page.entries {
            let batches = of.remove(&entry.id).unwrap_or_default();
            let entry = Arc::new(entry);
            let batches = batches.into_iter();
            self.pending
                .extend(batches.map(|batch| (Arc::clone(&entry), batch)));
        }
        self.query = page.next.map(|next| HistoryQuery {
            after: Some(next),
            ..query
        });
        Ok(())
    }

    async fn write(&mut self, batches: &[(Arc<HistoryEntry>, Batch)]) -> Result<Vec<u8>, AppError> {
        let ids: Vec<_> = batches.iter().map(|(_, batch)| batch.id).collect();
        let mut of: HashMap<_, Vec<HistoryUrl>> = HashMap::new();
        for url in self.store.history_urls(self.company, &ids).await? {
            of.entry(url.batch).or_default().push(url);
        }
        let mut seen: HashMap<_, Vec<HistoryCheck>> = HashMap::new();
        for check in self.store.history_checks(self.company, &ids).await? {
            seen.entry(check.batch).or_default().push(check);
        }
        // Of an entry they are told once: a run of fifty requests would have them fifty times.
        let first = batches.iter().filter(|(_, batch)| batch.position == 1);
        let first: Vec<_> = first.map(|(entry, _)| entry.id).collect();
        let mut assets: HashMap<_, Vec<String>> =
            first.iter().map(|id| (*id, Vec::new())).collect();
        for (id, asset) in self.store.history_assets(self.company, &first).await? {
            assets.entry(id).or_default().push(asset);
        }
        let requests = batches.iter().map(|(entry, batch)| {
            let urls = of.remove(&batch.id).unwrap_or_default();
            let seen = seen.remove(&batch.id).unwrap_or_default();
            let assets = assets.remove(&entry.id);
            Request::new(entry, batch, assets, urls, seen)
        });
        match self.format {
            Format::Csv => lines(requests.flat_map(Request::lines)),
            Format::Json => {
                let mut piece = Vec::new();
                for request in requests {
                    piece.extend_from_slice(if self.any { b",\n" } else { b"\n" });
                    self.any = true;
                    serde_json::to_writer(&mut piece, &request).map_err(anyhow::Error::from)?;
                }
                Ok(piece)
            }
        }
    }
}

fn lines(lines: impl Iterator<Item = [String; COLUMNS.len()]>) -> Result<Vec<u8>, AppError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        let cells = line.iter().map(|cell| spreadsheet::cell(cell).into_owned());
        writer.write_record(cells).map_err(anyhow::Error::from)?;
    }
    let written = writer
        .into_inner()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(written)
}
