//! Classes and types: how a row says them, and what the filters offer.

use std::collections::BTreeSet;

use super::wanted::Wanted;
use crate::domain::{Asset, AssetClass};

/// A class, and the types that are of it.
#[derive(Debug)]
pub struct KindGroup {
    /// What the filter is called in an address.
    pub class: &'static str,
    pub label: &'static str,
    pub is_wanted: bool,
    pub types: Vec<TypeOption>,
}

/// A type as Adobe spells it.
#[derive(Debug)]
pub struct TypeOption {
    pub name: String,
    pub is_wanted: bool,
}

impl KindGroup {
    /// All that Dynamic Media documents, because no sample of a large catalogue knows its rare types; and what else the
    /// company has, or somebody's address asks for.
    pub fn all(wanted: &Wanted, present: Vec<String>) -> Vec<Self> {
        let documented: BTreeSet<&str> = AssetClass::ALL
            .iter()
            .flat_map(|class| class.types().iter().copied())
            .collect();
        let others: BTreeSet<String> = present
            .into_iter()
            .chain([wanted.asset_type.clone()])
            .filter(|name| !name.is_empty() && !documented.contains(name.as_str()))
            .collect();
        let group = |class: AssetClass| {
            let own = class.types().iter().map(|name| (*name).to_owned());
            // What nobody knows counts as other content.
            let more = others.iter().filter(|_| class == AssetClass::Content);
            Self {
                class: class.as_str(),
                label: label(class),
                is_wanted: wanted.class == class.as_str(),
                types: own
                    .chain(more.cloned())
                    .map(|name| TypeOption {
                        is_wanted: wanted.asset_type == name,
                        name,
                    })
                    .collect(),
            }
        };
        AssetClass::ALL.into_iter().map(group).collect()
    }
}

/// A class as the filter offers it.
pub const fn label(class: AssetClass) -> &'static str {
    match class {
        AssetClass::Image => "Images, sets, templates",
        AssetClass::Content => "Other content",
        AssetClass::Unsupported => "Excluded formats",
    }
}

/// Class and type of one asset; once, where both are called the same.
pub fn kind_words(asset: &Asset) -> String {
    let class = match asset.class() {
        AssetClass::Image => "Image",
        AssetClass::Content => "Other content",
        AssetClass::Unsupported => "Excluded format",
    };
    match asset.asset_type.as_str() {
        "" => class.to_owned(),
        kind if kind == class => class.to_owned(),
        kind => format!("{class} · {kind}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undocumented_type_is_offered_once_among_other_content() {
        let wanted = Wanted {
            asset_type: "Hologram".to_owned(),
            ..Wanted::default()
        };
        let present = ["Image", "Hologram", "GENERIC", ""].map(str::to_owned);
        let groups = KindGroup::all(&wanted, present.to_vec());
        let with = |name: &str| -> Vec<&str> {
            let groups = groups.iter();
            groups
                .flat_map(|group| group.types.iter().map(|it| (group.class, it)))
                .filter(|(_, it)| it.name == name)
                .map(|(class, _)| class)
                .collect()
        };
        assert_eq!(with("Image"), ["image"]);
        assert_eq!(with("Word"), ["unsupported"], "though nobody has one");
        assert_eq!(with("Hologram"), ["content"]);
        assert_eq!(with("GENERIC"), ["content"]);
        assert_eq!(with(""), [""; 0]);
        let chosen = groups.iter().flat_map(|group| &group.types);
        assert_eq!(chosen.filter(|it| it.is_wanted).count(), 1);
    }
}
