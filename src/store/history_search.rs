//! Searching the history.
//!
//! Each search begins where there is least to look at ([`Way`]) and goes through it in the order of the page, so that the
//! first rows come without reading the rest.

use super::{
    Result, Store,
    convert::{at_most, count},
    history::{EntryRow, HistoryCursor, HistoryOrder, HistoryPage, HistoryQuery, UrlFilter, page},
    history_conditions::{Way, conditions, marks, number_of, source, url_beginning, walk},
    statement::Statement,
    trigrams::sought,
};
use crate::{clock::Timestamp, domain::CompanyId};

/// So many URLs with the same beginning are few: reading where they are is quicker than walking along the history.
const FEW_URLS: i64 = 10_000;

/// So many invalidations are few: looking at each is quicker than asking the index of pieces.
const FEW: i64 = 4_000;

/// Of two that are submitted at once, the later one may get the lower number; never by more than this.
const OUT_OF_ORDER: i64 = 100;

/// Numbers above the one and below the other.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    above: i64,
    below: i64,
}

impl Store {
    /// Looks for what was submitted.
    pub async fn history(&self, company: CompanyId, query: &HistoryQuery) -> Result<HistoryPage> {
        let limit = at_most(query.limit);
        let Some(numbers) = self.numbers(company, query).await? else {
            return Ok(HistoryPage {
                entries: Vec::new(),
                next: None,
            });
        };
        let rows = self.found(company, query, numbers, limit).await?;
        page(rows, limit)
    }

    /// The rows of a page, and one more where there is one.
    async fn found(
        &self,
        company: CompanyId,
        query: &HistoryQuery,
        numbers: Numbers,
        limit: i64,
    ) -> Result<Vec<EntryRow>> {
        let way = self.way(company, query).await?;
        if !matches!(way, Way::Trigrams(_)) {
            return self
                .history_rows(company, query, &way, numbers, limit)
                .await;
        }
        // What is common is found at once by walking a little; for what is rare the index is quick.
        let Some(near) = self.nearest(company, query, numbers).await? else {
            return self
                .history_rows(company, query, &Way::Walk, numbers, limit)
                .await;
        };
        let rows = self
            .history_rows(company, query, &Way::Walk, near, limit)
            .await?;
        if count(rows.len()) > limit {
            return Ok(rows);
        }
        self.history_rows(company, query, &way, numbers, limit)
            .await
    }

