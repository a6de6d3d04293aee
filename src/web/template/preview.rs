//! What the template would do, shown while it is typed: characters left, problems by line, URLs of a sample.

use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse as _, Response},
};
use std::collections::BTreeSet;

use super::edit::TemplateForm;
use crate::{
    app::App,
    domain::{
        Asset, AssetClass, AssetKey, Company, DeliveryHost, GenericHosts, Options, Site,
        TEMPLATE_LIMIT, characters, check_template,
        formation::{self, Input},
    },
    error::AppError,
    ops::hosts,
    store::{AssetQuery, StoreError},
    web::{
        extract::{Admin, Form, InCompany},
        view::{ProblemView, grouped},
    },
};

/// How many URLs of the sample are shown.
const SHOWN: usize = 20;

/// The part of the page that changes while one types.
#[derive(Template)]
#[template(path = "template/preview.html")]
pub struct Preview {
    /// Characters left, or how many are too many.
    pub left: Result<String, String>,
    /// Problems by line.
    pub problems: Vec<ProblemView>,
    /// The sample's ID.
    pub sample: String,
    /// The URLs that the sample would get.
    pub urls: Vec<String>,
    /// How many more there are.
    pub more: usize,
    /// Why no URL can be formed.
    pub not_ready: Option<String>,
}

/// Forms it for a text of the editor.
pub async fn preview(app: &App, company: &Company, text: &str) -> Result<Preview, StoreError> {
    let hosts = app.store.delivery_hosts(company.id).await?;
    let generic = hosts::generic(&app.store, company).await?;
    let typed = characters(text);
    let mut preview = Preview {
        left: TEMPLATE_LIMIT
            .checked_sub(typed)
            .map(|left| grouped(left as u64))
            .ok_or_else(|| grouped((typed - TEMPLATE_LIMIT) as u64)),
        problems: Vec::new(),
        sample: String::new(),
        urls: Vec::new(),
        more: 0,
        not_ready: None,
    };
    match company.site() {
        Err(missing) => preview.not_ready = Some(missing.to_string()),
        Ok(site) if typed <= TEMPLATE_LIMIT => {
            let problems = check_template(text, &site, &hosts, &generic);
            preview.problems = problems
                .iter()
                .map(|problem| ProblemView::new(problem, &[], ""))
                .collect();
            let sample = sample(app, company).await?;
            let urls = sample_urls(&site, &hosts, &generic, text, &sample);
            preview.more = urls.len().saturating_sub(SHOWN);
            preview.urls = urls.into_iter().take(SHOWN).collect();
            preview.sample = sample.id;
        }
        Ok(_) => {}
    }
    Ok(preview)
}

fn sample_urls(
    site: &Site,
    hosts: &[DeliveryHost],
    generic: &GenericHosts,
    text: &str,
    sample: &Asset,
) -> Vec<String> {
    let plan = formation::form(&Input {
        site,
        hosts,
        generic,
        presets: &[],
        template: text,
        options: Options {
            presets: false,
            template: true,
            alias: true,
            fold: false,
        },
        assets: std::slice::from_ref(sample),
        manual: "",
        removed: &BTreeSet::new(),
    });
    plan.urls().map(|url| url.url.to_owned()).collect()
}

/// An asset of the company, or one made up while it has none.
async fn sample(app: &App, company: &Company) -> Result<Asset, StoreError> {
    let any_image = AssetQuery {
        class: Some(AssetClass::Image),
        limit: 1,
        ..AssetQuery::default()
    };
    let known = app
        .store
        .search_assets(company.id, &any_image)
        .await?
        .assets
        .into_iter()
        .next();
    Ok(known.unwrap_or_else(|| Asset {
        key: AssetKey::from_uuid(uuid::Uuid::nil()),
        id: "sample".to_owned(),
        file_name: "sample.jpg".to_owned(),
        folder: String::new(),
        asset_type: "Image".to_owned(),
        published: true,
        handle: None,
        created_at: app.clock.now(),
        changed_at: app.clock.now(),
        vanished_at: None,
    }))
}

/// Answers the editor's questions while its text is typed.
pub async fn show(
    Admin(_): Admin,
    State(app): State<App>,
    at: InCompany,
    Form(form): Form<TemplateForm>,
) -> Result<Response, AppError> {
    let preview = preview(&app, &at.company, &form.text).await?;
    Ok(Html(preview.render()?).into_response())
}
