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

    /// Reads a host as people paste it: a URL with path and query, or a bare name, which is taken for https. `None` when
    /// no host can be found in it.
    #[must_use]
    pub fn pasted(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.contains("://") {
            Self::of(text)
        } else {
            Self::of(&format!("https://{}", text.trim_start_matches('/')))
        }
    }

    /// The host of a URL, and the rest of that URL as it is written: a path with its query.
    #[must_use]
    pub fn split(url: &str) -> Option<(Self, &str)> {
        let origin = Self::of(url)?;
        let (_, after) = url.split_once("://")?;
        let host = after.find(['/', '?']).unwrap_or(after.len());
        Some((origin, after.get(host..)?))
    }

    /// The host alone, without scheme and port.
    #[must_use]
    pub fn name(&self) -> String {
        let url = url::Url::parse(&self.0).ok();
        let host = url.as_ref().and_then(url::Url::host_str);
        host.unwrap_or_default().to_owned()
    }

    /// The same host with the other scheme, which says nothing about who serves it.
    #[must_use]
    pub fn twin(&self) -> Option<Self> {
        Self::of(&match self.0.strip_prefix("https://") {
            Some(rest) => format!("http://{rest}"),
            None => format!("https://{}", self.0.strip_prefix("http://")?),
        })
    }

    /// The text with the port, also where it is the scheme's own: `https://images.example.com:443`.
    #[must_use]
    pub fn with_port(&self) -> String {
        let url = url::Url::parse(&self.0).ok();
        let port = url.as_ref().and_then(url::Url::port_or_known_default);
        match (url, port) {
            (Some(url), Some(port)) if url.port().is_none() => format!("{}:{port}", self.0),
            _ => self.0.clone(),
        }
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

/// What a test of a host showed: whether purging a base URL clears its query forms there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostVerdict {
    /// The query form turned: the host can be `base`.
    Turned,
    /// The query form stayed old: the host is `exact`.
    NotTurned,
    /// The host shows too little, or the test could not be made.
    CannotTell,
}

impl HostVerdict {
    /// All verdicts, for parsing and tests.
    pub const ALL: [Self; 3] = [Self::Turned, Self::NotTurned, Self::CannotTell];

    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Turned => "turned",
            Self::NotTurned => "not-turned",
            Self::CannotTell => "cannot-tell",
        }
    }

    /// What people read: what clearing one URL clears there.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Turned => "One URL clears all sizes",
            Self::NotTurned => "Each full URL",
            Self::CannotTell => "Cannot tell",
        }
    }

    /// What to choose, where the setting is not what the test showed.
    #[must_use]
    pub const fn advice(self, scope: PurgeScope) -> Option<&'static str> {
        match (self, scope) {
            (Self::Turned, PurgeScope::Exact) => {
                Some("You can choose “One URL clears all its sizes” for this host: it saves URLs.")
            }
            (Self::NotTurned, PurgeScope::Base) => Some(
                "Choose “Each full URL” for this host: as it is set now, sizes and presets stay old.",
            ),
            _ => None,
        }
    }

    /// The verdict that the database's word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_found_in_whatever_is_pasted() {
        for (text, origin) in [
            ("images.example.com", "https://images.example.com"),
            (
                " //images.example.com/is/image/C/a?wid=3 ",
                "https://images.example.com",
            ),
            (
                "HTTP://Images.example.com:80/x",
                "http://images.example.com",
            ),
            ("images.example.com:8443", "https://images.example.com:8443"),
            ("http://127.0.0.1:8082", "http://127.0.0.1:8082"),
        ] {
            let host = HostOrigin::pasted(text);
            assert_eq!(
                host.as_ref().map(HostOrigin::as_str),
                Some(origin),
                "{text}"
            );
        }
        for text in ["", "  ", "/", "ftp://h", "https://", "a b", "<ID>"] {
            assert_eq!(HostOrigin::pasted(text), None, "{text}");
        }
    }

    #[test]
    fn a_url_is_its_host_in_one_spelling_and_the_rest_as_it_is_written() {
        for (url, host, rest) in [
            ("https://H.example:443/A?b", "https://h.example", "/A?b"),
            ("http://h:8082?q", "http://h:8082", "?q"),
            ("http://h", "http://h", ""),
        ] {
            let split = HostOrigin::split(url);
            let split = split.as_ref().map(|(host, rest)| (host.as_str(), *rest));
            assert_eq!(split, Some((host, rest)));
        }
        assert_eq!(HostOrigin::split("no address"), None);
        for (host, with_port) in [
            ("https://h", "https://h:443"),
            ("http://h", "http://h:80"),
            ("http://h:8082", "http://h:8082"),
        ] {
            assert_eq!(HostOrigin::of(host).unwrap().with_port(), with_port);
        }
    }

    #[test]
    fn the_name_of_a_host_has_neither_scheme_nor_port() {
        for (url, name) in [
            ("https://h.example:8443", "h.example"),
            ("http://[::1]:80", "[::1]"),
        ] {
            assert_eq!(HostOrigin::of(url).unwrap().name(), name);
        }
    }
}
