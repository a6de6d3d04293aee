//! Searching the history.
//!
//! Each search begins where there is least to look at ([`Way`]) and goes through it in the order of the page, so that the
//! first rows come without reading the rest.

use super::{
    Result, Store,
    beginnings::SoughtBeginnings,
    convert::{at_most, count},
    history::{EntryRow, HistoryCursor, HistoryPage, HistoryQuery, UrlFilter, page},
    history_conditions::{
        COVERED, SENT, Way, begins, conditions, marks, number_of, pieces, source, url_beginning,
        walk,
    },
    history_span::Span,
    statement::Statement,
};
use crate::{clock::Timestamp, domain::CompanyId};

/// So many URLs with the same beginning are few: reading where they are is quicker than walking along the history. Some more
/// are still quicker to read than the index of pieces.
const FEW_URLS: i64 = 500;
const MORE_URLS: i64 = 10_000;

/// So many invalidations are few: looking at each is quicker than asking an index; the more so where their rows tell mostly
/// which to look at.
const FEW: i64 = 4_000;
const FEW_BY_BEGINNING: i64 = 10_000;

/// Of two that are submitted at once, the later one may get the lower number; never by more than this.
const OUT_OF_ORDER: i64 = 100;

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
        if self.are_urls_few(company, query, FEW_URLS).await? {
            return rows(Way::Urls, span).await;
        }
        let walk = walk_of(query);
        let Some(pieces) = pieces(query) else {
            return rows(walk, span).await;
        };
        // What is common is found at once by walking a little; for what is rare an index is quick.
        let Some(near) = self.nearest(company, query, span).await? else {
            return rows(walk, span).await;
        };
        let found = rows(walk, near).await?;
        if count(found.len()) > limit {
            return Ok(found);
        }
        if self.are_urls_few(company, query, MORE_URLS).await? {
            return rows(Way::Urls, span).await;
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
            "select i.id, i.author_id, \
             (select p.email from person p where p.id = i.author_id) as author_email, i.submitted_at, i.note, i.url_count, i.state, i.verdict, \
             i.use_presets, i.use_template, i.clear_alias, i.fold, i.split, i.preset_names, i.template_version, i.number ",
        );
        let number = number_of(way, self.is_postgres());
        source(
            &mut statement,
            company,
            query,
            way,
            span,
            self.is_postgres(),
        );
        conditions(&mut statement, query, way, self.is_postgres());
        span.push(&mut statement, number, query.order);
        query.order.push(&mut statement, number);
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
        // Only what an index holds.
        statement.sql(if query.order.is_by_size() {
            "select i.number, i.url_count "
        } else {
            "select i.number, cast(0 as bigint) "
        });
        walk(&mut statement, query, self.is_postgres());
        statement
            .sql(" where i.number is not null and i.company_id = ")
            .uuid(company.uuid());
        marks(&mut statement, query);
        span.push(&mut statement, "i.number", query.order);
        query.order.push(&mut statement, "i.number");
        let few = if SoughtBeginnings::of(query).is_some() {
            FEW_BY_BEGINNING
        } else {
            FEW
        };
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

    /// Whether a URL with a certain beginning is looked for, and at most so many begin so.
    async fn are_urls_few(
        &self,
        company: CompanyId,
        query: &HistoryQuery,
        limit: i64,
    ) -> Result<bool> {
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
        self.at_most(urls, limit).await
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

/// How to walk along the history: by how URLs begin where that is asked for, and nothing else that an index of its own knows.
fn walk_of(query: &HistoryQuery) -> Way {
    let HistoryQuery {
        person,
        state,
        verdict,
        ..
    } = query;
    let has_marks = person.is_some() || state.is_some() || verdict.is_some();
    match SoughtBeginnings::of(query) {
        Some(sought) if !has_marks && !query.order.is_by_size() => Way::Beginnings(sought),
        _ => Way::Walk,
    }
}
