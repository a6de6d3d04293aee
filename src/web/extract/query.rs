//! Addresses: what stands after the question mark, whatever somebody has made of it.

use std::{borrow::Cow, collections::BTreeMap, str::FromStr};

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::{Deserialize, de::DeserializeOwned};
use url::form_urlencoded;

use crate::{error::AppError, web::forms::showable};

/// An address's query. Of a name that stands several times, as in addresses that were put together by hand, the last one
/// counts. A type whose fields are texts with defaults is never refused; of others a value may be none.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(read(form_urlencoded::parse(query.as_bytes()))?))
    }
}

/// Reads fields as an address has them. What no page can show becomes what a browser shows for it.
fn read<'a, T: DeserializeOwned>(
    fields: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>,
) -> Result<T, AppError> {
    let fields: BTreeMap<Cow<'_, str>, String> = fields
        .map(|(name, value)| (name, showable(&value)))
        .collect();
    // Not by way of a `Uri`, which holds no more than 64 KB: a form may hold more.
    let once = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    serde_urlencoded::from_str(&once).map_err(|_| AppError::BadForm)
}

/// A form's fields as they came, for forms of which nothing may be refused: they are read like an address.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Those of a query, with or without its question mark.
    pub fn of_query(query: &str) -> Self {
        let query = query.trim_start_matches('?');
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// What an address with these fields asks for.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, AppError> {
        let fields = self.0.iter();
        read(fields.map(|(name, value)| (name.as_str().into(), value.as_str().into())))
    }

    /// The value of a field that is not empty; of several, the last one.
    pub fn last(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(own, _)| own == name);
        let value = found.map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// All values of a field that can be read.
    pub fn all<T: FromStr>(&self, name: &str) -> impl Iterator<Item = T> {
        let named = self.0.iter().filter(move |(own, _)| own == name);
        named.filter_map(|(_, value)| value.parse().ok())
    }
}
