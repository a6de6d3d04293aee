//! The stages of a search: which part of the list is looked at, in which order, and where it goes on.

use super::{
    AssetCursor, AssetQuery, AssetSort, cursor::Place, filter::Filter, snapshot::SampleRow,
    sql::Sql,
};

/// What rows are sorted by: name upwards, or last change downwards; the key decides between equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Name,
    Changed,
}

impl AssetSort {
    pub(super) const fn order(self) -> Order {
        match self {
            Self::Relevance | Self::Name => Order::Name,
            Self::Changed => Order::Changed,
        }
    }
}

/// A part of the list. A search by relevance has several: IDs that begin with all that was typed (and among them first the
/// one that is just that), those that begin with its first word, then all others.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) rank: u8,
    pub(super) order: Order,
    /// Only IDs that begin so.
    pub(super) starting: Option<String>,
    /// Only IDs that do not begin so.
    pub(super) not_starting: Option<String>,
    /// Only what comes after this.
    pub(super) after: Option<AssetCursor>,
}

impl Stage {
    /// The stages of a query in their order, without those that lie before its cursor.
    pub(super) fn of(query: &AssetQuery, filter: &Filter) -> Vec<Self> {
        let order = query.sort.order();
        let prefixes = if query.sort == AssetSort::Relevance {
            filter.prefixes()
        } else {
            Vec::new()
        };
        let (mut stages, mut before) = (Vec::new(), None);
        for (rank, starting) in (0..).zip(prefixes.into_iter().map(Some).chain([None])) {
            stages.push(Self {
                rank,
                order,
                starting: starting.clone(),
                not_starting: before,
                after: None,
            });
            before = starting;
        }
        let after = query
            .after
            .as_ref()
            .filter(|after| after.sort == query.sort);
        if let Some(after) = after {
            stages.retain(|stage| stage.rank >= after.rank);
            if let Some(first) = stages.first_mut().filter(|stage| stage.rank == after.rank) {
                first.after = Some(after.clone());
            }
        }
        stages
    }

    /// Whether a row belongs to this part.
    pub(super) fn holds(&self, row: &SampleRow) -> bool {
        let starts = |prefix: &String| row.id_folded.starts_with(prefix.as_str());
        let after = match &self.after {
            None => true,
            Some(after) => match &after.at {
                Place::Name(name) => *row.id_folded > **name,
                Place::Changed(at) => row.changed_at < *at,
            },
        };
        after
            && self.starting.as_ref().is_none_or(starts)
            && !self.not_starting.as_ref().is_some_and(starts)
    }

    /// The conditions, each after an `and`.
    pub(super) fn push(&self, sql: &mut Sql) {
        if let Some(prefix) = &self.starting {
            sql.push(" and id_folded >= ").bind(prefix.as_str());
            sql.push(" and id_folded < ").bind(end_of(prefix));
        }
        if let Some(prefix) = &self.not_starting {
            sql.push(" and (id_folded < ").bind(prefix.as_str());
            sql.push(" or id_folded >= ").bind(end_of(prefix)).push(")");
        }
        if let Some(after) = &self.after {
            match &after.at {
                Place::Name(name) => {
                    sql.push(" and (id_folded, key) > (").bind(name.as_str());
                }
                Place::Changed(at) => {
                    sql.push(" and (changed_at, key) < (").bind(*at);
                }
            }
            sql.push(", ").bind(after.key.uuid()).push(")");
        }
    }
}

/// What comes after everything that begins with the text, as bytes sort.
pub(super) fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}
