//! From what Adobe tells of an asset to what the catalogue keeps.

use crate::{
    clock::{Clock, Timestamp},
    domain::{Asset, AssetKey},
    ips::AssetItem,
};

/// A longer ID or folder, in bytes, does not fit into an index on every database. Adobe's are shorter by far.
const LONGEST: usize = 1_000;

/// The asset in our words; `None` where it has no name, or one that cannot be kept. A new key is made: a known asset
/// keeps its own.
pub(super) fn asset_of(item: AssetItem, clock: &Clock) -> Option<Asset> {
    let id = item.name.filter(|name| !name.is_empty())?;
    if id.len() > LONGEST || item.folder.len() > LONGEST {
        return None;
    }
    let created = item.created.or(item.last_modified);
    let changed = item.last_modified.or(item.created);
    let never = Timestamp::from_micros(0);
    Some(Asset {
        key: AssetKey::from_uuid(clock.new_uuid()),
        id,
        file_name: item.file_name,
        folder: item.folder,
        asset_type: item.asset_type,
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
        assert!(asset_of(item(Some(" ")), &clock).is_some());
    }

    #[test]
    fn one_instant_stands_in_for_the_other() {
        let asset = asset_of(item(Some("a")), &Clock::system()).unwrap();
        assert_eq!(asset.created_at, asset.changed_at);
        assert!(asset.published);
    }
}
