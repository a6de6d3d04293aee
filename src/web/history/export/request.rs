//! One request to Adobe as the exports have it: an object of the JSON, and a line of the CSV for each of its URLs.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
};

use serde::Serialize;

use crate::{
    clock::Timestamp,
    domain::{HistoryVerdict, PresetChoice, UrlOrigin},
    store::{HistoryBatch, HistoryCheck, HistoryEntry, HistoryUrl},
    web::view::{Moment, origin_words},
};

/// The columns of the CSV.
pub(super) const COLUMNS: [&str; 22] = [
    "invalidation",
    "submitted_at",
    "by",
    "why",
    "state",
    "options",
    "presets",
    "template_version",
    "request",
    "root",
    "request_state",
    "sent_at",
    "finished_at",
    "adobe_handle",
    "estimated_seconds",
    "adobe_code",
    "reason",
    "url",
    "origins",
    "verdict",
    "url_verdict",
    "url_checked_at",
];

/// One request to Adobe with all that is known of it.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the words of the file")]
pub(super) struct Request {
    invalidation: String,
    submitted_at: String,
    by: String,
    why: String,
    state: &'static str,
    verdict: &'static str,
    options: Vec<&'static str>,
    /// The presets that were chosen; null where all were.
    presets: Option<BTreeSet<String>>,
    template_version: Option<i32>,
    request: i32,
    root: String,
    request_state: &'static str,
    sent_at: Option<String>,
    finished_at: Option<String>,
    adobe_handle: Option<String>,
    estimated_seconds: Option<i32>,
    adobe_code: Option<i32>,
    reason: Option<String>,
    urls: Vec<RequestUrl>,
}

#[derive(Serialize)]
struct RequestUrl {
    url: String,
    origins: Vec<UrlOrigin>,
    verdict: &'static str,
    checks: Vec<UrlCheck>,
}

/// What was seen of a URL, or of one that it covers.
#[derive(Serialize)]
struct UrlCheck {
    url: String,
    verdict: &'static str,
    checked_at: Option<String>,
    doubt: Option<String>,
}

impl Request {
    /// Puts it together. `seen` are the checks of these URLs.
    pub(super) fn new(
        entry: &HistoryEntry,
        batch: &HistoryBatch,
        urls: Vec<HistoryUrl>,
        seen: Vec<HistoryCheck>,
    ) -> Self {
        let mut checks: HashMap<String, Vec<HistoryCheck>> = HashMap::new();
        for mut check in seen {
            let sent_url = mem::take(&mut check.sent_url);
            checks.entry(sent_url).or_default().push(check);
        }
        Self {
            invalidation: entry.id.to_string(),
            submitted_at: machine(entry.submitted_at),
            by: entry.author_email.clone(),
            why: entry.note.clone(),
            state: entry.state.as_str(),
            verdict: entry.verdict.as_str(),
            options: options(entry),
            presets: match &entry.presets {
                PresetChoice::Some(names) if entry.options.presets => Some(names.clone()),
                _ => None,
            },
            template_version: entry.template_version,
            request: batch.position,
            root: batch.root.clone(),
            request_state: batch.state.as_str(),
            sent_at: batch.sent_at.map(machine),
            finished_at: batch.finished_at.map(machine),
            adobe_handle: batch.handle.clone(),
            estimated_seconds: batch.estimated_seconds,
            adobe_code: batch.code,
            reason: batch.reason.clone(),
            urls: urls
                .into_iter()
                .map(|url| RequestUrl::new(url, &mut checks))
                .collect(),
        }
    }

    /// A line for each URL, in the order of [`COLUMNS`].
    pub(super) fn lines(self) -> Vec<[String; COLUMNS.len()]> {
        let number =
            |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
        let presets = Vec::from_iter(self.presets.unwrap_or_default());
        let start = [
            self.invalidation,
            self.submitted_at,
            self.by,
            self.why,
            self.state.to_owned(),
            self.options.join("; "),
            presets.join("; "),
            number(self.template_version),
            self.request.to_string(),
            self.root,
            self.request_state.to_owned(),
            self.sent_at.unwrap_or_default(),
            self.finished_at.unwrap_or_default(),
            self.adobe_handle.unwrap_or_default(),
            number(self.estimated_seconds),
            number(self.adobe_code),
            self.reason.unwrap_or_default(),
        ];
        let lines = self.urls.into_iter().map(|url| {
            let origins: Vec<_> = url.origins.iter().map(origin_words).collect();
            let latest = url
                .checks
                .iter()
                .filter_map(|check| check.checked_at.as_ref());
            let checked_at = latest.max().cloned().unwrap_or_default();
            let mut rest = [
                url.url,
                origins.join("; "),
                self.verdict.to_owned(),
                url.verdict.to_owned(),
                checked_at,
            ]
            .into_iter();
            let mut start = start.iter().cloned();
            std::array::from_fn(|_| start.next().or_else(|| rest.next()).unwrap_or_default())
        });
        lines.collect()
    }
}

/// The switches that were on.
fn options(entry: &HistoryEntry) -> Vec<&'static str> {
    let options = entry.options;
    [
        (options.presets, "presets"),
        (options.template, "template"),
        (options.alias, "alias"),
        (options.fold, "base-urls"),
        (entry.split, "several-requests"),
    ]
    .into_iter()
    .filter_map(|(on, word)| on.then_some(word))
    .collect()
}

impl RequestUrl {
    fn new(url: HistoryUrl, checks: &mut HashMap<String, Vec<HistoryCheck>>) -> Self {
        let checks = checks.remove(&url.url).unwrap_or_default();
        Self {
            verdict: HistoryVerdict::together(checks.iter().map(|check| check.verdict)).as_str(),
            checks: checks.into_iter().map(UrlCheck::from).collect(),
            url: url.url,
            origins: url.origins,
        }
    }
}

impl From<HistoryCheck> for UrlCheck {
    fn from(check: HistoryCheck) -> Self {
        Self {
            url: check.url,
            verdict: check.verdict.as_str(),
            checked_at: check.at.map(machine),
            doubt: check.doubt,
        }
    }
}

fn machine(at: Timestamp) -> String {
    Moment::from(at).machine
}
