//! One look for a check: everything that can be compared, and the bytes themselves while they are small enough.
//!
//! The URL is asked for exactly as it is: a check that added anything to it would look at another cache entry.

use std::time::Duration;

use reqwest::{
    Response,
    header::{
        CACHE_CONTROL, CONTENT_TYPE, DATE, ETAG, EXPIRES, HeaderMap, HeaderName, LAST_MODIFIED,
        VARY,
    },
};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{
    Client, LookError, Reach,
    client::{evidence, no_answer},
    freshness::{self, Lifetime},
};
use crate::{
    clock::{Clock, Timestamp},
    domain::{CheckFormat, Sighting},
};

/// A larger body is not read, in bytes: the answer is closed after its headers.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// A header is kept up to so many characters.
const HEADER_LIMIT: usize = 300;

/// Dynamic Media's own word that it chose the format, or would have.
const SMART_IMAGING: HeaderName = HeaderName::from_static("x-adobe-smart-imaging");

/// What a host answered.
#[derive(Debug, Clone)]
pub struct Probe {
    /// What can be compared.
    pub sighting: Sighting,
    /// The body's media type, as the host names it.
    pub content_type: Option<String>,
    /// Whether the answer depends on the formats that the one who asks can show.
    pub is_negotiated: bool,
    /// The body; `None` when it was too large.
    pub body: Option<Vec<u8>>,
}

impl Client {
    /// Looks at a URL as a browser that can show this format.
    pub async fn probe(
        &self,
        url: &Url,
        reach: Reach,
        format: CheckFormat,
        clock: &Clock,
    ) -> Result<Probe, LookError> {
        let mut response = self.get(url, reach, format.accept()).await?;
        let at = clock.now();
        let length = response.content_length();
        let body = if length.is_some_and(|length| length > BODY_LIMIT as u64) {
            None
        } else {
            read(&mut response).await?
        };
        let headers = response.headers();
        let evidence = evidence(headers);
        let sighting = Sighting {
            at,
            status: response.status().as_u16(),
            hash: body.as_ref().map(|body| Sha256::digest(body).into()),
            etag: kept(headers, ETAG),
            last_modified: kept(headers, LAST_MODIFIED),
            length: body.as_ref().map_or(length, |body| Some(body.len() as u64)),
            evidence,
            keeps: keeps(headers, evidence.age, at),
        };
        Ok(Probe {
            content_type: kept(headers, CONTENT_TYPE),
            is_negotiated: is_negotiated(headers),
            sighting,
            body,
        })
    }
}

/// The body, unless it turns out to be too large.
async fn read(response: &mut Response) -> Result<Option<Vec<u8>>, LookError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

fn keeps(headers: &HeaderMap, age: Option<u64>, at: Timestamp) -> Option<Duration> {
    // A host and a cache before it may each add one, and all of them hold.
    let all = headers.get_all(CACHE_CONTROL).iter();
    let directives: Vec<&str> = all.filter_map(|value| value.to_str().ok()).collect();
    let lifetime = Lifetime {
        cache_control: &directives.join(","),
        expires: text(headers, EXPIRES),
        date: text(headers, DATE),
        age,
    };
    freshness::keeps(&lifetime, at)
}

fn is_negotiated(headers: &HeaderMap) -> bool {
    let values = headers.get_all(VARY).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let mut names = values.flat_map(|value| value.split(','));
    headers.contains_key(SMART_IMAGING)
        || names.any(|name| name.trim().eq_ignore_ascii_case("accept"))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn kept(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let text = text(headers, name)?;
    (text.len() <= HEADER_LIMIT).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn all_cache_control_headers_hold() {
        let mut headers = HeaderMap::new();
        for value in ["public, max-age=60", "no-cache"] {
            headers.append(CACHE_CONTROL, HeaderValue::from_static(value));
        }
        let at = Timestamp::from_micros(0);
        assert_eq!(keeps(&headers, None, at), Some(Duration::ZERO));
    }
}
