//! The folder tree beside the list: what leads to the open folder, and what is in it; deeper ones load as they open.

use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse as _, Response},
};
use serde::Deserialize;

use super::show::shown;
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

/// More folders in one folder are not listed.
const LISTED: usize = 300;

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
}

/// The folders in a folder, loaded when it opens.
#[derive(Template)]
#[template(path = "assets/folders.html")]
struct FolderList {
    draft: String,
    folders: Folders,
}

/// The folder whose inside is asked for.
#[derive(Debug, Deserialize)]
pub struct At {
    #[serde(default)]
    at: String,
}

/// Lists what is in a folder.
pub async fn list(
    State(app): State<App>,
    my: MyDraft,
    Query(At { at }): Query<At>,
) -> Result<Response, AppError> {
    let draft = draft_path(&my.at.company, my.draft.id, "");
    let list = FolderList {
        draft: draft.trim_end_matches('/').to_owned(),
        folders: Folders::inside(&app, my.at.company.id, &at).await?,
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
    /// What is in a folder; in one without folders, those beside it.
    pub async fn around(app: &App, company: CompanyId, folder: &str) -> Result<Self, StoreError> {
        let inside = Self::inside(app, company, folder).await?;
        if !inside.level.is_empty() || folder.is_empty() {
            return Ok(inside);
        }
        let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
        Self::inside(app, company, above).await
    }

    async fn inside(app: &App, company: CompanyId, folder: &str) -> Result<Self, StoreError> {
        let mut level = app.store.folders_in(company, folder).await?;
        let more = level.len().saturating_sub(LISTED);
        level.truncate(LISTED);
        Ok(Self {
            level: level.into_iter().map(FolderView::from).collect(),
            more,
        })
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
