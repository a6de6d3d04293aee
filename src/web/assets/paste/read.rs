//! Reading a pasted list: IDs by lines, commas or tabs, or whole URLs of the company, from which the ID is read.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    address::{Places, stem_of},
    line::entries,
};
use crate::web::forms::bare;

/// With more words than that a URL's path is no list of IDs: it counts once, so few of them may be looked for.
const MOST_WORDS: usize = 100;

/// What was pasted, each once, in the order of the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    /// IDs.
    pub ids: Vec<String>,
    /// For IDs that URLs of files gave, the same without the extension: URLs have one, assets' IDs mostly not.
    pub stems: BTreeMap<String, String>,
    /// For IDs that URLs with commas or blanks in their path gave, what stands between those: an ID may hold one.
    pub parts: BTreeMap<String, Parts>,
    /// Addresses that are none of the company's assets.
    pub foreign: Vec<String>,
}

/// What commas or blanks part.
#[derive(Debug, PartialEq, Eq)]
pub struct Parts {
    pub ids: Vec<String>,
    /// Blanks are words' mostly, commas a list's.
    pub are_words: bool,
}

/// Reads the text.
pub fn read(text: &str, places: &Places) -> Pasted {
    let mut pasted = Pasted::default();
    let mut seen = BTreeSet::new();
    let lines = text.split(['\n', '\r', '\t']).map(bare);
    for piece in lines.flat_map(|line| entries(line, places)) {
        let piece = bare(&piece);
        if piece.is_empty() {
            continue;
        }
        match pasted.read(piece, places) {
            Ok(id) => {
                let parts = pasted.parts_of(piece, places);
                pasted.parts.extend(parts.map(|parts| (id.clone(), parts)));
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

impl Pasted {
    /// How many entries there are at most.
    pub fn number(&self) -> usize {
        let lists = self.parts.values().filter(|parts| !parts.are_words);
        let parts = lists.map(|parts| parts.ids.len() - 1);
        self.ids.len() + parts.sum::<usize>() + self.foreign.len()
    }

    /// The ID of one entry, and what it may be called too; or a foreign address.
    fn read(&mut self, piece: &str, places: &Places) -> Result<String, String> {
        if !places.is_url(piece) {
            return Ok(piece.to_owned());
        }
        let (id, stem) = places.id_in(piece).ok_or_else(|| piece.to_owned())?;
        self.stems.extend(stem.map(|stem| (id.clone(), stem)));
        Ok(id)
    }

    /// What a URL without a query gives where the commas behind it, or else the blanks, part it from others.
    fn parts_of(&mut self, piece: &str, places: &Places) -> Option<Parts> {
        let has_comma = piece.contains(',');
        let parts_here = |sign: char| {
            if has_comma {
                sign == ','
            } else {
                sign.is_whitespace()
            }
        };
        let (url, others) = piece.split_once(parts_here)?;
        if !places.is_url(piece) || piece.contains('?') {
            return None;
        }
        let first = self.read(url, places).ok()?;
        let is_file = self.stems.contains_key(&first);
        let mut ids = vec![first];
        for other in others
            .split(parts_here)
            .map(bare)
            .filter(|it| !it.is_empty())
        {
            let stem = stem_of(other).filter(|_| is_file);
            self.stems
                .extend(stem.map(|stem| (other.to_owned(), stem.to_owned())));
            ids.push(other.to_owned());
        }
        let are_words = !has_comma;
        (has_comma || ids.len() <= MOST_WORDS).then_some(Parts { ids, are_words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::HostOrigin;

    fn places() -> Places {
        let host = HostOrigin::of("https://img.example.com");
        Places::new(host, vec!["shop".to_owned(), "alias".to_owned()])
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
            (
                format!("{host}/is/image/shop/id:Crop?$x$\n{host}/is/image/shop/shoe%3ALarge"),
                vec!["id", "shoe"],
            ),
            (
                format!("{host}/is/image/shop/a?x=1,2,{host}/is/image/shop/b, c"),
                vec!["a", "b", "c"],
            ),
            (format!("x,{host}/is/image/shop/a"), vec!["x", "a"]),
            (
                format!("\"{host}/is/image/shop/a?wid=1,2\",b"),
                vec!["a", "b"],
            ),
            (
                format!("\"{host}/is/image/shop/a\" , \"b\",c"),
                vec!["a", "b", "c"],
            ),
            (format!("{host}/is/image/shop/a,\"b,c\""), vec!["a", "b,c"]),
            (
                format!("\"{host}/is/image/shop/a?x=y,z,{host}/is/image/shop/b\",c"),
                vec!["a", "b", "c"],
            ),
            (
                format!("{host}/is/image/shop/a?wid=200,SKU-2,123456,12345"),
                vec!["a", "SKU-2", "123456", "12345"],
            ),
            (
                format!("{host}/is/image/shop/a?rect=0,-10,0.25,9999&fit=fit,1,b"),
                vec!["a", "b"],
            ),
            (
                format!("{host}/is/image/shop/a?src=is{{shop/b?x=1,2}},,c"),
                vec!["a", "c"],
            ),
            (
                format!(
                    "{host}/is/image/shop/a?wid=300&fmt=webp-alpha,rgb\n{host}/is/image/shop/b?req=set,json,UTF-8"
                ),
                vec!["a", "b"],
            ),
            (
                format!(
                    "\"{host}/is/image/shop/a?wid=1,2\n{host}/is/image/shop/b?fit=constrain,400\""
                ),
                vec!["a", "b"],
            ),
            (
                format!(
                    "{host}/is/image/shop/a?wid=200,Shoe(1),SKU-2,{host}/is/image/shop/b?$x$,123456"
                ),
                vec!["a", "Shoe(1)", "SKU-2", "b", "123456"],
            ),
            (
                "\"\"\"red\"\" shoe\",b".to_owned(),
                vec!["\"red\" shoe", "b"],
            ),
            (
                "\"12\"\" frame\",\"open,x".to_owned(),
                vec!["12\" frame", "open", "x"],
            ),
        ] {
            assert_eq!(read(&text, &places()).ids, ids, "{text}");
        }
    }

    #[test]
    fn what_stands_behind_a_url_is_an_entry_of_its_own() {
        let a = "https://img.example.com/is/image/shop/a";
        let b = "https://img.example.com/is/image/shop/b";
        for (text, ids) in [
            (format!("{a}?wid=100 {b}?wid=100"), vec!["a", "b"]),
            (format!("{a}?wid=100\u{a0}{b}"), vec!["a", "b"]),
            (format!("{a} {b}"), vec!["a", "b"]),
            (
                format!("{a}?wid=100 red shoe, c"),
                vec!["a", "red shoe", "c"],
            ),
            (format!("{a}?wid=1,2 \"b,c\",d"), vec!["a", "b,c", "d"]),
            (format!("\"{a}?wid=1,2 {b}\",c"), vec!["a", "b", "c"]),
            (format!("{a}?wid=100;{b};"), vec!["a", "b"]),
            (format!("{a}; {b}|{a}?x=1 | c"), vec!["a", "b", "c"]),
            (format!("{a}?wid=100;SKU-2"), vec!["a", "SKU-2"]),
            (format!("{a}?wid=100|123456"), vec!["a", "123456"]),
            (format!("{a}?wid=1&amp;$x$;12;hei=2 , c"), vec!["a", "c"]),
            (format!("{a};b"), vec!["a;b"]),
            (format!("{a}?wid=200,12 monkeys"), vec!["a", "12 monkeys"]),
            (format!("{a}?wid=200,2024;red"), vec!["a", "2024;red"]),
            (format!("{a}?wid=200,2024|red"), vec!["a", "2024|red"]),
            (format!("{a}?wid=200,$sale-1"), vec!["a", "$sale-1"]),
            (
                format!("{a}?wid=1,2;{b}?wid=1,2 {b}-2"),
                vec!["a", "b", "b-2"],
            ),
            (
                format!("{a}?wid=200,12 monkeys {b}"),
                vec!["a", "12 monkeys", "b"],
            ),
            (
                format!("{a}?wid=100 enamel-mug daypack"),
                vec!["a", "enamel-mug daypack"],
            ),
            (
                "//img.example.com/is/image/shop/a?wid=1 img.example.com/is/image/shop/b, c"
                    .to_owned(),
                vec!["a", "b", "c"],
            ),
            (format!("red shoe {a};{b}"), vec!["red shoe", "a", "b"]),
            ("red shoe; 2|3 ?a b".to_owned(), vec!["red shoe; 2|3 ?a b"]),
        ] {
            let pasted = read(&text, &places());
            assert_eq!(pasted.ids, ids, "{text}");
            assert_eq!(pasted.foreign, [""; 0], "{text}");
        }
    }

    /// Reading that looks at the rest of the line at each sign would take hours here.
    #[test]
    fn a_long_line_is_read_in_one_pass() {
        const LONG: usize = 1_000_000;
        let url = "https://img.example.com/is/image/shop/a";
        let many = |text: &str| text.repeat(LONG / text.len());
        for (text, number) in [
            (many(";"), 1),
            (format!("a{}b", many(" ")), 1),
            (many("id;"), 1),
            (many("\" "), 0),
            (many("aaaaaaa\u{e9};"), 1),
            (many("img.example.com/is/image/shop/a;"), 1),
            (format!("{}{url}", many("\" ")), 1),
            (format!("{url}?x={}", many(",")), 1),
            (format!("{url}?{}", many(",")), 1),
            (format!("{url}?wid=1{}", many(";3|4")), 1),
            (format!("{url}?wid=1{}", many(",2;3|4")), 2),
            (format!("{url}?wid=1,2{}b", many(" ")), 2),
        ] {
            let pasted = read(&text, &places());
            let start: String = text.chars().take(60).collect();
            assert_eq!(pasted.ids.len(), number, "{start}");
            assert_eq!(pasted.foreign.len(), 0, "{start}");
        }
    }

    #[test]
    fn addresses_that_are_not_the_companys_are_told_apart_from_ids() {
        let host = "https://img.example.com";
        for url in [
            format!("{host}/is/image/shop/%3ALarge"),
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

    #[test]
    fn what_is_not_seen_around_an_entry_is_no_part_of_it() {
        let text = "\u{feff}https://img.example.com/is/image/shop/a?wid=1,2\n\u{200b}b\u{200e},\u{2068}c\u{2069}";
        let pasted = read(text, &places());
        assert_eq!(pasted.ids, ["a", "b", "c"]);
        assert_eq!(pasted.foreign, [""; 0]);
    }

    #[test]
    fn a_comma_or_a_blank_behind_a_url_without_a_query_may_part_it_from_others() {
        let host = "https://img.example.com/is/image/shop";
        for (text, id, parts) in [
            (
                format!("{host}/shoe,SKU-2,,b"),
                "shoe,SKU-2,,b",
                Some(vec!["shoe", "SKU-2", "b"]),
            ),
            (format!("{host}/shoe%2CSKU-2"), "shoe,SKU-2", None),
            (format!("{host}/shoe,2?wid=1"), "shoe,2", None),
            (
                format!("{host}/red shoe  b"),
                "red shoe  b",
                Some(vec!["red", "shoe", "b"]),
            ),
            (
                format!("{host}/red shoe,b"),
                "red shoe,b",
                Some(vec!["red shoe", "b"]),
            ),
            (format!("{host}/red shoe?wid=1"), "red shoe", None),
            ("\"shoe,SKU-2\"".to_owned(), "shoe,SKU-2", None),
        ] {
            let pasted = read(&text, &places());
            assert_eq!(pasted.ids, [id], "{text}");
            let found = pasted
                .parts
                .get(id)
                .map(|parts| parts.ids.iter().map(String::as_str));
            assert_eq!(found.map(Iterator::collect), parts, "{text}");
        }
    }

    #[test]
    fn a_url_with_blanks_counts_once_and_one_with_commas_as_what_may_stand_between_them() {
        let host = "https://img.example.com/is/image/shop";
        for (path, number) in [("red shoe 17", 1), ("shoe,SKU-2,b", 3), ("red shoe,b", 2)] {
            let pasted = read(&format!("{host}/{path}\nc"), &places());
            assert_eq!(pasted.number(), number + 1, "{path}");
        }
        let many = read(
            &format!("{host}/{}", "a ".repeat(MOST_WORDS + 1)),
            &places(),
        );
        assert!(many.parts.is_empty());
    }

    #[test]
    fn only_urls_of_files_may_end_with_what_is_not_the_ids() {
        let host = "https://img.example.com";
        for (path, stem) in [
            ("content/shop/red%20guide.pdf?x=1.5", Some("red guide")),
            ("content/shop/film-AVS.m3u8", Some("film-AVS")),
            ("content/shop/a/b.c.mp4", Some("a/b.c")),
            ("content/shop/guide", None),
            ("content/shop/.pdf", None),
            ("content/shop/a/.pdf", None),
            ("content/shop/v1.2-final", None),
            ("content/shop/guide.v2", None),
            ("content/shop/catalogue-2.0", None),
            ("content/shop/guide.", None),
            ("image/shop/guide.pdf", None),
        ] {
            let pasted = read(&format!("{host}/is/{path}"), &places());
            let id = &pasted.ids[0];
            assert_eq!(pasted.stems.get(id).map(String::as_str), stem, "{path}");
        }
        assert!(read("guide.pdf", &places()).stems.is_empty());
    }
}
