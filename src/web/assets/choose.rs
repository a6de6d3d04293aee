//! What the picker's buttons and ticks do. Whatever is pressed, the ticks are stored first.

use std::collections::BTreeSet;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{
    count::{all_selected, with_count},
    show::{PickerPage, back},
    wanted::{Show, Wanted, folder_of},
};
use crate::{
    app::App,
    domain::{AssetClass, AssetKey, CompanyId, InvalidationId},
    error::AppError,
    web::{
        extract::{Fields, Form, Htmx, MyDraft},
        view::{asset_history, draft_path},
    },
};

/// The picker's form: what is looked for, what is ticked, and the button. What cannot be read counts as not sent.
#[derive(Debug)]
struct ChooseForm {
    wanted: Wanted,
    /// The list that is on the page, which knows nothing of what was typed since.
    shown: Wanted,
    ticks: Ticks,
    action: Action,
    /// A folder's button, by its path; empty for all folders, whose button says `/`, because an empty field counts as none.
    open: Option<String>,
    /// The button of another list.
    list: Option<String>,
    /// X beside a selected asset.
    take_out: Option<AssetKey>,
    /// The button of another page of the list: all that it asks for.
    page: Option<Wanted>,
    /// The button that leads to an image's sets.
    sets: Option<AssetKey>,
    /// The button that leads to an asset's history, by its ID.
    history: Option<String>,
}

/// What a form says of its ticks.
#[derive(Debug)]
pub struct Ticks {
    /// Ticked now.
    asset: BTreeSet<AssetKey>,
    /// Ticked when the page was made.
    was: BTreeSet<AssetKey>,
    /// Just ticked, or its tick just taken away: by a script, one at a time or a range.
    tick: BTreeSet<AssetKey>,
}

impl Ticks {
    /// Reads them.
    pub fn of(fields: &Fields) -> Self {
        Self {
            asset: fields.all("asset").collect(),
            was: fields.all("was").collect(),
            tick: fields.all("tick").collect(),
        }
    }

    /// What is to be selected, and what no longer.
    pub fn changes(&self) -> (Vec<AssetKey>, Vec<AssetKey>) {
        let missing_in = |all: &BTreeSet<AssetKey>, other| all.difference(other).copied().collect();
        if self.tick.is_empty() {
            return (
                missing_in(&self.asset, &self.was),
                missing_in(&self.was, &self.asset),
            );
        }
        // A script tells what changed, and only that: another tab may have chosen meanwhile.
        let add = self.tick.intersection(&self.asset).copied().collect();
        (add, missing_in(&self.tick, &self.asset))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Search,
    SelectAll,
    Paste,
    Ask,
    Count,
    Grid,
    List,
    Add,
    Close,
}

/// Stores the ticks, then does what the button says.
pub async fn choose(
    State(app): State<App>,
    my: MyDraft,
    Htmx(is_htmx): Htmx,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, AppError> {
    let form = ChooseForm::of(&fields)?;
    let (add, remove) = form.changes();
    store_ticks(&app, &my, &add, &remove).await?;
    let mut selected = None;
    if form.action == Action::SelectAll {
        // What the page counts, not what was typed since.
        match select_all(&app, &my, &form.shown).await? {
            Ok(added) => selected = Some(added),
            Err(refusal) => {
                let page = PickerPage::load(&app, &my, form.shown, Some(refusal)).await?;
                return Ok(
                    (StatusCode::UNPROCESSABLE_ENTITY, page.answer(&headers)?).into_response()
                );
            }
        }
    }
    if is_htmx {
        let said = match selected {
            Some(added) => all_selected(&app, &my, added).await?,
            None => None,
        };
        let page = PickerPage::load(&app, &my, form.leads_to(), said).await?;
        return page.answer(&headers);
    }
    let to = form.path(&my);
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
    fn of(fields: &Fields) -> Result<Self, AppError> {
        let text = |name| fields.last(name).map(str::to_owned);
        let query = |name| {
            let query = fields.last(name).map(Fields::of_query);
            query.map(|query| query.read()).transpose()
        };
        let wanted: Wanted = fields.read()?;
        Ok(Self {
            shown: query("shown")?.unwrap_or_else(|| wanted.clone()),
            wanted,
            ticks: Ticks::of(fields),
            action: Action::of(fields.last("do").unwrap_or_default()),
            open: text("open").map(|path| folder_of(path.trim_matches('/')).to_owned()),
            list: text("list"),
            take_out: fields.all("take_out").last(),
            page: query("page")?,
            sets: fields.all("sets").last(),
            history: text("history"),
        })
    }

    /// Where the button leads, without a script.
    fn path(&self, my: &MyDraft) -> String {
        let page = |page: &str| draft_path(&my.at.company, my.draft.id, page);
        if let Some(image) = self.sets {
            let place = self.shown.and_query();
            return page(&format!("assets/sets?asset={image}{place}"));
        }
        if let Some(id) = &self.history {
            return asset_history(page("").trim_end_matches('/'), id);
        }
        match self.action {
            Action::Add | Action::Close => back(my),
            Action::Paste => page("assets/paste"),
            Action::Ask => page(&format!("assets/ask{}", self.wanted.to_query())),
            Action::Count => page(&with_count(&self.shown)),
            _ => page(&format!("assets{}", self.leads_to().to_query())),
        }
    }

    /// What is to be selected, and what no longer.
    fn changes(&self) -> (Vec<AssetKey>, Vec<AssetKey>) {
        let (mut add, mut remove) = self.ticks.changes();
        remove.extend(self.take_out);
        add.retain(|key| Some(*key) != self.take_out);
        (add, remove)
    }

    /// The view that the button leads to.
    fn leads_to(&self) -> Wanted {
        let here = &self.wanted;
        if let Some(list) = &self.list {
            return here.only_list(list);
        }
        if let Some(path) = &self.open {
            return here.in_folder(path);
        }
        if let Some(page) = &self.page {
            return page.clone();
        }
        if self.take_out.is_some() {
            return self.shown.clone();
        }
        match self.action {
            Action::Search => here.searched(),
            Action::Grid => self.with_view("grid"),
            Action::List => self.with_view(""),
            Action::Count | Action::SelectAll => self.shown.clone(),
            _ => here.clone(),
        }
    }

    /// The same list at the same place, shown otherwise. Where something was typed since, it is another list.
    fn with_view(&self, view: &str) -> Wanted {
        let here = &self.wanted;
        let shown = Wanted {
            find: here.find.clone(),
            ..self.shown.first_page()
        };
        let after = if shown == *here {
            self.shown.after.clone()
        } else {
            String::new()
        };
        Wanted {
            view: view.to_owned(),
            after,
            ..here.clone()
        }
    }
}

impl Action {
    fn of(name: &str) -> Self {
        match name {
            "select-all" => Self::SelectAll,
            "paste" => Self::Paste,
            "ask" => Self::Ask,
            "count" => Self::Count,
            "grid" => Self::Grid,
            "list" => Self::List,
            "add" => Self::Add,
            "close" => Self::Close,
            _ => Self::Search,
        }
    }
}
