//! The history: what can be looked for, and what is found. The search itself is in [`super::history_search`].
//!
//! Pages go on from the last line seen, whatever is submitted meanwhile.

use std::{fmt, str::FromStr};

use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Result,
    convert::{count, unknown},
    drafts::{OptionsRow, preset_choice},
};
use crate::{
    clock::Timestamp,
    domain::{HistoryVerdict, InvalidationId, InvalidationState, Options, PersonId, PresetChoice},
};

/// What to look for. Everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Submitted by this person.
    pub person: Option<PersonId>,
    /// In this state.
    pub state: Option<InvalidationState>,
    /// With this verdict.
    pub verdict: Option<HistoryVerdict>,
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
    /// What has the most URLs comes first; of equals, what was submitted last.
    MostUrlsFirst,
    /// What has the fewest URLs comes first; of equals, what was submitted first.
    FewestUrlsFirst,
}

impl HistoryOrder {
    /// Whether it goes by the number of URLs.
    pub(super) const fn is_by_size(self) -> bool {
        matches!(self, Self::MostUrlsFirst | Self::FewestUrlsFirst)
    }

    pub(super) const fn is_descending(self) -> bool {
        matches!(self, Self::NewestFirst | Self::MostUrlsFirst)
    }
}

/// The place after one invalidation, in any order. The text of it is its number, from 1 on, and how many URLs it has:
/// `7.1000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryCursor {
    pub(super) number: i64,
    pub(super) url_count: i64,
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in the history")]
pub struct InvalidCursor;

impl fmt::Display for HistoryCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.number, self.url_count)
    }
}

impl FromStr for HistoryCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (number, url_count) = text.split_once('.').ok_or(InvalidCursor)?;
        let number = number.parse().map_err(|_| InvalidCursor)?;
        let url_count = url_count.parse().map_err(|_| InvalidCursor)?;
        if number > 0 && url_count >= 0 {
            Ok(Self { number, url_count })
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
    /// What was seen of its URLs together.
    pub verdict: HistoryVerdict,
    /// The switches.
    pub options: Options,
    /// Which presets, where they are on.
    pub presets: PresetChoice,
    /// *Send as N requests*.
    pub split: bool,
    /// The version of the template that the URLs were formed with.
    pub template_version: Option<i32>,
    number: i64,
}

#[derive(FromRow)]
pub(super) struct EntryRow {
    id: Uuid,
    author_id: Uuid,
    author_email: String,
    submitted_at: i64,
    note: String,
    url_count: i64,
    state: String,
    verdict: String,
    #[sqlx(flatten)]
    options: OptionsRow,
    split: bool,
    preset_names: Option<String>,
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
            verdict: HistoryVerdict::from_word(&self.verdict)
                .ok_or_else(|| unknown("invalidation.verdict"))?,
            options: self.options.into(),
            presets: preset_choice(self.preset_names.as_deref())?,
            split: self.split,
            template_version: self.template_version,
            number: self.number,
        })
    }
}

/// One row more than asked for was read: when it is there, so is a next page.
pub(super) fn page(rows: Vec<EntryRow>, limit: i64) -> Result<HistoryPage> {
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
        next: last.map(|entry| HistoryCursor {
            number: entry.number,
            url_count: entry.url_count,
        }),
        entries,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_number_from_one_on_and_a_count() {
        let cursor = HistoryCursor {
            number: 7,
            url_count: 1_000,
        };
        assert_eq!("7.1000".parse(), Ok(cursor));
        assert_eq!(cursor.to_string(), "7.1000");
        for text in [
            "",
            "7",
            "0.5",
            "-1.5",
            "7.-1",
            "x.5",
            "1.5.2",
            "9223372036854775808.1",
            "7.1 or 1=1",
            "٧.1",
        ] {
            assert_eq!(text.parse::<HistoryCursor>(), Err(InvalidCursor), "{text}");
        }
    }
}
