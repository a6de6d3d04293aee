//! *Settings > Delivery hosts*: what an administrator sets there, and what *Test this host* finds out on both edges.

use std::time::Duration;

use unstale::{
    domain::{HostOrigin, HostVerdict, PurgeScope},
    ops::host_test::{NoTest, Pace},
    sandbox::ips::AnswerForm,
    store::HostTest,
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use super::{COMPANY, sent};
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser, Form, encode},
};

pub(super) const HOSTS: &str = "/c/dms7snapshot/settings/hosts";

/// The form that changes a host.
pub(super) fn settings_of(page: &Answer, origin: &str) -> Form {
    page.form(&format!("form[action$='/change']:has([value='{origin}'])"))
}

async fn scope_of(app: &TestApp, origin: &str) -> Option<PurgeScope> {
    let hosts = app.app.store.delivery_hosts(app.company().await.id).await;
    let mut hosts = hosts.unwrap().into_iter();
    hosts
        .find(|host| host.origin.as_str() == origin)
        .map(|host| host.scope)
}

/// The result of a test that does not wait for real caches.
pub(super) async fn test(app: &TestApp, origin: &str, sample: &str) -> Result<HostTest, NoTest> {
    app.ips().knobs(|knobs| knobs.answer = AnswerForm::Counts);
    let pace = Pace {
        step: Duration::from_millis(5),
        patience: Duration::from_millis(100),
        ageing: Duration::ZERO,
    };
    let company = app.company().await;
    let admin = "admin@example.com".parse().unwrap();
    let (admin, _) = app
        .app
        .store
        .person_by_email(&admin)
        .await
        .unwrap()
        .unwrap();
    let origin = HostOrigin::of(origin).unwrap();
    let tester = app.app.host_tester.clone().at_pace(pace);
    tester
        .begin(&company, &origin, sample, admin.id)
        .await?
        .await
        .unwrap();
    let settings = app.app.store.host_settings(company.id).await.unwrap();
    let setting = settings
        .into_iter()
        .find(|setting| setting.host.origin == origin);
    Ok(setting.unwrap().test.unwrap())
}

#[tokio::test]
async fn a_pasted_address_adds_its_host_as_exact() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let page = admin.get(HOSTS).await;
    let add = page
        .form("#add-host")
        .set("url", " //Images.Example.com/is/image/dms7snapshot/a?wid=3");
    let page = admin.submit_and_follow(&add).await;
    assert!(page.has(".notice.success"));
    assert_eq!(
        scope_of(&app, "https://images.example.com").await,
        Some(PurgeScope::Exact)
    );
    let title = page
        .texts(".panel-title")
        .into_iter()
        .find(|title| title.contains("images.example.com"));
    assert!(title.unwrap().contains("added by hand"));

    for (url, sentence) in [
        ("https://images.example.com:443/x", "is on the list already"),
        ("not a host", "No host can be read"),
        ("", "No host can be read"),
        ("a\0", "No host can be read"),
    ] {
        let refused = admin.submit(&page.form("#add-host").set("url", url)).await;
        assert_eq!(refused.status, 422, "{url:?}");
        assert!(
            refused.text("#add .notice.blocks").contains(sentence),
            "{url:?}"
        );
        assert_eq!(
            refused.form("#add-host").value("url"),
            url.replace('\0', "\u{fffd}")
        );
    }
}

#[tokio::test]
async fn a_host_is_changed_and_removed_and_the_publish_servers_own_stays() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let page = admin.get(HOSTS).await;
    let (exact, base) = (app.sandbox.exact_url(), app.sandbox.base_url());
    let form = settings_of(&page, exact)
        .set("scope", "base")
        .without("check_root");
    let page = admin.submit_and_follow(&form).await;
    assert_eq!(scope_of(&app, exact).await, Some(PurgeScope::Base));
    assert!(!settings_of(&page, exact).has("check_root"));
    assert!(settings_of(&page, base).has("check_root"));

    let removes = page.attributes("a[href*='/hosts/remove']", "href");
    assert_eq!(removes.len(), 1, "not the publish server's");
    let ask = admin.get(&removes[0]).await;
    assert_eq!(ask.text("dialog .url-text"), base);
    assert!(
        scope_of(&app, base).await.is_some(),
        "asking removes nothing"
    );
    admin.submit_and_follow(&ask.form("main form")).await;
    assert_eq!(scope_of(&app, base).await, None);

    let own = admin
        .post(&format!("{HOSTS}/remove"), &[("host", exact)])
        .await;
    assert_eq!(own.status, 422);
    assert!(own.body.contains("is the host of the publish server"));
    let gone = [("host", base), ("scope", "exact")];
    assert_eq!(
        admin.post(&format!("{HOSTS}/change"), &gone).await.status,
        404
    );
    let odd = [("host", exact), ("scope", "all")];
    assert_eq!(
        admin.post(&format!("{HOSTS}/change"), &odd).await.status,
        400
    );
}