    async fn history_rows(
        &self,
        company: CompanyId,
        query: &HistoryQuery,
        way: &Way,
        numbers: Numbers,
        limit: i64,
    ) -> Result<Vec<EntryRow>> {
        let mut statement = Statement::default();
        statement.sql(
            "select i.id, i.author_id, p.email as author_email, i.submitted_at, i.note, i.url_count, i.state, i.verdict, \
             i.use_presets, i.use_template, i.clear_alias, i.fold, i.split, i.preset_names, i.template_version, i.number ",
        );
        let number = number_of(way, self.is_postgres());
        source(&mut statement, company, query, way, self.is_postgres());
        conditions(&mut statement, query, way);
        between(&mut statement, number, numbers);
        statement.sql(" order by ").sql(number);
        statement.sql(match query.order {
            HistoryOrder::NewestFirst => " desc limit ",
            HistoryOrder::OldestFirst => " limit ",
        });
        statement.number(limit.saturating_add(1));
        Ok(on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        }))
    }

    /// The numbers of the first few invalidations of a search, by what their rows say; `None` when there are no more than
    /// a few. (The offset is a constant, and only the index is read.)
    async fn nearest(
        &self,
        company: CompanyId,
        query: &HistoryQuery,
        numbers: Numbers,
    ) -> Result<Option<Numbers>> {
        let mut statement = Statement::default();
        statement.sql("select i.number ");
        walk(&mut statement, query, self.is_postgres());
        statement
            .sql(" where i.number is not null and i.company_id = ")
            .uuid(company.uuid());
        marks(&mut statement, query);
        between(&mut statement, "i.number", numbers);
        statement.sql(match query.order {
            HistoryOrder::NewestFirst => " order by i.number desc limit 1 offset ",
            HistoryOrder::OldestFirst => " order by i.number limit 1 offset ",
        });
        statement.number(FEW);
        let edge: Option<i64> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_scalar().fetch_optional(pool).await?
        });
        Ok(edge.map(|edge| match query.order {
            HistoryOrder::NewestFirst => Numbers {
                above: edge,
                ..numbers
            },
            HistoryOrder::OldestFirst => Numbers {
                below: edge,
                ..numbers
            },
        }))
    }

    /// The numbers between which all lies that the days and the cursor leave; `None` when that is nothing.
    async fn numbers(&self, company: CompanyId, query: &HistoryQuery) -> Result<Option<Numbers>> {
        let first = "select number from invalidation where company_id = $1 and submitted_at >= $2 \
                     order by submitted_at, id limit 1";
        let last = "select number from invalidation where company_id = $1 and submitted_at < $2 \
                    order by submitted_at desc, id desc limit 1";
        let mut numbers = Numbers {
            above: 0,
            below: i64::MAX,
        };
        if let Some(from) = query.from {
            let Some(first) = self.number(first, company, from).await? else {
                return Ok(None);
            };
            numbers.above = first.saturating_sub(OUT_OF_ORDER);
        }
        if let Some(before) = query.before {
            let Some(last) = self.number(last, company, before).await? else {
                return Ok(None);
            };
            numbers.below = last.saturating_add(OUT_OF_ORDER);
        }
        match (query.after, query.order) {
            (None, _) => {}
            (Some(HistoryCursor(after)), HistoryOrder::NewestFirst) => {
                numbers.below = numbers.below.min(after);
            }
            (Some(HistoryCursor(after)), HistoryOrder::OldestFirst) => {
                numbers.above = numbers.above.max(after);
            }
        }
        Ok(Some(numbers))
    }

    async fn number(
        &self,
        sql: &'static str,
        company: CompanyId,
        at: Timestamp,
    ) -> Result<Option<i64>> {
        Ok(on_reader!(self, |pool| sqlx::query_scalar(sql)
            .bind(company.uuid())
            .bind(at.as_micros())
            .fetch_optional(pool)
            .await?))
    }

    /// Where to begin.
    async fn way(&self, company: CompanyId, query: &HistoryQuery) -> Result<Way> {
        if query.asset.is_some() {
            return Ok(Way::Asset);
        }
        if let Some(UrlFilter::Is(text) | UrlFilter::Starts(text)) = &query.url {
            let mut urls = Statement::default();
            urls.sql("select 1 from invalidation_url u where u.company_id = ")
                .uuid(company.uuid());
            url_beginning(&mut urls, text, matches!(query.url, Some(UrlFilter::Is(_))));
            if self.at_most(urls, FEW_URLS).await? {
                return Ok(Way::Urls);
            }
        }
        Ok(pieces(query).map_or(Way::Walk, Way::Trigrams))
    }

    /// Whether a query has at most so many rows; no more of them are read than it takes to know.
    async fn at_most(&self, rows: Statement, limit: i64) -> Result<bool> {
        let mut statement = Statement::default();
        statement.sql("select count(*) from (");
        statement.0.extend(rows.0);
        statement
            .sql(" limit ")
            .number(limit.saturating_add(1))
            .sql(") few");
        let found: i64 = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_scalar().fetch_one(pool).await?
        });
        Ok(found <= limit)
    }
}

fn between(sql: &mut Statement, number: &'static str, numbers: Numbers) {
    sql.sql(" and ")
        .sql(number)
        .sql(" > ")
        .number(numbers.above);
    sql.sql(" and ")
        .sql(number)
        .sql(" < ")
        .number(numbers.below);
}

/// What the URL that is looked for holds, for the index of pieces; `None` when that tells nothing.
fn pieces(query: &HistoryQuery) -> Option<String> {
    let host = query.host.as_deref().map(|host| {
        if host.contains("://") {
            format!("{host}/")
        } else {
            format!("://{host}/")
        }
    });
    let url = query.url.as_ref().map(|url| match url {
        UrlFilter::Contains(text) | UrlFilter::Is(text) | UrlFilter::Starts(text) => text.as_str(),
    });
    let needles: Vec<&str> = url.into_iter().chain(host.as_deref()).collect();
    sought(&needles)
}
