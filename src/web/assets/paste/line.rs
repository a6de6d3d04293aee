//! The entries of a line of a pasted list: where one ends and the next begins.

use std::borrow::Cow;

use super::address::Places;

/// Digits of the widths, places and colours in a query; a longer number could be an ID.
const LONGEST_MEASURE: usize = 5;

/// Parameters whose values are lists with words in them: `fmt=webp-alpha,rgb`, `req=set,json,UTF-8`.
const WORD_LISTS: [&str; 11] = [
    "fmt", "req", "icc", "quantize", "src", "mask", "layer", "text", "effect", "path", "resmode",
];

/// The entries of a line. Commas part them, but stand in URLs too. A quoted cell ends at its quote. An unquoted URL ends at
/// a comma, `;` or `|` before a blank, a quote or another URL; within its query also before what could be an ID, as `SKU-2`
/// in `…/shoe?wid=200,SKU-2`, but not before a short number, a word of a list or a further parameter: those go on with the
/// query, until a blank. Another URL behind a blank, `;` or `|` is always an entry of its own.
pub fn entries<'a>(line: &'a str, places: &Places) -> Vec<Cow<'a, str>> {
    let mut entries = Vec::new();
    let mut rest = Some(line);
    while let Some(text) = rest {
        let Some((cell, after)) = quoted_cell(text) else {
            let (entry, after) = first_entry(text, places, true);
            // A quote without its other half belongs to no ID.
            entries.push(entry.trim().trim_matches('"').into());
            rest = after;
            continue;
        };
        // Its commas are its own, but of several URLs in one cell none may go unseen.
        let mut inside = Some(&*cell);
        let url_in = |text: Option<_>| {
            let text = text.map(|text: &str| text.trim_start_matches(is_loose));
            text.filter(|text| places.is_url(text))
        };
        while let Some(url) = url_in(inside) {
            let (entry, more) = first_entry(url, places, false);
            entries.push(entry.to_owned().into());
            inside = more;
        }
        entries.extend(inside.map(|text| text.to_owned().into()));
        rest = after;
    }
    entries
}

/// What the quotes at the beginning hold, and what follows the comma behind them.
fn quoted_cell(text: &str) -> Option<(Cow<'_, str>, Option<&str>)> {
    let inside = text.trim_start().strip_prefix('"')?;
    let mut from = 0;
    let end = loop {
        let end = from + inside[from..].find('"')?;
        // Two quotes are one that belongs to the text.
        if !inside[end + 1..].starts_with('"') {
            break end;
        }
        from = end + 2;
    };
    let after = inside[end + 1..].trim_start();
    let after = match after.strip_prefix(',') {
        Some(more) => Some(more),
        None if after.is_empty() => None,
        None => return None,
    };
    let cell = &inside[..end];
    let cell = if cell.contains('"') {
        Cow::Owned(cell.replace("\"\"", "\""))
    } else {
        Cow::Borrowed(cell)
    };
    Some((cell, after))
}

/// The first entry, and what follows the sign that ends it. `ids_follow`: an ID may stand behind a URL's query.
fn first_entry<'a>(text: &'a str, places: &Places, ids_follow: bool) -> (&'a str, Option<&'a str>) {
    let text = text.trim_start_matches(is_loose);
    let is_inside_url = places.is_url(text);
    let mut is_query = false;
    let mut before = Before::default();
    let mut ahead = Ahead::new(text, places);
    for (at, sign) in text.match_indices(|sign| sign == '?' || may_part(sign)) {
        let after = &text[at + sign.len()..];
        let mut is_before_url = || ahead.is_before_url(at + sign.len());
        let mut is_id = || {
            ids_follow
                && is_query
                && !before.goes_on(&text[..at], piece_behind(sign, after, places))
        };
        let is_end = match sign {
            "?" => {
                is_query = true;
                false
            }
            "," if !is_inside_url => true,
            "," => after.starts_with([' ', '"']) || is_before_url() || is_id(),
            _ if !is_inside_url => is_before_url(),
            ";" | "|" => {
                after.is_empty() || after.starts_with([' ', '"']) || is_before_url() || is_id()
            }
            // A path may be written with its blanks, a query ends at the first.
            _ => is_query || is_before_url(),
        };
        if is_end {
            let after = if is_inside_url {
                after.trim_start_matches(|sign| sign != ',' && may_part(sign))
            } else {
                after
            };
            return (&text[..at], Some(after));
        }
    }
    (text, None)
}

