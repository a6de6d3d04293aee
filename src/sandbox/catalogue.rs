//! What the sandbox's company owns: some 200 assets of a mountain outfitter, the same ones at every start.
//!
//! Only data and what follows from it. Which version of an asset is out is the [origin](super::origin)'s affair.

use sha2::{Digest as _, Sha256};

use crate::{
    clock::Timestamp,
    domain::{Asset, AssetKey, Preset},
};

/// The company's root: the path element after `/is/image/`.
pub const ROOT: &str = "dms7snapshot";

/// Adobe's handle for the company.
pub const COMPANY_HANDLE: &str = "c|6";

/// The company's alias: a second root, under which the same assets are delivered.
pub const ALIAS_ROOT: &str = "snapshot-alias";

/// Adobe's handle for the alias.
pub const ALIAS_HANDLE: &str = "c|7";

/// The crops that the company's image profile makes of every image; `id:Large` in a URL.
pub const CROPS: [&str; 4] = ["Large", "Medium", "Small", "Swatch"];

/// The company's image presets: name and modifiers.
const PRESETS: [(&str, &str); 5] = [
    ("PLP", "wid=450&hei=450&qlt=85"),
    ("large", "wid=1200&hei=1200&qlt=90"),
    ("pdp-main", "wid=900&hei=900&qlt=90"),
    ("product", "wid=600&hei=600&qlt=85"),
    ("thumbnail", "wid=150&hei=150&qlt=80"),
];

/// One asset as the sandbox's Dynamic Media keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueItem {
    /// The asset's ID: what replaces `<ID>`.
    pub id: String,
    /// The name of the file that was uploaded.
    pub file_name: String,
    /// Folder path without slashes at its ends, the company's root first.
    pub folder: String,
    /// The IPS asset type, as Adobe spells it.
    pub asset_type: &'static str,
    /// Marked for publish. What is not is answered with 403.
    pub published: bool,
    /// What its picture shows.
    pub motif: Motif,
}

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motif {
    /// A low shoe.
    Shoe,
    /// A jacket with a hood.
    Jacket,
    /// Ski goggles.
    Goggles,
    /// A pair of skis.
    Skis,
    /// A backpack.
    Backpack,
    /// An enamel mug.
    Mug,
    /// A woollen hat.
    Beanie,
    /// A tent.
    Tent,
    /// Mountains: campaigns and films.
    Mountains,
    /// A snowflake: logos and animations.
    Snowflake,
}

/// How an asset is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Rendered, below `/is/image`.
    Image,
    /// As a file, below `/is/content`.
    File,
    /// Both: a still or a rendering below `/is/image`, the file itself below `/is/content`.
    Both,
    /// Kept by Dynamic Media, not delivered.
    Nowhere,
}

impl CatalogueItem {
    /// A published picture in a folder below the company's root, such as `shoes`.
    #[must_use]
    pub fn image(id: &str, folder: &str) -> Self {
        item(id, &format!("{id}.jpg"), folder, "Image", Motif::Mountains)
    }

    /// How this asset is delivered, by its type.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self.asset_type {
            "Image" | "SpinSet" | "ImageSet" | "AssetSet" => Delivery::Image,
            "Pdf" => Delivery::File,
            "MasterVideo" | "Video" | "AnimatedGif" | "Svg" => Delivery::Both,
            _ => Delivery::Nowhere,
        }
    }

    /// Sixteen bytes that are this asset's alone: the same at every start.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 16] {
        let digest = Sha256::digest(format!("{ROOT}/{}", self.id));
        std::array::from_fn(|i| digest[i])
    }

    /// The asset in the domain's words, as a synchronised catalogue would hold it. Its key follows from its ID.
    #[must_use]
    pub fn to_asset(&self, changed_at: Timestamp) -> Asset {
        let key = uuid::Builder::from_custom_bytes(self.fingerprint()).into_uuid();
        Asset {
            key: AssetKey::from_uuid(key),
            id: self.id.clone(),
            file_name: self.file_name.clone(),
            folder: self.folder.clone(),
            asset_type: self.asset_type.to_owned(),
            published: self.published,
            handle: None,
            created_at: changed_at,
            changed_at,
            vanished_at: None,
        }
    }
}

