//! *Add its usual URLs*: the addresses under which assets that are not formed automatically are usually
//! delivered, for Add URL, where they can be seen and changed.
//!
//! A guess, and meant as one: which of them a site uses cannot be known from here. Clearing a URL that nobody
//! uses does no harm.

use super::{Asset, AssetClass, Site, formation::encode::encode_id};

/// The usual URLs of an asset under the company's own root, without duplicates. Empty for what is formed
/// automatically, cannot be cleared, or has no usual address.
#[must_use]
pub fn usual_urls(site: &Site, asset: &Asset) -> Vec<String> {
    if asset.id.is_empty() || asset.class() == AssetClass::Unsupported {
        return Vec::new();
    }
    let id = encode_id(&asset.id);
    let mut urls: Vec<String> = Vec::new();
    for (service, suffix) in forms(asset) {
        let Site {
            publish_server,
            root,
            ..
        } = site;
        let url = format!("{publish_server}/is/{service}/{root}/{id}{suffix}");
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    urls
}

/// Service and what follows the ID.
fn forms(asset: &Asset) -> Vec<(&'static str, String)> {
    let extension = encode_id(asset.extension());
    let file = match extension.as_ref() {
        "" => String::new(),
        extension => format!(".{extension}"),
    };
    // Static content is delivered with its extension by some sites, and without it by others.
    let content = [("content", String::new()), ("content", file)];
    let still = ("image", String::new());
    match kind(asset) {
        Kind::Video => video_forms(&asset.id),
        Kind::Svg => [still, ("image", ".svg".to_owned())]
            .into_iter()
            .chain(content)
            .collect(),
        Kind::WithStill => [still].into_iter().chain(content).collect(),
        Kind::Static => content.into(),
        Kind::None => Vec::new(),
    }
}

/// Adaptive streams belong to the adaptive video set, whose ID ends in `-AVS`.
fn video_forms(id: &str) -> Vec<(&'static str, String)> {
    let set = if id.ends_with("-AVS") { "" } else { "-AVS" };
    [
        ("content", format!("{set}.m3u8")),
        ("content", format!("{set}.m3u8?packagedStreaming=true")),
        ("content", format!("{set}.mpd")),
        ("content", ".mp4".to_owned()),
        ("content", String::new()),
        ("image", set.to_owned()),
        ("image", String::new()),
    ]
    .into()
}

enum Kind {
    /// Streams, the file, and a poster picture.
    Video,
    Svg,
    /// A file, and a picture of it: the still of an animation, the first page of a document.
    WithStill,
    Static,
    None,
}

fn kind(asset: &Asset) -> Kind {
    match asset.asset_type.as_str() {
        "Video" | "MasterVideo" | "MBR_SET" => Kind::Video,
        "Svg" => Kind::Svg,
        "Pdf" | "PDFSettings" | "AnimatedGif" => Kind::WithStill,
        // Rendered under /ir/render or /is/agm, or not addressable at all.
        "Fxg"
        | "Vignette"
        | "Cabinet"
        | "WindowCovering"
        | "WindowsCovering"
        | "RenderScene"
        | "ViewerPreset"
        | "ImageMap"
        | "ZoomTarget"
        | "CuePoint"
        | "PremierExpressRemix"
        | "USER_DATA" => Kind::None,
        _ if asset.class() == AssetClass::Image => Kind::None,
        _ if asset.has_extension(&["mp4", "mov", "m4v", "webm", "avi", "wmv"]) => Kind::Video,
        _ if asset.has_extension(&["svg"]) => Kind::Svg,
        _ if asset.has_extension(&["pdf", "gif"]) => Kind::WithStill,
        _ => Kind::Static,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::formation::testing::{asset_of, site};

    fn urls(id: &str, asset_type: &str, file: &str) -> Vec<String> {
        let urls = usual_urls(&site("https://h", "C"), &asset_of(id, asset_type, file));
        let short = |url: &String| url.strip_prefix("https://h/is/").map(str::to_owned);
        urls.iter().filter_map(short).collect()
    }

    #[test]
    fn a_video_has_streams_a_file_and_posters() {
        let expected = [
            "content/C/clip-AVS.m3u8",
            "content/C/clip-AVS.m3u8?packagedStreaming=true",
            "content/C/clip-AVS.mpd",
            "content/C/clip.mp4",
            "content/C/clip",
            "image/C/clip-AVS",
            "image/C/clip",
        ];
        assert_eq!(urls("clip", "Video", "clip.mov"), expected);
        assert!(urls("clip-AVS", "MBR_SET", "").contains(&"content/C/clip-AVS.m3u8".to_owned()));
    }

    #[test]
    fn static_content_comes_with_and_without_its_extension() {
        assert_eq!(
            urls("red shoe", "Pdf", "red shoe.pdf"),
            [
                "image/C/red%20shoe",
                "content/C/red%20shoe",
                "content/C/red%20shoe.pdf"
            ]
        );
        assert_eq!(urls("fun", "AnimatedGif", "fun.gif").len(), 3);
        assert_eq!(urls("logo", "Svg", "logo.svg").len(), 4);
        assert_eq!(
            urls("song", "Audio", "song.mp3"),
            ["content/C/song", "content/C/song.mp3"]
        );
        assert_eq!(urls("x", "", ""), ["content/C/x"]);
    }

    #[test]
    fn images_and_excluded_formats_have_none() {
        for (asset_type, file) in [
            ("Image", "a.gif"),
            ("SpinSet", ""),
            ("Word", "a.docx"),
            ("", "a.eps"),
            ("Vignette", ""),
        ] {
            assert_eq!(urls("a", asset_type, file), [""; 0], "{asset_type} {file}");
        }
        assert_eq!(urls("", "Pdf", "a.pdf"), [""; 0]);
    }
}
