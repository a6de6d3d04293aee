//! *Paste IDs*: a list from a spreadsheet or a mail becomes a selection. What is not known is asked for at Adobe, and
//! what is much like it is offered.

mod read;
mod result;

use std::collections::BTreeSet;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};

use self::{
    read::{Pasted, Places},
    result::{ResultView, Similar, Unasked},
};
use super::choose::add_supported;
use crate::{
    app::App,
    domain::{Asset, AssetKey, HostOrigin},
    error::AppError,
    web::{
        extract::{Fields, Form, MyDraft},
        forms::{Unreadable, readable, showable},
        shell::Shell,
        view::{draft_path, grouped},
    },
};

/// More IDs at once are refused.
const MOST: usize = 10_000;

/// Adobe is asked for so many at once; for the next ones when somebody wants it.
const ASKED: usize = 1_000;

#[derive(Template, WebTemplate)]
#[template(path = "assets/paste.html")]
struct PastePage {
    shell: Shell,
    draft: String,
    ids: String,
    refused: Option<String>,
    result: Option<ResultView>,
    /// What was ticked and is not among what is listed now.
    kept: Vec<Similar>,
}

/// The assets of a list.
#[derive(Default)]
struct Found {
    assets: Vec<Asset>,
    missing: Vec<String>,
    foreign: Vec<String>,
    not_asked: Option<String>,
    unasked: Option<Unasked>,
}

/// Shows the empty box.
pub async fn show(my: MyDraft) -> Response {
    PastePage::new(&my, String::new()).into_response()
}

/// Finds what is on the list, or adds it. The way back keeps what was ticked.
pub async fn act(
    State(app): State<App>,
    my: MyDraft,
    Form(fields): Form<Fields>,
) -> Result<Response, AppError> {
    let ids = fields.last("ids").unwrap_or_default();
    let ticked: BTreeSet<AssetKey> = fields.all("asset").collect();
    if fields.last("do") == Some("back") {
        let ticked: Vec<AssetKey> = ticked.into_iter().collect();
        add_supported(&app, my.at.company.id, my.draft.id, &ticked).await?;
        let to = draft_path(&my.at.company, my.draft.id, "assets");
        return Ok(Redirect::to(&to).into_response());
    }
    let page = PastePage {
        kept: kept(&app, &my, &ticked).await?,
        ..PastePage::new(&my, showable(ids))
    };
    if readable(ids).is_err() {
        return Ok(page.refuse(Unreadable::SENTENCE.to_owned()));
    }
    let pasted = read::read(ids, &places(&app, &my).await?);
    if pasted.ids.is_empty() && pasted.foreign.is_empty() {
        return Ok(page.refuse("Paste at least one ID or URL.".to_owned()));
    }
    let number = pasted.ids.len() + pasted.foreign.len();
    if number > MOST {
        let (number, most) = (grouped(number as u64), grouped(MOST as u64));
        let sentence =
            format!("These are {number} IDs; at most {most} can be added at once. Remove some.");
        return Ok(page.refuse(sentence));
    }
    let after = fields.last("next_after").unwrap_or_default();
    let found = find(&app, &my, pasted, after).await?;
    if fields.last("do") == Some("add") {
        let keys: Vec<AssetKey> = found
            .assets
            .iter()
            .map(|asset| asset.key)
            .chain(ticked)
            .collect();
        add_supported(&app, my.at.company.id, my.draft.id, &keys).await?;
        let to = draft_path(&my.at.company, my.draft.id, "assets?show=selected");
        return Ok(Redirect::to(&to).into_response());
    }
    let result = ResultView::new(&app, &my, found, &ticked).await?;
    let mut page = page;
    page.kept.retain(|it| !result.lists(it.key));
    page.result = Some(result);
    Ok(page.into_response())
}

/// What was ticked, whatever became of the list since.
async fn kept(
    app: &App,
    my: &MyDraft,
    ticked: &BTreeSet<AssetKey>,
) -> Result<Vec<Similar>, AppError> {
    let keys: Vec<AssetKey> = ticked.iter().copied().collect();
    let assets = app.store.assets_by_key(my.at.company.id, &keys).await?;
    let ticked = |asset| Similar::new(asset, true);
    Ok(assets.into_iter().map(ticked).collect())
}

async fn places(app: &App, my: &MyDraft) -> Result<Places, AppError> {
    let company = &my.at.company;
    let hosts = app.store.delivery_hosts(company.id).await?;
    let server = company.publish_server.as_ref();
    let server = server.and_then(|server| HostOrigin::of(server.as_str()));
    let alias = company.alias.as_ref().map(|alias| alias.root.clone());
    Ok(Places {
        hosts: hosts
            .into_iter()
            .map(|host| host.origin)
            .chain(server)
            .collect(),
        roots: company.root.clone().into_iter().chain(alias).collect(),
    })
}

/// Adobe is asked for what the catalogue does not have: for so many as it is asked for at once, from the one on that follows
/// `after`.
async fn find(app: &App, my: &MyDraft, pasted: Pasted, after: &str) -> Result<Found, AppError> {
    let company = &my.at.company;
    let mut assets = app.store.assets_by_id(company.id, &pasted.ids).await?;
    // Dynamic Media may have one again that had vanished: it is asked.
    assets.retain(|asset| asset.vanished_at.is_none());
    let known: BTreeSet<&str> = assets.iter().map(|asset| asset.id.as_str()).collect();
    let (mut missing, foreign) = (pasted.ids, pasted.foreign);
    missing.retain(|id| !known.contains(id.as_str()));
    let from = missing.iter().position(|id| id == after);
    let from = from.map_or(0, |place| place + 1);
    let mut later = missing.split_off(missing.len().min(from + ASKED));
    let mut found = Found {
        foreign,
        ..Found::default()
    };
    if missing.len() > from {
        match app.syncer.look_up(company, &missing[from..]).await {
            Ok(mut more) => {
                // Adobe may answer with an ID in another case: that is a near match, and another picture.
                more.retain(|asset| missing.contains(&asset.id));
                let more_ids: BTreeSet<&str> = more.iter().map(|asset| asset.id.as_str()).collect();
                missing.retain(|id| !more_ids.contains(id.as_str()));
                assets.extend(more);
                found.unasked = (!later.is_empty()).then(|| Unasked {
                    number: later.len(),
                    after: missing.last().cloned().unwrap_or_default(),
                });
            }
            Err(error) => found.not_asked = Some(error.sentence()?),
        }
    }
    missing.append(&mut later);
    found.missing = missing;
    found.assets = assets;
    Ok(found)
}

impl PastePage {
    fn new(my: &MyDraft, ids: String) -> Self {
        let draft = draft_path(&my.at.company, my.draft.id, "");
        Self {
            shell: Shell::at("Add Assets", &my.editor.0, &my.at),
            draft: draft.trim_end_matches('/').to_owned(),
            ids,
            refused: None,
            result: None,
            kept: Vec::new(),
        }
    }

    fn refuse(self, sentence: String) -> Response {
        let page = Self {
            refused: Some(sentence),
            ..self
        };
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    }
}
