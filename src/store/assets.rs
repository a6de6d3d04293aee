//! The catalogue: a company's assets, found by key or ID. For putting them in see [`super::put_assets`], for searching
//! [`super::asset_search`].
//!
//! An asset is never deleted, because drafts and history speak of it; one that has vanished is only no longer found
//! by searching.

use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{
    Result, Store,
    convert::{CHUNK, instant, storable},
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

#[derive(FromRow)]
pub(super) struct AssetRow {
    pub(super) key: Uuid,
    pub(super) id: String,
    pub(super) file_name: String,
    pub(super) folder: String,
    pub(super) asset_type: String,
    pub(super) published: bool,
    pub(super) handle: Option<String>,
    pub(super) created_at: i64,
    pub(super) changed_at: i64,
    pub(super) vanished_at: Option<i64>,
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

impl Store {
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
