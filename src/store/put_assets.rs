//! Adding assets to a catalogue, or changing them, many at once.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use sqlx::{FromRow, QueryBuilder};

use super::{
    Result, Store, StoreError,
    assets::AssetRow,
    convert::{CHUNK, storable},
    fold::{fold_id, search_text},
};
use crate::{
    clock::Timestamp,
    domain::{Asset, CompanyId},
};

/// What putting assets did. Those that were known and are the same count nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PutCounts {
    /// Assets that were not known, or had vanished.
    pub added: u64,
    /// Assets of which something changed.
    pub changed: u64,
}

const ON_KNOWN: &str = " on conflict (company_id, id) do update set file_name = excluded.file_name, \
                        folder = excluded.folder, asset_type = excluded.asset_type, class = excluded.class, \
                        published = excluded.published, handle = coalesce(excluded.handle, asset.handle), \
                        created_at = excluded.created_at, changed_at = excluded.changed_at, \
                        id_folded = excluded.id_folded, search_text = excluded.search_text, \
                        seen_at = excluded.seen_at, vanished_at = null";

/// An asset that was given, with what is made of it.
struct Given<'a> {
    asset: &'a Asset,
    id: Cow<'a, str>,
    search_text: String,
}

/// A row that is there already, as far as it can differ.
#[derive(FromRow)]
struct KnownRow {
    number: i64,
    #[sqlx(flatten)]
    asset: AssetRow,
    search_text: String,
}

/// What is to be done with given assets of which some were known.
#[derive(Default)]
struct Sorted<'a> {
    /// Something differs: written as they are given.
    written: Vec<&'a Given<'a>>,
    /// The same as they are, or just inserted: only seen.
    seen: Vec<i64>,
    /// Numbers of those whose searched text changes.
    reworded: Vec<i64>,
    counts: PutCounts,
}

/// The statement that inserts what was given; the last argument says what happens to those that are there.
macro_rules! insertion {
    ($company:expr, $given:expr, $now:expr, $conflict:expr) => {{
        let mut insert = QueryBuilder::new(
            "insert into asset (key, company_id, id, file_name, folder, asset_type, class, published, handle, \
             created_at, changed_at, id_folded, search_text, added_at, seen_at) ",
        );
        insert.push_values($given, |mut row, given| {
            let asset = given.asset;
            row.push_bind(asset.key.uuid())
                .push_bind($company.uuid())
                .push_bind(given.id.clone())
                .push_bind(storable(&asset.file_name))
                .push_bind(storable(&asset.folder))
                .push_bind(storable(&asset.asset_type))
                .push_bind(asset.class().as_str())
                .push_bind(asset.published)
                .push_bind(asset.handle.as_deref().map(storable))
                .push_bind(asset.created_at.as_micros())
                .push_bind(asset.changed_at.as_micros())
                .push_bind(fold_id(&given.id))
                .push_bind(given.search_text.as_str())
                .push_bind($now.as_micros())
                .push_bind($now.as_micros());
        });
        insert.push($conflict);
        insert
    }};
}

impl Store {
    /// Adds assets, or changes those whose ID the company has already; these keep their key, whatever is given.
    /// All or none. Of an ID given twice, the last counts. IDs and folders of more than some 2,000 bytes do not fit
    /// into PostgreSQL's indexes and are refused there as [`Backend`](super::StoreError::Backend).
    pub async fn put_assets(
        &self,
        company: CompanyId,
        assets: &[Asset],
        now: Timestamp,
    ) -> Result<PutCounts> {
        self.put(company, assets, now, true).await
    }

    /// The same for what would be read again: not yet safe from a power failure.
    pub async fn put_assets_unflushed(
        &self,
        company: CompanyId,
        assets: &[Asset],
        now: Timestamp,
    ) -> Result<PutCounts> {
        self.put(company, assets, now, false).await
    }

