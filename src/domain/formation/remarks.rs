//! What can only be said of a whole plan: choices that give less than somebody may expect, and other spellings
//! that a site may use.

use super::{
    Input, Origin,
    encode::raw_spelling,
    hosts::Hosts,
    pattern::Pattern,
    plan::Plan,
    problem::{Place, Problem, ProblemKind},
    text,
};

/// Adds the remarks to the plan's problems, which are sorted afterwards.
pub(super) fn add(
    plan: &mut Plan,
    input: &Input<'_>,
    patterns: &[Pattern],
    hosts: &Hosts<'_>,
    could_fold: usize,
) {
    let mut problems = raw_spellings(plan, input, patterns);
    let of_plan = of_options(plan, input, patterns, hosts)
        .into_iter()
        .chain((could_fold > 0).then_some(ProblemKind::CouldFold { urls: could_fold }))
        .chain(
            hosts
                .without_twin()
                .map(|(listed, missing)| ProblemKind::SchemeTwin {
                    listed: listed.to_string(),
                    missing: missing.to_string(),
                }),
        );
    problems.extend(of_plan.map(|kind| Problem::new(Place::Options, kind, None)));
    plan.problems.append(&mut problems);
}

/// What the two options and the texts behind them do not give.
fn of_options(
    plan: &Plan,
    input: &Input<'_>,
    patterns: &[Pattern],
    hosts: &Hosts<'_>,
) -> Vec<ProblemKind> {
    let options = input.options;
    let mut kinds = Vec::new();
    if options.template && text::entries(input.template).next().is_none() {
        kinds.push(ProblemKind::EmptyTemplate);
    }
    if options.presets && input.presets.is_empty() {
        kinds.push(ProblemKind::NoPresets);
    }
    // With both options off, the first pattern is the base URL.
    let host = patterns.first().and_then(|base| base.shape.host);
    let exact = host.is_none_or(|host| !hosts.facts(host).base);
    let formed = plan
        .origins
        .iter()
        .any(|origin| matches!(origin, Origin::Base { .. }));
    if !options.presets && !options.template && exact && formed {
        kinds.push(ProblemKind::OnlyBaseUrls);
    }
    kinds
}

/// For assets whose ID a site may spell otherwise: their URLs in that spelling, as far as they are not listed.
fn raw_spellings(plan: &Plan, input: &Input<'_>, patterns: &[Pattern]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (asset, index) in input.assets.iter().zip(0..) {
        let Some(id) = raw_spelling(&asset.id) else {
            continue;
        };
        let class = asset.class();
        let mut urls: Vec<String> = patterns
            .iter()
            .filter(|pattern| pattern.applies_to(class))
            .map(|pattern| sent_spelling(pattern, &id, input))
            .filter(|url| plan.find(url).is_none())
            .collect();
        urls.sort_unstable();
        urls.dedup();
        if !urls.is_empty() {
            let kind = ProblemKind::RawSpelling {
                id: asset.id.clone(),
            };
            let place = Place::Asset { index };
            problems.push(Problem::new(place, kind, Some(urls.join("\n"))));
        }
    }
    problems
}

fn sent_spelling(pattern: &Pattern, id: &str, input: &Input<'_>) -> String {
    let mut url = String::new();
    pattern.write(id, &mut url);
    if pattern.shape.folds
        && input.options.fold
        && let Some(query) = url.find('?')
    {
        url.truncate(query);
    }
    url
}
