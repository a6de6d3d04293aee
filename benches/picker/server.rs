//! A running Unstale with the catalogue, somebody who is signed in, and the measuring.

use std::{
    env, fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use reqwest::{Client, header};
use tokio::net::TcpListener;
use unstale::{
    app::App,
    clock::Clock,
    config::{Config, PublicUrl, Settings},
    domain::{Company, CompanyId, Email, PersonId, PublishServer, Role},
    ips::Timeouts,
    ops::passwords,
    server,
    store::NewPerson,
};

use super::{
    catalogue::{self, ASSETS, Dice},
    requests::{KINDS_OF_REQUESTS, Kind},
};

const PASSWORD: &str = "bench-password";
const EMAIL: &str = "bench@example.com";

/// Requests of each kind.
const EACH: usize = 60;

/// What browsers take.
const BROWSER: &str = "gzip, deflate, br, zstd";

/// A page and the count that comes after it weigh less together, compressed.
const MOST_BYTES: usize = 30_000;

/// A database to measure.
pub struct Target {
    name: &'static str,
    address: String,
}

impl Target {
    pub fn sqlite() -> Self {
        let folder = env::var_os("UNSTALE_BENCH_DIR").map_or_else(env::temp_dir, PathBuf::from);
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("unstale-picker-bench.db");
        Self {
            name: "SQLite",
            address: format!("sqlite://{}", file.display()),
        }
    }

    /// In a database of its own, which stays for the next run.
    pub async fn postgres() -> Option<Self> {
        use sqlx::Connection as _;
        let cluster = env::var("UNSTALE_TEST_POSTGRES").ok()?;
        let mut admin = sqlx::PgConnection::connect(&cluster).await.unwrap();
        // That it exists already is no error here.
        let _ = sqlx::query("create database unstale_picker_bench")
            .execute(&mut admin)
            .await;
        let mut address = url::Url::parse(&cluster).unwrap();
        address.set_path("unstale_picker_bench");
        Some(Self {
            name: "PostgreSQL",
            address: address.into(),
        })
    }

    pub async fn measure(&self) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let config = Config {
            listen: listener.local_addr().unwrap(),
            public_url: PublicUrl::parse(&url).unwrap(),
            database: self.address.parse().unwrap(),
            ips: Timeouts {
                connect: Duration::from_secs(1),
                total: Duration::from_secs(1),
            },
            ..Config::load(Settings::default(), Some("5e".repeat(32))).unwrap()
        };
        let app = App::build(&config, Clock::system()).await.unwrap();
        println!("\n{}", self.name);
        fill(&app).await;
        let serving = tokio::spawn(server::serve(app, listener, std::future::pending()));
        let browser = Browser::sign_in(url).await;
        let draft = browser.start().await;
        browser.page(&format!("{draft}/assets")).await;

        println!(
            "{:30} {:>8} {:>8} {:>8} {:>8}  {:>10}",
            "ms", "p50", "p95", "p99", "max", "compressed"
        );
        let (mut all, mut largest) = (Vec::new(), 0);
        let mut dice = Dice::new(42);
        for kind in &KINDS_OF_REQUESTS {
            let (times, bytes) = run(&browser, &draft, kind, &mut dice).await;
            largest = largest.max(bytes);
            all.extend(&times);
            print_line(kind.name, times, bytes);
        }
        print_line("all of these", all, 0);
        let (mut counts, mut largest_count) = (Vec::new(), 0);
        for kind in &KINDS_OF_REQUESTS {
            for _ in 0..5 {
                let query = (kind.make)(&mut dice);
                let part = browser.part(&format!("{draft}/assets/count{query}")).await;
                largest_count = largest_count.max(part.bytes);
                counts.push(part.ms);
            }
        }
        print_line("count, a part of its own", counts, largest_count);
        let weight = largest + largest_count;
        println!("the largest page with the largest count: {weight} B");
        assert!(
            weight < MOST_BYTES,
            "a page with its count weighs {weight} B"
        );
        let mut selecting = Vec::new();
        for words in ["cardigan", "parka", "sweater"] {
            let draft = browser.start().await;
            selecting.push(browser.select_all(&draft, words).await);
        }
        print_line("select all (some 40,000)", selecting, 0);
        println!(
            "RssAnon of the whole benchmark, client included: {}",
            resident()
        );
        serving.abort();
    }
}

async fn run(browser: &Browser, draft: &str, kind: &Kind, dice: &mut Dice) -> (Vec<f64>, usize) {
    let (mut times, mut largest) = (Vec::new(), 0);
    if kind.pages > 0 {
        let mut address = format!("{draft}/assets{}", (kind.make)(dice));
        for _ in 0..kind.pages {
            let page = browser.page(&address).await;
            times.push(page.ms);
            largest = largest.max(page.bytes);
            let Some(next) = browser.next(&address).await else {
                break;
            };
            address = format!("{}&after={next}", address.split("&after=").next().unwrap());
        }
        assert_eq!(times.len(), kind.pages, "{}: pages reached", kind.name);
        return (times, largest);
    }
    for _ in 0..EACH {
        let page = browser
            .page(&format!("{draft}/assets{}", (kind.make)(dice)))
            .await;
        times.push(page.ms);
        largest = largest.max(page.bytes);
    }
    (times, largest)
}

