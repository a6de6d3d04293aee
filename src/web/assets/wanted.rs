//! What a view of the picker shows, as it stands in its address, so that it can be shared.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::{
    clock::Timestamp,
    domain::{AssetClass, LONGEST_KEY},
    store::{AssetCursor, AssetQuery, AssetSort},
    web::{
        forms::{bare, readable},
        view::query_value,
    },
};

/// Longer searches are cut when they are read: no ID is as long, and an address has no room for everything that a form
/// may hold.
pub const LONGEST_SEARCH: usize = 500;

/// Stands for a folder that nobody has: no stored path begins with a slash.
const NO_FOLDER: &str = "/…";

/// What changed longer ago is not recent.
const RECENT: Duration = Duration::from_hours(30 * 24);

/// What was made longer ago is not new.
const NEW: Duration = Duration::from_hours(7 * 24);

/// The fields of the picker's filters. Everything is text as it came: what cannot be read asks for nothing.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// `recent`, `all` or `selected`; without it, recent when nothing else is asked for.
    pub show: String,
    /// The words.
    #[serde(deserialize_with = "searchable")]
    pub q: String,
    /// The folder's path.
    #[serde(deserialize_with = "folder")]
    pub folder: String,
    /// The name by which a folder is looked for.
    #[serde(deserialize_with = "searchable")]
    pub find: String,
    /// `1`: only what is right in the folder.
    pub only: String,
    /// `image`, `content` or `unsupported`.
    pub class: String,
    /// A type as Adobe spells it.
    #[serde(rename = "type")]
    pub asset_type: String,
    /// `yes` or `no`: marked for publish.
    pub publish: String,
    /// `hour`, `day`, `week` or `month`.
    pub changed: String,
    /// A date, `2026-11-24`.
    pub since: String,
    /// `1`: changed since its last invalidation.
    pub uncleared: String,
    /// `1`: new.
    pub new: String,
    /// `relevance`, `name` or `changed`.
    pub sort: String,
    /// `grid`, or a list.
    pub view: String,
    /// Where the page begins.
    pub after: String,
}

/// Which list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    Recent,
    All,
    Selected,
}

impl Wanted {
    /// The list that is asked for.
    pub fn list(&self) -> Show {
        match self.show.as_str() {
            "recent" => Show::Recent,
            "selected" => Show::Selected,
            "all" => Show::All,
            _ if self.is_filtered() => Show::All,
            _ => Show::Recent,
        }
    }

    /// Whether anything narrows the list.
    pub fn is_filtered(&self) -> bool {
        !self.text().is_empty() || self.wanted_folder().is_some() || self.filters() > 0
    }

    /// The folder that is asked for. The root is one only where its subfolders do not count: with them it is everything.
    fn wanted_folder(&self) -> Option<&str> {
        let is_one = !self.folder.is_empty() || self.only == "1";
        is_one.then_some(self.folder.as_str())
    }

    /// How many filters are on, besides words and folder.
    pub fn filters(&self) -> usize {
        let chosen = [
            &self.class,
            &self.asset_type,
            &self.publish,
            &self.changed,
            &self.since,
        ];
        let ticked = [&self.uncleared, &self.new];
        chosen.iter().filter(|it| !it.is_empty()).count()
            + ticked.iter().filter(|it| **it == "1").count()
    }

    /// Whether assets are shown as a grid.
    pub fn is_grid(&self) -> bool {
        self.view == "grid"
    }

    /// The words as they are looked for.
    pub fn search(&self) -> String {
        cut(&self.q)
    }

    /// The text that was typed.
    pub fn text(&self) -> &str {
        bare(&self.q)
    }

    /// Whether the text is as long as one can be: then there may have been more of it. Browsers count otherwise than we
    /// do, and cut sooner.
    pub fn is_full(&self) -> bool {
        self.q.encode_utf16().count() >= LONGEST_SEARCH
    }

