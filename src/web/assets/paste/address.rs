//! Addresses in a pasted list: which of them are the company's, and the ID in each.

use std::{borrow::Cow, collections::BTreeSet};

use percent_encoding::percent_decode_str;

use crate::domain::{HostOrigin, type_of_extension};

/// Characters of the longest host with its port; what is longer is none.
const LONGEST_HOST: usize = 260;

/// What stands in URLs of the company.
#[derive(Debug)]
pub struct Places {
    /// Who serves them, by either scheme.
    hosts: BTreeSet<HostOrigin>,
    /// The root, and the alias's.
    roots: Vec<String>,
}

impl Places {
    /// The scheme says nothing about who serves a host.
    pub fn new(hosts: impl IntoIterator<Item = HostOrigin>, roots: Vec<String>) -> Self {
        let with_twin = |host: HostOrigin| [host.twin(), Some(host)];
        Self {
            hosts: hosts.into_iter().flat_map(with_twin).flatten().collect(),
            roots,
        }
    }

    /// Whether a URL begins here; one without a scheme only on a host of the company. It takes no longer in a longer text.
    pub fn is_url(&self, text: &str) -> bool {
        has_scheme(text) || self.without_scheme(text).is_some()
    }

    /// The URL with a scheme, where the text is one.
    fn absolute<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        if has_scheme(text) {
            return Some(text.into());
        }
        let url = self.without_scheme(text)?;
        Some(format!("https://{url}").into())
    }

    /// The text from the host on, where that is one of the company.
    fn without_scheme<'a>(&self, text: &'a str) -> Option<&'a str> {
        let url = text.strip_prefix("//").unwrap_or(text);
        let is_end = |sign: char| matches!(sign, ',' | ';' | '|' | '/') || sign.is_whitespace();
        let mut signs = url.char_indices().take(LONGEST_HOST + 1);
        let (end, _) = signs.find(|(_, sign)| is_end(*sign))?;
        if !url[end..].starts_with("/is/") {
            return None;
        }
        let host = HostOrigin::of(&format!("https://{}", &url[..end]))?;
        self.hosts.contains(&host).then_some(url)
    }

    /// The ID in `…/is/image/<root>/<id>` or `…/is/content/<root>/<id>`; a smart crop's name after `:`, however spelt, is
    /// none of it. With it the ID without an extension, where it is a file's.
    pub fn id_in(&self, text: &str) -> Option<(String, Option<String>)> {
        let url = url::Url::parse(&self.absolute(text)?).ok()?;
        if !self.hosts.contains(&HostOrigin::of(url.as_str())?) {
            return None;
        }
        let path = url.path();
        let file = path.strip_prefix("/is/content/");
        let object = path.strip_prefix("/is/image/").or(file)?;
        let (root, id) = object.split_once('/')?;
        let root = percent_decode_str(root).decode_utf8().ok()?;
        if !self.roots.iter().any(|own| *own == root) {
            return None;
        }
        let id = percent_decode_str(id).decode_utf8().ok()?;
        let id = id.split(':').next().filter(|id| !id.is_empty())?;
        let stem = file.and_then(|_| stem_of(id));
        Some((id.to_owned(), stem.map(str::to_owned)))
    }
}

fn has_scheme(text: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        let start = text.as_bytes().get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    })
}

/// A file's name without its extension: one that files have, for an ID may end with `.2`.
pub fn stem_of(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    let is_extension = !type_of_extension(extension).is_empty()
        || ["m3u8", "mpd"].contains(&extension.to_ascii_lowercase().as_str());
    let is_stem = !stem.is_empty() && !stem.ends_with('/');
    (is_extension && is_stem).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_known_by_either_scheme_and_without_one() {
        let hosts = ["https://img.example.com", "http://localhost:8080"];
        let hosts = hosts.map(|host| HostOrigin::of(host).unwrap());
        let places = Places::new(hosts, vec!["shop".to_owned()]);
        for start in [
            "https://img.example.com",
            "HTTP://IMG.example.com:80",
            "//img.example.com",
            "Img.example.com",
            "https://localhost:8080",
            "localhost:8080",
        ] {
            let url = format!("{start}/is/image/shop/a?wid=1");
            assert!(places.is_url(&url), "{url}");
            assert_eq!(places.id_in(&url), Some(("a".to_owned(), None)), "{url}");
        }
        for text in [
            "//elsewhere.example/is/image/shop/a",
            "img.example.com",
            "img.example.com/shoe",
            "img.example.com,a/is/image/shop/a",
            "localhost/is/image/shop/a",
            "a/is/b",
            "//",
            "",
        ] {
            assert!(!places.is_url(text), "{text}");
        }
    }
}
