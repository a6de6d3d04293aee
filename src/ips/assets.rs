//! Assets as Adobe's API tells of them: what the operations that find assets share.

use serde::Deserialize;

use super::soap::{Items, Leaf, Word};
use crate::clock::Timestamp;

/// One asset, as far as the answer tells. Nothing is certain to be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetItem {
    /// The handle, such as `a|942`. Opaque.
    pub handle: Option<String>,
    /// The asset's ID: what replaces `<ID>`. To the byte.
    pub name: Option<String>,
    /// The type, as Adobe spells it.
    pub asset_type: String,
    /// The file's name; may be empty.
    pub file_name: String,
    /// The folder, without slashes at its ends.
    pub folder: String,
    /// Marked for publish.
    pub ready_for_publish: Option<bool>,
    /// Deleted, if only into the trash.
    pub trashed: bool,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was changed last.
    pub last_modified: Option<Timestamp>,
}

/// What tells whether an asset is in the trash. Searches leave out what is; other operations may not.
pub(super) const TRASH_STATE: &str = "trashState";

/// The elements of an asset that we keep: the answer need hold no others.
pub(super) const FIELDS: [&str; 8] = [
    "assetHandle",
    "type",
    "name",
    "fileName",
    "folder",
    "readyForPublish",
    "created",
    "lastModified",
];

/// The `items` of an `AssetArray`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AssetRow {
    asset_handle: Leaf<Word>,
    #[serde(rename = "type")]
    asset_type: Leaf<Word>,
    name: Leaf<String>,
    file_name: Leaf<String>,
    folder: Leaf<String>,
    ready_for_publish: Leaf<bool>,
    trash_state: Leaf<Word>,
    created: Leaf<Timestamp>,
    last_modified: Leaf<Timestamp>,
}

impl From<AssetRow> for AssetItem {
    fn from(row: AssetRow) -> Self {
        Self {
            handle: row.asset_handle.word(),
            name: row.name.0,
            asset_type: row.asset_type.word().unwrap_or_default(),
            file_name: row.file_name.0.unwrap_or_default(),
            folder: row.folder.0.map_or_else(String::new, bare_path),
            ready_for_publish: row.ready_for_publish.0,
            trashed: matches!(
                row.trash_state.word().as_deref(),
                Some("InTrash" | "InEmptiedTrash")
            ),
            created: row.created.0,
            last_modified: row.last_modified.0,
        }
    }
}

pub(super) fn items(array: Items<AssetRow>) -> Vec<AssetItem> {
    array.items.into_iter().map(AssetItem::from).collect()
}

/// A path without slashes at its ends; Adobe writes one at the end.
pub(super) fn bare_path(mut path: String) -> String {
    let end = path.trim_end_matches('/').len();
    path.truncate(end);
    let start = path.len() - path.trim_start_matches('/').len();
    path.drain(..start);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_loses_the_slashes_at_its_ends_and_no_others() {
        for (path, bare) in [
            ("Planetary/", "Planetary"),
            ("/Planetary/shoes/red/", "Planetary/shoes/red"),
            ("a//b", "a//b"),
            (" a /", " a "),
            ("///", ""),
            ("", ""),
        ] {
            assert_eq!(bare_path(path.to_owned()), bare);
        }
    }
}
