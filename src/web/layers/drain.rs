//! Reads a refused upload to its end. A server that closes the connection in the middle of one resets it, and the
//! browser then shows its own error in place of our page.

use std::sync::Arc;

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use futures_util::{StreamExt as _, stream};
use tokio::sync::Mutex;

/// How much is read on at the most, in bytes. Whoever sends more has to live with the reset.
const PATIENCE: usize = 64 * 1024 * 1024;

/// An answer with this has its request read to the end, however long that is.
#[derive(Debug, Clone, Copy)]
pub struct ToItsEnd;

/// Reads what is left of a body when the answer is an error.
pub async fn read_on(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = Arc::new(Mutex::new(body.into_data_stream()));
    let passed_on = stream::unfold(Arc::clone(&body), async |body| {
        let chunk = body.lock().await.next().await?;
        Some((chunk, body))
    });
    let request = Request::from_parts(parts, Body::from_stream(passed_on));
    let response = next.run(request).await;

    let refused = response.status().is_client_error() || response.status().is_server_error();
    let mut left = match response.extensions().get::<ToItsEnd>() {
        Some(ToItsEnd) => usize::MAX,
        None if refused => PATIENCE,
        None => 0,
    };
    let mut body = body.lock().await;
    while left > 0
        && let Some(Ok(chunk)) = body.next().await
    {
        left = left.saturating_sub(chunk.len().max(1));
    }
    response
}
