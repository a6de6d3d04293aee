//! What the picker's buttons and ticks do. Whatever is pressed, the ticks are stored first.

use std::collections::BTreeSet;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    count::all_selected,
    show::{PickerPage, back},
    wanted::{Show, Wanted},
};
use crate::{
    app::App,
    domain::{AssetClass, AssetKey, CompanyId, InvalidationId},
    error::AppError,
    web::{
        extract::{Form, Htmx, MyDraft},
        view::draft_path,
    },
};

/// The picker's form: what is looked for, what is ticked, and the button.
#[derive(Debug, Deserialize)]
pub struct ChooseForm {
    #[serde(flatten)]
    wanted: Wanted,
    /// Ticked now.
    #[serde(default)]
    asset: BTreeSet<AssetKey>,
    /// Ticked when the page was made.
    #[serde(default)]
    was: BTreeSet<AssetKey>,
    /// Just ticked, or its tick just taken away: by a script, one at a time or a range.
    #[serde(default)]
    tick: BTreeSet<AssetKey>,
    #[serde(default, rename = "do")]
    action: Action,
    /// A folder's button; `/` stands for all folders, because an empty field counts as none.
    open: Option<String>,
    /// The button of another list.
    list: Option<String>,
    /// X beside a selected asset.
    remove: Option<AssetKey>,
    /// The next page's place.
    #[serde(default)]
    next: String,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    #[default]
    Search,
    More,
    SelectAll,
    Paste,
    Grid,
    List,
    Add,
}

/// Stores the ticks, then does what the button says.
pub async fn choose(
    State(app): State<App>,
    my: MyDraft,
    Htmx(is_htmx): Htmx,
    headers: HeaderMap,
    Form(form): Form<ChooseForm>,
) -> Result<Response, AppError> {
    let (add, remove) = form.changes();
    store_ticks(&app, &my, &add, &remove).await?;
    let mut selected = None;
    if form.action == Action::SelectAll {
        match select_all(&app, &my, &form.wanted).await? {
            Ok(added) => selected = Some(added),
            Err(refusal) => {
                let page = PickerPage::load(&app, &my, form.wanted, Some(refusal)).await?;
                return Ok(
                    (StatusCode::UNPROCESSABLE_ENTITY, page.answer(&headers)?).into_response()
                );
            }
        }
    }
    if is_htmx {
        let said = match selected {
            Some(added) => Some(all_selected(&app, &my, added).await?),
            None => None,
        };
        let page = PickerPage::load(&app, &my, form.leads_to(), said).await?;
        return page.answer(&headers);
    }
    let page = |page| draft_path(&my.at.company, my.draft.id, page);
    let to = match form.action {
        Action::Add => back(&my),
        Action::Paste => page("assets/paste"),
        _ => format!("{}{}", page("assets"), form.leads_to().to_query()),
    };
    let to = match selected {
        Some(added) if to.contains('?') => format!("{to}&added={added}"),
        Some(added) => format!("{to}?added={added}"),
        None => to,
    };
    Ok((StatusCode::SEE_OTHER, Redirect::to(&to)).into_response())
}

/// Stores what was ticked, and of what the tick was taken away.
pub async fn store_ticks(
    app: &App,
    my: &MyDraft,
    add: &[AssetKey],
    remove: &[AssetKey],
) -> Result<(), AppError> {
    let (company, draft) = (my.at.company.id, my.draft.id);
    add_supported(app, company, draft, add).await?;
    if !remove.is_empty() {
        app.store
            .remove_draft_assets(company, draft, remove, app.clock.now())
            .await?;
    }
    Ok(())
}

/// Selects assets, but none of the formats that cannot be invalidated, whatever was sent.
pub async fn add_supported(
    app: &App,
    company: CompanyId,
    draft: InvalidationId,
    keys: &[AssetKey],
) -> Result<(), AppError> {
    if keys.is_empty() {
        return Ok(());
    }
    let assets = app.store.assets_by_key(company, keys).await?;
    let supported: BTreeSet<AssetKey> = assets
        .iter()
        .filter(|asset| asset.class() != AssetClass::Unsupported)
        .map(|asset| asset.key)
        .collect();
    let keys: Vec<AssetKey> = keys
        .iter()
        .copied()
        .filter(|key| supported.contains(key))
        .collect();
    let now = app.clock.now();
    app.store
        .add_draft_assets(company, draft, &keys, now)
        .await?;
    Ok(())
}

async fn select_all(
    app: &App,
    my: &MyDraft,
    wanted: &Wanted,
) -> Result<Result<u64, String>, AppError> {
    let now = app.clock.now();
    if wanted.list() == Show::Selected {
        return Ok(Ok(0));
    }
    let query = wanted.query(now);
    let selected = app
        .store
        .select_all_assets(my.at.company.id, my.draft.id, &query, now)
        .await?;
    Ok(selected.map_err(|too_many| {
        format!("Nothing was selected: {too_many}. Narrow the search with another word, a folder or a filter.")
    }))
}

impl ChooseForm {
    /// What is to be selected, and what no longer.
    fn changes(&self) -> (Vec<AssetKey>, Vec<AssetKey>) {
        let mut add: Vec<AssetKey> = self.asset.difference(&self.was).copied().collect();
        let mut remove: Vec<AssetKey> = self.was.difference(&self.asset).copied().collect();
        if !self.tick.is_empty() {
            // A script tells what changed, and only that: another tab may have chosen meanwhile.
            add = self.tick.intersection(&self.asset).copied().collect();
            remove = self.tick.difference(&self.asset).copied().collect();
        }
        remove.extend(self.remove);
        add.retain(|key| Some(*key) != self.remove);
        (add, remove)
    }

    /// The view that the button leads to.
    fn leads_to(&self) -> Wanted {
        let here = &self.wanted;
        if let Some(list) = &self.list {
            return here.only_list(list);
        }
        if let Some(path) = &self.open {
            return here.in_folder(path.trim_matches('/'));
        }
        match self.action {
            Action::More => Wanted {
                after: self.next.clone(),
                ..here.clone()
            },
            Action::Search => here.searched(),
            Action::Grid => with_view(here, "grid"),
            Action::List => with_view(here, ""),
            Action::SelectAll | Action::Paste | Action::Add => here.clone(),
        }
    }
}

fn with_view(here: &Wanted, view: &str) -> Wanted {
    Wanted {
        view: view.to_owned(),
        ..here.clone()
    }
}
