//! What a look saw, stored small for people: the picture scaled down and encoded anew by us.
//!
//! Encoding anew means that nothing of a host's bytes is ever served from our own address, whatever they hide. The one
//! exception is SVG, which has no pixels of its own: a short one is kept as it is and served under a policy that lets it
//! do nothing. What cannot be read within the limits has no small picture; the check does not need one.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader, Limits, imageops::FilterType};

/// The longest side, in pixels.
const SIDE: u32 = 320;
/// Wider or higher pictures are not read.
const LARGEST_SIDE: u32 = 12_000;
/// Reading may take so much memory, in bytes.
const MEMORY: u64 = 192 * 1024 * 1024;
/// A longer SVG is not kept, in bytes.
const SVG_LIMIT: usize = 64 * 1024;

/// A picture as it is stored and served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallPicture {
    /// `image/png`, `image/jpeg` or `image/svg+xml`.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The small picture of a body; `None` when it is none that we can read. It computes: not for a task that others wait for.
#[must_use]
pub fn small_picture(content_type: Option<&str>, body: &[u8]) -> Option<SmallPicture> {
    let named = content_type.unwrap_or_default().to_ascii_lowercase();
    if named.starts_with("image/svg+xml") {
        return (body.len() <= SVG_LIMIT).then(|| SmallPicture {
            content_type: "image/svg+xml",
            bytes: body.to_vec(),
        });
    }
    let mut reader = ImageReader::new(Cursor::new(body))
        .with_guessed_format()
        .ok()?;
    reader.limits(limits());
    let picture = reader.decode().ok()?;
    let small = if picture.width().max(picture.height()) > SIDE {
        picture.resize(SIDE, SIDE, FilterType::Triangle)
    } else {
        picture
    };
    encode(&small)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(MEMORY);
    limits
}

/// JPEG knows no transparency.
fn encode(picture: &DynamicImage) -> Option<SmallPicture> {
    let (format, content_type, picture) = if picture.color().has_alpha() {
        (
            ImageFormat::Png,
            "image/png",
            DynamicImage::ImageRgba8(picture.to_rgba8()),
        )
    } else {
        (
            ImageFormat::Jpeg,
            "image/jpeg",
            DynamicImage::ImageRgb8(picture.to_rgb8()),
        )
    };
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).ok()?;
    Some(SmallPicture {
        content_type,
        bytes: bytes.into_inner(),
    })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_large_picture_becomes_a_small_one_in_our_own_encoding() {
        let large = DynamicImage::ImageRgb8(RgbImage::from_pixel(900, 300, Rgb([200, 0, 0])));
        for format in [
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::WebP,
            ImageFormat::Gif,
        ] {
            let small = small_picture(Some("image/whatever"), &encoded(&large, format)).unwrap();
            let read = image::load_from_memory(&small.bytes).unwrap();
            assert_eq!((read.width(), read.height()), (SIDE, 107), "{format:?}");
        }
    }

    #[test]
    fn transparency_is_kept() {
        let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(4, 4, Rgba([0, 0, 0, 0])));
        let small = small_picture(None, &encoded(&clear, ImageFormat::Png)).unwrap();
        assert_eq!(small.content_type, "image/png");
    }

    #[test]
    fn what_a_host_hides_behind_a_picture_is_not_kept() {
        let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(2, 2, Rgb([1, 2, 3])));
        let mut body = encoded(&picture, ImageFormat::Png);
        body.extend_from_slice(b"<script>alert(1)</script>");
        let small = small_picture(Some("text/html"), &body).unwrap();
        assert!(!small.bytes.windows(7).any(|bytes| bytes == b"<script"));
    }

    #[test]
    fn what_is_no_picture_or_too_large_has_no_small_one() {
        for (content_type, body) in [
            (Some("image/png"), b"not a picture".to_vec()),
            (Some("application/pdf"), b"%PDF-1.4".to_vec()),
            (Some("image/svg+xml"), vec![b' '; SVG_LIMIT + 1]),
            (None, Vec::new()),
            (Some("image/bmp"), bomb()),
        ] {
            assert_eq!(small_picture(content_type, &body), None, "{content_type:?}");
        }
        let svg = small_picture(Some("image/svg+xml; charset=utf-8"), b"<svg/>").unwrap();
        assert_eq!(svg.content_type, "image/svg+xml");
    }

    /// A PNG's head that promises 50,000 by 50,000 pixels.
    fn bomb() -> Vec<u8> {
        let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(2, 2, Rgb([1, 2, 3])));
        let mut body = encoded(&picture, ImageFormat::Png);
        body[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
        body
    }
}
