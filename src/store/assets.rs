//! The catalogue: a company's assets, put in bulk and found by key or ID. For searching see [`super::asset_search`].
//!
//! An asset is never deleted, because drafts and history speak of it; one that has vanished is only no longer found
//! by searching.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{
    Result, Store,
    convert::{CHUNK, instant, storable},
    fold::{fold, search_text},
};
use crate::{
    clock::Timestamp,
    domain::{Asset, AssetKey, CompanyId},
};

/// A folder that holds assets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// As in [`Asset::folder`].
    pub path: String,
    /// How many assets are directly in it.
    pub assets: i64,
}

/// What putting assets did. Those that were known and are the same count nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PutCounts {
    /// Assets that were not known, or had vanished.
    pub added: u64,
    /// Assets of which something changed.
    pub changed: u64,
}

#[derive(FromRow)]
pub(super) struct AssetRow {
    key: Uuid,
    id: String,
    file_name: String,
    folder: String,
    asset_type: String,
    published: bool,
    handle: Option<String>,
    created_at: i64,
    changed_at: i64,
    vanished_at: Option<i64>,
}

impl From<AssetRow> for Asset {
    fn from(row: AssetRow) -> Self {
        Self {
            key: AssetKey::from_uuid(row.key),
            id: row.id,
            file_name: row.file_name,
            folder: row.folder,
            asset_type: row.asset_type,
            published: row.published,
            handle: row.handle,
            created_at: Timestamp::from_micros(row.created_at),
            changed_at: Timestamp::from_micros(row.changed_at),
            vanished_at: instant(row.vanished_at),
        }
    }
}

const INSERT: &str = "insert into asset (key, company_id, id, file_name, folder, asset_type, class, published, \
                      handle, created_at, changed_at, id_folded, search_text, added_at, seen_at) ";
const ON_KNOWN: &str = " on conflict (company_id, id) do update set file_name = excluded.file_name, \
                        folder = excluded.folder, asset_type = excluded.asset_type, class = excluded.class, \
                        published = excluded.published, handle = coalesce(excluded.handle, asset.handle), \
                        created_at = excluded.created_at, changed_at = excluded.changed_at, \
                        id_folded = excluded.id_folded, search_text = excluded.search_text, \
                        seen_at = excluded.seen_at, vanished_at = null";

/// A row that is there already, as far as it can differ.
#[derive(FromRow)]
struct KnownRow {
    number: i64,
    #[sqlx(flatten)]
    asset: AssetRow,
    search_text: String,
}

/// An asset that was given, with what is made of it.
struct Given<'a> {
    asset: &'a Asset,
    id: Cow<'a, str>,
    search_text: String,
}

