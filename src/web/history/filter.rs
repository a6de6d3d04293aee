//! The filters of the history as an address carries them, and what they mean.
//!
//! Everything is optional, anything may stand there: what cannot be read becomes a sentence, never an error page.

use std::time::Duration;

use time::{Date, macros::format_description};
use url::form_urlencoded;

use crate::{
    clock::Timestamp,
    domain::{HistoryVerdict, HostOrigin, InvalidationState},
    store::{HistoryOrder, HistoryQuery, UrlFilter},
};

/// Lines on a page.
pub const ROWS: i64 = 50;

/// Characters of one filter. An address that is longer than browsers and proxies take finds nothing.
const LONGEST: usize = 2_000;

/// Bytes below which *contains* would have to read every URL.
const SHORTEST_NEEDLE: usize = 3;

/// How the text of a URL is meant.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Somewhere in it.
    #[default]
    Contains,
    /// At its beginning.
    Starts,
    /// All of it.
    Is,
}

impl How {
    const ALL: [Self; 3] = [Self::Contains, Self::Starts, Self::Is];

    const fn word(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::Starts => "starts",
            Self::Is => "is",
        }
    }
}

/// The filters as they were typed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Filters {
    /// Text of a URL.
    pub url: String,
    /// How it is meant: a word of [`How`].
    pub how: String,
    /// An asset's ID.
    pub asset: String,
    /// A person's id.
    pub person: String,
    /// A word of [`InvalidationState`].
    pub state: String,
    /// A word of [`HistoryVerdict`].
    pub verdict: String,
    /// A delivery host.
    pub host: String,
    /// The first day, `2026-11-24`, UTC.
    pub from: String,
    /// The last day.
    pub to: String,
    /// `oldest`, `most`, `fewest`, or nothing.
    pub order: String,
    /// Where the page goes on.
    pub after: String,
}

impl Filters {
    /// Reads a query string. A filter that stands twice counts as it stands last; unknown ones do not count.
    pub fn read(query: Option<&str>) -> Self {
        let mut filters = Self::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let field = match &*name {
                "url" => &mut filters.url,
                "how" => &mut filters.how,
                "asset" => &mut filters.asset,
                "person" => &mut filters.person,
                "state" => &mut filters.state,
                "verdict" => &mut filters.verdict,
                "host" => &mut filters.host,
                "from" => &mut filters.from,
                "to" => &mut filters.to,
                "order" => &mut filters.order,
                "after" => &mut filters.after,
                _ => continue,
            };
            value.trim().clone_into(field);
        }
        filters
    }

    /// Whether one is chosen that stands among the further ones.
    pub fn are_more(&self) -> bool {
        let first = ["url", "how", "asset"];
        self.given().any(|(name, _)| !first.contains(&name))
    }

    /// Each filter that says something, with its name.
    fn given(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let how = if self.url.is_empty() { "" } else { &self.how };
        [
            ("url", self.url.as_str()),
            ("how", how),
            ("asset", &self.asset),
            ("person", &self.person),
            ("state", &self.state),
            ("verdict", &self.verdict),
            ("host", &self.host),
            ("from", &self.from),
            ("to", &self.to),
            ("order", &self.order),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
    }

    /// The query string of this view, without the place in it.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.given());
        query.finish()
    }

    /// Whether anything is left out.
    pub fn is_filtered(&self) -> bool {
        self.given().any(|(name, _)| name != "order")
    }

    /// What they mean, or what is wrong with them.
    pub fn meaning(&self) -> Result<HistoryQuery, Vec<String>> {
        let mut wrong = Vec::new();
        let mut keep = |result: Result<(), String>| wrong.extend(result.err());
        let mut query = HistoryQuery {
            limit: ROWS,
            ..HistoryQuery::default()
        };
        keep(self.short_enough());
        keep(self.read_url().map(|url| query.url = url));
        keep(self.read_words(&mut query));
        keep(
            self.read_days()
                .map(|days| (query.from, query.before) = days),
        );
        query.asset = given(&self.asset).map(str::to_owned);
        query.host = given(&self.host).map(host_of);
        if let Some(after) = given(&self.after) {
            let place = after.parse().map(|after| query.after = Some(after));
            keep(place.map_err(|_| {
                "The address does not lead to a place in this list. Start from the top.".to_owned()
            }));
        }
        if wrong.is_empty() {
            Ok(query)
        } else {
            Err(wrong)
        }
    }

    fn short_enough(&self) -> Result<(), String> {
        let too_long = self
            .given()
            .any(|(_, value)| value.chars().count() > LONGEST);
        if too_long {
            Err("That is too long to look for. Use at most 2,000 characters.".to_owned())
        } else {
            Ok(())
        }
    }

    fn read_url(&self) -> Result<Option<UrlFilter>, String> {
        let Some(url) = given(&self.url) else {
            return Ok(None);
        };
        let how = given(&self.how).unwrap_or(How::default().word());
        match How::ALL.into_iter().find(|known| known.word() == how) {
            Some(How::Contains) if url.len() < SHORTEST_NEEDLE => {
                Err("Type at least three characters of the URL.".to_owned())
            }
            Some(How::Contains) => Ok(Some(UrlFilter::Contains(url.to_owned()))),
            Some(How::Starts) => Ok(Some(UrlFilter::Starts(url.to_owned()))),
            Some(How::Is) => Ok(Some(UrlFilter::Is(url.to_owned()))),
            None => {
                Err("A URL contains, starts with or is a text. Choose one of these.".to_owned())
            }
        }
    }

    fn read_words(&self, query: &mut HistoryQuery) -> Result<(), String> {
        query.order = match self.order.as_str() {
            "oldest" => HistoryOrder::OldestFirst,
            "most" => HistoryOrder::MostUrlsFirst,
            "fewest" => HistoryOrder::FewestUrlsFirst,
            _ => HistoryOrder::NewestFirst,
        };
        if let Some(person) = given(&self.person) {
            let person = person.parse();
            query.person = Some(person.map_err(|_| "Choose a person from the list.".to_owned())?);
        }
        if let Some(state) = given(&self.state) {
            let state = InvalidationState::from_word(state);
            query.state = Some(state.ok_or("Choose an outcome from the list.")?);
        }
        if let Some(verdict) = given(&self.verdict) {
            let verdict = HistoryVerdict::from_word(verdict);
            query.verdict = Some(verdict.ok_or("Choose a verdict from the list.")?);
        }
        Ok(())
    }

    /// From the beginning of the first day to the end of the last.
    fn read_days(&self) -> Result<(Option<Timestamp>, Option<Timestamp>), String> {
        let from = given(&self.from).map(day).transpose()?;
        let to = given(&self.to).map(day).transpose()?;
        let before = to.map(|day| day.plus(Duration::from_hours(24)));
        match (from, before) {
            (Some(from), Some(before)) if from >= before => {
                Err("The first day is after the last. Exchange them.".to_owned())
            }
            days => Ok(days),
        }
    }
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn day(text: &str) -> Result<Timestamp, String> {
    let form = format_description!("[year]-[month]-[day]");
    let day = Date::parse(text, form)
        .map_err(|_| "Write a day as year-month-day, such as 2026-11-24.".to_owned())?;
    let seconds = day.midnight().assume_utc().unix_timestamp();
    Ok(Timestamp::from_micros(seconds.saturating_mul(1_000_000)))
}

