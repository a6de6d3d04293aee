//! The history: what was submitted, by person, state, asset, URL, host and day, page by page.
//!
//! Each search begins where there is least to look at ([`Way`]) and goes through it in the order of the page, so that the
//! first rows come without reading the rest. Pages go on from the last number seen, whatever is submitted meanwhile.

use std::{fmt, str::FromStr};

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result, Store,
    convert::{at_most, count, unknown},
    history_conditions::{Way, conditions, number_of, source, url_beginning, walk},
    statement::Statement,
    trigrams::sought,
};
use crate::{
    clock::Timestamp,
    domain::{CompanyId, InvalidationId, InvalidationState, PersonId},
};

/// So many URLs with the same beginning are few: reading where they are is quicker than walking along the history.
const FEW_URLS: i64 = 2_000;

/// So many invalidations are few: looking at each is quicker than asking an index.
const FEW: i64 = 2_000;

/// Of two that are submitted at once, the later one may get the lower number; never by more than this.
const OUT_OF_ORDER: i64 = 100;

/// What to look for. Everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Submitted by this person.
    pub person: Option<PersonId>,
    /// In this state.
    pub state: Option<InvalidationState>,
    /// With a URL of the asset that has this ID.
    pub asset: Option<String>,
    /// With such a URL.
    pub url: Option<UrlFilter>,
    /// With a URL, the same one, of this host and port, with or without the scheme before it.
    pub host: Option<String>,
    /// Submitted then or later.
    pub from: Option<Timestamp>,
    /// Submitted earlier.
    pub before: Option<Timestamp>,
    /// What comes first.
    pub order: HistoryOrder,
    /// Go on after this.
    pub after: Option<HistoryCursor>,
    /// At most so many.
    pub limit: i64,
}

/// Which URLs are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlFilter {
    /// Those in which this occurs, whatever the case of A to Z.
    Contains(String),
    /// Those that start with exactly this.
    Starts(String),
    /// This one.
    Is(String),
}

/// The order of the history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HistoryOrder {
    /// What was submitted last comes first.
    #[default]
    NewestFirst,
    /// What was submitted first comes first.
    OldestFirst,
}

/// The place after one invalidation. The text of it is a number from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryCursor(i64);

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in the history")]
pub struct InvalidCursor;

impl fmt::Display for HistoryCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for HistoryCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let number = text.parse().map_err(|_| InvalidCursor)?;
        if number > 0 {
            Ok(Self(number))
        } else {
            Err(InvalidCursor)
        }
    }
}

/// One page of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryPage {
    /// The invalidations.
    pub entries: Vec<HistoryEntry>,
    /// Where the next page goes on, if there is one.
    pub next: Option<HistoryCursor>,
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Which one.
    pub id: InvalidationId,
    /// Who submitted it.
    pub author: PersonId,
    /// Their address.
    pub author_email: String,
    /// When.
    pub submitted_at: Timestamp,
    /// Why; empty when nobody said.
    pub note: String,
    /// How many URLs.
    pub url_count: i64,
    /// Where it stands.
    pub state: InvalidationState,
    /// The version of the template that the URLs were formed with.
    pub template_version: Option<i32>,
    number: i64,
}

#[derive(FromRow)]
struct EntryRow {
    id: Uuid,
    author_id: Uuid,
    author_email: String,
    submitted_at: i64,
    note: String,
    url_count: i64,
    state: String,
    template_version: Option<i32>,
    number: i64,
}

impl EntryRow {
    fn into_entry(self) -> Result<HistoryEntry> {
        Ok(HistoryEntry {
            id: InvalidationId::from_uuid(self.id),
            author: PersonId::from_uuid(self.author_id),
            author_email: self.author_email,
            submitted_at: Timestamp::from_micros(self.submitted_at),
            note: self.note,
            url_count: self.url_count,
            state: InvalidationState::from_word(&self.state)
                .ok_or_else(|| unknown("invalidation.state"))?,
            template_version: self.template_version,
            number: self.number,
        })
    }
}

/// Numbers above the one and below the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) above: i64,
    pub(super) below: i64,
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
        let way = self.way(company, query, numbers).await?;
        let mut statement = Statement::default();
        statement.sql(
            "select i.id, i.author_id, p.email as author_email, i.submitted_at, i.note, i.url_count, i.state, \
             i.template_version, i.number ",
        );
        let number = number_of(&way, self.is_postgres());
        source(&mut statement, company, query, &way, self.is_postgres());
        conditions(&mut statement, query, &way);
        statement
            .sql(" and ")
            .sql(number)
            .sql(" > ")
            .number(numbers.above);
        statement
            .sql(" and ")
            .sql(number)
            .sql(" < ")
            .number(numbers.below);
        statement
            .sql(" order by ")
            .sql(number)
            .sql(match query.order {
                HistoryOrder::NewestFirst => " desc limit ",
                HistoryOrder::OldestFirst => " limit ",
            });
        statement.number(limit.saturating_add(1));
        let rows: Vec<EntryRow> = on_reader!(self, |pool| {
            let mut sql = build!(statement);
            sql.build_query_as().fetch_all(pool).await?
        });
        page(rows, limit)
    }

    /// When the asset with that ID was cleared last, by whom and with what outcome.
    pub async fn last_invalidation_of(
        &self,
        company: CompanyId,
        asset_id: &str,
    ) -> Result<Option<HistoryEntry>> {
        let query = HistoryQuery {
            asset: Some(asset_id.to_owned()),
            limit: 1,
            ..HistoryQuery::default()
        };
        let mut page = self.history(company, &query).await?;
        Ok(page.entries.pop())
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
    async fn way(&self, company: CompanyId, query: &HistoryQuery, numbers: Numbers) -> Result<Way> {
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
        let Some(trigrams) = pieces(query) else {
            return Ok(Way::Walk);
        };
        let mut rest = Statement::default();
        rest.sql("select 1 ");
        walk(&mut rest, query, self.is_postgres());
        rest.sql(" where i.number is not null and i.company_id = ")
            .uuid(company.uuid());
        rest.sql(" and i.number > ").number(numbers.above);
        rest.sql(" and i.number < ").number(numbers.below);
        if let Some(person) = query.person {
            rest.sql(" and i.author_id = ").uuid(person.uuid());
        }
        if let Some(state) = query.state {
            rest.sql(" and i.state = ").text(state.as_str());
        }
        Ok(if self.at_most(rest, FEW).await? {
            Way::Walk
        } else {
            Way::Trigrams(trigrams)
        })
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

/// One row more than asked for was read: when it is there, so is a next page.
fn page(rows: Vec<EntryRow>, limit: i64) -> Result<HistoryPage> {
    let mut entries = rows
        .into_iter()
        .map(EntryRow::into_entry)
        .collect::<Result<Vec<_>>>()?;
    let more = count(entries.len()) > limit;
    if more {
        entries.pop();
    }
    let last = entries.last().filter(|_| more);
    Ok(HistoryPage {
        next: last.map(|entry| HistoryCursor(entry.number)),
        entries,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_number_from_one_on() {
        assert_eq!("7".parse(), Ok(HistoryCursor(7)));
        assert_eq!(HistoryCursor(7).to_string(), "7");
        for text in [
            "",
            "0",
            "-1",
            "x",
            "1.5",
            "9223372036854775808",
            "7 or 1=1",
            "٧",
        ] {
            assert_eq!(text.parse::<HistoryCursor>(), Err(InvalidCursor), "{text}");
        }
    }
}
