//! Headers that every answer carries: what the browser may load, keep and tell others.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::{
    app::App,
    domain::{DeliveryHost, HostOrigin, PublishServer},
};

/// The hosts that this answer's pictures may come from besides ourselves; the company's extractor names them.
#[derive(Debug, Clone, Default)]
pub struct ImageSources(Arc<OnceLock<BTreeSet<HostOrigin>>>);

impl ImageSources {
    /// Allows the pictures of a company: its publish and preview servers, and its delivery hosts.
    pub fn allow(&self, servers: [Option<&PublishServer>; 2], hosts: &[DeliveryHost]) {
        let servers = servers.into_iter().flatten();
        let servers = servers.filter_map(|server| HostOrigin::of(server.as_str()));
        let hosts = hosts.iter().map(|host| host.origin.clone());
        let _ = self.0.set(hosts.chain(servers).collect());
    }
}

/// Sets them.
pub async fn set(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let sources = ImageSources::default();
    request.extensions_mut().insert(sources.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();

    let images = sources.0.get().into_iter().flatten();
    let images = images.fold(String::new(), |list, origin| format!("{list} {origin}"));
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; \
         img-src 'self'{images}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    // A picture that was seen elsewhere brings a stricter one.
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::from_str(&policy)
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, header::X_FRAME_OPTIONS, "DENY");
    // `no-referrer` would turn the `Origin` of our own forms into `null`.
    put(headers, header::REFERRER_POLICY, "same-origin");
    put(
        headers,
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    put(
        headers,
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    );
    if app.public_url.is_https() {
        put(
            headers,
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000",
        );
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        // Not `no-store`: with it, Back would show a form without what was typed into it.
        put(headers, header::CACHE_CONTROL, "private, no-cache");
    }
    response
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
