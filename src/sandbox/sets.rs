//! Which assets of the shop's catalogue hold which: views of a model, frames of a turn, renditions of a film.

use super::catalogue::{CatalogueItem, views};

/// Sets that somebody put together by hand.
const MIXED: [(&str, &[&str]); 3] = [
    (
        "backpack-mixed",
        &[
            "backpack",
            "daypack-14-front",
            "daypack-22-front",
            "spinset",
        ],
    ),
    (
        "winter-carousel",
        &["home-hero", "winter-opening", "powder-weeks", "hut-to-hut"],
    ),
    (
        "ski-swatches",
        &["tour-88-top", "piste-72-top", "freeride-108-top"],
    ),
];

/// The IDs of what a set holds, or of a film's renditions, in their order. Nothing for anything else.
pub(super) fn members(item: &CatalogueItem) -> Vec<String> {
    let id = item.id.as_str();
    match item.asset_type {
        "ImageSet" => views(id),
        "SpinSet" => (1..=24).map(|step| format!("spinset-{step:02}")).collect(),
        "AssetSet" => {
            let mut sets = MIXED.iter().filter(|(set, _)| *set == id);
            let members = sets.next().map_or(&[][..], |(_, members)| members);
            members.iter().map(|&member| member.to_owned()).collect()
        }
        // Not every film has all of them.
        "MasterVideo" => ["0x720-2600k", "0x480-800k"]
            .map(|rendition| format!("{id}-{rendition}"))
            .into(),
        _ => Vec::new(),
    }
}
