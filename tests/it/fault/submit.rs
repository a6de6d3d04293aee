//! Somebody who submits invalidations to a server that may be dead at any moment, and tries again until it is done.

use std::time::Duration;

use reqwest::{Client, Response, header};
use unstale::{
    clock::Clock,
    domain::{CompanyId, InvalidationId, Options, PersonId, PresetChoice, Revision},
    store::{Draft, Store},
};

use super::{INVALIDATIONS, MOST_URLS, sabotage::Random, server::Server};
use crate::support::browser::{client, encode};

/// What a person has confirmed.
pub struct Confirmed {
    pub id: InvalidationId,
    /// In order.
    pub urls: Vec<String>,
}

pub struct Submitter {
    http: Client,
    url: String,
    cookie: String,
    store: Store,
    company: CompanyId,
    author: PersonId,
    prefix: String,
    clock: Clock,
}

impl Submitter {
    pub async fn new(server: &Server, clock: Clock) -> Self {
        let email = "editor@example.com".parse().unwrap();
        let (author, _) = server.store.person_by_email(&email).await.unwrap().unwrap();
        let mut this = Self {
            http: client(),
            url: server.url.clone(),
            cookie: String::new(),
            store: server.store.clone(),
            company: server.company,
            author: author.id,
            prefix: format!("{}/is/image/dms7snapshot", server.sandbox.exact_url()),
            clock,
        };
        let credentials = [
            ("email", "editor@example.com"),
            ("password", "fresh-pictures"),
        ];
        let answer = this.post("/sign-in", &credentials).await;
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        this.cookie = cookie.split(';').next().unwrap().to_owned();
        this
    }

    /// Tries until there is an answer.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        loop {
            let request = self
                .http
                .post(format!("{}{path}", self.url))
                .header(header::ORIGIN, &self.url)
                .header(header::COOKIE, &self.cookie)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(encode(fields));
            match request.send().await {
                // A database that is busy for a moment.
                Ok(answer) if answer.status().is_server_error() => {}
                Ok(answer) => return answer,
                Err(_) => {}
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    pub async fn submit_all(self, mut random: Random) -> Vec<Confirmed> {
        let mut all = Vec::new();
        for number in 0..INVALIDATIONS {
            // Many small ones, and some that take several requests.
            let count = match number % 4 {
                0 => 1 + random.below(MOST_URLS),
                1 => 1 + random.below(300),
                _ => 1 + random.below(10),
            };
            let urls: Vec<String> = (0..count)
                .map(|url| format!("{}/f{number:03}-{url:04}", self.prefix))
                .collect();
            let id = self.submit(&urls).await;
            all.push(Confirmed { id, urls });
            tokio::time::sleep(random.millis(1, 100)).await;
        }
        all
    }

    async fn submit(&self, urls: &[String]) -> InvalidationId {
        let draft = Draft {
            id: InvalidationId::from_uuid(self.clock.new_uuid()),
            company: self.company,
            author: self.author,
            options: Options {
                presets: false,
                template: false,
                alias: false,
                fold: false,
            },
            split: true,
            presets: PresetChoice::All,
            manual_urls: urls.join("\n"),
            version: 1,
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
        };
        self.store.create_draft(&draft).await.unwrap();
        let revision = Revision::of(urls.iter().map(String::as_str)).to_string();
        let path = format!("/c/dms7snapshot/invalidations/{}/confirm", draft.id);
        let fields = [("revision", revision.as_str()), ("do", "submit")];
        let answer = self.post(&path, &fields).await;
        // A first attempt may have been stored by a server that died before it could say so.
        assert!(
            matches!(answer.status().as_u16(), 303 | 409),
            "{}: {}",
            answer.status(),
            answer.text().await.unwrap_or_default()
        );
        draft.id
    }
}
