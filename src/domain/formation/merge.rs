//! From the URLs as they were formed to those that are sent: sorted, duplicates and folded ones merged, removed
//! ones marked. Counting takes the same steps and keeps nothing.

use std::{collections::btree_set, iter::Peekable};

use super::{
    Count, Input, Origin,
    gather::Gathered,
    order::Sorted,
    plan::{Covered, Plan, Row},
    remarks,
};

/// The plan of what was gathered.
pub(super) fn merge(gathered: Gathered<'_>, input: &Input<'_>) -> Plan {
    let mut counter = Counter::new(input);
    let mut rows = Vec::with_capacity(gathered.entries.len());
    let mut covered = Vec::new();
    let mut origins = Vec::with_capacity(gathered.entries.len());
    steps(&gathered, |index, step| {
        let removed = counter.see(&gathered, index, step);
        let entry = &gathered.entries[index];
        let (sent, full) = (gathered.sent(index), gathered.full(index));
        if step == Step::NewRow {
            rows.push(Row {
                url: sent.clone(),
                first_origin: origins.len(),
                first_covered: covered.len(),
                root: entry.root,
                removed,
            });
        }
        if step != Step::SameUrl && sent != full {
            covered.push(Covered {
                url: full,
                first_origin: origins.len(),
            });
        }
        origins.push(entry.origin);
    });
    let Gathered {
        text,
        patterns,
        linter,
        skipped,
        could_fold,
        ..
    } = gathered;
    let mut plan = Plan {
        text,
        rows,
        covered,
        origins,
        skipped,
        problems: linter.problems,
        count: counter.count,
    };
    remarks::add(&mut plan, input, &patterns, &linter.hosts, could_fold);
    plan.problems.sort();
    plan.problems.dedup();
    plan
}

/// The count of what was gathered.
pub(super) fn count(gathered: &Gathered<'_>, input: &Input<'_>) -> Count {
    let mut counter = Counter::new(input);
    steps(gathered, |index, step| {
        counter.see(gathered, index, step);
    });
    counter.count
}

/// What an entry adds to those before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A URL to be sent.
    NewRow,
    /// A URL that is sent with the one before.
    NewUrl,
    /// An origin of the URL before.
    SameUrl,
}

/// Visits the entries, by their numbers, in the order in which they are sent.
fn steps(gathered: &Gathered<'_>, mut visit: impl FnMut(usize, Step)) {
    let full = |index| &gathered.text.as_bytes()[gathered.full(index)];
    let mut previous = None;
    for Sorted { index, repeats } in gathered.order() {
        let step = if !repeats {
            Step::NewRow
        } else if previous.map(full) != Some(full(index)) {
            Step::NewUrl
        } else {
            Step::SameUrl
        };
        visit(index, step);
        previous = Some(index);
    }
}

/// Counts rows, and walks along the removed URLs, which are sorted as the rows are.
struct Counter<'a> {
    count: Count,
    row_is_manual: bool,
    row_is_removed: bool,
    removed: Peekable<btree_set::Iter<'a, String>>,
}

impl<'a> Counter<'a> {
    fn new(input: &Input<'a>) -> Self {
        Self {
            count: Count { urls: 0, manual: 0 },
            row_is_manual: false,
            row_is_removed: false,
            removed: input.removed.iter().peekable(),
        }
    }

    /// Says whether the entry's row is removed.
    fn see(&mut self, gathered: &Gathered<'_>, index: usize, step: Step) -> bool {
        if step == Step::NewRow {
            self.row_is_removed =
                self.removed.len() > 0 && self.is_removed(&gathered.text[gathered.sent(index)]);
            self.row_is_manual = false;
            self.count.urls += usize::from(!self.row_is_removed);
        }
        if !self.row_is_manual && matches!(gathered.entries[index].origin, Origin::Manual { .. }) {
            self.row_is_manual = true;
            self.count.manual += 1;
        }
        self.row_is_removed
    }

    /// To be asked about URLs in their order.
    fn is_removed(&mut self, url: &str) -> bool {
        while self
            .removed
            .next_if(|removed| removed.as_str() < url)
            .is_some()
        {}
        self.removed.peek().is_some_and(|removed| *removed == url)
    }
}
