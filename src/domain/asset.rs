//! Assets, and the three classes that decide what is formed for them.

use super::AssetKey;

/// One asset of a company's catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Our row.
    pub key: AssetKey,
    /// The asset's ID in Dynamic Media: what replaces `<ID>`. Case-sensitive, never normalised.
    pub id: String,
    /// The name of the file that it came from; may be empty.
    pub file_name: String,
    /// Folder path without slashes at its ends, such as `dms7snapshot/shoes`; empty at the root.
    pub folder: String,
    /// The IPS asset type, as Adobe spells it: `Image`, `SpinSet`, `Pdf`.
    pub asset_type: String,
    /// Marked for publish.
    pub published: bool,
}

/// What may be formed for an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssetClass {
    /// Auto-formed under `/is/image`: images, sets, templates, the still of an animated GIF.
    Image,
    /// Served otherwise, usually under `/is/content`: only explicit template lines and manual URLs reach it.
    Content,
    /// One of the eight formats that Adobe excludes from invalidation.
    Unsupported,
}

impl AssetClass {
    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Content => "content",
            Self::Unsupported => "unsupported",
        }
    }
}
