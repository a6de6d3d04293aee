//! The SQL of a search of the history: where it begins, and what must hold.
//!
//! `SQLite` joins in the order that `cross join` gives; PostgreSQL knows how common things are and finds its own.

use super::{
    beginnings::{SoughtBeginnings, origins},
    history::{HistoryOrder, HistoryQuery, UrlFilter},
    history_span::Span,
    searchable::beginning,
    statement::Statement,
    trigrams::{fold, sought},
};
use crate::domain::{CompanyId, InvalidationState};

/// Characters of a URL that its index holds.
pub(super) const INDEXED: usize = 400;

/// The beginning of a URL that was sent, as its index holds it.
pub(super) const SENT: &str = "substr(u.url, 1, 400)";

/// That of one that another clears along with itself.
pub(super) const COVERED: &str = "c.url";

/// Of a run with more URLs the index of pieces is asked before they are looked at.
const LARGE: i64 = 1_000;

/// Sorts behind everything that goes on after a beginning.
const LAST: char = char::MAX;

/// Where a search begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// At the end of the history, by person, state or verdict where one is given.
    Walk,
    /// There too, by how the URLs of each begin.
    Beginnings(SoughtBeginnings),
    /// At what was cleared of the asset.
    Asset,
    /// At the URLs that are, or start with, a text: few.
    Urls,
    /// At what has all these pieces of three bytes among its URLs.
    Trigrams(String),
}

/// The number of an invalidation, from where the search begins.
pub(super) const fn number_of(way: &Way, is_postgres: bool) -> &'static str {
    match way {
        Way::Walk => "i.number",
        Way::Beginnings(_) => "w.number",
        Way::Urls => "u.number",
        Way::Asset => "h.number",
        Way::Trigrams(_) if is_postgres => "t.number",
        Way::Trigrams(_) => "t.rowid",
    }
}

/// From `from` into `where`: what is read, and how it belongs together.
pub(super) fn source(
    sql: &mut Statement,
    company: CompanyId,
    query: &HistoryQuery,
    way: &Way,
    span: Span,
    is_postgres: bool,
) {
    const REST: &str = " cross join invalidation i where ";
    match way {
        Way::Walk => {
            walk(sql, query, is_postgres);
            sql.sql(" where i.number is not null");
        }
        Way::Beginnings(sought) => {
            // In two steps, so that the first one reads the index alone.
            sql.sql("from (select i.number, ");
            sought.push_found(sql, is_postgres);
            sql.sql(" as is_found ");
            walk(sql, query, is_postgres);
            sql.sql(" where i.number is not null and i.company_id = ")
                .uuid(company.uuid());
            span.push(sql, "i.number", query.order);
            sql.sql(" and (");
            sought.push_found(sql, is_postgres);
            sql.sql(" or ");
            open(sql, query, sought, is_postgres);
            sql.sql(")");
            query.order.push(sql, "i.number");
            if is_postgres {
                sql.sql(" offset 0");
            }
            sql.sql(") w").sql(REST).sql("i.number = w.number");
        }
        Way::Asset => {
            sql.sql("from history_asset h").sql(REST);
            sql.sql("i.number = h.number and h.company_id = ")
                .uuid(company.uuid());
            sql.sql(" and h.asset_id = ")
                .text(query.asset.as_deref().unwrap_or_default());
        }
        Way::Urls => {
            sql.sql("from (select distinct number from (select u.number from invalidation_url u where u.company_id = ")
                .uuid(company.uuid());
            if let Some(UrlFilter::Is(text) | UrlFilter::Starts(text)) = &query.url {
                let whole = matches!(query.url, Some(UrlFilter::Is(_)));
                // Otherwise the indexes alone have answered, which is quicker.
                let is_open = query.host.is_some() || text.chars().nth(INDEXED - 1).is_some();
                url_beginning(sql, SENT, text, whole);
                if is_open {
                    url_conditions(sql, query, is_postgres);
                }
                // Each batch once, however many of its URLs begin so: what is open is a matter of the URLs that cover them.
                sql.sql(" union all select c.number from (select distinct c.batch_id, c.number from covered_url c where c.company_id = ")
                    .uuid(company.uuid());
                url_beginning(sql, COVERED, text, whole);
                sql.sql(") c");
                if is_open {
                    sql.sql(" cross join invalidation_url u where u.batch_id = c.batch_id");
                    url_conditions(sql, query, is_postgres);
                }
            }
            sql.sql(") found) u").sql(REST).sql("i.number = u.number");
        }
        Way::Trigrams(trigrams) if is_postgres => {
            // Sorted first where that is the order, so that no more candidates are looked at than fill the page.
            sql.sql(
                "from (select number from _history_trigram where trigrams @> cast(string_to_array(",
            )
            .text(trigrams)
            .sql(", ' ') as integer[])");
            sql.sql(match query.order {
                HistoryOrder::NewestFirst => " order by number desc",
                HistoryOrder::OldestFirst => " order by number",
                HistoryOrder::MostUrlsFirst | HistoryOrder::FewestUrlsFirst => "",
            });
            sql.sql(") t").sql(REST).sql("i.number = t.number");
        }
        Way::Trigrams(trigrams) => {
            sql.sql("from _history_trigram t").sql(REST);
            sql.sql("i.number = t.rowid and t._history_trigram match ")
                .text(trigrams);
        }
    }
    sql.sql(" and i.company_id = ").uuid(company.uuid());
}

