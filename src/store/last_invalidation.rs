//! When an asset was invalidated last: by what Adobe took, not by what somebody submitted. *Changed since its last
//! invalidation* goes by it.

use std::{borrow::Cow, collections::BTreeSet};

use sqlx::FromRow;

use super::{BatchOutcome, Finished, NewBatch, Result, Store, convert::from_json};
use crate::domain::{FailureKind, Part, UrlOrigin, shown_asset_of};

/// Notes it for assets by their IDs. One that was invalidated later already keeps that.
macro_rules! invalidated {
    ($tx:ident, $company:expr, $assets:expr, $at:expr) => {
        for chunk in $assets.chunks($crate::store::convert::CHUNK) {
            let mut update = sqlx::QueryBuilder::new("update asset set last_invalidated_at = ");
            update
                .push_bind($at.as_micros())
                .push(" where (last_invalidated_at is null or last_invalidated_at < ");
            update
                .push_bind($at.as_micros())
                .push(") and company_id = ");
            update.push_bind($company).push(" and id in (");
            let mut list = update.separated(", ");
            for id in chunk {
                list.push_bind($crate::store::convert::storable(id));
            }
            update.push(")");
            update.build().execute(&mut *$tx).await?;
        }
    };
}

#[derive(FromRow)]
struct UrlRow {
    position: i64,
    root: String,
    url: String,
    origins: String,
}

impl Store {
    /// The assets of which Adobe took URLs in the request that ended. What was submitted never changes, so this is read
    /// before the transaction that needs it.
    pub(super) async fn assets_taken(&self, finished: &Finished<'_>) -> Result<Vec<String>> {
        let Some(part) = taken(finished) else {
            return Ok(Vec::new());
        };
        let batch = finished.batch;
        let sql = "select u.position, b.root, u.url, u.origins from invalidation_url u join batch b on b.id = u.batch_id \
                   where u.batch_id = $1 and u.company_id = $2";
        let rows: Vec<UrlRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(batch.id.uuid())
            .bind(batch.company.uuid())
            .fetch_all(pool)
            .await?);
        let mut assets = BTreeSet::new();
        for row in rows.iter().filter(|row| part.contains(row.position)) {
            let origins: Vec<UrlOrigin> = from_json("invalidation_url.origins", &row.origins)?;
            assets.extend(assets_behind(&row.root, &row.url, &origins).map(Cow::into_owned));
        }
        Ok(assets.into_iter().collect())
    }
}

/// The URLs that Adobe took in that request, by their places; `None` when that is nothing, or not known.
fn taken(finished: &Finished<'_>) -> Option<Part> {
    let urls = &finished.batch.urls;
    match (finished.probe, finished.outcome) {
        (Some(probe), _) => probe.is_accepted().then(|| probe.part.clone()),
        (None, BatchOutcome::Accepted(_)) => {
            Some((1..).zip(urls).map(|(place, _)| place).collect())
        }
        (
            None,
            BatchOutcome::Failed {
                failure,
                named_url: Some(named),
            },
        ) if failure.kind == FailureKind::Partial && finished.batch.search.is_none() => {
            let others = (1..).zip(urls).filter(|(_, url)| *url != named);
            Some(others.map(|(place, _)| place).collect())
        }
        (None, _) => None,
    }
}

/// The IDs of the assets that these batches' URLs clear.
pub(super) fn assets_of(batches: &[NewBatch]) -> Vec<String> {
    let mut assets = BTreeSet::new();
    for batch in batches {
        for url in &batch.urls {
            assets.extend(assets_behind(&batch.root, &url.url, &url.origins));
        }
    }
    assets.into_iter().map(Cow::into_owned).collect()
}

/// The assets that a URL was formed for, and the one that it shows: a URL that somebody typed clears an asset too.
fn assets_behind<'a>(
    root: &str,
    url: &'a str,
    origins: &'a [UrlOrigin],
) -> impl Iterator<Item = Cow<'a, str>> {
    let formed_for = origins.iter().filter_map(UrlOrigin::asset);
    formed_for
        .map(Cow::Borrowed)
        .chain(shown_asset_of(root, url))
}
