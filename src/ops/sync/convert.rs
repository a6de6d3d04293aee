//! From what Adobe tells to what the catalogue keeps.

use crate::{
    clock::{Clock, Timestamp},
    domain::{Asset, AssetKey, LONGEST_KEY, can_be_kept},
    ips::AssetItem,
};

/// Adobe's longest word for a type has some thirty letters.
const LONGEST_TYPE: usize = 100;

/// The folders that can be kept, and a sentence where some cannot.
pub(super) fn folders(mut paths: Vec<String>) -> (Vec<String>, Option<String>) {
    let all = paths.len();
    paths.retain(|path| path.len() <= LONGEST_KEY);
    let left_out = match all - paths.len() {
        0 => None,
        1 => Some("One folder is left out, because its path is too long.".to_owned()),
        number => Some(format!(
            "{number} folders are left out, because their paths are too long."
        )),
    };
    (paths, left_out)
}

/// A sentence where assets were left out.
pub(super) fn left_out(assets: u64) -> Option<String> {
    let number = match assets {
        0 => return None,
        1 => "One asset is".to_owned(),
        number => format!("{number} assets are"),
    };
    Some(format!(
        "{number} left out: without a name, or with one that is too long or could not be read."
    ))
}

/// A sentence where Adobe tells of more assets than could be read. What it does not count and lists all the same is read.
pub(super) fn fewer_than_told(seen: u64, total: Option<u64>) -> Option<String> {
    let total = total.filter(|total| *total > seen)?;
    Some(format!(
        "Dynamic Media counts {total} assets, and {seen} could be read."
    ))
}

/// The asset in our words; `None` where it has no name, or one that cannot be kept. A new key is made: a known asset
/// keeps its own.
pub(super) fn asset_of(item: AssetItem, clock: &Clock) -> Option<Asset> {
    let id = item.name.filter(|name| can_be_kept(name))?;
    if item.folder.len() > LONGEST_KEY {
        return None;
    }
    let mut asset_type = item.asset_type;
    asset_type.truncate(asset_type.floor_char_boundary(LONGEST_TYPE));
    let created = item.created.or(item.last_modified);
    let changed = item.last_modified.or(item.created);
    let never = Timestamp::from_micros(0);
    Some(Asset {
        key: AssetKey::from_uuid(clock.new_uuid()),
        id,
        file_name: item.file_name,
        folder: item.folder,
        asset_type,
        // Where Adobe does not tell, its picture may well be there.
        published: item.ready_for_publish.unwrap_or(true),
        handle: item.handle,
        created_at: created.unwrap_or(never),
        changed_at: changed.unwrap_or(never),
        vanished_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(name: Option<&str>) -> AssetItem {
        AssetItem {
            name: name.map(str::to_owned),
            last_modified: Some(Timestamp::from_micros(7)),
            ..AssetItem::default()
        }
    }

    #[test]
    fn what_has_no_name_or_an_endless_one_is_left_out() {
        let clock = Clock::system();
        assert!(asset_of(item(None), &clock).is_none());
        assert!(asset_of(item(Some("")), &clock).is_none());
        assert!(asset_of(item(Some(&"x".repeat(1_001))), &clock).is_none());
        assert!(asset_of(item(Some("a\u{FFFD}")), &clock).is_none());
        assert!(asset_of(item(Some(" ")), &clock).is_some());
    }

    #[test]
    fn whatever_else_is_odd_about_an_asset_does_not_cost_it() {
        let odd = AssetItem {
            file_name: "a\u{FFFD}.jpg".to_owned(),
            asset_type: "ü".repeat(9_000),
            ..item(Some("a"))
        };
        let asset = asset_of(odd, &Clock::system()).unwrap();
        assert_eq!(asset.file_name, "a\u{FFFD}.jpg");
        assert_eq!(asset.asset_type.len(), LONGEST_TYPE);
    }

    #[test]
    fn folders_that_no_index_takes_are_left_out_and_counted() {
        let long = "x".repeat(LONGEST_KEY + 1);
        let (kept, left_out) = folders(vec!["a".to_owned(), long.clone(), long.clone()]);
        assert_eq!(kept, ["a"]);
        assert!(left_out.unwrap().starts_with("2 folders are left out"));
        assert_eq!(folders(vec!["a".to_owned()]).1, None);
    }

    #[test]
    fn what_a_list_did_not_bring_is_said() {
        assert_eq!(left_out(0), None);
        assert!(left_out(1).unwrap().starts_with("One asset is left out"));
        assert!(left_out(3).unwrap().starts_with("3 assets are left out"));
        for total in [None, Some(0), Some(9)] {
            assert_eq!(fewer_than_told(9, total), None, "{total:?}");
        }
        let fewer = fewer_than_told(9, Some(10)).unwrap();
        assert_eq!(
            fewer,
            "Dynamic Media counts 10 assets, and 9 could be read."
        );
    }

    #[test]
    fn one_instant_stands_in_for_the_other() {
        let asset = asset_of(item(Some("a")), &Clock::system()).unwrap();
        assert_eq!(asset.created_at, asset.changed_at);
        assert!(asset.published);
    }
}
