//! Everything that a network can do instead of answering a question. Each ends in an error that says who can mend it.

use std::{future::pending, time::Duration};

use unstale::ips::{AssetPage, AssetSearch, IpsError, NoConnection, SortBy};

use super::{
    PASSWORD, account, client, client_within, fixture,
    server::{Server, listen, reply},
};

const SEARCH: AssetSearch<'static> = AssetSearch {
    company_handle: "c|6",
    modified_between: None,
    sort: SortBy::Created,
    page: 1,
    per_page: 1_000,
    names_only: false,
};

async fn search(base: &str) -> Result<AssetPage, IpsError> {
    client().search_assets(&account(base), &SEARCH).await
}

/// The error of an answer, and what is wrong with it.
async fn problem(status: u16, body: impl Into<axum::body::Bytes>) -> (IpsError, String) {
    let server = Server::canned(status, body).await;
    let error = search(&server.base).await.unwrap_err();
    let IpsError::Unexpected { problem, .. } = &error else {
        panic!("{error:?}");
    };
    let problem = problem.clone();
    (error, problem)
}

#[tokio::test]
async fn what_keeps_a_connection_from_standing_is_told_apart() {
    let (listener, refused) = listen().await;
    drop(listener);
    let plain = Server::canned(200, "").await;
    let not_tls = plain.base.replace("http://", "https://");
    for (base, expected, word) in [
        (&*refused, NoConnection::Refused, "Nothing answers"),
        (&not_tls, NoConnection::Tls, "secure connection"),
        (
            "http://no-such-host.invalid/scene7/",
            NoConnection::UnknownHost,
            "could not be found",
        ),
    ] {
        let error = search(base).await.unwrap_err();
        let IpsError::Unreachable { cause, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(cause, expected, "{error}");
        assert!(error.advice().contains(word), "{}", error.advice());
    }
    assert_eq!(plain.seen().len(), 0);
}

/// Greets one caller with a certificate that nobody vouches for.
fn unvouched() -> (std::thread::JoinHandle<()>, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = rustls::crypto::ring::default_provider().into();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://{}/scene7/", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut tls = rustls::ServerConnection::new(config.into()).unwrap();
        // The caller hangs up.
        let _ = tls.complete_io(&mut stream);
    });
    (server, base)
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_a_tls_error() {
    let (server, base) = unvouched();
    let error = search(&base).await.unwrap_err();
    let IpsError::Unreachable { cause, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(cause, NoConnection::Tls);
    server.join().unwrap();
}

#[tokio::test]
async fn a_connection_that_never_stands_is_a_time_out_of_connecting() {
    let (_silent, base) = listen().await;
    let timeouts = unstale::ips::Timeouts {
        connect: Duration::from_millis(200),
        total: Duration::from_mins(1),
    };
    let error = unstale::ips::Client::new(timeouts)
        .unwrap()
        .search_assets(&account(&base.replace("http://", "https://")), &SEARCH)
        .await
        .unwrap_err();
    let IpsError::Unreachable { cause, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(cause, NoConnection::TimedOut);
}

#[tokio::test]
async fn a_server_that_hangs_or_hangs_up_is_told_apart() {
    const HALF: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<soapenv:Envelope";
    let after = Duration::from_millis(300);
    for sent in [&b""[..], HALF] {
        let server = Server::raw(sent, |stream| async move {
            pending::<()>().await;
            drop(stream);
        })
        .await;
        let hanging = client_within(after)
            .search_assets(&account(&server.base), &SEARCH)
            .await;
        assert_eq!(hanging, Err(IpsError::TimedOut { after }));
    }
    for sent in [&b""[..], HALF] {
        let server = Server::raw(sent, |stream| async move { drop(stream) }).await;
        let error = search(&server.base).await.unwrap_err();
        assert!(matches!(error, IpsError::Closed { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_page_for_people_is_no_catalogue() {
    let page = fixture("w10-maintenance.html");
    for (status, word) in [
        (200, "web page"),
        (503, "not available"),
        (404, "no API"),
        (407, "proxy"),
    ] {
        let (error, problem) = problem(status, page.clone()).await;
        assert_eq!(problem, "is an HTML page");
        assert!(error.advice().contains(word), "{}", error.advice());
    }
}

#[tokio::test]
async fn a_cut_or_foreign_answer_is_no_empty_catalogue() {
    let whole = fixture("w16-asset.xml");
    let cut = whole[..whole.rfind("</assetArray>").unwrap()].to_owned();
    for (body, expected) in [
        (cut, "is not well-formed or ends too early"),
        (String::new(), "is empty"),
        ("<E><Body/></E>".to_owned(), "has no searchAssetsReturn"),
        (
            fixture("w12-no-image-formats.xml"),
            "has no searchAssetsReturn",
        ),
    ] {
        assert_eq!(problem(200, body).await.1, expected);
    }
}

#[tokio::test]
async fn a_compression_bomb_ends_at_the_limit_of_its_operation() {
    // Some 30 kB on the wire.
    let (error, problem) = problem(200, vec![b' '; 17 * 1024 * 1024]).await;
    assert_eq!(problem, "is larger than we read");
    assert!(error.advice().contains("larger"), "{error:?}");
}

#[tokio::test]
async fn a_tree_of_folders_may_be_larger_than_other_answers() {
    let noise = " ".repeat(17 * 1024 * 1024);
    let body = format!(
        "<getFolderTreeReturn><folders><path>C/</path></folders>{noise}</getFolderTreeReturn>"
    );
    let server = Server::canned(200, body).await;
    let folders = client().folder_tree(&account(&server.base), "c|6").await;
    assert_eq!(folders.unwrap(), ["C"]);
}

#[tokio::test]
async fn a_password_that_is_sent_back_goes_no_further() {
    // `checkLogin` carries it twice.
    let server = Server::answering(|request| {
        let message = std::str::from_utf8(&request.body).unwrap();
        reply(500, message.to_owned())
    })
    .await;
    let account = account(&server.base);
    let client = client();
    let errors = [
        client.check_login(&account, None).await.unwrap_err(),
        client.user_info(&account).await.unwrap_err(),
        client.search_assets(&account, &SEARCH).await.unwrap_err(),
        client.folder_tree(&account, "c|6").await.unwrap_err(),
        client
            .update_property(&account, "ps|1", "a", "b")
            .await
            .unwrap_err(),
    ];
    for error in errors {
        let shown = format!("{error:?} {error} {}", error.advice());
        assert!(shown.contains("[redacted]"), "{shown}");
        assert!(
            !shown.contains("s3c") && !shown.contains(PASSWORD),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn an_id_that_xml_cannot_carry_is_refused_before_anything_is_sent() {
    let server = Server::canned(200, "").await;
    let error = client()
        .assets_by_name(&account(&server.base), "c|6", &["a\u{0}b".to_owned()])
        .await
        .unwrap_err();
    assert!(error.to_string().contains("asset ID"), "{error}");
    assert_eq!(server.seen().len(), 0);
}
