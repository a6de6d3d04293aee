//! Answers in, from servers that are not to be trusted.
//!
//! Elements are matched by local name in any namespace, in SOAP 1.1, SOAP 1.2 or none; a fault counts wherever it
//! stands. No document type, no entities of its own, no deep nesting. The caller limits the size.

use std::borrow::Cow;

use quick_xml::events::Event;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use super::{
    forbidden_in,
    mend::mend,
    scan::{not_xml, reader, resolve, scan},
};
use crate::ips::{Fault, FaultKind};

/// What is wrong with the pages of proxies and servers under maintenance.
pub(in crate::ips) const HTML_PAGE: &str = "is an HTML page";

/// Why there is no answer in these bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ips) enum Unread {
    /// Adobe refused.
    Fault(Fault),
    /// It is not what Adobe documents; continues the sentence "the answer ...".
    Malformed(String),
}

/// An `xArray` with its `items`.
#[derive(Debug, Deserialize)]
pub(in crate::ips) struct Items<T> {
    #[serde(default = "Vec::new")]
    pub items: Vec<T>,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

/// Reads an optional whole number; an empty element is none.
pub(in crate::ips) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let text = Option::<String>::deserialize(from)?.unwrap_or_default();
    match text.trim() {
        "" => Ok(None),
        digits => digits.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

/// Finds the element `name` in the answer and reads its children; a fault anywhere wins.
pub(in crate::ips) fn read<T: DeserializeOwned>(bytes: &[u8], name: &str) -> Result<T, Unread> {
    let bytes = String::from_utf8_lossy(bytes);
    let text = text(&bytes)?;
    let found = scan(&text, name)?;
    if let Some(range) = found.fault {
        return Err(Unread::Fault(fault(&text[range])?));
    }
    let range = found
        .wanted
        .ok_or_else(|| malformed(&format!("has no {name}")))?;
    quick_xml::de::from_str(&text[range])
        .map_err(|_| malformed(&format!("has a {name} that cannot be read")))
}

/// Finds out whether the answer of an operation that documents none is fine: the element `name`, an empty SOAP body,
/// or no bytes at all. A fault anywhere wins, and anything else is malformed.
pub(in crate::ips) fn read_nothing(bytes: &[u8], name: &str) -> Result<(), Unread> {
    if bytes.trim_ascii().is_empty() {
        return Ok(());
    }
    let bytes = String::from_utf8_lossy(bytes);
    let text = text(&bytes)?;
    let found = scan(&text, name)?;
    if let Some(range) = found.fault {
        return Err(Unread::Fault(fault(&text[range])?));
    }
    if found.wanted.is_some() || found.empty_body {
        Ok(())
    } else {
        Err(malformed(&format!("has no {name}")))
    }
}

pub(super) fn malformed(problem: &str) -> Unread {
    Unread::Malformed(problem.to_owned())
}

/// What can be walked through; one odd character somewhere costs no more than itself.
fn text(text: &str) -> Result<Cow<'_, str>, Unread> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(malformed("is empty"));
    }
    if is_html(text) {
        return Err(malformed(HTML_PAGE));
    }
    let text = mend(text);
    if forbidden_in(&text).is_some() {
        return Err(malformed("holds characters that XML forbids"));
    }
    Ok(text)
}

/// What proxies and servers under maintenance send. It would fail anyway; this gives it its name.
fn is_html(text: &str) -> bool {
    let start = text.trim_start();
    ["<!doctype html", "<html"].iter().any(|tag| {
        let head = start.get(..tag.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(tag))
    })
}

