//! Draws an asset's picture as SVG: the product, the asset's ID, and its version in big letters.
//!
//! Each version has other colours than the one before, so that a change is seen at a glance, in a thumbnail too.
//! The drawings are templates, and so escape whatever an ID holds.

use askama::Template;

use super::catalogue::{CatalogueItem, Motif};

/// The largest side that is rendered, in pixels; larger wishes are cut to it.
const LARGEST_SIDE: u32 = 2_000;

/// The shorter side of the drawing in its own units.
const DRAWING: f64 = 400.0;

/// What a request wants of the picture. Nothing given means the default size.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Wish {
    /// `wid=`, in pixels.
    pub width: Option<u32>,
    /// `hei=`, in pixels.
    pub height: Option<u32>,
    /// `scl=`: 1 is the full size, 2 half of it. Ignored when a size is given.
    pub scale: Option<f64>,
}

/// Draws a version of an asset, or one of its crops.
#[must_use]
pub fn draw(item: &CatalogueItem, version: u32, crop: Option<&str>, wish: Wish) -> String {
    let (width, height) = size(ratio(item, crop), wish);
    let short = f64::from(width.min(height));
    let (w, h) = (
        f64::from(width) * DRAWING / short,
        f64::from(height) * DRAWING / short,
    );
    let zoom = if crop.is_some() { 1.45 } else { 1.15 };
    Picture {
        id: &item.id,
        id_size: label_size(&item.id, w),
        version,
        crop,
        kind: kind(item.asset_type),
        motif: item.motif,
        c: colours(item, version),
        width,
        height,
        w,
        h,
        zoom,
    }
    .render()
    .expect("a drawing writes to memory and cannot fail")
}

/// Width by height of the picture in its natural form.
fn ratio(item: &CatalogueItem, crop: Option<&str>) -> f64 {
    let wide = ["/campaigns", "/video"];
    match crop {
        Some("Large") => 16.0 / 10.0,
        Some("Small") => 3.0 / 4.0,
        None if wide.iter().any(|folder| item.folder.ends_with(folder)) => 16.0 / 9.0,
        _ => 1.0,
    }
}

/// The size in pixels for a wish; a side that is not given follows from the other one.
fn size(ratio: f64, wish: Wish) -> (u32, u32) {
    let (width, height) = match (wish.width, wish.height) {
        (Some(width), Some(height)) => (f64::from(width), f64::from(height)),
        (Some(width), None) => (f64::from(width), f64::from(width) / ratio),
        (None, Some(height)) => (f64::from(height) * ratio, f64::from(height)),
        (None, None) => {
            let height = match wish.scale {
                Some(scale) if scale > 0.0 => 1_600.0 / scale,
                _ => DRAWING,
            };
            (height * ratio, height)
        }
    };
    (side(width), side(height))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 1..=2000 just before"
)]
fn side(pixels: f64) -> u32 {
    pixels.round().clamp(1.0, f64::from(LARGEST_SIDE)) as u32
}

/// A size at which the ID fits on one line of the drawing.
fn label_size(id: &str, width: f64) -> f64 {
    let letters = u32::try_from(id.chars().count().max(1)).unwrap_or(u32::MAX);
    ((width - 48.0) / (f64::from(letters) * 0.62)).min(30.0)
}

/// What the sign in the corner says about the asset's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Spin,
    Set,
    Film,
}

fn kind(asset_type: &str) -> Kind {
    match asset_type {
        "SpinSet" => Kind::Spin,
        "ImageSet" | "AssetSet" => Kind::Set,
        "MasterVideo" | "Video" | "AnimatedGif" => Kind::Film,
        _ => Kind::Plain,
    }
}

/// The colours of one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colours {
    /// Behind everything.
    pub ground: &'static str,
    /// The product.
    pub main: &'static str,
    /// Its dark parts, and the letters.
    pub dark: &'static str,
    /// Its light parts.
    pub light: &'static str,
}

/// Neighbours differ as much as eight colours allow: an asset goes to the next with every version.
const COLOURS: [Colours; 8] = [
    colour("#d3e9f2", "#1f7a9c", "#0d3b4f", "#f4fbfd"),
    colour("#ffdcc4", "#d9541e", "#6b2108", "#fff6f0"),
    colour("#d3ead5", "#2f7d4f", "#123a26", "#f5fbf5"),
    colour("#fbd3df", "#b8285a", "#560d27", "#fff4f7"),
    colour("#fcebab", "#c98a00", "#5a3d00", "#fffbea"),
    colour("#e5d6f4", "#7a48b0", "#371b57", "#fbf7ff"),
    colour("#c6efe3", "#0f8a78", "#05403a", "#f2fdfa"),
    colour("#ffd3cc", "#c0392b", "#5c1610", "#fff5f3"),
];

const fn colour(
    ground: &'static str,
    main: &'static str,
    dark: &'static str,
    light: &'static str,
) -> Colours {
    Colours {
        ground,
        main,
        dark,
        light,
    }
}

/// The colours of a version: assets start at different ones, so that the shop is colourful.
#[must_use]
pub fn colours(item: &CatalogueItem, version: u32) -> Colours {
    let start = usize::from(item.fingerprint()[0]);
    let step = usize::try_from(version).unwrap_or(0);
    COLOURS[(start + step) % COLOURS.len()]
}

#[derive(Template)]
#[template(path = "sandbox/picture.svg")]
struct Picture<'a> {
    id: &'a str,
    id_size: f64,
    version: u32,
    crop: Option<&'a str>,
    kind: Kind,
    motif: Motif,
    c: Colours,
    width: u32,
    height: u32,
    w: f64,
    h: f64,
    zoom: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_that_is_not_given_follows_from_the_other() {
        let wide = Wish {
            width: Some(320),
            ..Wish::default()
        };
        assert_eq!(size(16.0 / 9.0, wide), (320, 180));
        assert_eq!(size(1.0, Wish::default()), (400, 400));
    }

    #[test]
    fn no_wish_leads_to_an_empty_or_enormous_picture() {
        for pixels in [0, 1, u32::MAX] {
            let wish = Wish {
                width: Some(pixels),
                height: Some(pixels),
                scale: None,
            };
            let (width, height) = size(1.0, wish);
            assert!((1..=LARGEST_SIDE).contains(&width) && width == height);
        }
        for scale in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e-300] {
            let wish = Wish {
                scale: Some(scale),
                ..Wish::default()
            };
            let (width, height) = size(1.0, wish);
            assert!((1..=LARGEST_SIDE).contains(&width) && width == height);
        }
    }
}
