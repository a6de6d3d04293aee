//! Addresses: what stands after the question mark, whatever somebody has made of it.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::{DeserializeOwned, value};
use url::form_urlencoded;

use crate::error::AppError;

/// An address's query, for types whose fields are texts with defaults: it is never refused. Of a name that stands
/// several times, as in addresses that were put together by hand, the last one counts.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let query = parts.uri.query().unwrap_or_default();
        let fields: BTreeMap<Cow<'_, str>, Cow<'_, str>> =
            form_urlencoded::parse(query.as_bytes()).collect();
        let fields = value::MapDeserializer::<_, value::Error>::new(fields.into_iter());
        T::deserialize(fields)
            .map(Self)
            .map_err(|_| AppError::BadForm)
    }
}