/// The invalidations in their order; in that of their numbers by person, state or verdict where one is given. `SQLite`
/// guesses how common they are, and guesses wrong. Most are accepted, so that a verdict tells more than that.
pub(super) fn walk(sql: &mut Statement, query: &HistoryQuery, is_postgres: bool) {
    sql.sql("from invalidation i");
    if !is_postgres {
        let state = query.state;
        let is_common = state.is_none_or(|state| state == InvalidationState::Accepted);
        sql.sql(match (query.person, query.verdict) {
            _ if query.order.is_by_size() => " indexed by invalidation_history_size",
            (Some(_), _) => " indexed by invalidation_history_of",
            (None, Some(_)) if is_common => " indexed by invalidation_history_seen",
            (None, _) if state.is_some() => " indexed by invalidation_history_in",
            (None, _) if SoughtBeginnings::of(query).is_some() => {
                " indexed by invalidation_history_urls"
            }
            (None, _) => " indexed by invalidation_history",
        });
    }
}

/// What an invalidation's own row says.
pub(super) fn marks(sql: &mut Statement, query: &HistoryQuery) {
    if let Some(person) = query.person {
        sql.sql(" and i.author_id = ").uuid(person.uuid());
    }
    if let Some(state) = query.state {
        sql.sql(" and i.state = ").text(state.as_str());
    }
    if let Some(verdict) = query.verdict {
        sql.sql(" and i.verdict = ").text(verdict.as_str());
    }
}

/// What must hold besides.
pub(super) fn conditions(sql: &mut Statement, query: &HistoryQuery, way: &Way, is_postgres: bool) {
    marks(sql, query);
    if let Some(from) = query.from {
        sql.sql(" and i.submitted_at >= ").number(from.as_micros());
    }
    if let Some(before) = query.before {
        sql.sql(" and i.submitted_at < ").number(before.as_micros());
    }
    match way {
        Way::Urls => {}
        Way::Beginnings(_) => {
            sql.sql(" and (w.is_found or ");
            has_url(sql, query, way, is_postgres);
            sql.sql(")");
        }
        Way::Walk | Way::Asset | Way::Trigrams(_) => {
            if let Some(sought) = SoughtBeginnings::of(query) {
                sql.sql(" and (");
                sought.push_found(sql, is_postgres);
                sql.sql(" or ");
                open(sql, query, &sought, is_postgres);
                sql.sql(" and ");
                has_url(sql, query, way, is_postgres);
                sql.sql(")");
            } else if query.url.is_some() {
                sql.sql(" and ");
                has_url(sql, query, way, is_postgres);
            }
        }
    }
}

/// Whether the URLs of an invalidation must be looked at.
fn open(sql: &mut Statement, query: &HistoryQuery, sought: &SoughtBeginnings, is_postgres: bool) {
    sought.push_open(sql, is_postgres);
    if let Some(text) = begins(query).map(beginning) {
        // Neither is known of what an older node of several submits meanwhile.
        sql.sql(" and (i.first_url is null or (i.first_url < ")
            .text(format!("{text}{LAST}"))
            .sql(" and i.last_url >= ")
            .text(text)
            .sql("))");
    }
}

