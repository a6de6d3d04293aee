//! Searching the catalogue, page by page.
//!
//! Pages go on from the last row seen rather than by counting rows, so a deep page costs what the first one does and
//! none is skipped or shown twice while the catalogue changes. How a page is found is chosen for each query, see
//! [`plan`]; what is found never depends on it.

#[macro_use]
mod sql;

mod alike;
mod cursor;
mod filter;
mod plan;
mod select;
mod snapshot;
mod stage;
mod tally;
mod texts;
mod typos;

use futures_util::future::try_join_all;
use sqlx::{AssertSqlSafe, FromRow};

pub(super) use self::snapshot::Snapshots;
use self::{
    cursor::Place,
    filter::Filter,
    plan::{Access, Plan, Planner},
    sql::{Sql, Value},
    stage::{Order, Stage},
};
pub use self::{
    cursor::{AssetCursor, InvalidCursor},
    select::{Counted, Matches, TooManyAssets},
};
use super::{
    Result, Store, StoreError,
    assets::AssetRow,
    convert::{at_most, count},
};
use crate::{
    clock::Timestamp,
    domain::{Asset, AssetClass, CompanyId},
};

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetQuery {
    /// Each must occur somewhere in the ID, the file name or the folder, whatever its case and accents; one of one or
    /// two letters at the beginning of a word there. Empty ones do not count.
    pub words: Vec<String>,
    /// Only in this folder; the empty path is the root.
    pub folder: Option<String>,
    /// With [`AssetQuery::folder`]: in the folders below it too.
    pub with_subfolders: bool,
    /// Only of this class.
    pub class: Option<AssetClass>,
    /// Only of this type, as Adobe spells it.
    pub asset_type: Option<String>,
    /// Only what is marked for publish, or only what is not.
    pub published: Option<bool>,
    /// Only what was changed then or later.
    pub changed_since: Option<Timestamp>,
    /// Only what was made then or later.
    pub created_since: Option<Timestamp>,
    /// Only what was changed since it was last invalidated, or never was.
    pub uncleared: bool,
    /// Only what was changed more than an hour after it was made: a new upload needs no purge.
    pub replaced: bool,
    /// The order.
    pub sort: AssetSort,
    /// Go on after this.
    pub after: Option<AssetCursor>,
    /// At most so many.
    pub limit: i64,
}

/// The order of a list of assets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AssetSort {
    /// An ID that is what was typed, then those that begin with it, then those that begin with its first word, then all
    /// others; each by name.
    #[default]
    Relevance,
    /// By ID, without regard to case and accents.
    Name,
    /// What changed last comes first.
    Changed,
}

/// One page of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetPage {
    /// The assets.
    pub assets: Vec<Asset>,
    /// Where the next page goes on, if there is one.
    pub next: Option<AssetCursor>,
}

#[derive(FromRow)]
struct Found {
    #[sqlx(flatten)]
    asset: AssetRow,
    id_folded: String,
}

impl Store {
    /// Looks for assets that have not vanished. What cannot be found, such as a hundred different words, is not.
    pub async fn search_assets(&self, company: CompanyId, query: &AssetQuery) -> Result<AssetPage> {
        match self.search_once(company, query).await {
            Err(error) if self.plan_is_outdated(company, &error) => {
                self.search_once(company, query).await
            }
            page => page,
        }
    }

    /// Whether the plan named an index that another program has taken away meanwhile, to load assets. Then the next plan
    /// knows.
    fn plan_is_outdated(&self, company: CompanyId, error: &StoreError) -> bool {
        let is_outdated = matches!(error, StoreError::Backend(error) if error.to_string().contains("no such index"));
        if is_outdated {
            self.catalogue_replaced(company);
        }
        is_outdated
    }

    async fn search_once(&self, company: CompanyId, query: &AssetQuery) -> Result<AssetPage> {
        let limit = at_most(query.limit);
        let mut page = AssetPage {
            assets: Vec::new(),
            next: None,
        };
        let Some(filter) = Filter::of(query) else {
            return Ok(page);
        };
        let snapshot = self.snapshot(company).await?;
        let planner = Planner::new(&snapshot, &filter);
        let stages = Stage::of(query, &filter);
        let Some((rest, beginnings)) = stages.split_last() else {
            return Ok(page);
        };
        // One row more than asked for: when it is there, so is a next page.
        let wanted = limit.saturating_add(1);
        // What begins with what was typed is soon found: all of it at once, and the rest only where the page has room.
        let beginnings = beginnings
            .iter()
            .map(|stage| self.stage_rows(company, &filter, &planner, stage, wanted));
        let beginnings = try_join_all(beginnings).await?;
        let found = beginnings.iter().map(Vec::len).sum();
        let need = wanted.saturating_sub(count(found));
        let rest = if need > 0 {
            self.stage_rows(company, &filter, &planner, rest, need)
                .await?
        } else {
            Vec::new()
        };
        let mut last = None;
        for (stage, rows) in stages.iter().zip(beginnings.into_iter().chain([rest])) {
            for found in rows {
                if count(page.assets.len()) == limit {
                    page.next = last;
                    return Ok(page);
                }
                let asset = Asset::from(found.asset);
                last = Some(place(query.sort, stage, &asset, found.id_folded));
                page.assets.push(asset);
            }
        }
        Ok(page)
    }

