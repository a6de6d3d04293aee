//! The record of one invalidation: who, when, why, with which options and template, which assets, which URLs by their
//! origins, what Adobe answered to each request, and what was seen of the URLs then.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};

use super::{
    seen::SeenView,
    words::{Group, batch_view},
};
use crate::{
    app::App,
    domain::{CompanyId, PresetChoice},
    error::AppError,
    store::{Batch, Invalidation, Store},
    web::{
        bad_urls::BadUrls,
        covered::Covered,
        extract::{Editor, InCompany, InvalidationPath},
        shell::Shell,
        view::{Moment, company_path, counted, grouped, outcome_path},
    },
};

/// URLs that are listed of one origin; the rest is counted, and in the download.
const LISTED: usize = 100;

#[derive(Template, WebTemplate)]
#[template(path = "history/record.html")]
struct RecordPage {
    shell: Shell,
    /// The address of the outcome.
    outcome: String,
    history: String,
    base: String,
    who: String,
    when: Moment,
    note: String,
    urls: String,
    options: Vec<String>,
    template_version: Option<i32>,
    assets: Vec<String>,
    asset_total: String,
    more_assets: usize,
    groups: Vec<GroupView>,
    batches: Vec<BatchView>,
    seen: SeenView,
}

struct GroupView {
    title: String,
    count: String,
    urls: Vec<UrlView>,
    more: Option<String>,
}

struct UrlView {
    text: String,
    /// What it clears along with itself.
    covered: Covered,
}

struct BatchView {
    position: i32,
    urls: String,
    root: String,
    status: &'static str,
    status_text: &'static str,
    status_icon: &'static str,
    sent: Option<Moment>,
    finished: Option<Moment>,
    /// Adobe's handles: one, or of a search one for each part that it took.
    handles: Vec<String>,
    estimate: Option<String>,
    code: Option<i32>,
    reason: Option<String>,
    bad: BadUrls,
}

/// Shows the record of what was submitted.
pub async fn show(
    Editor(person): Editor,
    State(app): State<App>,
    at: InCompany,
    InvalidationPath(id): InvalidationPath,
) -> Result<Response, AppError> {
    let company = &at.company;
    let invalidation = app.store.invalidation(company.id, id).await?;
    let invalidation = invalidation.ok_or(AppError::NotFound)?;
    let submitted_at = invalidation.submitted_at.ok_or(AppError::NotFound)?;
    let batches = app.store.batches(company.id, id).await?;
    let assets = app.store.draft_assets(id).await?;
    let mut views = Vec::new();
    for batch in &batches {
        views.push(view(&app.store, company.id, batch).await?);
    }
    let groups = groups(&app, company.id, &batches).await?;
    let total: i64 = batches.iter().map(|batch| batch.url_count).sum();
    let page = RecordPage {
        shell: Shell::at("Record", &person, &at),
        outcome: outcome_path(company, id),
        base: company_path(company),
        history: format!("{}/invalidations", company_path(company)),
        who: invalidation.author_email.clone(),
        when: submitted_at.into(),
        note: app.store.note(company.id, id).await?,
        urls: counted(total.unsigned_abs(), "URL"),
        options: options(&invalidation, &batches, groups.folded),
        template_version: invalidation.template_version,
        asset_total: grouped(assets.len() as u64),
        more_assets: assets.len().saturating_sub(LISTED),
        assets: assets
            .into_iter()
            .take(LISTED)
            .map(|asset| asset.id)
            .collect(),
        groups: groups.views,
        seen: SeenView::load(&app.store, company.id, id).await?,
        batches: views,
    };
    Ok(page.into_response())
}

/// The switches that were on, in the words of Add Details. Of those that most lists do not need, only what made a
/// difference: an alias has a root of its own, and `folded` says whether a URL cleared others.
fn options(invalidation: &Invalidation, batches: &[Batch], folded: bool) -> Vec<String> {
    let has_alias = batches.iter().any(|batch| batch.root != batches[0].root);
    let options = invalidation.options;
    let presets = match &invalidation.presets {
        PresetChoice::All => "Asset associated image presets".to_owned(),
        PresetChoice::Some(names) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            format!("Asset associated image presets ({})", names.join(", "))
        }
    };
    [
        (options.presets, presets),
        (options.template, "Based on template".to_owned()),
        (options.alias && has_alias, "The alias too".to_owned()),
        (
            options.fold && folded,
            "All sizes and presets of an asset with one URL".to_owned(),
        ),
        (
            invalidation.split && batches.len() > 1,
            "Sent as several requests".to_owned(),
        ),
    ]
    .into_iter()
    .filter_map(|(on, words)| on.then_some(words))
    .collect()
}

/// The URLs by where they come from: one with several origins stands with each.
struct Groups {
    views: Vec<GroupView>,
    /// Whether one of them clears others.
    folded: bool,
}

/// Read batch by batch, so that no more than a thousand URLs are held at once.
async fn groups(app: &App, company: CompanyId, batches: &[Batch]) -> Result<Groups, AppError> {
    let mut folded = false;
    let mut groups: BTreeMap<Group, (usize, Vec<UrlView>)> = BTreeMap::new();
    for batch in batches {
        for url in app.store.batch_urls(company, batch.id, 0, i64::MAX).await? {
            folded |= !url.covers.is_empty();
            let mut of: Vec<Group> = url.origins.iter().map(Group::of).collect();
            of.sort_unstable();
            of.dedup();
            for group in of {
                let (count, listed) = groups.entry(group).or_default();
                *count += 1;
                if listed.len() < LISTED {
                    listed.push(UrlView {
                        text: url.url.clone(),
                        covered: Covered::of(&url.covers),
                    });
                }
            }
        }
    }
    let views = groups.into_iter().map(|(group, (count, urls))| GroupView {
        title: group.title(),
        count: counted(count as u64, "URL"),
        more: (count > urls.len()).then(|| grouped((count - urls.len()) as u64)),
        urls,
    });
    Ok(Groups {
        views: views.collect(),
        folded,
    })
}

async fn view(store: &Store, company: CompanyId, batch: &Batch) -> Result<BatchView, AppError> {
    let (status, status_text, status_icon) = batch_view(batch.state);
    let failure = batch.failure.as_ref();
    let handles = batch
        .receipts()
        .filter_map(|receipt| receipt.handle.clone());
    Ok(BatchView {
        position: batch.position,
        urls: counted(batch.url_count.unsigned_abs(), "URL"),
        root: batch.root.clone(),
        status,
        status_text,
        status_icon,
        sent: batch.sent_at.map(Moment::from),
        finished: batch.finished_at.map(Moment::from),
        handles: handles.collect(),
        estimate: batch
            .estimated_seconds()
            .map(|seconds| counted(u64::from(seconds.unsigned_abs()), "second")),
        code: failure.and_then(|failure| failure.code),
        reason: failure.map(|failure| failure.reason.clone()),
        bad: BadUrls::load(store, company, batch, batch.search().as_ref()).await?,
    })
}