    /// The words, one by one.
    pub fn words(&self) -> Vec<String> {
        self.search()
            .split_whitespace()
            .map(bare)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// The text, exactly as it was typed, where it could be an ID: no path, and not cut. An ID may hold blanks, but several
    /// words are meant as words, unless there is a digit or `_` in them.
    pub fn as_id(&self) -> Option<&str> {
        let id = self.text();
        let is_one_word = !id.contains(char::is_whitespace);
        let is_odd = |c: char| (c.is_whitespace() && c != ' ') || c.is_control() || c == '/';
        let could_be = (is_one_word || id.contains(|c: char| c.is_numeric() || c == '_'))
            && !id.contains(is_odd)
            && !id.is_empty()
            && id.chars().count() < LONGEST_SEARCH;
        readable(id).ok().filter(|_| could_be)
    }

    /// The class that is asked for.
    pub fn class(&self) -> Option<AssetClass> {
        let mut all = AssetClass::ALL.into_iter();
        all.find(|class| class.as_str() == self.class)
    }

    /// The query, without a limit.
    pub fn query(&self, now: Timestamp) -> AssetQuery {
        let is_recent = self.list() == Show::Recent;
        let since = [self.changed_since(now), self.date()];
        let recent = is_recent.then(|| now.minus(RECENT));
        AssetQuery {
            words: self.words(),
            folder: self.wanted_folder().map(str::to_owned),
            with_subfolders: self.only != "1",
            class: self.class(),
            asset_type: Some(self.asset_type.clone()).filter(|kind| !kind.is_empty()),
            published: match self.publish.as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            changed_since: since.into_iter().chain([recent]).flatten().max(),
            created_since: (self.new == "1").then(|| now.minus(NEW)),
            uncleared: is_recent || self.uncleared == "1",
            replaced: is_recent,
            sort: self.order(),
            // A place that is none, or one in another order, begins at the beginning.
            after: self.after.parse::<AssetCursor>().ok(),
            limit: 0,
        }
    }

    /// The order that is asked for, or that suits the list.
    pub fn order(&self) -> AssetSort {
        match self.sort.as_str() {
            "name" => AssetSort::Name,
            "changed" => AssetSort::Changed,
            "relevance" => AssetSort::Relevance,
            _ if self.list() == Show::Recent => AssetSort::Changed,
            _ => AssetSort::Relevance,
        }
    }

    fn changed_since(&self, now: Timestamp) -> Option<Timestamp> {
        let hours = match self.changed.as_str() {
            "hour" => 1,
            "day" => 24,
            "week" => 7 * 24,
            "month" => 30 * 24,
            _ => return None,
        };
        Some(now.minus(Duration::from_hours(hours)))
    }

    fn date(&self) -> Option<Timestamp> {
        let form = time::macros::format_description!("[year]-[month]-[day]");
        let date = time::Date::parse(&self.since, form).ok()?;
        let seconds = date.midnight().assume_utc().unix_timestamp();
        Some(Timestamp::from_micros(seconds.saturating_mul(1_000_000)))
    }

    /// The query string that asks for this again; empty for nothing.
    pub fn to_query(&self) -> String {
        let fields = [
            ("show", &self.show),
            ("q", &self.q),
            ("folder", &self.folder),
            ("find", &self.find),
            ("only", &self.only),
            ("class", &self.class),
            ("type", &self.asset_type),
            ("publish", &self.publish),
            ("changed", &self.changed),
            ("since", &self.since),
            ("uncleared", &self.uncleared),
            ("new", &self.new),
            ("sort", &self.sort),
            ("view", &self.view),
            ("after", &self.after),
        ];
        let given: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", query_value(value)))
            .collect();
        if given.is_empty() {
            String::new()
        } else {
            format!("?{}", given.join("&"))
        }
    }

    /// The same, after something else in a query string.
    pub fn and_query(&self) -> String {
        self.to_query().replacen('?', "&", 1)
    }

    /// Whether the text looks like an ID rather than a word of the language: it holds a digit, `_` or `-`.
    pub fn looks_like_an_id(&self) -> bool {
        self.q
            .contains(|c: char| c.is_numeric() || c == '_' || c == '-')
    }

    /// What a search from here leads to: whoever searches in a list of its own wants to find everything.
    pub fn searched(&self) -> Self {
        let mut searched = self.first_page();
        if self.is_filtered() {
            "all".clone_into(&mut searched.show);
        }
        searched
    }

    /// The same from the beginning.
    pub fn first_page(&self) -> Self {
        Self {
            after: String::new(),
            ..self.clone()
        }
    }

    /// The same in another folder; the list of recent changes has none. Whoever goes into one, or out of
    /// all, wants everything there.
    pub fn in_folder(&self, folder: &str) -> Self {
        let between = !folder.is_empty() && !self.folder.is_empty();
        let only = if between { &self.only } else { "" };
        Self {
            show: "all".to_owned(),
            folder: folder.to_owned(),
            only: only.to_owned(),
            find: String::new(),
            after: String::new(),
            ..self.clone()
        }
    }

    /// Another list, with nothing else but the way it is shown.
    pub fn only_list(&self, show: &str) -> Self {
        Self {
            show: show.to_owned(),
            view: self.view.clone(),
            ..Self::default()
        }
    }
}

/// A folder's path. What is longer than any that is kept is none, and not walked through.
pub fn folder_of(path: &str) -> &str {
    if path.len() > LONGEST_KEY {
        NO_FOLDER
    } else {
        path
    }
}

/// The same in an address.
pub fn folder<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    Ok(folder_of(&String::deserialize(value)?).to_owned())
}

