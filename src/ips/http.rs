//! The one place that talks to Adobe: one request, one answer, within limits of time and size.
//!
//! It follows no redirect (the message holds a password), tries nothing twice (that is for whoever knows whether a
//! repeat is wanted), and logs neither message nor answer.

use std::{
    error::Error,
    io,
    time::{Duration, Instant},
};

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use secrecy::SecretString;
use tracing::debug;

use super::{
    Account, IpsError, NoConnection,
    redact::redact,
    soap::{self, Operation, Unread},
};

const EXCERPT_LENGTH: usize = 500;
/// Where an excerpt is cut from, in bytes: enough that it is full even when passwords were taken out of it.
const EXCERPT_WINDOW: usize = 64 * 1024;
/// What is wrong with an answer of which more came than we read.
pub(super) const TOO_LARGE: &str = "is larger than we read";
/// What is wrong with an answer that came to its end and cannot be decompressed.
pub(super) const BROKEN_OFF: &str = "broke off or is compressed wrongly";

/// How long to wait for Adobe, by the machine's time: no other ends what waits for the network.
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
    answer_limit: Option<usize>,
}

/// The machine lacks what an HTTP client needs, such as certificates to trust.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for Adobe's API cannot be built")]
pub struct ClientNotBuilt(#[from] reqwest::Error);

impl Client {
    /// A client with these time-outs that reads at most 16 MiB of an answer, and 64 of a tree of folders. It trusts the machine's certificates, and
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
            answer_limit: None,
        })
    }

    /// The same client with another limit for answers, in bytes after decompression.
    #[must_use]
    pub fn with_answer_limit(self, bytes: usize) -> Self {
        Self {
            answer_limit: Some(bytes),
            ..self
        }
    }

    /// How long a call takes at most.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.total
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
        let answer = self.exchange::<O>(account, message).await;
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

    async fn exchange<O: Operation>(
        &self,
        account: &Account,
        message: String,
    ) -> Result<Answer, IpsError> {
        let mut response = self
            .http
            .post(account.endpoint.service())
            .header(CONTENT_TYPE, "text/xml; charset=UTF-8")
            .header(ACCEPT, "text/xml")
            // Without quotes: so Adobe documents it, although SOAP 1.1 has them.
            .header("SOAPAction", O::NAME)
            .body(message)
            .send()
            .await
            .map_err(|error| self.no_answer(error))?;
        let mut answer = Answer {
            status: response.status().as_u16(),
            body: Vec::new(),
            problem: None,
        };
        let limit = self.answer_limit.unwrap_or(O::ANSWER_LIMIT);
        loop {
            match response.chunk().await {
                Ok(None) => break,
                Ok(Some(chunk)) if chunk.len() > limit - answer.body.len() => {
                    answer.problem = Some(TOO_LARGE);
                    break;
                }
                Ok(Some(chunk)) => answer.body.extend_from_slice(&chunk),
                Err(error) if error.is_timeout() || is_cut(&error) => {
                    return Err(self.no_answer(error));
                }
                Err(_) => {
                    answer.problem = Some(BROKEN_OFF);
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
                cause: cause(&error),
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

/// Whether an error while reading a body is of the connection, and not of what came over it: the decompressor's is an
/// `io::Error` right below the library's own, the connection's is not.
fn is_cut(error: &reqwest::Error) -> bool {
    std::iter::successors(error.source(), |&error| error.source())
        .find(|error| !error.is::<reqwest::Error>())
        .is_some_and(|error| !error.is::<io::Error>())
}

/// What kept the connection from standing, as far as the libraries below tell.
fn cause(error: &reqwest::Error) -> NoConnection {
    for error in std::iter::successors(error.source(), |&error| inner(error)) {
        let io = error.downcast_ref::<io::Error>();
        if error.is::<rustls::Error>() {
            return NoConnection::Tls;
        }
        if io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused) {
            return NoConnection::Refused;
        }
        // The type of this one is private to its library.
        if error.to_string() == "dns error" {
            return NoConnection::UnknownHost;
        }
    }
    if error.is_timeout() {
        NoConnection::TimedOut
    } else {
        NoConnection::Other
    }
}

/// The error within an error. What an `io::Error` wraps is not its source, but takes its place.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
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
        let answer = match O::find(&self.body) {
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
