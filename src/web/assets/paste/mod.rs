//! *Paste IDs*: a list from a spreadsheet or a mail becomes a selection. What is not known is asked for at Adobe, and
//! what is much like it is offered.

mod address;
mod line;
mod read;
mod result;

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};

use self::{
    address::Places,
    read::{Parts, Pasted},
    result::{ResultView, Unasked},
};
use super::choose::{Ticks, add_supported, store_ticks};
use crate::{
    app::App,
    domain::{Asset, AssetKey, Company, HostOrigin},
    error::AppError,
    ops::sync::LookUpError,
    web::{
        extract::{Fields, Form, Htmx, MyDraft},
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
    /// Which list that is the result of.
    list: u64,
}

/// The assets of a list.
#[derive(Default)]
struct Found {
    assets: Vec<Asset>,
    missing: Vec<String>,
    /// What the missing ones may be called too.
    stems: BTreeMap<String, String>,
    /// What the missing ones may be made of.
    parts: BTreeMap<String, Parts>,
    /// What was found by that other name.
    by_stem: Vec<String>,
    foreign: Vec<String>,
    not_asked: Option<String>,
    /// The last of the missing ones that Adobe was asked for; empty where it was asked for none that is missing.
    asked: Option<String>,
    unasked: Option<Unasked>,
}

/// Of what commas part, how much the catalogue must have for it to be several. Of what blanks part it must have all: one
/// word of an ID that is missing may be another asset's ID, which nobody named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Several {
    /// All: so no asset is passed over that is called as the whole, and that Adobe has not been asked for.
    AllKnown,
    /// One.
    SomeKnown,
}

/// Shows the empty box.
pub async fn show(my: MyDraft) -> Response {
    PastePage::new(&my, String::new()).into_response()
}

/// Stores the ticks, whatever is pressed; then finds what is on the list, or adds it, or leads back. A script that only stores
/// them stays on the page.
pub async fn act(
    State(app): State<App>,
    my: MyDraft,
    Htmx(is_htmx): Htmx,
    Form(fields): Form<Fields>,
) -> Result<Response, AppError> {
    let (add, remove) = Ticks::of(&fields).changes();
    store_ticks(&app, &my, &add, &remove).await?;
    if is_htmx {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if fields.last("do") == Some("back") {
        let to = draft_path(&my.at.company, my.draft.id, "assets");
        return Ok(Redirect::to(&to).into_response());
    }
    let ids = fields.last("ids").unwrap_or_default();
    let page = PastePage::new(&my, showable(ids));
    if readable(ids).is_err() {
        return Ok(page.refuse(Unreadable::SENTENCE.to_owned()));
    }
    let pasted = read::read(ids, &places(&app, &my).await?);
    if pasted.ids.is_empty() && pasted.foreign.is_empty() {
        return Ok(page.refuse("Paste at least one ID or URL.".to_owned()));
    }
    let number = pasted.number();
    if number > MOST {
        let (number, most) = (grouped(number as u64), grouped(MOST as u64));
        let sentence =
            format!("These are {number} IDs; at most {most} can be added at once. Remove some.");
        return Ok(page.refuse(sentence));
    }
    let company = &my.at.company;
    let list = fingerprint(&pasted);
    let mut found = Found::in_catalogue(&app, company, pasted).await?;
    // Nothing is left out that was not told: of another list than the one that was looked for, the result comes first.
    let is_told = fields.last("list").and_then(|list| list.parse().ok()) == Some(list);
    let is_whole = found.missing.is_empty() && found.foreign.is_empty();
    if fields.last("do") == Some("add") && (is_told || is_whole) {
        // Adobe was asked when they were found, and the catalogue has what it knew.
        found.part(&app, company, Several::SomeKnown).await?;
        let keys: Vec<AssetKey> = found.assets.iter().map(|asset| asset.key).collect();
        add_supported(&app, my.at.company.id, my.draft.id, &keys).await?;
        let to = draft_path(&my.at.company, my.draft.id, "assets?show=selected");
        return Ok(Redirect::to(&to).into_response());
    }
    let from = fields.last("similar_from").filter(|_| is_told);
    if let Some(asked) = fields.last("asked").filter(|_| from.is_some()) {
        found.was_asked_to(asked);
    } else {
        let after = fields.last("next_after").unwrap_or_default();
        found.ask(&app, company, after).await?;
    }
    found.part(&app, company, Several::SomeKnown).await?;
    let from = from.and_then(|from| from.parse().ok()).unwrap_or_default();
    let page = PastePage {
        result: Some(ResultView::new(&app, &my, found, from).await?),
        list,
        ..page
    };
    Ok(page.into_response())
}

/// What tells one list from another.
fn fingerprint(pasted: &Pasted) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&pasted.ids, &pasted.foreign).hash(&mut hasher);
    hasher.finish()
}

/// Whoever shows the company's pictures: what somebody copies may come from the preview server.
async fn places(app: &App, my: &MyDraft) -> Result<Places, AppError> {
    let company = &my.at.company;
    let hosts = app.store.delivery_hosts(company.id).await?;
    let servers = [&company.publish_server, &my.at.preview_server];
    let servers = servers.into_iter().flatten();
    let servers = servers.filter_map(|server| HostOrigin::of(server.as_str()));
    let alias = company.alias.as_ref().map(|alias| alias.root.clone());
    Ok(Places::new(
        hosts.into_iter().map(|host| host.origin).chain(servers),
        company.root.clone().into_iter().chain(alias).collect(),
    ))
}