    /// The first rows of a stage.
    async fn stage_rows(
        &self,
        company: CompanyId,
        filter: &Filter,
        planner: &Planner<'_>,
        stage: &Stage,
        need: i64,
    ) -> Result<Vec<Found>> {
        let plan = planner.choose(stage, need);
        tracing::debug!(?plan, ?stage, "a search is planned");
        let mut sql = Sql::default();
        sql.push("with page as materialized (");
        push_rows(&mut sql, self.is_postgres(), company, filter, stage, &plan);
        sql.push(" limit ").bind(need).push(")");
        sql.push(
            " select a.key, a.id, a.file_name, a.folder, a.asset_type, a.published, a.handle, a.created_at, \
             a.changed_at, a.vanished_at, page.id_folded from page cross join asset a where a.number = page.number order by ",
        );
        sql.push(match stage.order {
            Order::Name => "page.id_folded, page.key",
            Order::Changed => "page.changed_at desc, page.key desc",
        });
        self.rows(&sql).await
    }

    async fn rows(&self, sql: &Sql) -> Result<Vec<Found>> {
        Ok(on_reader!(self, |pool| {
            let query = sqlx::query_as(AssertSqlSafe(sql.text.clone()));
            bound!(query, sql, self).fetch_all(pool).await?
        }))
    }
}

fn place(sort: AssetSort, stage: &Stage, asset: &Asset, id_folded: String) -> AssetCursor {
    AssetCursor {
        sort,
        rank: stage.rank,
        at: match stage.order {
            Order::Name => Place::Name(id_folded),
            Order::Changed => Place::Changed(asset.changed_at.as_micros()),
        },
        key: asset.key,
    }
}

/// `select` of the rows of a stage by number, in its order, without a limit.
fn push_rows(
    sql: &mut Sql,
    is_postgres: bool,
    company: CompanyId,
    filter: &Filter,
    stage: &Stage,
    plan: &Plan,
) {
    push_matches(sql, is_postgres, company, filter, plan);
    stage.push(sql);
    let is_sorted = plan.access.is_walk();
    sql.push(match (stage.order, is_sorted) {
        (Order::Name, true) => " order by id_folded, key",
        (Order::Changed, true) => " order by changed_at desc, key desc",
        // An expression that is in no index: the rows are few, and the planner must not think of walking.
        (Order::Name, false) => " order by id_folded || '', key",
        (Order::Changed, false) => " order by changed_at + 0 desc, key desc",
    });
}

/// What conditions and orders speak of.
const COLUMNS: &str = "number, key, company_id, id_folded, search_text, folder, class, asset_type, published, changed_at, \
                       created_at, last_invalidated_at, vanished_at";

/// `select` of what matches, in no order.
fn push_matches(
    sql: &mut Sql,
    is_postgres: bool,
    company: CompanyId,
    filter: &Filter,
    plan: &Plan,
) {
    let columns = "select number, key, id_folded, changed_at, class from ";
    match plan.access {
        Access::Trigrams if is_postgres => {
            // The company is looked at outside: inside, the planner would take an index that begins with it.
            sql.push(columns)
                .push("(select ")
                .push(COLUMNS)
                .push(" from asset where search_text like ");
            sql.bind(pattern(&filter.needles[0]));
            for needle in &filter.needles[1..] {
                sql.push(" and search_text like ").bind(pattern(needle));
            }
            sql.push(" offset 0) hits where company_id = ")
                .bind(company.uuid());
            sql.push(" and vanished_at is null");
            filter.push(sql, plan.access);
        }
        Access::Trigrams => {
            sql.push(columns);
            sql.push("(select rowid as hit from _asset_trigram where _asset_trigram match ");
            sql.bind(match_expression(&plan.trigrams));
            sql.push(") hits cross join asset where number = hits.hit and company_id = ");
            sql.bind(company.uuid());
            sql.push(" and vanished_at is null");
            filter.push(sql, plan.access);
        }
        Access::Changed | Access::Recent if is_postgres && filter.needs_rows() => {
            // In two steps: in one, each row would be fetched before it is looked at what stands in the index beside
            // its key.
            sql.push(columns)
                .push("(select number as hit from asset where company_id = ")
                .bind(company.uuid());
            sql.push(" and vanished_at is null");
            filter.push(sql, plan.access);
            sql.push(" offset 0) hits cross join lateral (select ")
                .push(COLUMNS)
                .push(" from asset where number = hit offset 0) asset where true");
        }
        access => {
            sql.push(columns).push("asset");
            if plan.has_indexes && !is_postgres {
                // Without statistics SQLite takes an index that covers more for one that finds less.
                sql.push(" indexed by ").push(access.index());
            }
            sql.push(" where company_id = ").bind(company.uuid());
            sql.push(" and vanished_at is null");
            filter.push(sql, access);
        }
    }
    filter.push_folder(sql, plan.access);
    filter.push_words(sql, is_postgres);
}

/// All pieces must occur; `SQLite` keeps which rows hold them, not where.
fn match_expression(trigrams: &[[char; 3]]) -> String {
    let quoted: Vec<String> = trigrams
        .iter()
        .map(|trigram| {
            let text: String = trigram.iter().collect();
            format!("\"{}\"", text.replace('"', "\"\""))
        })
        .collect();
    quoted.join(" AND ")
}

/// The needle anywhere, for `like`, without the special meaning of `%`, `_` and `\`.
fn pattern(needle: &str) -> String {
    let mut text = String::from("%");
    for c in needle.chars() {
        if matches!(c, '%' | '_' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('%');
    text
}
