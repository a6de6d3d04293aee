//! Adobe's IPS endpoint as the demo and the tests have it: as strict as the real one, with switches to misbehave.
//!
//! It shares no code with `crate::ips`, so that a mistake there is not made twice. It knows nothing of caches: what it
//! accepts it hands to whoever asked with [`IpsSandbox::on_purge`].

mod answer;
mod cdn_cache_invalidation;
mod request;

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
use tower_http::compression::CompressionLayer;

use self::{
    answer::{Fault, Head, Reply},
    request::Request,
};

/// The largest request taken, in bytes: 1,000 long URLs fit many times.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// Who may call, and the companies there are.
#[derive(Clone)]
pub struct IpsConfig {
    /// The accounts. Each may act for every company.
    pub accounts: Vec<IpsAccount>,
    /// The companies; an alias is one more, with a handle and a root of its own.
    pub companies: Vec<IpsCompany>,
}

/// An account of the sandbox.
#[derive(Clone)]
pub struct IpsAccount {
    /// What it signs in with.
    pub email: String,
    /// Its password.
    pub password: String,
    /// What it may do.
    pub role: IpsRole,
}

/// Adobe's roles, as far as they differ here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpsRole {
    /// May purge everywhere.
    IpsAdmin,
    /// May purge for the company.
    IpsCompanyAdmin,
    /// May look, but not purge.
    IpsUser,
}

/// A company of the sandbox.
#[derive(Debug, Clone)]
pub struct IpsCompany {
    /// Its handle, such as `c|6`.
    pub handle: String,
    /// The path element that its URLs carry, matched exactly.
    pub root: String,
}

/// The switches. They are read when a request arrives; `hold` is watched on.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, each off at first"
)]
pub struct Knobs {
    /// Requests are received and recorded, but wait until this is off again.
    pub hold: bool,
    /// Which of the documented answers an accepted purge gets.
    pub answer: AnswerForm,
    /// Answers come in a SOAP 1.2 envelope.
    pub soap12: bool,
    /// The HTTP status of faults, whatever the request asked for.
    pub fault_status: Option<u16>,
    /// What comes instead of the answer.
    pub instead: Option<Instead>,
    /// No account may purge: fault 20003.
    pub no_permission: bool,
    /// Purges are accepted, and nothing is cleared.
    pub drop_purges: bool,
}

/// The forms of an accepting answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AnswerForm {
    /// Handle and estimated seconds, as Adobe's description has it.
    #[default]
    Handle,
    /// Counts of successes, warnings and errors, as Adobe's example has it.
    Counts,
    /// Counts with the last URL refused and the others cleared.
    Partial,
}

/// What may come instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// A maintenance page with status 200. The request has not reached Adobe.
    Html,
    /// The first half of the answer. The request was carried out.
    Truncated,
    /// Nothing, with status 200. The request was carried out.
    Empty,
    /// The connection is closed without an answer. The request was carried out.
    Closed,
}

/// A request that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name of the operation; empty when the request could not be read.
    pub operation: String,
    /// The company's handle, if it had one.
    pub company_handle: Option<String>,
    /// The URLs of its `urlArray`, in their order.
    pub urls: Vec<String>,
    /// The code of the fault that it met; `None` when it was accepted.
    pub fault: Option<i32>,
}

/// The endpoint. Clones share everything.
#[derive(Clone)]
pub struct IpsSandbox(Arc<Shared>);

type Listener = Box<dyn Fn(&[String]) + Send + Sync>;

struct Shared {
    config: IpsConfig,
    knobs: watch::Sender<Knobs>,
    calls: watch::Sender<Vec<Call>>,
    listeners: RwLock<Vec<Listener>>,
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
            config,
            knobs: watch::Sender::default(),
            calls: watch::Sender::default(),
            listeners: RwLock::default(),
        }))
    }

    /// Has `clear` called with the URLs of every accepted purge, before it is answered.
    pub fn on_purge(&self, clear: impl Fn(&[String]) + Send + Sync + 'static) {
        let mut listeners = self.0.listeners.write();
        listeners
            .as_mut()
            .unwrap_or_else(|poisoned| poisoned.get_mut())
            .push(Box::new(clear));
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
            .layer(CompressionLayer::new().no_br())
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
    let (reply, purge) = sandbox.judge(&knobs, &headers, &body);

    let mut watched = sandbox.0.knobs.subscribe();
    // It fails only when the sandbox is gone, and `sandbox` is right here.
    let _ = watched.wait_for(|knobs| !knobs.hold).await;

    if !knobs.drop_purges && knobs.instead != Some(Instead::Html) && !purge.is_empty() {
        sandbox.purge(&purge);
    }
    reply.into_response(knobs.instead)
}

/// What an operation goes by.
struct Context<'a> {
    config: &'a IpsConfig,
    knobs: &'a Knobs,
    account: &'a IpsAccount,
    /// The number of this request, from 1.
    number: usize,
}

/// What an operation did: the children of its `Return` element, and the URLs to clear.
struct Done {
    children: String,
    purge: Vec<String>,
}

impl IpsSandbox {
    /// Reads, checks and records a request. Returns what to answer and what to clear.
    fn judge(&self, knobs: &Knobs, headers: &HeaderMap, body: &[u8]) -> (Reply, Vec<String>) {
        let mut head = Head::new(knobs.soap12);
        let mut call = Call {
            operation: String::new(),
            company_handle: None,
            urls: Vec::new(),
            fault: None,
        };
        let outcome = request::document(body).and_then(|document| {
            let request = Request::read(headers, &document, &mut head)?;
            call.operation.clone_from(&request.operation);
            call.company_handle = request.text("companyHandle");
            call.urls = request.items("urlArray");
            self.perform(knobs, &request)
        });
        if let Some(status) = knobs.fault_status {
            head.fault_status = status;
        }
        call.fault = outcome.as_ref().err().map(|fault| fault.code);
        self.0.calls.send_modify(|calls| calls.push(call));
        match outcome {
            Ok(done) => (head.accepted(&done.children), done.purge),
            Err(fault) => (head.fault(&fault), Vec::new()),
        }
    }

    /// Finds the operation. A new one is a file beside `cdn_cache_invalidation.rs` and a line here.
    fn perform(&self, knobs: &Knobs, request: &Request<'_, '_>) -> Result<Done, Fault> {
        let context = Context {
            config: &self.0.config,
            knobs,
            account: self.account(request)?,
            number: self.0.calls.borrow().len() + 1,
        };
        match request.operation.as_str() {
            "cdnCacheInvalidation" => cdn_cache_invalidation::perform(&context, request),
            name => Err(Fault::new(30_003, format!("Unknown operation {name}"))),
        }
    }

    fn account(&self, request: &Request<'_, '_>) -> Result<&IpsAccount, Fault> {
        let (email, password) = request
            .credentials
            .as_ref()
            .ok_or_else(|| Fault::new(10_000, "No credentials".to_owned()))?;
        let mut accounts = self.0.config.accounts.iter();
        accounts
            .find(|account| account.email == *email && account.password == *password)
            .ok_or_else(|| Fault::new(10_001, "Invalid credentials".to_owned()))
    }
}