#[tokio::test]
async fn a_shared_host_cannot_clear_by_base_url_even_when_the_list_changes_later() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let page = admin.get(HOSTS).await;
    let add = page.form("#add-host").set("url", "s7d1.scene7.com");
    let page = admin.submit_and_follow(&add).await;
    let shared = "https://s7d1.scene7.com";
    let form = settings_of(&page, shared)
        .set("scope", "base")
        .without("check_root");
    let refused = admin.submit(&form).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text(".panel .notice.blocks")
            .contains("shares among many companies")
    );
    assert_eq!(
        settings_of(&refused, shared).value("scope"),
        "base",
        "as it was chosen"
    );
    assert!(!settings_of(&refused, shared).has("check_root"));
    assert_eq!(scope_of(&app, shared).await, Some(PurgeScope::Exact));

    let patterns = |text: &str| {
        page.form("#generic-hosts")
            .set("patterns", text)
            .press("do", "save")
    };
    let base = app.sandbox.base_url();
    let refused = admin.submit(&patterns("^127\\.0\\.0\\.1$")).await;
    assert_eq!(refused.status, 422);
    let sentence = refused.text("#generic .notice.blocks");
    assert!(
        sentence.contains(base) && !sentence.contains(app.sandbox.exact_url()),
        "{sentence}"
    );
    assert_eq!(refused.textarea("#patterns"), "^127\\.0\\.0\\.1$");
    let refused = admin.submit(&patterns("^ok$\n(")).await;
    assert!(
        refused
            .text("#generic .notice.blocks")
            .contains("Line 2 is not a regular expression")
    );

    let page = admin.submit_and_follow(&patterns("^nothing$")).await;
    admin
        .submit_and_follow(&settings_of(&page, shared).set("scope", "base"))
        .await;
    assert_eq!(scope_of(&app, shared).await, Some(PurgeScope::Base));
    let restore = page.form("#generic-hosts").press("do", "restore");
    let refused = admin.submit(&restore).await;
    assert!(refused.text("#generic .notice.blocks").contains(shared));
    admin
        .submit_and_follow(&settings_of(&page, shared).set("scope", "exact"))
        .await;
    let page = admin.submit_and_follow(&restore).await;
    assert_eq!(page.textarea("#patterns"), r"^s7[a-z]+\d+\.scene7\.com$");
}

#[tokio::test]
async fn a_test_from_the_page_shows_that_a_base_host_turns() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let base = app.sandbox.base_url();
    let page = admin.get(HOSTS).await;
    let form = page.form(&format!("form[action$='/test']:has([value='{base}'])"));
    assert!(!form.value("sample").is_empty(), "a picture is offered");
    let page = admin
        .submit_and_follow(&form.set("sample", "backpack"))
        .await;
    assert!(page.has("[id^=test-][hx-get]"));
    assert!(
        page.has("noscript"),
        "a browser without JavaScript looks again"
    );
    let part = page.attributes("[id^=test-][hx-get]", "hx-get").remove(0);
    let part = finished(&admin, &part).await;
    assert!(!part.body.contains("<html"));
    assert!(
        part.text(".badge").contains("One URL clears all sizes"),
        "{}",
        part.body
    );
    assert!(part.body.contains("the host asked Dynamic Media for it"));
    assert_eq!(
        sent(&app),
        [[app.base("backpack")]],
        "one request, of the base URL"
    );
    let tools = admin.get(COMPANY).await;
    assert!(
        tools.text("main .table").contains("Accepted"),
        "it stands in the history"
    );

    let page = admin.get(HOSTS).await;
    assert!(!page.has("[hx-get]"));
    assert!(page.body.contains("with backpack"));
}

async fn finished(browser: &Browser, part: &str) -> Answer {
    let finished = async {
        loop {
            let part = browser.get(part).await;
            assert_eq!(part.status, 200);
            if !part.has("[hx-get]") {
                return part;
            }
        }
    };
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, finished)
        .await
        .expect("the test ends")
}

#[tokio::test]
async fn an_exact_host_does_not_turn_and_neither_does_one_that_drops_purges() {
    let app = TestApp::start().await;
    let found = test(&app, app.sandbox.exact_url(), "backpack")
        .await
        .unwrap();
    assert_eq!(found.verdict, HostVerdict::NotTurned, "{found:?}");
    app.sandbox
        .edge(PurgeScope::Base)
        .switch(|edge| edge.drop_purges = true);
    let found = test(&app, app.sandbox.base_url(), "backpack")
        .await
        .unwrap();
    assert_eq!(found.verdict, HostVerdict::NotTurned, "{found:?}");
    let page = app.admin().await.get(HOSTS).await;
    let advice = page.texts("[id^=test-] strong");
    assert_eq!(advice.len(), 1, "only the base host is set wrongly");
    assert!(advice[0].contains("Each full URL"));
}

