//! One answer to a GET, apart from any connection: what the origin gives and an edge keeps.
//!
//! Also knows the validators (`ETag`, `Last-Modified`), and so when a 304 is enough.

use std::time::Duration;

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};
use time::{PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

use crate::clock::Timestamp;

/// The date of HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT`.
const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// A status, a body and what a cache must know about them.
#[derive(Debug, Clone)]
pub struct Answer {
    /// 200, or why not.
    pub status: StatusCode,
    /// The body's media type.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
    /// When this body first became the answer.
    pub last_modified: Timestamp,
    /// How long a cache may keep it; `None` for what no cache may keep.
    pub lifetime: Option<Duration>,
    /// A hash of the body, in quotes.
    etag: String,
}

impl Answer {
    /// An answer with a body that caches may keep for that long.
    #[must_use]
    pub fn ok(
        content_type: &'static str,
        body: impl Into<Bytes>,
        last_modified: Timestamp,
        lifetime: Duration,
    ) -> Self {
        let body = body.into();
        let digest = Sha256::digest(&body);
        let number = digest
            .iter()
            .take(8)
            .fold(0, |n, byte| n << 8 | u64::from(*byte));
        Self {
            status: StatusCode::OK,
            content_type,
            etag: format!("\"{number:016x}\""),
            body,
            last_modified,
            lifetime: Some(lifetime),
        }
    }

    /// A refusal with a sentence. No cache may keep it.
    #[must_use]
    pub fn refused(status: StatusCode, sentence: String) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8",
            body: sentence.into(),
            last_modified: Timestamp::from_micros(0),
            lifetime: None,
            etag: String::new(),
        }
    }

    /// The same with blanks at the end of its body, up to this size. Its validators stay those of the picture.
    #[must_use]
    pub fn swollen(self, size: usize) -> Self {
        let mut body = self.body.to_vec();
        body.resize(size.max(body.len()), b' ');
        Self {
            body: body.into(),
            ..self
        }
    }

    /// The answer as it goes out to someone who sent these headers: 304 without a body when they hold it already.
    /// `more` joins the headers.
    ///
    /// # Panics
    ///
    /// When a value in `more` is no header value.
    #[must_use]
    pub fn respond(&self, asked: &HeaderMap, more: &[(HeaderName, String)]) -> Response {
        let ok = self.status == StatusCode::OK;
        let mut response = if ok && self.is_held(asked) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let content_type = [(header::CONTENT_TYPE, self.content_type)];
            (self.status, content_type, self.body.clone()).into_response()
        };
        let mut headers = vec![(header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned())];
        if ok {
            headers.push((header::ETAG, self.etag.clone()));
            headers.push((header::LAST_MODIFIED, http_date(self.last_modified)));
        }
        for (name, value) in headers.iter().chain(more) {
            let value = HeaderValue::from_str(value).expect("our own values are plain ASCII");
            response.headers_mut().insert(name, value);
        }
        response
    }

    /// Whether the request's conditions say that this very body is held already. As HTTP demands, `If-None-Match`
    /// alone decides when it is there.
    fn is_held(&self, asked: &HeaderMap) -> bool {
        let text = |name| asked.get(name).and_then(|value| value.to_str().ok());
        if let Some(tags) = text(header::IF_NONE_MATCH) {
            return tags
                .split(',')
                .map(|tag| tag.trim().trim_start_matches("W/"))
                .any(|tag| tag == "*" || tag == self.etag);
        }
        text(header::IF_MODIFIED_SINCE)
            .and_then(|date| PrimitiveDateTime::parse(date, HTTP_DATE).ok())
            .is_some_and(|since| {
                self.last_modified.to_utc().unix_timestamp() <= since.assume_utc().unix_timestamp()
            })
    }
}

fn http_date(instant: Timestamp) -> String {
    instant
        .to_utc()
        .format(HTTP_DATE)
        .expect("a UTC instant has every part of the format")
}
