//! Draws errors: as a page with a way back or, for htmx, as a notice in the page that is open.

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse as _, Response},
};

use crate::{error::ErrorView, web::shell::Shell};

#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage {
    shell: Shell,
    error: ErrorView,
    request_id: String,
}

/// For htmx: what goes into the page that is open.
#[derive(Template)]
#[template(path = "errors/notice.html")]
struct ErrorNotice {
    error: ErrorView,
}

/// Turns an answer that carries an [`ErrorView`], or one that a layer made up by itself, into something to read.
pub async fn draw(request: Request, next: Next) -> Response {
    let is_static = request.uri().path().starts_with("/static/");
    let by_htmx = request.headers().contains_key("hx-request");
    let request_id = request
        .headers()
        .get("x-request-id")
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let mut response = next.run(request).await;

    let view = response.extensions_mut().remove::<ErrorView>();
    let Some(error) = view.or_else(|| undrawn(&response)).filter(|_| !is_static) else {
        return response;
    };
    let status = error.status;
    let drawn = if by_htmx {
        ErrorNotice { error }.render()
    } else {
        let shell = Shell::public(error.title);
        let page = ErrorPage {
            shell,
            error,
            request_id,
        };
        page.render()
    };
    let Ok(drawn) = drawn else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = (status, Html(drawn)).into_response();
    if by_htmx {
        response
            .headers_mut()
            .insert("hx-retarget", HeaderValue::from_static("#notices"));
        response
            .headers_mut()
            .insert("hx-reswap", HeaderValue::from_static("innerHTML"));
    }
    response
}

/// An error that some layer answered with by itself, in plain text or without a body.
fn undrawn(response: &Response) -> Option<ErrorView> {
    let status = response.status();
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let failed = status.is_client_error() || status.is_server_error();
    (failed && !is_page).then(|| ErrorView::of_status(status))
}
