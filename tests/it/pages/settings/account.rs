//! The connection of a company: testing it, changing its account, ending it.

use std::time::Duration;

use unstale::{
    demo::Catalogue,
    domain::{AccountFacts, Company, ReadingKind},
    ips::Endpoint,
    ops::connection,
    sandbox::{
        ACCOUNT, EXPIRED_ACCOUNT, EXPIRING_ACCOUNT, LOST_ACCOUNT, Sandbox, SandboxPorts,
        VIEWER_ACCOUNT,
        catalogue::COMPANY_HANDLE,
        ips::{Instead, OddUser, Only},
    },
    store::{AskedAs, Said},
};
use wiremock::MockServer;

use super::{COMPANY, companies, connected, filled, settings, sign_in_as, steps};
use crate::{
    pages::{draft_with_urls, next},
    support::{
        app::{Start, TestApp},
        browser::{Answer, Browser, encode},
    },
};

/// Every address of the connection.
const ACTIONS: [&str; 4] = [
    "connection/test",
    "connection/account",
    "connection/site",
    "connection/disconnect",
];

async fn test(admin: &Browser) -> Answer {
    let page = admin.get(&settings("connection")).await;
    admin.submit(&page.form("#test-form")).await;
    admin.get(&settings("connection")).await
}

fn results(page: &Answer) -> Vec<String> {
    steps(page).into_iter().map(|(_, result)| result).collect()
}

#[tokio::test]
async fn the_test_names_each_step_and_survives_a_restart() {
    let (app, admin) = connected().await;
    let page = admin.get(&settings("connection")).await;
    assert!(page.text("#test").contains("Not tested yet"));
    let page = test(&admin).await;
    let titles: Vec<_> = steps(&page).into_iter().map(|(title, _)| title).collect();
    let all = [
        "Address reached",
        "Signed in",
        "Company found",
        "May purge",
        "Publish server found",
        "Catalogue readable",
    ];
    assert_eq!(titles, all);
    assert_eq!(results(&page), ["ok"; 6]);
    assert!(!page.body.contains(ACCOUNT.1));

    let app = app.crash_and_restart().await;
    let page = app.admin().await.get(&settings("connection")).await;
    assert_eq!(results(&page), ["ok"; 6]);
}

#[tokio::test]
async fn the_step_that_fails_is_named_and_what_needs_it_is_not_tried() {
    let (app, admin) = connected().await;
    app.ips().knobs(|knobs| knobs.instead = Some(Instead::Html));
    let page = test(&admin).await;
    let rest = ["not tried"; 5];
    assert_eq!(results(&page), [&["failed"][..], &rest].concat());
    assert!(
        page.text("#test")
            .contains("does not speak as Adobe’s API does")
    );

    app.ips().knobs(|knobs| {
        knobs.instead = Some(Instead::Html);
        knobs.only = Some(Only::Operation("searchAssets"));
    });
    assert_eq!(
        results(&test(&admin).await),
        ["ok", "ok", "ok", "ok", "ok", "failed"]
    );

    app.ips()
        .knobs(|knobs| knobs.only = Some(Only::Operation("getPropertySets")));
    let page = test(&admin).await;
    assert_eq!(
        results(&page),
        ["ok", "ok", "ok", "ok", "look at this", "ok"]
    );
}

#[tokio::test]
async fn each_question_of_the_sign_in_fails_the_step_that_it_belongs_to() {
    let (app, admin) = connected().await;
    for (operation, ok) in [
        ("checkLogin", 0),
        ("getUserInfo", 1),
        ("getCompanyMembership", 2),
    ] {
        for instead in [Instead::Html, Instead::Unavailable, Instead::Closed] {
            app.ips().knobs(|knobs| {
                knobs.only = Some(Only::Operation(operation));
                knobs.instead = Some(instead);
            });
            let page = test(&admin).await;
            let mut expected = ["not tried"; 6];
            expected[..ok].fill("ok");
            expected[ok] = "failed";
            assert_eq!(results(&page), expected, "{operation} {instead:?}");
        }
    }

    // Nothing is sent, so nobody knows whether the address answers.
    app.ips().knobs(|knobs| knobs.instead = None);
    let company = app.company().await.id;
    let endpoint = Endpoint::parse(app.sandbox.ips_url()).unwrap();
    let (store, vault) = (&app.app.store, &app.app.vault);
    let password = "odd\u{1}".to_owned().into();
    connection::connect(store, vault, company, &endpoint, ACCOUNT.0, &password)
        .await
        .unwrap();
    let page = test(&admin).await;
    assert_eq!(results(&page)[..3], ["not tried", "failed", "not tried"]);
    let said = page.text("#test");
    assert!(
        said.contains("The password holds a character that cannot be sent"),
        "{said}"
    );
}

