//! What a template line, a preset or no option at all makes of an asset: text around its ID.

use super::{
    Input, Origin, UrlRoot,
    lint::{Linter, PLACEHOLDER, Shape},
    problem::{Place, Problem},
    text,
};
use crate::domain::{AssetClass, DeliveryHost, GenericHosts, Site};

/// Text around an asset's ID, and for whom.
pub(super) struct Pattern {
    /// The ID goes between each two.
    pub pieces: Vec<String>,
    /// Formed for assets of the image class only, rather than for every supported one.
    pub images_only: bool,
    pub shape: Shape,
    source: Source,
}

#[derive(Clone, Copy)]
enum Source {
    Base,
    Preset(u32),
    Template(u32),
}

/// A template line without `<ID>`.
pub(super) struct FixedLine<'a> {
    pub line: u32,
    pub url: &'a str,
    pub shape: Shape,
}

impl Pattern {
    pub(super) const fn origin(&self, asset: u32) -> Origin {
        match self.source {
            Source::Base => Origin::Base { asset },
            Source::Preset(preset) => Origin::Preset { asset, preset },
            Source::Template(line) => Origin::Template { asset, line },
        }
    }

    pub(super) fn applies_to(&self, class: AssetClass) -> bool {
        match class {
            AssetClass::Image => true,
            AssetClass::Content => !self.images_only,
            AssetClass::Unsupported => false,
        }
    }

    /// Writes the URL of the asset whose encoded ID this is.
    pub(super) fn write(&self, id: &str, out: &mut String) {
        let mut pieces = self.pieces.iter();
        if let Some(first) = pieces.next() {
            out.push_str(first);
        }
        for piece in pieces {
            out.push_str(id);
            out.push_str(piece);
        }
    }
}

/// The patterns and fixed lines that the input asks for, checked.
pub(super) fn compile<'a>(
    input: &Input<'a>,
    linter: &mut Linter<'_>,
) -> (Vec<Pattern>, Vec<FixedLine<'a>>) {
    let roots = roots(input.site, input.options.alias);
    let mut patterns = Vec::new();
    let mut fixed = Vec::new();
    if input.options.presets || !input.options.template {
        for root in &roots {
            patterns.push(after_id(root, "", Source::Base, linter));
        }
    }
    if input.options.presets {
        for (preset, index) in input.presets.iter().zip(0..) {
            let query = format!("?${}$", preset.name);
            for root in &roots {
                patterns.push(after_id(root, &query, Source::Preset(index), linter));
            }
        }
    }
    if input.options.template {
        compile_template(input.template, &roots, linter, &mut patterns, &mut fixed);
    }
    (patterns, fixed)
}

/// The problems of a template's lines, the worst first.
pub(in crate::domain) fn template_problems(
    template: &str,
    site: &Site,
    hosts: &[DeliveryHost],
    generic: &GenericHosts,
) -> Vec<Problem> {
    let mut linter = Linter::new(site, hosts, generic);
    let roots = roots(site, true);
    compile_template(
        template,
        &roots,
        &mut linter,
        &mut Vec::new(),
        &mut Vec::new(),
    );
    let mut problems = linter.problems;
    problems.sort();
    problems.dedup();
    problems
}

fn compile_template<'a>(
    template: &'a str,
    roots: &[Prefix],
    linter: &mut Linter<'_>,
    patterns: &mut Vec<Pattern>,
    fixed: &mut Vec<FixedLine<'a>>,
) {
    for (line, written) in text::entries(template) {
        let place = Place::Template { line };
        if let Some(rest) = written.strip_prefix(PLACEHOLDER) {
            for root in roots {
                patterns.push(after_id(root, rest, Source::Template(line), linter));
            }
        } else if written.contains(PLACEHOLDER) {
            let pieces: Vec<String> = written.split(PLACEHOLDER).map(str::to_owned).collect();
            patterns.push(Pattern {
                shape: linter.pattern(written, written, &pieces, place),
                pieces,
                images_only: false,
                source: Source::Template(line),
            });
        } else {
            let shape = linter.url(written, place);
            fixed.push(FixedLine {
                line,
                url: written,
                shape,
            });
        }
    }
}

/// What a formed URL starts with, up to the ID.
struct Prefix {
    text: String,
    root: UrlRoot,
}

fn roots(site: &Site, with_alias: bool) -> Vec<Prefix> {
    let alias = site
        .alias
        .as_ref()
        .filter(|alias| with_alias && alias.root != site.root)
        .map(|alias| (&alias.root, UrlRoot::Alias));
    [(&site.root, UrlRoot::Company)]
        .into_iter()
        .chain(alias)
        .map(|(name, root)| Prefix {
            text: format!("{}/is/image/{name}/", site.publish_server),
            root,
        })
        .collect()
}

/// The prefix, the ID, and `rest` untouched.
fn after_id(prefix: &Prefix, rest: &str, source: Source, linter: &mut Linter<'_>) -> Pattern {
    let place = match source {
        Source::Base => Place::Site,
        Source::Preset(index) => Place::Preset { index },
        Source::Template(line) => Place::Template { line },
    };
    let pieces = vec![prefix.text.clone(), rest.to_owned()];
    let written = format!("{PLACEHOLDER}{rest}");
    let full = format!("{}{written}", prefix.text);
    let shape = linter.pattern(&written, &full, &pieces, place);
    Pattern {
        pieces,
        images_only: true,
        shape: Shape {
            root: prefix.root,
            ..shape
        },
        source,
    }
}
