//! One look: a GET as a visitor's browser makes it, within limits.

use std::{error::Error as _, net::IpAddr, sync::Arc, time::Duration};

use reqwest::{
    Response,
    header::{ACCEPT, HeaderMap, HeaderValue, PRAGMA},
    redirect::{Attempt, Policy},
};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

use super::{
    Evidence,
    addresses::{Resolver, may_reach},
};

/// More of a picture is not read, in bytes.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// A host may lead on to another address of its own so often.
const REDIRECTS: usize = 3;

/// Asks Akamai, which stands behind Dynamic Media, to say what its cache did. Others pass over it.
const TELL: HeaderValue = HeaderValue::from_static(
    "akamai-x-cache-on, akamai-x-cache-remote-on, akamai-x-check-cacheable, akamai-x-get-cache-key",
);

/// Where a look may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses only.
    Public,
    /// To private ones too: an administrator has named this host.
    Private,
}

/// How long to wait for a host, by the machine's time: no other ends what waits for the network.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// Until the last byte of the answer.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(15),
        }
    }
}

/// Looks at delivery hosts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    public: reqwest::Client,
    private: reqwest::Client,
    timeout: Duration,
}

/// The machine lacks what an HTTP client needs, such as certificates to trust.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for delivery hosts cannot be built")]
pub struct ClientNotBuilt(#[from] reqwest::Error);

/// What a host answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The HTTP status.
    pub status: u16,
    /// SHA-256 of the body as it was sent.
    pub hash: [u8; 32],
    /// What the headers tell about the cache.
    pub evidence: Evidence,
}

/// Why there is nothing to see. Each ends the sentence "The host could not be looked at: ".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// The address may not be looked at.
    #[error(
        "its address lies in a private network, which is looked at only for hosts that an administrator has added by hand"
    )]
    Forbidden,
    /// No answer, or not in time.
    #[error("{0}")]
    NoAnswer(String),
    /// The answer is larger than is read.
    #[error("its answer is larger than {} MB", BODY_LIMIT / 1024 / 1024)]
    TooLarge,
}

impl Client {
    /// A client with these time-outs. It trusts the machine's certificates, and goes through the proxy that the environment names.
    pub fn new(timeouts: Timeouts) -> Result<Self, ClientNotBuilt> {
        // Fails only when a provider is installed already, and then there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let build = |reach| {
            reqwest::Client::builder()
                .user_agent(concat!("Unstale/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(timeouts.connect)
                .timeout(timeouts.total)
                .redirect(Policy::custom(stay_with_the_host))
                // Hashes are of the bytes that were sent.
                .gzip(false)
                .dns_resolver(Arc::new(Resolver(reach)))
                .build()
        };
        Ok(Self {
            public: build(Reach::Public)?,
            private: build(Reach::Private)?,
            timeout: timeouts.total,
        })
    }

    /// How long one look can take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Asks for a URL, always with the same headers, so that two looks can be compared.
    pub async fn look(&self, url: &Url, reach: Reach) -> Result<Look, LookError> {
        let mut response = self.get(url, reach, "*/*").await?;
        let mut hash = Sha256::new();
        let mut length = 0;
        while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
            length += chunk.len();
            if length > BODY_LIMIT {
                return Err(LookError::TooLarge);
            }
            hash.update(&chunk);
        }
        Ok(Look {
            status: response.status().as_u16(),
            hash: hash.finalize().into(),
            evidence: evidence(response.headers()),
        })
    }

    /// Asks, and reads the headers. `accept` is what the browser says that it can show.
    pub(super) async fn get(
        &self,
        url: &Url,
        reach: Reach,
        accept: &'static str,
    ) -> Result<Response, LookError> {
        if !address(url).is_none_or(|address| may_reach(address, reach)) {
            return Err(LookError::Forbidden);
        }
        let http = match reach {
            Reach::Public => &self.public,
            Reach::Private => &self.private,
        };
        let request = http.get(url.clone());
        let request = request.header(ACCEPT, accept).header(PRAGMA, TELL);
        request.send().await.map_err(no_answer)
    }
}

/// A redirect to another host is no answer about this one, and could lead anywhere.
fn stay_with_the_host(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let from = attempt.previous().first().map(Url::origin);
    if from == Some(attempt.url().origin()) && attempt.previous().len() <= REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// The address of a URL whose host is one. Names are checked when they are resolved.
fn address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(v4) => Some(v4.into()),
        Host::Ipv6(v6) => Some(v6.into()),
    }
}

pub(super) fn evidence(headers: &HeaderMap) -> Evidence {
    let texts = |name: &'static str| {
        let values = headers.get_all(name).iter();
        values.filter_map(|value| value.to_str().ok())
    };
    let age = texts("age").next();
    Evidence::read(texts("x-cache"), age).behind(texts("x-cache-remote"))
}

/// The innermost cause says most: "Connection refused" rather than "error sending request".
pub(super) fn no_answer(error: reqwest::Error) -> LookError {
    if error.is_timeout() {
        return LookError::NoAnswer("it did not answer in time".to_owned());
    }
    let error = error.without_url();
    let mut cause = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        cause = inner.to_string();
        source = inner.source();
    }
    LookError::NoAnswer(
        cause
            .chars()
            .filter(|c| !c.is_control())
            .take(300)
            .collect(),
    )
}
