//! What Add Details shows: the whole page, and the part of it that changes while one types.

use std::collections::HashMap;

use askama::Template;
use askama_web::WebTemplate;

use crate::{
    domain::{
        BATCH_LIMIT, Headline, INVALIDATION_LIMIT, PresetChoice, PurgeScope,
        formation::{
            self, Count, Input, Origin, Place, Plan, PlannedUrl, Problem, ProblemKind, Severity,
            SkipReason,
        },
    },
    ops::plan::{DraftInputs, Unformable},
    web::{
        extract::MyDraft,
        forms::showable,
        shell::Shell,
        view::{AssetView, ProblemView, counted, draft_path, grouped, severity_class},
    },
};

/// How many lines of Add URL, and problems, are listed at the most.
const LISTED: usize = 200;

/// How many selected assets are listed: what stands below them is to stay near.
const ASSETS: usize = 20;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "invalidations/details.html")]
pub struct DetailsPage {
    shell: Shell,
    /// The start of the draft's addresses.
    draft: String,
    presets: bool,
    template: bool,
    alias: Option<bool>,
    fold: Option<bool>,
    some_presets: bool,
    preset_list: Vec<PresetView>,
    template_lines: usize,
    template_href: String,
    assets: Vec<SelectedView>,
    /// Those that are not listed.
    more_assets: usize,
    urls: String,
    /// Why the last press was refused.
    refused: Option<String>,
    live: Live,
}

/// A preset with its tick.
struct PresetView {
    name: String,
    used: bool,
}

/// A selected asset, and why nothing is sent for it, if so.
struct SelectedView {
    asset: AssetView,
    skipped: Option<String>,
    offers_usual: bool,
}

/// The part that changes while one types.
#[derive(Template)]
#[template(path = "invalidations/details_live.html", blocks = ["count", "found"])]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each thing that is said or not"
)]
pub struct Live {
    version: i64,
    /// Whether the list is sent, or only downloaded.
    connected: bool,
    /// `12 URLs`.
    urls: String,
    limit: String,
    /// Next cannot be pressed, and the page says at once why: too many URLs, or no way to form any.
    is_stuck: bool,
    requests: usize,
    /// Tick *Send as N requests*: offered when there are too many, and when it is on.
    offers_split: bool,
    split: bool,
    folded: usize,
    /// Nothing is chosen, and still something would be sent.
    is_template_only: bool,
    problems: Vec<ProblemView>,
    more_problems: usize,
    lines: Vec<LineView>,
    more_lines: usize,
    /// Why Next would be refused now.
    pub refusal: Option<String>,
}

struct LineView {
    text: String,
    class: &'static str,
}

impl DetailsPage {
    /// Puts it together.
    pub fn new(my: &MyDraft, inputs: &DraftInputs) -> Self {
        let draft = &inputs.draft;
        let formed = inputs
            .formation()
            .map(|input| (input, formation::form(&input)));
        let plan = formed.as_ref().ok().map(|(_, plan)| plan);
        let company = &my.at.company;
        Self {
            shell: Shell::at("CDN Invalidation", &my.editor.0, &my.at),
            draft: draft_path(company, draft.id, "")
                .trim_end_matches('/')
                .to_owned(),
            presets: draft.options.presets,
            template: draft.options.template,
            alias: company.alias.as_ref().map(|_| draft.options.alias),
            fold: has_base_host(inputs).then_some(draft.options.fold),
            some_presets: matches!(draft.presets, PresetChoice::Some(_)),
            preset_list: preset_list(inputs),
            template_lines: formation::entries(inputs.template_text()).count(),
            template_href: format!("{}/template", crate::web::view::company_path(company)),
            assets: selected(my, inputs, plan),
            more_assets: inputs.assets.len().saturating_sub(ASSETS),
            urls: showable(&draft.manual_urls),
            refused: None,
            live: Live::of(inputs, &formed),
        }
    }

    /// The same page, with why the press was refused.
    pub fn refused(self, sentence: &str) -> Self {
        Self {
            refused: Some(sentence.to_owned()),
            ..self
        }
    }
}

fn has_base_host(inputs: &DraftInputs) -> bool {
    inputs
        .hosts
        .iter()
        .any(|host| host.scope == PurgeScope::Base)
}

fn preset_list(inputs: &DraftInputs) -> Vec<PresetView> {
    let used = |name: &String| match &inputs.draft.presets {
        PresetChoice::All => true,
        PresetChoice::Some(names) => names.contains(name),
    };
    inputs
        .presets
        .iter()
        .map(|preset| PresetView {
            name: preset.name.clone(),
            used: used(&preset.name),
        })
        .collect()
}

fn selected(my: &MyDraft, inputs: &DraftInputs, plan: Option<&Plan>) -> Vec<SelectedView> {
    let site = inputs.site.as_ref().ok();
    let preview = my.at.preview_server.as_ref();
    let reason = |index: usize| -> Option<SkipReason> {
        plan?
            .skipped()
            .iter()
            .find(|skipped| skipped.asset == index)
            .map(|skipped| skipped.reason)
    };
    let view = |(index, asset)| {
        let offers = site.is_some_and(|site| !crate::domain::usual_urls(site, asset).is_empty());
        let skipped = reason(index);
        SelectedView {
            asset: AssetView::new(asset, site, preview),
            offers_usual: skipped.is_some() && offers,
            skipped: skipped.map(|reason| reason.sentence().to_owned()),
        }
    };
    inputs
        .assets
        .iter()
        .take(ASSETS)
        .enumerate()
        .map(view)
        .collect()
}

