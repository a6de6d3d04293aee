//! Reading a pasted list: IDs by lines, commas or tabs, or whole URLs of the company, from which the ID is read.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use crate::domain::HostOrigin;

/// What stands in URLs of the company.
#[derive(Debug, Default)]
pub struct Places {
    /// The publish server and the delivery hosts.
    pub hosts: BTreeSet<HostOrigin>,
    /// The root, and the alias's.
    pub roots: Vec<String>,
}

/// What was pasted, each once, in the order of the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// IDs.
    pub ids: Vec<String>,
    /// Addresses that are none of the company's assets.
    pub foreign: Vec<String>,
}

/// Reads the text.
pub fn read(text: &str, places: &Places) -> Pasted {
    let mut pasted = Pasted::default();
    let mut seen = BTreeSet::new();
    for piece in text.split(['\n', '\r', '\t']).flat_map(entries) {
        let piece = piece.trim().trim_matches('"').trim();
        if piece.is_empty() {
            continue;
        }
        let entry = if is_url(piece) {
            id_in(piece, places)
        } else {
            Ok(piece.to_owned())
        };
        match entry {
            Ok(id) => {
                if seen.insert(id.clone()) {
                    pasted.ids.push(id);
                }
            }
            Err(url) => {
                if seen.insert(url.clone()) {
                    pasted.foreign.push(url);
                }
            }
        }
    }
    pasted
}

/// Commas part IDs, but stand in URLs too: after one, only the beginning of the next URL or a blank parts.
fn entries(piece: &str) -> Vec<&str> {
    let mut entries = Vec::new();
    let (mut rest, mut from) = (piece, 0);
    while let Some(comma) = rest[from..].find(',').map(|at| at + from) {
        let (before, after) = (&rest[..comma], &rest[comma + 1..]);
        let inside_url = is_url(before.trim()) && !is_url(after) && !after.starts_with(' ');
        if inside_url {
            from = comma + 1;
        } else {
            entries.push(before);
            (rest, from) = (after, 0);
        }
    }
    entries.push(rest);
    entries
}

fn is_url(text: &str) -> bool {
    let text = text.trim_start_matches(['"', ' ']);
    let start = text.get(..8).unwrap_or(text);
    let start = start.to_ascii_lowercase();
    start.starts_with("http://") || start.starts_with("https://")
}

/// The ID in `…/is/image/<root>/<id>` or `…/is/content/<root>/<id>`; a smart crop's name after `:` is none of it.
fn id_in(text: &str, places: &Places) -> Result<String, String> {
    let id = || {
        let url = url::Url::parse(text).ok()?;
        let host = HostOrigin::of(text)?;
        if !places.hosts.contains(&host) {
            return None;
        }
        let path = url.path();
        let object = path
            .strip_prefix("/is/image/")
            .or_else(|| path.strip_prefix("/is/content/"))?;
        let (root, id) = object.split_once('/')?;
        let root = percent_decode_str(root).decode_utf8().ok()?;
        if !places.roots.iter().any(|own| *own == root) {
            return None;
        }
        let id = percent_decode_str(id.split(':').next()?)
            .decode_utf8()
            .ok()?;
        Some(id.into_owned()).filter(|id| !id.is_empty())
    };
    id().ok_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places {
            hosts: [HostOrigin::of("https://img.example.com").unwrap()].into(),
            roots: vec!["shop".to_owned(), "alias".to_owned()],
        }
    }

    #[test]
    fn ids_stand_on_lines_between_commas_and_in_cells_and_count_once() {
        let pasted = read("a, b\r\n\"c d\"\te\n\n,\na", &places());
        assert_eq!(pasted.ids, ["a", "b", "c d", "e"]);
        assert_eq!(pasted.foreign, [""; 0]);
    }

    #[test]
    fn the_id_is_read_from_the_companys_urls_and_no_others() {
        let host = "https://img.example.com";
        for (text, ids) in [
            (
                format!("{host}/is/image/shop/red%20shoe?wid=1,2&fit=constrain,1"),
                vec!["red shoe"],
            ),
            (
                "HTTPS://IMG.example.com:443/is/content/alias/a%2Bb".to_owned(),
                vec!["a+b"],
            ),
            (format!("{host}/is/image/shop/id:Crop?$x$"), vec!["id"]),
            (
                format!("{host}/is/image/shop/a?x=1,2,{host}/is/image/shop/b, c"),
                vec!["a", "b", "c"],
            ),
            (format!("x,{host}/is/image/shop/a"), vec!["x", "a"]),
        ] {
            assert_eq!(read(&text, &places()).ids, ids, "{text}");
        }
        for url in [
            "https://elsewhere.example/is/image/shop/a".to_owned(),
            format!("{host}/is/image/other/a"),
            format!("{host}/is/image/shop/"),
            format!("{host}/is/image/shop/%ff"),
            format!("{host}/x"),
            "https://".to_owned(),
        ] {
            assert_eq!(read(&url, &places()).foreign, [url]);
        }
    }
}
