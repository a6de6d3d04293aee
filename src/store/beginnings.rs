//! How the URLs of an invalidation begin: a short text in its row, and in the index of the history, that mostly tells by
//! itself whether there is a URL of a certain host, or one with a certain beginning. Otherwise the URLs are looked at.
//!
//! The text is a line for each name, the part of a URL before its `?`, with a line break before and after each. Where that
//! would be long, it is a line for each origin, as in `https://images.example.com/`.

use std::collections::BTreeSet;

use super::{
    history::{HistoryQuery, UrlFilter},
    history_conditions::begins,
    statement::Statement,
    trigrams::fold,
};

/// Bytes of a summary. An entry of an index of PostgreSQL has some 2,700, and the first and last URL are in it too.
const ROOM: usize = 600;

/// The beginnings of many URLs.
#[derive(Debug)]
pub(super) struct Beginnings {
    /// `None` where they are too long.
    names: Option<Lines>,
    /// `None` where one of the URLs has none, too.
    origins: Option<Lines>,
}

impl Default for Beginnings {
    fn default() -> Self {
        Self {
            names: Some(Lines::default()),
            origins: Some(Lines::default()),
        }
    }
}

impl Beginnings {
    /// Adds that of a URL.
    pub(super) fn add(&mut self, url: &str) {
        self.names = self.names.take().and_then(|lines| lines.with(name(url)));
        let lines = self.origins.take();
        self.origins = lines.and_then(|lines| lines.with(origin(url)?));
    }

    /// The text; `None` where it would be long in any case.
    pub(super) fn to_text(&self) -> Option<String> {
        self.names
            .as_ref()
            .or(self.origins.as_ref())
            .map(Lines::to_text)
    }
}

#[derive(Debug, Default)]
struct Lines {
    lines: BTreeSet<String>,
    bytes: usize,
}

impl Lines {
    /// With one more, where there is room.
    fn with(mut self, line: &str) -> Option<Self> {
        if !self.lines.contains(line) {
            self.bytes += line.len() + 1;
            self.lines.insert(line.to_owned());
        }
        (self.bytes < ROOM && !line.contains('\n')).then_some(self)
    }

    fn to_text(&self) -> String {
        let mut text = String::from("\n");
        for line in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

/// A URL without its query.
fn name(url: &str) -> &str {
    url.split_once('?').map_or(url, |(name, _)| name)
}

/// Scheme, host and port of a URL, and the slash behind them.
fn origin(url: &str) -> Option<&str> {
    let name = name(url);
    let host = name.find("://")? + 3;
    let slash = name[host..].find('/')?;
    Some(&name[..=host + slash])
}

/// How URLs of a host begin, before the slash, in small letters. It is given as in `images.example.com`, or with a scheme; its
/// port may stand in a URL even where it is the scheme's own.
pub(super) fn origins(host: &str) -> Vec<String> {
    let host = fold(host);
    let (scheme, host) = match host.split_once("://") {
        Some((scheme, host)) => (Some(scheme), host),
        None => (None, host.as_str()),
    };
    let schemes = [("https", ":443"), ("http", ":80")].into_iter();
    let meant = schemes.filter(|(name, _)| scheme.is_none_or(|scheme| scheme == *name));
    let origins = meant.flat_map(|(scheme, port)| {
        let host = host.strip_suffix(port).unwrap_or(host);
        let has_port = host
            .rsplit_once(':')
            .is_some_and(|(_, port)| !port.contains(']'));
        let plain = format!("{scheme}://{host}");
        let with_port = (!has_port).then(|| format!("{plain}{port}"));
        [Some(plain), with_port]
    });
    origins.flatten().collect()
}

/// What a search looks for in such a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SoughtBeginnings {
    /// Where one of these stands, the invalidation is found.
    found: Vec<String>,
    /// Where one of these stands, its URLs must be looked at.
    open: Vec<String>,
    /// The case of A to Z does not matter.
    is_folded: bool,
}

impl SoughtBeginnings {
    /// `None` where a search asks for no host and no beginning.
    pub(super) fn of(query: &HistoryQuery) -> Option<Self> {
        let (text, host) = (begins(query), query.host.as_deref());
        if text.or(host)?.contains('\n') {
            // Lists are read by lines: no URL that was sent has a line break.
            return Some(Self::default());
        }
        Some(match (text, host) {
            (Some(text), _) => {
                let is_whole = matches!(query.url, Some(UrlFilter::Is(_)));
                Self::of_text(text, is_whole, host.is_some())
            }
            (None, Some(host)) => Self::of_host(host, query.url.is_some()),
            (None, None) => return None,
        })
    }

    /// That of a URL, or of one that begins so; with `is_open` something else must hold of the same URL.
    fn of_text(text: &str, is_whole: bool, is_open: bool) -> Self {
        let mut sought = Self::default();
        if is_whole || text.contains('?') {
            sought.open.push(format!("\n{}\n", name(text)));
        } else if is_open {
            sought.open.push(format!("\n{text}"));
        } else {
            sought.found.push(format!("\n{text}"));
        }
        // For those whose names are too long.
        sought
            .open
            .extend(origin(text).map(|origin| format!("\n{origin}\n")));
        sought
    }

