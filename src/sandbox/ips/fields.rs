//! `responseFieldArray` and `excludeFieldArray`: which elements of an answer were asked for.

use super::{answer::Fault, request::Request};

/// The children of an asset that the schema knows by name; all others end with `Info`.
const ASSET: [&str; 15] = [
    "assetHandle",
    "type",
    "subType",
    "name",
    "fileName",
    "folder",
    "folderHandle",
    "readyForPublish",
    "trashState",
    "projects",
    "ipsImageUrl",
    "created",
    "createUser",
    "lastModified",
    "lastModifyUser",
];

/// What of an answer was asked for, by paths below its `Return` element.
pub(super) struct Fields {
    wanted: Option<Vec<String>>,
    excluded: Vec<String>,
}

impl Fields {
    /// Reads both lists. `known` tells which paths there are.
    pub fn read(request: &Request<'_, '_>, known: fn(&str) -> bool) -> Result<Self, Fault> {
        let fields = Self {
            wanted: request.optional_items("responseFieldArray")?,
            excluded: request
                .optional_items("excludeFieldArray")?
                .unwrap_or_default(),
        };
        let mut all = fields.wanted.iter().flatten().chain(&fields.excluded);
        match all.find(|path| !known(path)) {
            Some(path) => Err(Fault::new(30_001, format!("Unknown field {path}"))),
            None => Ok(fields),
        }
    }

    /// Whether an element is part of the answer.
    pub fn shows(&self, path: &str) -> bool {
        let wanted = |list: &Vec<String>| {
            let mut list = list.iter();
            list.any(|field| is_in(path, field) || is_in(field, path))
        };
        self.wanted.as_ref().is_none_or(wanted) && !self.excluded.iter().any(|f| is_in(path, f))
    }

    /// Whether nothing but some of these is shown.
    pub fn only(&self, few: &[&str]) -> bool {
        let wanted = self.wanted.as_ref();
        wanted.is_some_and(|wanted| wanted.iter().all(|field| few.contains(&field.as_str())))
    }
}

/// Whether a path lies at or below another one.
fn is_in(path: &str, above: &str) -> bool {
    let rest = path.strip_prefix(above);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a path below `{array}/items` leads to something of an asset.
pub(super) fn is_asset_field(path: &str, array: &str) -> bool {
    let Some(rest) = path.strip_prefix(array) else {
        return false;
    };
    match rest.strip_prefix("/items/") {
        None => matches!(rest, "" | "/items"),
        Some(field) => {
            let first = field.split('/').next().unwrap_or_default();
            ASSET.contains(&first) || first.ends_with("Info") || first == "metadataArray"
        }
    }
}