/// What could be an ID behind a sign in a query. Behind a comma it may hold blanks, `;` and `|`, but neither a URL nor the
/// beginning of a quoted cell.
fn piece_behind<'a>(sign: &str, after: &'a str, places: &Places) -> &'a str {
    let is_end = |it: char| it == ',' || sign != "," && may_part(it);
    let piece = after.split(is_end).next().unwrap_or_default();
    let mut ahead = Ahead::new(piece, places);
    let mut signs = piece.match_indices(may_part);
    let next = signs.find(|(at, sign)| {
        let behind = at + sign.len();
        piece[behind..].starts_with('"') || ahead.is_before_url(behind)
    });
    let piece = next.map_or(piece, |(at, _)| &piece[..at]);
    piece.trim_end_matches(|sign| may_part(sign) || is_loose(sign))
}

/// Whether an entry may end at the sign.
fn may_part(sign: char) -> bool {
    matches!(sign, ',' | ';' | '|') || sign.is_whitespace()
}

/// Whether no entry begins with the sign: a quote here is without its other half.
fn is_loose(sign: char) -> bool {
    sign == '"' || sign.is_whitespace()
}

/// What follows in a text. Asked at one place after the other it looks at each sign once, however long a run of them is.
struct Ahead<'a> {
    text: &'a str,
    places: &'a Places,
    /// Where the run ends that was last looked at.
    end: usize,
    is_url: bool,
}

impl<'a> Ahead<'a> {
    fn new(text: &'a str, places: &'a Places) -> Self {
        Self {
            text,
            places,
            end: 0,
            is_url: false,
        }
    }

    /// Whether nothing is between a place behind the beginning and a URL but signs that part, and quotes.
    fn is_before_url(&mut self, at: usize) -> bool {
        if at > self.end {
            let rest = self.text[at..].trim_start_matches(|sign| may_part(sign) || is_loose(sign));
            self.end = self.text.len() - rest.len();
            self.is_url = self.places.is_url(rest);
        }
        self.is_url
    }
}

/// What stands in a URL before a place, read on from the last one that was asked for.
#[derive(Default)]
struct Before {
    end: usize,
    /// Where the last parameter begins.
    parameter: usize,
    /// How many brackets are open.
    braces: isize,
    parentheses: isize,
}

impl Before {
    /// Whether a piece behind a comma, `;` or `|` belongs to the query before it: it is empty, a number that measures
    /// something, a word of a list, what a bracket holds, a preset, or ends a value and begins the next parameter.
    fn goes_on(&mut self, query: &str, piece: &str) -> bool {
        self.read(query);
        let number = piece.strip_prefix(['-', '+']).unwrap_or(piece);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_measure = whole.len() <= LONGEST_MEASURE && is_digits(whole) && is_digits(fraction);
        let parameter = &query[self.parameter..];
        let is_word = WORD_LISTS.iter().any(|list| {
            let name = parameter.get(..list.len());
            name.is_some_and(|name| name.eq_ignore_ascii_case(list))
                && parameter[list.len()..].starts_with('=')
        });
        let is_inside = self.braces > 0 || self.parentheses > 0;
        let is_preset = piece.starts_with('$') && piece.ends_with('$');
        is_measure || is_word || is_inside || is_preset || piece.contains(['=', '&'])
    }

    fn read(&mut self, query: &str) {
        for (at, sign) in query[self.end..].char_indices() {
            match sign {
                '?' | '&' => self.parameter = self.end + at + 1,
                '{' => self.braces += 1,
                '}' => self.braces -= 1,
                '(' => self.parentheses += 1,
                ')' => self.parentheses -= 1,
                _ => {}
            }
        }
        self.end = query.len();
    }
}
