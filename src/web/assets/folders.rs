//! The folder tree beside the list: the way to the open folder with all that stands beside it, and what is in it; others load
//! as they open. Where a level holds too many to be listed, a folder is found by its name.

use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse as _, Response},
};
use serde::Deserialize;

use super::{
    show::shown,
    wanted::{folder, searchable},
};
use crate::{
    app::App,
    domain::CompanyId,
    error::AppError,
    store::{FolderEntry, StoreError},
    web::{
        extract::{MyDraft, Query},
        view::{draft_path, query_value},
    },
};

/// More folders of the level that was opened are not listed, nor more that are found by name.
const LISTED: usize = 300;

/// The same for the levels above it: a page shows several of them.
const BESIDE: usize = 100;

/// A part of the way to the open folder.
#[derive(Debug)]
pub struct Crumb {
    pub name: String,
    pub path: String,
}

/// Folders of one level.
#[derive(Debug, Default)]
pub struct Folders {
    pub level: Vec<FolderView>,
    pub more: usize,
    /// The name by which they were found.
    pub sought: Option<String>,
}

/// A folder as the tree shows it.
#[derive(Debug)]
pub struct FolderView {
    pub name: String,
    pub path: String,
    /// As a value in an address.
    pub encoded: String,
    pub assets: String,
    pub opens: bool,
    /// What is in it, where it leads to the open folder.
    pub inside: Option<FolderList>,
}

/// A level of the tree.
#[derive(Debug, Template)]
#[template(path = "assets/folders.html")]
pub struct FolderList {
    draft: String,
    /// The open folder.
    open: String,
    folders: Folders,
}

/// The folder whose inside is asked for; or the name that is looked for, and the open folder.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(deserialize_with = "folder")]
    at: String,
    #[serde(deserialize_with = "searchable")]
    find: String,
    #[serde(deserialize_with = "folder")]
    open: String,
}

/// Lists what is in a folder.
pub async fn list(
    State(app): State<App>,
    my: MyDraft,
    Query(Asked { at, find, open }): Query<Asked>,
) -> Result<Response, AppError> {
    let tree = Tree::new(&app, &my, &open);
    let list = if at.is_empty() {
        tree.around(&find).await?
    } else {
        tree.inside(&at).await?
    };
    Ok(Html(list.render()?).into_response())
}

impl Crumb {
    /// The way to a folder, itself last.
    pub fn of(folder: &str) -> Vec<Self> {
        let names = folder.match_indices('/').map(|(end, _)| end);
        names
            .chain([folder.len()])
            .map(|end| &folder[..end])
            .filter(|path| !path.is_empty() && !path.ends_with('/'))
            .map(|path| Self {
                name: path.rsplit('/').next().unwrap_or(path).to_owned(),
                path: path.to_owned(),
            })
            .collect()
    }
}

impl Folders {
    /// The first ones of a level, and one more that must be among them.
    fn first(mut level: Vec<FolderEntry>, most: usize, with: &str) -> Self {
        let rest = level.split_off(level.len().min(most));
        let more = rest.len();
        level.extend(rest.into_iter().filter(|it| it.path == with));
        Self {
            more: more - level.len().saturating_sub(most),
            level: level.into_iter().map(FolderView::from).collect(),
            sought: None,
        }
    }
}

/// What makes the lists.
pub struct Tree<'a> {
    app: &'a App,
    company: CompanyId,
    draft: String,
    open: &'a str,
}

impl<'a> Tree<'a> {
    pub fn new(app: &'a App, my: &MyDraft, open: &'a str) -> Self {
        let draft = draft_path(&my.at.company, my.draft.id, "");
        Self {
            app,
            company: my.at.company.id,
            draft: draft.trim_end_matches('/').to_owned(),
            open,
        }
    }

    /// The way to the open folder, with what stands beside it on each level and what is in it; or the folders of a name.
    pub async fn around(&self, find: &str) -> Result<FolderList, StoreError> {
        if !find.trim().is_empty() {
            return self.named(find).await;
        }
        let way = Crumb::of(self.open);
        let above = way.iter().map(|crumb| {
            let above = crumb.path.rsplit_once('/');
            above.map_or("", |(above, _)| above)
        });
        let folders: Vec<&str> = above.chain([self.open]).collect();
        let mut levels = self.app.store.folders_in(self.company, &folders).await?;
        let mut inside = Folders::first(levels.pop().unwrap_or_default(), LISTED, "");
        for (crumb, level) in way.iter().zip(levels).rev() {
            let mut level = Folders::first(level, BESIDE, &crumb.path);
            if let Some(on_the_way) = level.level.iter_mut().find(|it| it.path == crumb.path) {
                on_the_way.inside = on_the_way.opens.then(|| self.list(inside));
            }
            inside = level;
        }
        Ok(self.list(inside))
    }

    /// The folders in a folder.
    async fn inside(&self, folder: &str) -> Result<FolderList, StoreError> {
        let mut levels = self.app.store.folders_in(self.company, &[folder]).await?;
        let level = levels.pop().unwrap_or_default();
        Ok(self.list(Folders::first(level, LISTED, "")))
    }

    async fn named(&self, find: &str) -> Result<FolderList, StoreError> {
        let store = &self.app.store;
        let (found, all) = store.folders_named(self.company, find, LISTED).await?;
        let more = all - found.len();
        let as_path = |folder: FolderEntry| FolderView {
            name: folder.path.clone(),
            opens: false,
            ..FolderView::from(folder)
        };
        Ok(self.list(Folders {
            level: found.into_iter().map(as_path).collect(),
            more,
            sought: Some(find.to_owned()),
        }))
    }

    fn list(&self, folders: Folders) -> FolderList {
        FolderList {
            draft: self.draft.clone(),
            open: self.open.to_owned(),
            folders,
        }
    }
}

impl From<FolderEntry> for FolderView {
    fn from(folder: FolderEntry) -> Self {
        Self {
            name: folder.name().to_owned(),
            encoded: query_value(&folder.path),
            assets: shown(folder.with_subfolders),
            opens: folder.has_folders,
            path: folder.path,
            inside: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_folder_has_each_folder_on_it() {
        let way = |folder| -> Vec<(String, String)> {
            Crumb::of(folder)
                .into_iter()
                .map(|crumb| (crumb.name, crumb.path))
                .collect()
        };
        let pair = |name: &str, path: &str| (name.to_owned(), path.to_owned());
        assert_eq!(
            way("a/bö/c"),
            [pair("a", "a"), pair("bö", "a/bö"), pair("c", "a/bö/c")]
        );
        assert_eq!(way(""), []);
        assert_eq!(way("/"), []);
    }
}
