//! What the asset with a number is: everything is computed, nothing is stored.
//!
//! Names are realistic, of many folders and types, and each leads back to its number.

use super::super::Record;
use crate::clock::Timestamp;

/// In code point order, and none the beginning of another: a name's place follows from its brand and its number.
const BRANDS: [&str; 12] = [
    "ALP", "BRG", "CIM", "DOL", "FJL", "GLO", "HUT", "KAR", "NRD", "PIZ", "SUM", "WND",
];
const COLOURS: [&str; 10] = [
    "red", "navy", "olive", "black", "white", "sand", "petrol", "rust", "lemon", "grey",
];
const PARTS: [&str; 5] = ["top", "bottom", "inner", "outer", "mid"];
const WEARS: [&str; 9] = [
    "Shirt", "Jacket", "Trousers", "Shell", "Fleece", "Sock", "Boot", "Glove", "Parka",
];
/// The last one is decomposed: the same letters to the eye, other bytes.
const UMLAUTS: [&str; 5] = ["Mütze", "Größe", "Überhose", "Fußschlupf", "Gu\u{308}rtel"];
const AREAS: [&str; 12] = [
    "archive",
    "brand",
    "campaigns",
    "editorial",
    "kids",
    "lookbook",
    "marketplaces",
    "men",
    "outlet",
    "press",
    "shop",
    "women",
];

const DIGITS: u64 = 100_000_000;
/// It shares no factor with [`DIGITS`], so every number has eight digits of its own.
const STEP: u64 = 61_803_399;
const FIRST: u64 = 78_106_871;
/// The least power of every such step that is 1.
const CYCLE: u64 = 5_000_000;

/// How many kinds of folder there are at most.
pub(super) const MOST_FOLDERS: u64 = 3_000;

/// Bytes that are as good as drawn, the same at every start.
fn drawn(number: u32, what: u64) -> u64 {
    let mut z = u64::from(number)
        .wrapping_add(what << 32)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn pick<T: Copy>(from: &[T], number: u32, what: u64) -> T {
    let length = from.len() as u64;
    from[usize::try_from(drawn(number, what) % length).unwrap_or_default()]
}

/// Where a name stands among all others: compares as the names do.
pub(super) fn name_key(number: u32) -> (&'static str, u64) {
    (pick(&BRANDS, number, 1), digits(number))
}

fn digits(number: u32) -> u64 {
    (u64::from(number) * STEP + FIRST) % DIGITS
}

/// The name of the asset with this number: `GLO_78106871_red_bottom-Shirt_11`.
pub(super) fn name(number: u32) -> String {
    let (brand, digits) = name_key(number);
    let colour = pick(&COLOURS, number, 2);
    let part = pick(&PARTS, number, 3);
    let wear = if drawn(number, 4).is_multiple_of(50) {
        pick(&UMLAUTS, number, 5)
    } else {
        pick(&WEARS, number, 5)
    };
    let view = drawn(number, 6) % 24 + 1;
    format!("{brand}_{digits:08}_{colour}_{part}-{wear}_{view}")
}

/// The number whose name this would be; whether it is has to be looked at.
pub(super) fn number_of(name: &str) -> Option<u32> {
    let digits: u64 = name.split('_').nth(1)?.parse().ok()?;
    let distance = (digits % DIGITS + DIGITS - FIRST) % DIGITS;
    u32::try_from(distance * power(STEP, CYCLE - 1) % DIGITS).ok()
}

const fn power(base: u64, mut exponent: u64) -> u64 {
    let (mut base, mut result) = (base, 1);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result * base % DIGITS;
        }
        base = base * base % DIGITS;
        exponent /= 2;
    }
    result
}

/// Type, subtype and what its files end with: mostly images, and something of everything.
pub(super) fn kind(number: u32) -> (&'static str, &'static str, &'static str) {
    match drawn(number, 7) % 1_000 {
        0..25 => ("ImageSet", "", ""),
        25..33 => ("SpinSet", "", ""),
        33..40 => ("AssetSet", "MixedMedia", ""),
        40..52 => ("MasterVideo", "", ".mp4"),
        52..70 => ("Pdf", "", ".pdf"),
        70..74 => ("AnimatedGif", "", ".gif"),
        74..78 => ("Svg", "", ".svg"),
        78..80 => ("Excel", "", ".xlsx"),
        80..82 => ("PostScript", "", ".eps"),
        82..84 => ("Word", "", ".docx"),
        _ => (
            "Image",
            "",
            pick(&[".jpg", ".tif", ".png", ".psd"], number, 8),
        ),
    }
}

/// Eight of ten are marked for publish.
fn published(number: u32) -> bool {
    drawn(number, 9) % 10 < 8
}

/// A few folders hold much, most hold little.
fn folder_of(number: u32, folders: u64) -> String {
    let at = drawn(number, 10) % 10_000;
    folder(at * at / 10_000 * at / 10_000 * folders / 10_000)
}

/// The folder with this number, below [`MOST_FOLDERS`].
pub(super) fn folder(index: u64) -> String {
    let of = |list: &[&'static str], at: u64| list[usize::try_from(at).unwrap_or_default()];
    let area = of(&AREAS, index % 12);
    let brand = of(&BRANDS, index / 12 % 12);
    format!("{area}/{brand}/{:02}", index / 144)
}

/// The asset with this number.
pub(super) fn record(number: u32, folders: u64, created: Timestamp) -> Record {
    let name = name(number);
    let (asset_type, sub_type, ending) = kind(number);
    let file_name = match ending {
        "" => String::new(),
        ending => format!("{name}{ending}"),
    };
    Record {
        number,
        name,
        asset_type,
        sub_type,
        file_name,
        folder: folder_of(number, folders),
        published: published(number),
        trashed: false,
        created,
        last_modified: created,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_lead_back_to_their_numbers_and_sort_by_their_key() {
        assert!(name(0).contains("_78106871_"), "{}", name(0));
        let mut names: Vec<_> = (0..20_000).map(|n| (name_key(n), name(n), n)).collect();
        for (_, name, number) in &names {
            assert_eq!(number_of(name), Some(*number), "{name}");
        }
        names.sort();
        assert!(names.is_sorted_by(|a, b| a.1 < b.1));
        assert_eq!(number_of("backpack"), None);
        let umlauts = names.iter().filter(|name| !name.1.is_ascii()).count();
        assert!((300..500).contains(&umlauts), "{umlauts}");
    }

    #[test]
    fn folders_have_a_long_tail_and_most_assets_are_published_images() {
        let at = Timestamp::from_micros(0);
        let records: Vec<_> = (0..50_000).map(|n| record(n, MOST_FOLDERS, at)).collect();
        let mut sizes = std::collections::BTreeMap::<_, usize>::new();
        for record in &records {
            *sizes.entry(&record.folder).or_default() += 1;
        }
        assert!(sizes.len() > 2_000, "{}", sizes.len());
        let mut sizes: Vec<_> = sizes.into_values().collect();
        sizes.sort_unstable();
        assert!(
            sizes[sizes.len() - 1] > 50 * sizes[sizes.len() / 2],
            "{sizes:?}"
        );
        let images = records.iter().filter(|r| r.asset_type == "Image").count();
        assert!((45_000..47_000).contains(&images), "{images}");
        let published = records.iter().filter(|r| r.published).count();
        assert!((39_500..40_500).contains(&published), "{published}");
    }
}
