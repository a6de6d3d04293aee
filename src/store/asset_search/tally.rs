//! What the sample says about a filter. Each of its rows is looked at once, however many stages the search has.

use super::{
    filter::Filter,
    snapshot::Snapshot,
    stage::{Order, Stage},
};

/// All numbers are rows of the sample.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// In the sample's order.
    rows: Vec<Seen>,
    pub(super) with_words: usize,
    /// For each needle.
    pub(super) with_needle: Vec<usize>,
    pub(super) in_folder: usize,
    pub(super) of_type: usize,
    pub(super) changed: Narrowed,
    pub(super) recent: Narrowed,
}

/// What holds of a row.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "one for each question")]
struct Seen {
    matches: bool,
    in_folder: bool,
    is_of_type: bool,
    is_changed: bool,
    is_recent: bool,
}

/// Rows of an index that holds all but the folder and the words, and those among them that it cannot exclude.
#[derive(Debug, Default)]
pub(super) struct Narrowed {
    pub(super) rows: usize,
    pub(super) fitting: usize,
}

/// What lies on the ways along a stage.
#[derive(Debug, Default)]
pub(super) struct Walks {
    pub(super) matches: usize,
    /// Along the whole order, or its narrow part.
    pub(super) wide: Walk,
    pub(super) narrow: Walk,
    /// Along those of the type that is wanted.
    pub(super) typed: Walk,
}

#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) rows: usize,
    pub(super) before_first: usize,
}

impl Tally {
    pub(super) fn of(snapshot: &Snapshot, filter: &Filter) -> Self {
        let mut tally = Self::default();
        let mut has_words = vec![true; snapshot.rows.len()];
        for needle in &filter.needles {
            let holding = snapshot.texts.holding(needle);
            tally
                .with_needle
                .push(holding.iter().filter(|holds| **holds).count());
            for (has_words, holds) in has_words.iter_mut().zip(holding) {
                *has_words &= holds;
            }
        }
        for (row, has_words) in snapshot.rows.iter().zip(has_words) {
            let fits = filter.fits(row);
            let in_folder = filter.in_folder(row);
            let is_changed = filter.is_changed(row);
            let seen = Seen {
                matches: has_words && fits && in_folder,
                in_folder,
                is_of_type: filter.is_of_type(row),
                is_changed,
                is_recent: filter.is_recent() && is_changed && Filter::is_recently_changed(row),
            };
            tally.with_words += usize::from(has_words);
            tally.in_folder += usize::from(in_folder);
            tally.of_type += usize::from(seen.is_of_type);
            tally.changed.add(seen.is_changed, fits);
            tally.recent.add(seen.is_recent, fits);
            tally.rows.push(seen);
        }
        tally
    }

    /// Goes through the rows of a stage, in its order.
    pub(super) fn walks(&self, snapshot: &Snapshot, stage: &Stage) -> Walks {
        let mut walks = Walks::default();
        let mut pass = |at: usize| {
            if !stage.holds(&snapshot.rows[at]) {
                return;
            }
            let seen = self.rows[at];
            let (in_wide, in_narrow) = match stage.order {
                Order::Name => (true, seen.in_folder),
                Order::Changed => (seen.is_changed, seen.is_recent),
            };
            walks.matches += usize::from(seen.matches);
            let is_before_first = walks.matches == 0;
            walks.wide.add(in_wide, is_before_first);
            walks.narrow.add(in_narrow, is_before_first);
            walks.typed.add(seen.is_of_type, is_before_first);
        };
        match stage.order {
            Order::Name => (0..snapshot.rows.len()).for_each(&mut pass),
            Order::Changed => snapshot.by_change.iter().copied().for_each(&mut pass),
        }
        walks
    }
}

impl Narrowed {
    fn add(&mut self, is_inside: bool, fits: bool) {
        self.rows += usize::from(is_inside);
        self.fitting += usize::from(is_inside && fits);
    }
}

impl Walk {
    fn add(&mut self, is_inside: bool, is_before_first: bool) {
        self.rows += usize::from(is_inside);
        self.before_first += usize::from(is_inside && is_before_first);
    }
}
