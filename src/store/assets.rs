//! The catalogue: a company's assets, put in bulk and found by key or ID. For searching see [`super::asset_search`].
//!
//! An asset is never deleted, because drafts and history speak of it; one that has vanished is only no longer found
//! by searching.

use std::collections::BTreeMap;

use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{
    Result, Store,
    convert::{CHUNK, fold, instant, storable},
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
                        created_at = excluded.created_at, changed_at = excluded.changed_at, search_text = excluded.search_text, \
                        seen_at = excluded.seen_at, vanished_at = null";

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
        in_transaction!(self, |tx| {
            for chunk in assets.chunks(CHUNK) {
                let mut insert = QueryBuilder::new(INSERT);
                insert.push_values(chunk, |mut row, asset| {
                    row.push_bind(asset.key.uuid())
                        .push_bind(company.uuid())
                        .push_bind(storable(&asset.id))
                        .push_bind(storable(&asset.file_name))
                        .push_bind(storable(&asset.folder))
                        .push_bind(storable(&asset.asset_type))
                        .push_bind(asset.class().as_str())
                        .push_bind(asset.published)
                        .push_bind(asset.handle.as_deref().map(storable))
                        .push_bind(asset.created_at.as_micros())
                        .push_bind(asset.changed_at.as_micros())
                        .push_bind(fold(&storable(&asset.id)))
                        .push_bind(search_text(asset))
                        .push_bind(now.as_micros())
                        .push_bind(now.as_micros());
                });
                insert.push(ON_KNOWN);
                insert.build().execute(&mut *tx).await?;
            }
        });
        Ok(PutCounts::default())
    }

    /// Readies the catalogue for many thousands of new assets: until [`Store::finish_bulk_load`], searching may find
    /// less, and [`Store::put_assets`] is quicker.
    pub async fn begin_bulk_load(&self, company: CompanyId) -> Result<()> {
        let _ = company;
        Ok(())
    }

    /// Builds what searching needs for what came since [`Store::begin_bulk_load`]. Does nothing without it.
    pub async fn finish_bulk_load(&self, company: CompanyId) -> Result<()> {
        let _ = company;
        Ok(())
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

/// What words are looked for in. The line ends keep a word from matching across two of the three.
fn search_text(asset: &Asset) -> String {
    fold(&storable(&format!(
        "{}\n{}\n{}",
        asset.id, asset.file_name, asset.folder
    )))
}
