//! Assets, and the three classes that decide what is formed for them.

use super::AssetKey;
use crate::clock::Timestamp;

/// A longer ID, folder or name of a preset, in bytes, does not fit into an index on every database. Adobe's are shorter
/// by far.
pub const LONGEST_KEY: usize = 1_000;

/// Whether an asset with this ID, or a preset of this name, can be kept. What holds U+FFFD is called otherwise at Adobe:
/// it stands for something that could not be read.
#[must_use]
pub fn can_be_kept(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST_KEY && !name.contains(char::REPLACEMENT_CHARACTER)
}

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
    /// Adobe's handle, such as `a|942`. Opaque; unknown for what was imported.
    pub handle: Option<String>,
    /// When it was made, as Dynamic Media tells it.
    pub created_at: Timestamp,
    /// When it was changed last, as Dynamic Media tells it.
    pub changed_at: Timestamp,
    /// Since when Dynamic Media has it no longer, as far as is known.
    pub vanished_at: Option<Timestamp>,
}

impl Asset {
    /// What may be formed for it. Its type decides; the extension of its file only where the type says nothing. An
    /// unknown type is [`AssetClass::Content`]: nothing is formed unasked, and template lines reach it.
    #[must_use]
    pub fn class(&self) -> AssetClass {
        let kind = self.asset_type.as_str();
        let known = AssetClass::ALL
            .into_iter()
            .find(|class| class.types().contains(&kind));
        known.unwrap_or_else(|| {
            if self.has_extension(&UNSUPPORTED_EXTENSIONS) {
                AssetClass::Unsupported
            } else {
                AssetClass::Content
            }
        })
    }

    /// What follows the last dot of the file name; empty when there is no dot.
    #[must_use]
    pub fn extension(&self) -> &str {
        self.file_name
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension)
    }

    pub(super) fn has_extension(&self, any: &[&str]) -> bool {
        any.iter()
            .any(|extension| self.extension().eq_ignore_ascii_case(extension))
    }
}

/// Types that have a base URL under `/is/image`.
const IMAGE_TYPES: [&str; 15] = [
    "Image",
    "AdjustedView",
    "LayerView",
    "ColorSwatch",
    "Watermark",
    "Mask",
    "PsdTemplate",
    "SmartCrop",
    "Template",
    "ImageSet",
    "SpinSet",
    "AssetSet",
    "RenderSet",
    "Catalog",
    "AnimatedGif",
];

/// Types whose files are what they are, whatever they are called.
const CONTENT_TYPES: [&str; 32] = [
    "Video",
    "MasterVideo",
    "VideoCaption",
    "Pdf",
    "PDFSettings",
    "Svg",
    "Css",
    "Javascript",
    "Xml",
    "Xsl",
    "Zip",
    "Flash",
    "Swc",
    "Audio",
    "ThreeD",
    "Font",
    "IccProfile",
    "Aco",
    "Fxg",
    "Vignette",
    "Cabinet",
    "WindowCovering",
    "WindowsCovering",
    "RenderScene",
    "ViewerPreset",
    "ViewerSwf",
    "ImageMap",
    "ZoomTarget",
    "CuePoint",
    "PremierExpressRemix",
    "MBR_SET",
    "USER_DATA",
];

/// The types of the eight formats that Adobe excludes; the last one is how its own pages also spell `Rtf`.
const UNSUPPORTED_TYPES: [&str; 8] = [
    "PostScript",
    "Illustrator",
    "InDesign",
    "PowerPoint",
    "Excel",
    "Word",
    "Rtf",
    "Zip Rtf",
];

/// Extensions of the eight formats that Adobe excludes.
const UNSUPPORTED_EXTENSIONS: [&str; 11] = [
    "ps", "eps", "ai", "indd", "ppt", "pptx", "xls", "xlsx", "doc", "docx", "rtf",
];

/// The type that a file with this extension usually has, as Adobe spells it; empty for an unknown one. Only for assets of
/// which nobody knows the type.
#[must_use]
pub fn type_of_extension(extension: &str) -> &'static str {
    match extension.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "png" | "tif" | "tiff" | "gif" | "bmp" | "psd" | "psb" | "webp"
        | "avif" | "pct" | "pict" | "jp2" | "heic" => "Image",
        "svg" => "Svg",
        "pdf" => "Pdf",
        "mp4" | "mov" | "m4v" | "avi" | "wmv" | "flv" | "mpg" | "mpeg" | "webm" | "mkv" => "Video",
        "vtt" => "VideoCaption",
        "mp3" | "wav" | "m4a" | "aac" | "ogg" => "Audio",
        "css" => "Css",
        "js" => "Javascript",
        "xml" => "Xml",
        "zip" => "Zip",
        "ttf" | "otf" | "woff" | "woff2" => "Font",
        "icc" | "icm" => "IccProfile",
        "glb" | "gltf" | "obj" | "stl" | "usdz" | "dn" => "ThreeD",
        "ps" | "eps" => "PostScript",
        "ai" => "Illustrator",
        "indd" => "InDesign",
        "ppt" | "pptx" => "PowerPoint",
        "xls" | "xlsx" => "Excel",
        "doc" | "docx" => "Word",
        "rtf" => "Rtf",
        _ => "",
    }
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
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Image, Self::Content, Self::Unsupported];

    /// The types that Dynamic Media documents and that are of this class.
    #[must_use]
    pub const fn types(self) -> &'static [&'static str] {
        match self {
            Self::Image => &IMAGE_TYPES,
            Self::Content => &CONTENT_TYPES,
            Self::Unsupported => &UNSUPPORTED_TYPES,
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::formation::testing::asset_of;

    #[test]
    fn the_type_decides_before_the_extension() {
        for (asset_type, file, class) in [
            ("Image", "shoe.jpg", AssetClass::Image),
            ("Image", "drawing.ai", AssetClass::Image),
            ("SpinSet", "", AssetClass::Image),
            ("AnimatedGif", "fun.gif", AssetClass::Image),
            ("Pdf", "catalogue.pdf", AssetClass::Content),
            ("Zip", "odd.docx", AssetClass::Content),
            ("Word", "letter.docx", AssetClass::Unsupported),
            ("PostScript", "logo.eps", AssetClass::Unsupported),
        ] {
            assert_eq!(
                asset_of("a", asset_type, file).class(),
                class,
                "{asset_type} {file}"
            );
        }
    }

    #[test]
    fn the_type_of_an_extension_leads_to_the_class_that_adobe_gives_it() {
        for (file, class) in [
            ("shoe.JPG", AssetClass::Image),
            ("catalogue.pdf", AssetClass::Content),
            ("letter.docx", AssetClass::Unsupported),
            ("logo.eps", AssetClass::Unsupported),
            ("odd.xyz", AssetClass::Content),
        ] {
            let extension = file.rsplit_once('.').unwrap().1;
            let asset = asset_of("a", type_of_extension(extension), file);
            assert_eq!(asset.class(), class, "{file}");
        }
    }

    #[test]
    fn an_unknown_type_is_content_unless_its_extension_is_excluded() {
        for (asset_type, file, class) in [
            ("", "shoe.jpg", AssetClass::Content),
            ("GENERIC", "", AssetClass::Content),
            ("Hologram", "a.b.EPS", AssetClass::Unsupported),
            ("", "letter.docx", AssetClass::Unsupported),
            ("", "docx", AssetClass::Content),
        ] {
            assert_eq!(
                asset_of("a", asset_type, file).class(),
                class,
                "{asset_type} {file}"
            );
        }
    }
}
