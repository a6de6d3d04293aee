use std::time::Duration;

use unstale::{
    clock::Timestamp,
    domain::{
        AccountFacts, Alias, CatalogueSync, Change, CheckOutcome, CheckReport, CheckStep,
        CheckedStep, Company, CompanyId, PublishServer, SiteChange, ValueSource,
    },
    store::{
        AskedAs, CompanySettings, Connection, ConnectionState, PendingConnection,
        RememberedTemplate, Said, SealedFor, SealedPassword, StoreError, SyncLease,
    },
};

use super::Fixture;

on_both_databases! {
    what_is_known_about_a_connection_is_kept_with_it
    a_new_account_is_untested
    the_template_of_another_region_or_company_is_forgotten
    no_two_companies_become_one_of_dynamic_medias
    who_connects_elsewhere_wants_the_catalogue_that_is_there
    a_membership_means_a_company_of_its_region_or_one_without_account
    who_connects_at_once_gets_one_company
    a_connection_is_deleted_and_the_company_stays
    servers_that_were_found_give_way_to_what_somebody_typed_meanwhile
    settings_of_a_company_are_kept
    a_change_of_the_site_leaves_what_it_does_not_name
    a_verified_account_waits_for_its_person_only
    a_verified_account_does_not_wait_for_ever
    a_key_is_held_against_all_passwords_that_are_of_use
}

fn connection(email: &str) -> Connection {
    Connection {
        endpoint: "https://s7sps1apissl.scene7.com/scene7/".to_owned(),
        email: email.to_owned(),
        sealed_password: vec![0, 1, 255],
    }
}

/// As the account of [`connection`].
fn asked_as(email: &str) -> AskedAs<'_> {
    AskedAs {
        endpoint: "https://s7sps1apissl.scene7.com/scene7/",
        email,
    }
}

fn said(facts: &AccountFacts) -> Said<'_> {
    Said {
        facts,
        root: Some("Root"),
        handle: "c|9",
    }
}

fn facts(at: Timestamp) -> AccountFacts {
    AccountFacts {
        name: "Ada \0 Löw".to_owned(),
        role: Some("IpsUser".to_owned()),
        is_ips_admin: false,
        password_expires: Some(at),
        company_name: "Shop".to_owned(),
        read_at: at,
    }
}

fn report(at: Timestamp) -> CheckReport {
    let reached = CheckedStep {
        step: CheckStep::Reached,
        outcome: CheckOutcome::Failed,
        sentence: "Nothing answers.".to_owned(),
        advice: "Check the region.".to_owned(),
    };
    CheckReport::of(&[reached], at)
}