/// A text that is searched, cut.
pub fn searchable<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    Ok(cut(&String::deserialize(value)?))
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_SEARCH).collect()
}

/// What changed recently and was not invalidated since.
pub fn recent_query(now: Timestamp) -> AssetQuery {
    let recent = Wanted {
        show: "recent".to_owned(),
        ..Wanted::default()
    };
    recent.query(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_asks_for_nothing_shows_what_changed_recently() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let query = Wanted::default().query(now);
        assert!(query.replaced && query.uncleared);
        assert_eq!(query.sort, AssetSort::Changed);
        let searched = Wanted {
            q: "shoe".to_owned(),
            ..Wanted::default()
        };
        assert_eq!(searched.list(), Show::All);
        assert!(!searched.query(now).replaced);
    }

    #[test]
    fn what_cannot_be_read_asks_for_nothing() {
        let odd = Wanted {
            show: "all".to_owned(),
            class: "'".to_owned(),
            changed: "yesterday".to_owned(),
            since: "99999999-01-01".to_owned(),
            publish: "maybe".to_owned(),
            after: "-1".to_owned(),
            sort: "1; drop".to_owned(),
            ..Wanted::default()
        };
        let query = odd.query(Timestamp::from_micros(0));
        let nothing = AssetQuery {
            with_subfolders: true,
            ..AssetQuery::default()
        };
        assert_eq!(query, nothing);
    }

    #[test]
    fn the_latest_of_several_beginnings_counts() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let wanted = Wanted {
            since: "2027-01-10".to_owned(),
            changed: "month".to_owned(),
            ..Wanted::default()
        };
        let since = wanted.query(now).changed_since.unwrap();
        assert_eq!(since.to_utc().date(), time::macros::date!(2027 - 01 - 10));
    }

    #[test]
    fn one_word_could_be_an_id_and_several_that_look_like_one() {
        for (q, id) in [
            (" Daypack_24 ", Some("Daypack_24")),
            ("\u{feff}Daypack_24\u{200e}", Some("Daypack_24")),
            ("\u{200b}", None),
            ("100%-wool,é", Some("100%-wool,é")),
            ("", None),
            ("red shoe", None),
            ("red shoe 24 ", Some("red shoe 24")),
            ("red\tshoe_24", None),
            ("red stones/amber_1", None),
            ("stones/amber", None),
            ("a\0b", None),
            ("a\u{fffd}b", None),
            (&"x".repeat(LONGEST_SEARCH + 1), None),
        ] {
            let wanted = Wanted {
                q: q.to_owned(),
                ..Wanted::default()
            };
            assert_eq!(wanted.as_id(), id, "{q:?}");
        }
    }

    #[test]
    fn words_are_looked_for_without_what_is_not_seen_around_them() {
        let wanted = Wanted {
            q: "\u{feff}red \u{200e}shoe\u{200b} \u{200b}".to_owned(),
            ..Wanted::default()
        };
        assert_eq!(wanted.words(), ["red", "shoe"]);
        let nothing = Wanted {
            q: "\u{200b}".to_owned(),
            ..Wanted::default()
        };
        assert!(!nothing.is_filtered());
    }

    #[test]
    fn a_view_can_be_shared() {
        let wanted = Wanted {
            q: "rød & blå".to_owned(),
            only: "1".to_owned(),
            ..Wanted::default()
        };
        assert_eq!(wanted.to_query(), "?q=r%C3%B8d%20%26%20bl%C3%A5&only=1");
        assert_eq!(Wanted::default().to_query(), "");
    }
}
