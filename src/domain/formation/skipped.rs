//! Selected assets that yield no URL, and why: nothing is dropped silently.

use super::pattern::Pattern;
use crate::domain::AssetClass;

/// A selected asset for which nothing is formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// Index into the selected assets.
    pub asset: usize,
    /// Why.
    pub reason: SkipReason,
}

/// Why nothing is formed for an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// Its format is one of those that Adobe excludes.
    Unsupported,
    /// It has no ID.
    NoId,
    /// Only images are formed without a full address, and it is none: *Add its usual URLs* helps.
    NotAutoFormed,
    /// The template alone is chosen, and no line of it has `<ID>`.
    NoTemplateLine,
}

impl SkipReason {
    /// Why these patterns yield nothing for such an asset; `None` when they do yield something.
    pub(super) fn of(class: AssetClass, id: &str, patterns: &[Pattern]) -> Option<Self> {
        if class == AssetClass::Unsupported {
            Some(Self::Unsupported)
        } else if id.is_empty() {
            Some(Self::NoId)
        } else if patterns.iter().any(|pattern| pattern.applies_to(class)) {
            None
        } else if class == AssetClass::Image {
            Some(Self::NoTemplateLine)
        } else {
            Some(Self::NotAutoFormed)
        }
    }

    /// What it is and what to do, for the person who selected the asset.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unsupported => {
                "Adobe does not clear this format (PostScript, EPS, Illustrator, InDesign, PowerPoint, Excel, Word, RTF). Remove the asset; if pages show a picture made from it, select that picture."
            }
            Self::NoId => {
                "This asset has no ID in Dynamic Media, so it has no address. Ask an administrator to refresh the catalogue."
            }
            Self::NotAutoFormed => {
                "URLs are formed automatically for images only. Add its usual URLs to Add URL, or give the template a line with the full address and <ID>."
            }
            Self::NoTemplateLine => {
                "No line of the template has <ID>, so nothing is formed for this asset. Add such a line, or untick the template."
            }
        }
    }
}