async fn what_is_known_about_a_connection_is_kept_with_it(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let (facts, report) = (facts(t.now()), report(t.later()));
    let template = RememberedTemplate {
        text: "<ID>\r\n<ID>?a\0".to_owned(),
        read_at: t.later(),
    };
    let (a, b) = (asked_as("a@example.com"), asked_as("b@example.com"));
    for refused in [
        t.store
            .put_account_facts(company, a, said(&facts), t.now())
            .await,
        t.store.put_check_report(company, a, &report).await,
        t.store.put_names_publish_server(company, a, false).await,
        t.store.remember_template(company, a, &template).await,
    ] {
        assert!(
            matches!(refused, Err(StoreError::NotFound)),
            "not connected"
        );
    }
    for connected in [company, other] {
        t.store
            .put_connection(connected, &connection("a@example.com"))
            .await
            .unwrap();
    }
    let elsewhere = AskedAs {
        endpoint: "https://elsewhere.example/",
        ..a
    };
    for other in [b, elsewhere] {
        let refused = t
            .store
            .put_account_facts(company, other, said(&facts), t.now());
        assert!(matches!(refused.await, Err(StoreError::NotFound)));
        let refused = t.store.put_check_report(company, other, &report).await;
        assert!(matches!(refused, Err(StoreError::NotFound)));
    }
    let shop = t.store.company(company).await.unwrap().unwrap();
    assert_eq!(shop.handle.as_deref(), Some("c|6"), "nothing of it is kept");
    t.store
        .put_account_facts(company, a, said(&facts), t.now())
        .await
        .unwrap();
    let untold = Said {
        root: None,
        ..said(&facts)
    };
    t.store
        .put_account_facts(company, a, untold, t.now())
        .await
        .unwrap();
    let shop = t.store.company(company).await.unwrap().unwrap();
    assert_eq!(shop.root.as_deref(), Some("Root"));
    assert_eq!(shop.handle.as_deref(), Some("c|9"));
    assert_eq!(shop.name, "The shop company");
    t.store.put_check_report(company, a, &report).await.unwrap();
    t.store
        .put_names_publish_server(company, a, false)
        .await
        .unwrap();
    t.store
        .remember_template(company, a, &template)
        .await
        .unwrap();

    let state = t.store.connection_state(company).await.unwrap().unwrap();
    assert_eq!(state.facts, Some(facts), "JSON carries a NUL");
    assert_eq!(state.report, Some(report));
    assert_eq!(state.names_publish_server, Some(false));
    let kept = state.template.unwrap();
    assert_eq!(kept.text, "<ID>\r\n<ID>?a\u{1a}");
    assert_eq!(kept.read_at, template.read_at);
    let untouched = t.store.connection_state(other).await.unwrap();
    assert_eq!(untouched, Some(ConnectionState::default()));
}

async fn the_template_of_another_region_or_company_is_forgotten(t: &Fixture) {
    let company = t.company("shop").await;
    let (store, now, facts) = (&t.store, t.now(), facts(t.now()));
    let template = RememberedTemplate {
        text: "<ID>".to_owned(),
        read_at: now,
    };
    let known = async || {
        store
            .connection_state(company)
            .await
            .unwrap()
            .unwrap()
            .template
    };
    let mut account = connection("a@example.com");
    let put = async |account: &Connection, handle| {
        let said = Said {
            handle,
            ..said(&facts)
        };
        store.put_account(company, account, said, now).await
    };
    put(&account, "c|9").await.unwrap();
    let remember = async |email| {
        let asked = asked_as(email);
        let kept = store.remember_template(company, asked, &template).await;
        kept.unwrap();
    };
    remember("a@example.com").await;

    // It is the company's: another account there sees the same.
    account.email = "b@example.com".to_owned();
    put(&account, "c|9").await.unwrap();
    assert_eq!(known().await.as_ref(), Some(&template));
    put(&account, "c|8").await.unwrap();
    assert_eq!(known().await, None, "another company");
    remember("b@example.com").await;
    let asked = asked_as("b@example.com");
    let found = store.put_account_facts(company, asked, said(&facts), now);
    found.await.unwrap();
    assert_eq!(known().await, None, "another company");
    remember("b@example.com").await;
    let found = store.put_account_facts(company, asked, said(&facts), now);
    found.await.unwrap();
    assert_eq!(known().await.as_ref(), Some(&template));
    account.endpoint = "https://s7sps3apissl.scene7.com/scene7/".to_owned();
    put(&account, "c|9").await.unwrap();
    assert_eq!(known().await, None, "another region");
}

async fn no_two_companies_become_one_of_dynamic_medias(t: &Fixture) {
    let (first, second) = (t.company("first").await, t.company("second").await);
    let (store, now, facts) = (&t.store, t.now(), facts(t.now()));
    let account = connection("a@example.com");
    let put = async |company, account: &Connection, handle| {
        let said = Said {
            handle,
            ..said(&facts)
        };
        store.put_account(company, account, said, now).await
    };
    put(first, &account, "c|9").await.unwrap();
    let refused = put(second, &account, "c|9").await;
    assert!(matches!(refused, Err(StoreError::Duplicate)), "{refused:?}");
    assert_eq!(store.connection(second).await.unwrap(), None);
    let untouched = store.company(second).await.unwrap().unwrap();
    assert_eq!(untouched.handle.as_deref(), Some("c|6"));

    // Handles are a region's own.
    let elsewhere = Connection {
        endpoint: "https://elsewhere.example/".to_owned(),
        ..account.clone()
    };
    put(second, &elsewhere, "c|9").await.unwrap();
    put(second, &account, "c|8").await.unwrap();
    // What is one already may have its password changed.
    put(first, &account, "c|9").await.unwrap();
    let made_one = store.put_account_facts(second, asked_as("a@example.com"), said(&facts), now);
    made_one.await.unwrap();
    put(second, &account, "c|9").await.unwrap();
}