impl Live {
    /// Counts, checks and lists what the draft would send.
    pub fn new(inputs: &DraftInputs) -> Self {
        let formed = inputs
            .formation()
            .map(|input| (input, formation::form(&input)));
        Self::of(inputs, &formed)
    }

    fn of(inputs: &DraftInputs, formed: &Result<(Input<'_>, Plan), Unformable>) -> Self {
        let refusal = match formed {
            Ok((input, plan)) => return Self::formed(inputs, input, plan),
            Err(Unformable::MissingSetting(missing)) => format!(
                "{} Reason: {missing}. An administrator can complete the company's settings.",
                Headline::UrlsNotRetrieved.text()
            ),
            Err(Unformable::TooMany(urls)) => too_many(*urls),
        };
        Self {
            refusal: Some(refusal),
            is_stuck: true,
            ..Self::empty(inputs)
        }
    }

    fn empty(inputs: &DraftInputs) -> Self {
        Self {
            version: inputs.draft.version,
            connected: inputs.connected,
            urls: counted(0_u32, "URL"),
            limit: grouped(BATCH_LIMIT as u64),
            is_stuck: false,
            requests: 1,
            offers_split: false,
            split: inputs.draft.split,
            folded: 0,
            is_template_only: false,
            problems: Vec::new(),
            more_problems: 0,
            lines: Vec::new(),
            more_lines: 0,
            refusal: None,
        }
    }

    fn formed(inputs: &DraftInputs, input: &Input<'_>, plan: &Plan) -> Self {
        let count = plan.count();
        let worst = count.urls.max(count.manual);
        let requests = plan.batches().len().max(worst.div_ceil(BATCH_LIMIT));
        let limit = limit_refusal(inputs, plan, worst, requests);
        let found = plan.problems();
        let lines = lines(input.manual, found);
        Self {
            urls: counted(count.urls as u64, "URL"),
            is_stuck: limit.is_some(),
            requests,
            offers_split: worst > BATCH_LIMIT || inputs.draft.split,
            folded: plan.urls().map(|url| url.covers().count()).sum(),
            is_template_only: count.urls > 0 && plan.sent().all(is_of_template_only),
            refusal: limit.or_else(|| empty_refusal(inputs, plan, count)),
            problems: found
                .iter()
                .take(LISTED)
                .map(|problem| ProblemView::new(problem, input.assets, input.manual))
                .collect(),
            more_problems: found.len().saturating_sub(LISTED),
            more_lines: lines.len().saturating_sub(LISTED),
            lines: lines
                .into_iter()
                .take(LISTED)
                .map(|(text, severity)| LineView {
                    text: text.to_owned(),
                    class: severity.map(severity_class).unwrap_or_default(),
                })
                .collect(),
            ..Self::empty(inputs)
        }
    }
}

/// Whether only lines of the template without `<ID>` form it: these are sent whatever is chosen.
fn is_of_template_only(url: PlannedUrl<'_>) -> bool {
    let is_fixed = |origin: &Origin| matches!(origin, Origin::Fixed { .. });
    url.origins.iter().all(is_fixed)
}

/// Why Next would lead to an empty list.
fn empty_refusal(inputs: &DraftInputs, plan: &Plan, count: Count) -> Option<String> {
    if count.urls > 0 || plan.urls().any(|url| url.removed) {
        return None;
    }
    let nothing_chosen = inputs.assets.is_empty() && inputs.draft.manual_urls.trim().is_empty();
    Some(if nothing_chosen {
        "Nothing is selected yet. Add an asset, or a URL, then go on.".to_owned()
    } else {
        "No URL would be sent. Below each asset it says why, and what to do.".to_owned()
    })
}

/// By how many there are too many, and what would help.
fn limit_refusal(
    inputs: &DraftInputs,
    plan: &Plan,
    worst: usize,
    requests: usize,
) -> Option<String> {
    if worst > INVALIDATION_LIMIT {
        return Some(too_many(worst));
    }
    let could_fold = |problem: &Problem| matches!(problem.kind, ProblemKind::CouldFold { .. });
    let fold = if plan.problems().iter().any(could_fold) {
        " clear all sizes and presets with one URL,"
    } else {
        ""
    };
    (worst > BATCH_LIMIT && !inputs.draft.split).then(|| {
        format!(
            "{} are {} too many: one request takes at most {}. Remove an asset or a line with X,{fold} choose fewer \
             presets, or tick “Send as {requests} requests”.",
            counted(worst as u64, "URL"),
            grouped((worst - BATCH_LIMIT) as u64),
            grouped(BATCH_LIMIT as u64),
        )
    })
}

fn too_many(urls: usize) -> String {
    format!(
        "{} are too many: an invalidation takes at most {}. Remove assets or lines, and send the rest in another one.",
        counted(urls as u64, "URL"),
        grouped(INVALIDATION_LIMIT as u64),
    )
}

/// The lines of Add URL with the worst of what is wrong with each, those with problems first.
fn lines<'a>(manual: &'a str, problems: &[Problem]) -> Vec<(&'a str, Option<Severity>)> {
    // Problems come worst first, so that the first one about a line is its worst.
    let mut worst: HashMap<u32, Severity> = HashMap::new();
    for problem in problems {
        if let Place::Manual { line } = problem.place {
            worst.entry(line).or_insert(problem.severity);
        }
    }
    let mut lines: Vec<_> = formation::entries(manual)
        .map(|(number, text)| (text, worst.get(&number).copied()))
        .collect();
    lines.sort_by_key(|(_, severity)| match severity {
        Some(Severity::Blocks) => 0,
        Some(Severity::Warns) => 1,
        Some(Severity::Info) | None => 2,
    });
    lines
}
