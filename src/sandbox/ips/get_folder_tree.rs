//! `getFolderTree`: the folders below one, level by level, in one of two shapes.

use std::collections::BTreeSet;

use super::{
    FolderTreeForm,
    answer::{Fault, date_leaf, group, leaf},
    asset::{folder_below, folder_path},
    context::{Context, Done},
    fields::Fields,
    request::Request,
};
use crate::clock::Timestamp;

const FIELDS: [&str; 6] = [
    "folderHandle",
    "path",
    "lastModified",
    "childLastModified",
    "permissionSetHandle",
    "hasSubfolders",
];

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&[
        "companyHandle",
        "accessUserHandle",
        "accessGroupHandle",
        "folderPath",
        "depth",
        "assetTypeArray",
        "responseFieldArray",
        "excludeFieldArray",
    ])?;
    let (company, _) = context.company(request)?;
    let depth = request
        .integer("depth")?
        .ok_or_else(|| Fault::new(30_002, "depth is missing".to_owned()))?;
    let fields = Fields::read(request, |path| path.starts_with("folders"))?;
    let folders: BTreeSet<String> = company.library.folders().into_iter().collect();
    let top = match request.text("folderPath") {
        None => String::new(),
        Some(path) => folder_below(&company.root, &path)
            .filter(|folder| folder.is_empty() || folders.contains(*folder))
            .ok_or_else(|| Fault::new(30_001, format!("Invalid folder path {path}")))?
            .to_owned(),
    };
    let tree = Tree {
        root: &company.root,
        folders: &folders,
        // A path of any depth may be asked for; the name of the element decides.
        shown: FIELDS
            .into_iter()
            .filter(|field| {
                ["folders", "folders/items", "folders/subfolderArray/items"]
                    .iter()
                    .any(|above| fields.shows(&format!("{above}/{field}")))
            })
            .collect(),
        changed: context.config.clock.now(),
    };
    let mut children = String::new();
    group(&mut children, "folders", |xml| {
        match context.knobs.folder_tree {
            FolderTreeForm::One => tree.write(xml, &top, depth),
            FolderTreeForm::Items => group(xml, "items", |xml| tree.write(xml, &top, depth)),
        }
    });
    Ok(Done::answer(children))
}

struct Tree<'a> {
    root: &'a str,
    folders: &'a BTreeSet<String>,
    shown: Vec<&'static str>,
    changed: Timestamp,
}

impl Tree<'_> {
    /// Adds a folder and, as long as `depth` is not 0, what lies below it.
    fn write(&self, xml: &mut String, folder: &str, depth: i64) {
        let below = self.below(folder);
        let path = folder_path(self.root, folder);
        for &field in &self.shown {
            match field {
                "folderHandle" => leaf(xml, field, format!("f|{path}")),
                "path" => leaf(xml, field, &path),
                "permissionSetHandle" => leaf(xml, field, "pm|2"),
                "hasSubfolders" => leaf(xml, field, !below.is_empty()),
                _ => date_leaf(xml, field, self.changed),
            }
        }
        if depth == 0 || below.is_empty() {
            return;
        }
        group(xml, "subfolderArray", |xml| {
            for folder in below {
                group(xml, "items", |xml| self.write(xml, folder, depth - 1));
            }
        });
    }

    /// The folders right below one.
    fn below(&self, folder: &str) -> Vec<&str> {
        let prefix = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let inside = self.folders.range(prefix.clone()..);
        inside
            .map(String::as_str)
            .take_while(|path| path.starts_with(&prefix))
            .filter(|path| !path[prefix.len()..].contains('/'))
            .collect()
    }
}
