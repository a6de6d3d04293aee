//! Shows the picker: as a page, as a dialog over Add Details, or the part of it that changed.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{Html, IntoResponse as _, Response},
};
use futures_util::TryFutureExt as _;
use serde::Deserialize;

use super::{
    ask::Ask,
    count::{CountPart, all_selected, before_counting},
    folders::{Crumb, FolderList, Tree},
    fresh::AsOf,
    kinds::KindGroup,
    nothing::why_empty,
    rows::{PickRow, rows},
    shared::elsewhere,
    wanted::{Show, Wanted},
};
use crate::{
    app::App,
    domain::{Asset, CatalogueSync},
    error::AppError,
    web::{
        extract::{Fields, MyDraft, NoDraft, Query},
        shell::Shell,
        view::{counted, draft_path, grouped},
    },
};

/// Assets on one page.
const PAGE: i64 = 48;

const AT_THE_BEGINNING: &str =
    "There is nothing after that place. This is the beginning of the list.";

/// The page; its blocks are the parts that are asked for alone.
#[derive(Template, WebTemplate)]
#[template(path = "assets/page.html", blocks = ["picker", "view", "lists", "results", "as_of", "picked"])]
pub struct PickerPage {
    shell: Shell,
    pub picker: Picker,
}

/// The same over Add Details.
#[derive(Template)]
#[template(path = "assets/dialog.html")]
struct PickerDialog {
    page: PickerPage,
}

/// What is on it.
pub struct Picker {
    /// The start of the draft's addresses.
    pub draft: String,
    pub wanted: Wanted,
    pub list: Show,
    pub kinds: Vec<KindGroup>,
    pub crumbs: Vec<Crumb>,
    pub folders: FolderList,
    pub rows: Vec<PickRow>,
    pub ask: Ask,
    /// The next page's address, as a query.
    pub next: Option<String>,
    pub first: Option<String>,
    pub count_query: String,
    /// The address of what is on this page, as a query.
    pub shown: String,
    /// Whether the search gets the focus: as the page or the dialog opens, not where a part of it was asked for.
    pub takes_focus: bool,
    /// Whether the lists come beside the part that was asked for, to be put into their own place.
    pub lists_beside: bool,
    /// Whether somebody searches, and does not press a button that leads elsewhere.
    pub is_search: bool,
    /// How many there are, where the page was asked for it; otherwise a script asks.
    pub count: Option<CountPart>,
    /// What a button did, or why not.
    pub said: Option<String>,
    pub selected: Selected,
    pub as_of: Option<AsOf>,
    /// What the person asked for, at the end of a query.
    pub asked: String,
}

/// How much is selected, always in sight.
#[derive(Debug)]
pub struct Selected {
    pub number: i64,
    pub words: String,
}

impl Selected {
    fn new(number: i64) -> Self {
        Self {
            number,
            words: counted(number.unsigned_abs(), "asset"),
        }
    }
}

impl Picker {
    pub fn is_recent(&self) -> bool {
        self.list == Show::Recent
    }

    pub fn is_selected_list(&self) -> bool {
        self.list == Show::Selected
    }

    /// The folder that the list is of, for people.
    pub fn open_folder(&self) -> Option<&str> {
        match self.list {
            Show::All => Some(
                self.crumbs
                    .last()
                    .map_or("All folders", |crumb| &crumb.name),
            ),
            Show::Recent | Show::Selected => None,
        }
    }

    pub fn changed_is(&self, value: &str) -> bool {
        self.wanted.changed == value
    }

    /// Whether there may be something to select at once.
    pub fn offers_all(&self) -> bool {
        !self.is_selected_list() && self.rows.iter().any(|row| !row.asset.unsupported)
    }

    /// What *Select all* means, for who sees no count; where one page is all, there is nothing to say.
    pub fn before_selecting(&self) -> Option<String> {
        let is_more = self.next.is_some() || self.first.is_some();
        (self.offers_all() && is_more).then(before_counting)
    }

    /// Why the list is empty.
    pub fn nothing(&self) -> String {
        let as_of = self.as_of.as_ref();
        why_empty(&self.wanted, as_of.is_some_and(AsOf::is_first_reading))
    }
}

