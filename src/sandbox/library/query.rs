//! What a search asks of a library, and which assets answer to it.

use std::cmp::Ordering;

use super::Record;
use crate::clock::Timestamp;

/// A search. The default asks for everything that is not in the trash, by creation, in one page.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "as independent as the elements of a search"
)]
pub struct Query {
    /// Only below this folder; the root is the empty one.
    pub folder: String,
    /// What lies deeper too.
    pub subfolders: bool,
    /// Only what is marked for publish, or only what is not.
    pub published: Option<bool>,
    /// What is in the trash instead of what is not.
    pub trashed: bool,
    /// Only these types; all of them when it is empty.
    pub types: Vec<String>,
    /// None of these types.
    pub excluded_types: Vec<String>,
    /// Only what fits these.
    pub conditions: Vec<Condition>,
    /// One fitting condition is enough.
    pub any: bool,
    /// The order.
    pub sort: Sort,
    /// Backwards.
    pub descending: bool,
    /// How many assets come before the page.
    pub offset: usize,
    /// How many the page has at most.
    pub limit: usize,
}

/// An order. Equal assets follow their numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// By creation.
    #[default]
    Created,
    /// By the last change.
    Modified,
    /// By name, in bytes.
    Name,
    /// By type.
    AssetType,
}

/// What an asset has to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// An instant lies within bounds.
    Date(DateField, DateRange),
    /// A text passes a test.
    Text(TextField, TextTest, String),
}

/// The instants of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateField {
    /// When it was made.
    Created,
    /// When it was changed last.
    LastModified,
}

/// Bounds, both included; or what lies outside of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    /// The earliest instant.
    pub min: Timestamp,
    /// The latest instant.
    pub max: Timestamp,
    /// Everything but that.
    pub outside: bool,
}

/// The texts of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextField {
    /// Its ID.
    Name,
    /// The name of its file.
    FileName,
}

/// Tests of a text. Case counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextTest {
    /// It is this.
    Equals,
    /// It is not this.
    NotEquals,
    /// It holds this.
    Contains,
    /// It does not hold this.
    NotContains,
    /// It starts with this.
    StartsWith,
    /// It ends with this.
    EndsWith,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            folder: String::new(),
            subfolders: true,
            published: None,
            trashed: false,
            types: Vec::new(),
            excluded_types: Vec::new(),
            conditions: Vec::new(),
            any: false,
            sort: Sort::default(),
            descending: false,
            offset: 0,
            limit: usize::MAX,
        }
    }
}

impl Query {
    /// Whether an asset is asked for.
    #[must_use]
    pub fn accepts(&self, record: &Record) -> bool {
        let is_of = |types: &[String]| types.iter().any(|known| known == record.asset_type);
        let mut fits = self.conditions.iter().map(|c| c.fits(record));
        record.trashed == self.trashed
            && self
                .published
                .is_none_or(|wanted| record.published == wanted)
            && (self.types.is_empty() || is_of(&self.types))
            && !is_of(&self.excluded_types)
            && self.holds(&record.folder)
            && if self.any && !self.conditions.is_empty() {
                fits.any(|fit| fit)
            } else {
                fits.all(|fit| fit)
            }
    }

    /// The ascending order.
    #[must_use]
    pub fn compare(&self, a: &Record, b: &Record) -> Ordering {
        let order = match self.sort {
            Sort::Created => a.created.cmp(&b.created),
            Sort::Modified => a.last_modified.cmp(&b.last_modified),
            Sort::Name => a.name.cmp(&b.name),
            Sort::AssetType => a.asset_type.cmp(b.asset_type),
        };
        order.then(a.number.cmp(&b.number))
    }

    /// The bounds of the last change, when these are all that the query asks for: a library answers that at once.
    #[must_use]
    pub fn modified_only(&self) -> Option<(Timestamp, Timestamp)> {
        let everything = Self {
            conditions: self.conditions.clone(),
            sort: self.sort,
            descending: self.descending,
            offset: self.offset,
            limit: self.limit,
            ..Self::default()
        };
        if *self != everything {
            return None;
        }
        match self.conditions[..] {
            [] => Some((
                Timestamp::from_micros(i64::MIN),
                Timestamp::from_micros(i64::MAX),
            )),
            [
                Condition::Date(
                    DateField::LastModified,
                    DateRange {
                        min,
                        max,
                        outside: false,
                    },
                ),
            ] => Some((min, max)),
            _ => None,
        }
    }

    fn holds(&self, folder: &str) -> bool {
        match folder.strip_prefix(self.folder.as_str()) {
            Some("") => true,
            Some(rest) => self.subfolders && (self.folder.is_empty() || rest.starts_with('/')),
            None => false,
        }
    }
}

impl Condition {
    fn fits(&self, record: &Record) -> bool {
        match self {
            Self::Date(field, range) => {
                let instant = match field {
                    DateField::Created => record.created,
                    DateField::LastModified => record.last_modified,
                };
                (range.min..=range.max).contains(&instant) != range.outside
            }
            Self::Text(field, test, wanted) => {
                let name = match field {
                    TextField::Name => &record.name,
                    TextField::FileName => &record.file_name,
                };
                match test {
                    TextTest::Equals => name == wanted,
                    TextTest::NotEquals => name != wanted,
                    TextTest::Contains => name.contains(wanted),
                    TextTest::NotContains => !name.contains(wanted),
                    TextTest::StartsWith => name.starts_with(wanted),
                    TextTest::EndsWith => name.ends_with(wanted),
                }
            }
        }
    }
}