/// Every asset of the company, by folder.
#[must_use]
pub fn catalogue() -> Vec<CatalogueItem> {
    let mut items = Vec::new();
    for series in SERIES {
        items.extend(series.items());
    }
    items.extend(spin_frames());
    items.extend(SINGLES.iter().map(Single::item));
    items
}

/// The company's image presets, by name.
#[must_use]
pub fn presets() -> Vec<Preset> {
    PRESETS
        .iter()
        .map(|(name, modifier)| Preset {
            name: (*name).to_owned(),
            modifier: (*modifier).to_owned(),
        })
        .collect()
}

/// The modifiers that `$name$` stands for. As at Dynamic Media, the name's case does not matter.
#[must_use]
pub fn preset_modifiers(name: &str) -> Option<&'static str> {
    PRESETS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, modifier)| *modifier)
}

/// Products photographed alike: every model in every view, and one image set a model.
struct Series {
    folder: &'static str,
    motif: Motif,
    models: &'static [&'static str],
    views: &'static [&'static str],
}

impl Series {
    fn items(&self) -> impl Iterator<Item = CatalogueItem> {
        self.models.iter().flat_map(move |model| {
            let views = self.views.iter().map(move |view| {
                let id = format!("{model}-{view}");
                item(&id, &format!("{id}.jpg"), self.folder, "Image", self.motif)
            });
            let set = item(&format!("{model}-set"), "", "sets", "ImageSet", self.motif);
            views.chain(std::iter::once(set))
        })
    }
}

const SERIES: &[Series] = &[
    Series {
        folder: "shoes",
        motif: Motif::Shoe,
        models: &[
            "trail-runner",
            "summit-boot",
            "approach-low",
            "winter-hiker",
            "hut-clog",
        ],
        views: &["front", "side", "sole", "detail"],
    },
    Series {
        folder: "jackets",
        motif: Motif::Jacket,
        models: &[
            "storm-shell",
            "down-hoody",
            "softshell-light",
            "loden-parka",
            "kids-snowsuit",
        ],
        views: &["front", "back", "hood", "detail"],
    },
    Series {
        folder: "goggles",
        motif: Motif::Goggles,
        models: &[
            "whiteout-goggles",
            "glacier-goggles",
            "town-goggles",
            "kids-goggles",
        ],
        views: &["front", "side", "lens"],
    },
    Series {
        folder: "skis",
        motif: Motif::Skis,
        models: &[
            "tour-88",
            "piste-72",
            "freeride-108",
            "nordic-classic",
            "junior-60",
        ],
        views: &["top", "base", "binding"],
    },
    Series {
        folder: "backpacks",
        motif: Motif::Backpack,
        models: &["daypack-14", "daypack-22", "tourer-34", "expedition-60"],
        views: &["front", "back", "open"],
    },
    Series {
        folder: "hats",
        motif: Motif::Beanie,
        models: &["bobble-hat", "hut-beret", "merino-beanie", "fleece-cap"],
        views: &["front", "detail"],
    },
    Series {
        folder: "camp",
        motif: Motif::Tent,
        models: &["bivy-1", "ridge-tent-2", "base-camp-4"],
        views: &["pitched", "open", "packed"],
    },
];

/// The IDs of the pictures that an image set of a model holds.
pub(super) fn views(set: &str) -> Vec<String> {
    let model = set.strip_suffix("-set").unwrap_or(set);
    let mut series = SERIES.iter();
    let series = series.find(|series| series.models.contains(&model));
    series.map_or_else(Vec::new, |series| {
        let views = series.views.iter();
        views.map(|view| format!("{model}-{view}")).collect()
    })
}

/// The photographs behind `spinset`: a turn in 24 steps.
fn spin_frames() -> impl Iterator<Item = CatalogueItem> {
    (1..=24).map(|step| {
        let id = format!("spinset-{step:02}");
        item(&id, &format!("{id}.tif"), "spin", "Image", Motif::Shoe)
    })
}

