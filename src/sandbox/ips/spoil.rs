//! What comes instead of a good answer.

use std::{fmt::Write as _, future::ready, iter};

use axum::{
    body::{Body, Bytes},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;

use super::{Instead, answer::xml};

const PIECE: usize = 1024 * 1024;
const BOMB_PIECES: usize = 1024;
const HUGE_PIECES: usize = 512;

/// Ten entities, each ten times the one before: ten characters become ten gigabytes.
fn growing() -> String {
    let mut doctype = "<!DOCTYPE x [<!ENTITY e0 \"unstable\">".to_owned();
    for level in 1..10 {
        let inner = format!("&e{};", level - 1).repeat(10);
        // Writing to a string cannot fail.
        let _ = write!(doctype, "<!ENTITY e{level} \"{inner}\">");
    }
    doctype + "]>"
}

/// The answer, spoilt in that way.
pub(super) fn spoil(message: String, status: StatusCode, instead: Instead) -> Response {
    match instead {
        Instead::Truncated => {
            let mut half = message;
            half.truncate(half.floor_char_boundary(half.len() / 2));
            xml(status, half)
        }
        Instead::Empty => StatusCode::OK.into_response(),
        Instead::Html => axum::response::Html(
            "<!DOCTYPE html><html><head><title>Maintenance</title></head>\
             <body><h1>We will be back soon</h1></body></html>",
        )
        .into_response(),
        Instead::Unavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            axum::response::Html("<!DOCTYPE html><html><body>Service Unavailable</body></html>"),
        )
            .into_response(),
        // The server gives a connection up when a body fails before its first byte.
        Instead::Closed => {
            let failure = std::io::Error::other("closed on purpose");
            Body::from_stream(stream::once(ready(Err::<Bytes, _>(failure)))).into_response()
        }
        Instead::Bomb => endless(&message, Bytes::from(vec![b' '; PIECE]), BOMB_PIECES),
        Instead::Huge => {
            let row = "<items><name>one more</name></items>";
            endless(
                &message,
                Bytes::from(row.repeat(PIECE / row.len())),
                HUGE_PIECES,
            )
        }
        Instead::Entities => xml(status, with_doctype(&message, &growing(), "&e9;")),
        Instead::ExternalEntity => {
            let doctype = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>";
            xml(status, with_doctype(&message, doctype, "&e;"))
        }
    }
}

/// The beginning of the message, up to its first content, and then a piece again and again. Made while it is read.
fn endless(message: &str, piece: Bytes, count: usize) -> Response {
    let start = match message.find("Return xmlns") {
        Some(at) => message[at..].find('>').map_or(at, |end| at + end + 1),
        None => message.len() / 2,
    };
    let start = Bytes::from(message[..start].to_owned());
    let pieces = iter::once(start).chain(iter::repeat_n(piece, count));
    let body = Body::from_stream(stream::iter(pieces.map(Ok::<_, std::io::Error>)));
    let kind = [(CONTENT_TYPE, "text/xml; charset=UTF-8")];
    (StatusCode::OK, kind, body).into_response()
}

/// The message with a document type, and a use of its entity in an element of its own.
fn with_doctype(message: &str, doctype: &str, entity: &str) -> String {
    let note = format!("<note>{entity}</note></soapenv:Body>");
    message
        .replacen("?>", &format!("?>{doctype}"), 1)
        .replacen("</soapenv:Body>", &note, 1)
}
