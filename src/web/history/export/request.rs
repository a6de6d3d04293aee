//! One request to Adobe as the exports have it: an object of the JSON, and a line of the CSV for each of its URLs.

use std::{
    collections::{BTreeSet, HashMap},
    mem,
};

use serde::Serialize;

use crate::{
    clock::Timestamp,
    domain::{HistoryVerdict, PresetChoice, UrlOrigin},
    store::{Batch, Fate, Fates, HistoryCheck, HistoryEntry, HistoryUrl},
    web::view::{Moment, origin_words},
};

/// The columns of the CSV. `state` and `verdict` are of the whole invalidation; those from `request` to `reason` are of the
/// request, but `adobe_handle` and `estimated_seconds` of what took this URL, which in a search for a bad URL is a request
/// of its own. Those at the end are each of their own:
///
/// - `failure`: the sort of failure, a word of [`crate::domain::FailureKind`];
/// - `maybe_taken`: `yes` where an earlier attempt got no clear answer;
/// - `named_url`: the URL that Adobe named when it refused;
/// - `taken`: whether Adobe took this URL: `yes`, `no`, or `unknown` where no answer tells;
/// - `also_clears`: the URLs that this one clears along with itself, with blanks between;
/// - `url_code`, `url_reason`: what Adobe said of this URL, where it named it or a search found it;
/// - `attempts`: how often the request was made, the parts of a search included;
/// - `warnings`: how many warnings Adobe gave to what took this URL;
/// - `url_sent_at`, `url_taken_at`: the instants between which Adobe cleared this URL; of what a search took, those of its
///   own request;
/// - `assets`: the IDs of the assets that were selected, also those that no URL was sent for, with semicolons between; in
///   the first line of each invalidation only, as 50,000 URLs may come from as many assets, and only as many as a cell of a
///   spreadsheet holds: the JSON has all.
pub(super) const COLUMNS: [&str; 34] = [
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
    "failure",
    "maybe_taken",
    "named_url",
    "taken",
    "url_code",
    "url_reason",
    "also_clears",
    "attempts",
    "warnings",
    "url_sent_at",
    "url_taken_at",
    "assets",
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
    /// The IDs of the assets that were selected, also those that no URL was sent for. With the first request only: null
    /// with the others.
    assets: Option<Vec<String>>,
    request: i32,
    root: String,
    request_state: &'static str,
    sent_at: Option<String>,
    finished_at: Option<String>,
    /// How often it was made, the parts of a search included.
    attempts: i32,
    /// Of the request as a whole.
    adobe_handle: Option<String>,
    estimated_seconds: Option<i32>,
    warnings: Option<i32>,
    failure: Option<&'static str>,
    adobe_code: Option<i32>,
    reason: Option<String>,
    /// An earlier attempt got no clear answer.
    maybe_taken: bool,
    /// The URL that Adobe named when it refused.
    named_url: Option<String>,
    urls: Vec<RequestUrl>,
}

