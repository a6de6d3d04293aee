//! A company's folders as a tree with counts, a level at a time.

use std::collections::HashMap;

use super::{Result, Store, assets::Folder, fold::fold};
use crate::domain::CompanyId;

/// A folder with what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderEntry {
    /// As in [`Asset::folder`](crate::domain::Asset::folder).
    pub path: String,
    /// Assets directly in it.
    pub assets: i64,
    /// Assets in it and anywhere below.
    pub with_subfolders: i64,
    /// Whether there are folders in it.
    pub has_folders: bool,
}

impl FolderEntry {
    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        split(&self.path).1
    }
}

/// All folders, sorted by the folder that they are in and by name: those in one folder stand together.
#[derive(Debug, Default)]
pub(super) struct FolderTree(Vec<FolderEntry>);

/// The folder that a folder is in, and its name there.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

impl FolderTree {
    /// Folders with assets and others, in any order; those that are only named by their subfolders are added.
    pub(super) fn new(with_assets: Vec<Folder>, others: Vec<String>) -> Self {
        let mut tree: HashMap<String, FolderEntry> = HashMap::new();
        let others = others.into_iter().map(|path| Folder { path, assets: 0 });
        for folder in with_assets.into_iter().chain(others) {
            let mut path = folder.path.as_str();
            entry(&mut tree, path).assets += folder.assets;
            entry(&mut tree, path).with_subfolders += folder.assets;
            while !path.is_empty() {
                path = split(path).0;
                let above = entry(&mut tree, path);
                above.with_subfolders += folder.assets;
                above.has_folders = true;
            }
        }
        let mut folders: Vec<FolderEntry> = tree.into_values().collect();
        folders.sort_unstable_by(|a, b| split(&a.path).cmp(&split(&b.path)));
        Self(folders)
    }

    fn level(&self, parent: &str) -> &[FolderEntry] {
        let from = self.0.partition_point(|it| split(&it.path).0 < parent);
        let to = self.0.partition_point(|it| split(&it.path).0 <= parent);
        &self.0[from..to]
    }
}

fn entry<'t>(tree: &'t mut HashMap<String, FolderEntry>, path: &str) -> &'t mut FolderEntry {
    tree.entry(path.to_owned()).or_insert_with(|| FolderEntry {
        path: path.to_owned(),
        assets: 0,
        with_subfolders: 0,
        has_folders: false,
    })
}

impl Store {
    /// For each of these folders those right inside it, by name; the empty path is the root. Counts of a large catalogue may
    /// be some minutes old; they are all of one time.
    pub async fn folders_in(
        &self,
        company: CompanyId,
        parents: &[&str],
    ) -> Result<Vec<Vec<FolderEntry>>> {
        let snapshot = self.snapshot(company).await?;
        let level = |parent: &&str| {
            let level = snapshot.folders.level(parent).iter();
            level.filter(|it| !it.path.is_empty()).cloned().collect()
        };
        Ok(parents.iter().map(level).collect())
    }
}

impl Store {
    /// Folders by name, at most `limit`, in the order of their paths, and how many there are: every word must occur in the
    /// path, and one of them in the folder's own name. Case and accents do not matter.
    pub async fn folders_named(
        &self,
        company: CompanyId,
        text: &str,
        limit: usize,
    ) -> Result<(Vec<FolderEntry>, usize)> {
        let folded = fold(text);
        let words: Vec<&str> = folded.split_whitespace().collect();
        let snapshot = self.snapshot(company).await?;
        let is_meant = |entry: &&FolderEntry| {
            let path = fold(&entry.path);
            let name = split(&path).1;
            words.iter().all(|word| path.contains(word))
                && words.iter().any(|word| name.contains(word))
        };
        let mut named: Vec<&FolderEntry> = snapshot.folders.0.iter().filter(is_meant).collect();
        named.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let first = named.iter().take(limit).copied().cloned().collect();
        Ok((first, named.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_found_a_level_at_a_time_with_all_that_is_below() {
        let folder = |path: &str, assets| Folder {
            path: path.to_owned(),
            assets,
        };
        let with_assets = vec![
            folder("", 100),
            folder("a", 1),
            folder("a/b/c", 4),
            folder("ab", 8),
        ];
        let tree = FolderTree::new(with_assets, vec!["a/empty".to_owned(), "ab".to_owned()]);
        let level = |parent| -> Vec<(&str, i64, i64, bool)> {
            let level = tree.level(parent).iter();
            level
                .map(|it| {
                    (
                        it.path.as_str(),
                        it.assets,
                        it.with_subfolders,
                        it.has_folders,
                    )
                })
                .collect()
        };
        assert_eq!(
            level(""),
            [("", 100, 113, true), ("a", 1, 5, true), ("ab", 8, 8, false)]
        );
        assert_eq!(level("a"), [("a/b", 0, 4, true), ("a/empty", 0, 0, false)]);
        assert_eq!(level("nowhere"), []);
    }
}
