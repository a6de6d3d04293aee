//! Characters that XML forbids, in the text of an answer: Adobe keeps what people once typed or uploaded, and one of its
//! servers may send it as it is. A parser has to refuse the whole message then; we would never read a catalogue again in
//! which one file name holds such a character. Each becomes U+FFFD, which stands for what cannot be shown.
//!
//! In text only. Elsewhere, and with entities or document types, a message stays what it is: refused.

use std::borrow::Cow;

use quick_xml::events::{BytesRef, Event};

use super::{
    forbidden_in,
    scan::{position, reader},
};

/// The answer with U+FFFD in place of what XML forbids in its text. One that is no XML is given back as it came: the
/// scan says what is wrong with it.
pub(super) fn mend(text: &str) -> Cow<'_, str> {
    if !text.contains("&#") && forbidden_in(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut mended = String::new();
    let mut kept = 0;
    let mut reader = reader(text);
    loop {
        let start = position(&reader);
        let event = reader.read_event();
        let here = start..position(&reader);
        match event {
            Ok(Event::GeneralRef(reference)) if is_forbidden(&reference) => {
                mended.push_str(&text[kept..here.start]);
                mended.push(char::REPLACEMENT_CHARACTER);
                kept = here.end;
            }
            Ok(Event::Text(_) | Event::CData(_)) if forbidden_in(&text[here.clone()]).is_some() => {
                mended.push_str(&text[kept..here.start]);
                mended.extend(text[here.clone()].chars().map(replaced));
                kept = here.end;
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => return Cow::Borrowed(text),
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(&text[kept..]);
    Cow::Owned(mended)
}

fn replaced(character: char) -> char {
    match forbidden_in(character.encode_utf8(&mut [0; 4])) {
        Some(_) => char::REPLACEMENT_CHARACTER,
        None => character,
    }
}

/// Whether it is the number of a character that XML does not allow, or of none: half of a pair, as some programs write a
/// character beyond U+FFFF, or one past the last.
fn is_forbidden(reference: &BytesRef<'_>) -> bool {
    let Some(number) = reference.strip_prefix('#') else {
        return false;
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    let character = u32::from_str_radix(digits, radix).ok();
    let character = character.and_then(char::from_u32);
    is_number && character.is_none_or(|character| replaced(character) != character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_in_text_becomes_the_sign_for_what_cannot_be_shown() {
        for (text, mended) in [
            ("<a>x&#x1f;y</a>", "<a>x\u{FFFD}y</a>"),
            ("<a>&#31;&#0;&amp;</a>", "<a>\u{FFFD}\u{FFFD}&amp;</a>"),
            ("<a>&#xD83D;&#xDE00;</a>", "<a>\u{FFFD}\u{FFFD}</a>"),
            ("<a>&#x110000;&#99999999999;</a>", "<a>\u{FFFD}\u{FFFD}</a>"),
            (
                "<a>x\u{1f}\0\u{FFFE}\ty</a>",
                "<a>x\u{FFFD}\u{FFFD}\u{FFFD}\ty</a>",
            ),
            (
                "<a><![CDATA[&#1;\u{1}]]>&#1;</a>",
                "<a><![CDATA[&#1;\u{FFFD}]]>\u{FFFD}</a>",
            ),
            (
                "<a>\u{1}<b>ä\u{2}</b>&#3;</a>",
                "<a>\u{FFFD}<b>ä\u{FFFD}</b>\u{FFFD}</a>",
            ),
        ] {
            assert_eq!(mend(text), mended, "{text:?}");
        }
    }

    #[test]
    fn everything_else_stays_as_it_came() {
        for text in [
            "<a>&#10;&#xe4;&lt;ä</a>",
            "<a>&x;&#;&#x;&#xZ;&#-1;&#+1;</a>",
            "<a b='\u{1}&#1;'><!--\u{1}--></a>",
            "<a>&#1;<",
            "",
        ] {
            assert!(
                matches!(mend(text), Cow::Borrowed(same) if same == text),
                "{text:?}"
            );
        }
    }
}
