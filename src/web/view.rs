//! Small pieces that several pages show: addresses, times, problems, origins, thumbnails.

use percent_encoding::utf8_percent_encode;
use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    domain::{
        Asset, AssetClass, BatchState, Company, InvalidationId, PublishServer, Site, UrlOrigin,
        formation::{Place, Problem, Severity, encode_id, entries},
    },
};

/// Pixels along each side of a thumbnail, at twice the density of the page.
const THUMBNAIL: u32 = 96;

/// A company's pages start with this.
pub fn company_path(company: &Company) -> String {
    format!("/c/{}", company.slug)
}

/// The pages of one invalidation start with this, and so does its outcome.
pub fn outcome_path(company: &Company, id: InvalidationId) -> String {
    format!("{}/invalidations/{id}", company_path(company))
}

/// A page of a draft: `details`, `assets`, `confirm`.
pub fn draft_path(company: &Company, id: InvalidationId, page: &str) -> String {
    format!("{}/{page}", outcome_path(company, id))
}

/// The history of one asset. `draft` is the start of a draft's addresses: the history is one step above it.
pub fn asset_history(draft: &str, id: &str) -> String {
    let history = draft.rsplit_once('/').map_or("", |(history, _)| history);
    format!("{history}?asset={}", query_value(id))
}

/// A value inside a query string.
pub fn query_value(value: &str) -> String {
    utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A text of somebody's own within a sentence, as `<bdi>` does it where there is markup: one that is written from right to
/// left must not turn the words around it.
pub fn isolated(text: &str) -> String {
    format!("\u{2068}{text}\u{2069}")
}

/// An instant for `<time>`: what machines read, and what people read until the script shows it in their zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// RFC 3339, UTC.
    pub machine: String,
    /// UTC, by the minute.
    pub human: String,
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        let at = at.to_utc();
        let machine =
            time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
        let human = time::macros::format_description!(
            "[day] [month repr:short] [year], [hour]:[minute] UTC"
        );
        Self {
            machine: at.format(machine).unwrap_or_default(),
            human: at.format(human).unwrap_or_default(),
        }
    }
}

/// The class that a severity has in the style sheet.
pub fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocks => "blocks",
        Severity::Warns => "warns",
        Severity::Info => "info",
    }
}

/// The icon that a severity has.
pub fn severity_icon(severity: Severity) -> &'static str {
    match severity {
        Severity::Blocks => "error",
        Severity::Warns => "warning",
        Severity::Info => "info",
    }
}

/// What takes the place of a line of Add URL.
#[derive(Debug, Serialize, Deserialize)]
pub struct Mend {
    /// The line's text.
    pub line: String,
    /// What is put into its place.
    pub by: String,
}

/// A problem as a page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemView {
    /// `blocks`, `warns` or `info`.
    pub class: &'static str,
    /// The icon.
    pub icon: &'static str,
    /// Where it is, in words; empty when the sentence says it.
    pub place: String,
    /// What is wrong and what to do.
    pub sentence: String,
    /// URLs that would help, to be added by a button.
    pub offer: Option<String>,
    /// For a line of Add URL: what takes its place, a [`Mend`] as JSON.
    pub mend: Option<String>,
}

impl ProblemView {
    /// The URLs that it offers to add.
    pub fn offered(&self) -> Vec<&str> {
        self.offer.iter().flat_map(|urls| urls.lines()).collect()
    }

    /// Puts it into words. `assets` and `manual` are those that the plan was formed with.
    pub fn new(problem: &Problem, assets: &[Asset], manual: &str) -> Self {
        let place = match problem.place {
            Place::Template { line } => format!("Template, line {line}"),
            Place::Manual { line } => format!("Add URL, line {line}"),
            Place::Asset { index } => {
                let asset = assets.get(index as usize);
                asset.map(|asset| asset.id.clone()).unwrap_or_default()
            }
            Place::Preset { .. } | Place::Site | Place::Options => String::new(),
        };
        // A template's line is mended in the template.
        let is_template = matches!(problem.place, Place::Template { .. });
        let offer = problem.offer.clone().filter(|_| !is_template);
        Self {
            class: severity_class(problem.severity),
            icon: severity_icon(problem.severity),
            place,
            sentence: problem.sentence(),
            mend: offer
                .as_ref()
                .and_then(|by| mend(problem.place, by, manual)),
            offer,
        }
    }
}

