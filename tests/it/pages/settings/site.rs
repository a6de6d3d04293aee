//! What is typed: publish server, preview server, alias.

use unstale::{
    domain::{Alias, PublishServer, ValueSource},
    sandbox::{
        ACCOUNT,
        catalogue::ALIAS_ROOT,
        ips::{Instead, Knobs, Only},
    },
    store::CompanySettings,
};

use super::{COMPANY, change_setting, connected, settings, sign_in_as};
use crate::support::{
    app::TestApp,
    browser::{Answer, Browser, Form},
};

async fn form(admin: &Browser) -> Form {
    admin.get(&settings("connection")).await.form("#site")
}

async fn saved(admin: &Browser, form: &Form) -> Answer {
    let page = admin.submit_and_follow(form).await;
    assert!(page.text(".notice.success").contains("Saved"));
    page
}

async fn alias(app: &TestApp) -> Option<Alias> {
    app.company().await.alias
}

#[tokio::test]
async fn a_typed_publish_server_stays_whatever_dynamic_media_says() {
    let (app, admin) = connected().await;
    let typed = form(&admin)
        .await
        .set("publish_server", "images.example.com/");
    let page = saved(&admin, &typed).await;
    let hint = page.text("#publish-hint");
    assert!(
        hint.starts_with("Typed here by admin@example.com"),
        "{hint}"
    );
    admin.post(&settings("connection/test"), &[]).await;
    let company = app.company().await;
    let server = company.publish_server.unwrap();
    assert_eq!(server.as_str(), "https://images.example.com");
    let hosts = app.app.store.delivery_hosts(company.id).await.unwrap();
    assert!(
        hosts
            .iter()
            .any(|host| host.origin.as_str() == server.as_str())
    );

    // Emptied, it is looked up again.
    let emptied = form(&admin).await.set("publish_server", " ");
    let page = saved(&admin, &emptied).await;
    assert!(!page.has("#servers .notice.warns"));
    assert!(
        page.text("#publish-hint")
            .starts_with("Found in Dynamic Media")
    );
    let server = app.company().await.publish_server.unwrap();
    assert_eq!(server.as_str(), app.sandbox.exact_url());
}

#[tokio::test]
async fn the_publish_server_is_taken_from_a_setting_that_is_named() {
    let (app, admin) = connected().await;
    change_setting(&app, "brand_server", "https://brand.example.com/").await;
    let page = admin.get(&settings("connection")).await;
    let named = page
        .form("#site")
        .set("publish_server_property", " brand_server ");
    let page = saved(&admin, &named).await;
    let hint = page.text("#publish-hint");
    assert!(
        hint.starts_with("Found in Dynamic Media, property brand_server"),
        "{hint}"
    );
    // And is read from there again.
    change_setting(&app, "brand_server", "https://moved.example.com").await;
    admin.post(&settings("connection/test"), &[]).await;
    let server = app.company().await.publish_server.unwrap();
    assert_eq!(server.as_str(), "https://moved.example.com");

    let form = form(&admin).await;
    let nowhere = form.set("publish_server_property", "nowhere");
    let refused = admin.submit(&nowhere).await;
    assert_eq!(refused.status, 422);
    let trouble = refused.text("#servers .notice.blocks");
    assert!(
        trouble.contains("No property nowhere")
            && trouble.contains("application_server_prefix_published")
            && trouble.contains("brand_server"),
        "{trouble}"
    );
    assert!(refused.has("details[open] #publish-server-property"));
    assert_eq!(
        refused.form("#site").value("publish_server_property"),
        "nowhere"
    );
    let refused = admin
        .submit(&nowhere.set("publish_server", "https://typed.example"))
        .await;
    let trouble = refused.text("#servers .notice.blocks");
    assert!(trouble.contains("Change only one of them"), "{trouble}");
    assert_eq!(app.company().await.publish_server, Some(server));
}