async fn a_new_account_is_untested(t: &Fixture) {
    let company = t.company("shop").await;
    let (store, now) = (&t.store, t.now());
    store
        .put_connection(company, &connection("a@example.com"))
        .await
        .unwrap();
    let facts = facts(now);
    for put_again in [false, true] {
        let (email, next) = if put_again {
            ("b@example.com", "c@example.com")
        } else {
            ("a@example.com", "b@example.com")
        };
        let asked = asked_as(email);
        let kept = store.put_check_report(company, asked, &report(now)).await;
        kept.unwrap();
        let kept = store.put_names_publish_server(company, asked, true);
        kept.await.unwrap();
        let next = connection(next);
        let known = if put_again {
            let said = said(&facts);
            store.put_account(company, &next, said, now).await.unwrap();
            Some(facts.clone())
        } else {
            store.put_connection(company, &next).await.unwrap();
            None
        };
        let state = store.connection_state(company).await.unwrap().unwrap();
        assert_eq!((state.report, state.names_publish_server), (None, None));
        assert_eq!(state.facts, known);
    }
    let shop = store.company(company).await.unwrap().unwrap();
    assert_eq!(
        shop.handle.as_deref(),
        Some("c|9"),
        "it comes with the account"
    );
    let unknown = CompanyId::from_uuid(t.clock.new_uuid());
    let account = connection("a@example.com");
    let said = Said {
        handle: "c|8",
        ..said(&facts)
    };
    let missing = store.put_account(unknown, &account, said, now).await;
    assert!(matches!(missing, Err(StoreError::NotFound)));
}

async fn who_connects_elsewhere_wants_the_catalogue_that_is_there(t: &Fixture) {
    let elsewhere = Connection {
        endpoint: "https://elsewhere.example/scene7/".to_owned(),
        ..connection("a@example.com")
    };
    for (slug, next, handle, expected) in [
        ("same", connection("b@example.com"), "c|9", false),
        ("moved", elsewhere, "c|9", true),
        ("other", connection("a@example.com"), "c|8", true),
    ] {
        let company = t.company(slug).await;
        let (store, now, facts) = (&t.store, t.now(), facts(t.now()));
        store
            .put_connection(company, &connection("a@example.com"))
            .await
            .unwrap();
        let first = asked_as("a@example.com");
        let found = store.put_account_facts(company, first, said(&facts), now);
        found.await.unwrap();
        let lease = SyncLease(t.clock.new_uuid());
        let sync = store.lease_sync(company, lease, now, now.plus(Duration::from_mins(1)));
        let sync = sync.await.unwrap().unwrap();
        let begun = CatalogueSync {
            read_from: sync.source.clone(),
            ..sync
        };
        let saved = store.save_sync(company, lease, &begun, None);
        saved.await.unwrap();
        let takes_away = async || store.catalogue_sync(company).await.unwrap().take_away;

        // What is found without anybody's doing takes nothing away.
        let (another, same) = (
            Said {
                handle,
                ..said(&facts)
            },
            said(&facts),
        );
        for said in [another, same] {
            let found = store.put_account_facts(company, first, said, now);
            found.await.unwrap();
            assert!(!takes_away().await, "{slug}");
        }
        let said = Said {
            handle,
            ..said(&facts)
        };
        store.put_account(company, &next, said, now).await.unwrap();
        assert_eq!(takes_away().await, expected, "{slug}");
    }
}

