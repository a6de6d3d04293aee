//! Signing in and out, the first administrator, and the cookie between the two.

use std::time::Duration;

use reqwest::{Method, header};

use super::COMPANY;
use crate::support::{
    app::{Start, TestApp},
    browser::{Browser, encode},
};

const EDITOR: &str = "editor@example.com";
const PASSWORD: &str = "fresh-pictures";

async fn nobody_yet() -> TestApp {
    TestApp::with(Start {
        catalogue: None,
        ..Start::default()
    })
    .await
}

/// The status and the page of a sign-in.
async fn try_password(browser: &Browser, email: &str, password: &str) -> (u16, String) {
    let fields = [("email", email), ("password", password)];
    let answer = browser.post("/sign-in", &fields).await;
    (answer.status.as_u16(), answer.texts(".notice").join(" "))
}

#[tokio::test]
async fn a_page_leads_to_the_sign_in_and_back_again() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let page = format!("{COMPANY}/template?saved=true");
    let to = anonymous.get(&page).await.location();
    assert_eq!(
        to,
        "/sign-in?next=%2Fc%2Fdms7snapshot%2Ftemplate%3Fsaved%3Dtrue"
    );
    let sign_in = anonymous.get(&to).await;
    let form = sign_in.form("main form");
    let form = form.set("email", EDITOR).set("password", PASSWORD);
    let answer = anonymous.submit(&form).await;
    assert_eq!(answer.location(), page);
    assert_eq!(anonymous.get("/sign-in").await.location(), "/");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_person_get_the_same_answer() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let wrong = try_password(&anonymous, EDITOR, "stale-pictures").await;
    let unknown = try_password(&anonymous, "nobody@example.com", PASSWORD).await;
    let senseless = try_password(&anonymous, "nobody", PASSWORD).await;
    assert_eq!(wrong.0, 422);
    assert!(wrong.1.contains("do not match"), "{wrong:?}");
    assert_eq!(wrong, unknown);
    assert_eq!(wrong, senseless);
    assert_eq!(anonymous.cookie(), None);
}

#[tokio::test]
async fn a_refused_sign_in_keeps_the_address_and_drops_the_password() {
    let app = TestApp::start().await;
    let fields = [("email", EDITOR), ("password", "stale-pictures")];
    let page = app.anonymous().post("/sign-in", &fields).await;
    assert_eq!(page.attributes("#email", "value"), [EDITOR]);
    assert!(!page.body.contains("stale-pictures"));
}

#[tokio::test]
async fn who_guesses_passwords_is_slowed_down() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    for _ in 0..10 {
        assert_eq!(try_password(&anonymous, EDITOR, "guess").await.0, 422);
    }
    // Written in another way, it is the same account.
    for email in [EDITOR, "Editor@Example.com"] {
        let fields = [("email", email), ("password", PASSWORD)];
        let answer = anonymous.post("/sign-in", &fields).await;
        assert_eq!(answer.status, 429, "{}", answer.body);
        assert_eq!(answer.text("h1"), "Too many attempts to sign in.");
    }
    let other = try_password(&anonymous, "admin@example.com", PASSWORD).await;
    assert_eq!(other.0, 303, "another account is not concerned");
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let cookie = editor.cookie();
    let tools = editor.open("/").await;
    assert_eq!(tools.text(".masthead-email"), EDITOR);
    let out = editor.submit(&tools.form(".masthead-person")).await;
    assert_eq!(out.location(), "/sign-in");
    assert_eq!(editor.cookie(), None, "the browser is told to forget it");

    editor.set_cookie(cookie);
    assert_eq!(editor.get(COMPANY).await.status, 303, "worth nothing now");
}

#[tokio::test]
async fn a_sign_in_gets_a_new_session() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let before = editor.cookie();
    let fields = [("email", EDITOR), ("password", PASSWORD)];
    editor.post("/sign-in", &fields).await;
    assert_ne!(editor.cookie(), before);
    editor.set_cookie(before);
    assert_eq!(editor.get(COMPANY).await.status, 303, "the old one is gone");
}