/// The host that somebody typed or pasted, a whole URL too; without a scheme either is meant.
fn host_of(text: &str) -> String {
    match HostOrigin::pasted(text).map(|origin| origin.to_string()) {
        Some(origin) if text.contains("://") => origin,
        Some(origin) => origin.trim_start_matches("https://").to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_from_what_is_pasted() {
        for (text, host) in [
            ("images.example.com", "images.example.com"),
            ("Images.Example.com/", "images.example.com"),
            (
                "https://images.example.com:443/is/image/shop/shoe?wid=9",
                "https://images.example.com",
            ),
            ("images.example.com/is/image/", "images.example.com"),
            ("http://h:8080", "http://h:8080"),
            ("not a host", "not a host"),
        ] {
            assert_eq!(host_of(text), host);
        }
    }

    fn wrong(query: &str) -> usize {
        Filters::read(Some(query))
            .meaning()
            .map_or_else(|wrong| wrong.len(), |_| 0)
    }

    #[test]
    fn an_address_carries_what_was_chosen_and_nothing_else() {
        let filters = Filters::read(Some("url=a%26b&how=is&state=&from=2026-11-24&x=1&after=7"));
        assert_eq!(filters.query(), "url=a%26b&how=is&from=2026-11-24");
        assert_eq!(
            Filters::read(Some(&filters.query())).query(),
            filters.query()
        );
        assert!(filters.is_filtered());
        assert!(!Filters::read(Some("how=is&order=oldest&after=3")).is_filtered());
    }

    #[test]
    fn the_last_day_is_a_whole_one() {
        let query = Filters::read(Some("from=2026-11-24&to=2026-11-24"))
            .meaning()
            .unwrap();
        let length = query.before.unwrap().since(query.from.unwrap());
        assert_eq!(length, Duration::from_hours(24));
    }

    #[test]
    fn what_cannot_be_read_is_a_sentence() {
        for (query, number) in [
            ("", 0),
            ("url=%00%ff%25_%5C%22&host=%27&asset=%E2%80%AE", 0),
            ("url=ab", 1),
            ("url=ab&how=is", 0),
            ("url=abc&how=sounds-like", 1),
            ("person=1", 1),
            ("state=live", 1),
            ("verdict=live", 0),
            ("verdict=accepted", 1),
            ("from=yesterday&after=-1", 2),
            ("from=2026-02-30", 1),
            ("to=99999999999-01-01", 1),
            ("from=2026-11-25&to=2026-11-24", 1),
            ("after=18446744073709551616", 1),
        ] {
            assert_eq!(wrong(query), number, "{query}");
        }
        assert_eq!(wrong(&format!("url={}", "x".repeat(2_001))), 1);
    }
}
