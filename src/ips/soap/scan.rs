//! The walk through an answer that comes before anything in it is believed: it must be well-formed to its end, without
//! tricks, and small enough in every respect.

use std::ops::Range;

use quick_xml::{
    Reader,
    events::{BytesDecl, BytesEnd, BytesRef, BytesStart, Event},
};

use super::{
    forbidden_in,
    read::{Unread, malformed},
};

/// Adobe's messages are some ten levels deep, and a tree of folders takes two for each level of its own.
const DEPTH_LIMIT: usize = 100;
/// The longest list that Adobe documents has 100,000 folders. Within our limit in bytes there is room for
/// millions of empty items, each of which would take a struct's room in memory.
pub(super) const ITEMS_LIMIT: usize = 125_000;
/// Those 100,000 folders have up to eight elements each.
pub(super) const ELEMENTS_LIMIT: usize = 1_000_000;
/// A start tag of Adobe's has a few namespaces. The XML library compares each attribute with all before it.
const TAG_LIMIT: usize = 4_096;

/// Where things are in the text: from `<` of the start tag to `>` of the end tag.
#[derive(Default)]
pub(super) struct Found {
    /// The element that was looked for, the first of its name.
    pub wanted: Option<Range<usize>>,
    /// The outermost fault.
    pub fault: Option<Range<usize>>,
    /// Whether there is a SOAP body that holds nothing.
    pub empty_body: bool,
}

/// Walks the whole document once, so that nothing is believed of one that turns bad at its end.
pub(super) fn scan(text: &str, name: &str) -> Result<Found, Unread> {
    let mut reader = reader(text);
    let mut walk = Walk::default();
    loop {
        let start = position(&reader);
        match reader.read_event().map_err(|_| broken(text))? {
            Event::Start(tag) => walk.enter(&tag, start)?,
            Event::End(tag) => walk.leave(&tag, position(&reader), name)?,
            Event::Text(words) if words.trim().is_empty() => {}
            Event::Text(_) | Event::CData(_) => walk.content(start)?,
            Event::GeneralRef(reference) => {
                walk.content(start)?;
                resolve(&reference)?;
            }
            Event::DocType(_) => return Err(malformed("declares a document type")),
            Event::Decl(declaration) => check_encoding(&declaration)?,
            Event::Eof if walk.closed_root => return Ok(walk.found),
            Event::Eof => return Err(broken(text)),
            _ => {}
        }
    }
}

#[derive(Default)]
struct Walk {
    /// The start of each open element.
    open: Vec<usize>,
    closed_root: bool,
    /// Where the last thing began that is not the end of something.
    content: usize,
    elements: usize,
    items: usize,
    found: Found,
}

impl Walk {
    fn enter(&mut self, tag: &BytesStart<'_>, start: usize) -> Result<(), Unread> {
        if self.closed_root {
            return Err(not_xml());
        }
        if self.open.len() == DEPTH_LIMIT {
            return Err(malformed("is nested too deeply"));
        }
        if tag.len() > TAG_LIMIT {
            return Err(malformed("has a longer tag than we read"));
        }
        self.elements += 1;
        self.items += usize::from(tag.local_name().as_ref() == "items");
        if self.elements > ELEMENTS_LIMIT || self.items > ITEMS_LIMIT {
            return Err(malformed("has more elements than we read"));
        }
        self.content = start;
        self.open.push(start);
        Ok(())
    }

    fn leave(&mut self, tag: &BytesEnd<'_>, end: usize, name: &str) -> Result<(), Unread> {
        let range = self.open.pop().ok_or_else(not_xml)?..end;
        self.closed_root = self.open.is_empty();
        let local = tag.local_name();
        let local: &str = local.as_ref();
        if local.ends_with("Fault") {
            // Overwriting makes the outermost win: it ends last.
            self.found.fault = Some(range);
        } else if local == name {
            self.found.wanted.get_or_insert(range);
        } else if local == "Body" && range.start == self.content {
            self.found.empty_body = true;
        }
        Ok(())
    }

    fn content(&mut self, start: usize) -> Result<(), Unread> {
        self.content = start;
        if self.open.is_empty() {
            return Err(not_xml());
        }
        Ok(())
    }
}

fn check_encoding(declaration: &BytesDecl<'_>) -> Result<(), Unread> {
    let Some(encoding) = declaration.encoding() else {
        return Ok(());
    };
    let encoding = encoding.map_err(|_| not_xml())?;
    if ["utf-8", "us-ascii"].contains(&encoding.to_ascii_lowercase().as_str()) {
        Ok(())
    } else {
        Err(malformed("is not UTF-8"))
    }
}

/// A reader as every walk through an answer uses it.
pub(super) fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_comments = true;
    reader
}

pub(super) fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).expect("an offset into a slice fits")
}

/// The character of `&lt;` or `&#10;`. Entities that only a document type could define are refused.
pub(super) fn resolve(reference: &BytesRef<'_>) -> Result<char, Unread> {
    let character = match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().map_err(|_| not_xml())?,
    };
    character
        .filter(|c| forbidden_in(c.encode_utf8(&mut [0; 4])).is_none())
        .ok_or_else(|| malformed("uses an entity that XML does not define"))
}

pub(super) fn not_xml() -> Unread {
    malformed("is not XML")
}

/// Not well-formed: cut off if it begins like a message, HTML or text otherwise.
fn broken(text: &str) -> Unread {
    let begins_like_xml = text.trim_start().starts_with("<?xml") || text.contains("Envelope");
    if begins_like_xml {
        malformed("is not well-formed or ends too early")
    } else {
        not_xml()
    }
}
