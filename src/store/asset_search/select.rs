//! What is done with all that matches at once: counting, and selecting into a draft.

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;

use super::{
    AssetQuery, AssetSort, Filter, Order, Sql, Stage, Value, plan::Planner, push_matches, push_rows,
};
use crate::{
    clock::Timestamp,
    domain::{AssetClass, CompanyId, INVALIDATION_LIMIT, InvalidationId},
    store::{Result, Store, convert::count},
};

/// Counting stops here.
const COUNTED: i64 = 10_000;

/// How many assets match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matches {
    /// Just so many.
    Exactly(i64),
    /// More than so many.
    MoreThan(i64),
}

/// What a count says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many there are.
    pub matches: Matches,
    /// How many of those that were counted cannot be selected, because Adobe excludes their format.
    pub excluded: i64,
}

/// A draft would hold more assets than an invalidation may have URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a draft takes at most {INVALIDATION_LIMIT} assets")]
pub struct TooManyAssets;

impl Store {
    /// How many assets match, whatever the query's cursor and limit.
    pub async fn count_assets(&self, company: CompanyId, query: &AssetQuery) -> Result<Counted> {
        match self.count_once(company, query).await {
            Err(error) if self.plan_is_outdated(company, &error) => {
                self.count_once(company, query).await
            }
            counted => counted,
        }
    }

    async fn count_once(&self, company: CompanyId, query: &AssetQuery) -> Result<Counted> {
        let Some(filter) = Filter::of(query) else {
            return Ok(Counted {
                matches: Matches::Exactly(0),
                excluded: 0,
            });
        };
        let snapshot = self.snapshot(company).await?;
        let planner = Planner::new(&snapshot, &filter);
        let plan = planner.choose(&whole(Order::Name), COUNTED + 1);
        let mut sql = Sql::default();
        sql.push("select count(*), count(case when class = ")
            .bind(AssetClass::Unsupported.as_str())
            .push(" then 1 end) from (");
        push_matches(&mut sql, self.is_postgres(), company, &filter, &plan);
        sql.push(" limit ").bind(COUNTED + 1).push(") matches");
        let (matches, excluded): (i64, i64) = on_reader!(self, |pool| {
            let query = sqlx::query_as(AssertSqlSafe(sql.text.clone()));
            bound!(query, sql, self).fetch_one(pool).await?
        });
        let matches = if matches > COUNTED {
            Matches::MoreThan(COUNTED)
        } else {
            Matches::Exactly(matches)
        };
        Ok(Counted { matches, excluded })
    }

    /// Selects all assets that match and can be invalidated, in the query's order, whatever its cursor and limit.
    /// `Ok(Err(_))`, and nothing selected, when the draft would hold too many.
    /// [`Conflict`](crate::store::StoreError::Conflict) when it was submitted.
    pub async fn select_all_assets(
        &self,
        company: CompanyId,
        draft: InvalidationId,
        query: &AssetQuery,
        now: Timestamp,
    ) -> Result<Result<u64, TooManyAssets>> {
        match self.select_once(company, draft, query, now).await {
            Err(error) if self.plan_is_outdated(company, &error) => {
                self.select_once(company, draft, query, now).await
            }
            selected => selected,
        }
    }

    async fn select_once(
        &self,
        company: CompanyId,
        draft: InvalidationId,
        query: &AssetQuery,
        now: Timestamp,
    ) -> Result<Result<u64, TooManyAssets>> {
        let Some(mut filter) = Filter::of(query) else {
            return Ok(Ok(0));
        };
        filter.supported = true;
        let most = count(INVALIDATION_LIMIT);
        let snapshot = self.snapshot(company).await?;
        let stage = whole(query.sort.order());
        let plan = Planner::new(&snapshot, &filter).choose(&stage, most + 1);
        let mut sql = Sql::default();
        sql.push("insert into invalidation_asset (company_id, invalidation_id, asset_key, position) select ");
        sql.bind(company.uuid()).push(", ").bind(draft.uuid());
        sql.push(", key, ").bind(0);
        sql.push(" + row_number() over (order by ")
            .push(match query.sort {
                AssetSort::Changed => "changed_at desc, key desc",
                AssetSort::Relevance | AssetSort::Name => "id_folded, key",
            });
        let last_position = sql.values.len() - 1;
        sql.push(") from (");
        push_rows(
            &mut sql,
            self.is_postgres(),
            company,
            &filter,
            &stage,
            &plan,
        );
        sql.push(" limit ").bind(most + 1);
        sql.push(
            ") matches where true order by key on conflict (invalidation_id, asset_key) do nothing",
        );

        let last =
            "select coalesce(max(position), 0) from invalidation_asset where invalidation_id = $1";
        let held = "select count(*) from invalidation_asset where invalidation_id = $1";
        Ok(in_transaction!(self, |tx| {
            touch!(self, tx, company, draft, now);
            if self.is_postgres() {
                // They are sorted twice; its usual 4 MB send that to the disk.
                sqlx::query("set local work_mem = '32MB'")
                    .execute(&mut *tx)
                    .await?;
            }
            let position: i64 = sqlx::query_scalar(last)
                .bind(draft.uuid())
                .fetch_one(&mut *tx)
                .await?;
            sql.values[last_position] = Value::Number(position);
            let query = sqlx::query(AssertSqlSafe(sql.text.clone()));
            let added = bound!(query, sql, self)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            let held: i64 = sqlx::query_scalar(held)
                .bind(draft.uuid())
                .fetch_one(&mut *tx)
                .await?;
            if held > most {
                drop(tx);
                return Ok(Err(TooManyAssets));
            }
            Ok(added)
        }))
    }
}

impl Store {
    /// The types that the company's assets have, as Adobe spells them, sorted. Cheap: a rare one of a large catalogue may
    /// be missing.
    pub async fn asset_types(&self, company: CompanyId) -> Result<Vec<String>> {
        let snapshot = self.snapshot(company).await?;
        let types: BTreeSet<&str> = snapshot.rows.iter().map(|row| &*row.asset_type).collect();
        Ok(types.into_iter().map(str::to_owned).collect())
    }
}

/// All of the list.
const fn whole(order: Order) -> Stage {
    Stage {
        rank: 0,
        order,
        starting: None,
        not_starting: None,
        after: None,
    }
}
