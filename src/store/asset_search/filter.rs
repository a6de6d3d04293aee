//! What a row must be like: told to the database, and asked of the sample.

use std::collections::BTreeSet;

use super::{AssetQuery, plan::Access, snapshot::SampleRow, sql::Sql};
use crate::{
    clock::Timestamp,
    domain::AssetClass,
    store::{
        asset_index::NEW_FOR,
        convert::storable,
        fold::{fold, needles},
    },
};

/// More different words than this occur in no asset. `SQLite` allows some 1,000 conditions in a statement.
const MOST_WORDS: usize = 100;
/// Longer IDs do not exist, so none begins with a longer text.
const LONGEST_PREFIX: usize = 2_000;
/// A longer word occurs in no asset.
pub(super) const LONGEST_WORD: usize = 2_400;

/// A query, made ready.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "one for each tick")]
pub(super) struct Filter {
    /// All that was typed, folded, in its order.
    words: Vec<String>,
    /// What each row's searched text must hold.
    pub(super) needles: Vec<String>,
    pub(super) folder: Option<String>,
    pub(super) with_subfolders: bool,
    pub(super) class: Option<AssetClass>,
    pub(super) supported: bool,
    pub(super) asset_type: Option<String>,
    pub(super) published: Option<bool>,
    pub(super) changed_since: Option<i64>,
    pub(super) created_since: Option<i64>,
    pub(super) uncleared: bool,
    pub(super) replaced: bool,
}

