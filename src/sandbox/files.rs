//! The files below `/is/content`: a PDF, an animated GIF, video manifests. All small, valid and made by hand.
//!
//! Each holds the asset's ID and version where a person sees it, or at least where a test can read it.

use std::fmt::Write as _;

use crate::domain::formation::encode_id;

use super::{catalogue::CatalogueItem, picture::colours};

/// A PDF of one page that says the asset's ID, and its version in big letters.
#[must_use]
pub fn pdf(item: &CatalogueItem, version: u32) -> Vec<u8> {
    let c = colours(item, version);
    let page = format!(
        "{ground} rg 0 0 420 595 re f {main} rg 0 0 420 12 re f\n\
         BT /F1 150 Tf {main} rg 40 330 Td (v{version}) Tj ET\n\
         BT /F1 26 Tf {dark} rg 40 270 Td ({id}) Tj ET\n\
         BT /F1 12 Tf {dark} rg 40 40 Td (Unstale's sandbox) Tj ET",
        ground = pdf_colour(c.ground),
        main = pdf_colour(c.main),
        dark = pdf_colour(c.dark),
        id = pdf_text(&item.id),
    );
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 5 0 R \
         /Resources << /Font << /F1 4 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
    ];

    let mut file = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (number, object) in (1..).zip(&objects) {
        // A row of the cross-reference table has 20 bytes, hence the blank before the line end.
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{number} 0 obj\n{object}\nendobj\n");
    }
    let start = file.len();
    let count = objects.len() + 1;
    let _ = write!(
        file,
        "xref\n0 {count}\n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.into_bytes()
}

/// `#rrggbb` as PDF's three numbers from 0 to 1.
fn pdf_colour(hex: &str) -> String {
    rgb(hex)
        .map(|part| format!("{:.3}", f64::from(part) / 255.0))
        .join(" ")
}

/// Text for a PDF string: Latin-1 in octal, so that the file stays ASCII; other letters become `?`.
fn pdf_text(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, letter| {
        match u8::try_from(u32::from(letter)) {
            Ok(b'(' | b')' | b'\\') => {
                out.push('\\');
                out.push(letter);
            }
            Ok(b' '..=b'~') => out.push(letter),
            Ok(byte) => {
                let _ = write!(out, "\\{byte:03o}");
            }
            Err(_) => out.push('?'),
        }
        out
    })
}

/// The GIF's sides, in pixels.
const GIF_SIDE: u16 = 96;

