//! The plan: the URLs in order, each with all its origins, what it covers and what is wrong with it.
//!
//! Owns its texts, so that it outlives the input. It is a value: nothing here changes it.

use std::ops::Range;

use super::{
    Count, Origin, UrlRoot,
    problem::{Place, Problem, ProblemKind, Severity},
    skipped::Skipped,
};
use crate::domain::BATCH_LIMIT;

/// What an invalidation would send.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) text: String,
    pub(super) rows: Vec<Row>,
    pub(super) covered: Vec<Covered>,
    /// Of all rows, one after the other; within a row in the order of the URLs that they formed.
    pub(super) origins: Vec<Origin>,
    pub(super) skipped: Vec<Skipped>,
    /// Sorted.
    pub(super) problems: Vec<Problem>,
    pub(super) count: Count,
}

/// A URL to be sent. What belongs to it ends where that of the next row starts.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Bytes of the text.
    pub url: Range<usize>,
    pub first_origin: usize,
    pub first_covered: usize,
    pub root: UrlRoot,
    pub removed: bool,
}

/// A URL that was folded into a row.
#[derive(Debug, Clone)]
pub(super) struct Covered {
    /// Bytes of the text.
    pub url: Range<usize>,
    pub first_origin: usize,
}

/// A URL of the plan.
#[derive(Debug, Clone, Copy)]
pub struct PlannedUrl<'a> {
    /// What is sent, to the byte.
    pub url: &'a str,
    /// Whose handle it is sent with.
    pub root: UrlRoot,
    /// Taken off the list with X.
    pub removed: bool,
    /// Why it is on the list; those of the URLs that it covers included. Never empty.
    pub origins: &'a [Origin],
    plan: &'a Plan,
    index: usize,
}

/// A URL that is cleared with its base URL.
#[derive(Debug, Clone, Copy)]
pub struct CoveredUrl<'a> {
    /// The URL as it was formed or typed.
    pub url: &'a str,
    /// Where it comes from. Never empty.
    pub origins: &'a [Origin],
}

/// The URLs of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedBatch {
    /// Whose handle it is sent with.
    pub root: UrlRoot,
    /// For [`Plan::get`], ascending; 1 to [`BATCH_LIMIT`] of them.
    pub urls: Vec<usize>,
}

impl Plan {
    /// All URLs, sorted by code point; removed ones included.
    #[must_use]
    pub fn urls(&self) -> impl ExactSizeIterator<Item = PlannedUrl<'_>> {
        self.rows
            .iter()
            .enumerate()
            .map(|(index, row)| self.planned(index, row))
    }

    /// The URL at this place of [`Plan::urls`].
    #[must_use]
    pub fn get(&self, index: usize) -> Option<PlannedUrl<'_>> {
        Some(self.planned(index, self.rows.get(index)?))
    }

    /// The URL that is sent with exactly this text, removed or not.
    #[must_use]
    pub fn find(&self, url: &str) -> Option<PlannedUrl<'_>> {
        let found = self
            .rows
            .binary_search_by(|row| self.text[row.url.clone()].cmp(url));
        self.get(found.ok()?)
    }

    /// The URLs that are not removed.
    pub fn sent(&self) -> impl Iterator<Item = PlannedUrl<'_>> {
        self.urls().filter(|url| !url.removed)
    }

    /// How many URLs there are.
    #[must_use]
    pub fn count(&self) -> Count {
        self.count
    }

    /// Assets that yield nothing, in the order of selection.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// All problems, the worst first, then by place.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether a URL to be sent has a blocking problem. (One of a removed URL, or of a template line that forms
    /// nothing, does not block.)
    #[must_use]
    pub fn blocks(&self) -> bool {
        let worst = self.problems.first().map(|problem| problem.severity);
        worst == Some(Severity::Blocks)
            && self
                .sent()
                .any(|url| url.severity() == Some(Severity::Blocks))
    }

    /// Whether the list depends on [`Options::fold`](crate::domain::Options::fold).
    #[must_use]
    pub fn can_fold(&self) -> bool {
        let could = |problem: &Problem| matches!(problem.kind, ProblemKind::CouldFold { .. });
        !self.covered.is_empty() || self.problems.iter().any(could)
    }

    /// The requests to be sent: the company's, then the alias', each with at most [`BATCH_LIMIT`] URLs.
    #[must_use]
    pub fn batches(&self) -> Vec<PlannedBatch> {
        let of_root = |root: UrlRoot| {
            let urls: Vec<usize> = self
                .sent()
                .filter(|url| url.root == root)
                .map(|url| url.index)
                .collect();
            urls.chunks(BATCH_LIMIT)
                .map(|urls| PlannedBatch {
                    root,
                    urls: urls.to_vec(),
                })
                .collect::<Vec<_>>()
        };
        [UrlRoot::Company, UrlRoot::Alias]
            .into_iter()
            .flat_map(of_root)
            .collect()
    }

    fn planned<'a>(&'a self, index: usize, row: &Row) -> PlannedUrl<'a> {
        PlannedUrl {
            url: &self.text[row.url.clone()],
            root: row.root,
            removed: row.removed,
            origins: &self.origins[row.first_origin..self.origins_end(index)],
            plan: self,
            index,
        }
    }

    fn origins_end(&self, row: usize) -> usize {
        let next = self.rows.get(row + 1);
        next.map_or(self.origins.len(), |next| next.first_origin)
    }

    /// The URLs that a row covers, as indices.
    fn covered_by(&self, row: usize) -> Range<usize> {
        let next = self.rows.get(row + 1);
        let end = next.map_or(self.covered.len(), |next| next.first_covered);
        self.rows[row].first_covered..end
    }

    /// Those of one place and severity stand together.
    fn problems_at(&self, severity: Severity, place: Place) -> Range<usize> {
        let key = (severity, place);
        let before = |problem: &Problem| (problem.severity, problem.place) < key;
        let upto = |problem: &Problem| (problem.severity, problem.place) <= key;
        self.problems.partition_point(before)..self.problems.partition_point(upto)
    }
}

impl<'a> PlannedUrl<'a> {
    /// Its place in [`Plan::urls`].
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The URLs that it clears besides itself, sorted by code point.
    #[must_use]
    pub fn covers(&self) -> impl ExactSizeIterator<Item = CoveredUrl<'a>> + use<'a> {
        let (plan, row) = (self.plan, self.index);
        let covered = plan.covered_by(row);
        let last = covered.end;
        covered.map(move |index| {
            let covered = &plan.covered[index];
            let end = match plan.covered.get(index + 1) {
                Some(next) if index + 1 < last => next.first_origin,
                _ => plan.origins_end(row),
            };
            CoveredUrl {
                url: &plan.text[covered.url.clone()],
                origins: &plan.origins[covered.first_origin..end],
            }
        })
    }

    /// The problems of this URL and of those that it covers, the worst first.
    pub fn problems(&self) -> impl Iterator<Item = &'a Problem> + use<'a> {
        let plan = self.plan;
        let mut found: Vec<usize> = self.problem_indices().collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|index| &plan.problems[index])
    }

    /// How bad the worst of them is.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        let worst = self.problem_indices().min()?;
        Some(self.plan.problems[worst].severity)
    }

    fn problem_indices(&self) -> impl Iterator<Item = usize> + use<'a> {
        let plan = self.plan;
        let places = self.origins.iter().flat_map(|origin| origin.places());
        places.flat_map(move |place| {
            [Severity::Blocks, Severity::Warns, Severity::Info]
                .into_iter()
                .flat_map(move |severity| plan.problems_at(severity, place))
        })
    }
}
