//! From an empty database to a connected company.

use std::time::Duration;

use unstale::sandbox::{
    ACCOUNT, EXPIRED_ACCOUNT, EXPIRING_ACCOUNT, LOST_ACCOUNT, Sandbox, SandboxPorts,
    TWO_COMPANIES_ACCOUNT, VIEWER_ACCOUNT,
    ips::{Instead, Only},
};

use super::{companies, filled, sign_in_as, unconnected};
use crate::support::{
    app::{Start, TestApp},
    browser::encode,
    database::Backend,
};

#[tokio::test]
async fn an_administrator_goes_from_an_empty_database_to_a_connected_company() {
    let app = unconnected().await;
    let admin = app.admin().await;
    let tools = admin.open("/").await;
    let link = tools.attributes("main a.button.primary", "href");
    assert_eq!(link, ["/connect"]);

    let page = admin.get("/connect").await;
    let answer = admin
        .submit(&filled(&app, &page, "#connect", ACCOUNT))
        .await;
    let base = "/c/snapshot-outdoor";
    assert_eq!(
        answer.location(),
        format!("{base}/settings/catalogue?connected=true")
    );

    let company = companies(&app).await.remove(0);
    assert_eq!(company.root.as_deref(), Some("dms7snapshot"));
    assert_eq!(company.handle.as_deref(), Some("c|6"));
    let server = company.publish_server.as_ref().unwrap();
    assert_eq!(server.as_str(), app.sandbox.exact_url());
    let hosts = app.app.store.delivery_hosts(company.id).await.unwrap();
    assert!(
        hosts
            .iter()
            .any(|host| host.origin.as_str() == app.sandbox.exact_url())
    );

    let page = admin.get(&format!("{base}/settings/connection")).await;
    let facts = page.text(".facts");
    for fact in [
        "unstale@snapshot.example",
        "Snapshot Outdoor",
        "dms7snapshot",
        "c|6",
        "IpsCompanyAdmin",
    ] {
        assert!(facts.contains(fact), "{fact} in {facts}");
    }
    assert!(!page.has("#may-not-purge"));
    let source = page.text("#publish-hint");
    assert!(
        source.contains("Found in Dynamic Media, property application_server_prefix_published"),
        "{source}"
    );
    assert!(!page.body.contains(ACCOUNT.1), "the password is on no page");
    assert_eq!(page.form("#change-account").value("password"), "");

    // What stands at Dynamic Media fills the template's page, and is not in use before it is saved.
    let template = admin.get(&format!("{base}/template")).await;
    assert!(template.textarea("#template").starts_with("<ID>\n"));
    assert!(template.text("#foreign").contains("not yet in use here"));
    assert_eq!(app.app.store.template(company.id).await.unwrap(), None);
    let push = admin.get(&format!("{base}/template/push")).await;
    assert_eq!(push.status, 404, "there is nothing of ours to push");
    let form = template.form("#template-form");
    let asking = admin.submit(&form.press("do", "save")).await;
    let ok = asking.form("#template-form").press("do", "ok");
    assert_eq!(admin.submit(&ok).await.status, 303);
    let template = admin.get(&format!("{base}/template")).await;
    assert!(
        template
            .text("#foreign")
            .contains("The same as at Dynamic Media")
    );
}

#[tokio::test]
async fn of_several_companies_one_is_chosen_and_the_other_can_be_added_later() {
    let app = unconnected().await;
    let admin = app.admin().await;
    let answer = sign_in_as(&app, &admin, TWO_COMPANIES_ACCOUNT).await;
    assert_eq!(answer.location(), "/connect/company");
    let page = admin.get("/connect/company").await;
    assert!(!page.body.contains(TWO_COMPANIES_ACCOUNT.1));
    let names = page.texts("#companies label");
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0].contains("Harbour Home") && names[0].contains("may look, but not purge"));
    assert!(names[1].contains("Snapshot Outdoor") && names[1].contains("IpsCompanyAdmin"));
    assert_eq!(companies(&app).await.len(), 0, "nothing before the choice");

    let nonsense = page
        .form("#companies")
        .set("company", "c|999")
        .press("do", "connect");
    let refused = admin.submit(&nonsense).await;
    assert_eq!(refused.status, 422);
    assert_eq!(companies(&app).await.len(), 0);

    let second = page
        .form("#companies")
        .set("company", "c|12")
        .press("do", "connect");
    let connected = admin.submit(&second).await;
    assert!(
        connected
            .location()
            .starts_with("/c/harbour-home/settings/")
    );
    let answer = admin.get("/connect/company").await;
    assert_eq!(answer.location(), "/connect", "the account waits no longer");

    sign_in_as(&app, &admin, TWO_COMPANIES_ACCOUNT).await;
    let page = admin.get("/connect/company").await;
    assert!(page.texts("#companies label")[0].contains("connected already"));
    let first = page
        .form("#companies")
        .set("company", "c|6")
        .press("do", "connect");
    admin.submit(&first).await;
    assert_eq!(companies(&app).await.len(), 2);

    let tools = admin.get("/c/snapshot-outdoor").await;
    assert_eq!(tools.text(".switcher .switcher-name"), "Snapshot Outdoor");
    let others = tools.attributes(".switcher nav a", "href");
    assert_eq!(others, ["/c/harbour-home", "/connect"]);
}

