//! The parts of a Dynamic Media URL: `<origin>/is/image/<root>/<object>?<query>`.
//!
//! Reads only; no URL is ever put together from its parts again, because the string is the cache key. A general
//! URL parser would cost more than forming the URL does, and would normalise what must stay as it is.

use std::ops::Range;

/// What a path is served by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    /// `/is/image`
    Image,
    /// `/is/content`, `/is/agm`, `/hls-vod`
    Other,
    /// `/ir/render`, whose catalogue may be named otherwise than the company
    Rendering,
    /// `/e2`
    ClassicVideo,
    /// Dynamic Media with `OpenAPI` capabilities
    OpenApi,
    /// None that we know: a rule set may resolve it
    Unknown,
}

/// Where the parts of a URL are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Anatomy<'a> {
    /// Scheme, host and port, as written.
    pub origin: &'a str,
    pub service: Service,
    /// The path element that names the company, as bytes of the URL; empty when there is none.
    pub root: Range<usize>,
    /// Whether something follows the root in the path.
    pub has_object: bool,
    /// Whether there is a `?` that starts a query.
    pub has_query: bool,
}

/// Service paths and what they are; `/is/image2` is none of them.
const SERVICES: [(&str, Service); 8] = [
    ("/is/image", Service::Image),
    ("/is/content", Service::Other),
    ("/is/agm", Service::Other),
    ("/hls-vod", Service::Other),
    ("/ir/render", Service::Rendering),
    ("/e2", Service::ClassicVideo),
    ("/adobe/dynamicmedia/deliver", Service::OpenApi),
    ("/adobe/assets", Service::OpenApi),
];

/// Takes a URL apart; `None` when it starts with neither `http://` nor `https://`.
pub(super) fn anatomy(url: &str) -> Option<Anatomy<'_>> {
    let bytes = url.as_bytes();
    let host = ["https://", "http://"].iter().find_map(|scheme| {
        let start = bytes.get(..scheme.len())?;
        start
            .eq_ignore_ascii_case(scheme.as_bytes())
            .then_some(scheme.len())
    })?;
    let path = find(bytes, host, |byte| {
        matches!(byte, b'/' | b'?' | b'#' | b'\\')
    });
    let path_end = find(bytes, path, |byte| matches!(byte, b'?' | b'#'));
    let (service, service_end) = service(&url[path..path_end]);
    let root = (path + service_end + 1).min(path_end);
    let root_end = find(bytes, root, |byte| matches!(byte, b'/' | b'?' | b'#'));
    Some(Anatomy {
        origin: &url[..path],
        service,
        root: root..root_end,
        has_object: root_end + 1 < path_end,
        has_query: bytes.get(path_end) == Some(&b'?'),
    })
}

/// The first such byte at or after `from`, or the end.
fn find(bytes: &[u8], from: usize, is_end: impl Fn(u8) -> bool) -> usize {
    let rest = bytes[from..].iter();
    from + rest.take_while(|byte| !is_end(**byte)).count()
}

/// The service of a path, and where its name ends.
fn service(path: &str) -> (Service, usize) {
    SERVICES
        .iter()
        .find(|(name, _)| {
            path.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
        .map_or((Service::Unknown, 0), |(name, service)| {
            (*service, name.len())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Origin, service, root, object?, query?
    fn parts(url: &str) -> (&str, Service, &str, bool, bool) {
        let parts = anatomy(url).unwrap();
        (
            parts.origin,
            parts.service,
            &url[parts.root],
            parts.has_object,
            parts.has_query,
        )
    }

    #[test]
    fn the_parts_of_a_url_are_found() {
        assert_eq!(
            parts("https://s7d1.scene7.com/is/image/Acme/shoe:Large?$PLP$"),
            (
                "https://s7d1.scene7.com",
                Service::Image,
                "Acme",
                true,
                true
            )
        );
        assert_eq!(
            parts("HTTP://h:8080/is/content/Acme/a/b.pdf"),
            ("HTTP://h:8080", Service::Other, "Acme", true, false)
        );
        assert_eq!(
            parts("http://h/is/image/Acme?imageSet={a,b}&req=set"),
            ("http://h", Service::Image, "Acme", false, true)
        );
        assert_eq!(
            parts("http://h/is/image/Acme/"),
            ("http://h", Service::Image, "Acme", false, false)
        );
    }

    #[test]
    fn a_question_mark_after_a_hash_starts_no_query() {
        assert!(!parts("http://h/is/image/Acme/a#b?c").4);
        assert!(parts("http://h/is/image/Acme/a?b#c").4);
        assert_eq!(parts("http://h?a/is/image/x").1, Service::Unknown);
    }

    #[test]
    fn what_only_resembles_a_service_is_none() {
        for url in [
            "http://h/is/imagex/A/b",
            "http://h/x/is/image/A/b",
            "http://h",
            "http://",
        ] {
            assert_eq!(parts(url).1, Service::Unknown, "{url}");
        }
        for url in [
            "http://h/is/image",
            "http://h/is/image/",
            "http://h/is/image?x",
        ] {
            let (_, service, root, object, _) = parts(url);
            assert_eq!(
                (service, root, object),
                (Service::Image, "", false),
                "{url}"
            );
        }
    }

    #[test]
    fn what_is_no_http_address_has_no_parts() {
        for url in [
            "",
            "h",
            "ftp://h/is/image/A/b",
            "https:/h",
            "//h",
            "ä://",
            "http:/ä",
        ] {
            assert_eq!(anatomy(url), None, "{url}");
        }
    }
}
