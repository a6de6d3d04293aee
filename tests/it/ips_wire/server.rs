//! Local servers: one that answers what it is told, one that sends raw bytes, one that only listens.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Response, Uri},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tower_http::compression::CompressionLayer;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// A running server; it stops when this is dropped.
pub struct Server {
    pub base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Serves a router.
    pub async fn of(router: Router) -> Self {
        let (listener, base) = listen().await;
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            base,
            seen: Arc::default(),
            task,
        }
    }

    /// Answers every request the same way, with gzip where it is asked for.
    pub async fn answering<F>(answer: F) -> Self
    where
        F: Fn(&Seen) -> Response<Body> + Clone + Send + Sync + 'static,
    {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let log = seen.clone();
        let handler = async move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let request = Seen {
                path: uri.to_string(),
                headers,
                body,
            };
            let response = answer(&request);
            log.lock().unwrap().push(request);
            response
        };
        let mut server = Self::of(
            Router::new()
                .fallback(handler)
                .layer(CompressionLayer::new()),
        )
        .await;
        server.seen = seen;
        server
    }

    /// Answers every request with this status and body, as XML.
    pub async fn canned(status: u16, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        Self::answering(move |_| reply(status, body.clone())).await
    }

    /// Reads a request, sends these bytes, then hands the connection to `then`.
    pub async fn raw<F>(
        bytes: &'static [u8],
        then: impl Fn(TcpStream) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send,
    {
        let (listener, base) = listen().await;
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"</soapenv:Envelope>") {
                    if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        break;
                    }
                }
                stream.write_all(bytes).await.unwrap();
                stream.flush().await.unwrap();
                then(stream).await;
            }
        });
        Self {
            base,
            seen: Arc::default(),
            task,
        }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

pub fn reply(status: u16, body: impl Into<Body>) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "text/xml; charset=UTF-8")
        .body(body.into())
        .unwrap()
}

/// A free port, taken, and the base address of the API there.
pub async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/scene7/", listener.local_addr().unwrap());
    (listener, base)
}
