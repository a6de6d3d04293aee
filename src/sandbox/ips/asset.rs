//! Writes an asset as IPS tells it, its elements in the schema's order.

use super::{
    answer::{date_leaf, group, leaf},
    fields::Fields,
};
use crate::sandbox::library::Record;

const FIELDS: [&str; 12] = [
    "assetHandle",
    "type",
    "subType",
    "name",
    "fileName",
    "folder",
    "folderHandle",
    "readyForPublish",
    "trashState",
    "created",
    "lastModified",
    "imageInfo",
];

/// Which elements of the assets of one array are shown: worked out once, used for every row.
pub(super) struct Columns<'a> {
    root: &'a str,
    shown: Vec<&'static str>,
    array_shown: bool,
}

impl<'a> Columns<'a> {
    pub fn new(fields: &Fields, array: &str, root: &'a str) -> Self {
        let shows = |field: &&str| fields.shows(&format!("{array}/items/{field}"));
        Self {
            root,
            shown: FIELDS.into_iter().filter(shows).collect(),
            array_shown: fields.shows(array),
        }
    }

    /// Adds an array of assets; `nameless` is the row whose name is left out.
    pub fn array(&self, xml: &mut String, name: &str, rows: &[Record], nameless: Option<usize>) {
        if !self.array_shown {
            return;
        }
        group(xml, name, |xml| {
            for (row, record) in rows.iter().enumerate() {
                group(xml, "items", |xml| {
                    self.asset(xml, record, nameless == Some(row));
                });
            }
        });
    }

    fn asset(&self, xml: &mut String, record: &Record, nameless: bool) {
        for &field in &self.shown {
            match field {
                "assetHandle" => leaf(xml, field, record.handle()),
                "type" => leaf(xml, field, record.asset_type),
                "subType" if !record.sub_type.is_empty() => leaf(xml, field, record.sub_type),
                "name" if !nameless => leaf(xml, field, &record.name),
                "fileName" if !record.file_name.is_empty() => leaf(xml, field, &record.file_name),
                "folder" => leaf(xml, field, folder_path(self.root, &record.folder)),
                "folderHandle" => {
                    let path = folder_path(self.root, &record.folder);
                    leaf(xml, field, format!("f|{path}"));
                }
                "readyForPublish" => leaf(xml, field, record.published),
                "trashState" if record.trashed => leaf(xml, field, "InTrash"),
                "trashState" => leaf(xml, field, "NotInTrash"),
                "created" => date_leaf(xml, field, record.created),
                "lastModified" => date_leaf(xml, field, record.last_modified),
                "imageInfo" if record.asset_type == "Image" => group(xml, field, |xml| {
                    leaf(xml, "width", 1_600);
                    leaf(xml, "height", 1_600);
                }),
                _ => {}
            }
        }
    }
}

/// A folder's path as IPS writes it: the root first, a slash at the end.
pub(super) fn folder_path(root: &str, folder: &str) -> String {
    match folder {
        "" => format!("{root}/"),
        folder => format!("{root}/{folder}/"),
    }
}

/// The folder below the root that such a path names, with or without its last slash.
pub(super) fn folder_below<'a>(root: &str, path: &'a str) -> Option<&'a str> {
    let below = path.strip_prefix(root)?;
    (below.is_empty() || below.starts_with('/')).then(|| below.trim_matches('/'))
}
