//! A small shop that shows the company's pictures through the edges, as a customer's site would.
//!
//! Beside each picture stands *Publish a new version*, and the version that the origin has by now: so a newcomer
//! sees that the picture itself stays old until it is cleared in Unstale. *Upload without publishing* makes a version that
//! no clearing can bring. The shop never asks for a picture itself and
//! adds nothing to its address: the addresses on the page are the cache keys.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Form, Router,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use tower_http::csrf::CsrfLayer;

use crate::domain::formation::encode_id;

use super::{
    catalogue::ROOT,
    origin::Origin,
    shelves::{Article, HERO, NAMES, PAPER, SMART, WINDOW},
};

/// The shop: where its pictures come from, and where it sends people to clear them.
#[derive(Debug)]
pub struct Shop {
    origin: Arc<Origin>,
    exact_url: String,
    base_url: String,
    unstale_url: Option<String>,
}

impl Shop {
    /// A shop whose pictures come through the edges at these addresses.
    pub fn new(
        origin: Arc<Origin>,
        exact_url: String,
        base_url: String,
        unstale_url: Option<String>,
    ) -> Self {
        Self {
            origin,
            exact_url,
            base_url,
            unstale_url,
        }
    }

    /// The shop's pages.
    pub fn router(self) -> Router {
        Router::new()
            .route("/", get(window))
            .route("/publish", post(publish))
            .route("/upload", post(upload))
            .route("/shop.css", get(style))
            .route("/icon.svg", get(icon))
            .layer(CsrfLayer::new())
            .with_state(Arc::new(self))
    }

    fn page(&self) -> ShopPage {
        let exact = |article: &Article| self.card(article, &self.exact_url);
        ShopPage {
            unstale_url: self.unstale_url.clone(),
            exact_url: self.exact_url.clone(),
            base_url: self.base_url.clone(),
            hero: exact(&HERO),
            window: WINDOW.iter().map(exact).collect(),
            paper: exact(&PAPER),
            names: NAMES.iter().map(exact).collect(),
            smart: SMART
                .iter()
                .map(|article| self.card(article, &self.base_url))
                .collect(),
        }
    }

    fn card(&self, article: &Article, host: &str) -> Card {
        let base = format!(
            "{host}/is/{}/{ROOT}/{}",
            article.service,
            encode_id(article.id)
        );
        Card {
            anchor: encode_id(article.id).replace('%', "-"),
            id: article.id,
            name: article.name,
            text: article.text,
            published: self.origin.version(article.id).unwrap_or_default(),
            waiting: self.origin.waiting(article.id),
            shots: article
                .endings
                .iter()
                .map(|ending| Shot::new(&base, ending))
                .collect(),
        }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "sandbox/shop.html")]
struct ShopPage {
    unstale_url: Option<String>,
    exact_url: String,
    base_url: String,
    hero: Card,
    window: Vec<Card>,
    paper: Card,
    names: Vec<Card>,
    smart: Vec<Card>,
}

/// An asset as the shop shows it.
struct Card {
    anchor: String,
    id: &'static str,
    name: &'static str,
    text: &'static str,
    published: u32,
    /// The version that is uploaded and not published.
    waiting: Option<u32>,
    shots: Vec<Shot>,
}

impl Card {
    /// The picture shown large.
    fn main(&self) -> Option<&Shot> {
        self.shots.first()
    }

    /// The others.
    fn rest(&self) -> &[Shot] {
        self.shots.get(1..).unwrap_or_default()
    }
}

/// One address of an asset.
struct Shot {
    /// What an `img` names.
    url: String,
    /// What it offers besides, for other widths of the screen.
    srcset: Option<String>,
    /// What to read below: the address after its host, or all addresses of the `srcset`.
    label: String,
}

impl Shot {
    /// `endings` are what follows the ID; several, parted by blanks, are a `srcset` by their `wid=`.
    fn new(base: &str, endings: &str) -> Self {
        let url = |ending: &str| format!("{base}{ending}");
        let all: Vec<_> = endings.split(' ').collect();
        let srcset = (all.len() > 1).then(|| {
            all.iter()
                .filter_map(|ending| {
                    let width = ending.split_once("wid=")?.1;
                    Some(format!("{} {width}w", url(ending)))
                })
                .collect::<Vec<_>>()
                .join(", ")
        });
        let path = base.find("/is/").map_or(base, |path| &base[path..]);
        Self {
            url: url(all.first().copied().unwrap_or_default()),
            srcset,
            label: all
                .iter()
                .map(|ending| format!("{path}{ending}"))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }
}

async fn window(State(shop): State<Arc<Shop>>) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' {} {}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
        shop.exact_url, shop.base_url
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("referrer-policy"), "same-origin"),
    ];
    (headers, shop.page()).into_response()
}

#[derive(serde::Deserialize)]
struct Pressed {
    id: String,
    anchor: String,
}

async fn publish(State(shop): State<Arc<Shop>>, Form(form): Form<Pressed>) -> Response {
    let done = shop.origin.publish(&form.id);
    back(&form, done)
}

async fn upload(State(shop): State<Arc<Shop>>, Form(form): Form<Pressed>) -> Response {
    let done = shop.origin.upload(&form.id);
    back(&form, done)
}

/// To the picture whose button was pressed; `done` is its version.
fn back(form: &Pressed, done: Option<u32>) -> Response {
    if done.is_none() {
        let sentence = format!("There is no asset {:?}.", form.id);
        return (StatusCode::NOT_FOUND, sentence).into_response();
    }
    // `encode` keeps whatever was sent within the fragment.
    Redirect::to(&format!("/#{}", encode_id(&form.anchor))).into_response()
}

async fn style() -> Response {
    let style = include_str!("../../templates/sandbox/shop.css");
    own_file("text/css; charset=utf-8", style)
}

async fn icon() -> Response {
    let icon = include_str!("../../templates/sandbox/icon.svg");
    own_file("image/svg+xml", icon)
}

fn own_file(content_type: &'static str, body: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_endings_become_a_srcset() {
        let shot = Shot::new("http://h/is/image/c/a", "?wid=450 ?wid=900");
        assert_eq!(shot.url, "http://h/is/image/c/a?wid=450");
        assert_eq!(
            shot.srcset.as_deref(),
            Some("http://h/is/image/c/a?wid=450 450w, http://h/is/image/c/a?wid=900 900w")
        );
        assert_eq!(shot.label, "/is/image/c/a?wid=450\n/is/image/c/a?wid=900");
    }

    #[test]
    fn one_ending_is_just_an_address() {
        let shot = Shot::new("http://h/is/image/c/a", ":Large");
        assert_eq!(shot.url, "http://h/is/image/c/a:Large");
        assert_eq!(shot.srcset, None);
    }
}