fn print_line(name: &str, mut times: Vec<f64>, bytes: usize) {
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    let size = if bytes > 0 {
        format!("{bytes} B")
    } else {
        String::new()
    };
    println!(
        "{name:30} {:8.1} {:8.1} {:8.1} {:8.1}  {size:>10}",
        at(50),
        at(95),
        at(99),
        at(100)
    );
}

fn resident() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("RssAnon"));
    line.unwrap_or("not known here").to_owned()
}

/// The company, the person and the million assets, unless they are there from the run before.
async fn fill(app: &App) {
    let (store, clock) = (&app.store, &app.clock);
    if !store.companies().await.unwrap().is_empty() {
        return;
    }
    let now = clock.now();
    let company = Company {
        id: CompanyId::from_uuid(clock.new_uuid()),
        slug: "bench".parse().unwrap(),
        name: "Bench".to_owned(),
        root: Some("bench".to_owned()),
        handle: None,
        publish_server: PublishServer::parse("http://127.0.0.1:9"),
        alias: None,
    };
    store.add_company(&company, now).await.unwrap();
    let person = NewPerson {
        id: PersonId::from_uuid(clock.new_uuid()),
        email: EMAIL.parse::<Email>().unwrap(),
        role: Role::Editor,
        password_hash: passwords::hash(PASSWORD.to_owned().into()).await.unwrap(),
        created_at: now,
    };
    store.add_person(&person).await.unwrap();
    let begun = Instant::now();
    store.begin_bulk_load(company.id).await.unwrap();
    for first in (0..ASSETS).step_by(1_000) {
        let assets: Vec<_> = (first..first + 1_000)
            .map(|n| catalogue::asset(n, clock, now))
            .collect();
        store.put_assets(company.id, &assets, now).await.unwrap();
    }
    let loaded = begun.elapsed();
    store.finish_bulk_load(company.id).await.unwrap();
    println!(
        "filled with {ASSETS} assets: load {:.0} s, with indexes {:.0} s; {}",
        loaded.as_secs_f64(),
        begun.elapsed().as_secs_f64(),
        resident()
    );
}

/// Somebody's browser.
struct Browser {
    http: Client,
    url: String,
    cookie: String,
}

/// How long a page took, and what it weighs as it was sent.
struct Page {
    ms: f64,
    bytes: usize,
}

impl Browser {
    async fn sign_in(url: String) -> Self {
        let http = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip()
            .build()
            .unwrap();
        let mut browser = Self {
            http,
            url,
            cookie: String::new(),
        };
        let answer = browser
            .post("/sign-in", &[("email", EMAIL), ("password", PASSWORD)])
            .await;
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        cookie
            .split(';')
            .next()
            .unwrap()
            .clone_into(&mut browser.cookie);
        browser
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .header(header::ORIGIN, &self.url)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(body).send().await.unwrap()
    }

    /// A new draft; its pages start with what is returned.
    async fn start(&self) -> String {
        let answer = self.post("/c/bench/invalidations/new", &[]).await;
        let to = answer.headers()[header::LOCATION].to_str().unwrap();
        to.strip_suffix("/details").unwrap().to_owned()
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http
            .get(format!("{}{path}", self.url))
            .header(header::COOKIE, &self.cookie)
    }

    async fn page(&self, path: &str) -> Page {
        let begun = Instant::now();
        let answer = self
            .get(path)
            .header(header::ACCEPT_ENCODING, BROWSER)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let bytes = answer.bytes().await.unwrap().len();
        Page {
            ms: begun.elapsed().as_secs_f64() * 1e3,
            bytes,
        }
    }

    async fn part(&self, path: &str) -> Page {
        let begun = Instant::now();
        let answer = self
            .get(path)
            .header("hx-request", "true")
            .header(header::ACCEPT_ENCODING, BROWSER)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let bytes = answer.bytes().await.unwrap().len();
        Page {
            ms: begun.elapsed().as_secs_f64() * 1e3,
            bytes,
        }
    }

    /// Where the page after this one begins.
    async fn next(&self, path: &str) -> Option<String> {
        let html = self.get(path).send().await.unwrap().text().await.unwrap();
        // The way on stands behind the one back to the first page, which has no place.
        let (_, page) = html.rsplit_once("name=\"page\" value=\"")?;
        let (_, after) = page.split('"').next()?.split_once("after=")?;
        Some(after.to_owned())
    }

    async fn select_all(&self, draft: &str, words: &str) -> f64 {
        let begun = Instant::now();
        let fields = [
            ("q", words),
            ("publish", "yes"),
            ("type", "Image"),
            ("do", "select-all"),
        ];
        let answer = self.post(&format!("{draft}/assets"), &fields).await;
        assert_eq!(answer.status(), 303);
        begun.elapsed().as_secs_f64() * 1e3
    }
}
