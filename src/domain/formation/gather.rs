//! Writes every URL that the input asks for, one after the other, with its origin: not yet sorted, not yet merged.
//!
//! All URLs stand in one string; an entry is a few numbers. That, and checking a line rather than its URLs, is
//! what keeps forming 50,000 of them a matter of milliseconds.

use std::{borrow::Cow, ops::Range};

use memchr::{memchr, memchr_iter};

use super::{
    Input, Origin, UrlRoot,
    encode::encode_id,
    lint::{Linter, Shape},
    order::{self, Sorted},
    pattern::{FixedLine, Pattern, compile},
    problem::Place,
    skipped::{SkipReason, Skipped},
    text,
};
use crate::domain::{Asset, AssetClass};

/// One URL as it was formed. It ends where the next one starts.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    start: usize,
    /// End of the part that is sent: before `?` when the URL is folded.
    sent_end: usize,
    pub origin: Origin,
    pub root: UrlRoot,
}

/// All that was formed.
pub(super) struct Gathered<'a> {
    /// The URLs, without anything between them.
    pub text: String,
    pub entries: Vec<Entry>,
    pub patterns: Vec<Pattern>,
    pub linter: Linter<'a>,
    pub skipped: Vec<Skipped>,
    /// How many URLs would fold, were folding on.
    pub could_fold: usize,
    fold: bool,
}

pub(super) fn gather<'a>(input: &Input<'a>) -> Gathered<'a> {
    let mut linter = Linter::new(input.site, input.hosts, input.generic);
    let (patterns, fixed) = compile(input, &mut linter);
    let mut gathered = Gathered {
        text: String::new(),
        entries: Vec::new(),
        patterns: Vec::new(),
        linter,
        skipped: Vec::new(),
        could_fold: 0,
        fold: input.options.fold,
    };
    gathered.reserve(input, &patterns, &fixed);
    gathered.form_assets(input, &patterns);
    gathered.patterns = patterns;
    for fixed in fixed {
        let origin = Origin::Fixed { line: fixed.line };
        gathered.push(origin, fixed.shape, |text| text.push_str(fixed.url));
    }
    for (line, url) in text::entries(input.manual) {
        let shape = gathered.linter.url(url, Place::Manual { line });
        gathered.push(Origin::Manual { line }, shape, |text| text.push_str(url));
    }
    gathered
}

impl Gathered<'_> {
    fn form_assets(&mut self, input: &Input<'_>, patterns: &[Pattern]) {
        let classes: Vec<AssetClass> = input.assets.iter().map(Asset::class).collect();
        let ids: Vec<Cow<'_, str>> = input.assets.iter().map(|a| encode_id(&a.id)).collect();
        for (asset, class) in classes.iter().enumerate() {
            let reason = SkipReason::of(*class, &ids[asset], patterns);
            self.skipped
                .extend(reason.map(|reason| Skipped { asset, reason }));
        }
        // In the order of their IDs, so that the order of selection leaves no trace.
        let by_id = order::sorted(ids.len(), |i| ids[i].as_bytes(), |a, b| a.cmp(&b));
        let by_id: Vec<usize> = by_id.map(|sorted| sorted.index).collect();
        for pattern in patterns {
            for &asset in &by_id {
                if !ids[asset].is_empty() && pattern.applies_to(classes[asset]) {
                    let index = u32::try_from(asset).unwrap_or(u32::MAX);
                    let write = |text: &mut String| pattern.write(&ids[asset], text);
                    self.push(pattern.origin(index), pattern.shape, write);
                }
            }
        }
    }

    fn push(&mut self, origin: Origin, shape: Shape, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(&mut self.text);
        let end = self.text.len();
        let mut sent_end = end;
        if shape.folds && self.fold {
            let query = memchr(b'?', &self.text.as_bytes()[start..]);
            sent_end = query.map_or(end, |at| start + at);
        } else if shape.folds {
            self.could_fold += 1;
        }
        if let Some(host) = shape.host {
            self.linter.hosts.mark_used(host);
        }
        self.entries.push(Entry {
            start,
            sent_end,
            origin,
            root: shape.root,
        });
    }

    /// Room for all that may be formed: growing would cost as much as forming does. IDs that are longer once they
    /// are encoded make it grow after all.
    fn reserve(&mut self, input: &Input<'_>, patterns: &[Pattern], fixed: &[FixedLine<'_>]) {
        let ids: usize = input.assets.iter().map(|asset| asset.id.len()).sum();
        let bytes = |pattern: &Pattern| {
            let own: usize = pattern.pieces.iter().map(String::len).sum();
            own * input.assets.len() + (pattern.pieces.len() - 1) * ids
        };
        let fixed_bytes: usize = fixed.iter().map(|fixed| fixed.url.len()).sum();
        let line_ends = memchr_iter(b'\n', input.manual.as_bytes()).count();
        self.text
            .reserve(patterns.iter().map(bytes).sum::<usize>() + fixed_bytes + input.manual.len());
        self.entries
            .reserve(input.assets.len() * patterns.len() + fixed.len() + line_ends + 1);
    }

    /// What is sent for the entry of this number, as bytes of the text.
    pub(super) fn sent(&self, index: usize) -> Range<usize> {
        let entry = &self.entries[index];
        entry.start..entry.sent_end
    }

    /// The URL as it was formed or typed.
    pub(super) fn full(&self, index: usize) -> Range<usize> {
        let next = self.entries.get(index + 1);
        self.entries[index].start..next.map_or(self.text.len(), |next| next.start)
    }

    /// Entries in the order in which they are sent: by what is sent, then by the whole URL, then as formed.
    pub(super) fn order(&self) -> impl ExactSizeIterator<Item = Sorted> {
        let bytes = self.text.as_bytes();
        order::sorted(
            self.entries.len(),
            |index| &bytes[self.sent(index)],
            |a, b| {
                bytes[self.full(a)]
                    .cmp(&bytes[self.full(b)])
                    .then(a.cmp(&b))
            },
        )
    }
}
