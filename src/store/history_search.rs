//! Searching the history.
//!
//! Each search begins where there is least to look at ([`Way`]) and goes through it in the order of the page, so that the
//! first rows come without reading the rest.

use super::{
    Result, Store,
    convert::{at_most, count},
    history::{EntryRow, HistoryCursor, HistoryOrder, HistoryPage, HistoryQuery, UrlFilter, page},
    history_conditions::{
        COVERED, SENT, Way, begins, conditions, marks, number_of, source, url_beginning, walk,
    },
    statement::Statement,
    trigrams::sought,
};
use crate::{clock::Timestamp, domain::CompanyId};

/// So many URLs with the same beginning are few: reading where they are is quicker than walking along the history.
const FEW_URLS: i64 = 10_000;

/// So many invalidations are few: looking at each is quicker than asking an index; the more so where their first and last URL
/// tell which to look at.
const FEW: i64 = 4_000;
const FEW_BY_BEGINNING: i64 = 6_000;

/// Of two that are submitted at once, the later one may get the lower number; never by more than this.
const OUT_OF_ORDER: i64 = 100;

/// A part of the history.
#[derive(Debug, Clone, Copy)]
struct Span {
    /// Numbers above this.
    above: i64,
    /// Numbers below this.
    below: i64,
    /// What comes behind this, in the order of the page.
    after: Option<HistoryCursor>,
    /// What comes before this.
    until: Option<HistoryCursor>,
}

impl Store {
    /// Looks for what was submitted.
    pub async fn history(&self, company: CompanyId, query: &HistoryQuery) -> Result<HistoryPage> {
        let limit = at_most(query.limit);
        let Some(span) = self.span(company, query).await? else {
            return Ok(HistoryPage {
                entries: Vec::new(),
                next: None,
            });
        };
        let rows = self.found(company, query, span, limit).await?;
        page(rows, limit)
    }

    /// The rows of a page, and one more where there is one.
    async fn found(
        &self,
        company: CompanyId,
        query: &HistoryQuery,
        span: Span,
        limit: i64,
    ) -> Result<Vec<EntryRow>> {
        let rows = async |way, span| self.history_rows(company, query, &way, span, limit).await;
        if query.asset.is_some() {
            return rows(Way::Asset, span).await;
        }
        if self.are_urls_few(company, query).await? {
            return rows(Way::Urls, span).await;
        }
        let Some(pieces) = pieces(query) else {
            return rows(Way::Walk, span).await;
        };
        // What is common is found at once by walking a little; for what is rare an index is quick.
        let Some(near) = self.nearest(company, query, span).await? else {
            return rows(Way::Walk, span).await;
        };
        let found = rows(Way::Walk, near).await?;
        if count(found.len()) > limit {
            return Ok(found);
        }
        rows(Way::Trigrams(pieces), span).await
    }