    async fn put(
        &self,
        company: CompanyId,
        assets: &[Asset],
        now: Timestamp,
        flushed: bool,
    ) -> Result<PutCounts> {
        // By ID: no row twice in a statement, which PostgreSQL refuses, and the same order for everybody who writes
        // at once, so that nobody waits for each other in a circle.
        let assets: BTreeMap<Cow<str>, &Asset> = assets
            .iter()
            .map(|asset| (storable(&asset.id), asset))
            .collect();
        let given: Vec<Given> = assets
            .into_iter()
            .map(|(id, asset)| Given {
                asset,
                id,
                search_text: search_text(asset),
            })
            .collect();
        let mut counts = PutCounts::default();
        in_transaction_flushed_if!(self, flushed, |tx| {
            // PostgreSQL has no foreign key for it: that would look once for each asset.
            let known: Option<Option<i64>> = sqlx::query_scalar(
                "select l.indexed_to from company c left join bulk_load l on l.company_id = c.id where c.id = $1",
            )
            .bind(company.uuid())
            .fetch_optional(&mut *tx)
            .await?;
            let indexed_to = known.ok_or(StoreError::NotFound)?.unwrap_or(i64::MAX);
            let before: i64 = sqlx::query_scalar("select coalesce(max(number), 0) from asset")
                .fetch_one(&mut *tx)
                .await?;
            for chunk in given.chunks(CHUNK) {
                // Without asking what is known: a first reading knows nothing, and has a million of them.
                let nothing = " on conflict (company_id, id) do nothing";
                let mut insert = insertion!(company, chunk, now, nothing);
                let inserted = insert.build().execute(&mut *tx).await?.rows_affected();
                counts.added += inserted;
                if inserted == chunk.len() as u64 {
                    continue;
                }

                let mut query = QueryBuilder::new(
                    "select number, key, id, file_name, folder, asset_type, published, handle, created_at, changed_at, \
                     search_text, vanished_at from asset where company_id = ",
                );
                query.push_bind(company.uuid()).push(" and id in (");
                let mut list = query.separated(", ");
                for given in chunk {
                    list.push_bind(given.id.clone());
                }
                query.push(")");
                let rows: Vec<KnownRow> = query.build_query_as().fetch_all(&mut *tx).await?;
                let sorted = Sorted::new(chunk, rows);
                counts.added += sorted.counts.added;
                counts.changed += sorted.counts.changed;
                if !sorted.seen.is_empty() {
                    let mut update = QueryBuilder::new("update asset set seen_at = ");
                    update.push_bind(now.as_micros()).push(" where number in (");
                    let mut list = update.separated(", ");
                    for number in &sorted.seen {
                        list.push_bind(*number);
                    }
                    update.push(")");
                    update.build().execute(&mut *tx).await?;
                }
                if !sorted.written.is_empty() {
                    let written = sorted.written.iter().copied();
                    let mut update = insertion!(company, written, now, ON_KNOWN);
                    update.build().execute(&mut *tx).await?;
                }
                // PostgreSQL keeps its index by itself.
                if self.is_postgres() {
                    continue;
                }
                for number in sorted.reworded.iter().filter(|it| **it <= indexed_to) {
                    sqlx::query("delete from _asset_trigram where rowid = $1")
                        .bind(*number)
                        .execute(&mut *tx)
                        .await?;
                    let index = "insert into _asset_trigram (rowid, search_text) \
                                 select number, search_text from asset where number = $1";
                    sqlx::query(index).bind(*number).execute(&mut *tx).await?;
                }
            }
            if !self.is_postgres() && before < indexed_to {
                // Nobody else writes meanwhile: what has a higher number than any before was just inserted.
                let index = "insert into _asset_trigram (rowid, search_text) \
                             select number, search_text from asset where number > $1 and number <= $2";
                sqlx::query(index)
                    .bind(before)
                    .bind(indexed_to)
                    .execute(&mut *tx)
                    .await?;
            }
        });
        if counts != PutCounts::default() {
            self.catalogue_changed(company);
        }
        Ok(counts)
    }
}

impl<'a> Sorted<'a> {
    /// `given` are all among `rows`.
    fn new(given: &'a [Given<'a>], rows: Vec<KnownRow>) -> Self {
        let mut rows: HashMap<String, KnownRow> = rows
            .into_iter()
            .map(|row| (row.asset.id.clone(), row))
            .collect();
        let mut sorted = Self::default();
        for given in given {
            let Some(row) = rows.remove(&*given.id) else {
                continue;
            };
            let is_reworded = row.search_text != given.search_text;
            if is_reworded {
                sorted.reworded.push(row.number);
            } else if row.asset.vanished_at.is_none() && row.asset.is_as(given.asset) {
                sorted.seen.push(row.number);
                continue;
            }
            if row.asset.vanished_at.is_some() {
                sorted.counts.added += 1;
            } else {
                sorted.counts.changed += 1;
            }
            sorted.written.push(given);
        }
        sorted
    }
}

impl AssetRow {
    /// Whether writing the asset would change nothing. Its class follows from its type and file name.
    fn is_as(&self, asset: &Asset) -> bool {
        self.file_name == storable(&asset.file_name)
            && self.folder == storable(&asset.folder)
            && self.asset_type == storable(&asset.asset_type)
            && self.published == asset.published
            && (asset.handle.is_none()
                || self.handle.as_deref() == asset.handle.as_deref().map(storable).as_deref())
            && self.created_at == asset.created_at.as_micros()
            && self.changed_at == asset.changed_at.as_micros()
    }
}
