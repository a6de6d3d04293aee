//! Where somebody is on the outcome. Its lists are on pages, and each page's address keeps the other list where it is.

use std::fmt;

use serde::Deserialize;
use url::form_urlencoded;

use crate::{domain::BatchId, web::forms::number};

/// Which part of each list is shown. Its text is the query of the address: nothing for the beginning of both.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Place {
    /// The batch whose URLs are listed; where it is none of them, the first.
    #[serde(default)]
    pub batch: String,
    /// The position after which they are listed.
    #[serde(default, deserialize_with = "number")]
    pub after: i64,
    /// Which page of what was looked at, from 1.
    #[serde(default, deserialize_with = "number")]
    pub checks: u64,
}

impl Place {
    /// The same with other URLs listed.
    pub fn at_urls(&self, batch: BatchId, after: i64) -> Self {
        Self {
            batch: batch.to_string(),
            after,
            ..*self
        }
    }

    /// The same with another page of what was looked at.
    pub fn at_checks(&self, page: u64) -> Self {
        Self {
            checks: page,
            ..self.clone()
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.batch.is_empty() {
            query.append_pair("batch", &self.batch);
        }
        if self.after > 0 {
            query.append_pair("after", &self.after.to_string());
        }
        if self.checks > 1 {
            query.append_pair("checks", &self.checks.to_string());
        }
        match query.finish() {
            query if query.is_empty() => Ok(()),
            query => write!(f, "?{query}"),
        }
    }
}
