//! Adobe's IPS endpoint as the demo and the tests have it: as strict as the real one, with switches to misbehave.
//!
//! It shares no code with `crate::ips`, so that a mistake there is not made twice. It knows nothing of caches: what it
//! accepts it hands to whoever asked with [`IpsSandbox::on_purge`].

mod answer;
mod asset;
mod call;
mod cdn_cache_invalidation;
mod check_login;
mod conditions;
mod config;
mod context;
mod fields;
mod get_asset_counts;
mod get_assets_by_name;
mod get_associated_assets;
mod get_company_info;
mod get_company_membership;
mod get_folder_tree;
mod get_image_formats;
mod get_property_set_types;
mod get_property_sets;
mod get_user_info;
mod knobs;
mod request;
mod search_assets;
mod settings;
mod spoil;
mod update_property_set;

use std::sync::{Arc, PoisonError, RwLock};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::HeaderMap,
    response::Response,
    routing::post,
};
use tokio::sync::watch;
use tower_http::{CompressionLevel, compression::CompressionLayer};

use self::{
    answer::{Fault, Head, Reply},
    context::{Context, Done},
    request::Request,
    settings::Settings,
};
pub use self::{
    call::Call,
    config::{IpsAccount, IpsCompany, IpsConfig, IpsRole},
    knobs::{
        AnswerForm, FolderTreeForm, Instead, Knobs, MembershipForm, OddUser, Only, SearchKnobs,
        TotalRows, UpdatedForm,
    },
};
use super::{library::Library, people};
use crate::clock::Clock;

/// The largest request taken, in bytes: 1,000 long URLs fit many times.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// The endpoint. Clones share everything.
#[derive(Clone)]
pub struct IpsSandbox(Arc<Shared>);

type Listener = Box<dyn Fn(&[String]) + Send + Sync>;
type PageHook = Box<dyn Fn(u32) + Send + Sync>;

struct Shared {
    config: IpsConfig,
    settings: Settings,
    knobs: watch::Sender<Knobs>,
    calls: watch::Sender<Vec<Call>>,
    listeners: RwLock<Vec<Listener>>,
    page_hooks: RwLock<Vec<PageHook>>,
}

impl std::fmt::Debug for IpsSandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IpsSandbox")
    }
}

impl IpsSandbox {
    /// A sandbox that behaves well until [`IpsSandbox::knobs`] says otherwise.
    #[must_use]
    pub fn new(config: IpsConfig) -> Self {
        Self(Arc::new(Shared {
            settings: Settings::new(&config.companies),
            config,
            knobs: watch::Sender::default(),
            calls: watch::Sender::default(),
            listeners: RwLock::default(),
            page_hooks: RwLock::default(),
        }))
    }

    /// A sandbox of one company, [`COMPANY_HANDLE`], with these assets, for [`ACCOUNT`]: what a benchmark needs.
    ///
    /// [`COMPANY_HANDLE`]: super::catalogue::COMPANY_HANDLE
    /// [`ACCOUNT`]: super::ACCOUNT
    #[must_use]
    pub fn with_catalogue(clock: &Clock, library: Arc<dyn Library>) -> Self {
        Self::new(people::config_of(clock, library))
    }

    /// Has `clear` called with the URLs of every accepted purge, before it is answered.
    pub fn on_purge(&self, clear: impl Fn(&[String]) + Send + Sync + 'static) {
        let mut listeners = self.0.listeners.write();
        listeners
            .as_mut()
            .unwrap_or_else(|poisoned| poisoned.get_mut())
            .push(Box::new(clear));
    }

    /// Has `happen` called with the number of every page that is asked for, before it is read: what it changes is seen
    /// on that page.
    pub fn on_page(&self, happen: impl Fn(u32) + Send + Sync + 'static) {
        let mut hooks = self.0.page_hooks.write();
        hooks
            .as_mut()
            .unwrap_or_else(|poisoned| poisoned.get_mut())
            .push(Box::new(happen));
    }

    /// The application settings that a company has now: names and values. Nothing for an unknown handle.
    #[must_use]
    pub fn settings(&self, company_handle: &str) -> Vec<(String, String)> {
        let set = self.0.settings.of(company_handle);
        set.map(|set| set.properties).unwrap_or_default()
    }

    /// Turns switches, at any time.
    pub fn knobs(&self, turn: impl FnOnce(&mut Knobs)) {
        self.0.knobs.send_modify(turn);
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.0.calls.borrow().clone()
    }

    /// Waits until that many requests have arrived, held ones included, and returns them all.
    pub async fn wait_for_calls(&self, count: usize) -> Vec<Call> {
        let mut calls = self.0.calls.subscribe();
        let arrived = calls.wait_for(|calls| calls.len() >= count).await;
        arrived.map_or_else(|_| self.calls(), |calls| calls.clone())
    }

    /// `POST /scene7/services/IpsApiService`.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/scene7/services/IpsApiService", post(receive))
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .layer(
                CompressionLayer::new()
                    .no_br()
                    .quality(CompressionLevel::Fastest),
            )
            .with_state(self.clone())
    }

    fn purge(&self, urls: &[String]) {
        let listeners = self.0.listeners.read();
        for clear in &*listeners.unwrap_or_else(PoisonError::into_inner) {
            clear(urls);
        }
    }
}

