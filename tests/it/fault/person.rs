//! Somebody at a browser, whose server may be dead at any moment: who tries again until there is an answer.

use std::time::Duration;

use reqwest::{Client, Response, header};

use crate::support::browser::{client, encode};

#[derive(Clone)]
pub struct Person {
    http: Client,
    url: String,
    cookie: String,
}

impl Person {
    pub async fn sign_in(url: &str) -> Self {
        let mut this = Self {
            http: client(),
            url: url.to_owned(),
            cookie: String::new(),
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
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
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
}
