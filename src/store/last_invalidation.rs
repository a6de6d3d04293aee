//! When an asset was invalidated last: by what Adobe took, not by what somebody submitted. *Changed since its last
//! invalidation* goes by it.

use std::collections::BTreeSet;

use sqlx::FromRow;

use super::{BatchOutcome, Finished, Result, Store, SubmittedUrl, convert::from_json};
use crate::domain::{FailureKind, Part, UrlOrigin};

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
struct OriginsRow {
    position: i64,
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
        let sql = "select position, origins from invalidation_url where batch_id = $1 and company_id = $2";
        let rows: Vec<OriginsRow> = on_reader!(self, |pool| sqlx::query_as(sql)
            .bind(batch.id.uuid())
            .bind(batch.company.uuid())
            .fetch_all(pool)
            .await?);
        let mut assets = BTreeSet::new();
        for row in rows.iter().filter(|row| part.contains(row.position)) {
            let origins: Vec<UrlOrigin> = from_json("invalidation_url.origins", &row.origins)?;
            assets.extend(
                origins
                    .iter()
                    .filter_map(UrlOrigin::asset)
                    .map(str::to_owned),
            );
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

/// The IDs of the assets that these URLs are sent for.
pub(super) fn assets_of<'a>(urls: impl Iterator<Item = &'a SubmittedUrl>) -> Vec<String> {
    let origins = urls.flat_map(|url| &url.origins);
    let assets: BTreeSet<&str> = origins.filter_map(UrlOrigin::asset).collect();
    assets.into_iter().map(str::to_owned).collect()
}
