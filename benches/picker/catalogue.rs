//! A made-up catalogue of a million assets, the same each time: names as retailers have them, folders with a long tail.

use unstale::{
    clock::{Clock, Timestamp},
    domain::{Asset, AssetKey},
};

/// As many as the issue asks for.
pub const ASSETS: u64 = 1_000_000;

/// Numbers that look random and are the same each time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// 0 to `sides` - 1.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let at = self.roll(from.len() as u64);
        from[usize::try_from(at).unwrap()]
    }

    /// Small numbers often, large ones rarely.
    fn skewed(&mut self, sides: u64) -> u64 {
        let (a, b) = (self.roll(sides), self.roll(sides));
        a * b / sides
    }
}

pub const BRANDS: [&str; 6] = ["GLO", "NRD", "ALP", "URB", "KID", "SPT"];
pub const COLOURS: [&str; 12] = [
    "red", "blue", "black", "white", "olive", "sand", "navy", "rose", "grau", "grün", "weiß",
    "türkis",
];
pub const KINDS: [&str; 16] = [
    "Shirt", "Jacket", "Shoe", "Boot", "Trouser", "Dress", "Skirt", "Hat", "Glove", "Bag", "Belt",
    "Sock", "Sweater", "Mütze", "Parka", "Cardigan",
];
pub const VIEWS: [&str; 8] = [
    "front", "back", "side", "detail", "top", "bottom", "model", "swatch",
];
const SEASONS: [&str; 10] = [
    "2021-spring",
    "2021-autumn",
    "2022-spring",
    "2022-autumn",
    "2023-spring",
    "2023-autumn",
    "2024-spring",
    "2024-autumn",
    "2025-spring",
    "2026-spring",
];
const REGIONS: [&str; 6] = ["emea", "apac", "americas", "global", "outlet", "archive"];

/// One of some 4,800 folders; a few hold most assets.
fn folder(dice: &mut Dice) -> String {
    let region = REGIONS[usize::try_from(dice.skewed(6)).unwrap()];
    let season = SEASONS[usize::try_from(9 - dice.skewed(10)).unwrap()];
    let kind = KINDS[usize::try_from(dice.skewed(16)).unwrap()].to_lowercase();
    match dice.roll(10) {
        0 => format!("shop/{region}/{season}"),
        1..=6 => format!("shop/{region}/{season}/{kind}"),
        _ => format!("shop/{region}/{season}/{kind}/campaign-{}", dice.skewed(5)),
    }
}

/// The asset with that number, as of `now`.
pub fn asset(number: u64, clock: &Clock, now: Timestamp) -> Asset {
    let dice = &mut Dice::new(number + 1);
    for _ in 0..4 {
        dice.roll(2);
    }
    let sku = 70_000_000 + dice.roll(10_000_000);
    let id = format!(
        "{}_{sku}_{}_{}-{}_{}",
        dice.pick(&BRANDS),
        dice.pick(&COLOURS),
        dice.pick(&VIEWS),
        dice.pick(&KINDS),
        number,
    );
    let (asset_type, extension) = match dice.roll(100) {
        0..=83 => ("Image", "tif"),
        84..=88 => ("ImageSet", ""),
        89..=91 => ("SpinSet", ""),
        92..=94 => ("Video", "mp4"),
        95..=97 => ("Pdf", "pdf"),
        98 => ("Svg", "svg"),
        _ => ("PostScript", "eps"),
    };
    let day = 86_400_000_000_i64;
    let age = i64::try_from(dice.roll(1_500)).unwrap() * day
        + i64::try_from(dice.roll(86_400_000_000)).unwrap();
    let created = now.as_micros() - age;
    // One in four was replaced since, a few of them lately.
    let changed = if dice.roll(4) == 0 {
        created + age / 1_000 * i64::try_from(dice.roll(1_000)).unwrap()
    } else {
        created
    };
    Asset {
        key: AssetKey::from_uuid(clock.new_uuid()),
        file_name: if extension.is_empty() {
            String::new()
        } else {
            format!("{id}.{extension}")
        },
        id,
        folder: folder(dice),
        asset_type: asset_type.to_owned(),
        published: dice.roll(5) > 0,
        handle: Some(format!("a|{number}")),
        created_at: Timestamp::from_micros(created),
        changed_at: Timestamp::from_micros(changed),
        vanished_at: None,
    }
}