/// A company that a membership is made to: of that name, with root and handle of its own region.
fn of_region(t: &Fixture, slug: &str, root: Option<&str>) -> Company {
    Company {
        root: root.map(str::to_owned),
        handle: Some("c|9".to_owned()),
        ..t.new_company(slug)
    }
}

async fn a_membership_means_a_company_of_its_region_or_one_without_account(t: &Fixture) {
    let (store, facts) = (&t.store, facts(t.now()));
    let alone = t.company("alone").await;
    let there = of_region(t, "there", Some("there"));
    let account = connection("a@example.com");
    let added = store.add_connected_company(&there, &account, &facts, t.now());
    assert_eq!(added.await.unwrap(), there.id);
    assert_eq!(
        store.connection(there.id).await.unwrap().as_ref(),
        Some(&account)
    );
    let taken = of_region(t, "there", Some("new"));
    let taken = Company {
        handle: Some("c|10".to_owned()),
        ..taken
    };
    let refused = store.add_connected_company(&taken, &account, &facts, t.now());
    assert!(matches!(refused.await, Err(StoreError::Duplicate)));

    let (here, elsewhere) = (account.endpoint.as_str(), "https://elsewhere.example/");
    for (endpoint, handle, root, known) in [
        (here, "c|9", None, Some(there.id)),
        (here, "c|9", Some("alone"), Some(there.id)),
        (here, "c|1", Some("there"), Some(there.id)),
        (here, "c|6", None, None),
        (elsewhere, "c|9", Some("there"), None),
        (elsewhere, "c|6", Some("alone"), Some(alone)),
        (here, "c|1", Some("Alone"), None),
    ] {
        let found = store.known_company(endpoint, handle, root).await.unwrap();
        assert_eq!(found, known, "{endpoint} {handle} {root:?}");
    }
}

async fn who_connects_at_once_gets_one_company(t: &Fixture) {
    for root in [Some("acme"), None] {
        let word = root.unwrap_or("none");
        let account = Connection {
            endpoint: format!("https://{word}.example/"),
            ..connection("a@example.com")
        };
        let mut adding = tokio::task::JoinSet::new();
        for number in 0..6 {
            let company = of_region(t, &format!("{word}-{number}"), root);
            let (store, account) = (t.store.clone(), account.clone());
            let (facts, now) = (facts(t.now()), t.now());
            adding.spawn(async move {
                let added = store.add_connected_company(&company, &account, &facts, now);
                added.await.unwrap()
            });
        }
        let mut ids = adding.join_all().await;
        ids.dedup();
        assert_eq!(ids.len(), 1, "{word}");
    }
    assert_eq!(t.store.companies().await.unwrap().len(), 2);
}

async fn a_connection_is_deleted_and_the_company_stays(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    for connected in [company, other] {
        t.store
            .put_connection(connected, &connection("a@example.com"))
            .await
            .unwrap();
    }
    t.store.delete_connection(company).await.unwrap();
    t.store.delete_connection(company).await.unwrap();
    assert_eq!(t.store.connection(company).await.unwrap(), None);
    assert_eq!(t.store.connection_state(company).await.unwrap(), None);
    assert!(t.store.company(company).await.unwrap().is_some());
    assert!(t.store.connection(other).await.unwrap().is_some());
}

async fn servers_that_were_found_give_way_to_what_somebody_typed_meanwhile(t: &Fixture) {
    let company = t.company("shop").await;
    let found = |server: &str, seen: &CompanySettings| CompanySettings {
        publish_server_source: Some(ValueSource::Found {
            property: server.to_owned(),
            at: t.now(),
        }),
        ..seen.clone()
    };
    let put = async |server: &str, seen: &CompanySettings| {
        let address = PublishServer::parse(server);
        let found = found(server, seen);
        let store = &t.store;
        store
            .put_found_servers(company, address.as_ref(), &found, seen, t.now())
            .await
            .unwrap();
        let shop = store.company(company).await.unwrap().unwrap();
        shop.publish_server.unwrap().to_string()
    };
    let seen = t.store.company_settings(company).await.unwrap();
    assert_eq!(
        put("https://found.example", &seen).await,
        "https://found.example"
    );
    assert_eq!(
        put("https://late.example", &seen).await,
        "https://found.example",
        "the source is another by now"
    );
    let seen = t.store.company_settings(company).await.unwrap();
    assert_eq!(
        put("https://next.example", &seen).await,
        "https://next.example"
    );
}

