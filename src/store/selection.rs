//! What is selected in a draft: its assets, and the URLs that were removed on Confirm.

use std::collections::{BTreeSet, HashSet};

use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{
    Result, Store,
    assets::AssetRow,
    convert::{CHUNK, at_most, count, storable, url_hash},
};
use crate::{
    clock::Timestamp,
    domain::{Asset, AssetKey, CompanyId, InvalidationId},
};

/// Raises a draft's version. It comes first in a transaction: the row's lock keeps others out until the end.
pub(super) const TOUCH: &str = "update invalidation set version = version + 1, updated_at = $1 \
                     where id = $2 and company_id = $3 and submitted_at is null";

/// Binds and runs [`TOUCH`]. Leaves the method, and so the transaction, when there is no such draft.
macro_rules! touch {
    ($store:expr, $tx:ident, $company:ident, $id:ident, $now:ident) => {
        let touched = sqlx::query($crate::store::selection::TOUCH)
            .bind($now.as_micros())
            .bind($id.uuid())
            .bind($company.uuid())
            .execute(&mut *$tx)
            .await?;
        if touched.rows_affected() == 0 {
            drop($tx);
            return Err($store.conflict_or_not_found($company, $id).await?);
        }
    };
}

#[derive(FromRow)]
struct PlacedRow {
    position: i64,
    #[sqlx(flatten)]
    asset: AssetRow,
}