#[tokio::test]
async fn of_a_silent_host_nothing_is_told_until_the_picture_itself_shows_it() {
    let app = TestApp::start().await;
    for (scope, url, verdict) in [
        (
            PurgeScope::Base,
            app.sandbox.base_url(),
            HostVerdict::Turned,
        ),
        (
            PurgeScope::Exact,
            app.sandbox.exact_url(),
            HostVerdict::NotTurned,
        ),
    ] {
        app.sandbox.edge(scope).switch(|edge| edge.silent = true);
        let found = test(&app, url, "backpack").await.unwrap();
        assert_eq!(found.verdict, HostVerdict::CannotTell, "{found:?}");
        assert!(
            found.note.contains("Publish a new version of backpack"),
            "{}",
            found.note
        );
        app.sandbox.publish("backpack").unwrap();
        let found = test(&app, url, "backpack").await.unwrap();
        assert_eq!(found.verdict, verdict, "{found:?}");
    }
}

#[tokio::test]
async fn a_refused_purge_a_redirect_and_a_host_that_is_not_there_tell_nothing() {
    let app = TestApp::start().await;
    let elsewhere = MockServer::start().await;
    let moved = ResponseTemplate::new(302).insert_header("location", app.exact("backpack"));
    Mock::given(any())
        .respond_with(moved)
        .mount(&elsewhere)
        .await;
    let company = app.company().await.id;
    let port = app.sandbox.base_url().rsplit(':').next().unwrap();
    let inside = format!("http://localhost:{port}");
    for (url, found) in [
        (elsewhere.uri(), false),
        ("http://127.0.0.1:1".to_owned(), false),
        (inside.clone(), true),
    ] {
        let origin = HostOrigin::of(&url).unwrap();
        app.app
            .store
            .add_delivery_host(company, &origin, found)
            .await
            .unwrap();
    }
    for (url, sentence) in [
        (elsewhere.uri(), "with HTTP 302"),
        ("http://127.0.0.1:1".to_owned(), "could not be looked at"),
        (inside, "private network"),
    ] {
        let found = test(&app, &url, "backpack").await.unwrap();
        assert_eq!(found.verdict, HostVerdict::CannotTell);
        assert!(found.note.contains(sentence), "{}", found.note);
    }
    assert_eq!(
        sent(&app).len(),
        0,
        "nothing was purged where nothing can be seen"
    );
    app.ips().knobs(|knobs| knobs.no_permission = true);
    let found = test(&app, app.sandbox.base_url(), "backpack")
        .await
        .unwrap();
    assert_eq!(found.verdict, HostVerdict::CannotTell);
    assert!(
        found.note.contains("Adobe did not take the purge"),
        "{}",
        found.note
    );
}

#[tokio::test]
async fn a_test_without_sample_or_connection_does_not_begin() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let base = app.sandbox.base_url();
    for sample in ["no-such-picture", "gspdf", "\0"] {
        let fields = [("host", base), ("sample", sample)];
        let refused = admin.post(&format!("{HOSTS}/test"), &fields).await;
        assert_eq!(refused.status, 422, "{sample:?}");
        assert!(refused.has(".panel .notice.blocks"));
    }
    app.execute("update company set handle = null").await;
    assert!(matches!(
        test(&app, base, "backpack").await,
        Err(NoTest::NotConnected)
    ));
    let unknown = "https://unknown.example.com";
    assert!(matches!(
        test(&app, unknown, "backpack").await,
        Err(NoTest::NoHost)
    ));
    assert_eq!(sent(&app).len(), 0);
}

#[tokio::test]
async fn settings_are_for_administrators() {
    let app = TestApp::start().await;
    let (anonymous, editor) = (app.anonymous(), app.editor().await);
    let id = "00000000-0000-0000-0000-000000000000";
    let import = format!("{COMPANY}/settings/import/{id}");
    for page in [
        HOSTS,
        &format!("{HOSTS}/remove?host=https://h"),
        &format!("{HOSTS}/test?host=https://h"),
        "/c/dms7snapshot/settings/presets",
        "/c/dms7snapshot/settings/import",
        &import,
        &format!("{import}/bad-lines.csv"),
        "/companies/new",
    ] {
        let to = anonymous.get(page).await.location();
        assert!(to.starts_with("/sign-in?next="), "{page}");
        assert_eq!(editor.get(page).await.status, 403, "{page}");
    }
    let fields = encode(&[
        ("host", app.sandbox.exact_url()),
        ("scope", "base"),
        ("do", "keep"),
        ("url", "h"),
    ]);
    for address in [
        HOSTS,
        &format!("{HOSTS}/change"),
        &format!("{HOSTS}/remove"),
        &format!("{HOSTS}/test"),
        &format!("{HOSTS}/generic"),
        "/c/dms7snapshot/settings/presets",
        "/c/dms7snapshot/settings/presets/sync",
        "/c/dms7snapshot/settings/import",
        &import,
        "/companies/new",
    ] {
        assert_eq!(
            anonymous.post_body(address, fields.clone()).await.status,
            401,
            "{address}"
        );
        assert_eq!(
            editor.post_body(address, fields.clone()).await.status,
            403,
            "{address}"
        );
    }
    assert_eq!(
        scope_of(&app, app.sandbox.exact_url()).await,
        Some(PurgeScope::Exact)
    );
}