#[tokio::test]
async fn an_account_that_signs_in_and_should_not_be_used_is_refused_and_said() {
    let (app, admin) = connected().await;
    for (odd, said) in [
        (
            OddUser::NotValid,
            "This account is not valid at Dynamic Media.",
        ),
        (
            OddUser::PasswordOver,
            "The password of this account has expired.",
        ),
    ] {
        app.ips().knobs(|knobs| knobs.odd_user = Some(odd));
        let page = test(&admin).await;
        assert_eq!(results(&page)[..3], ["ok", "failed", "not tried"]);
        assert!(page.text("#test").contains(said), "{}", page.text("#test"));
        let form = filled(&app, &page, "#change-account", VIEWER_ACCOUNT);
        let refused = admin.submit(&form).await;
        assert_eq!(refused.status, 422);
        let notice = refused.text("#account [role=alert]");
        assert!(notice.contains(said), "{notice}");
        let company = app.company().await.id;
        let stored = app.app.store.connection(company).await.unwrap().unwrap();
        assert_eq!(stored.email, ACCOUNT.0);
    }
}

#[tokio::test]
async fn an_account_of_other_companies_replaces_nothing_and_fails_at_company_found() {
    let (app, admin) = connected().await;
    // The shop's company is another one to Unstale from here on: its account belongs to others only.
    let company = app.company().await;
    let other = Company {
        root: Some("elsewhere".to_owned()),
        handle: Some("c|99".to_owned()),
        ..company.clone()
    };
    let (store, now) = (&app.app.store, app.clock.now());
    let connection = store.connection(company.id).await.unwrap().unwrap();
    let facts = store
        .connection_state(company.id)
        .await
        .unwrap()
        .unwrap()
        .facts
        .unwrap();
    let said = Said {
        facts: &facts,
        root: other.root.as_deref(),
        handle: "c|99",
    };
    store
        .put_account(company.id, &connection, said, now)
        .await
        .unwrap();
    let page = test(&admin).await;
    assert_eq!(results(&page)[..4], ["ok", "ok", "failed", "not tried"]);
    let sentence = format!(
        "This account does not belong to the company {}.",
        company.name
    );
    assert!(
        page.text("#test").contains(&sentence),
        "{}",
        page.text("#test")
    );
    let form = filled(&app, &page, "#change-account", VIEWER_ACCOUNT);
    let refused = admin.submit(&form).await;
    assert_eq!(refused.status, 422);
    let notice = refused.text("#account [role=alert]");
    assert!(notice.contains(&sentence), "{notice}");
    assert!(
        notice.contains("use an account that belongs to this one"),
        "{notice}"
    );
    assert_eq!(
        store.connection(company.id).await.unwrap(),
        Some(connection)
    );
}

#[tokio::test]
async fn an_account_that_may_only_look_fails_at_may_purge_and_nowhere_else() {
    let (app, admin) = connected().await;
    sign_in_as(&app, &admin, VIEWER_ACCOUNT).await;
    let page = test(&admin).await;
    assert_eq!(results(&page), ["ok", "ok", "ok", "failed", "ok", "ok"]);
    assert!(page.text("#may-not-purge").contains("IpsUser"));
}

#[tokio::test]
async fn a_password_that_ends_is_warned_of_and_one_that_has_ended_fails_the_sign_in() {
    let (app, admin) = connected().await;
    let page = admin.get(&settings("connection")).await;
    assert!(!page.has("#password-ends"));
    sign_in_as(&app, &admin, EXPIRING_ACCOUNT).await;
    let page = test(&admin).await;
    assert!(page.has("#password-ends.warns"));
    assert_eq!(results(&page)[1], "look at this");

    let state = app.app.store.connection_state(app.company().await.id).await;
    let facts = state.unwrap().unwrap().facts.unwrap();

    // Over, as far as is known here; and Adobe takes an account no longer whose password is over.
    let (store, company) = (&app.app.store, app.company().await.id);
    let endpoint = Endpoint::parse(app.sandbox.ips_url()).unwrap();
    let (email, password) = EXPIRED_ACCOUNT;
    let password = password.to_owned().into();
    connection::connect(store, &app.app.vault, company, &endpoint, email, &password)
        .await
        .unwrap();
    let over = AccountFacts {
        password_expires: Some(app.clock.now()),
        ..facts
    };
    let asked_as = AskedAs {
        endpoint: endpoint.as_str(),
        email,
    };
    let said = Said {
        facts: &over,
        root: None,
        handle: COMPANY_HANDLE,
    };
    store
        .put_account_facts(company, asked_as, said, app.clock.now())
        .await
        .unwrap();
    let page = test(&admin).await;
    assert!(page.has("#password-ends.blocks"));
    assert_eq!(
        results(&page),
        [
            "ok",
            "failed",
            "not tried",
            "not tried",
            "not tried",
            "not tried"
        ]
    );
}

