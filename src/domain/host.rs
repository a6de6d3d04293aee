//! Delivery hosts: who serves a company's URLs, and what a purge of one URL clears there.

use std::fmt;

/// Scheme, host and port, lower-cased, the scheme's own port left out: `https://images.example.com`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostOrigin(String);

impl HostOrigin {
    /// Reads the scheme, host and port of a URL. `None` when it is no http(s) URL with a host.
    #[must_use]
    pub fn of(url: &str) -> Option<Self> {
        let url = url::Url::parse(url).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host())
            .then(|| Self(url.origin().ascii_serialization()))
    }

    /// The text, as a URL would start.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What clearing one URL clears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PurgeScope {
    /// Each full URL is a cache entry of its own.
    Exact,
    /// The URL up to `?` clears every query string of it (Smart Imaging on a domain of one's own).
    Base,
}

/// A host that serves a company's URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryHost {
    /// Which one.
    pub origin: HostOrigin,
    /// What clearing one URL clears there.
    pub scope: PurgeScope,
    /// Whether a URL whose path names another root is blocked. An administrator may switch it off for hosts
    /// whose rule sets rewrite paths.
    pub check_root: bool,
}
