//! What a person chooses on Add Details, and the limits.

use std::{collections::BTreeSet, fmt};

use sha2::{Digest as _, Sha256};

/// At most this many URLs in one request to Adobe.
pub const BATCH_LIMIT: usize = 1_000;

/// At most this many URLs in one invalidation.
pub const INVALIDATION_LIMIT: usize = 50_000;

/// The switches of Add Details that decide which URLs are formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent check boxes"
)]
pub struct Options {
    /// *Invalidate asset associated image presets in CDN*.
    pub presets: bool,
    /// *Invalidate based on template*.
    pub template: bool,
    /// *Also clear the alias*.
    pub alias: bool,
    /// Send URLs of `base` hosts as their base URL.
    pub fold: bool,
}

/// Which of the company's presets are used when [`Options::presets`] is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresetChoice {
    /// Every one, those that come later included.
    All,
    /// These, by name. Names that no longer exist are passed over.
    Some(BTreeSet<String>),
}

/// Why a URL is on the list, in words that outlive the plan: kept with the invalidation and shown in its history.
/// Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum UrlOrigin {
    /// The base URL of an asset.
    Base {
        /// The asset's ID.
        asset: String,
    },
    /// An asset with an image preset.
    Preset {
        /// The asset's ID.
        asset: String,
        /// The preset's name.
        preset: String,
    },
    /// An asset put into a template line.
    Template {
        /// The asset's ID.
        asset: String,
        /// The template's line.
        line: u32,
    },
    /// A template line without `<ID>`.
    Fixed {
        /// The template's line.
        line: u32,
    },
    /// Typed into Add URL.
    Manual {
        /// Add URL's line.
        line: u32,
    },
}

impl UrlOrigin {
    /// The ID of the asset that the URL was formed for, if it was.
    #[must_use]
    pub fn asset(&self) -> Option<&str> {
        match self {
            Self::Base { asset } | Self::Preset { asset, .. } | Self::Template { asset, .. } => {
                Some(asset)
            }
            Self::Fixed { .. } | Self::Manual { .. } => None,
        }
    }
}

/// What a list is recognised by, of URLs or of a template's lines. *What you confirm is what is sent*: Confirm's form
/// carries the revision of the list that it shows, and Submit sends nothing when the list has another one by then.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub struct Revision(String);

impl Revision {
    /// The revision of these lines in this order.
    pub fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new();
        for line in lines {
            hash.update(line.as_bytes());
            hash.update(b"\n");
        }
        Self(hex::encode(&hash.finalize()[..12]))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