#[tokio::test]
async fn the_stored_password_is_kept_for_its_own_address_only() {
    let (_app, admin) = connected().await;
    let page = admin.get(&settings("connection")).await;
    let kept = page.form("#change-account");
    assert_eq!(kept.value("email"), ACCOUNT.0);
    let answer = admin.submit(&kept).await;
    assert_eq!(
        answer.location(),
        format!("{}?done=account", settings("connection"))
    );

    let foreign = MockServer::start().await;
    let elsewhere = format!("{}/scene7/", foreign.uri());
    let moved = page.form("#change-account").set("endpoint", &elsewhere);
    let refused = admin.submit(&moved).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text("#account [role=alert]")
            .contains("not sent to another address")
    );
    let received = foreign.received_requests().await.unwrap();
    assert!(received.is_empty(), "the password stays here");
    assert_eq!(refused.form("#change-account").value("endpoint"), elsewhere);
}

#[tokio::test]
async fn an_account_that_adobe_does_not_take_replaces_nothing() {
    let (app, admin) = connected().await;
    let page = admin.get(&settings("connection")).await;
    let company = app.company().await.id;
    for (account, said) in [
        ((ACCOUNT.0, "not-this-one"), "password"),
        (LOST_ACCOUNT, "belongs to no company"),
        (("agency@elsewhere.example", "not-this-one"), "password"),
    ] {
        let form = filled(&app, &page, "#change-account", account);
        let refused = admin.submit(&form).await;
        assert_eq!(refused.status, 422);
        let notice = refused.text("#account [role=alert]");
        assert!(notice.contains(said), "{notice}");
        assert!(!refused.body.contains("not-this-one"));
        assert_eq!(refused.form("#change-account").value("email"), account.0);
        let stored = app.app.store.connection(company).await.unwrap().unwrap();
        assert_eq!(stored.email, ACCOUNT.0);
    }
    let form = filled(&app, &page, "#change-account", VIEWER_ACCOUNT);
    assert_eq!(admin.submit(&form).await.status, 303);
    let account = connection::account(&app.app.store, &app.app.vault, company).await;
    let account = account.unwrap();
    assert_eq!(account.email, VIEWER_ACCOUNT.0);
    assert!(!format!("{account:?}").contains(VIEWER_ACCOUNT.1));
}

#[tokio::test]
async fn no_account_makes_a_company_the_same_as_another_that_is_here() {
    let (app, admin) = connected().await;
    let elsewhere = Sandbox::start(app.clock.clone(), SandboxPorts::default(), None);
    let elsewhere = elsewhere.await.unwrap();
    let there = |page: &Answer, form| {
        filled(&app, page, form, ACCOUNT).set("endpoint", elsewhere.ips_url())
    };
    let page = admin.get("/connect").await;
    assert_eq!(admin.submit(&there(&page, "#connect")).await.status, 303);
    let all = companies(&app).await;
    assert_eq!(all.len(), 2, "another region has a company of its own");
    let (here, other): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|it| COMPANY.ends_with(it.slug.as_str()));
    let (here, other) = (&here[0], &other[0]);
    let before = app.app.store.connection(here.id).await.unwrap();

    let page = admin.get(&settings("connection")).await;
    let refused = admin.submit(&there(&page, "#change-account")).await;
    assert_eq!(refused.status, 422);
    let notice = refused.text("#account [role=alert]");
    let said = format!(
        "This company of Dynamic Media is here already, as {} (/c/{}).",
        other.name, other.slug
    );
    assert!(notice.contains(&said), "{notice}");
    assert_eq!(app.app.store.connection(here.id).await.unwrap(), before);
    // There, the password can be changed.
    let own = format!("/c/{}/settings/connection", other.slug);
    let page = admin.get(&own).await;
    let changed = admin.submit(&there(&page, "#change-account")).await;
    assert_eq!(changed.location(), format!("{own}?done=account"));
}