/// An asset that belongs to no series.
struct Single(
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Motif,
);

impl Single {
    fn item(&self) -> CatalogueItem {
        let Self(id, file_name, folder, asset_type, motif) = *self;
        CatalogueItem {
            published: !UNPUBLISHED.contains(&id),
            ..item(id, file_name, folder, asset_type, motif)
        }
    }
}

/// Uploaded, never marked for publish.
const UNPUBLISHED: [&str; 5] = [
    "spring-preview",
    "storm-shell-2027",
    "price-list-trade",
    "athlete-portrait-raw",
    "avalanche-course",
];

/// Names with blanks, umlauts, a plus sign and markup are here on purpose: people upload such files, and each is a
/// cache key that has to be spelled right.
#[rustfmt::skip]
const SINGLES: &[Single] = &[
    Single("spinset", "", "spin", "SpinSet", Motif::Shoe),
    Single("boot-spin", "", "spin", "SpinSet", Motif::Shoe),
    Single("backpack", "backpack.jpg", "backpacks", "Image", Motif::Backpack),
    Single("backpack-mixed", "", "sets", "AssetSet", Motif::Backpack),
    Single("winter-carousel", "", "sets", "AssetSet", Motif::Mountains),
    Single("ski-swatches", "", "sets", "AssetSet", Motif::Skis),
    Single("red shoe", "red shoe.jpg", "shoes", "Image", Motif::Shoe),
    Single("Größe", "Größe.png", "shoes", "Image", Motif::Shoe),
    Single("Mütze blau", "Mütze blau.jpg", "hats", "Image", Motif::Beanie),
    Single("salt+pepper", "salt+pepper.jpg", "camp", "Image", Motif::Mug),
    Single("Tea & Co <limited>", "Tea & Co <limited>.jpg", "camp", "Image", Motif::Mug),
    Single("enamel-mug", "enamel-mug.jpg", "camp", "Image", Motif::Mug),
    Single("enamel-mug-camp", "enamel-mug-camp.jpg", "camp", "Image", Motif::Mug),
    Single("thermo-mug", "thermo-mug.jpg", "camp", "Image", Motif::Mug),
    Single("home-hero", "home-hero.psd", "campaigns", "Image", Motif::Mountains),
    Single("winter-opening", "winter-opening.jpg", "campaigns", "Image", Motif::Mountains),
    Single("powder-weeks", "powder-weeks.jpg", "campaigns", "Image", Motif::Mountains),
    Single("hut-to-hut", "hut-to-hut.jpg", "campaigns", "Image", Motif::Mountains),
    Single("repair-not-replace", "repair-not-replace.jpg", "campaigns", "Image", Motif::Jacket),
    Single("rental-skis", "rental-skis.jpg", "campaigns", "Image", Motif::Skis),
    Single("gift-card", "gift-card.png", "campaigns", "Image", Motif::Snowflake),
    Single("sale-banner", "sale-banner.png", "campaigns", "Image", Motif::Snowflake),
    Single("spring-preview", "spring-preview.jpg", "campaigns", "Image", Motif::Tent),
    Single("storm-shell-2027", "storm-shell-2027.jpg", "jackets", "Image", Motif::Jacket),
    Single("athlete-portrait-raw", "athlete-portrait-raw.tif", "campaigns", "Image", Motif::Goggles),
    Single("glacier-film", "glacier-film.mp4", "video", "MasterVideo", Motif::Mountains),
    Single("glacier-film-0x720-2600k", "glacier-film-0x720-2600k.mp4", "video", "Video", Motif::Mountains),
    Single("glacier-film-0x480-800k", "glacier-film-0x480-800k.mp4", "video", "Video", Motif::Mountains),
    Single("boot-fitting", "boot-fitting.mp4", "video", "MasterVideo", Motif::Shoe),
    Single("boot-fitting-0x720-2600k", "boot-fitting-0x720-2600k.mp4", "video", "Video", Motif::Shoe),
    Single("waxing-skis", "waxing-skis.mov", "video", "MasterVideo", Motif::Skis),
    Single("avalanche-course", "avalanche-course.mp4", "video", "MasterVideo", Motif::Mountains),
    Single("gspdf", "gspdf.pdf", "documents", "Pdf", Motif::Mountains),
    Single("size-guide", "size-guide.pdf", "documents", "Pdf", Motif::Shoe),
    Single("Pflegehinweise Wolle", "Pflegehinweise Wolle.pdf", "documents", "Pdf", Motif::Beanie),
    Single("ski-binding-manual", "ski-binding-manual.pdf", "documents", "Pdf", Motif::Skis),
    Single("tent-pitching", "tent-pitching.pdf", "documents", "Pdf", Motif::Tent),
    Single("price-list-trade", "price-list-trade.pdf", "documents", "Pdf", Motif::Mountains),
    Single("supplier-contract", "supplier-contract.docx", "documents", "Word", Motif::Mountains),
    Single("stock-list", "stock-list.xlsx", "documents", "Excel", Motif::Mountains),
    Single("season-kickoff", "season-kickoff.pptx", "documents", "PowerPoint", Motif::Mountains),
    Single("press-release", "press-release.rtf", "documents", "Rtf", Motif::Mountains),
    Single("logo", "logo.svg", "brand", "Svg", Motif::Mountains),
    Single("icon-snow", "icon-snow.svg", "brand", "Svg", Motif::Snowflake),
    Single("icon-tent", "icon-tent.svg", "brand", "Svg", Motif::Tent),
    Single("icon-ski", "icon-ski.svg", "brand", "Svg", Motif::Skis),
    Single("snowfall", "snowfall.gif", "brand", "AnimatedGif", Motif::Snowflake),
    Single("sale-blink", "sale-blink.gif", "brand", "AnimatedGif", Motif::Snowflake),
    Single("logo-master", "logo-master.ai", "brand", "Illustrator", Motif::Mountains),
    Single("catalogue-winter", "catalogue-winter.indd", "brand", "InDesign", Motif::Skis),
    Single("logo-print", "logo-print.eps", "brand", "PostScript", Motif::Mountains),
];