impl Found {
    /// What the catalogue has of a list.
    async fn in_catalogue(app: &App, company: &Company, pasted: Pasted) -> Result<Self, AppError> {
        let mut found = Self {
            missing: pasted.ids,
            stems: pasted.stems,
            parts: pasted.parts,
            foreign: pasted.foreign,
            ..Self::default()
        };
        let ids = found.missing.clone();
        found.take(&ids, known(app, company, &ids).await?);
        found.part(app, company, Several::AllKnown).await?;
        let stems = found.missing_stems(0);
        found.take(&stems, known(app, company, &stems).await?);
        Ok(found)
    }

    /// Parts the missing ones at their commas or blanks, where the catalogue has as much of them as `several` wants.
    async fn part(
        &mut self,
        app: &App,
        company: &Company,
        several: Several,
    ) -> Result<(), AppError> {
        let names = |parts: &Parts| -> Vec<String> {
            let stems = parts.ids.iter().filter_map(|part| self.stems.get(part));
            parts.ids.iter().chain(stems).cloned().collect()
        };
        let all = self.missing.iter().filter_map(|id| self.parts.get(id));
        let all: Vec<String> = all.flat_map(&names).collect();
        if all.is_empty() {
            return Ok(());
        }
        let assets = known(app, company, &all).await?;
        let ids: BTreeSet<&String> = assets.iter().map(|asset| &asset.id).collect();
        let has = |name: &String| ids.contains(name);
        let is_known = |part: &String| has(part) || self.stems.get(part).is_some_and(has);
        let are_several = |parts: &&Parts| {
            if several == Several::AllKnown || parts.are_words {
                parts.ids.iter().all(is_known)
            } else {
                parts.ids.iter().any(is_known)
            }
        };
        let (mut missing, mut parted, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
        for id in &self.missing {
            let several = self.parts.get(id).filter(are_several);
            parted.extend(several.into_iter().flat_map(&names));
            let entries = several.map_or(std::slice::from_ref(id), |parts| parts.ids.as_slice());
            missing.extend(entries.iter().filter(|id| seen.insert(*id)).cloned());
        }
        self.missing = missing;
        self.take(&parted, assets);
        Ok(())
    }

    /// Asks Adobe for what is missing: for so many as it is asked for at once, from the one on that follows `after`.
    async fn ask(&mut self, app: &App, company: &Company, after: &str) -> Result<(), AppError> {
        let from = self.place_after(after);
        let most = self.missing.len().min(from + ASKED);
        let mut later = self.missing.split_off(most);
        let asked = if self.missing.len() > from {
            self.look_up(app, company, from).await
        } else {
            Ok(())
        };
        let last = self.missing.last().cloned().unwrap_or_default();
        self.missing.append(&mut later);
        match asked {
            Ok(()) => self.was_asked_to(&last),
            Err(error) => self.not_asked = Some(error.sentence()?),
        }
        Ok(())
    }

    /// Adobe was asked for what is missing up to `last`.
    fn was_asked_to(&mut self, last: &str) {
        let number = self.missing.len() - self.place_after(last);
        let after = last.to_owned();
        self.asked = Some(after.clone());
        self.unasked = (number > 0).then_some(Unasked { number, after });
    }

    fn place_after(&self, id: &str) -> usize {
        let place = self.missing.iter().position(|it| it == id);
        place.map_or(0, |place| place + 1)
    }

    async fn look_up(
        &mut self,
        app: &App,
        company: &Company,
        from: usize,
    ) -> Result<(), LookUpError> {
        let ids = self.missing[from..].to_vec();
        self.take(&ids, app.syncer.look_up(company, &ids).await?);
        let stems = self.missing_stems(from);
        if !stems.is_empty() {
            self.take(&stems, app.syncer.look_up(company, &stems).await?);
        }
        Ok(())
    }

    /// The second names of what is missing from a place on.
    fn missing_stems(&self, from: usize) -> Vec<String> {
        let missing = self.missing.iter().skip(from);
        let stems: BTreeSet<&String> = missing.filter_map(|id| self.stems.get(id)).collect();
        stems.into_iter().cloned().collect()
    }

    /// Takes what was found, and off the list of what is missing.
    fn take(&mut self, asked: &[String], mut found: Vec<Asset>) {
        // Adobe may answer with an ID in another case: that is a near match, and another picture.
        let asked: BTreeSet<&String> = asked.iter().collect();
        found.retain(|asset| asked.contains(&asset.id));
        let ids: BTreeSet<&String> = found.iter().map(|asset| &asset.id).collect();
        let stems = &self.stems;
        let by_stem = self.missing.iter().filter(|id| {
            !ids.contains(id) && stems.get(*id).is_some_and(|stem| ids.contains(stem))
        });
        self.by_stem.extend(by_stem.cloned());
        self.missing.retain(|id| {
            !ids.contains(id) && !stems.get(id).is_some_and(|stem| ids.contains(stem))
        });
        let taken: BTreeSet<AssetKey> = self.assets.iter().map(|asset| asset.key).collect();
        found.retain(|asset| !taken.contains(&asset.key));
        self.assets.append(&mut found);
    }
}

/// Those of the catalogue. Dynamic Media may have one again that had vanished: it counts as missing, and is asked for.
async fn known(app: &App, company: &Company, ids: &[String]) -> Result<Vec<Asset>, AppError> {
    let mut assets = app.store.assets_by_id(company.id, ids).await?;
    assets.retain(|asset| asset.vanished_at.is_none());
    Ok(assets)
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
            list: 0,
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
