//! How many URLs there are at most, without forming them: templates multiply.

use super::{Input, lint::PLACEHOLDER, text};
use crate::domain::Options;

/// At most so many URLs, before merging and folding. Costs next to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpperBound {
    /// For each selected asset.
    pub per_asset: usize,
    /// Whatever is selected.
    pub others: usize,
}

impl UpperBound {
    /// For so many chosen presets. `has_alias`: the company has one.
    #[must_use]
    pub fn new(
        options: Options,
        presets: usize,
        template: &str,
        manual: &str,
        has_alias: bool,
    ) -> Self {
        let roots = if options.alias && has_alias { 2 } else { 1 };
        let presets = if options.presets { presets } else { 0 };
        let base = usize::from(options.presets || !options.template);
        let mut bound = Self {
            per_asset: roots * (base + presets),
            others: text::entries(manual).count(),
        };
        let template = if options.template { template } else { "" };
        // As lines are read when URLs are formed: relative, explicit, fixed.
        for (_, line) in text::entries(template) {
            if line.starts_with(PLACEHOLDER) {
                bound.per_asset += roots;
            } else if line.contains(PLACEHOLDER) {
                bound.per_asset += 1;
            } else {
                bound.others += 1;
            }
        }
        bound
    }

    /// With so many assets.
    #[must_use]
    pub fn urls(self, assets: usize) -> usize {
        self.per_asset * assets + self.others
    }
}

/// At most so many URLs would be formed: tells whether forming is affordable.
#[must_use]
pub fn upper_bound(input: &Input<'_>) -> usize {
    let has_alias = input.site.alias.is_some();
    let (presets, options) = (input.presets.len(), input.options);
    UpperBound::new(options, presets, input.template, input.manual, has_alias)
        .urls(input.assets.len())
}