#[tokio::test]
async fn in_another_region_the_catalogue_is_not_up_to_date_until_it_is_read_there() {
    let app = TestApp::with(Start {
        catalogue: Some(Catalogue::Read),
        ..Start::default()
    })
    .await;
    let admin = app.admin().await;
    sign_in_as(&app, &admin, ACCOUNT).await;
    app.catalogue_is_read().await;
    app.clock.advance(Duration::from_secs(1));
    let elsewhere = Sandbox::start(app.clock.clone(), SandboxPorts::default(), None);
    let elsewhere = elsewhere.await.unwrap();
    elsewhere.ips().knobs(|knobs| {
        knobs.only = Some(Only::FromPage(1));
        knobs.hold = true;
    });
    let page = admin.get(&settings("connection")).await;
    let moved = filled(&app, &page, "#change-account", ACCOUNT);
    let moved = moved.set("endpoint", elsewhere.ips_url());
    assert_eq!(admin.submit(&moved).await.status, 303);
    let page = admin.get(&settings("catalogue")).await;
    let standing = page.text("#progress .notice strong");
    assert!(
        ["Beginning.", "Reading all assets."].contains(&&*standing),
        "{standing}"
    );
    elsewhere.ips().knobs(|knobs| knobs.hold = false);
    app.catalogue_is_read().await;
    let page = admin.get(&settings("catalogue")).await;
    assert!(page.text("#progress .notice").contains("Up to date."));
    let calls = elsewhere.ips().calls();
    assert!(calls.iter().any(|call| call.page() == Some(1)));

    // Another account there may see other assets: all IDs are compared.
    app.clock.advance(Duration::from_secs(1));
    let page = admin.get(&settings("connection")).await;
    let other = filled(&app, &page, "#change-account", VIEWER_ACCOUNT);
    let other = other.set("endpoint", elsewhere.ips_url());
    assert_eq!(admin.submit(&other).await.status, 303);
    app.catalogue_is_read().await;
    let sync = app.app.store.catalogue_sync(app.company().await.id).await;
    assert_eq!(sync.unwrap().kind, Some(ReadingKind::Sweep));
}

#[tokio::test]
async fn disconnecting_asks_and_deletes_the_account_alone() {
    let (app, admin) = connected().await;
    let asking = admin.get(&settings("connection/disconnect")).await;
    assert!(
        asking
            .text("dialog h2")
            .starts_with("Disconnect Snapshot Outdoor")
    );
    let company = app.company().await;
    assert!(
        app.app
            .store
            .connection(company.id)
            .await
            .unwrap()
            .is_some()
    );

    let page = admin.submit_and_follow(&asking.form("#disconnect")).await;
    assert!(page.text(".notice.success").contains("Disconnected"));
    assert!(page.has("main .empty a[href='/connect']"));
    assert_eq!(app.app.store.connection(company.id).await.unwrap(), None);
    assert_eq!(app.company().await, company);
    assert!(app.app.store.template(company.id).await.unwrap().is_some());
    let (_, details) = draft_with_urls(&admin, &app.exact("shoe")).await;
    assert_eq!(
        next(&admin, &details).await.status,
        200,
        "lists can still be made"
    );

    let page = admin.post(&settings("connection/test"), &[]).await;
    assert_eq!(page.status, 422, "there is nothing to test");
    let answer = sign_in_as(&app, &admin, ACCOUNT).await;
    assert!(
        answer.location().starts_with(COMPANY),
        "the same company again"
    );
}

#[tokio::test]
async fn only_administrators_see_and_change_the_connection() {
    let app = TestApp::start().await;
    let (editor, anonymous) = (app.editor().await, app.anonymous());
    for page in ["connection", "connection/disconnect"] {
        assert_eq!(editor.get(&settings(page)).await.status, 403, "{page}");
        let to = anonymous.get(&settings(page)).await.location();
        assert!(to.starts_with("/sign-in?next="), "{page}");
    }
    for action in ACTIONS {
        let address = settings(action);
        let fields = encode(&[("email", "x"), ("publish_server", "https://evil.example")]);
        let answer = editor.post_body(&address, fields.clone()).await;
        assert_eq!(answer.status, 403, "{action}");
        assert_eq!(
            anonymous.post_body(&address, fields).await.status,
            401,
            "{action}"
        );
    }
    for page in ["template/import", "template/push"] {
        let address = format!("{COMPANY}/{page}");
        assert_eq!(editor.get(&address).await.status, 403);
        assert_eq!(editor.post(&address, &[]).await.status, 403);
    }
    let admin = app.admin().await;
    let first = admin.get(&format!("{COMPANY}/settings")).await;
    assert_eq!(first.location(), settings("connection"));
}
