//! What a delivery host receives from a check, and what becomes of one that does not behave: a host of the test's own, which
//! sees every byte.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use unstale::domain::{DeliveryHost, HostOrigin, PurgeScope, Verdict};

use super::checks::{checks, judged, purge};
use crate::support::app::TestApp;

/// A request as it came, and whether the other side hung up before it had the whole body.
#[derive(Debug, Clone)]
struct Seen {
    head: String,
    hung_up: bool,
}

impl Seen {
    fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// A delivery host of the demo's company.
struct RawHost {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl RawHost {
    /// `answer` is what every request gets; a body that it promises and does not bring is waited for in vain.
    async fn start(app: &TestApp, scope: PurgeScope, answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let list = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let list = Arc::clone(&list);
                tokio::spawn(async move {
                    let request = serve(stream, answer).await;
                    list.lock().unwrap().push(request);
                });
            }
        });
        let host = DeliveryHost {
            origin: HostOrigin::of(&format!("http://{address}/")).unwrap(),
            scope,
            check_root: true,
        };
        let company = app.company().await.id;
        app.app
            .store
            .put_delivery_host(company, &host)
            .await
            .unwrap();
        Self { address, seen }
    }

    fn url(&self, rest: &str) -> String {
        format!("http://{}/is/image/dms7snapshot/{rest}", self.address)
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, answer: &str) -> Seen {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).await.unwrap() == 1 {
        head.push(byte[0]);
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    let is_whole = answer.contains("Content-Length: 7\r\n");
    // Whoever has the whole answer is sent away; whoever has not is waited for.
    let hung_up = !is_whole && matches!(stream.read(&mut byte).await, Ok(0) | Err(_));
    Seen {
        head: String::from_utf8(head).unwrap(),
        hung_up,
    }
}

#[tokio::test]
async fn where_formats_are_negotiated_each_is_asked_for_as_browsers_do() {
    let app = TestApp::start().await;
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\nCache-Control: max-age=36000\r\n\r\npicture";
    let host = RawHost::start(&app, PurgeScope::Base, answer).await;
    let editor = app.editor().await;
    let url = host.url("spinset?wid=300");
    let path = purge(&editor, std::slice::from_ref(&url)).await;
    let page = judged(&app, &editor, &path).await;
    let may_keep = page.text("#checks > .hint");
    assert!(may_keep.contains("may keep it until"), "{may_keep}");

    let seen = host.seen();
    let judged: Vec<&Seen> = seen
        .iter()
        .filter(|seen| !seen.target().contains("&id="))
        .collect();
    let accepted = |wanted: fn(&str) -> bool| {
        let accepts = judged.iter().filter_map(|seen| seen.header("accept"));
        accepts.filter(|accept| wanted(accept)).count()
    };
    let avif = accepted(|accept| accept.contains("image/avif") && accept.contains("image/webp"));
    let webp = accepted(|accept| accept.contains("image/webp") && !accept.contains("avif"));
    let plain = accepted(|accept| accept == "*/*");
    assert!(avif >= 2 && webp >= 2 && plain >= 2, "before and after");
    assert_eq!(avif + webp + plain, judged.len());
    for seen in judged {
        assert_eq!(seen.target(), "/is/image/dms7snapshot/spinset?wid=300");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read_but_closed_after_its_headers() {
    let app = TestApp::start().await;
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\nETag: \"one\"\r\n\r\n";
    let host = RawHost::start(&app, PurgeScope::Exact, answer).await;
    let editor = app.editor().await;
    let path = purge(&editor, &[host.url("spinset")]).await;
    judged(&app, &editor, &path).await;
    let check = checks(&app, &path).await.remove(0);
    assert!(
        check
            .verdict
            .is_some_and(|verdict| verdict != Verdict::Live)
    );
    let seen = host.seen();
    assert!(seen.len() >= 2);
    assert!(seen.iter().all(|seen| seen.hung_up), "{seen:?}");
}