impl Store {
    /// The assets selected in a draft or a submitted invalidation, in the order of selection, vanished ones included.
    pub async fn draft_assets(&self, id: InvalidationId) -> Result<Vec<Asset>> {
        let sql = "select a.key, a.id, a.file_name, a.folder, a.asset_type, a.published, a.handle, \
                   a.created_at, a.changed_at, a.vanished_at \
                   from invalidation_asset s join asset a on a.key = s.asset_key \
                   where s.invalidation_id = $1 order by s.position";
        let rows: Vec<AssetRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(id.uuid())
            .fetch_all(pool)
            .await?);
        Ok(rows.into_iter().map(Asset::from).collect())
    }

    /// How many assets are selected.
    pub async fn count_selected(&self, id: InvalidationId) -> Result<i64> {
        let sql = "select count(*) from invalidation_asset where invalidation_id = $1";
        Ok(on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(id.uuid())
            .fetch_one(pool)
            .await?))
    }

    /// The first selected assets after a position, each with its own.
    pub async fn selected_assets(
        &self,
        id: InvalidationId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Asset)>> {
        let sql = "select s.position, a.key, a.id, a.file_name, a.folder, a.asset_type, a.published, a.handle, \
                   a.created_at, a.changed_at, a.vanished_at \
                   from (select asset_key, position from invalidation_asset \
                         where invalidation_id = $1 and position > $2 order by position limit $3) s \
                   join asset a on a.key = s.asset_key order by s.position";
        let rows: Vec<PlacedRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(id.uuid())
            .bind(after)
            .bind(at_most(limit))
            .fetch_all(pool)
            .await?);
        Ok(rows
            .into_iter()
            .map(|row| (row.position, Asset::from(row.asset)))
            .collect())
    }

    /// Which of these are selected. Any number of keys.
    pub async fn selected_among(
        &self,
        id: InvalidationId,
        keys: &[AssetKey],
    ) -> Result<HashSet<AssetKey>> {
        let mut selected = HashSet::new();
        for chunk in keys.chunks(CHUNK) {
            let some: Vec<Uuid> = on_reader!(self, |pool| {
                let mut query = QueryBuilder::new(
                    "select asset_key from invalidation_asset where invalidation_id = ",
                );
                query.push_bind(id.uuid()).push(" and asset_key in (");
                let mut list = query.separated(", ");
                for key in chunk {
                    list.push_bind(key.uuid());
                }
                query.push(")");
                query.build_query_scalar().fetch_all(pool).await?
            });
            selected.extend(some.into_iter().map(AssetKey::from_uuid));
        }
        Ok(selected)
    }

    /// Selects assets, in the order given. Those selected already stay where they are; those of other companies, and
    /// unknown ones, are passed over. [`Conflict`](super::StoreError::Conflict) when the draft was submitted.
    pub async fn add_draft_assets(
        &self,
        company: CompanyId,
        id: InvalidationId,
        assets: &[AssetKey],
        now: Timestamp,
    ) -> Result<()> {
        let known = self.assets_by_key(company, assets).await?;
        let known: HashSet<AssetKey> = known.into_iter().map(|asset| asset.key).collect();
        let assets: Vec<Uuid> = assets
            .iter()
            .filter(|key| known.contains(key))
            .map(|key| key.uuid())
            .collect();
        let last =
            "select coalesce(max(position), 0) from invalidation_asset where invalidation_id = $1";
        in_transaction!(self, |tx| {
            touch!(self, tx, company, id, now);
            let mut position: i64 = sqlx::query_scalar(last)
                .bind(id.uuid())
                .fetch_one(&mut *tx)
                .await?;
            for chunk in assets.chunks(CHUNK) {
                let mut insert = QueryBuilder::new(
                    "insert into invalidation_asset (company_id, invalidation_id, asset_key, position) ",
                );
                insert.push_values(
                    chunk.iter().zip(position + 1..),
                    |mut row, (key, position)| {
                        row.push_bind(company.uuid())
                            .push_bind(id.uuid())
                            .push_bind(*key)
                            .push_bind(position);
                    },
                );
                insert.push(" on conflict (invalidation_id, asset_key) do nothing");
                insert.build().execute(&mut *tx).await?;
                position += count(chunk.len());
            }
        });
        Ok(())
    }

    /// Takes assets out of the selection. One that is not selected is no error.
    pub async fn remove_draft_assets(
        &self,
        company: CompanyId,
        id: InvalidationId,
        assets: &[AssetKey],
        now: Timestamp,
    ) -> Result<()> {
        let sql = "delete from invalidation_asset where invalidation_id = $1 and asset_key = $2";
        in_transaction!(self, |tx| {
            touch!(self, tx, company, id, now);
            for asset in assets {
                sqlx::query(sql)
                    .bind(id.uuid())
                    .bind(asset.uuid())
                    .execute(&mut *tx)
                    .await?;
            }
        });
        Ok(())
    }

    /// The URLs that were removed on Confirm.
    pub async fn removed_urls(&self, id: InvalidationId) -> Result<BTreeSet<String>> {
        let sql = "select url from invalidation_removal where invalidation_id = $1";
        let urls: Vec<String> = on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(id.uuid())
            .fetch_all(pool)
            .await?);
        Ok(urls.into_iter().collect())
    }

    /// Removes URLs from what will be sent. They are kept by their exact text, whether or not they are on the list now.
    pub async fn remove_urls(
        &self,
        company: CompanyId,
        id: InvalidationId,
        urls: &[String],
        now: Timestamp,
    ) -> Result<()> {
        in_transaction!(self, |tx| {
            touch!(self, tx, company, id, now);
            for chunk in urls.chunks(CHUNK) {
                let mut insert = QueryBuilder::new(
                    "insert into invalidation_removal (company_id, invalidation_id, url_hash, url) ",
                );
                insert.push_values(chunk, |mut row, url| {
                    let url = storable(url);
                    row.push_bind(company.uuid())
                        .push_bind(id.uuid())
                        .push_bind(url_hash(&url))
                        .push_bind(url);
                });
                insert.push(" on conflict (invalidation_id, url_hash) do nothing");
                insert.build().execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// Puts removed URLs back. One that was not removed is no error.
    pub async fn put_back_urls(
        &self,
        company: CompanyId,
        id: InvalidationId,
        urls: &[String],
        now: Timestamp,
    ) -> Result<()> {
        in_transaction!(self, |tx| {
            touch!(self, tx, company, id, now);
            for chunk in urls.chunks(CHUNK) {
                let mut delete =
                    QueryBuilder::new("delete from invalidation_removal where invalidation_id = ");
                delete.push_bind(id.uuid()).push(" and url_hash in (");
                let mut list = delete.separated(", ");
                for url in chunk {
                    list.push_bind(url_hash(&storable(url)));
                }
                delete.push(")");
                delete.build().execute(&mut *tx).await?;
            }
        });
        Ok(())
    }
}
