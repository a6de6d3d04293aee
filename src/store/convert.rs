//! Between the database's words, JSON and text on one side and our types on the other.

use std::borrow::Cow;

use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use super::{Result, StoreError};
use crate::clock::Timestamp;

/// Rows per multi-row statement: measured as a good size on both databases, and far below their limits on parameters.
pub(super) const CHUNK: usize = 500;

/// Text as both databases can hold it. PostgreSQL refuses NUL, so it becomes U+001A, the control character named
/// SUBSTITUTE: a line with it stays one that no URL may contain, and is not turned into another, valid one.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{1a}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A limit as both databases take it: below zero means nothing, not everything.
pub(super) fn at_most(limit: i64) -> i64 {
    limit.max(0)
}

/// Our number of bytes or rows in the database's type.
pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The key of a URL, whatever its length.
pub(super) fn url_hash(url: &str) -> Vec<u8> {
    Sha256::digest(url).to_vec()
}

pub(super) fn instant(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp::from_micros)
}

/// A value that the database holds and this program does not know, such as a word of a later version.
pub(super) fn unknown(column: &'static str) -> StoreError {
    let source = format!("column {column} holds something unknown").into();
    StoreError::Backend(sqlx::Error::Decode(source))
}

pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Backend(sqlx::Error::Encode(error.into())))
}

/// The parser's error is left out: it may quote the text.
pub(super) fn from_json<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| unknown(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_stays_a_control_character() {
        assert_eq!(storable("a\0b"), "a\u{1a}b");
        assert!(matches!(storable("plain"), Cow::Borrowed("plain")));
    }
}
