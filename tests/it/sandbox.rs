//! The sandbox over real HTTP: what an edge keeps, what a purge clears, what the shop shows.

mod ips;

use std::{error::Error, time::Duration};

use reqwest::{Client, Response, StatusCode, header, redirect};
use scraper::{Html, Selector};
use unstale::{
    clock::{Clock, Timestamp},
    domain::PurgeScope,
    sandbox::{Sandbox, SandboxPorts},
};

type Outcome = Result<(), Box<dyn Error>>;

/// A running sandbox, a clock that only the test moves, and a client that caches nothing.
struct Stage {
    sandbox: Sandbox,
    clock: Clock,
    client: Client,
}

impl Stage {
    async fn set() -> Result<Self, Box<dyn Error>> {
        // reqwest asks for a provider even where nothing is encrypted; a second installation is refused, and harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = Clock::manual(Timestamp::from_micros(1_700_000_000_000_000));
        let unstale = Some("http://unstale.test".to_owned());
        Ok(Self {
            sandbox: Sandbox::start(clock.clone(), SandboxPorts::default(), unstale).await?,
            clock,
            client: Client::builder()
                .no_proxy()
                .redirect(redirect::Policy::none())
                .build()?,
        })
    }

    fn exact(&self, rest: &str) -> String {
        format!("{}/is/image/dms7snapshot/{rest}", self.sandbox.exact_url())
    }

    fn base(&self, rest: &str) -> String {
        format!("{}/is/image/dms7snapshot/{rest}", self.sandbox.base_url())
    }

    async fn get(&self, url: &str) -> Result<Response, reqwest::Error> {
        self.client.get(url).send().await
    }

    /// The version that the picture shows, or what stands in its place.
    async fn seen(&self, url: &str) -> Result<String, reqwest::Error> {
        let answer = self.get(url).await?;
        if answer.status() != StatusCode::OK {
            return Ok(answer.status().as_u16().to_string());
        }
        let body = answer.text().await?;
        let version = body
            .split(">v")
            .nth(1)
            .and_then(|rest| rest.split('<').next())
            .map_or_else(|| body.clone(), |number| format!("v{number}"));
        Ok(version)
    }

    /// What IPS does once it has accepted a list.
    fn purge(&self, urls: &[&str]) {
        let urls: Vec<_> = urls.iter().map(|url| (*url).to_owned()).collect();
        for scope in [PurgeScope::Exact, PurgeScope::Base] {
            self.sandbox.edge(scope).purge(&urls);
        }
    }

    async fn shop(&self) -> Result<Html, reqwest::Error> {
        let page = self.get(self.sandbox.storefront_url()).await?;
        Ok(Html::parse_document(&page.text().await?))
    }

    async fn press_publish(
        &self,
        id: &str,
        origin: Option<&str>,
    ) -> Result<Response, reqwest::Error> {
        self.press("publish", id, origin).await
    }

    async fn press(
        &self,
        what: &str,
        id: &str,
        origin: Option<&str>,
    ) -> Result<Response, reqwest::Error> {
        let url = format!("{}/{what}", self.sandbox.storefront_url());
        let mut request = self
            .client
            .post(url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("id={id}&anchor={id}"));
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        request.send().await
    }
}

fn text(answer: &Response, name: header::HeaderName) -> &str {
    answer
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("the selector is written here"))
        .collect()
}

#[tokio::test]
async fn a_picture_stays_old_until_exactly_its_url_is_purged() -> Outcome {
    let stage = Stage::set().await?;
    let [plain, preset, foreign] =
        ["spinset", "spinset?$pdp-main$", "backpack"].map(|rest| stage.exact(rest));
    assert_eq!(stage.seen(&plain).await?, "v1");
    assert_eq!(stage.seen(&preset).await?, "v1");

    assert_eq!(stage.sandbox.publish("spinset"), Some(2));
    assert_eq!(stage.seen(&plain).await?, "v1");
    stage.purge(&[
        &foreign,
        &plain.replace("http:", "https:"),
        &stage.base("spinset"),
    ]);
    assert_eq!(stage.seen(&plain).await?, "v1");

    stage.purge(&[&plain]);
    assert_eq!(stage.seen(&plain).await?, "v2");
    assert_eq!(
        stage.seen(&preset).await?,
        "v1",
        "a query form is an entry of its own"
    );
    stage.purge(&[&preset]);
    assert_eq!(stage.seen(&preset).await?, "v2");
    Ok(())
}

