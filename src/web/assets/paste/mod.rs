//! *Paste IDs*: a list from a spreadsheet or a mail becomes a selection. What is not known is asked for at Adobe, and
//! what is much like it is offered.

mod read;

use std::collections::BTreeSet;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use self::read::{Pasted, Places};
use super::choose::add_supported;
use crate::{
    app::App,
    domain::{Asset, AssetClass, AssetKey, HostOrigin},
    error::AppError,
    web::{
        extract::{Form, MyDraft},
        forms::{Unreadable, readable, showable},
        shell::Shell,
        view::{counted, draft_path, grouped},
    },
};

/// More IDs at once are refused.
const MOST: usize = 10_000;

/// More rows of a kind are only counted.
const LISTED: usize = 200;

/// Adobe is asked for so many at once; more would be a list of something else.
const ASKED: usize = 1_000;

/// For so many of the IDs that are not found, similar ones are looked for, and so many of each.
const COMPARED: usize = 50;
const SIMILAR: i64 = 3;

#[derive(Template, WebTemplate)]
#[template(path = "assets/paste.html")]
struct PastePage {
    shell: Shell,
    draft: String,
    ids: String,
    refused: Option<String>,
    result: Option<ResultView>,
}

/// What became of the list.
struct ResultView {
    found: String,
    has_found: bool,
    examples: Vec<String>,
    more_found: usize,
    unsupported: Vec<String>,
    missing: Vec<Missing>,
    more_missing: usize,
    missing_count: String,
    foreign: Vec<String>,
    /// Adobe could not be asked.
    not_asked: Option<String>,
}

/// An ID that is not found, and what is much like it.
struct Missing {
    id: String,
    similar: Vec<Similar>,
}

struct Similar {
    key: AssetKey,
    id: String,
}

/// The list, what is ticked of what is much like, and the button.
#[derive(Debug, Deserialize)]
pub struct PasteForm {
    #[serde(default)]
    ids: String,
    #[serde(default)]
    asset: BTreeSet<AssetKey>,
    #[serde(default, rename = "do")]
    action: Action,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    #[default]
    Find,
    Add,
}

/// The assets of a list.
#[derive(Default)]
struct Found {
    assets: Vec<Asset>,
    missing: Vec<String>,
    foreign: Vec<String>,
    not_asked: Option<String>,
}

/// Shows the empty box.
pub async fn show(my: MyDraft) -> Response {
    PastePage::new(&my, String::new()).into_response()
}

/// Finds what is on the list, or adds it.
pub async fn act(
    State(app): State<App>,
    my: MyDraft,
    Form(form): Form<PasteForm>,
) -> Result<Response, AppError> {
    let page = PastePage::new(&my, showable(&form.ids));
    if readable(&form.ids).is_err() {
        return Ok(page.refuse(Unreadable::SENTENCE.to_owned()));
    }
    let pasted = read::read(&form.ids, &places(&app, &my).await?);
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
    let found = find(&app, &my, pasted).await?;
    if form.action == Action::Add {
        let keys: Vec<AssetKey> = found
            .assets
            .iter()
            .map(|asset| asset.key)
            .chain(form.asset)
            .collect();
        add_supported(&app, my.at.company.id, my.draft.id, &keys).await?;
        let to = draft_path(&my.at.company, my.draft.id, "assets?show=selected");
        return Ok(Redirect::to(&to).into_response());
    }
    let result = ResultView::new(&app, &my, found).await?;
    Ok(PastePage {
        result: Some(result),
        ..page
    }
    .into_response())
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

async fn find(app: &App, my: &MyDraft, pasted: Pasted) -> Result<Found, AppError> {
    let company = &my.at.company;
    let mut assets = app.store.assets_by_id(company.id, &pasted.ids).await?;
    // Dynamic Media may have one again that had vanished: it is asked.
    assets.retain(|asset| asset.vanished_at.is_none());
    let mut found = Found {
        foreign: pasted.foreign,
        ..Found::default()
    };
    let known: BTreeSet<&str> = assets.iter().map(|asset| asset.id.as_str()).collect();
    found.missing = pasted
        .ids
        .into_iter()
        .filter(|id| !known.contains(id.as_str()))
        .collect();
    found.assets = assets;
    if !found.missing.is_empty() && found.missing.len() <= ASKED {
        match app.syncer.look_up(company, &found.missing).await {
            Ok(assets) => {
                found
                    .missing
                    .retain(|id| !assets.iter().any(|asset| asset.id == *id));
                found.assets.extend(assets);
            }
            Err(error) => found.not_asked = Some(error.sentence()?),
        }
    }
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

impl ResultView {
    async fn new(app: &App, my: &MyDraft, found: Found) -> Result<Self, AppError> {
        let (unsupported, fine): (Vec<Asset>, Vec<Asset>) = found
            .assets
            .into_iter()
            .partition(|asset| asset.class() == AssetClass::Unsupported);
        let mut missing = Vec::new();
        for (index, id) in found.missing.iter().take(LISTED).enumerate() {
            let similar = if index < COMPARED {
                app.store.assets_like(my.at.company.id, id, SIMILAR).await?
            } else {
                Vec::new()
            };
            let similar = similar
                .into_iter()
                .filter(|asset| asset.class() != AssetClass::Unsupported);
            missing.push(Missing {
                id: id.clone(),
                similar: similar
                    .map(|asset| Similar {
                        key: asset.key,
                        id: asset.id,
                    })
                    .collect(),
            });
        }
        Ok(Self {
            found: counted(fine.len() as u64, "asset"),
            has_found: !fine.is_empty(),
            more_found: fine.len().saturating_sub(LISTED),
            examples: fine
                .into_iter()
                .take(LISTED)
                .map(|asset| asset.id)
                .collect(),
            unsupported: unsupported
                .into_iter()
                .map(|asset| format!("{} ({})", asset.id, asset.asset_type))
                .collect(),
            more_missing: found.missing.len().saturating_sub(LISTED),
            missing_count: counted(found.missing.len() as u64, "ID"),
            missing,
            foreign: found.foreign,
            not_asked: found.not_asked,
        })
    }

    /// Whether something can be added: what was found, or what is much like what was not.
    fn can_add(&self) -> bool {
        self.has_found
            || self
                .missing
                .iter()
                .any(|missing| !missing.similar.is_empty())
    }
}
