//! What comes instead of a good answer.

use std::{fmt::Write as _, future::ready, iter};

use axum::{
    body::{Body, Bytes},
    http::{
        StatusCode,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
};
use futures_util::{StreamExt as _, stream};

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
        Instead::Truncated => xml(status, half(message)),
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
            Body::from_stream(stream::once(ready(Err::<Bytes, _>(on_purpose())))).into_response()
        }
        Instead::Cut => cut(message, status),
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

fn half(mut message: String) -> String {
    message.truncate(message.floor_char_boundary(message.len() / 2));
    message
}

fn on_purpose() -> std::io::Error {
    std::io::Error::other("closed on purpose")
}

/// Half the message, and then no more: the server sends what it has while it waits for the rest. Compressing would hold it back.
fn cut(message: String, status: StatusCode) -> Response {
    let start = stream::once(ready(Ok(Bytes::from(half(message)))));
    let end = stream::once(async {
        tokio::task::yield_now().await;
        Err(on_purpose())
    });
    let head = [(CONTENT_ENCODING, "identity")];
    (status, head, Body::from_stream(start.chain(end))).into_response()
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
