//! The URL with which the origin itself is asked: the same with a random `id=`, which Dynamic Media passes over and a
//! cache does not.

use super::PublishServer;

/// The URL that shows what the origin delivers for this one, past the caches. `None` where there is none: outside
/// `/is/image`, for `req=`, and for locked or obfuscated queries, which must not be touched.
#[must_use]
pub fn origin_url(url: &str, random: &str) -> Option<String> {
    let url = url.split('#').next().unwrap_or_default();
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, Some(query)),
        None => (url, None),
    };
    let (_, after_scheme) = base.split_once("://")?;
    let path = &after_scheme[after_scheme.find('/')?..];
    if !path.starts_with("/is/image/") {
        return None;
    }
    let Some(query) = query.filter(|query| !query.is_empty()) else {
        return Some(format!("{base}?id={random}"));
    };
    let modifiers = modifiers(query)?;
    if is_obfuscated(query)
        || modifiers.last().is_some_and(|last| is_lock(last))
        || modifiers.iter().any(|modifier| is_command(modifier, "req"))
    {
        return None;
    }
    let id = format!("id={random}");
    let mut replaced = false;
    let mut parts: Vec<&str> = Vec::new();
    for modifier in modifiers {
        if !is_command(modifier, "id") {
            parts.push(modifier);
        } else if !replaced {
            replaced = true;
            parts.push(&id);
        }
    }
    if !replaced {
        parts.push(&id);
    }
    Some(format!("{base}?{}", parts.join("&")))
}

/// The same request at another server: all but scheme, host and port stays as it is.
#[must_use]
pub fn at_server(url: &str, server: &PublishServer) -> Option<String> {
    let (_, after_scheme) = url.split_once("://")?;
    let path = &after_scheme[after_scheme.find('/')?..];
    Some(format!("{server}{path}"))
}

/// Splits at `&`, but not inside a nested request, whose brackets keep their own. `None` where a bracket is never closed:
/// what belongs to what is unclear then.
pub(super) fn modifiers(query: &str) -> Option<Vec<&str>> {
    let mut depth = 0_u32;
    let modifiers = query
        .split(|c: char| {
            match c {
                '(' | '{' => depth += 1,
                ')' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == '&' && depth == 0
        })
        .collect();
    (depth == 0).then_some(modifiers)
}

fn is_command(modifier: &str, name: &str) -> bool {
    let found = modifier.split_once('=').map_or(modifier, |(name, _)| name);
    found.eq_ignore_ascii_case(name)
}

/// A lock is four hexadecimal digits at the end.
fn is_lock(modifier: &str) -> bool {
    modifier.len() == 4 && modifier.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// An obfuscated query is base64 as a whole: no modifier at all.
fn is_obfuscated(query: &str) -> bool {
    let text = query.trim_end_matches('=');
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_random_id_joins_the_query_or_takes_the_place_of_the_one_that_is_there() {
        for (url, expected) in [
            ("https://h/is/image/C/a", "https://h/is/image/C/a?id=r"),
            ("https://h/is/image/C/a?", "https://h/is/image/C/a?id=r"),
            (
                "https://h/is/image/C/a?wid=9",
                "https://h/is/image/C/a?wid=9&id=r",
            ),
            (
                "https://h/is/image/C/a?id=7&wid=9",
                "https://h/is/image/C/a?id=r&wid=9",
            ),
            (
                "https://h/is/image/C/a?ID=7&id=8&x",
                "https://h/is/image/C/a?id=r&x",
            ),
            (
                "https://h/is/image/C/a?$p$#top",
                "https://h/is/image/C/a?$p$&id=r",
            ),
            (
                "https://h/is/image/C/a:Large?$p$",
                "https://h/is/image/C/a:Large?$p$&id=r",
            ),
            (
                "https://h/is/image/C/a?src=is{C/b?id=4&wid=3}&hei=2",
                "https://h/is/image/C/a?src=is{C/b?id=4&wid=3}&hei=2&id=r",
            ),
        ] {
            assert_eq!(origin_url(url, "r").as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn the_origin_is_not_asked_where_a_random_id_could_change_the_meaning() {
        for url in [
            "https://h/is/content/C/a.pdf",
            "https://h/is/content/C/a?x=1",
            "https://h/is/image/C/a?req=props",
            "https://h/is/image/C/a?wid=3&REQ=set,json",
            "https://h/is/image/C/a?wid=3&hei=4&1aF9",
            "https://h/is/image/C/a?d2lkPTMmaGVpPTQ=",
            "https://h/is/image/C/a?d2lkPTMmaGVpPTQ",
            "https://h/is/image/C/a?src=is{C/b?id=4",
            "https://h/e2/C/a.mp4",
            "https://h",
            "no address",
        ] {
            assert_eq!(origin_url(url, "r"), None, "{url}");
        }
    }

    #[test]
    fn another_server_is_asked_for_the_same() {
        let server = PublishServer::parse("http://preview.example:8080").unwrap();
        let at = |url| at_server(url, &server);
        assert_eq!(
            at("https://h:9/is/image/C/a?b=http://c/d#e").as_deref(),
            Some("http://preview.example:8080/is/image/C/a?b=http://c/d#e")
        );
        assert_eq!(at("https://h"), None);
        assert_eq!(at("no address"), None);
    }

    proptest! {
        #[test]
        fn whatever_the_query_nothing_but_the_id_is_changed(query in "[a-z0-9=&$,%.(){}?]{0,40}") {
            let url = format!("https://h/is/image/C/a?{query}");
            if let Some(asked) = origin_url(&url, "r") {
                let strip = |url: &str| {
                    let (_, query) = url.split_once('?').unwrap();
                    modifiers(query).unwrap().into_iter().filter(|m| !is_command(m, "id")).collect::<Vec<_>>().join("&")
                };
                prop_assert_eq!(strip(&asked), strip(&url));
                prop_assert!(asked.contains("id=r"));
            }
        }
    }
}
