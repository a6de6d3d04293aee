use unstale::{
    domain::{Alias, CompanyId, DeliveryHost, HostOrigin, Preset, PurgeScope},
    store::{Connection, StoreError},
};

use super::Fixture;

on_both_databases! {
    a_company_is_found_by_id_and_slug_and_listed_by_name
    a_slug_is_taken_once
    a_name_is_kept_but_for_what_no_database_holds
    a_delivery_host_is_put_by_its_origin
    a_connection_is_put_and_changed
    settings_of_an_unknown_company_are_refused
}

async fn a_company_is_found_by_id_and_slug_and_listed_by_name(t: &Fixture) {
    let (mut bikes, mut shop, mut zoo) = (
        t.new_company("bikes"),
        t.new_company("shop"),
        t.new_company("zoo"),
    );
    (bikes.name, shop.name, zoo.name) = (
        "örtlich".to_owned(),
        "Shop".to_owned(),
        "ant farm".to_owned(),
    );
    bikes.alias = Some(Alias {
        root: "K".to_owned(),
        handle: "c|7".to_owned(),
    });
    (zoo.root, zoo.handle, zoo.publish_server) = (None, None, None);
    for company in [&bikes, &shop, &zoo] {
        t.store.add_company(company, t.now()).await.unwrap();
    }

    assert_eq!(
        t.store.company(bikes.id).await.unwrap().as_ref(),
        Some(&bikes)
    );
    assert_eq!(
        t.store.company_by_slug(&zoo.slug).await.unwrap().as_ref(),
        Some(&zoo)
    );
    assert_eq!(t.store.companies().await.unwrap(), [zoo, shop, bikes]);

    assert_eq!(
        t.store
            .company(CompanyId::from_uuid(t.clock.new_uuid()))
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        t.store
            .company_by_slug(&"none".parse().unwrap())
            .await
            .unwrap(),
        None
    );
}

async fn a_slug_is_taken_once(t: &Fixture) {
    t.company("shop").await;
    let again = t.new_company("shop");
    assert!(matches!(
        t.store.add_company(&again, t.now()).await,
        Err(StoreError::Duplicate)
    ));
}

async fn a_name_is_kept_but_for_what_no_database_holds(t: &Fixture) {
    let mut company = t.new_company("shop");
    company.name = "A name with a NUL: \0".into();
    t.store.add_company(&company, t.now()).await.unwrap();
    company.name = "A name with a NUL: \u{1a}".into();
    assert_eq!(t.store.company(company.id).await.unwrap(), Some(company));
}

async fn a_delivery_host_is_put_by_its_origin(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let host = |url: &str, scope, check_root| DeliveryHost {
        origin: HostOrigin::of(url).unwrap(),
        scope,
        check_root,
    };
    let first = host("https://images.example.com/x", PurgeScope::Exact, true);
    let second = host("http://a.example.com:8080", PurgeScope::Exact, false);
    t.store.put_delivery_host(company, &first).await.unwrap();
    t.store.put_delivery_host(company, &second).await.unwrap();
    assert_eq!(
        t.store.delivery_hosts(company).await.unwrap(),
        [second.clone(), first]
    );

    let first = host("HTTPS://Images.Example.com:443", PurgeScope::Base, false);
    t.store.put_delivery_host(company, &first).await.unwrap();
    assert_eq!(
        t.store.delivery_hosts(company).await.unwrap(),
        [second, first]
    );
    assert_eq!(t.store.delivery_hosts(other).await.unwrap(), []);
}

async fn a_connection_is_put_and_changed(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    assert_eq!(t.store.connection(company).await.unwrap(), None);
    let mut connection = Connection {
        endpoint: "https://s7sps1apissl.scene7.com/".to_owned(),
        email: "purge@example.com".to_owned(),
        sealed_password: vec![0, 1, 255],
    };
    t.store.put_connection(company, &connection).await.unwrap();
    assert_eq!(
        t.store.connection(company).await.unwrap().as_ref(),
        Some(&connection)
    );

    connection.sealed_password = vec![9];
    t.store.put_connection(company, &connection).await.unwrap();
    assert_eq!(t.store.connection(company).await.unwrap(), Some(connection));
    assert_eq!(t.store.connection(other).await.unwrap(), None);
}

async fn settings_of_an_unknown_company_are_refused(t: &Fixture) {
    let unknown = CompanyId::from_uuid(t.clock.new_uuid());
    let preset = Preset {
        name: "cart".to_owned(),
        modifier: String::new(),
    };
    assert!(matches!(
        t.store.put_presets(unknown, &[preset], t.now()).await,
        Err(StoreError::NotFound)
    ));
    let assets = [t.new_asset("spinset", "")];
    assert!(matches!(
        t.store.put_assets(unknown, &assets, t.now()).await,
        Err(StoreError::NotFound)
    ));
}
