//! The sandbox in a process of its own.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, extract::Request, middleware::Next, routing::get};
use unstale::{
    clock::Clock,
    sandbox::{IpsSandbox, library::Generated},
};

/// The argument that makes this program the sandbox.
pub const AS_SANDBOX: &str = "--as-sandbox";

const CHANGES: u32 = 100;

/// The sandbox's endpoint with a clock around it. It ends with its standard input.
pub async fn serve(assets: u32) {
    let clock = Clock::system();
    let library = Arc::new(Generated::new(assets, clock.clone()));
    let ips = IpsSandbox::with_catalogue(&clock, library.clone());
    let spent = Arc::new(AtomicU64::new(0));
    let told = spent.clone();
    let timed = move |mut request: Request, next: Next| {
        let spent = spent.clone();
        async move {
            // Compression streams past the stopwatch.
            request.headers_mut().remove("accept-encoding");
            let started = Instant::now();
            let response = next.run(request).await;
            let micros = u64::try_from(started.elapsed().as_micros()).unwrap();
            spent.fetch_add(micros, Ordering::Relaxed);
            response
        }
    };
    let change = move || async move {
        for number in 0..CHANGES {
            library.replace(number * (assets / CHANGES));
        }
    };
    let router = Router::new()
        .merge(ips.router().layer(axum::middleware::from_fn(timed)))
        .route(
            "/spent",
            get(move || async move { told.swap(0, Ordering::Relaxed).to_string() }),
        )
        .route("/change", get(change));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let gone = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    let _ = gone.await;
}

/// The other process.
pub struct Sandbox {
    child: Child,
    pub url: String,
    http: reqwest::Client,
}

impl Sandbox {
    pub fn start() -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .arg(AS_SANDBOX)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut url).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            child,
            url: url.trim().to_owned(),
            http: reqwest::Client::builder().build().unwrap(),
        }
    }

    pub async fn get(&self, path: &str) -> String {
        let url = format!("{}{path}", self.url);
        self.http
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    /// The time spent in answers since the last question.
    pub async fn spent(&self) -> Duration {
        Duration::from_micros(self.get("/spent").await.parse().unwrap())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
