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

/// A request as it came, whether the other side hung up before it had the whole body, and how much of that was written.
#[derive(Debug, Clone)]
struct Seen {
    head: String,
    hung_up: bool,
    written: usize,
}

/// What every request gets.
#[derive(Debug, Clone)]
struct Reply {
    text: String,
    /// So many bytes come after it.
    more: usize,
}

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        let text = text.to_owned();
        Self { text, more: 0 }
    }
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
    /// A body that the reply promises and does not bring is waited for in vain.
    async fn start(app: &TestApp, scope: PurgeScope, reply: impl Into<Reply>) -> Self {
        let reply = reply.into();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let list = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (list, reply) = (Arc::clone(&list), reply.clone());
                tokio::spawn(async move {
                    let request = serve(stream, &reply).await;
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

async fn serve(mut stream: TcpStream, reply: &Reply) -> Seen {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).await.unwrap() == 1 {
        head.push(byte[0]);
    }
    stream.write_all(reply.text.as_bytes()).await.unwrap();
    let mut written = 0;
    while written < reply.more
        && let Ok(more) = stream.write(&[b'x'; 8 * 1024]).await
    {
        written += more;
    }
    let is_whole = reply.text.contains("Content-Length: 7\r\n");
    // Whoever has the whole answer is sent away; whoever has not is waited for.
    let hung_up = !is_whole && matches!(stream.read(&mut byte).await, Ok(0) | Err(_));
    Seen {
        head: String::from_utf8(head).unwrap(),
        hung_up,
        written,
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

#[tokio::test]
async fn of_a_body_that_is_too_large_hardly_anything_is_taken() {
    const BODY: usize = 64 * 1024 * 1024;
    // What is on its way between two sockets of one machine comes to some megabytes, on a busy one to twice as many.
    const ON_ITS_WAY: usize = 32 * 1024 * 1024;
    const LIMIT: usize = 8 * 1024 * 1024;
    for (promise, most) in [
        (format!("Content-Length: {BODY}\r\n"), ON_ITS_WAY),
        ("Connection: close\r\n".to_owned(), LIMIT + ON_ITS_WAY),
    ] {
        let app = TestApp::start().await;
        let reply = Reply {
            text: format!("HTTP/1.1 200 OK\r\n{promise}ETag: \"one\"\r\n\r\n"),
            more: BODY,
        };
        let host = RawHost::start(&app, PurgeScope::Exact, reply).await;
        let editor = app.editor().await;
        let path = purge(&editor, &[host.url("spinset")]).await;
        judged(&app, &editor, &path).await;
        let seen = host.seen();
        assert!(seen.len() >= 2, "before and after");
        for Seen { written, .. } in seen {
            assert!(written < most, "{promise}{written}");
        }
    }
}

#[tokio::test]
async fn a_check_follows_no_redirect_to_another_host() {
    let app = TestApp::start().await;
    let elsewhere = RawHost::start(&app, PurgeScope::Exact, "").await;
    let target = elsewhere.url("secret");
    let reply = format!(
        "HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 7\r\nConnection: close\r\n\r\npicture"
    );
    let host = RawHost::start(&app, PurgeScope::Exact, reply.as_str()).await;
    let editor = app.editor().await;
    let path = purge(&editor, &[host.url("spinset")]).await;
    judged(&app, &editor, &path).await;
    let pasted = host.url("pasted");
    let form = [("url", pasted.as_str())];
    let answer = editor.post(&format!("{path}/still-old"), &form).await;
    assert_eq!(answer.status, 303);
    judged(&app, &editor, &path).await;

    let seen = host.seen();
    for rest in ["spinset", "pasted"] {
        let looked_at = seen.iter().any(|seen| seen.target().contains(rest));
        assert!(looked_at, "{rest}: {seen:?}");
    }
    assert_eq!(
        elsewhere.seen().len(),
        0,
        "even though it is a host of the company"
    );
}
