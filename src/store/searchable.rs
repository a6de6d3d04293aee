//! What the history is searched by: written when an invalidation is submitted, in the same transaction.

use std::{collections::BTreeSet, iter};

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    NewBatch, Result, Store,
    beginnings::Beginnings,
    convert::{from_json, storable},
    trigrams::Trigrams,
};
use crate::domain::{UrlOrigin, shown_asset_of};

/// Characters of a URL that the first and the last of an invalidation are known by.
const BEGINNING: usize = 100;

/// Characters of an asset's ID that an index holds. Dynamic Media has shorter ones; a longer is something typed by hand.
const LONGEST_ID: usize = 400;

/// What an invalidation is found by.
#[derive(Debug, Default)]
pub(super) struct Searchable {
    pub(super) trigrams: Trigrams,
    pub(super) assets: BTreeSet<String>,
    /// The beginnings of the first and the last URL, in the order of their bytes.
    pub(super) ends: Option<(String, String)>,
    pub(super) beginnings: Beginnings,
}

impl Searchable {
    pub(super) fn of(batches: &[NewBatch]) -> Self {
        let mut searchable = Self::default();
        for batch in batches {
            for url in &batch.urls {
                searchable.add(&batch.root, &url.url, &url.origins, &url.covers);
            }
        }
        searchable
    }

    fn add(&mut self, root: &str, url: &str, origins: &[UrlOrigin], covers: &[String]) {
        for url in iter::once(url).chain(covers.iter().map(String::as_str)) {
            let url = storable(url);
            self.trigrams.add(&url);
            self.widen(beginning(&url));
            self.beginnings.add(&url);
        }
        let named = origins.iter().filter_map(|origin| match origin {
            UrlOrigin::Base { asset }
            | UrlOrigin::Preset { asset, .. }
            | UrlOrigin::Template { asset, .. } => Some(asset.as_str()),
            UrlOrigin::Fixed { .. } | UrlOrigin::Manual { .. } => None,
        });
        let shown = shown_asset_of(root, url);
        for id in named.chain(shown.as_deref()) {
            if id.len() <= LONGEST_ID && !id.contains('\0') && !self.assets.contains(id) {
                self.assets.insert(id.to_owned());
            }
        }
    }

    fn widen(&mut self, beginning: &str) {
        match &mut self.ends {
            None => self.ends = Some((beginning.to_owned(), beginning.to_owned())),
            Some((first, _)) if beginning < first.as_str() => beginning.clone_into(first),
            Some((_, last)) if beginning > last.as_str() => beginning.clone_into(last),
            Some(_) => {}
        }
    }
}

/// As much of a URL as the first and the last of an invalidation are known by.
pub(super) fn beginning(url: &str) -> &str {
    let end = url.char_indices().nth(BEGINNING);
    end.map_or(url, |(end, _)| &url[..end])
}

/// Writes a [`Searchable`] inside a transaction.
macro_rules! write_searchable {
    ($store:expr, $tx:ident, $company:expr, $number:expr, $searchable:expr) => {
        let assets: Vec<&String> = $searchable.assets.iter().collect();
        for chunk in assets.chunks($crate::store::convert::CHUNK) {
            let mut insert = sqlx::QueryBuilder::new(
                "insert into history_asset (company_id, number, asset_id) ",
            );
            insert.push_values(chunk, |mut row, id| {
                row.push_bind($company)
                    .push_bind($number)
                    .push_bind(id.as_str());
            });
            insert.build().execute(&mut *$tx).await?;
        }
        let sql = if $store.is_postgres() {
            "insert into _history_trigram (number, trigrams) \
             values ($1, cast(string_to_array($2, ' ') as integer[]))"
        } else {
            "insert into _history_trigram (rowid, trigrams) values ($1, $2)"
        };
        sqlx::query(sql)
            .bind($number)
            .bind($searchable.trigrams.to_text())
            .execute(&mut *$tx)
            .await?;
        let (first, last) = $searchable.ends.clone().unzip();
        let sql =
            "update invalidation set first_url = $1, last_url = $2, beginnings = $3 where number = $4";
        sqlx::query(sql)
            .bind(first)
            .bind(last)
            .bind($searchable.beginnings.to_text())
            .bind($number)
            .execute(&mut *$tx)
            .await?;
    };
}

#[derive(FromRow)]
struct Unsearchable {
    id: Uuid,
    company_id: Uuid,
    number: i64,
}

impl Store {
    /// Makes one invalidation searchable, or searchable by more, that an older version of Unstale submitted; false when
    /// there is none left.
    pub async fn make_searchable(&self) -> Result<bool> {
        // The row is taken first: of two nodes, the second then finds another one, or none.
        let take = "update invalidation set searchable = $1 where id = (select id from invalidation \
                    where searchable = $2 and number is not null order by number limit 1) and searchable = $2 \
                    returning id, company_id, number";
        let trigrams = if self.is_postgres() {
            "delete from _history_trigram where number = $1"
        } else {
            "delete from _history_trigram where rowid = $1"
        };
        let assets = "delete from history_asset where number = $1";
        let read = "select b.root, u.url, u.origins, u.covers from batch b join invalidation_url u on u.batch_id = b.id \
                    where b.invalidation_id = $1";
        Ok(in_transaction!(self, |tx| {
            let row: Option<Unsearchable> = sqlx::query_as(take)
                .bind(true)
                .bind(false)
                .fetch_optional(&mut *tx)
                .await?;
            if let Some(row) = &row {
                let urls: Vec<(String, String, String, String)> = sqlx::query_as(read)
                    .bind(row.id)
                    .fetch_all(&mut *tx)
                    .await?;
                let mut searchable = Searchable::default();
                for (root, url, origins, covers) in &urls {
                    let origins: Vec<UrlOrigin> = from_json("invalidation_url.origins", origins)?;
                    let covers: Vec<String> = from_json("invalidation_url.covers", covers)?;
                    searchable.add(root, url, &origins, &covers);
                }
                for sql in [trigrams, assets] {
                    sqlx::query(sql).bind(row.number).execute(&mut *tx).await?;
                }
                write_searchable!(self, tx, row.company_id, row.number, searchable);
            }
            row.is_some()
        }))
    }
}
