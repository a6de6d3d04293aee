//! Lays the few changed assets over the many computed ones, without going through the many.

use std::{cmp::Ordering, collections::BTreeMap, iter, ops::Range};

use super::super::{Query, Record};

/// Numbers in an order.
#[derive(Debug)]
pub(super) enum Order<'a> {
    /// One after the other.
    Range(Range<u32>),
    /// As an index has them.
    Shared(&'a [u32]),
    /// As they were found.
    Listed(Vec<u32>),
}

/// The order of a query with the changed assets in their places.
#[derive(Debug)]
pub(super) struct Runs<'a> {
    order: &'a Order<'a>,
    runs: Vec<Run>,
}

#[derive(Debug)]
enum Run {
    /// Positions of the order.
    Made(Range<usize>),
    /// One changed asset, by its number.
    Changed(u32),
}

impl Order<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::Shared(list) => list.len(),
            Self::Listed(list) => list.len(),
        }
    }

    fn at(&self, position: usize) -> u32 {
        match self {
            Self::Range(range) => range.start + u32::try_from(position).unwrap_or_default(),
            Self::Shared(list) => list[position],
            Self::Listed(list) => list[position],
        }
    }

    /// How many come before the first of which this is not true.
    fn partition(&self, before: impl Fn(u32) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.at(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

impl<'a> Runs<'a> {
    /// `made` tells how a computed asset was made.
    pub fn new(
        order: &'a Order<'a>,
        changed: &BTreeMap<u32, Option<Record>>,
        query: &Query,
        made: impl Fn(u32) -> Record,
    ) -> Self {
        let place = |record: &Record| {
            order.partition(|number| query.compare(&made(number), record) == Ordering::Less)
        };
        let mut added: Vec<_> = changed
            .values()
            .flatten()
            .filter(|record| query.accepts(record))
            .collect();
        added.sort_by(|a, b| query.compare(a, b));
        let added = added.into_iter().map(|r| (place(r), Some(r.number)));
        let hidden = changed.keys().filter_map(|&number| {
            let position = place(&made(number));
            let there = position < order.len() && order.at(position) == number;
            there.then_some((position, None))
        });
        let mut marks: Vec<_> = added.chain(hidden).collect();
        // Stable, so that what was added stays sorted; before the asset at its position, be that hidden or not.
        marks.sort_by_key(|(position, added)| (*position, added.is_none()));

        let mut runs = Vec::with_capacity(2 * marks.len() + 1);
        let mut from = 0;
        for (position, added) in marks {
            runs.push(Run::Made(from..position));
            from = position;
            match added {
                Some(number) => runs.push(Run::Changed(number)),
                None => from += 1,
            }
        }
        runs.push(Run::Made(from..order.len()));
        Self { order, runs }
    }

    pub fn total(&self) -> usize {
        self.runs.iter().map(Run::len).sum()
    }

    /// The numbers of the query's page.
    pub fn page(&self, query: &Query) -> Box<dyn Iterator<Item = u32> + '_> {
        let total = self.total();
        let first = query.offset.min(total);
        let end = first.saturating_add(query.limit).min(total);
        if query.descending {
            let mut numbers: Vec<_> = self.slice(total - end..total - first).collect();
            numbers.reverse();
            Box::new(numbers.into_iter())
        } else {
            Box::new(self.slice(first..end))
        }
    }

    fn slice(&self, wanted: Range<usize>) -> impl Iterator<Item = u32> {
        let mut runs = self.runs.iter();
        let mut skip = wanted.start;
        let mut current: Option<(&Run, usize)> = None;
        let numbers = iter::from_fn(move || {
            loop {
                if let Some((run, at)) = &mut current
                    && *at < run.len()
                {
                    *at += 1;
                    return Some(match run {
                        Run::Made(positions) => self.order.at(positions.start + *at - 1),
                        Run::Changed(number) => *number,
                    });
                }
                let run = runs.next()?;
                let skipped = skip.min(run.len());
                skip -= skipped;
                current = Some((run, skipped));
            }
        });
        numbers.take(wanted.len())
    }
}

impl Run {
    fn len(&self) -> usize {
        match self {
            Self::Made(positions) => positions.len(),
            Self::Changed(_) => 1,
        }
    }
}