/// An animated GIF: the version's number, blinking.
#[must_use]
pub fn gif(item: &CatalogueItem, version: u32) -> Vec<u8> {
    let c = colours(item, version);
    let mut file = b"GIF89a".to_vec();
    file.extend(GIF_SIDE.to_le_bytes());
    file.extend(GIF_SIDE.to_le_bytes());
    file.extend([0xf6, 0, 0]); // a palette of 128 colours, of which four are used
    for hex in [c.ground, c.main, c.dark, c.light] {
        file.extend(rgb(hex));
    }
    file.resize(file.len() + (128 - 4) * 3, 0);
    file.extend(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"); // for ever
    let note = format!("{NOTE} v{version}");
    file.extend([0x21, 0xfe, u8::try_from(note.len()).unwrap_or(0)]);
    file.extend(note.bytes());
    file.push(0);
    for (ground, ink) in [(0, 1), (1, 3)] {
        file.extend(b"\x21\xf9\x04\x04\x32\x00\x00\x00"); // shown for half a second
        file.push(0x2c);
        file.extend([0; 4]);
        file.extend(GIF_SIDE.to_le_bytes());
        file.extend(GIF_SIDE.to_le_bytes());
        file.push(0);
        gif_pixels(&mut file, &number_bitmap(version, ground, ink));
    }
    file.push(0x3b);
    file
}

const NOTE: &str = "Unstale's sandbox";

/// Writes pixels as LZW that never compresses: with 7-bit pixels every code is one byte as long as the table is
/// cleared before it outgrows 8 bits, and no encoder is needed.
fn gif_pixels(file: &mut Vec<u8>, pixels: &[u8]) {
    const CLEAR: u8 = 128;
    const END: u8 = 129;
    file.push(7);
    let mut codes = Vec::with_capacity(pixels.len() * 102 / 100 + 2);
    for run in pixels.chunks(100) {
        codes.push(CLEAR);
        codes.extend_from_slice(run);
    }
    codes.push(END);
    for block in codes.chunks(255) {
        file.push(u8::try_from(block.len()).unwrap_or(u8::MAX));
        file.extend_from_slice(block);
    }
    file.push(0);
}

/// The last two digits of a number as a picture of `GIF_SIDE` by `GIF_SIDE` pixels.
fn number_bitmap(number: u32, ground: u8, ink: u8) -> Vec<u8> {
    /// Ten digits, three by five dots each, the top row in the highest bits.
    const DIGITS: [u16; 10] = [
        0o75557, 0o26227, 0o71747, 0o71717, 0o55711, 0o74717, 0o74757, 0o71111, 0o75757, 0o75717,
    ];
    const DOT: usize = 12;
    let side = usize::from(GIF_SIDE);
    let digits = (number % 100).to_string();
    let margin = (side - (digits.len() * 4 - 1) * DOT) / 2;
    let mut pixels = vec![ground; side * side];
    for (place, digit) in digits.chars().enumerate() {
        let Some(dots) = digit.to_digit(10).and_then(|d| DIGITS.get(d as usize)) else {
            continue;
        };
        for dot in (0..15).filter(|dot| dots >> (14 - dot) & 1 == 1) {
            let left = margin + place * 4 * DOT + dot % 3 * DOT;
            let top = (side - 5 * DOT) / 2 + dot / 3 * DOT;
            for row in top..top + DOT {
                pixels[row * side + left..row * side + left + DOT].fill(ink);
            }
        }
    }
    pixels
}

/// An HLS playlist. It names its segments by version, as a new encoding would; they are not delivered.
#[must_use]
pub fn hls(item: &CatalogueItem, version: u32) -> String {
    let id = encode_id(&item.id);
    format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n# Unstale's sandbox, version v{version}\n\
         #EXT-X-STREAM-INF:BANDWIDTH=2600000,RESOLUTION=1280x720\n{id}-0x720-2600k.mp4.m3u8?v={version}\n\
         #EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=854x480\n{id}-0x480-800k.mp4.m3u8?v={version}\n"
    )
}

/// A DASH manifest, as small as one can be.
#[must_use]
pub fn dash(item: &CatalogueItem, version: u32) -> String {
    let id = encode_id(&item.id);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Unstale's sandbox, version v{version} -->\n\
         <MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" mediaPresentationDuration=\"PT12S\">\
         <Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"720\" bandwidth=\"2600000\">\
         <BaseURL>{id}-0x720-2600k.mp4?v={version}</BaseURL></Representation></AdaptationSet></Period></MPD>\n"
    )
}

/// An MP4 file without a film in it: its type, and a free box that holds the version.
#[must_use]
pub fn mp4(version: u32) -> Vec<u8> {
    let note = format!("{NOTE}, version v{version}");
    let mut file = b"\x00\x00\x00\x14ftypisom\x00\x00\x02\x00isom".to_vec();
    file.extend(u32::try_from(note.len() + 8).unwrap_or(8).to_be_bytes());
    file.extend(b"free");
    file.extend(note.bytes());
    file
}

/// The bytes of `#rrggbb`.
fn rgb(hex: &str) -> [u8; 3] {
    let number = u32::from_str_radix(hex.trim_start_matches('#'), 16).unwrap_or(0);
    let [_, red, green, blue] = number.to_be_bytes();
    [red, green, blue]
}