    /// Those of a host; with `is_open` something else must hold of the same URL.
    fn of_host(host: &str, is_open: bool) -> Self {
        let lines = origins(host)
            .iter()
            .map(|origin| format!("\n{origin}/"))
            .collect();
        let (found, open) = if is_open {
            (Vec::new(), lines)
        } else {
            (lines, Vec::new())
        };
        Self {
            found,
            open,
            is_folded: true,
        }
    }

    /// Whether an invalidation is found, as far as its row tells.
    pub(super) fn push_found(&self, sql: &mut Statement, is_postgres: bool) {
        sql.sql("(false");
        self.push_any(sql, &self.found, is_postgres);
        sql.sql(")");
    }

    /// Whether its URLs must be looked at. Nothing is known of what an older node of several submits meanwhile.
    pub(super) fn push_open(&self, sql: &mut Statement, is_postgres: bool) {
        sql.sql("(i.beginnings is null");
        self.push_any(sql, &self.open, is_postgres);
        sql.sql(")");
    }

    fn push_any(&self, sql: &mut Statement, lines: &[String], is_postgres: bool) {
        for line in lines {
            sql.sql(if is_postgres {
                " or strpos("
            } else {
                " or instr("
            });
            sql.sql(if self.is_folded {
                "lower(i.beginnings), "
            } else {
                "i.beginnings, "
            });
            sql.text(line.as_str()).sql(") > 0");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::HostOrigin;

    fn summary(urls: &[String]) -> Option<String> {
        let mut beginnings = Beginnings::default();
        for url in urls {
            beginnings.add(url);
        }
        beginnings.to_text()
    }

    /// What the summary tells: found, not found, or (`None`) that the URLs must be looked at.
    fn tells(sought: &SoughtBeginnings, summary: Option<&str>) -> Option<bool> {
        let summary = summary?;
        let folded = if sought.is_folded {
            fold(summary)
        } else {
            summary.to_owned()
        };
        let any = |lines: &[String]| lines.iter().any(|line| folded.contains(line.as_str()));
        if any(&sought.found) {
            Some(true)
        } else {
            (!any(&sought.open)).then_some(false)
        }
    }

    fn holds(query: &HistoryQuery, url: &str) -> bool {
        let of_url = match &query.url {
            None => true,
            Some(UrlFilter::Is(text)) => url == text,
            Some(UrlFilter::Starts(text)) => url.starts_with(text.as_str()),
            Some(UrlFilter::Contains(text)) => fold(url).contains(&fold(text)),
        };
        let of_host = query.host.as_deref().is_none_or(|host| {
            let meant = if host.contains("://") {
                vec![HostOrigin::of(host)]
            } else {
                ["https", "http"]
                    .map(|scheme| HostOrigin::of(&format!("{scheme}://{host}")))
                    .into()
            };
            let has_slash = origin(url).is_some() && !host.contains('\n');
            has_slash && meant.contains(&HostOrigin::of(url))
        });
        of_url && of_host
    }

    fn urls() -> impl Strategy<Value = Vec<String>> {
        let url = "https?://(H|h|ab)(:8|:80|:443)?(/[ab]{0,2}){1,2}(\\?[ab]?)?";
        let odd = "(https?://)?(h|ab)?(/[ab]{0,2}){0,2}(\\?[ab]?)?";
        let long = "https://h/[ab]{620}\\?a";
        prop::collection::vec(prop_oneof![4 => url, 1 => odd, 3 => long], 1..4)
    }

    fn filter() -> impl Strategy<Value = Option<UrlFilter>> {
        let text = || {
            prop_oneof![
                "(https?://)?(h|ab)?(/[ab]{0,2}){0,2}(\\?(a|https://h/)?)?\n?",
                "https://h/[ab]{0,3}",
            ]
        };
        prop_oneof![
            Just(None),
            text().prop_map(|text| Some(UrlFilter::Is(text))),
            text().prop_map(|text| Some(UrlFilter::Starts(text))),
            text().prop_map(|text| Some(UrlFilter::Contains(text))),
        ]
    }

    proptest! {
        #[test]
        fn a_summary_tells_nothing_that_its_urls_do_not(
            urls in urls(),
            url in filter(),
            host in prop::option::of("(https?://)?(h|H|ab)(:8|:80|:443)?\n?"),
        ) {
            let query = HistoryQuery { url, host, ..HistoryQuery::default() };
            if let Some(sought) = SoughtBeginnings::of(&query) {
                let text = summary(&urls);
                let is_there = urls.iter().any(|url| holds(&query, url));
                let told = tells(&sought, text.as_deref());
                prop_assert!(told.is_none_or(|told| told == is_there), "{told:?} of {text:?}");
            }
        }
    }

    #[test]
    fn names_that_are_too_long_leave_the_origins_and_those_nothing() {
        let url = |host: usize| format!("https://h{}/{}?a", "x".repeat(host), "a".repeat(400));
        assert_eq!(
            summary(&["https://h/b?a".to_owned()]).as_deref(),
            Some("\nhttps://h/b\n")
        );
        let two = [url(1), url(2)];
        assert_eq!(
            summary(&two).as_deref(),
            Some("\nhttps://hx/\nhttps://hxx/\n")
        );
        assert_eq!(summary(&[url(300), url(301)]), None);
    }
}
