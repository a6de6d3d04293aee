//! Addresses: what stands after the question mark, whatever somebody has made of it.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::error::AppError;

/// An address's query. Of a name that stands several times, as in addresses that were put together by hand, the last one
/// counts. A type whose fields are texts with defaults is never refused; of others a value may be none.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let query = parts.uri.query().unwrap_or_default();
        let fields: BTreeMap<Cow<'_, str>, Cow<'_, str>> =
            form_urlencoded::parse(query.as_bytes()).collect();
        let once = form_urlencoded::Serializer::for_suffix(String::from("/?"), 2)
            .extend_pairs(fields)
            .finish();
        let once = once.parse().map_err(|_| AppError::BadForm)?;
        let axum::extract::Query(fields) =
            axum::extract::Query::try_from_uri(&once).map_err(|_| AppError::BadForm)?;
        Ok(Self(fields))
    }
}