#[derive(Serialize)]
struct RequestUrl {
    url: String,
    origins: Vec<UrlOrigin>,
    /// The URLs that it clears along with itself.
    also_clears: Vec<String>,
    /// Whether Adobe took it: `yes`, `no`, or `unknown`.
    taken: &'static str,
    /// Where it did, the instants between which it cleared the URL.
    sent_at: Option<String>,
    taken_at: Option<String>,
    /// Of the request that took it; of a search each part has its own.
    adobe_handle: Option<String>,
    estimated_seconds: Option<i32>,
    warnings: Option<i32>,
    /// What Adobe said of it, where it named it or a search found it.
    adobe_code: Option<i32>,
    reason: Option<String>,
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
        batch: &Batch,
        assets: Option<Vec<String>>,
        urls: Vec<HistoryUrl>,
        seen: Vec<HistoryCheck>,
    ) -> Self {
        let mut checks: HashMap<String, Vec<HistoryCheck>> = HashMap::new();
        for mut check in seen {
            let sent_url = mem::take(&mut check.sent_url);
            checks.entry(sent_url).or_default().push(check);
        }
        let fates = Fates::of(batch);
        let is_found = |named: &&String| {
            let mut found = urls.iter().filter(|url| fates.is_found(url.position));
            found.any(|url| url.url == **named)
        };
        let named_url = batch.named_url.as_ref().filter(|named| !is_found(named));
        let (receipt, failure) = (batch.receipt.as_ref(), batch.failure.as_ref());
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
            assets,
            request: batch.position,
            root: batch.root.clone(),
            request_state: batch.state.as_str(),
            sent_at: batch.sent_at.map(machine),
            finished_at: batch.finished_at.map(machine),
            attempts: batch.attempts,
            adobe_handle: receipt.and_then(|receipt| receipt.handle.clone()),
            estimated_seconds: receipt.and_then(|receipt| receipt.estimated_seconds),
            warnings: receipt.map(|receipt| receipt.warnings),
            failure: failure.map(|failure| failure.kind.as_str()),
            adobe_code: failure.and_then(|failure| failure.code),
            reason: failure.map(|failure| failure.reason.clone()),
            maybe_taken: batch.maybe_taken,
            named_url: named_url.cloned(),
            urls: urls
                .into_iter()
                .map(|url| RequestUrl::new(url, &fates, &mut checks))
                .collect(),
        }
    }

    /// A line for each URL, in the order of [`COLUMNS`].
    pub(super) fn lines(self) -> Vec<[String; COLUMNS.len()]> {
        let number =
            |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
        let presets = Vec::from_iter(self.presets.unwrap_or_default());
        let options = self.options.join("; ");
        let presets = presets.join("; ");
        let mut assets = self.assets.map(|assets| in_one_cell(&assets));
        let lines = self.urls.into_iter().map(|url| {
            let origins: Vec<_> = url.origins.iter().map(origin_words).collect();
            let latest = url
                .checks
                .iter()
                .filter_map(|check| check.checked_at.as_ref());
            let checked_at = latest.max().cloned().unwrap_or_default();
            [
                self.invalidation.clone(),
                self.submitted_at.clone(),
                self.by.clone(),
                self.why.clone(),
                self.state.to_owned(),
                options.clone(),
                presets.clone(),
                number(self.template_version),
                self.request.to_string(),
                self.root.clone(),
                self.request_state.to_owned(),
                self.sent_at.clone().unwrap_or_default(),
                self.finished_at.clone().unwrap_or_default(),
                url.adobe_handle.unwrap_or_default(),
                number(url.estimated_seconds),
                number(self.adobe_code),
                self.reason.clone().unwrap_or_default(),
                url.url,
                origins.join("; "),
                self.verdict.to_owned(),
                url.verdict.to_owned(),
                checked_at,
                self.failure.unwrap_or_default().to_owned(),
                if self.maybe_taken { "yes" } else { "no" }.to_owned(),
                self.named_url.clone().unwrap_or_default(),
                url.taken.to_owned(),
                number(url.adobe_code),
                url.reason.unwrap_or_default(),
                url.also_clears.join(" "),
                self.attempts.to_string(),
                number(url.warnings),
                url.sent_at.unwrap_or_default(),
                url.taken_at.unwrap_or_default(),
                assets.take().unwrap_or_default(),
            ]
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
    fn new(
        url: HistoryUrl,
        fates: &Fates<'_>,
        checks: &mut HashMap<String, Vec<HistoryCheck>>,
    ) -> Self {
        let checks = checks.remove(&url.url).unwrap_or_default();
        let receipt = fates.receipt(url.position, &url.url);
        let refusal = fates.refusal(url.position, &url.url);
        let purge = fates.purge(url.position, &url.url);
        Self {
            taken: taken(fates, &url),
            sent_at: purge.map(|purge| machine(purge.sent_at)),
            taken_at: purge.map(|purge| machine(purge.taken_at)),
            adobe_handle: receipt.and_then(|receipt| receipt.handle.clone()),
            estimated_seconds: receipt.and_then(|receipt| receipt.estimated_seconds),
            warnings: receipt.map(|receipt| receipt.warnings),
            adobe_code: refusal.as_ref().and_then(|refusal| refusal.code),
            reason: refusal.map(|refusal| refusal.reason),
            verdict: HistoryVerdict::together(checks.iter().map(|check| check.verdict)).as_str(),
            checks: checks.into_iter().map(UrlCheck::from).collect(),
            url: url.url,
            origins: url.origins,
            also_clears: url.covers,
        }
    }
}

/// What is still to be sent is not taken yet, unless an earlier attempt is in doubt.
fn taken(fates: &Fates<'_>, url: &HistoryUrl) -> &'static str {
    match fates.fate(url.position, &url.url) {
        Fate::Taken => "yes",
        Fate::Unknown => "unknown",
        Fate::Open if fates.is_in_doubt(url.position) => "unknown",
        Fate::NotTaken | Fate::Open => "no",
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

/// Characters of a cell of a spreadsheet, with some room for what is left out.
const CELL: usize = 32_000;

/// As many IDs as one cell holds, and how many more there are.
fn in_one_cell(ids: &[String]) -> String {
    let mut room = CELL;
    let mut fits = |id: &&String| match room.checked_sub(id.chars().count() + 2) {
        Some(rest) => {
            room = rest;
            true
        }
        None => false,
    };
    let shown: Vec<&str> = ids
        .iter()
        .take_while(|id| fits(id))
        .map(String::as_str)
        .collect();
    let cell = shown.join("; ");
    match ids.len() - shown.len() {
        0 => cell,
        more => format!("{cell}; and {more} more, which the JSON has"),
    }
}
