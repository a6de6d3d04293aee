//! Why a URL is on the list.

use super::{Input, problem::Place};
use crate::domain::UrlOrigin;

/// Why a URL is on the list. Indices point into the input; lines count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The base URL of an asset.
    Base {
        /// Which asset.
        asset: u32,
    },
    /// An asset with an image preset.
    Preset {
        /// Which asset.
        asset: u32,
        /// Which preset.
        preset: u32,
    },
    /// An asset put into a template line.
    Template {
        /// Which asset.
        asset: u32,
        /// Which line.
        line: u32,
    },
    /// A template line without `<ID>`.
    Fixed {
        /// Which line.
        line: u32,
    },
    /// Typed into Add URL.
    Manual {
        /// Which line.
        line: u32,
    },
}

/// Company or alias: a batch holds URLs of one root and is sent with its handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UrlRoot {
    /// The company's own root.
    Company,
    /// Its alias.
    Alias,
}

impl Origin {
    /// The asset, if it comes from one.
    #[must_use]
    pub const fn asset(self) -> Option<u32> {
        match self {
            Self::Base { asset } | Self::Preset { asset, .. } | Self::Template { asset, .. } => {
                Some(asset)
            }
            Self::Fixed { .. } | Self::Manual { .. } => None,
        }
    }

    /// The same in words that outlive the plan. Names that `input` does not have, because it is not the one
    /// that was formed, are empty.
    #[must_use]
    pub fn named(self, input: &Input<'_>) -> UrlOrigin {
        let id = |index: u32| {
            let asset = input.assets.get(index as usize);
            asset.map(|asset| asset.id.clone()).unwrap_or_default()
        };
        match self {
            Self::Base { asset } => UrlOrigin::Base { asset: id(asset) },
            Self::Preset { asset, preset } => {
                let preset = input.presets.get(preset as usize);
                UrlOrigin::Preset {
                    asset: id(asset),
                    preset: preset.map(|preset| preset.name.clone()).unwrap_or_default(),
                }
            }
            Self::Template { asset, line } => UrlOrigin::Template {
                asset: id(asset),
                line,
            },
            Self::Fixed { line } => UrlOrigin::Fixed { line },
            Self::Manual { line } => UrlOrigin::Manual { line },
        }
    }

    /// The places whose problems are problems of its URL.
    pub(super) fn places(self) -> impl Iterator<Item = Place> {
        let (first, second) = match self {
            Self::Base { .. } => (Place::Site, None),
            Self::Preset { preset, .. } => (Place::Site, Some(Place::Preset { index: preset })),
            Self::Template { line, .. } | Self::Fixed { line } => (Place::Template { line }, None),
            Self::Manual { line } => (Place::Manual { line }, None),
        };
        let asset = self.asset().map(|index| Place::Asset { index });
        [Some(first), second, asset].into_iter().flatten()
    }
}