async fn settings_of_a_company_are_kept(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let at_first = CompanySettings {
        publish_server_source: None,
        preview_server: None,
        preview_server_source: None,
        clear_alias: true,
    };
    assert_eq!(t.store.company_settings(company).await.unwrap(), at_first);
    let changed = CompanySettings {
        publish_server_source: Some(ValueSource::Found {
            property: "application_server_prefix_published".to_owned(),
            at: t.now(),
        }),
        preview_server: PublishServer::parse("https://preview1.assetsadobe.com/"),
        preview_server_source: Some(ValueSource::Typed {
            by: "admin@example.com".to_owned(),
            at: t.later(),
        }),
        clear_alias: false,
    };
    t.store
        .put_company_settings(company, &changed, t.now())
        .await
        .unwrap();
    assert_eq!(t.store.company_settings(company).await.unwrap(), changed);
    assert_eq!(t.store.company_settings(other).await.unwrap(), at_first);

    // What the company is stays untouched by that.
    let shop = t.store.company(company).await.unwrap().unwrap();
    assert_eq!(shop.root.as_deref(), Some("shop"));

    let unknown = CompanyId::from_uuid(t.clock.new_uuid());
    let missing = t.store.company_settings(unknown).await;
    assert!(matches!(missing, Err(StoreError::NotFound)));
    let missing = t
        .store
        .put_company_settings(unknown, &changed, t.now())
        .await;
    assert!(matches!(missing, Err(StoreError::NotFound)));
}

async fn a_change_of_the_site_leaves_what_it_does_not_name(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let by = |by: &str| ValueSource::Typed {
        by: by.to_owned(),
        at: t.now(),
    };
    let change = async |change: SiteChange, who: &str| {
        let who = by(who);
        let changed = t.store.change_site(company, &change, &who, t.now());
        changed.await.unwrap();
        let shop = t.store.company(company).await.unwrap().unwrap();
        (shop, t.store.company_settings(company).await.unwrap())
    };
    let (before, settings) = change(SiteChange::default(), "nobody").await;
    assert_eq!(settings.publish_server_source, None);

    let images = PublishServer::parse("https://images.example.com");
    let (shop, settings) = change(
        SiteChange {
            publish_server: Change::To(images.clone()),
            ..SiteChange::default()
        },
        "one",
    )
    .await;
    assert_eq!(shop.publish_server, images);
    assert_eq!((shop.root, shop.alias), (before.root, before.alias));
    assert_eq!(settings.publish_server_source, Some(by("one")));
    assert!(settings.clear_alias && settings.preview_server.is_none());

    let preview = PublishServer::parse("https://preview.example.com");
    let alias = Alias {
        root: "K".to_owned(),
        handle: "c|7".to_owned(),
    };
    let (shop, settings) = change(
        SiteChange {
            preview_server: Change::To(preview.clone()),
            alias: Change::To(Some(alias.clone())),
            clear_alias: Some(false),
            ..SiteChange::default()
        },
        "two",
    )
    .await;
    assert_eq!((shop.publish_server, shop.alias), (images, Some(alias)));
    assert_eq!(settings.publish_server_source, Some(by("one")));
    assert_eq!(settings.preview_server_source, Some(by("two")));
    assert!(!settings.clear_alias);

    let (shop, settings) = change(
        SiteChange {
            publish_server: Change::To(None),
            alias: Change::To(None),
            ..SiteChange::default()
        },
        "three",
    )
    .await;
    assert_eq!((shop.publish_server, shop.alias), (None, None));
    assert_eq!(settings.publish_server_source, None);
    assert_eq!(settings.preview_server, preview);
    assert!(!settings.clear_alias);
    let untouched = t.store.company(other).await.unwrap().unwrap();
    assert!(untouched.publish_server.is_some());

    let unknown = CompanyId::from_uuid(t.clock.new_uuid());
    let (nothing, who) = (SiteChange::default(), by("x"));
    let missing = t.store.change_site(unknown, &nothing, &who, t.now());
    assert!(matches!(missing.await, Err(StoreError::NotFound)));
}