/// Whether an invalidation has a URL as it is looked for. A value rather than `exists`, which PostgreSQL might turn into reading
/// all URLs there are.
fn has_url(sql: &mut Statement, query: &HistoryQuery, way: &Way, is_postgres: bool) {
    let asked_already = matches!(way, Way::Trigrams(_));
    if let Some(pieces) = pieces(query).filter(|_| !asked_already) {
        sql.sql("(i.url_count <= ").number(LARGE);
        sql.sql(" or i.searchable = false or ");
        if is_postgres {
            sql.sql(
                "(select 1 from _history_trigram t where t.number = i.number and t.trigrams @> ",
            );
            sql.sql("cast(string_to_array(").text(pieces);
            sql.sql(", ' ') as integer[])) = 1) and ");
        } else {
            sql.sql("(select 1 from _history_trigram t where t._history_trigram match ")
                .text(pieces);
            sql.sql(" and t.rowid = i.number) = 1) and ");
        }
    }
    sql.sql("(select 1 from batch b cross join invalidation_url u where b.invalidation_id = i.id ");
    sql.sql("and u.batch_id = b.id");
    url_conditions(sql, query, is_postgres);
    sql.sql(" limit 1) = 1");
}

/// What the URL that is looked for holds, for the index of pieces; `None` when that tells nothing.
pub(super) fn pieces(query: &HistoryQuery) -> Option<String> {
    // All that a port leaves alone.
    let host = query
        .host
        .as_deref()
        .map(|host| match host.split_once("://") {
            Some((_, host)) => host,
            None => host,
        });
    let host = host.map(|host| host.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':'));
    let url = query.url.as_ref().map(|url| match url {
        UrlFilter::Contains(text) | UrlFilter::Is(text) | UrlFilter::Starts(text) => text.as_str(),
    });
    let needles: Vec<&str> = url.into_iter().chain(host).collect();
    sought(&needles)
}

/// How a URL that is looked for begins, where that is known.
pub(super) fn begins(query: &HistoryQuery) -> Option<&str> {
    match &query.url {
        Some(UrlFilter::Is(text) | UrlFilter::Starts(text)) => Some(text),
        Some(UrlFilter::Contains(_)) | None => None,
    }
}

/// What an index of URLs can tell: their beginning, or all of them.
pub(super) fn url_beginning(sql: &mut Statement, url: &'static str, text: &str, whole: bool) {
    let beginning: String = text.chars().take(INDEXED).collect();
    sql.sql(" and ").sql(url);
    if whole || beginning.len() < text.len() {
        sql.sql(" = ").text(beginning);
    } else {
        sql.sql(" >= ").text(beginning.as_str());
        sql.sql(" and ")
            .sql(url)
            .sql(" < ")
            .text(format!("{beginning}{LAST}"));
    }
}

/// Of a URL, or of one that it clears along with itself: those stand in a list of JSON.
fn url_conditions(sql: &mut Statement, query: &HistoryQuery, is_postgres: bool) {
    let holds = if is_postgres { "strpos" } else { "instr" };
    let covers = |sql: &mut Statement, quoted: &str| {
        sql.sql(" or ").sql(holds).sql("(u.covers, ").text(quoted);
        sql.sql(") > 0)");
    };
    match &query.url {
        None => {}
        Some(UrlFilter::Is(text)) => {
            sql.sql(" and (u.url = ").text(text);
            covers(sql, &format!("\"{}\"", in_json(text)));
        }
        Some(UrlFilter::Starts(text)) => {
            let characters = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            sql.sql(" and (substr(u.url, 1, cast(").number(characters);
            sql.sql(" as integer)) = ").text(text);
            covers(sql, &format!("\"{}", in_json(text)));
        }
        Some(UrlFilter::Contains(text)) => {
            let text = fold(text);
            like(sql.sql(" and ("), "u.url", &format!("%{}%", escaped(&text)));
            let quoted = format!("%{}%", escaped(&in_json(&text)));
            like(sql.sql(" or "), "u.covers", &quoted);
            sql.sql(")");
        }
    }
    if let Some(host) = &query.host {
        sql.sql(" and (false");
        for origin in origins(host) {
            like(sql.sql(" or "), "u.url", &format!("{}/%", escaped(&origin)));
        }
        sql.sql(")");
    }
}

fn like(sql: &mut Statement, column: &'static str, pattern: &str) {
    sql.sql("lower(").sql(column).sql(") like ").text(pattern);
    sql.sql(r" escape '\'");
}

/// A text as it stands within a string of JSON.
fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Takes the special meaning from `%`, `_` and `\`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
