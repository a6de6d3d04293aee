//! Unsafe requests come from our own pages, or not at all.
//!
//! tower-http's layer compares what browsers say about themselves (`Sec-Fetch-Site`, `Origin`). Without either header
//! it lets a request pass; where a session is at stake, we do not.

use axum::{
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tower_http::csrf::CsrfLayer;

use crate::{app::App, error::AppError};

/// Refuses what browsers themselves call cross-site. The public address is trusted, because a proxy in front may
/// rewrite `Host`.
pub fn csrf(app: &App) -> CsrfLayer {
    CsrfLayer::new()
        .add_trusted_origin(app.public_url.origin())
        .expect("a public URL was parsed as scheme, host and port")
}

/// Refuses an unsafe request that carries a cookie and does not say where it comes from.
pub async fn need_evidence(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let says_where = headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site");
    if request.method().is_safe() || says_where || !headers.contains_key(header::COOKIE) {
        next.run(request).await
    } else {
        AppError::CrossSite.into_response()
    }
}