#[tokio::test]
async fn an_emptied_publish_server_says_what_is_true_of_the_settings() {
    let (app, admin) = connected().await;
    // It ends with reading the settings too.
    app.catalogue_is_read().await;
    // They cannot be read: nobody knows what they say.
    app.ips().knobs(|knobs| {
        knobs.instead = Some(Instead::Html);
        knobs.only = Some(Only::Operation("getPropertySets"));
    });
    let emptied = form(&admin).await.set("publish_server", "");
    let page = saved(&admin, &emptied).await;
    assert_eq!(app.company().await.publish_server, None);
    assert!(page.has("#unread"));
    let missing = page.text("#servers .notice.warns");
    assert!(!missing.contains("do not name it"), "{missing}");
    let later = admin.get(&settings("connection")).await;
    let missing = later.text("#servers .notice.warns");
    assert!(missing.contains("Test connection looks it up"), "{missing}");
    assert!(!missing.contains("do not name it"), "{missing}");

    // They are read, and name none.
    app.ips().knobs(|knobs| *knobs = Knobs::default());
    change_setting(&app, "application_server_prefix_published", "").await;
    admin.post(&settings("connection/test"), &[]).await;
    let page = admin.get(&settings("connection")).await;
    let missing = page.text("#servers .notice.warns");
    assert!(missing.contains("settings do not name it"), "{missing}");

    // There are none.
    let asking = admin.get(&settings("connection/disconnect")).await;
    let page = admin.submit_and_follow(&asking.form("#disconnect")).await;
    let missing = page.text("#servers .notice.warns");
    assert!(
        missing.contains("only where the company is connected"),
        "{missing}"
    );
    assert!(!missing.contains("do not name it"), "{missing}");
    assert!(!page.text("#publish-hint").contains("looked up"));
}

#[tokio::test]
async fn a_found_host_that_was_removed_comes_back_only_by_hand() {
    let (app, admin) = connected().await;
    let exact = app.sandbox.exact_url();
    let other = form(&admin)
        .await
        .set("publish_server", "https://images.example.com");
    saved(&admin, &other).await;
    let listed = async || {
        let hosts = admin.get(&settings("hosts")).await;
        hosts.body.contains(&format!("value=\"{exact}\""))
    };
    assert!(listed().await);
    admin
        .post(&settings("hosts/remove"), &[("host", exact)])
        .await;
    admin.post(&settings("connection/test"), &[]).await;
    sign_in_as(&app, &admin, ACCOUNT).await;
    assert!(!listed().await);
    admin.post(&settings("hosts"), &[("url", exact)]).await;
    admin.post(&settings("connection/test"), &[]).await;
    assert!(listed().await);
    admin
        .post(&settings("hosts/remove"), &[("host", exact)])
        .await;
    // The publish server's own host is needed, wherever its address was found.
    let found = form(&admin).await.set("publish_server", "");
    saved(&admin, &found).await;
    assert!(listed().await);
}

#[tokio::test]
async fn what_was_found_while_the_page_was_open_stays_unless_somebody_typed_there() {
    let (app, admin) = connected().await;
    let open = form(&admin).await;
    let found = PublishServer::parse("https://found.example");
    let (store, company) = (&app.app.store, app.company().await.id);
    let (seen, now) = (
        store.company_settings(company).await.unwrap(),
        app.clock.now(),
    );
    let with_source = CompanySettings {
        publish_server_source: Some(ValueSource::Found {
            property: "application_server_prefix_published".to_owned(),
            at: now,
        }),
        ..seen.clone()
    };
    let put = store.put_found_servers(company, found.as_ref(), &with_source, &seen, now);
    put.await.unwrap();

    let refused = admin.submit(&open.clone().set("alias_root", "a/b")).await;
    assert_eq!(refused.status, 422);
    let again = refused
        .form("#site")
        .set("alias_root", "ByHand")
        .set("alias_handle", "c|77");
    let page = saved(&admin, &again).await;
    assert_eq!(app.company().await.publish_server, found);
    assert!(page.text("#publish-hint").starts_with("Found in"));
    assert_eq!(alias(&app).await.unwrap().handle, "c|77");

    let typed = open.set("publish_server", "https://typed.example");
    saved(&admin, &typed).await;
    let server = app.company().await.publish_server.unwrap();
    assert_eq!(server.as_str(), "https://typed.example");
}