fn mend(place: Place, by: &str, manual: &str) -> Option<String> {
    let Place::Manual { line } = place else {
        return None;
    };
    let (_, text) = entries(manual).find(|(number, _)| *number == line)?;
    let mend = Mend {
        line: text.to_owned(),
        by: by.to_owned(),
    };
    serde_json::to_string(&mend).ok()
}

/// The state of a batch: its word and its icon. Its class in the style sheet is the state's own word.
pub fn batch_words(state: BatchState) -> (&'static str, &'static str) {
    match state {
        BatchState::Waiting => ("Waiting", "clock"),
        BatchState::Sending => ("Sending", "clock"),
        BatchState::Unknown => ("No answer yet", "warning"),
        BatchState::Paused => ("Paused", "clock"),
        BatchState::Accepted => ("Accepted", "check"),
        BatchState::Refused => ("Refused", "error"),
        BatchState::Failed => ("Failed", "error"),
        BatchState::Cancelled => ("Cancelled", "close"),
        BatchState::Downloaded => ("For download, not sent", "download"),
    }
}

/// Where a URL comes from, in a few words.
pub fn origin_words(origin: &UrlOrigin) -> String {
    match origin {
        UrlOrigin::Base { asset } => format!("{asset}, base URL"),
        UrlOrigin::Preset { asset, preset } => format!("{asset} with preset {preset}"),
        UrlOrigin::Template { asset, line } => format!("{asset} in template line {line}"),
        UrlOrigin::Fixed { line } => format!("template line {line}"),
        UrlOrigin::Manual { line } => format!("added by hand, line {line}"),
    }
}

/// Where a URL comes from, all of it: the lines of Add URL together, and of the rest at most so many.
pub fn origins_words(origins: &[UrlOrigin], most: usize) -> String {
    let is_manual = |origin: &&UrlOrigin| matches!(origin, UrlOrigin::Manual { .. });
    let (manual, formed): (Vec<_>, Vec<_>) = origins.iter().partition(is_manual);
    let mut words: Vec<String> = formed
        .iter()
        .take(most)
        .map(|it| origin_words(it))
        .collect();
    if formed.len() > most {
        words.push(format!("and {} more", formed.len() - most));
    }
    let mut lines: Vec<u32> = manual
        .into_iter()
        .filter_map(|origin| match origin {
            UrlOrigin::Manual { line } => Some(*line),
            _ => None,
        })
        .collect();
    lines.sort_unstable();
    match lines[..] {
        [] => {}
        [line] => words.push(origin_words(&UrlOrigin::Manual { line })),
        _ => words.push(format!("added by hand, lines {}", ranges(&lines))),
    }
    words.join(" · ")
}

/// `1–3, 5` of numbers that ascend.
fn ranges(numbers: &[u32]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let runs = runs.map(|run| match run {
        [first, .., last] => format!("{first}–{last}"),
        [one] => one.to_string(),
        [] => String::new(),
    });
    runs.collect::<Vec<_>>().join(", ")
}

/// The picture of an asset, or the icon that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// The publish or preview server's small rendering.
    pub src: Option<String>,
    /// The icon of its kind.
    pub icon: &'static str,
}

impl Thumbnail {
    /// The neutral icon of a URL without an asset.
    pub const NONE: Self = Self {
        src: None,
        icon: "image",
    };