fn pending(t: &Fixture, person: unstale::domain::PersonId, email: &str) -> PendingConnection {
    PendingConnection {
        person,
        endpoint: "https://s7sps3apissl.scene7.com/scene7/".to_owned(),
        email: email.to_owned(),
        sealed_password: vec![7, 0, 255],
        found: "{}".to_owned(),
        expires_at: t.now().plus(Duration::from_mins(1)),
    }
}

async fn a_verified_account_waits_for_its_person_only(t: &Fixture) {
    let (one, other) = (
        t.person("one@example.com").await,
        t.person("two@example.com").await,
    );
    let (store, now) = (&t.store, t.now());
    let first = pending(t, one, "a@example.com");
    store.put_pending_connection(&first).await.unwrap();
    let found = store.pending_connection(one, now).await.unwrap();
    assert_eq!(found.as_ref(), Some(&first));
    assert_eq!(store.pending_connection(other, now).await.unwrap(), None);

    // A second sign-in takes the place of the first.
    let second = pending(t, one, "b@example.com");
    store.put_pending_connection(&second).await.unwrap();
    let found = store.pending_connection(one, now).await.unwrap();
    assert_eq!(found, Some(second));

    store.delete_pending_connection(other).await.unwrap();
    assert!(store.pending_connection(one, now).await.unwrap().is_some());
    store.delete_pending_connection(one).await.unwrap();
    assert_eq!(store.pending_connection(one, now).await.unwrap(), None);
}

async fn a_verified_account_does_not_wait_for_ever(t: &Fixture) {
    let (one, other) = (
        t.person("one@example.com").await,
        t.person("two@example.com").await,
    );
    let store = &t.store;
    let early = pending(t, one, "a@example.com");
    store.put_pending_connection(&early).await.unwrap();
    t.clock.advance(Duration::from_secs(30));
    let late = pending(t, other, "b@example.com");
    store.put_pending_connection(&late).await.unwrap();
    t.clock.advance(Duration::from_secs(30));

    let now = t.now();
    assert_eq!(store.pending_connection(one, now).await.unwrap(), None);
    let deleted = store.delete_expired_pending_connections(now).await;
    assert_eq!(deleted.unwrap(), 1);
    assert!(
        store
            .pending_connection(other, now)
            .await
            .unwrap()
            .is_some()
    );
}

async fn a_key_is_held_against_all_passwords_that_are_of_use(t: &Fixture) {
    let (store, company) = (&t.store, t.company("shop").await);
    let person = t.person("one@example.com").await;
    assert_eq!(store.sealed_passwords(t.now()).await.unwrap(), []);
    let pending = pending(t, person, "a@example.com");
    store.put_pending_connection(&pending).await.unwrap();
    let connection = connection("b@example.com");
    store.put_connection(company, &connection).await.unwrap();
    let of_company = SealedPassword {
        of: SealedFor::Company(company),
        sealed: connection.sealed_password,
    };
    let of_person = SealedPassword {
        of: SealedFor::Person(person),
        sealed: pending.sealed_password,
    };
    let stored = store.sealed_passwords(t.now()).await.unwrap();
    assert!(stored.len() == 2 && stored.contains(&of_person));
    assert!(stored.contains(&of_company));

    let stored = store.sealed_passwords(pending.expires_at).await.unwrap();
    assert_eq!(stored, [of_company]);
    store.delete_connection(company).await.unwrap();
    let stored = store.sealed_passwords(pending.expires_at).await.unwrap();
    assert_eq!(stored, []);
}