/// What stands in an address beside what is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Beside {
    /// How many assets *Select all* added just before: without a script, it leads to a page that says so.
    added: String,
    /// `1`: with the count in the page.
    count: String,
    /// `search`, where a script asks while somebody types.
    #[serde(rename = "do")]
    action: String,
}

/// Shows what is asked for.
pub async fn show(
    State(app): State<App>,
    my: Result<MyDraft, NoDraft>,
    Query(wanted): Query<Wanted>,
    Query(beside): Query<Beside>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let my = match my {
        Ok(my) => my,
        Err(no) => return Ok(elsewhere(no, &wanted)),
    };
    let is_search = beside.action == "search";
    let wanted = if is_search { wanted.searched() } else { wanted };
    let said = match beside.added.parse() {
        Ok(added) => all_selected(&app, &my, added).await?,
        Err(_) => None,
    };
    let sync = app.store.catalogue_sync(my.at.company.id).await?;
    let (found, ()) = tokio::try_join!(find(&app, &my, &wanted), freshened(&app, &my, &wanted))?;
    let mut page = PickerPage::of(&app, &my, wanted, &sync, found, said).await?;
    page.picker.is_search = is_search;
    if beside.count == "1" {
        let count = CountPart::load(&app, &my, &page.picker.wanted).await?;
        page.picker.count = Some(count);
    }
    page.answer(&headers)
}

/// Asks for a newer catalogue where somebody begins to look.
async fn freshened(app: &App, my: &MyDraft, wanted: &Wanted) -> Result<(), AppError> {
    // Freshness is a wish: that it cannot be had must not keep anybody from choosing.
    if wanted.after.is_empty()
        && let Err(error) = app.syncer.freshen(my.at.company.id).await
    {
        tracing::warn!(%error, "a catalogue could not be asked to be brought up to date");
    }
    Ok(())
}

/// The button on Add Details that leads to the picker. An address of its own part would not load the page anew.
pub fn back(my: &MyDraft) -> String {
    draft_path(&my.at.company, my.draft.id, "details#add-assets")
}

impl PickerPage {
    /// Reads it all.
    pub async fn load(
        app: &App,
        my: &MyDraft,
        wanted: Wanted,
        said: Option<String>,
    ) -> Result<Self, AppError> {
        let sync = app.store.catalogue_sync(my.at.company.id).await?;
        let found = find(app, my, &wanted).await?;
        Self::of(app, my, wanted, &sync, found, said).await
    }

    /// Reads what belongs to what was found, after `sync` was read: it may be newer than the page says, never older.
    async fn of(
        app: &App,
        my: &MyDraft,
        mut wanted: Wanted,
        sync: &CatalogueSync,
        mut found: FoundPage,
        mut said: Option<String>,
    ) -> Result<Self, AppError> {
        let company = my.at.company.id;
        let draft = draft_path(&my.at.company, my.draft.id, "");
        if found.assets.is_empty() && !wanted.after.is_empty() {
            // The place was the last one, or is none any more: an empty page would say that there is nothing at all.
            wanted = wanted.first_page();
            found = find(app, my, &wanted).await?;
            let is_told = said.is_none() && !found.assets.is_empty();
            said = said.or(is_told.then(|| AT_THE_BEGINNING.to_owned()));
        }
        // A newer catalogue is asked for as the person did: what was replaced meanwhile then comes first.
        let asked = wanted.clone();
        let asks_nothing = wanted.show.is_empty() && wanted.after.is_empty();
        if found.assets.is_empty() && wanted.list() == Show::Recent && asks_nothing {
            // Nothing was replaced lately: then everything is more use than an empty list.
            "all".clone_into(&mut wanted.show);
            found = find(app, my, &wanted).await?;
        }
        let words = if wanted.list() == Show::Selected {
            Vec::new()
        } else {
            wanted.words()
        };
        let tree = Tree::new(app, my, &wanted.folder);
        // At once: none waits for what another one says.
        let (rows, ask, types, folders, selected) = tokio::try_join!(
            rows(app, my, &found.assets, &words),
            Ask::about(app, my, &wanted, &found.assets),
            app.store.asset_types(company).err_into(),
            tree.around(&wanted.find).err_into(),
            app.store.count_selected(my.draft.id).err_into(),
        )?;
        let next = found.next.map(|after| Wanted {
            after,
            ..wanted.clone()
        });
        let picker = Picker {
            draft: draft.trim_end_matches('/').to_owned(),
            list: wanted.list(),
            kinds: KindGroup::all(&wanted, types),
            crumbs: Crumb::of(&wanted.folder),
            folders,
            rows,
            ask,
            next: next.map(|next| next.to_query()),
            first: (!wanted.after.is_empty()).then(|| wanted.first_page().to_query()),
            shown: wanted.to_query(),
            takes_focus: true,
            lists_beside: false,
            is_search: false,
            count_query: wanted.first_page().to_query(),
            count: None,
            said,
            as_of: AsOf::of(sync, app.clock.now()),
            asked: asked.and_query(),
            selected: Selected::new(selected),
            wanted,
        };
        Ok(Self {
            shell: Shell::at("Add Assets", &my.editor.0, &my.at),
            picker,
        })
    }