#[tokio::test]
async fn connecting_again_changes_the_account_and_adds_no_second_company() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let before = companies(&app).await;
    let answer = sign_in_as(&app, &admin, VIEWER_ACCOUNT).await;
    assert!(answer.location().starts_with("/c/dms7snapshot/settings/"));
    assert_eq!(companies(&app).await.len(), before.len());
    let connection = app.app.store.connection(before[0].id).await.unwrap();
    assert_eq!(connection.unwrap().email, VIEWER_ACCOUNT.0);
    let page = admin.get("/c/dms7snapshot/settings/connection").await;
    assert!(
        page.text("#may-not-purge")
            .contains("may look, but not purge")
    );
}

async fn connecting_several_times_at_once_makes_one_company(backend: Backend) {
    let app = TestApp::with(Start {
        backend,
        catalogue: None,
        ..Start::default()
    })
    .await;
    app.add_people().await;
    let admin = app.admin().await;
    let page = admin.get("/connect").await;
    let form = filled(&app, &page, "#connect", ACCOUNT);
    let connect = || admin.submit(&form);
    let (a, b, c, d) = tokio::join!(connect(), connect(), connect(), connect());
    for answer in [a, b, c, d] {
        let to = answer.location();
        assert!(to.starts_with("/c/snapshot-outdoor/settings/"), "{to}");
    }
    assert_eq!(companies(&app).await.len(), 1);
}

#[tokio::test]
async fn connecting_several_times_at_once_makes_one_company_on_sqlite() {
    connecting_several_times_at_once_makes_one_company(Backend::Sqlite).await;
}

#[tokio::test]
async fn connecting_several_times_at_once_makes_one_company_on_postgresql() {
    connecting_several_times_at_once_makes_one_company(Backend::Postgres).await;
}

#[tokio::test]
async fn connecting_what_is_read_already_promises_no_reading() {
    let app = unconnected().await;
    let admin = app.admin().await;
    sign_in_as(&app, &admin, ACCOUNT).await;
    app.catalogue_is_read().await;
    let to = sign_in_as(&app, &admin, ACCOUNT).await.location();
    let said = admin
        .get(&to)
        .await
        .text(".notice.success:not(#progress *)");
    assert!(said.contains("are here already."), "{said}");
    assert!(!said.contains("being read now"), "{said}");
}

#[tokio::test]
async fn a_company_is_chosen_for_the_account_whose_list_was_shown() {
    let app = unconnected().await;
    let admin = app.admin().await;
    let elsewhere = Sandbox::start(app.clock.clone(), SandboxPorts::default(), None);
    let elsewhere = elsewhere.await.unwrap();
    sign_in_as(&app, &admin, TWO_COMPANIES_ACCOUNT).await;
    let first = admin.get("/connect/company").await;
    assert!(first.body.contains(app.sandbox.ips_url()));
    let page = admin.get("/connect").await;
    let second = filled(&app, &page, "#connect", TWO_COMPANIES_ACCOUNT);
    admin
        .submit(&second.set("endpoint", elsewhere.ips_url()))
        .await;

    let choice = first.form("#companies").set("company", "c|6");
    let refused = admin.submit(&choice.press("do", "connect")).await;
    assert_eq!(refused.status, 409);
    let notice = refused.text("[role=alert]");
    assert!(notice.contains("Nothing was connected"), "{notice}");
    assert!(refused.body.contains(elsewhere.ips_url()));
    assert_eq!(companies(&app).await.len(), 0);

    let choice = refused.form("#companies").set("company", "c|6");
    let connected = admin.submit(&choice.press("do", "connect")).await;
    assert_eq!(connected.status, 303);
    let company = companies(&app).await.remove(0).id;
    let stored = app.app.store.connection(company).await.unwrap().unwrap();
    assert_eq!(stored.endpoint, elsewhere.ips_url());
}

