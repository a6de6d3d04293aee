//! Whether htmx asks, and thus wants a part of the page.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

/// True when htmx asks.
#[derive(Debug, Clone, Copy)]
pub struct Htmx(pub bool);

impl<S: Sync> FromRequestParts<S> for Htmx {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.contains_key("hx-request")))
    }
}
