//! What can be wrong with a list of URLs, how bad it is, where it is, and the sentence that says so.
//!
//! The sentences are for content editors: what is wrong, then what to do. Nothing is decided here: the checks
//! are in `lint`, the remarks about a whole plan in `remarks`.

use std::borrow::Cow;

/// How much a problem matters. The worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Adobe would refuse the URL, and with it the whole batch: it cannot be sent.
    Blocks,
    /// Probably a mistake; it may be sent.
    Warns,
    /// Worth knowing.
    Info,
}

/// What a problem is about. Lines count from 1, indices point into the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The choice of options, or the list as a whole.
    Options,
    /// The publish server and the root, with which every formed URL starts.
    Site,
    /// A line of the template.
    Template {
        /// Which.
        line: u32,
    },
    /// A line of Add URL.
    Manual {
        /// Which.
        line: u32,
    },
    /// A chosen image preset.
    Preset {
        /// Index into the chosen presets.
        index: u32,
    },
    /// A selected asset.
    Asset {
        /// Index into the selected assets.
        index: u32,
    },
}

/// One problem. Problems compare worst first, then by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// How much it matters.
    pub severity: Severity,
    /// What it is about.
    pub place: Place,
    /// What it is.
    pub kind: ProblemKind,
    /// What would mend it. For a template line: the line as it should be. Otherwise what to put into Add URL,
    /// one URL on each line.
    pub offer: Option<String>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// It starts with neither `http://` nor `https://`.
    NotHttp,
    /// There is no host in it, or none that could exist.
    NoHost,
    /// White space inside.
    WhiteSpace,
    /// A control character inside.
    ControlCharacter,
    /// The path names a company, but not this one.
    ForeignRoot {
        /// What stands there.
        found: String,
        /// The company's root.
        root: String,
    },
    /// The path has nothing, or `<ID>`, where the company must stand.
    MissingRoot {
        /// The company's root.
        root: String,
    },
    /// A shared Adobe host, and a path that Dynamic Media does not serve there.
    NotDynamicMedia,
    /// `/ir/render`: Image Rendering.
    Rendering,
    /// `/e2`: progressive video of Dynamic Media Classic.
    ClassicVideo,
    /// A path that only a rule set of the company can resolve.
    RuleSet,
    /// A host that is not among the company's delivery hosts.
    UnknownHost {
        /// Scheme, host and port as they are written.
        origin: String,
    },
    /// Something that looks like `<ID>` and was not replaced.
    Placeholder {
        /// As it is written.
        found: String,
    },
    /// `&amp;`, pasted from HTML.
    HtmlEntity,
    /// `#...`, which browsers keep to themselves.
    Fragment,
    /// A character that browsers send in its encoded form.
    RawCharacter {
        /// The first such character.
        found: char,
    },
    /// Dynamic Media with OpenAPI capabilities: another CDN.
    OpenApi,
    /// Both options are off, and the host caches each address by itself.
    OnlyBaseUrls,
    /// The template is chosen and has no lines.
    EmptyTemplate,
    /// Presets are chosen and there are none.
    NoPresets,
    /// `ts=<number>`, which changes with each publish.
    Timestamp,
    /// `id=<number>`, a version, which changes with each publish.
    Version,
    /// The same host is not listed with the other scheme.
    SchemeTwin {
        /// What is listed.
        listed: String,
        /// What is not.
        missing: String,
    },
    /// Folding is off, though a host clears every query string with the base URL.
    CouldFold {
        /// How many URLs are concerned.
        urls: usize,
    },
    /// The ID has characters that some sites do not encode.
    RawSpelling {
        /// The asset's ID.
        id: String,
    },
}

impl ProblemKind {
    /// How much it matters.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::NotHttp
            | Self::NoHost
            | Self::WhiteSpace
            | Self::ControlCharacter
            | Self::ForeignRoot { .. }
            | Self::MissingRoot { .. }
            | Self::NotDynamicMedia => Severity::Blocks,
            Self::Rendering
            | Self::ClassicVideo
            | Self::RuleSet
            | Self::UnknownHost { .. }
            | Self::Placeholder { .. }
            | Self::HtmlEntity
            | Self::Fragment
            | Self::RawCharacter { .. }
            | Self::OpenApi
            | Self::OnlyBaseUrls
            | Self::EmptyTemplate
            | Self::NoPresets => Severity::Warns,
            Self::Timestamp
            | Self::Version
            | Self::SchemeTwin { .. }
            | Self::CouldFold { .. }
            | Self::RawSpelling { .. } => Severity::Info,
        }
    }
}

impl Problem {
    pub(super) fn new(place: Place, kind: ProblemKind, offer: Option<String>) -> Self {
        Self {
            severity: kind.severity(),
            place,
            kind,
            offer,
        }
    }

