//! States and origins in the words of the history's pages and exports.

use crate::{
    domain::{BatchState, InvalidationState, UrlOrigin},
    web::view::batch_words,
};

/// A state as a page shows it: a class of the style sheet, the word, the icon.
pub fn state_view(state: InvalidationState) -> (&'static str, &'static str, &'static str) {
    match state {
        InvalidationState::Sending => ("sending", "On its way", "clock"),
        InvalidationState::Paused => ("paused", "Paused", "clock"),
        InvalidationState::Accepted => ("accepted", "Accepted", "check"),
        InvalidationState::Refused => ("refused", "Refused", "error"),
        InvalidationState::Failed => ("failed", "Failed", "error"),
        InvalidationState::Partly => ("refused", "Partly accepted", "warning"),
        InvalidationState::Cancelled => ("cancelled", "Cancelled", "close"),
        InvalidationState::Downloaded => ("downloaded", "Downloaded, not sent", "download"),
    }
}

/// Whether Adobe has taken something, so that there is something to look for.
pub const fn is_taken(state: InvalidationState) -> bool {
    matches!(
        state,
        InvalidationState::Accepted | InvalidationState::Partly
    )
}

/// The state of a batch, likewise.
pub fn batch_view(state: BatchState) -> (&'static str, &'static str, &'static str) {
    let (word, icon) = batch_words(state);
    (state.as_str(), word, icon)
}

/// The origins that URLs are grouped by; they sort in the order of Add Details.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Base URLs.
    Base,
    /// With a preset.
    Preset(String),
    /// Formed by a line of the template.
    Template(u32),
    /// Typed by hand.
    Manual,
}

impl Group {
    /// The one that an origin belongs to.
    pub fn of(origin: &UrlOrigin) -> Self {
        match origin {
            UrlOrigin::Base { .. } => Self::Base,
            UrlOrigin::Preset { preset, .. } => Self::Preset(preset.clone()),
            UrlOrigin::Template { line, .. } | UrlOrigin::Fixed { line } => Self::Template(*line),
            UrlOrigin::Manual { .. } => Self::Manual,
        }
    }

    /// What stands above its URLs.
    pub fn title(&self) -> String {
        match self {
            Self::Base => "Base URLs".to_owned(),
            Self::Preset(name) => format!("With preset {name}"),
            Self::Template(line) => format!("Template line {line}"),
            Self::Manual => "Added by hand".to_owned(),
        }
    }
}
