//! The one place that talks to Adobe: one request, one answer, within limits of time and size.
//!
//! It follows no redirect (the message holds a password), tries nothing twice (that is for whoever knows whether a
//! repeat is wanted), and logs neither message nor answer.

use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use secrecy::SecretString;
use tracing::debug;

use super::{
    Account, IpsError,
    redact::redact,
    soap::{self, Operation, Unread},
};

const EXCERPT_LENGTH: usize = 500;
/// Where an excerpt is cut from, in bytes: enough that it is full even when passwords were taken out of it.
const EXCERPT_WINDOW: usize = 64 * 1024;
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;

/// How long to wait for Adobe.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Until the connection stands, TLS included. Should be shorter than `total`.
    pub connect: Duration,
    /// Until the last byte of the answer.
    pub total: Duration,
}

/// Calls Adobe's API. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    total: Duration,
    answer_limit: usize,
}

/// The machine lacks what an HTTP client needs, such as certificates to trust.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for Adobe's API cannot be built")]
pub struct ClientNotBuilt(#[from] reqwest::Error);

impl Client {
    /// A client with these time-outs that reads at most 16 MiB of an answer. It trusts the machine's certificates, and
    /// goes through the proxy that `HTTPS_PROXY` names, if there is one.
    pub fn new(timeouts: Timeouts) -> Result<Self, ClientNotBuilt> {
        // Fails only when a provider is installed already, and then there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("Unstale/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.total)
            .redirect(reqwest::redirect::Policy::none())
            .gzip(true)
            // Long enough for the pages of one sync; an older connection may be half closed, and a request that dies
            // on one has an unknown outcome.
            .pool_idle_timeout(Duration::from_secs(10))
            .build()?;
        Ok(Self {
            http,
            total: timeouts.total,
            answer_limit: ANSWER_LIMIT,
        })
    }

    /// The same client with another limit for answers, in bytes after decompression.
    #[must_use]
    pub fn with_answer_limit(self, bytes: usize) -> Self {
        Self {
            answer_limit: bytes,
            ..self
        }
    }

    /// Calls one operation.
    pub(super) async fn call<O: Operation>(
        &self,
        account: &Account,
        operation: &O,
    ) -> Result<O::Output, IpsError> {
        let message = soap::request(account, operation)?;
        // A stopwatch for the log; no decision hangs on it.
        let started = Instant::now();
        let answer = self.exchange(account, O::NAME, message).await;
        debug!(
            operation = O::NAME,
            status = answer.as_ref().ok().map(|answer| answer.status),
            milliseconds = started.elapsed().as_millis(),
            "called Adobe's API"
        );
        answer?
            .read::<O>(&account.password)
            .map_err(|error| error.redacted(&account.password))
    }

    async fn exchange(
        &self,
        account: &Account,
        operation: &'static str,
        message: String,
    ) -> Result<Answer, IpsError> {
        let mut response = self
            .http
            .post(account.endpoint.service())
            .header(CONTENT_TYPE, "text/xml; charset=UTF-8")
            .header(ACCEPT, "text/xml")
            // Without quotes: so Adobe documents it, although SOAP 1.1 has them.
            .header("SOAPAction", operation)
            .body(message)
            .send()
            .await
            .map_err(|error| self.no_answer(error))?;
        let mut answer = Answer {
            status: response.status().as_u16(),
            body: Vec::new(),
            problem: None,
        };
        loop {
            match response.chunk().await {
                Ok(None) => break,
                Ok(Some(chunk)) if chunk.len() > self.answer_limit - answer.body.len() => {
                    answer.problem = Some("is larger than we read");
                    break;
                }
                Ok(Some(chunk)) => answer.body.extend_from_slice(&chunk),
                Err(error) if error.is_timeout() => return Err(self.no_answer(error)),
                Err(_) => {
                    answer.problem = Some("broke off or is compressed wrongly");
                    break;
                }
            }
        }
        Ok(answer)
    }

    fn no_answer(&self, error: reqwest::Error) -> IpsError {
        let error = error.without_url();
        if error.is_connect() || error.is_builder() {
            IpsError::Unreachable {
                reason: root_cause(&error),
            }
        } else if error.is_timeout() {
            IpsError::TimedOut { after: self.total }
        } else {
            IpsError::Closed {
                reason: root_cause(&error),
            }
        }
    }
}

/// The innermost cause says most: "Connection refused" rather than "error sending request".
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        cause = inner.to_string();
        source = inner.source();
    }
    printable(&cause)
}

/// What came back.
struct Answer {
    status: u16,
    body: Vec<u8>,
    /// What went wrong while reading it.
    problem: Option<&'static str>,
}

impl Answer {
    fn read<O: Operation>(&self, secret: &SecretString) -> Result<O::Output, IpsError> {
        if let Some(problem) = self.problem {
            return Err(self.unexpected(problem.to_owned(), secret));
        }
        let answer = match soap::read(&self.body, &format!("{}Return", O::NAME)) {
            Ok(answer) => answer,
            Err(Unread::Fault(fault)) => return Err(IpsError::Fault(fault)),
            Err(Unread::Malformed(problem)) => return Err(self.unexpected(problem, secret)),
        };
        // The status alone proves nothing, but one that contradicts the body leaves nothing to rely on.
        if !(200..300).contains(&self.status) {
            return Err(self.unexpected("contradicts that status".to_owned(), secret));
        }
        O::read(answer)
    }

    fn unexpected(&self, problem: String, secret: &SecretString) -> IpsError {
        let beginning = &self.body[..self.body.len().min(EXCERPT_WINDOW)];
        let text = redact(&String::from_utf8_lossy(beginning), secret);
        IpsError::Unexpected {
            status: self.status,
            problem,
            excerpt: printable(&text),
        }
    }
}

/// The first 500 characters, with blanks for control characters.
fn printable(text: &str) -> String {
    text.chars()
        .take(EXCERPT_LENGTH)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