/// What is to be done with the assets of one chunk.
#[derive(Default)]
struct Sorted<'a> {
    /// New, or changed: written as they are given.
    written: Vec<Given<'a>>,
    /// The same as they are: only seen.
    seen: Vec<i64>,
    /// Numbers of those whose searched text changes.
    stale: Vec<i64>,
    /// IDs that become searchable, or differently.
    searched: Vec<String>,
    counts: PutCounts,
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
        // By ID: no row twice in a statement, which PostgreSQL refuses, and the same order for everybody who writes
        // at once, so that nobody waits for each other in a circle.
        let assets: BTreeMap<&str, &Asset> = assets
            .iter()
            .map(|asset| (asset.id.as_str(), asset))
            .collect();
        let assets: Vec<&Asset> = assets.into_values().collect();
        let mut counts = PutCounts::default();
        in_transaction!(self, |tx| {
            let indexed_to: Option<i64> =
                sqlx::query_scalar("select indexed_to from bulk_load where company_id = $1")
                    .bind(company.uuid())
                    .fetch_optional(&mut *tx)
                    .await?;
            let indexed_to = indexed_to.unwrap_or(i64::MAX);
            for chunk in assets.chunks(CHUNK) {
                let mut query = QueryBuilder::new(
                    "select number, key, id, file_name, folder, asset_type, published, handle, created_at, changed_at, \
                     search_text, vanished_at from asset where company_id = ",
                );
                query.push_bind(company.uuid()).push(" and id in (");
                let mut list = query.separated(", ");
                for asset in chunk {
                    list.push_bind(storable(&asset.id));
                }
                query.push(")");
                let known: Vec<KnownRow> = query.build_query_as().fetch_all(&mut *tx).await?;
                let sorted = Sorted::new(chunk, known);
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
                if sorted.written.is_empty() {
                    continue;
                }
                let mut insert = QueryBuilder::new(INSERT);
                insert.push_values(&sorted.written, |mut row, given| {
                    let asset = given.asset;
                    row.push_bind(asset.key.uuid())
                        .push_bind(company.uuid())
                        .push_bind(given.id.clone())
                        .push_bind(storable(&asset.file_name))
                        .push_bind(storable(&asset.folder))
                        .push_bind(storable(&asset.asset_type))
                        .push_bind(asset.class().as_str())
                        .push_bind(asset.published)
                        .push_bind(asset.handle.as_deref().map(storable))
                        .push_bind(asset.created_at.as_micros())
                        .push_bind(asset.changed_at.as_micros())
                        .push_bind(fold(&given.id))
                        .push_bind(given.search_text.as_str())
                        .push_bind(now.as_micros())
                        .push_bind(now.as_micros());
                });
                insert.push(ON_KNOWN);
                insert.build().execute(&mut *tx).await?;

                // PostgreSQL keeps its index by itself.
                if self.is_postgres() {
                    continue;
                }
                for number in sorted.stale.iter().filter(|number| **number <= indexed_to) {
                    sqlx::query("delete from _asset_trigram where rowid = $1")
                        .bind(*number)
                        .execute(&mut *tx)
                        .await?;
                }
                if !sorted.searched.is_empty() {
                    let mut index = QueryBuilder::new(
                        "insert into _asset_trigram (rowid, search_text) select number, search_text from asset where company_id = ",
                    );
                    index.push_bind(company.uuid()).push(" and number <= ");
                    index.push_bind(indexed_to).push(" and id in (");
                    let mut list = index.separated(", ");
                    for id in &sorted.searched {
                        list.push_bind(id.as_str());
                    }
                    index.push(")");
                    index.build().execute(&mut *tx).await?;
                }
            }
        });
        if counts != PutCounts::default() {
            self.catalogue_changed(company);
        }
        Ok(counts)
    }

    /// The company's assets among those with these keys, in no order. Any number of keys.
    pub async fn assets_by_key(&self, company: CompanyId, keys: &[AssetKey]) -> Result<Vec<Asset>> {
        let mut found: Vec<AssetRow> = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(CHUNK) {
            found.extend(on_reader!(self, |pool| {
                let mut query = QueryBuilder::new(
                    "select key, id, file_name, folder, asset_type, published, handle, created_at, changed_at, vanished_at from asset where company_id = ",
                );
                query.push_bind(company.uuid()).push(" and key in (");
                let mut list = query.separated(", ");
                for key in chunk {
                    list.push_bind(key.uuid());
                }
                query.push(")");
                query.build_query_as::<AssetRow>().fetch_all(pool).await?
            }));
        }
        Ok(found.into_iter().map(Asset::from).collect())
    }

    /// The company's assets with these IDs, in no order. Any number of IDs; the case matters.
    pub async fn assets_by_id(&self, company: CompanyId, ids: &[String]) -> Result<Vec<Asset>> {
        let mut found: Vec<AssetRow> = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            found.extend(on_reader!(self, |pool| {
                let mut query = QueryBuilder::new(
                    "select key, id, file_name, folder, asset_type, published, handle, created_at, changed_at, vanished_at from asset where company_id = ",
                );
                query.push_bind(company.uuid()).push(" and id in (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(storable(id));
                }
                query.push(")");
                query.build_query_as::<AssetRow>().fetch_all(pool).await?
            }));
        }
        Ok(found.into_iter().map(Asset::from).collect())
    }

    /// The folders that hold assets, by path.
    pub async fn folders(&self, company: CompanyId) -> Result<Vec<Folder>> {
        let sql = "select folder, count(*) as assets from asset where company_id = $1 and vanished_at is null \
                   group by folder order by folder";
        let rows: Vec<(String, i64)> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(company.uuid())
            .fetch_all(pool)
            .await?);
        Ok(rows
            .into_iter()
            .map(|(path, assets)| Folder { path, assets })
            .collect())
    }
}

impl<'a> Sorted<'a> {
    fn new(given: &[&'a Asset], known: Vec<KnownRow>) -> Self {
        let known: HashMap<String, KnownRow> = known
            .into_iter()
            .map(|row| (row.asset.id.clone(), row))
            .collect();
        let mut sorted = Self::default();
        for &asset in given {
            let id = storable(&asset.id);
            let search_text = search_text(asset);
            match known.get(&*id) {
                None => {
                    sorted.counts.added += 1;
                    sorted.searched.push(id.clone().into_owned());
                }
                Some(row) => {
                    if row.search_text != search_text {
                        sorted.stale.push(row.number);
                        sorted.searched.push(id.clone().into_owned());
                    } else if row.asset.vanished_at.is_none() && row.asset.is_as(asset) {
                        sorted.seen.push(row.number);
                        continue;
                    }
                    let count = if row.asset.vanished_at.is_some() {
                        &mut sorted.counts.added
                    } else {
                        &mut sorted.counts.changed
                    };
                    *count += 1;
                }
            }
            sorted.written.push(Given {
                asset,
                id,
                search_text,
            });
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
