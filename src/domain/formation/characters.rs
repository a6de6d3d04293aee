//! Characters that have no place in a URL, and spellings that show how it came about.
//!
//! Looks at a text alone, whole URL or part of one; where it stands does not matter.

use memchr::memchr;

use super::problem::ProblemKind;

/// What is odd about a text, each thing once.
pub(super) fn oddities(text: &str) -> Vec<ProblemKind> {
    let mut found = Vec::new();
    let seen = seen(text);
    if seen & (SPACE | CONTROL | NON_ASCII) != 0 {
        if text.contains(char::is_whitespace) {
            found.push(ProblemKind::WhiteSpace);
        }
        if text.contains(|c: char| c.is_control() && !c.is_whitespace()) {
            found.push(ProblemKind::ControlCharacter);
        }
    }
    let placeholder = Some(seen & (MARK | SEMICOLON))
        .filter(|marks| *marks != 0)
        .and_then(|_| leftover_placeholder(text));
    if let Some(placeholder) = placeholder {
        let placeholder = placeholder.to_owned();
        found.push(ProblemKind::Placeholder { found: placeholder });
    } else if seen & (RAW | NON_ASCII) != 0 {
        let raw = text.chars().find(|c| is_raw(*c));
        found.extend(raw.map(|found| ProblemKind::RawCharacter { found }));
    }
    if seen & SEMICOLON != 0 && text.contains("&amp;") {
        found.push(ProblemKind::HtmlEntity);
    }
    if seen & HASH != 0 {
        found.push(ProblemKind::Fragment);
    }
    if seen & EQUALS != 0 {
        found.extend(stamps(text));
    }
    found
}

/// Commands that change with each publish. Names count without regard to case, as for the image server.
fn stamps(text: &str) -> impl Iterator<Item = ProblemKind> {
    let start = memchr(b'?', text.as_bytes()).map_or(text.len(), |at| at + 1);
    let query = &text.as_bytes()[start..];
    let equals = query.iter().enumerate().filter(|(_, byte)| **byte == b'=');
    equals.filter_map(|(at, _)| {
        let name = at.checked_sub(2)?;
        if name > 0 && query[name - 1] != b'&' {
            return None;
        }
        let kind = match [query[name] | 0x20, query[name + 1] | 0x20] {
            [b't', b's'] => ProblemKind::Timestamp,
            [b'i', b'd'] => ProblemKind::Version,
            _ => return None,
        };
        let value = query[at + 1..].split(|byte| *byte == b'&').next()?;
        (!value.is_empty() && value.iter().all(u8::is_ascii_digit)).then_some(kind)
    })
}

/// How `<ID>` is misspelled, or what copying makes of it.
const MISSPELLINGS: [&str; 4] = ["<id>", "&lt;id&gt;", "%3cid%3e", "{id}"];

fn leftover_placeholder(text: &str) -> Option<&str> {
    let is_start = |byte| matches!(byte, b'<' | b'&' | b'%' | b'{');
    let starts = text.bytes().enumerate().filter(|(_, byte)| is_start(*byte));
    for (at, _) in starts {
        for word in MISSPELLINGS {
            let found = text.get(at..at + word.len());
            if let Some(found) = found.filter(|found| found.eq_ignore_ascii_case(word)) {
                return Some(found);
            }
        }
    }
    None
}

/// Characters that a browser would encode, and invisible ones.
fn is_raw(c: char) -> bool {
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() => CLASSES[usize::from(byte)] & RAW != 0,
        _ => !c.is_whitespace() && !c.is_control(),
    }
}

const SPACE: u8 = 1;
const CONTROL: u8 = 2;
const NON_ASCII: u8 = 4;
const RAW: u8 = 8;
/// What a leftover placeholder starts with, when it is no HTML entity.
const MARK: u8 = 16;
const HASH: u8 = 32;
const EQUALS: u8 = 64;
/// What an HTML entity ends with: in contrast to `&`, seldom seen.
const SEMICOLON: u8 = 128;

/// The classes of each byte, so that one pass tells which looks a text needs: most need none.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte {
            0x20 => SPACE,
            0x00..=0x1f | 0x7f => CONTROL,
            0x80.. => NON_ASCII,
            0x22 | 0x3e | 0x5c | 0x5e | 0x60 | 0x7c | 0x7d => RAW,
            0x3c | 0x7b => RAW | MARK,
            0x25 => MARK,
            0x23 => HASH,
            0x3b => SEMICOLON,
            0x3d => EQUALS,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// The classes of all bytes of a text.
fn seen(text: &str) -> u8 {
    text.bytes()
        .fold(0, |seen, byte| seen | CLASSES[usize::from(byte)])
}
