//! What a company of the sandbox owns, as IPS tells it. The operations know only [`Library`].
//!
//! The shop's assets are the [origin](crate::sandbox::Origin)'s; a [`Generated`] library has as many as one likes.

mod generated;
mod query;
mod shop;

use std::{collections::BTreeMap, fmt};

pub use self::{
    generated::Generated,
    query::{Condition, DateField, DateRange, Query, Sort, TextField, TextTest},
};
use crate::clock::Timestamp;

/// A source of assets. Every method shows the state of that moment.
pub trait Library: fmt::Debug + Send + Sync {
    /// The assets that a query asks for: how many in all, and those of its page.
    fn search(&self, query: &Query) -> Found;

    /// The assets with exactly this name, those in the trash too.
    fn with_name(&self, name: &str) -> Vec<Record>;

    /// The asset with this number.
    fn with_number(&self, number: u32) -> Option<Record>;

    /// The assets around the one with this number; nothing for an unknown one.
    fn around(&self, number: u32) -> Around;

    /// The paths of all folders below the root, parents included, sorted and without slashes at their ends.
    fn folders(&self) -> Vec<String>;

    /// How many assets of each type there are, what is in the trash apart.
    fn counts(&self) -> BTreeMap<&'static str, usize>;
}

/// One asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What its handle is made of.
    pub number: u32,
    /// The asset's ID.
    pub name: String,
    /// The type, as Adobe spells it.
    pub asset_type: &'static str,
    /// The subtype; empty where there is none.
    pub sub_type: &'static str,
    /// The name of the file; empty for sets.
    pub file_name: String,
    /// The folder below the company's root, without slashes at its ends; empty for the root itself.
    pub folder: String,
    /// Marked for publish.
    pub published: bool,
    /// In the trash.
    pub trashed: bool,
    /// When it was made, in whole milliseconds as everything that IPS tells.
    pub created: Timestamp,
    /// When it was changed last.
    pub last_modified: Timestamp,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How many assets in all.
    pub total: usize,
    /// Those of the page.
    pub records: Vec<Record>,
}

/// The assets around one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// The sets that hold it.
    pub containers: Vec<Record>,
    /// What it holds.
    pub members: Vec<Record>,
    /// What it is a rendition of.
    pub owners: Vec<Record>,
    /// What it was made from: Adobe's word for that is the other way round.
    pub derived: Vec<Record>,
}

impl Record {
    /// The handle, such as `a|942`.
    #[must_use]
    pub fn handle(&self) -> String {
        format!("a|{}", self.number)
    }

    /// The number that such a handle holds.
    #[must_use]
    pub fn number_of(handle: &str) -> Option<u32> {
        handle.strip_prefix("a|")?.parse().ok()
    }
}

impl Found {
    /// Filters, sorts and cuts a list that is small enough for it.
    pub(super) fn among(mut records: Vec<Record>, query: &Query) -> Self {
        records.retain(|record| query.accepts(record));
        records.sort_by(|a, b| query.compare(a, b));
        if query.descending {
            records.reverse();
        }
        Self {
            total: records.len(),
            records: records
                .into_iter()
                .skip(query.offset)
                .take(query.limit)
                .collect(),
        }
    }
}

/// The instant in whole milliseconds, as IPS writes and compares it.
pub(super) fn whole_millis(instant: Timestamp) -> Timestamp {
    Timestamp::from_micros(instant.as_micros().div_euclid(1_000) * 1_000)
}

/// Adds the parents of every folder; the result is sorted.
pub(super) fn with_parents(folders: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut all = std::collections::BTreeSet::new();
    for folder in folders {
        let ends = folder.match_indices('/').map(|(end, _)| end);
        all.extend(ends.map(|end| folder[..end].to_owned()));
        all.insert(folder);
    }
    all.remove("");
    all.into_iter().collect()
}