    /// The whole page; for htmx the part that it asks for. Going back in a dialog's history asks for a whole page.
    pub fn answer(mut self, headers: &HeaderMap) -> Result<Response, AppError> {
        let is_back = headers.contains_key("hx-history-restore-request");
        let target = headers
            .get("hx-target")
            .and_then(|target| target.to_str().ok());
        let part = match target.filter(|_| !is_back) {
            Some("picker-dialog") => {
                return Ok(Html(PickerDialog { page: self }.render()?).into_response());
            }
            Some("picked") => return Ok(Html(self.as_picked().render()?).into_response()),
            Some("results") => self.results()?,
            Some("view") => self.as_view().render()?,
            Some("picker") => {
                self.picker.takes_focus = false;
                self.as_picker().render()?
            }
            _ => return Ok(self.into_response()),
        };
        let address = format!(
            "{}/assets{}",
            self.picker.draft,
            self.picker.wanted.to_query()
        );
        let mut response = Html(part).into_response();
        if let Ok(address) = HeaderValue::from_str(&address) {
            let header = if self.goes_on_searching(headers) {
                HeaderName::from_static("hx-replace-url")
            } else {
                HeaderName::from_static("hx-push-url")
            };
            response.headers_mut().insert(header, address);
        }
        Ok(response)
    }

    /// The list, and what stands elsewhere on the page but says which list it is.
    pub fn results(&mut self) -> askama::Result<String> {
        self.picker.lists_beside = true;
        Ok(self.as_results().render()? + &self.as_lists().render()?)
    }

    /// Whether the page that asks shows a search already: then a letter more is no place of its own to go back to.
    fn goes_on_searching(&self, headers: &HeaderMap) -> bool {
        let asking = headers.get("hx-current-url");
        let asking = asking.and_then(|url| url.to_str().ok()).unwrap_or_default();
        let (page, query) = asking.split_once('?').unwrap_or_default();
        let is_picker = page.ends_with(&format!("{}/assets", self.picker.draft));
        self.picker.is_search && is_picker && Fields::of_query(query).last("q").is_some()
    }
}

struct FoundPage {
    assets: Vec<Asset>,
    next: Option<String>,
}

async fn find(app: &App, my: &MyDraft, wanted: &Wanted) -> Result<FoundPage, AppError> {
    if wanted.list() == Show::Selected {
        let after = wanted.after.parse().unwrap_or(0);
        let mut placed = app
            .store
            .selected_assets(my.draft.id, after, PAGE + 1)
            .await?;
        let more = placed.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        if more {
            placed.pop();
        }
        let last = placed.last().map(|(position, _)| position.to_string());
        return Ok(FoundPage {
            next: last.filter(|_| more),
            assets: placed.into_iter().map(|(_, asset)| asset).collect(),
        });
    }
    let mut query = wanted.query(app.clock.now());
    query.limit = PAGE;
    let page = app.store.search_assets(my.at.company.id, &query).await?;
    Ok(FoundPage {
        assets: page.assets,
        next: page.next.map(|next| next.to_string()),
    })
}

/// The number as people read it.
pub fn shown(number: i64) -> String {
    grouped(number.unsigned_abs())
}