fn item(
    id: &str,
    file_name: &str,
    folder: &str,
    asset_type: &'static str,
    motif: Motif,
) -> CatalogueItem {
    CatalogueItem {
        id: id.to_owned(),
        file_name: file_name.to_owned(),
        folder: format!("{ROOT}/{folder}"),
        asset_type,
        published: true,
        motif,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    fn assets() -> Vec<Asset> {
        let at = Timestamp::from_micros(0);
        catalogue().iter().map(|item| item.to_asset(at)).collect()
    }

    #[test]
    fn the_catalogue_has_some_200_assets_of_many_types_each_with_an_id_and_a_key_of_its_own() {
        let assets = assets();
        assert!((190..=230).contains(&assets.len()), "{}", assets.len());

        let ids: HashSet<_> = assets.iter().map(|asset| &asset.id).collect();
        let keys: HashSet<_> = assets.iter().map(|asset| asset.key).collect();
        assert_eq!((ids.len(), keys.len()), (assets.len(), assets.len()));

        let types: BTreeSet<_> = assets
            .iter()
            .map(|asset| asset.asset_type.as_str())
            .collect();
        assert_eq!(types.len(), 16, "{types:?}");
        assert_eq!(assets.iter().filter(|asset| !asset.published).count(), 5);
    }

    #[test]
    fn an_asset_keeps_its_key_from_start_to_start() {
        let backpack = || assets().into_iter().find(|asset| asset.id == "backpack");
        assert_eq!(backpack(), backpack());
        assert_eq!(
            backpack().map(|asset| asset.folder).as_deref(),
            Some("dms7snapshot/backpacks")
        );
    }

    #[test]
    fn a_preset_is_found_whatever_its_case() {
        assert_eq!(preset_modifiers("plp"), preset_modifiers("PLP"));
        assert!(preset_modifiers("pdp-main").is_some());
        assert_eq!(preset_modifiers("nothing"), None);
    }
}