    async fn history_rows(
        &self,
        company: CompanyId,
        query: &HistoryQuery,
        way: &Way,
        span: Span,
        limit: i64,
    ) -> Result<Vec<EntryRow>> {
        let mut statement = Statement::default();
        statement.sql(
            "select i.id, i.author_id, p.email as author_email, i.submitted_at, i.note, i.url_count, i.state, i.verdict, \
             i.use_presets, i.use_template, i.clear_alias, i.fold, i.split, i.preset_names, i.template_version, i.number ",
        );
        let number = number_of(way, self.is_postgres());
        source(&mut statement, company, query, way, self.is_postgres());
        conditions(&mut statement, query, way, self.is_postgres());
        within(&mut statement, number, query.order, span);
        ordered(&mut statement, number, query.order);
        statement.sql(" limit ").number(limit.saturating_add(1));
        Ok(on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        }))
    }

    /// The first few invalidations of a search, by what their rows say; `None` when there are no more than a few. (The
    /// offset is a constant, and only the index is read.)
    async fn nearest(
        &self,
        company: CompanyId,
        query: &HistoryQuery,
        span: Span,
    ) -> Result<Option<Span>> {
        let mut statement = Statement::default();
        statement.sql("select i.number, i.url_count ");
        walk(&mut statement, query, self.is_postgres());
        statement
            .sql(" where i.number is not null and i.company_id = ")
            .uuid(company.uuid());
        marks(&mut statement, query);
        within(&mut statement, "i.number", query.order, span);
        ordered(&mut statement, "i.number", query.order);
        let few = begins(query).map_or(FEW, |_| FEW_BY_BEGINNING);
        statement.sql(" limit 1 offset ").number(few);
        let edge: Option<(i64, i64)> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_optional(pool).await?
        });
        Ok(edge.map(|(number, url_count)| Span {
            until: Some(HistoryCursor { number, url_count }),
            ..span
        }))
    }

    /// Where all lies that the days and the cursor leave; `None` when that is nothing.
    async fn span(&self, company: CompanyId, query: &HistoryQuery) -> Result<Option<Span>> {
        let first = "select number from invalidation where company_id = $1 and submitted_at >= $2 \
                     order by submitted_at, id limit 1";
        let last = "select number from invalidation where company_id = $1 and submitted_at < $2 \
                    order by submitted_at desc, id desc limit 1";
        let mut span = Span {
            above: 0,
            below: i64::MAX,
            after: query.after,
            until: None,
        };
        if let Some(from) = query.from {
            let Some(first) = self.number(first, company, from).await? else {
                return Ok(None);
            };
            span.above = first.saturating_sub(OUT_OF_ORDER);
        }
        if let Some(before) = query.before {
            let Some(last) = self.number(last, company, before).await? else {
                return Ok(None);
            };
            span.below = last.saturating_add(OUT_OF_ORDER);
        }
        Ok(Some(span))
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

    /// Whether a URL with a certain beginning is looked for, and few begin so.
    async fn are_urls_few(&self, company: CompanyId, query: &HistoryQuery) -> Result<bool> {
        let Some(text) = begins(query) else {
            return Ok(false);
        };
        let mut urls = Statement::default();
        let whole = matches!(query.url, Some(UrlFilter::Is(_)));
        urls.sql("select 1 from invalidation_url u where u.company_id = ")
            .uuid(company.uuid());
        url_beginning(&mut urls, SENT, text, whole);
        urls.sql(" union all select 1 from covered_url c where c.company_id = ")
            .uuid(company.uuid());
        url_beginning(&mut urls, COVERED, text, whole);
        self.at_most(urls, FEW_URLS).await
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

/// One bound on each side: of several, `SQLite` goes by the first, and would walk to a later page from the beginning.
fn within(sql: &mut Statement, number: &'static str, order: HistoryOrder, span: Span) {
    let behind = span.after.map(|place| (place, order.is_descending()));
    let before = span.until.map(|place| (place, !order.is_descending()));
    let (mut above, mut below) = (span.above, span.below);
    for (place, is_below) in behind.into_iter().chain(before) {
        if order.is_by_size() {
            let sign = if is_below { " < " } else { " > " };
            sql.sql(" and (i.url_count, ")
                .sql(number)
                .sql(")")
                .sql(sign);
            sql.sql("(").number(place.url_count);
            sql.sql(", ").number(place.number).sql(")");
        } else if is_below {
            below = below.min(place.number);
        } else {
            above = above.max(place.number);
        }
    }
    sql.sql(" and ").sql(number).sql(" > ").number(above);
    sql.sql(" and ").sql(number).sql(" < ").number(below);
}

fn ordered(sql: &mut Statement, number: &'static str, order: HistoryOrder) {
    let direction = if order.is_descending() { " desc" } else { "" };
    sql.sql(" order by ");
    if order.is_by_size() {
        sql.sql("i.url_count").sql(direction).sql(", ");
    }
    sql.sql(number).sql(direction);
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
