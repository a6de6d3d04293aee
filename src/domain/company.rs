//! A company: one Dynamic Media account, and what its URLs start with.

use std::{fmt, str::FromStr};

use super::CompanyId;

/// A Dynamic Media account as Unstale knows it. What is not known yet is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Our row.
    pub id: CompanyId,
    /// The name in our own addresses.
    pub slug: Slug,
    /// The name that people read.
    pub name: String,
    /// The path element after `/is/image/` in each of its URLs.
    pub root: Option<String>,
    /// Adobe's handle, such as `c|6`. Opaque.
    pub handle: Option<String>,
    /// What its public URLs start with.
    pub publish_server: Option<PublishServer>,
    /// A second root that delivers the same assets.
    pub alias: Option<Alias>,
}

/// A second root of a company, with a handle of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The path element after `/is/image/`.
    pub root: String,
    /// Adobe's handle for it.
    pub handle: String,
}

/// A setting without which no URL can be formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MissingSetting {
    /// No publish server.
    #[error("the publish server of this company is not set")]
    PublishServer,
    /// No root.
    #[error("the company root is not set")]
    Root,
}

/// The part of a company that URL formation needs, complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// What its public URLs start with.
    pub publish_server: PublishServer,
    /// The path element after `/is/image/`.
    pub root: String,
    /// The second root, if there is one.
    pub alias: Option<Alias>,
}

impl Company {
    /// What URL formation needs, or the first setting that is missing.
    pub fn site(&self) -> Result<Site, MissingSetting> {
        Ok(Site {
            publish_server: self
                .publish_server
                .clone()
                .ok_or(MissingSetting::PublishServer)?,
            root: self.root.clone().ok_or(MissingSetting::Root)?,
            alias: self.alias.clone(),
        })
    }
}

/// Scheme, host and port that a company's public URLs start with, without a slash at the end:
/// `http://my.publishserver.com:8080`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublishServer(String);

impl PublishServer {
    /// Takes a stored value: blanks, a trailing `/`, `/is/image` or `/is/image/` are dropped, and `https://` is
    /// put in front when there is no scheme. `None` when nothing is left or it is no http(s) address.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        let text = if value.contains("://") {
            value.to_owned()
        } else {
            format!("https://{value}")
        };
        let text = text.trim_end_matches('/');
        let text = text.strip_suffix("/is/image").unwrap_or(text);
        let text = text.trim_end_matches('/').to_owned();
        let url = url::Url::parse(&text).ok()?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        plain.then_some(Self(text))
    }

    /// The text that URLs start with.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublishServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A company's name in our own addresses, `/c/{slug}/...`: 1 to 60 of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Slug(String);

/// The text is no slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a company's short name has 1 to 60 of the characters a-z, 0-9 and -")]
pub struct InvalidSlug;

impl Slug {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Slug {
    /// The longest, in bytes.
    const LIMIT: usize = 60;

    /// A slug for a name: `Weekend Site` becomes `weekend-site`. `None` for a name without a letter of `a-z` or a digit.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let words = name.to_lowercase();
        let words: Vec<_> = words
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let mut text = words.join("-");
        text.truncate(Self::LIMIT);
        text.trim_end_matches('-').parse().ok()
    }

    /// The same with a number at its end, for when it is taken: `weekend-site-2`.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let end = format!("-{number}");
        let start = &self.0[..self.0.len().min(Self::LIMIT - end.len())];
        Self(format!("{start}{end}"))
    }
}

impl FromStr for Slug {
    type Err = InvalidSlug;

    fn from_str(text: &str) -> Result<Self, InvalidSlug> {
        let fits = (1..=Self::LIMIT).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSlug)
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(value: &str) -> Option<String> {
        PublishServer::parse(value).map(|server| server.0)
    }

    #[test]
    fn a_publish_server_keeps_its_scheme_and_port_and_loses_its_path() {
        let kept = "http://my.publishserver.com:8080";
        for value in [
            kept,
            &format!(" {kept}/ "),
            &format!("{kept}/is/image"),
            &format!("{kept}/is/image/"),
        ] {
            assert_eq!(server(value).as_deref(), Some(kept), "{value:?}");
        }
        assert_eq!(
            server("my.publishserver.com").as_deref(),
            Some("https://my.publishserver.com")
        );
    }

    #[test]
    fn what_is_no_http_address_is_no_publish_server() {
        for value in [
            "",
            " ",
            "/",
            "ftp://h",
            "https://",
            "https://u:p@h",
            "https://h?x",
            "https://h/path",
            "a b",
            "https://h\u{1}",
        ] {
            assert_eq!(server(value), None, "{value:?}");
        }
    }

    #[test]
    fn a_short_name_is_made_from_the_name() {
        let slug = |name: &str| Slug::of_name(name).map(|slug| slug.to_string());
        assert_eq!(
            slug("Weekend Site, Inc.").as_deref(),
            Some("weekend-site-inc")
        );
        assert_eq!(slug("日本"), None);
        assert_eq!(slug(&"ab ".repeat(40)).map(|slug| slug.len()), Some(59));
        let long = Slug::of_name(&"a".repeat(90)).unwrap();
        assert_eq!(long.numbered(12).as_str().len(), 60);
        assert!(long.numbered(12).as_str().ends_with("a-12"));
    }

    #[test]
    fn a_slug_is_short_and_plain() {
        assert!("dms7snapshot".parse::<Slug>().is_ok());
        for text in ["", "Upper", "a/b", "ü", &"a".repeat(61)] {
            assert_eq!(text.parse::<Slug>(), Err(InvalidSlug), "{text:?}");
        }
    }
}