    /// What is wrong and what to do, for a person who is no technician.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one sentence for each kind")]
    pub fn sentence(&self) -> String {
        let sentence = match &self.kind {
            ProblemKind::ForeignRoot { found, .. } if found == SHARED_ROOT => {
                return format!(
                    "“{SHARED_ROOT}” belongs to Adobe and not to your company, so Adobe would refuse the whole request. Remove this URL."
                );
            }
            ProblemKind::ForeignRoot { found, root } => {
                return format!(
                    "The path names the company “{}”, but yours is “{root}” (capital letters matter). Adobe would refuse the whole request: correct or remove this URL.",
                    shortened(found)
                );
            }
            ProblemKind::MissingRoot { root } => {
                return format!(
                    "The path does not name your company. Put “{root}” in front of what is delivered, as in /is/image/{root}/shoe."
                );
            }
            ProblemKind::UnknownHost { origin } => {
                return format!(
                    "“{}” is not a delivery host of your company. Check the address; if it is right, ask an administrator to add the host.",
                    shortened(origin)
                );
            }
            ProblemKind::Placeholder { found } if matches!(self.place, Place::Manual { .. }) => {
                return format!(
                    "In Add URL, “{found}” is not replaced. Write the asset's ID, or put the line into the template."
                );
            }
            ProblemKind::Placeholder { found } => {
                return format!(
                    "“{found}” is not replaced by an asset's ID. Write <ID>, in capital letters, and only in the template; more than one on a line needs the full address, from https:// on."
                );
            }
            ProblemKind::RawCharacter { found } => {
                return format!(
                    "Browsers do not send “{}” as it is but encoded. Copy the address from the browser's developer tools to get the right spelling.",
                    visible(*found)
                );
            }
            ProblemKind::SchemeTwin { listed, missing } => {
                return format!(
                    "Only addresses with {} are listed. If pages also use {}, add those as well: they may be cached on their own.",
                    shortened(listed),
                    shortened(missing)
                );
            }
            ProblemKind::CouldFold { urls } => {
                return format!(
                    "{urls} of these URLs are on a host where the address up to “?” clears all sizes and presets. Let one URL clear those, to send less and to miss nothing."
                );
            }
            ProblemKind::RawSpelling { id } => {
                return format!(
                    "Some sites write the ID “{}” with its special characters as they are. If yours does, add that spelling too: it is cached on its own.",
                    shortened(id)
                );
            }

            ProblemKind::NotHttp => {
                "This is no web address. A URL starts with http:// or https://; give the full one."
            }
            ProblemKind::NoHost => {
                "The address has no valid host name after http:// or https://. Correct it, for example from the page that shows the asset."
            }
            ProblemKind::WhiteSpace => {
                "There is a blank inside the URL. Write %20 for a blank that belongs there, and put each URL on a line of its own."
            }
            ProblemKind::ControlCharacter => {
                "There is an invisible control character inside the URL. Delete the line and type it again."
            }
            ProblemKind::NotDynamicMedia => {
                "Dynamic Media delivers nothing under this path of Adobe's host. Asset addresses go on with /is/image/ or /is/content/."
            }
            ProblemKind::Rendering => {
                "Adobe may refuse rendered images (/ir/render), and with them the whole request. If that happens, send this URL on its own."
            }
            ProblemKind::ClassicVideo => {
                "Adobe may refuse videos of Dynamic Media Classic (/e2), and with them the whole request. If that happens, send this URL on its own."
            }
            ProblemKind::RuleSet => {
                "The path has no /is/image/ or /is/content/ with your company, so Adobe may refuse the whole request. Prefer the asset's full Dynamic Media address if you know it."
            }
            ProblemKind::HtmlEntity => {
                "“&amp;” was copied from HTML source. In an address it is a plain “&”: correct it, or nothing is cleared."
            }
            ProblemKind::Fragment => {
                "What follows “#” never reaches the CDN. Remove it, from the “#” on."
            }
            ProblemKind::OpenApi => {
                "Dynamic Media with OpenAPI is delivered by another CDN, which Adobe clears by itself when you publish. Remove this URL."
            }
            ProblemKind::OnlyBaseUrls => {
                "With both options off, this clears only the bare address of each image, not its sizes and presets. Tick an option if pages use those."
            }
            ProblemKind::EmptyTemplate => {
                "The template has no lines yet, so nothing is formed from it. Write the template, or untick the option."
            }
            ProblemKind::NoPresets => {
                "There is no image preset to use, so only the bare addresses are formed. Choose presets, or untick the option."
            }
            ProblemKind::Timestamp => {
                "The URL has a time stamp (ts=), which changes when the page is published. It usually need not be cleared."
            }
            ProblemKind::Version => {
                "The URL has a version number (id=), which changes with the asset. It usually need not be cleared."
            }
        };
        sentence.to_owned()
    }
}

/// The company of Adobe's own shared assets, which some pages name by mistake.
const SHARED_ROOT: &str = "Scene7SharedAssets";

/// The character, or its number when it cannot be seen.
fn visible(c: char) -> String {
    if c.is_alphanumeric() || c.is_ascii_graphic() {
        c.to_string()
    } else {
        format!("U+{:04X}", u32::from(c))
    }
}

/// Enough of a text to recognise it in a sentence.
fn shortened(text: &str) -> Cow<'_, str> {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