#[tokio::test]
async fn what_is_no_address_is_refused_and_still_there() {
    let (app, admin) = connected().await;
    let before = app.company().await;
    for (field, value, said) in [
        (
            "publish_server",
            "ftp://host",
            "publish server is no web address",
        ),
        (
            "publish_server",
            "https://host/path",
            "publish server is no web address",
        ),
        (
            "publish_server",
            "https://h\0ost",
            "publish server is no web address",
        ),
        ("preview_server", "a b", "preview server is no web address"),
        ("alias_root", "a/b", "no name of an alias"),
    ] {
        let wrong = form(&admin).await.set(field, value);
        let refused = admin.submit(&wrong).await;
        assert_eq!(refused.status, 422, "{value}");
        assert!(
            refused.text("#servers [role=alert]").contains(said),
            "{value}"
        );
        let shown = value.replace('\0', "\u{fffd}");
        assert_eq!(refused.form("#site").value(field), shown);
    }
    assert_eq!(app.company().await, before);
}

#[tokio::test]
async fn the_handle_of_an_alias_is_looked_up_or_typed() {
    let (app, admin) = connected().await;
    let before = app.company().await.alias;
    let unknown = form(&admin)
        .await
        .set("alias_root", "NoSuchAlias")
        .set("alias_handle", "");
    let refused = admin.submit(&unknown).await;
    assert_eq!(refused.status, 422);
    let notice = refused.text("#servers [role=alert]");
    assert!(
        notice.contains("NoSuchAlias") && notice.contains("type the handle by hand"),
        "{notice}"
    );
    assert_eq!(alias(&app).await, before);

    let named = form(&admin)
        .await
        .set("alias_root", ALIAS_ROOT)
        .set("alias_handle", "");
    let page = saved(&admin, &named).await;
    let found = alias(&app).await.unwrap();
    assert_eq!(found.root, ALIAS_ROOT);
    assert_ne!(Some(&found.handle), app.company().await.handle.as_ref());
    assert_eq!(page.form("#site").value("alias_handle"), found.handle);

    // Another name under the old handle would purge at the wrong company: it is looked up too.
    let renamed = form(&admin).await.set("alias_root", "NoSuchAlias");
    assert_eq!(admin.submit(&renamed).await.status, 422);
    let by_hand = form(&admin)
        .await
        .set("alias_root", "ByHand")
        .set("alias_handle", "c|77");
    saved(&admin, &by_hand).await;
    let typed = alias(&app).await.unwrap();
    assert_eq!(
        (typed.root.as_str(), typed.handle.as_str()),
        ("ByHand", "c|77")
    );

    let none = form(&admin).await.set("alias_root", "");
    saved(&admin, &none).await;
    assert_eq!(alias(&app).await, None);
}

#[tokio::test]
async fn an_old_page_leaves_a_colleagues_alias_alone() {
    let (app, admin) = connected().await;
    let old = form(&admin)
        .await
        .set("publish_server", "https://images.example.com");
    let colleague = form(&admin)
        .await
        .set("alias_root", "ByHand")
        .set("alias_handle", "c|77")
        .without("clear_alias");
    saved(&admin, &colleague).await;
    let page = saved(&admin, &old).await;
    let alias = alias(&app).await.map(|alias| alias.root);
    assert_eq!(alias.as_deref(), Some("ByHand"));
    assert!(!page.form("#site").has("clear_alias"));
    assert_eq!(
        page.form("#site").value("publish_server"),
        "https://images.example.com"
    );
}

#[tokio::test]
async fn whether_a_first_draft_clears_the_alias_is_set_here() {
    let (_app, admin) = connected().await;
    let with_alias = form(&admin)
        .await
        .set("alias_root", "ByHand")
        .set("alias_handle", "c|77");
    saved(&admin, &with_alias).await;
    let off = form(&admin).await.without("clear_alias");
    let page = saved(&admin, &off).await;
    assert!(!page.form("#site").has("clear_alias"));
    let draft = crate::pages::new_draft(&admin).await;
    let details = admin.get(&format!("{draft}/details")).await;
    assert!(details.has("input[name=alias]:not([checked])"));
    assert!(draft.starts_with(COMPANY));
}