/// Code and reason of the fault element: `faultstring`, or SOAP 1.2's `Text`, stands in for a missing reason.
fn fault(element: &str) -> Result<Fault, Unread> {
    let mut reader = reader(element);
    let mut fault = Fault {
        kind: FaultKind::Other,
        code: None,
        reason: String::new(),
    };
    let mut summary = String::new();
    let mut words = String::new();
    loop {
        match reader.read_event().map_err(|_| not_xml())? {
            Event::Start(tag) => {
                words.clear();
                match tag.local_name().as_ref() {
                    "authenticationFault" => fault.kind = FaultKind::Authentication,
                    "authorizationFault" => fault.kind = FaultKind::Authorization,
                    "ipsApiFault" => fault.kind = FaultKind::Api,
                    _ => {}
                }
            }
            Event::Text(text) => words.push_str(&text),
            Event::CData(text) => words.push_str(&text),
            Event::GeneralRef(reference) => words.push(resolve(&reference)?),
            Event::End(tag) => {
                let value = std::mem::take(&mut words);
                let value = value.trim();
                match tag.local_name().as_ref() {
                    "code" => fault.code = fault.code.or_else(|| value.parse().ok()),
                    "reason" if fault.reason.is_empty() => value.clone_into(&mut fault.reason),
                    "faultstring" | "Text" if summary.is_empty() => value.clone_into(&mut summary),
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if fault.reason.is_empty() {
        fault.reason = summary;
    }
    Ok(fault)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::scan::{ELEMENTS_LIMIT, ITEMS_LIMIT},
        *,
    };

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Answer {
        word: Option<String>,
        #[serde(default, deserialize_with = "number")]
        count: Option<i64>,
    }

    fn parse(text: &str) -> Result<Answer, Unread> {
        read(text.as_bytes(), "doItReturn")
    }

    fn problem(text: &str) -> String {
        match parse(text) {
            Err(Unread::Malformed(problem)) => problem,
            other => panic!("{other:?} for {text}"),
        }
    }

    #[test]
    fn the_answer_is_found_in_any_envelope_and_namespace() {
        let payload = "<doItReturn><word>a&amp;b &#x1F45F;<![CDATA[<c>]]></word><count> 4<!-- ! --> </count></doItReturn>";
        for text in [
            payload.to_owned(),
            format!(
                "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<E><B>{payload}</B></E>\n<!-- end -->"
            ),
            format!("<?xml version='1.0'?><e:E xmlns:e='urn:e'><e:B>{payload}</e:B></e:E>"),
            payload.replace("<do", "<n:do").replace("</do", "</n:do"),
            payload.replace("</doItReturn>", "<other x='1'><deep/></other></doItReturn>"),
        ] {
            let answer = parse(&text).unwrap();
            assert_eq!(answer.word.as_deref(), Some("a&b \u{1F45F}<c>"), "{text}");
            assert_eq!(answer.count, Some(4));
        }
    }

    #[test]
    fn empty_elements_hold_nothing() {
        assert_eq!(parse("<a><doItReturn/></a>").unwrap(), Answer::default());
        let nil = "<doItReturn><word xsi:nil='true'/><count xsi:nil='true'/></doItReturn>";
        assert_eq!(parse(nil).unwrap().count, None);
        let empty = "<doItReturn><count></count></doItReturn>";
        assert_eq!(parse(empty).unwrap().count, None);
    }

    #[test]
    fn a_fault_wins_wherever_it_stands() {
        let fault =
            "<n:ipsApiFault><n:code>30001</n:code><n:reason> a &lt; b </n:reason></n:ipsApiFault>";
        let soap11 = format!(
            "<Fault><faultcode>c</faultcode><faultstring>s</faultstring><detail>{fault}</detail></Fault>"
        );
        let soap12 = format!(
            "<Fault><Code><Value>c</Value></Code><Reason><Text>s</Text></Reason><Detail>{fault}</Detail></Fault>"
        );
        for text in [
            fault.to_owned(),
            format!("<E><B>{soap11}</B></E>"),
            format!("<E><B>{soap12}</B></E>"),
            format!("<E><doItReturn><count>1</count></doItReturn>{fault}</E>"),
            format!("<E><doItReturn><count>1</count>{fault}</doItReturn></E>"),
        ] {
            let expected = Fault {
                kind: FaultKind::Api,
                code: Some(30_001),
                reason: "a < b".to_owned(),
            };
            assert_eq!(parse(&text), Err(Unread::Fault(expected)), "{text}");
        }
    }

    #[test]
    fn a_fault_without_detail_keeps_its_summary() {
        for text in [
            "<E><Fault><faultcode>c</faultcode><faultstring>No such thing</faultstring></Fault></E>",
            "<E><Fault><Code><Value>c</Value></Code><Reason><Text>No such thing</Text></Reason></Fault></E>",
        ] {
            let expected = Fault {
                kind: FaultKind::Other,
                code: None,
                reason: "No such thing".to_owned(),
            };
            assert_eq!(parse(text), Err(Unread::Fault(expected)));
        }
        let bare = Fault {
            kind: FaultKind::Authentication,
            code: None,
            reason: String::new(),
        };
        assert_eq!(
            parse("<authenticationFault><code>many</code></authenticationFault>"),
            Err(Unread::Fault(bare))
        );
    }

    #[test]
    fn whatever_is_no_answer_is_malformed() {
        for (text, expected) in [
            ("", "is empty"),
            (" \n", "is empty"),
            ("OK", "is not XML"),
            ("\n<HTML><br><p>Down</html>", "is an HTML page"),
            ("<down><p>Sorry</p></down>", "has no doItReturn"),
            ("<E></E><doItReturn/>", "is not XML"),
            ("<doItReturn/>trailing", "is not XML"),
            (
                "<Envelope><doItReturn/>",
                "is not well-formed or ends too early",
            ),
            (
                "<?xml version='1.0'?><a><doItRet",
                "is not well-formed or ends too early",
            ),
            ("<a><doItReturn/></b>", "is not XML"),
            (
                "<!DOCTYPE a [<!ENTITY x 'y'>]><doItReturn/>",
                "declares a document type",
            ),
            ("<!DOCTYPE html><html/>", "is an HTML page"),
            (
                "<doItReturn>&x;</doItReturn>",
                "uses an entity that XML does not define",
            ),
            (
                "<doItReturn a='\u{1}'/>",
                "holds characters that XML forbids",
            ),
            (
                "<?xml version='1.0' encoding='UTF-16'?><doItReturn/>",
                "is not UTF-8",
            ),
            ("<\0d\0o\0/\0>\0", "holds characters that XML forbids"),
            (
                "<doItReturn><count>lots</count></doItReturn>",
                "has a doItReturn that cannot be read",
            ),
        ] {
            assert_eq!(problem(text), expected, "{text}");
        }
    }

    #[test]
    fn an_odd_character_costs_no_more_than_itself() {
        for text in [
            "<doItReturn><word>Gr&#x1f;e</word><count>4</count></doItReturn>".as_bytes(),
            "<doItReturn><word>Gr\u{1f}e</word><count>4</count></doItReturn>".as_bytes(),
            b"<doItReturn><word>Gr\xF6e</word><count>4</count></doItReturn>",
        ] {
            let answer = read::<Answer>(text, "doItReturn").unwrap();
            assert_eq!(answer.word.as_deref(), Some("Gr\u{FFFD}e"));
            assert_eq!(answer.count, Some(4));
        }
        let refused = "<Fault><faultstring>no &#1; such</faultstring></Fault>";
        let fault = match parse(refused) {
            Err(Unread::Fault(fault)) => fault.reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(fault, "no \u{FFFD} such");
    }

    #[test]
    fn nothing_is_an_answer_where_none_is_documented() {
        let of = |text: &str| read_nothing(text.as_bytes(), "doItReturn");
        for text in [
            "",
            " \n",
            "<E><Body/></E>",
            "<E><Body> <!-- none --> </Body></E>",
            "<E><Header><Body2/></Header><s:Body></s:Body></E>",
            "<E><Body><doItReturn/></Body></E>",
            "<E><Body><doItReturn><count>many</count></doItReturn></Body></E>",
        ] {
            assert_eq!(of(text), Ok(()), "{text}");
        }
        for text in [
            "<E><Body><other/></Body></E>",
            "<E><Body>OK</Body></E>",
            "<E><Body>&lt;</Body></E>",
            "<E><Body><![CDATA[x]]></Body></E>",
            "<E/>",
            "<html></html>",
            "OK",
            "<E><Body/>",
        ] {
            assert!(matches!(of(text), Err(Unread::Malformed(_))), "{text}");
        }
        let fault = "<E><Body><Fault><faultstring>no</faultstring></Fault></Body></E>";
        assert!(matches!(of(fault), Err(Unread::Fault(_))));
    }

    #[test]
    fn more_elements_than_adobe_sends_end_cleanly() {
        let items = "<items/>".repeat(ITEMS_LIMIT + 1);
        let elements = "<a/>".repeat(ELEMENTS_LIMIT);
        for many in [items, elements] {
            let text = format!("<doItReturn>{many}</doItReturn>");
            assert_eq!(problem(&text), "has more elements than we read");
        }
    }

    #[test]
    fn a_tag_without_end_ends_cleanly() {
        let attributes = " a=''".repeat(100_000);
        assert_eq!(
            problem(&format!("<doItReturn{attributes}/>")),
            "has a longer tag than we read"
        );
    }

    #[test]
    fn a_million_open_elements_end_cleanly() {
        assert_eq!(problem(&"<a>".repeat(1_000_000)), "is nested too deeply");
    }

    #[test]
    fn every_cut_of_an_answer_is_malformed() {
        let whole = "<?xml version='1.0'?><s:Envelope><s:Body><doItReturn><word>ä&amp;</word><count>4</count></doItReturn></s:Body></s:Envelope>";
        parse(whole).unwrap();
        for end in 0..whole.len() {
            let cut = read::<Answer>(&whole.as_bytes()[..end], "doItReturn");
            assert!(matches!(cut, Err(Unread::Malformed(_))), "{end}: {cut:?}");
        }
    }

    /// Pieces from which almost-answers are made, so that the parser's deeper parts are reached too.
    const PIECES: [&str; 20] = [
        "<doItReturn>",
        "</doItReturn>",
        "<doItReturn/>",
        "<n:count>",
        "</n:count>",
        "<word a='",
        "'/>",
        "<Fault>",
        "</Fault>",
        "<code>",
        "</code>",
        "<reason>",
        "</reason>",
        "&amp;",
        "&#x0;",
        "&",
        "<![CDATA[",
        "]]>",
        "<!--",
        "4",
    ];

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read::<Answer>(&bytes, "doItReturn");
        }

        #[test]
        fn no_pieces_make_the_parser_panic(pieces in proptest::collection::vec(proptest::sample::select(&PIECES), 0..40)) {
            let _ = parse(&pieces.concat());
        }
    }
}
