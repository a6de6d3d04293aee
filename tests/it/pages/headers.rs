//! What every answer carries, and where unsafe requests may come from.

use reqwest::{Method, header};

use super::{COMPANY, new_draft};
use crate::support::{app::TestApp, browser::Browser};

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; \
                   img-src 'self'IMAGES; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[tokio::test]
async fn pages_load_nothing_from_elsewhere_but_the_companys_pictures() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let policy = "content-security-policy";
    let sandbox = &app.sandbox;
    let mut hosts = [
        sandbox.exact_url(),
        sandbox.base_url(),
        sandbox.preview_url(),
    ];
    hosts.sort_unstable();
    let images = format!(" {}", hosts.join(" "));
    let own = CSP.replace("IMAGES", "");
    let with_pictures = CSP.replace("IMAGES", &images);
    let tools = editor.get(COMPANY).await;
    assert_eq!(tools.header(policy), with_pictures);
    for path in ["/sign-in", "/nowhere", "/healthz"] {
        assert_eq!(
            app.anonymous().get(path).await.header(policy),
            own,
            "{path}"
        );
    }
    let draft = new_draft(&editor).await;
    let picker = editor.get(&format!("{draft}/assets?q=backpack")).await;
    let pictures = picker.attributes(".thumb img", "src");
    assert!(!pictures.is_empty());
    assert!(
        pictures
            .iter()
            .all(|src| src.starts_with(app.sandbox.exact_url())),
        "{pictures:?}"
    );
}

#[tokio::test]
async fn no_page_needs_an_exception_from_its_policy() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    for page in ["details", "assets", "confirm"] {
        let page = editor.open(&format!("{draft}/{page}")).await;
        assert!(!page.has("[style], style, script:not([src])"));
        assert!(!page.has("[onclick], [onchange], [onsubmit], [onload]"));
        let config = page.attributes("meta[name=htmx-config]", "content");
        assert!(config[0].contains(r#""allowEval":false"#), "{config:?}");
        assert!(config[0].contains(r#""includeIndicatorStyles":false"#));
    }
}

#[tokio::test]
async fn every_answer_has_the_usual_headers() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    for path in [COMPANY, "/sign-in", "/nowhere", "/healthz"] {
        let answer = editor.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            (
                "permissions-policy",
                "camera=(), geolocation=(), microphone=()",
            ),
            ("cache-control", "private, no-cache"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(!answer.header("x-request-id").is_empty());
        assert!(!answer.headers.contains_key("strict-transport-security"));
    }
}

#[tokio::test]
async fn static_files_are_kept_by_browsers_under_hashed_names() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let page = anonymous.get("/sign-in").await;
    let mut files = page.attributes("link[rel=stylesheet]", "href");
    files.extend(page.attributes("script", "src"));
    assert!(files.len() > 3, "{files:?}");
    for file in files {
        let answer = anonymous.get(&file).await;
        assert_eq!(answer.status, 200, "{file}");
        let kept = answer.header("cache-control");
        assert!(kept.contains("max-age="), "{file}: {kept}");
    }
}

/// The status of starting a draft, asked with these headers.
async fn start_with(browser: &Browser, headers: &[(&str, &str)]) -> u16 {
    let mut request = browser.request(Method::POST, &format!("{COMPANY}/invalidations/new"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request).await.status.as_u16()
}

#[tokio::test]
async fn another_site_can_start_nothing() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ],
        // A cookie, and no word on where it comes from.
        &[],
        &[("referer", "https://evil.example/page")],
    ] {
        assert_eq!(start_with(&editor, headers).await, 403, "{headers:?}");
    }
    let drafts = editor.open("/").await;
    assert!(!drafts.body.contains("Your open drafts"));
    assert_eq!(
        start_with(&editor, &[("sec-fetch-site", "same-origin")]).await,
        303
    );
}

#[tokio::test]
async fn another_site_cannot_sign_anybody_in_or_out() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    for path in ["/sign-in", "/sign-out"] {
        let request = editor
            .request(Method::POST, path)
            .header(header::ORIGIN, "https://evil.example");
        let answer = editor.send(request).await;
        assert_eq!(answer.status, 403);
        assert_eq!(
            answer.text("h1"),
            "This request did not come from Unstale's own pages."
        );
    }
    assert_eq!(editor.get(COMPANY).await.status, 200);
}

#[tokio::test]
async fn an_error_is_a_page_with_a_way_back_and_the_requests_number() {
    let app = TestApp::start().await;
    let answer = app.editor().await.get("/c/nowhere").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.text("h1"), "There is nothing at this address.");
    assert_eq!(answer.attributes(".error-page a", "href"), ["/"]);
    assert_eq!(
        answer.text(".error-page .hint"),
        format!("Request {}", answer.header("x-request-id"))
    );
}

#[tokio::test]
async fn an_address_that_only_shows_does_nothing() {
    let app = TestApp::start().await;
    let answer = app.editor().await.post(COMPANY, &[]).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.text("h1"), "This address does not do that.");
}

#[tokio::test]
async fn for_htmx_an_error_is_a_notice_in_the_open_page() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let draft = new_draft(&editor).await;
    let form = editor
        .get(&format!("{draft}/details"))
        .await
        .form("#details");
    editor.set_cookie(None);
    let answer = editor.htmx(&form).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("hx-retarget"), "#notices");
    assert_eq!(answer.header("hx-reswap"), "innerHTML");
    assert!(!answer.body.contains("<html"));
    assert_eq!(answer.text(".notice strong"), "You are signed out.");
}

#[tokio::test]
async fn a_failure_of_ours_tells_its_number_and_not_its_cause() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    app.app.store.close().await;
    for path in [COMPANY, "/healthz", "/sign-in"] {
        let answer = editor.get(path).await;
        assert_eq!(answer.status, 500, "{path}");
        assert_eq!(answer.text("h1"), "Something went wrong on our side.");
        let number = answer.header("x-request-id");
        assert!(answer.body.contains(number));
        for cause in ["pool", "database", "sqlx"] {
            assert!(!answer.body.to_lowercase().contains(cause), "{cause}");
        }
    }
}
