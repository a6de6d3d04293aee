//! The asset picker: search, folders, and a tick for each asset. What is ticked is stored with every button.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use crate::{
    app::App,
    domain::AssetKey,
    error::AppError,
    store::{AssetCursor, AssetQuery, Folder},
    web::{
        extract::{Form, MyDraft},
        shell::Shell,
        view::{AssetView, counted, draft_path, query_value},
    },
};

/// Assets on one page.
const PAGE: i64 = 48;

/// Longer searches are cut: no ID is as long.
const LONGEST_SEARCH: usize = 500;

/// What is looked for: it stands in the address, so that a view can be shared.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    folder: String,
    #[serde(default)]
    after: String,
}

/// The picker's form: what is looked for, what is ticked, and the button.
#[derive(Debug, Deserialize)]
pub struct ChooseForm {
    #[serde(default)]
    q: String,
    #[serde(default)]
    folder: String,
    #[serde(default)]
    asset: BTreeSet<AssetKey>,
    #[serde(default, rename = "do")]
    action: Action,
    /// The next page's place.
    #[serde(default)]
    after: String,
    /// A folder's button; `/` stands for all folders, because an empty field counts as none.
    open: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    #[default]
    Search,
    More,
    Add,
}

#[derive(Template, WebTemplate)]
#[template(path = "invalidations/assets.html")]
struct PickerPage {
    shell: Shell,
    draft: String,
    q: String,
    folder: String,
    crumbs: Vec<Crumb>,
    folders: Vec<FolderView>,
    assets: Vec<PickView>,
    next: Option<String>,
    is_first: bool,
    first_href: String,
    selected: String,
}

struct Crumb {
    name: String,
    path: String,
}

/// A folder right below the open one, with what is anywhere in it.
struct FolderView {
    name: String,
    path: String,
    assets: String,
}

struct PickView {
    asset: AssetView,
    selected: bool,
}

/// Shows what matches.
pub async fn show(
    State(app): State<App>,
    my: MyDraft,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    let company = my.at.company.id;
    let q = cut(&wanted.q);
    // A place that is none, or another list's, begins at the beginning.
    let after = wanted.after.parse::<AssetCursor>().ok();
    let query = AssetQuery {
        words: q.split_whitespace().map(str::to_owned).collect(),
        folder: Some(wanted.folder.clone()).filter(|folder| !folder.is_empty()),
        with_subfolders: true,
        after: after.clone(),
        limit: PAGE,
        ..AssetQuery::default()
    };
    let page = app.store.search_assets(company, &query).await?;
    let selected = app.store.draft_assets(my.draft.id).await?;
    let chosen: BTreeSet<AssetKey> = selected.iter().map(|asset| asset.key).collect();
    let site = my.at.company.site().ok();
    let draft = draft_path(&my.at.company, my.draft.id, "");
    let page = PickerPage {
        shell: Shell::at("Add Assets", &my.editor.0, &my.at),
        crumbs: crumbs(&wanted.folder),
        folders: subfolders(&app.store.folders(company).await?, &wanted.folder),
        assets: page
            .assets
            .iter()
            .map(|asset| PickView {
                asset: AssetView::new(asset, site.as_ref()),
                selected: chosen.contains(&asset.key),
            })
            .collect(),
        next: page.next.map(|cursor| cursor.to_string()),
        is_first: after.is_none(),
        first_href: format!(
            "assets?q={}&folder={}",
            query_value(&q),
            query_value(&wanted.folder)
        ),
        selected: counted(selected.len() as u64, "asset"),
        draft: draft.trim_end_matches('/').to_owned(),
        q,
        folder: wanted.folder,
    };
    Ok(page.into_response())
}

/// Adds what is ticked to the draft, then does what the button says.
pub async fn choose(
    State(app): State<App>,
    my: MyDraft,
    Form(form): Form<ChooseForm>,
) -> Result<Response, AppError> {
    let company = &my.at.company;
    let ticked: Vec<AssetKey> = form.asset.iter().copied().collect();
    if !ticked.is_empty() {
        app.store
            .add_draft_assets(company.id, my.draft.id, &ticked, app.clock.now())
            .await?;
    }
    let picker = draft_path(company, my.draft.id, "assets");
    let opened = form.open.as_deref().map(|path| path.trim_matches('/'));
    let folder = opened.unwrap_or(&form.folder);
    let list = format!(
        "{picker}?q={}&folder={}",
        query_value(&cut(&form.q)),
        query_value(folder)
    );
    let to = match form.action {
        _ if form.open.is_some() => list,
        Action::Search => list,
        Action::More => format!("{list}&after={}", query_value(&form.after)),
        Action::Add => draft_path(company, my.draft.id, "details"),
    };
    Ok((StatusCode::SEE_OTHER, Redirect::to(&to)).into_response())
}

fn cut(search: &str) -> String {
    search.chars().take(LONGEST_SEARCH).collect()
}

fn crumbs(folder: &str) -> Vec<Crumb> {
    let mut path = String::new();
    folder
        .split('/')
        .filter(|name| !name.is_empty())
        .map(|name| {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(name);
            Crumb {
                name: name.to_owned(),
                path: path.clone(),
            }
        })
        .collect()
}

/// The folders right below `open`, each with the number of assets anywhere in it.
fn subfolders(folders: &[Folder], open: &str) -> Vec<FolderView> {
    let mut below: BTreeMap<&str, u64> = BTreeMap::new();
    for folder in folders {
        let rest = match open {
            "" => Some(folder.path.as_str()),
            open => folder
                .path
                .strip_prefix(open)
                .and_then(|rest| rest.strip_prefix('/')),
        };
        if let Some(name) = rest
            .and_then(|rest| rest.split('/').next())
            .filter(|name| !name.is_empty())
        {
            *below.entry(name).or_default() += folder.assets.unsigned_abs();
        }
    }
    below
        .into_iter()
        .map(|(name, assets)| FolderView {
            name: name.to_owned(),
            path: if open.is_empty() {
                name.to_owned()
            } else {
                format!("{open}/{name}")
            },
            assets: crate::web::view::grouped(assets),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_listed_a_level_at_a_time_with_all_that_is_below() {
        let folder = |path: &str, assets| Folder {
            path: path.to_owned(),
            assets,
        };
        let all = [
            folder("a", 1),
            folder("a/b", 2),
            folder("a/b/c", 4),
            folder("ab", 8),
        ];
        let names = |open| -> Vec<(String, String)> {
            subfolders(&all, open)
                .into_iter()
                .map(|folder| (folder.path, folder.assets))
                .collect()
        };
        let pair = |path: &str, assets: &str| (path.to_owned(), assets.to_owned());
        assert_eq!(names(""), [pair("a", "7"), pair("ab", "8")]);
        assert_eq!(names("a"), [pair("a/b", "6")]);
        assert_eq!(names("nowhere"), []);
    }
}