#[tokio::test]
async fn the_same_picture_spelled_otherwise_is_another_entry() -> Outcome {
    let stage = Stage::set().await?;
    let spellings = [
        "spinset?wid=300&hei=200",
        "spinset?hei=200&wid=300",
        "spinset?hei=200&wid=300&",
        "spinset:Large",
        "spinset%3ALarge",
        "spinset%3aLarge",
    ]
    .map(|rest| stage.exact(rest));
    for url in &spellings {
        assert_eq!(stage.seen(url).await?, "v1", "{url}");
    }
    stage.sandbox.publish("spinset");
    for url in &spellings {
        assert_eq!(stage.seen(url).await?, "v1", "{url}");
        stage.purge(&[url]);
        assert_eq!(stage.seen(url).await?, "v2", "{url}");
    }
    Ok(())
}

#[tokio::test]
async fn a_base_edge_clears_all_query_forms_of_a_base_url_but_no_crop() -> Outcome {
    let stage = Stage::set().await?;
    let forms = ["backpack", "backpack?wid=300", "backpack?$PLP$"].map(|rest| stage.base(rest));
    let others =
        ["backpack:Large", "backpack:Large?wid=300", "backpack-mixed"].map(|rest| stage.base(rest));
    for url in forms.iter().chain(&others) {
        assert_eq!(stage.seen(url).await?, "v1", "{url}");
    }
    stage.sandbox.publish("backpack");
    stage.sandbox.publish("backpack-mixed");

    stage.purge(&[&forms[1]]);
    assert_eq!(stage.seen(&forms[1]).await?, "v2");
    assert_eq!(
        stage.seen(&forms[2]).await?,
        "v1",
        "a query form clears itself alone"
    );

    stage.purge(&[&forms[0]]);
    for url in &forms {
        assert_eq!(stage.seen(url).await?, "v2", "{url}");
    }
    for url in &others {
        assert_eq!(stage.seen(url).await?, "v1", "{url}");
    }
    Ok(())
}

#[tokio::test]
async fn an_entry_is_given_up_after_ten_hours() -> Outcome {
    let stage = Stage::set().await?;
    let url = stage.exact("spinset");
    stage.seen(&url).await?;
    stage.sandbox.publish("spinset");
    stage.clock.advance(Duration::from_secs(10 * 3_600 - 1));
    let last = stage.get(&url).await?;
    assert_eq!(text(&last, header::AGE), "35999");
    assert_eq!(stage.seen(&url).await?, "v1");
    stage.clock.advance(Duration::from_secs(1));
    assert_eq!(stage.seen(&url).await?, "v2");
    Ok(())
}

#[tokio::test]
async fn the_edge_says_how_old_its_copy_is_and_tells_browsers_to_ask_again() -> Outcome {
    let stage = Stage::set().await?;
    let url = stage.exact("spinset");
    stage.sandbox.publish("spinset");
    let first = stage.get(&url).await?;
    assert_eq!(text(&first, "x-cache".parse()?), "TCP_MISS from sandbox");
    assert_eq!(text(&first, header::AGE), "0");
    stage.clock.advance(Duration::from_secs(90));
    let second = stage.get(&url).await?;
    assert_eq!(text(&second, "x-cache".parse()?), "TCP_HIT from sandbox");
    assert_eq!(text(&second, header::AGE), "90");
    assert_eq!(text(&second, header::CACHE_CONTROL), "no-cache");
    assert_eq!(text(&second, header::CONTENT_TYPE), "image/svg+xml");
    assert_eq!(
        text(&second, header::LAST_MODIFIED),
        "Tue, 14 Nov 2023 22:13:20 GMT"
    );
    let head = stage.client.head(&url).send().await?;
    assert_eq!(text(&head, header::ETAG), text(&second, header::ETAG));
    assert_eq!(head.text().await?, "");
    Ok(())
}