#[tokio::test]
async fn an_account_that_waits_under_a_key_that_was_changed_signs_in_again() {
    let app = unconnected().await;
    let admin = app.admin().await;
    sign_in_as(&app, &admin, TWO_COMPANIES_ACCOUNT).await;
    let choice = admin.get("/connect/company").await;
    let choice = choice.form("#companies").press("do", "connect");
    app.execute("update pending_connection set sealed_password = x'00'")
        .await;
    assert_eq!(admin.get("/connect/company").await.location(), "/connect");
    assert_eq!(admin.submit(&choice).await.location(), "/connect");
}

#[tokio::test]
async fn what_does_not_work_is_said_and_what_was_typed_is_still_there() {
    let app = unconnected().await;
    let admin = app.admin().await;
    let page = admin.get("/connect").await;
    let typed = |account| filled(&app, &page, "#connect", account);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}/scene7/", free.local_addr().unwrap());
    drop(free);
    let wrong = (ACCOUNT.0, "not-this-one");
    for (form, said) in [
        (typed(wrong), "password"),
        (
            typed(("nobody@snapshot.example", "not-this-one")),
            "password",
        ),
        (typed(EXPIRED_ACCOUNT), "expired"),
        (typed(LOST_ACCOUNT), "belongs to no company"),
        (
            typed(ACCOUNT).set("endpoint", &nobody),
            "could not be reached",
        ),
        (
            typed(ACCOUNT).set("endpoint", "nowhere"),
            "base URL cannot be used",
        ),
        (typed(ACCOUNT).without("region"), "No region is chosen"),
        (typed((" ", "not-this-one")), "no e-mail address"),
        (typed((ACCOUNT.0, "")), "password is missing"),
    ] {
        let answer = admin.submit(&form).await;
        assert_eq!(answer.status, 422, "{said}");
        let notice = answer.text("[role=alert]");
        assert!(notice.contains(said), "{said} in {notice}");
        let again = answer.form("#connect");
        assert_eq!(again.value("email"), form.value("email"), "{said}");
        assert_eq!(again.value("endpoint"), form.value("endpoint"), "{said}");
        assert_eq!(again.value("password"), "", "{said}");
        for secret in [wrong.1, ACCOUNT.1] {
            assert!(!answer.body.contains(secret), "{said}");
        }
    }
    assert_eq!(companies(&app).await.len(), 0);
}

#[tokio::test]
async fn a_web_page_in_adobes_place_is_no_sign_in() {
    let app = unconnected().await;
    let admin = app.admin().await;
    for instead in [
        Instead::Html,
        Instead::Truncated,
        Instead::Empty,
        Instead::Closed,
    ] {
        app.ips().knobs(|knobs| knobs.instead = Some(instead));
        let answer = sign_in_as(&app, &admin, ACCOUNT).await;
        assert_eq!(answer.status, 422, "{instead:?}");
        assert!(answer.has("[role=alert] strong"), "{instead:?}");
        assert!(!answer.body.contains(ACCOUNT.1));
    }
    assert_eq!(companies(&app).await.len(), 0);
}

#[tokio::test]
async fn a_company_whose_settings_cannot_be_read_is_connected_and_asks_for_its_publish_server() {
    let app = unconnected().await;
    let admin = app.admin().await;
    app.ips().knobs(|knobs| {
        knobs.instead = Some(Instead::Html);
        knobs.only = Some(Only::Operation("getPropertySets"));
    });
    let answer = sign_in_as(&app, &admin, ACCOUNT).await;
    let page = answer.location();
    assert_eq!(
        page,
        "/c/snapshot-outdoor/settings/connection?connected=true&unread=true"
    );
    let page = admin.get(&page).await;
    assert!(page.text("#unread").contains("could not be read"));
    let missing = page.text("#servers .notice.warns");
    assert!(missing.contains("publish server is not known"), "{missing}");
    assert!(
        !missing.contains("do not name it"),
        "nobody has read them: {missing}"
    );
}

#[tokio::test]
async fn role_password_and_unread_settings_are_said_right_after_connecting() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for (account, said) in [
        (ACCOUNT, &[][..]),
        (VIEWER_ACCOUNT, &["This account may look, but not purge."]),
        (
            EXPIRING_ACCOUNT,
            &["The account’s password ends in 9 days."],
        ),
    ] {
        let to = sign_in_as(&app, &admin, account).await.location();
        let page = admin.get(&to).await;
        let doubts = page.texts(".notice.warns:not(#progress *) strong");
        assert_eq!(doubts, said, "{}", account.0);
        let later = admin.get(to.split('?').next().unwrap()).await;
        assert!(!later.has(".notice.warns:not(#progress *)"));
    }
    app.ips().knobs(|knobs| {
        knobs.instead = Some(Instead::Html);
        knobs.only = Some(Only::Operation("getPropertySets"));
    });
    let to = sign_in_as(&app, &admin, ACCOUNT).await.location();
    let page = admin.get(&to).await;
    assert!(page.text("#unread").contains("Test connection says why"));
    let account = admin.get("/c/dms7snapshot/settings/connection").await;
    let change = filled(&app, &account, "#change-account", ACCOUNT);
    let page = admin.submit_and_follow(&change).await;
    assert!(page.has(".notice.success") && page.has("#unread"));
}

