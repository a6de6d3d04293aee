//! The wire vectors W1 to W10, and everything that a network can do instead of answering.

use std::{future::pending, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::Response,
};
use unstale::{
    domain::{FailureKind, Receipt},
    ips::{Fault, FaultKind, IpsError},
};

use super::{
    PASSWORD, URLS, account, client, client_within, fixture,
    server::{Server, listen, reply},
    urls,
};

async fn purge(base: &str) -> Result<Receipt, IpsError> {
    client()
        .cdn_cache_invalidation(&account(base), "c|6", &urls())
        .await
}

async fn answered(status: u16, body: impl Into<Bytes>) -> Result<Receipt, IpsError> {
    let server = Server::canned(status, body).await;
    purge(&server.base).await
}

/// What is wrong with an unexpected answer, and how the excerpt begins.
fn unexpected(result: Result<Receipt, IpsError>) -> (u16, String, String) {
    let error = result.unwrap_err();
    assert_eq!(error.failure().kind, FailureKind::Unexpected);
    match error {
        IpsError::Unexpected {
            status,
            problem,
            excerpt,
        } => (status, problem, excerpt),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn w1_the_request_is_the_documented_one_to_the_byte() {
    let server = Server::canned(200, fixture("w2-accepted-handle.xml")).await;
    purge(&server.base).await.unwrap();
    let [request] = &server.seen()[..] else {
        panic!("not one request: {:?}", server.seen());
    };
    let golden = fixture("w1-request.xml").replace("VERSION", env!("CARGO_PKG_VERSION"));
    assert_eq!(std::str::from_utf8(&request.body).unwrap(), golden);
    assert_eq!(request.path, "/scene7/services/IpsApiService");
    for (name, value) in [
        ("content-type", "text/xml; charset=UTF-8"),
        ("soapaction", "cdnCacheInvalidation"),
        ("accept-encoding", "gzip"),
        ("user-agent", concat!("Unstale/", env!("CARGO_PKG_VERSION"))),
    ] {
        assert_eq!(request.headers[name], value);
    }
    assert!(!request.headers.contains_key("authorization"));
}

#[tokio::test]
async fn w2_w8_w9_handle_and_seconds_are_an_acceptance() {
    let receipt = Receipt {
        handle: Some("c|6|purge-1".to_owned()),
        estimated_seconds: Some(5),
        warnings: 0,
    };
    // W9: the server compresses whatever is long enough, and W2 is.
    for name in ["w2-accepted-handle.xml", "w8-soap12.xml"] {
        assert_eq!(answered(200, fixture(name)).await, Ok(receipt.clone()));
    }
}

#[tokio::test]
async fn w9_a_body_that_says_gzip_and_is_not_is_unexpected() {
    let server = Server::answering(|_| {
        let mut answer = reply(200, fixture("w2-accepted-handle.xml"));
        let gzip = "gzip".parse().unwrap();
        answer.headers_mut().insert("content-encoding", gzip);
        answer
    })
    .await;
    let (status, problem, _) = unexpected(purge(&server.base).await);
    assert_eq!(
        (status, &*problem),
        (200, "broke off or is compressed wrongly")
    );
}

#[tokio::test]
async fn w3_counts_without_errors_are_an_acceptance() {
    let receipt = answered(200, fixture("w3-accepted-counts.xml"))
        .await
        .unwrap();
    assert_eq!(
        receipt,
        Receipt {
            handle: None,
            estimated_seconds: None,
            warnings: 0
        }
    );
}

#[tokio::test]
async fn w4_a_partial_success_is_a_failure_with_its_detail() {
    let error = answered(200, fixture("w4-partial.xml")).await.unwrap_err();
    let IpsError::Partial {
        accepted: Some(3),
        refused: 1,
        errors,
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!(errors[0].0, Some(30_001));
    // Three and one are counts of four URLs.
    let mut sent = urls();
    assert_eq!(error.named_url(&sent), None);
    sent.extend(["cap", "tie", "bow"].map(|id| format!("{}{id}", URLS[0])));
    sent.truncate(4);
    assert_eq!(error.named_url(&sent), Some(URLS[1]));
    assert_eq!(error.failure().kind, FailureKind::Partial);
}

#[tokio::test]
async fn w5_w6_a_fault_is_a_fault_whatever_the_status() {
    for status in [500, 200, 400, 302] {
        let error = answered(status, fixture("w5-fault.xml")).await.unwrap_err();
        let expected = IpsError::Fault(Fault {
            kind: FaultKind::Authorization,
            code: Some(20_003),
            reason: "The user has no permission for this operation".to_owned(),
        });
        assert_eq!(error, expected);
        assert_eq!(error.failure().kind, FailureKind::Permission);
    }
}

#[tokio::test]
async fn w7_a_fault_without_an_envelope_is_a_fault() {
    let error = answered(200, fixture("w7-bare-fault.xml"))
        .await
        .unwrap_err();
    let failure = error.failure();
    assert_eq!(failure.kind, FailureKind::Account);
    assert_eq!(failure.code, Some(10_001));
    assert_eq!(failure.reason, "The credentials are not valid");
}

#[tokio::test]
async fn w10_a_maintenance_page_is_unexpected_and_quoted_at_its_beginning() {
    let (status, problem, excerpt) =
        unexpected(answered(200, fixture("w10-maintenance.html")).await);
    assert_eq!((status, &*problem), (200, "is an HTML page"));
    assert!(excerpt.starts_with("<!DOCTYPE html> <html"), "{excerpt}");
    assert!(!excerpt.contains(char::is_control));
}

#[tokio::test]
async fn an_answer_that_is_none_is_unexpected() {
    let whole = fixture("w2-accepted-handle.xml");
    let half = whole[..whole.len() / 2].to_owned();
    let latin1 = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>Gr\xF6\xDFe</a>".to_vec();
    for (body, problem) in [
        (Vec::new(), "is empty"),
        (half.into_bytes(), "is not well-formed or ends too early"),
        (latin1, "is not UTF-8"),
        (b"Bad gateway".to_vec(), "is not XML"),
        (b"<ok/>".to_vec(), "has no cdnCacheInvalidationReturn"),
    ] {
        assert_eq!(unexpected(answered(502, body).await).1, problem);
    }
}

#[tokio::test]
async fn a_long_page_is_quoted_with_its_first_500_characters() {
    let (_, _, excerpt) = unexpected(answered(503, "ö\u{7}".repeat(1_000)).await);
    assert_eq!(excerpt, "ö ".repeat(250));
}

#[tokio::test]
async fn an_acceptance_with_a_status_that_contradicts_it_is_unexpected() {
    for status in [302, 404, 500] {
        let answer = answered(status, fixture("w2-accepted-handle.xml")).await;
        assert_eq!(unexpected(answer).1, "contradicts that status");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::canned(200, fixture("w2-accepted-handle.xml")).await;
    let target = format!("{}services/IpsApiService", elsewhere.base);
    let server = Server::answering(move |_| {
        let mut answer = reply(307, "");
        let location = target.parse().unwrap();
        answer.headers_mut().insert("location", location);
        answer
    })
    .await;
    assert_eq!(unexpected(purge(&server.base).await).0, 307);
    assert_eq!(elsewhere.seen().len(), 0);
}

#[tokio::test]
async fn a_compression_bomb_ends_at_the_limit() {
    let server = Server::canned(200, vec![b' '; 4_000_000]).await;
    let client = client().with_answer_limit(1_000_000);
    let answer = client
        .cdn_cache_invalidation(&account(&server.base), "c|6", &urls())
        .await;
    assert_eq!(unexpected(answer).1, "is larger than we read");
}

#[tokio::test]
async fn an_answer_of_exactly_the_limit_is_read() {
    let body = fixture("w2-accepted-handle.xml");
    let server = Server::canned(200, body.clone()).await;
    for (limit, read) in [(body.len(), true), (body.len() - 1, false)] {
        let client = client().with_answer_limit(limit);
        let answer = client
            .cdn_cache_invalidation(&account(&server.base), "c|6", &urls())
            .await;
        assert_eq!(answer.is_ok(), read);
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_a_time_out_with_unknown_outcome() {
    const HALF: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<soapenv:Envelope";
    let total = Duration::from_millis(300);
    for sent in [&b""[..], HALF] {
        let server = Server::raw(sent, |stream| async move {
            pending::<()>().await;
            drop(stream);
        })
        .await;
        let error = client_within(total)
            .cdn_cache_invalidation(&account(&server.base), "c|6", &urls())
            .await
            .unwrap_err();
        assert_eq!(error, IpsError::TimedOut { after: total });
        assert_eq!(error.failure().kind, FailureKind::TimedOut);
    }
}

#[tokio::test]
async fn without_a_connection_adobe_is_unreachable() {
    let (listener, refused) = listen().await;
    drop(listener);
    let plain = Server::canned(200, "").await;
    let not_tls = plain.base.replace("http://", "https://");
    for base in [&*refused, &not_tls, "http://no-such-host.invalid/scene7/"] {
        let error = purge(base).await.unwrap_err();
        assert!(matches!(error, IpsError::Unreachable { .. }), "{error:?}");
        assert_eq!(error.failure().kind, FailureKind::Unreachable);
    }
    assert_eq!(plain.seen().len(), 0);
    let reason = purge(&refused).await.unwrap_err().to_string();
    assert!(reason.contains("Connection refused"), "{reason}");
}

#[tokio::test]
async fn a_time_out_before_the_connection_stands_is_unreachable() {
    // It takes connections, and never greets: TLS belongs to connecting.
    let (_silent, base) = listen().await;
    let timeouts = unstale::ips::Timeouts {
        connect: Duration::from_millis(200),
        total: Duration::from_mins(1),
    };
    let error = unstale::ips::Client::new(timeouts)
        .unwrap()
        .cdn_cache_invalidation(
            &account(&base.replace("http://", "https://")),
            "c|6",
            &urls(),
        )
        .await
        .unwrap_err();
    assert!(matches!(error, IpsError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_closes_before_the_answer_leaves_the_outcome_unknown() {
    let server = Server::raw(b"", |stream| async move { drop(stream) }).await;
    let error = purge(&server.base).await.unwrap_err();
    assert!(matches!(error, IpsError::Closed { .. }), "{error:?}");
    assert_eq!(error.failure().kind, FailureKind::TimedOut);
}

#[tokio::test]
async fn a_connection_that_breaks_within_the_answer_leaves_the_outcome_unknown() {
    const HALF: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<soapenv:Envelope";
    const ZIPPED: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Encoding: gzip\r\n\r\n\
                            \x1f\x8b\x08\0\0\0\0\0\0\x03";
    for sent in [HALF, ZIPPED] {
        let server = Server::raw(sent, |stream| async move { drop(stream) }).await;
        let error = purge(&server.base).await.unwrap_err();
        assert!(matches!(error, IpsError::Closed { .. }), "{error:?}");
        assert_eq!(error.failure().kind, FailureKind::TimedOut);
    }
}

#[tokio::test]
async fn what_xml_cannot_carry_is_refused_before_anything_is_sent() {
    let server = Server::canned(200, fixture("w2-accepted-handle.xml")).await;
    let good = account(&server.base);
    let bad_urls = vec![
        URLS[0].to_owned(),
        "http://h/is/image/Acme/\u{1}".to_owned(),
    ];
    let error = client()
        .cdn_cache_invalidation(&good, "c|6", &bad_urls)
        .await
        .unwrap_err();
    assert_eq!(error.failure().kind, FailureKind::BadUrl);
    assert_eq!(error.named_url(&bad_urls), Some(&*bad_urls[1]));

    let mut bad = good;
    bad.password = "pass\u{1}word".into();
    let error = client()
        .cdn_cache_invalidation(&bad, "c|6", &urls())
        .await
        .unwrap_err();
    assert_eq!(error.failure().kind, FailureKind::Account);
    assert!(!format!("{error:?} {error}").contains("pass\u{1}"));
    assert_eq!(server.seen().len(), 0);
}

/// The ways in which a server may send our own request back.
fn reflections(request: &str) -> Vec<Response<Body>> {
    let escaped = request.replace('&', "&amp;").replace('<', "&lt;");
    let start = request.find("<password>").unwrap() + "<password>".len();
    let fault =
        format!("<ipsApiFault><code>30003</code><reason>Bad: {escaped}</reason></ipsApiFault>");
    let partial = format!(
        "<cdnCacheInvalidationReturn><errorCount>1</errorCount><errorDetailArray><items>\
         <reason>{escaped}</reason></items></errorDetailArray></cdnCacheInvalidationReturn>"
    );
    vec![
        reply(500, request.to_owned()),
        reply(400, format!("<html><pre>{escaped}</pre></html>")),
        reply(400, PASSWORD),
        reply(400, request[start - 20..start + 6].to_owned()),
        reply(200, fault),
        reply(200, partial),
    ]
}

#[tokio::test]
async fn no_error_holds_the_password_even_when_the_server_sends_it_back() {
    for way in 0..6 {
        let server = Server::answering(move |request| {
            let request = std::str::from_utf8(&request.body).unwrap();
            reflections(request).swap_remove(way)
        })
        .await;
        let error = purge(&server.base).await.unwrap_err();
        let shown = format!("{error:?} {error} {:?}", error.failure());
        assert!(shown.contains("[redacted]"), "{way}: {shown}");
        assert!(!shown.contains("s3c"), "{way}: {shown}");
    }
}

#[test]
fn an_account_shows_no_password() {
    let shown = format!("{:?}", account("https://host.example/scene7/"));
    assert!(shown.contains("admin@example.com"), "{shown}");
    assert!(!shown.contains("s3cret"), "{shown}");
}
