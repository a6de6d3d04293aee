//! A part of the history, and the order in which it is gone through.

use super::{
    history::{HistoryCursor, HistoryOrder},
    statement::Statement,
};

/// A part of the history.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Numbers above this.
    pub(super) above: i64,
    /// Numbers below this.
    pub(super) below: i64,
    /// What comes behind this, in the order of the page.
    pub(super) after: Option<HistoryCursor>,
    /// What comes before this.
    pub(super) until: Option<HistoryCursor>,
}

impl Span {
    /// The conditions, each after `and`. One bound on each side: of several, `SQLite` goes by the first, and would walk to a
    /// later page from the beginning.
    pub(super) fn push(self, sql: &mut Statement, number: &'static str, order: HistoryOrder) {
        let behind = self.after.map(|place| (place, order.is_descending()));
        let before = self.until.map(|place| (place, !order.is_descending()));
        let (mut above, mut below) = (self.above, self.below);
        for (place, is_below) in behind.into_iter().chain(before) {
            if order.is_by_size() {
                let sign = if is_below { " < " } else { " > " };
                sql.sql(" and (i.url_count, ")
                    .sql(number)
                    .sql(")")
                    .sql(sign);
                sql.sql("(").number(place.url_count);
                sql.sql(", ").number(place.number).sql(")");
            } else if is_below {
                below = below.min(place.number);
            } else {
                above = above.max(place.number);
            }
        }
        sql.sql(" and ").sql(number).sql(" > ").number(above);
        sql.sql(" and ").sql(number).sql(" < ").number(below);
    }
}

impl HistoryOrder {
    /// `order by`.
    pub(super) fn push(self, sql: &mut Statement, number: &'static str) {
        let direction = if self.is_descending() { " desc" } else { "" };
        sql.sql(" order by ");
        if self.is_by_size() {
            sql.sql("i.url_count").sql(direction).sql(", ");
        }
        sql.sql(number).sql(direction);
    }
}