impl Filter {
    /// `None` when no asset can be like that.
    pub(super) fn of(query: &AssetQuery) -> Option<Self> {
        let words: Vec<String> = query
            .words
            .iter()
            // Of a sign that is an accent alone a blank is left, which no word holds.
            .map(|word| fold(word).trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect();
        let different: BTreeSet<&String> = words.iter().collect();
        let possible = different.len() <= MOST_WORDS
            && different
                .iter()
                .all(|word| word.len() <= LONGEST_WORD && !word.contains('\0'));
        if !possible {
            return None;
        }
        // The root with all below it is everything.
        let folder = query
            .folder
            .as_deref()
            .filter(|folder| !(folder.is_empty() && query.with_subfolders));
        let needles: BTreeSet<String> = different.iter().flat_map(|word| needles(word)).collect();
        Some(Self {
            needles: needles.into_iter().collect(),
            words,
            folder: folder.map(|folder| storable(folder).into_owned()),
            with_subfolders: query.with_subfolders,
            class: query.class,
            supported: false,
            asset_type: query
                .asset_type
                .as_deref()
                .map(|kind| storable(kind).into_owned()),
            published: query.published,
            changed_since: query.changed_since.map(Timestamp::as_micros),
            created_since: query.created_since.map(Timestamp::as_micros),
            uncleared: query.uncleared,
            replaced: query.replaced,
        })
    }

    /// Whether the index of recent changes holds just what is wanted.
    pub(super) const fn is_recent(&self) -> bool {
        self.uncleared && self.replaced
    }

    /// What the IDs begin with that come first, the narrowest first: all that was typed, then its first word.
    pub(super) fn prefixes(&self) -> Vec<String> {
        let mut prefixes = vec![self.words.join(" ")];
        prefixes.extend(self.words.first().filter(|_| self.words.len() > 1).cloned());
        prefixes.retain(|prefix| !prefix.is_empty() && prefix.len() <= LONGEST_PREFIX);
        prefixes
    }

    /// Whether the row is as everything but the words and the folder wants it.
    pub(super) fn fits(&self, row: &SampleRow) -> bool {
        self.class.is_none_or(|class| row.class == class.as_str())
            && (!self.supported || row.class != AssetClass::Unsupported.as_str())
            && self
                .asset_type
                .as_ref()
                .is_none_or(|kind| *row.asset_type == **kind)
            && self.published.is_none_or(|is| row.published == is)
            && self.is_changed(row)
            && self.created_since.is_none_or(|at| row.created_at >= at)
            && (!self.uncleared || is_uncleared(row))
            && (!self.replaced || is_replaced(row))
    }

    /// Whether a type is wanted that has an index of its own.
    pub(super) fn has_rare_type(&self) -> bool {
        let kind = self.asset_type.as_deref();
        kind.is_some_and(|kind| kind != "Image")
    }

    /// Whether it is of that type and, where that is asked for, marked for publish or not.
    pub(super) fn is_of_type(&self, row: &SampleRow) -> bool {
        self.asset_type.as_deref() == Some(&*row.asset_type)
            && self.published.is_none_or(|is| row.published == is)
    }

    /// Whether it is in the folder.
    pub(super) fn in_folder(&self, row: &SampleRow) -> bool {
        self.folder.as_deref().is_none_or(|folder| {
            let below = row.folder.strip_prefix(folder);
            below.is_some_and(|rest| {
                rest.is_empty() || (self.with_subfolders && rest.starts_with('/'))
            })
        })
    }

    /// Whether it was replaced, and not invalidated since.
    pub(super) fn is_recently_changed(row: &SampleRow) -> bool {
        is_uncleared(row) && is_replaced(row)
    }

    /// Whether it was changed late enough.
    pub(super) fn is_changed(&self, row: &SampleRow) -> bool {
        self.changed_since.is_none_or(|at| row.changed_at >= at)
    }

    /// Whether the indexes by change do not hold all that is asked for.
    pub(super) const fn needs_rows(&self) -> bool {
        self.folder.is_some() || !self.needles.is_empty()
    }

    /// Where it must be, after an `and`. A condition that the access does not go by is written so that no index can serve
    /// it: the planner would take that one and sort.
    pub(super) fn push_folder(&self, sql: &mut Sql, access: Access) {
        let by_folder = matches!(access, Access::Folder | Access::FolderWalk);
        let folder = if by_folder { "folder" } else { "folder || ''" };
        match self.folder.as_deref() {
            Some(path) if !self.with_subfolders => {
                sql.push(&format!(" and {folder} = ")).bind(path);
            }
            Some(path) => {
                // What starts with "folder/" sorts before "folder0", the next character being the digit. The folder
                // itself sorts before both, with others between, such as "folder-2".
                sql.push(&format!(" and {folder} >= ")).bind(path);
                sql.push(&format!(" and {folder} < "))
                    .bind(format!("{path}0"));
                sql.push(" and (folder || '' = ").bind(path);
                sql.push(" or folder || '' >= ")
                    .bind(format!("{path}/"))
                    .push(")");
            }
            None => {}
        }
    }

    /// Everything but the folder and the words, each after an `and`. As with the folder, only what the access goes by is
    /// written so that an index can serve it.
    pub(super) fn push(&self, sql: &mut Sql, access: Access) {
        if let Some(class) = self.class {
            sql.push(" and class = ").bind(class.as_str());
        }
        if self.supported {
            sql.push(" and class <> ")
                .bind(AssetClass::Unsupported.as_str());
        }
        if let Some(kind) = &self.asset_type {
            sql.push(if matches!(access, Access::Type | Access::TypeWalk) {
                // To the letter as in the index.
                " and asset_type <> 'Image' and asset_type = "
            } else {
                " and asset_type || '' = "
            });
            sql.bind(kind.as_str());
        }
        if let Some(is) = self.published {
            sql.push(" and published = ").bind(is);
        }
        if let Some(at) = self.changed_since {
            let by_change = matches!(
                access,
                Access::Changed | Access::Recent | Access::ChangeWalk
            );
            let changed = if by_change {
                "changed_at"
            } else {
                "changed_at + 0"
            };
            sql.push(&format!(" and {changed} >= ")).bind(at);
        }
        if let Some(at) = self.created_since {
            sql.push(" and created_at >= ").bind(at);
        }
        // To the letter as in the index.
        if self.replaced {
            sql.push(&format!(" and changed_at > created_at + {NEW_FOR}"));
        }
        if self.uncleared {
            sql.push(" and (last_invalidated_at is null or changed_at > last_invalidated_at)");
        }
    }

    /// The words, each after an `and`: looked for in each row.
    pub(super) fn push_words(&self, sql: &mut Sql, is_postgres: bool) {
        let contains = if is_postgres { "strpos" } else { "instr" };
        for needle in &self.needles {
            sql.push(&format!(" and {contains}(search_text, "));
            sql.bind(needle.as_str()).push(") > 0");
        }
    }
}

fn is_uncleared(row: &SampleRow) -> bool {
    row.last_invalidated_at.is_none_or(|at| row.changed_at > at)
}

fn is_replaced(row: &SampleRow) -> bool {
    row.changed_at > row.created_at.saturating_add(NEW_FOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: Vec<String>) -> Option<Filter> {
        Filter::of(&AssetQuery {
            words,
            ..AssetQuery::default()
        })
    }

    #[test]
    fn words_are_folded_and_counted_once() {
        let filter = of(["SHOE", "shoe", "", r"50%_\"].map(str::to_owned).to_vec()).unwrap();
        assert_eq!(filter.needles, [r"50%_\", "shoe"]);
        assert_eq!(filter.prefixes(), [r"shoe shoe 50%_\", "shoe"]);
    }

    #[test]
    fn accents_without_a_letter_are_no_words() {
        let filter = of(["´", "shoe¨", "¸"].map(str::to_owned).to_vec()).unwrap();
        assert_eq!(filter.needles, ["shoe"]);
    }

    #[test]
    fn words_that_no_asset_can_hold_are_not_looked_for() {
        assert!(of((0..=MOST_WORDS).map(|n| format!("w{n}")).collect()).is_none());
        assert!(of(vec!["a".repeat(LONGEST_WORD + 1)]).is_none());
        assert!(of(vec!["a\0".to_owned()]).is_none());
    }
}