#[tokio::test]
async fn a_session_ends_after_a_working_day() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    app.clock.advance(Duration::from_mins(11 * 60 + 50));
    assert_eq!(editor.get(COMPANY).await.status, 200);
    app.clock.advance(Duration::from_mins(20));
    assert!(editor.get(COMPANY).await.location().starts_with("/sign-in"));
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let app = TestApp::start().await;
    let fields = [("email", EDITOR), ("password", PASSWORD)];
    let answer = app.anonymous().post("/sign-in", &fields).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("unstale="), "{cookie}");
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn over_https_the_cookie_and_the_site_stay_on_https() {
    let app = TestApp::with(Start {
        public_url: Some("https://unstale.example.com"),
        ..Start::default()
    })
    .await;
    let fields = [("email", EDITOR), ("password", PASSWORD)];
    let answer = app.anonymous().post("/sign-in", &fields).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-unstale="), "{cookie}");
    assert!(cookie.contains("Secure"), "{cookie}");
    assert_eq!(
        answer.header("strict-transport-security"),
        "max-age=31536000"
    );
}

#[tokio::test]
async fn nobody_is_led_to_another_site_after_the_sign_in() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ] {
        let query = encode(&[("next", next)]);
        let to = editor.get(&format!("/sign-in?{query}")).await.location();
        assert_eq!(to, "/", "{next:?}");
    }
}

#[tokio::test]
async fn a_session_of_somebody_who_signed_out_elsewhere_does_not_lose_a_form_silently() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let answer = anonymous
        .post(&format!("{COMPANY}/invalidations/new"), &[])
        .await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.text("h1"), "You are signed out.");
}

#[tokio::test]
async fn an_empty_unstale_leads_to_its_setup() {
    let app = nobody_yet().await;
    let anonymous = app.anonymous();
    assert_eq!(anonymous.get("/sign-in").await.location(), "/setup");
    let page = anonymous.get("/setup").await;
    let token = app.app.setup_token.to_print().unwrap().to_owned();
    assert!(!page.body.contains(&token));

    let form = page
        .form("main form")
        .set("email", "first@example.com")
        .set("password", "long enough");
    let wrong = anonymous.submit(&form.clone().set("token", "guess")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text(".notice").contains("not the token"));
    assert_eq!(wrong.attributes("#email", "value"), ["first@example.com"]);

    let short = form.clone().set("token", &token).set("password", "short");
    let short = anonymous.submit(&short).await;
    assert_eq!(short.status, 422);
    assert!(short.text(".notice").contains("at least 10 characters"));

    let form = form.set("token", &token);
    let tools = anonymous.submit_and_follow(&form).await;
    assert!(tools.body.contains("No company is connected yet."));
    assert!(anonymous.cookie().is_some());

    let stranger = app.anonymous();
    let again = stranger
        .submit(&form.set("email", "second@example.com"))
        .await;
    assert_eq!(again.status, 422, "the token is good for one use");
    assert_eq!(stranger.cookie(), None);
    assert_eq!(stranger.get("/setup").await.location(), "/sign-in");
}

#[tokio::test]
async fn there_is_no_token_once_there_is_somebody() {
    let app = TestApp::start().await.crash_and_restart().await;
    assert_eq!(app.app.setup_token.to_print(), None);
    let fields = [
        ("token", ""),
        ("email", "second@example.com"),
        ("password", "long enough"),
    ];
    let answer = app.anonymous().post("/setup", &fields).await;
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn a_forged_cookie_opens_nothing() {
    let app = TestApp::start().await;
    let browser = app.anonymous();
    for cookie in ["unstale=", "unstale=x", "unstale=AAAAAAAAAAAAAAAAAAAAAA"] {
        let request = browser
            .request(Method::GET, COMPANY)
            .header(header::COOKIE, cookie);
        assert_eq!(browser.send(request).await.status, 303, "{cookie}");
    }
}