#[tokio::test]
async fn a_root_that_adobe_does_not_tell_takes_no_good_one_away() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    app.ips().knobs(|knobs| knobs.no_roots = true);
    let answer = sign_in_as(&app, &admin, ACCOUNT).await;
    assert!(
        answer.location().starts_with("/c/"),
        "{}",
        answer.location()
    );
    admin
        .post("/c/dms7snapshot/settings/connection/test", &[])
        .await;
    let known = companies(&app).await;
    assert!(
        known
            .iter()
            .any(|company| company.root.as_deref() == Some("dms7snapshot")),
        "{known:?}"
    );
    assert!(
        known
            .iter()
            .all(|company| company.root.as_deref() != Some(""))
    );
}

#[tokio::test]
async fn a_root_that_the_memberships_do_not_tell_is_asked_for() {
    let app = unconnected().await;
    let admin = app.admin().await;
    app.ips().knobs(|knobs| knobs.no_roots = true);
    sign_in_as(&app, &admin, ACCOUNT).await;
    assert_eq!(companies(&app).await[0].root, None);
    // For a company that is there already a test finds it, for a new one connecting does.
    app.ips().knobs(|knobs| {
        knobs.no_roots = false;
        knobs.no_roots_in_memberships = true;
    });
    let test = "/c/snapshot-outdoor/settings/connection/test";
    admin.post(test, &[]).await;
    let root = companies(&app).await[0].root.clone();
    assert_eq!(root.as_deref(), Some("dms7snapshot"));

    sign_in_as(&app, &admin, TWO_COMPANIES_ACCOUNT).await;
    let page = admin.get("/connect/company").await;
    let other = page.form("#companies").set("company", "c|12");
    admin.submit(&other.press("do", "connect")).await;
    let known = companies(&app).await;
    assert!(
        known
            .iter()
            .any(|company| company.root.as_deref() == Some("harbourhome")),
        "{known:?}"
    );
}

#[tokio::test]
async fn that_an_address_without_encryption_gives_the_password_away_is_said_beforehand() {
    let app = unconnected().await;
    let page = app.admin().await.get("/connect").await;
    let hint = page.text("#endpoint-hint");
    assert!(
        hint.contains("http://") && hint.contains("unencrypted"),
        "{hint}"
    );
    assert_eq!(
        page.attributes("#endpoint", "aria-describedby"),
        ["endpoint-hint"]
    );
}

#[tokio::test]
async fn an_account_that_waits_serves_its_own_person_only_and_not_for_long() {
    let app = unconnected().await;
    let (admin, other) = (app.admin().await, app.second_admin().await);
    sign_in_as(&app, &admin, TWO_COMPANIES_ACCOUNT).await;
    let choice = encode(&[("company", "c|6"), ("do", "connect")]);

    assert_eq!(other.get("/connect/company").await.location(), "/connect");
    let answer = other.post_body("/connect/company", choice.clone()).await;
    assert_eq!(answer.location(), "/connect");
    assert_eq!(companies(&app).await.len(), 0);

    app.clock.advance(Duration::from_mins(15));
    let answer = admin.post_body("/connect/company", choice).await;
    assert_eq!(answer.location(), "/connect");
    assert_eq!(companies(&app).await.len(), 0);

    sign_in_as(&app, &admin, TWO_COMPANIES_ACCOUNT).await;
    let page = admin.get("/connect/company").await;
    let cancel = page.form("#companies").press("do", "cancel");
    assert_eq!(admin.submit(&cancel).await.status, 303);
    assert_eq!(admin.get("/connect/company").await.location(), "/connect");
}

#[tokio::test]
async fn only_administrators_connect() {
    let app = unconnected().await;
    let (editor, anonymous) = (app.editor().await, app.anonymous());
    let tools = editor.open("/").await;
    assert!(!tools.has("main a[href='/connect']"));
    for page in ["/connect", "/connect/company"] {
        assert_eq!(editor.get(page).await.status, 403, "{page}");
        assert_eq!(editor.post(page, &[]).await.status, 403, "{page}");
        let to = anonymous.get(page).await.location();
        assert!(to.starts_with("/sign-in?next="), "{page}");
        assert_eq!(anonymous.post(page, &[]).await.status, 401, "{page}");
    }
}
