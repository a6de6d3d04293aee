//! Which URLs an invalidation sends: from options, presets, template, selected assets and Add URL to a [`Plan`].
//!
//! Everything that shows, counts or sends URLs goes through here. Pure and deterministic: no I/O, no clock, no
//! randomness. A URL is a cache key, so none is ever re-encoded, re-ordered or cleaned.
//!
//! The way: `pattern` makes patterns of the options (`lint` checks each once) · `gather` writes every URL with its
//! origin · `order` sorts them · `merge` makes rows of them · `remarks` adds what only the whole shows.

use std::collections::BTreeSet;

use crate::domain::{Asset, DeliveryHost, GenericHosts, Options, Preset, Site};

mod anatomy;
mod bound;
mod characters;
pub(in crate::domain) mod encode;
mod gather;
mod hosts;
mod lint;
mod merge;
mod order;
mod origin;
pub(in crate::domain) mod pattern;
mod plan;
mod problem;
mod remarks;
mod skipped;
mod text;

#[cfg(test)]
mod folding_tests;
#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod problem_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
pub(in crate::domain) mod testing;

pub use self::{
    bound::{UpperBound, upper_bound},
    encode::encode_id,
    origin::{Origin, UrlRoot},
    plan::{CoveredUrl, Plan, PlannedBatch, PlannedUrl},
    problem::{Place, Problem, ProblemKind, Severity},
    skipped::{SkipReason, Skipped},
    text::{entries, without_entry},
};

/// All that decides which URLs are sent.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// What formed URLs start with.
    pub site: &'a Site,
    /// Who else serves the company's URLs, and the purge scopes. The publish server is known without being here.
    pub hosts: &'a [DeliveryHost],
    /// The hosts that many companies share.
    pub generic: &'a GenericHosts,
    /// The chosen presets; used when [`Options::presets`] is on.
    pub presets: &'a [Preset],
    /// The template; used when [`Options::template`] is on.
    pub template: &'a str,
    /// The switches.
    pub options: Options,
    /// The selected assets. Their order changes nothing but indices.
    pub assets: &'a [Asset],
    /// The text of Add URL.
    pub manual: &'a str,
    /// The URLs that were taken off the list, exactly as they would be sent. Others are passed over.
    pub removed: &'a BTreeSet<String>,
}

/// How many URLs a plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// To be sent: after merging, folding and removals.
    pub urls: usize,
    /// Different ones that Add URL asks for: after merging and folding, removed ones included.
    pub manual: usize,
}

/// Forms the URLs.
#[must_use]
pub fn form(input: &Input<'_>) -> Plan {
    merge::merge(gather::gather(input), input)
}

/// Counts the URLs that [`form`] would give, for the live counter.
#[must_use]
pub fn count(input: &Input<'_>) -> Count {
    merge::count(&gather::gather(input), input)
}