async fn receive(State(sandbox): State<IpsSandbox>, headers: HeaderMap, body: Bytes) -> Response {
    let knobs = sandbox.0.knobs.borrow().clone();
    let (verdict, mut call) = sandbox.judge(&knobs, &headers, &body);
    let struck = knobs.strike(&call.operation, call.page());
    let instead = knobs.instead.filter(|_| struck);
    let reached = !matches!(instead, Some(Instead::Html | Instead::Unavailable));
    let purges = reached && !verdict.purge.is_empty();
    call.accepted = (reached && call.fault.is_none()).then(|| verdict.purge.clone());
    sandbox.0.calls.send_modify(|calls| calls.push(call));

    if struck {
        let mut watched = sandbox.0.knobs.subscribe();
        // It fails only when the sandbox is gone, and `sandbox` is right here.
        let _ = watched.wait_for(|knobs| !knobs.hold).await;
    }
    if purges && !knobs.drop_purges {
        sandbox.purge(&verdict.purge);
    }
    verdict.reply.into_response(instead)
}

/// What to answer, and what to clear.
struct Verdict {
    reply: Reply,
    purge: Vec<String>,
}

impl IpsSandbox {
    /// Reads and checks a request, and carries it out but for the purge.
    fn judge(&self, knobs: &Knobs, headers: &HeaderMap, body: &[u8]) -> (Verdict, Call) {
        let mut head = Head::new(knobs.soap12);
        let mut call = Call::default();
        let outcome = request::document(body).and_then(|document| {
            let request = Request::read(headers, &document, &mut head)?;
            call.operation.clone_from(&request.operation);
            call.email = request.credentials.as_ref().map(|(email, _)| email.clone());
            call.company_handle = request.text("companyHandle");
            call.urls = request.items("urlArray");
            call.texts = request.texts();
            let account = self.account(&request)?;
            self.strike(knobs, &call)?;
            let context = Context {
                config: &self.0.config,
                knobs,
                account,
                settings: &self.0.settings,
                number: self.0.calls.borrow().len() + 1,
            };
            perform(&context, &request)
        });
        if let Some(status) = knobs.fault_status {
            head.fault_status = status;
        }
        call.fault = outcome.as_ref().err().map(|fault| fault.code);
        let (reply, purge) = match outcome {
            Ok(done) => (reply(&head, knobs, &done.children), done.purge),
            Err(fault) => (head.fault(&fault), Vec::new()),
        };
        (Verdict { reply, purge }, call)
    }

    /// What the switches and the hooks do to a request before it is looked at.
    fn strike(&self, knobs: &Knobs, call: &Call) -> Result<(), Fault> {
        if let Some(code) = knobs.fault
            && knobs.strike(&call.operation, call.page())
        {
            return Err(Fault::new(code, "A switch of the sandbox is on".to_owned()));
        }
        if let Some(page) = call.page() {
            let hooks = self.0.page_hooks.read();
            for happen in &*hooks.unwrap_or_else(PoisonError::into_inner) {
                happen(page);
            }
        }
        Ok(())
    }

    fn account(&self, request: &Request<'_, '_>) -> Result<&IpsAccount, Fault> {
        let (email, password) = request
            .credentials
            .as_ref()
            .ok_or_else(|| Fault::new(10_000, "No credentials".to_owned()))?;
        let now = self.0.config.clock.now();
        let mut accounts = self.0.config.accounts.iter();
        // Nothing public tells what an expired password meets; a wrong one cannot be told from it here either.
        accounts
            .find(|account| account.signs_in(email, password, now))
            .ok_or_else(|| Fault::new(10_001, "Invalid credentials".to_owned()))
    }
}

/// Finds the operation. A new one is a file beside `cdn_cache_invalidation.rs` and a line here.
fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    match request.operation.as_str() {
        "cdnCacheInvalidation" => cdn_cache_invalidation::perform(context, request),
        "checkLogin" => check_login::perform(context, request),
        "getAssetCounts" => get_asset_counts::perform(context, request),
        "getAssetsByName" => get_assets_by_name::perform(context, request),
        "getAssociatedAssets" => get_associated_assets::perform(context, request),
        "getCompanyInfo" => get_company_info::perform(context, request),
        "getCompanyMembership" => get_company_membership::perform(context, request),
        "getFolderTree" => get_folder_tree::perform(context, request),
        "getImageFormats" => get_image_formats::perform(context, request),
        "getPropertySetTypes" => get_property_set_types::perform(context, request),
        "getPropertySets" => get_property_sets::perform(context, request),
        "getUserInfo" => get_user_info::perform(context, request),
        "searchAssets" => search_assets::perform(context, request),
        "updatePropertySet" => update_property_set::perform(context, request),
        name => Err(Fault::new(30_003, format!("Unknown operation {name}"))),
    }
}

/// The good answer, in the shape that the switches want.
fn reply(head: &Head, knobs: &Knobs, children: &str) -> Reply {
    match knobs.updated {
        UpdatedForm::EmptyBody if head.operation == "updatePropertySet" => head.empty(),
        UpdatedForm::Nothing if head.operation == "updatePropertySet" => Reply::nothing(),
        _ => head.accepted(children),
    }
}