    /// The thumbnail of an asset. `id=` carries its last change, so that neither the edge nor the browser shows an
    /// older one; the server ignores it. It fills the whole square, so that nothing of the icon below it is seen. The
    /// preview server, where there is one, shows what is not published.
    pub fn of(asset: &Asset, site: Option<&Site>, preview: Option<&PublishServer>) -> Self {
        let is_image = asset.class() == AssetClass::Image;
        let src = site.filter(|_| is_image).and_then(|site| {
            let server = if asset.published {
                &site.publish_server
            } else {
                preview?
            };
            Some(format!(
                "{server}/is/image/{}/{}?wid={THUMBNAIL}&hei={THUMBNAIL}&fit=fit,1&id={}",
                site.root,
                encode_id(&asset.id),
                asset.changed_at.as_micros(),
            ))
        });
        Self {
            src,
            icon: type_icon(asset),
        }
    }
}

/// The icon of an asset's type.
fn type_icon(asset: &Asset) -> &'static str {
    match asset.asset_type.as_str() {
        kind if kind.ends_with("Set") => "set",
        kind if kind.contains("Video") => "video",
        _ if asset.class() == AssetClass::Image => "image",
        _ => "document",
    }
}

/// One asset as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetView {
    /// Its row, for the form.
    pub key: String,
    /// Its ID.
    pub id: String,
    /// Its picture.
    pub thumbnail: Thumbnail,
    /// Its type, as Adobe spells it.
    pub asset_type: String,
    /// Its folder.
    pub folder: String,
    /// Marked for publish.
    pub published: bool,
    /// One of the formats that cannot be invalidated.
    pub unsupported: bool,
    /// Since when Dynamic Media has it no longer.
    pub vanished: Option<Moment>,
}

impl AssetView {
    /// Puts it together.
    pub fn new(asset: &Asset, site: Option<&Site>, preview: Option<&PublishServer>) -> Self {
        Self {
            key: asset.key.to_string(),
            id: asset.id.clone(),
            thumbnail: Thumbnail::of(asset, site, preview),
            asset_type: asset.asset_type.clone(),
            folder: asset.folder.clone(),
            published: asset.published,
            unsupported: asset.class() == AssetClass::Unsupported,
            vanished: asset.vanished_at.map(Moment::from),
        }
    }
}

/// A number with its noun: `1 URL`, `2 URLs`.
pub fn counted(number: impl Into<u64>, noun: &str) -> String {
    let number = number.into();
    if number == 1 {
        format!("{} {noun}", grouped(number))
    } else {
        format!("{} {noun}s", grouped(number))
    }
}

/// What is in a draft, `2 assets, 1 added URL`; `None` for an empty one.
pub fn draft_holds(assets: usize, lines: usize) -> Option<String> {
    let parts: Vec<_> = [(assets, "asset"), (lines, "added URL")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| counted(number as u64, noun))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A number with a comma between each three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_nouns_follow_them() {
        assert_eq!(counted(1_u32, "URL"), "1 URL");
        assert_eq!(counted(0_u32, "URL"), "0 URLs");
        assert_eq!(counted(50_000_u32, "URL"), "50,000 URLs");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn lines_of_add_url_are_named_together_and_in_order() {
        let manual = [4, 1, 2, 3, 7].map(|line| UrlOrigin::Manual { line });
        let fixed = [8, 9].map(|line| UrlOrigin::Fixed { line });
        assert_eq!(origins_words(&manual[..1], 5), "added by hand, line 4");
        assert_eq!(origins_words(&manual, 5), "added by hand, lines 1–4, 7");
        assert_eq!(
            origins_words(&[&manual[..2], &fixed].concat(), 1),
            "template line 8 · and 1 more · added by hand, lines 1, 4"
        );
    }

    #[test]
    fn a_moment_reads_well_for_machines_and_people() {
        let moment = Moment::from(Timestamp::from_micros(1_795_388_400_000_000));
        assert_eq!(moment.machine, "2026-11-22T23:00:00Z");
        assert_eq!(moment.human, "22 Nov 2026, 23:00 UTC");
    }
}