#[tokio::test]
async fn a_conditional_request_is_answered_with_304_by_what_the_edge_holds() -> Outcome {
    let stage = Stage::set().await?;
    let url = stage.exact("spinset");
    let first = stage.get(&url).await?;
    let conditions = [
        (header::IF_NONE_MATCH, text(&first, header::ETAG).to_owned()),
        (
            header::IF_NONE_MATCH,
            format!("\"x\", W/{}", text(&first, header::ETAG)),
        ),
        (
            header::IF_MODIFIED_SINCE,
            text(&first, header::LAST_MODIFIED).to_owned(),
        ),
    ];
    let ask = |(name, value): &(header::HeaderName, String)| {
        stage.client.get(&url).header(name, value).send()
    };
    stage.clock.advance(Duration::from_mins(1));
    stage.sandbox.publish("spinset");
    for condition in &conditions {
        let answer = ask(condition).await?;
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{condition:?}");
        assert_eq!(text(&answer, header::ETAG), text(&first, header::ETAG));
        assert_eq!(answer.text().await?, "");
    }
    stage.purge(&[&url]);
    for condition in &conditions {
        assert_eq!(
            ask(condition).await?.status(),
            StatusCode::OK,
            "{condition:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn the_origin_alone_answers_conditions_too_and_says_how_long_to_keep() -> Outcome {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt as _;

    let stage = Stage::set().await?;
    let router = stage.sandbox.origin().router();
    let ask = |etag: &str| {
        let request = Request::get("/is/image/dms7snapshot/spinset").header("if-none-match", etag);
        request
            .body(Body::empty())
            .map(|request| router.clone().oneshot(request))
    };
    let first = ask("")?.await?;
    assert_eq!(first.status(), 200);
    assert_eq!(first.headers()["cache-control"], "public, max-age=36000");
    let etag = first.headers()["etag"].to_str()?.to_owned();
    assert_eq!(ask(&etag)?.await?.status(), 304);
    stage.sandbox.publish("spinset");
    assert_eq!(ask(&etag)?.await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn a_refusal_is_not_kept() -> Outcome {
    let stage = Stage::set().await?;
    let url = stage.exact("spring-preview");
    let refused = stage.get(&url).await?;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(text(&refused, header::CACHE_CONTROL), "no-store");
    assert_eq!(stage.seen(&stage.exact("nobody")).await?, "403");
    stage.sandbox.publish("spring-preview");
    assert_eq!(stage.seen(&url).await?, "v2");
    Ok(())
}

#[tokio::test]
async fn what_is_withdrawn_is_still_delivered_until_it_is_purged() -> Outcome {
    let stage = Stage::set().await?;
    let url = stage.exact("spinset");
    stage.seen(&url).await?;
    assert_eq!(stage.sandbox.origin().unpublish("spinset"), Some(1));
    assert_eq!(stage.seen(&url).await?, "v1");
    stage.purge(&[&url]);
    assert_eq!(stage.seen(&url).await?, "403");
    Ok(())
}

#[tokio::test]
async fn a_cache_buster_reaches_the_origin_and_properties_live_for_six_minutes() -> Outcome {
    let stage = Stage::set().await?;
    let [url, busted, props] =
        ["spinset", "spinset?id=4711", "spinset?req=props"].map(|rest| stage.exact(rest));
    stage.seen(&url).await?;
    let before = stage.seen(&props).await?;
    assert!(before.starts_with("image.version="), "{before}");
    stage.sandbox.publish("spinset");
    assert_eq!(stage.seen(&busted).await?, "v2");
    assert_eq!(stage.seen(&url).await?, "v1");
    assert_eq!(stage.seen(&props).await?, before);
    stage.clock.advance(Duration::from_mins(6));
    assert_ne!(stage.seen(&props).await?, before);
    Ok(())
}

#[tokio::test]
async fn names_with_blanks_umlauts_and_a_plus_are_delivered_and_purged() -> Outcome {
    let stage = Stage::set().await?;
    for (id, spelled) in [
        ("red shoe", "red%20shoe"),
        ("Größe", "Gr%C3%B6%C3%9Fe"),
        ("salt+pepper", "salt%2Bpepper"),
        ("salt+pepper", "salt+pepper"),
    ] {
        let url = stage.exact(spelled);
        let before = stage.seen(&url).await?;
        assert!(before.starts_with('v'), "{before}");
        stage.sandbox.publish(id);
        assert_eq!(stage.seen(&url).await?, before);
        stage.purge(&[&url]);
        assert_ne!(stage.seen(&url).await?, before);
    }
    let decomposed = stage.exact("Gro%CC%88%C3%9Fe");
    assert_eq!(stage.seen(&decomposed).await?, "403", "another name");
    Ok(())
}

#[tokio::test]
async fn markup_in_a_name_is_never_taken_for_markup() -> Outcome {
    let stage = Stage::set().await?;
    let url = stage.exact("Tea%20%26%20Co%20%3Climited%3E");
    let svg = stage.get(&url).await?.text().await?;
    assert!(svg.contains("Tea &#38; Co &#60;limited&#62;"), "{svg}");
    assert!(!svg.contains("<limited>"));

    let page = stage
        .get(stage.sandbox.storefront_url())
        .await?
        .text()
        .await?;
    assert!(page.contains("&#60;limited&#62;"));
    assert!(!page.contains("<limited>"));

    let unknown = stage.press_publish("%3Cscript%3E", None).await?;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert!(text(&unknown, header::CONTENT_TYPE).starts_with("text/plain"));
    Ok(())
}

#[tokio::test]
async fn files_hold_their_version_and_are_cached_like_pictures() -> Outcome {
    let stage = Stage::set().await?;
    for (id, name, media_type, start) in [
        ("gspdf", "gspdf", "application/pdf", "%PDF-"),
        (
            "glacier-film",
            "glacier-film-AVS.m3u8",
            "application/vnd.apple.mpegurl",
            "#EXTM3U",
        ),
        (
            "glacier-film",
            "glacier-film-AVS.mpd",
            "application/dash+xml",
            "<?xml",
        ),
        (
            "glacier-film",
            "video/glacier-film.mp4",
            "video/mp4",
            "\0\0\0\x14ftyp",
        ),
        ("snowfall", "snowfall", "image/gif", "GIF89a"),
        ("logo", "logo.svg", "image/svg+xml", "<svg"),
    ] {
        let url = format!(
            "{}/is/content/dms7snapshot/{name}",
            stage.sandbox.exact_url()
        );
        let first = stage.get(&url).await?;
        assert_eq!(text(&first, header::CONTENT_TYPE), media_type);
        let before = first.bytes().await?;
        assert!(before.starts_with(start.as_bytes()), "{name}");

        let version = stage.sandbox.publish(id).unwrap_or_default();
        assert_eq!(stage.get(&url).await?.bytes().await?, before, "{name}");
        stage.purge(&[&url]);
        let after = stage.get(&url).await?.bytes().await?;
        let after = String::from_utf8_lossy(&after);
        assert!(after.contains(&format!("v{version}")), "{name}: {after}");
    }
    Ok(())
}

#[tokio::test]
async fn every_offset_in_the_pdf_points_at_its_object() -> Outcome {
    let stage = Stage::set().await?;
    for name in ["gspdf", "Pflegehinweise%20Wolle"] {
        let url = format!(
            "{}/is/content/dms7snapshot/{name}",
            stage.sandbox.exact_url()
        );
        let pdf = stage.get(&url).await?.text().await?;
        let table: usize = pdf
            .rsplit("startxref\n")
            .next()
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .parse()?;
        assert!(pdf[table..].starts_with("xref\n0 6\n"));
        for (number, row) in pdf[table..].lines().skip(3).take(5).enumerate() {
            let offset: usize = row[..10].parse()?;
            let start = format!("{} 0 obj\n", number + 1);
            assert!(pdf[offset..].starts_with(&start), "{row}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_shop_tells_the_published_version_while_its_picture_stays_old() -> Outcome {
    let stage = Stage::set().await?;
    let page = stage.shop().await?;
    let picture = all(&page, "#spinset .hero-picture img")[0]
        .attr("src")
        .unwrap()
        .to_owned();
    assert_eq!(picture, stage.exact("spinset?$pdp-main$"));
    assert_eq!(stage.seen(&picture).await?, "v1");
    assert!(all(&page, "#spinset .next").is_empty());

    let answer = stage.press_publish("spinset", None).await?;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(text(&answer, header::LOCATION), "/#spinset");

    let page = stage.shop().await?;
    let published = all(&page, "#spinset .published strong")[0].inner_html();
    assert_eq!(published, "v2");
    assert_eq!(
        all(&page, "#spinset .next a")[0].attr("href"),
        Some("http://unstale.test")
    );
    assert_eq!(stage.seen(&picture).await?, "v1");
    stage.purge(&[&picture]);
    assert_eq!(stage.seen(&picture).await?, "v2");
    Ok(())
}

#[tokio::test]
async fn every_address_in_the_shop_is_delivered_and_every_fragment_leads_somewhere() -> Outcome {
    let stage = Stage::set().await?;
    let page = stage.shop().await?;
    let mut addresses = Vec::new();
    for image in all(&page, "img") {
        addresses.push(image.attr("src").unwrap().to_owned());
        let set = image.attr("srcset").unwrap_or_default();
        let urls = set.split(", ").filter_map(|part| part.split_once(' '));
        addresses.extend(urls.map(|(url, _)| url.to_owned()));
    }
    addresses.extend(
        all(&page, ".paper a")
            .iter()
            .map(|link| link.attr("href").unwrap().to_owned()),
    );
    assert!(addresses.len() > 20);
    for form in ["spinset", "spinset?$pdp-main$", "spinset?scl=1&qlt=100"] {
        assert!(addresses.contains(&stage.exact(form)), "{form}");
    }
    for url in addresses {
        assert_eq!(stage.get(&url).await?.status(), StatusCode::OK, "{url}");
    }
    for link in all(&page, "a[href^='#']") {
        let target = link.attr("href").unwrap();
        assert_eq!(all(&page, target).len(), 1, "{target}");
    }
    let ids: Vec<_> = all(&page, "[id]")
        .iter()
        .map(|it| it.attr("id").unwrap())
        .collect();
    let distinct: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "{ids:?}");
    Ok(())
}

#[tokio::test]
async fn another_site_cannot_publish() -> Outcome {
    let stage = Stage::set().await?;
    let foreign = stage
        .press_publish("spinset", Some("http://elsewhere.test"))
        .await?;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    assert_eq!(stage.sandbox.origin().version("spinset"), Some(1));
    let own = stage
        .press_publish("spinset", Some(stage.sandbox.storefront_url()))
        .await?;
    assert_eq!(own.status(), StatusCode::SEE_OTHER);
    Ok(())
}

#[tokio::test]
async fn what_is_uploaded_without_publishing_waits_and_only_the_preview_server_shows_it() -> Outcome
{
    let stage = Stage::set().await?;
    let own = stage.sandbox.storefront_url();
    let preview = format!(
        "{}/is/image/dms7snapshot/spinset",
        stage.sandbox.preview_url()
    );
    let hero = async || -> Result<String, reqwest::Error> {
        let shop = stage.shop().await?;
        Ok(all(&shop, ".hero .published")[0].text().collect())
    };
    assert_eq!(hero().await?, "Published: v1");

    let uploaded = stage.press("upload", "spinset", Some(own)).await?;
    assert_eq!(uploaded.status(), StatusCode::SEE_OTHER);
    assert_eq!(hero().await?, "Published: v1, uploaded: v2");
    assert_eq!(stage.seen(&stage.exact("spinset")).await?, "v1");
    assert_eq!(stage.seen(&preview).await?, "v2");

    stage.press_publish("spinset", Some(own)).await?;
    assert_eq!(hero().await?, "Published: v2");
    assert_eq!(stage.seen(&preview).await?, "v2");
    Ok(())
}

#[tokio::test]
async fn an_edge_can_be_silent_and_can_drop_purges() -> Outcome {
    let stage = Stage::set().await?;
    let edge = stage.sandbox.edge(PurgeScope::Exact);
    edge.switch(|switches| {
        switches.silent = true;
        switches.drop_purges = true;
    });
    let url = stage.exact("spinset");
    let answer = stage.get(&url).await?;
    assert!(!answer.headers().contains_key("x-cache"));
    assert!(!answer.headers().contains_key(header::AGE));
    assert!(answer.headers().contains_key(header::ETAG));
    stage.sandbox.publish("spinset");
    stage.purge(&[&url]);
    assert_eq!(stage.seen(&url).await?, "v1");
    edge.switch(|switches| switches.drop_purges = false);
    stage.purge(&[&url]);
    assert_eq!(stage.seen(&url).await?, "v2");
    Ok(())
}

#[tokio::test]
async fn a_port_in_use_is_named_and_a_stopped_sandbox_frees_its_ports() -> Outcome {
    let stage = Stage::set().await?;
    let port = stage
        .sandbox
        .exact_url()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()?;
    let ports = SandboxPorts {
        base_edge: port,
        ..SandboxPorts::default()
    };
    let again = || Sandbox::start(stage.clock.clone(), ports, None);
    let error = again().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!(
        error.to_string().contains(&format!("127.0.0.1:{port}")),
        "{error}"
    );

    stage.sandbox.stop().await;
    again().await?.stop().await;
    Ok(())
}
