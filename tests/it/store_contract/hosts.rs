use std::time::Duration;

use unstale::{
    domain::{CompanyId, DeliveryHost, HostOrigin, HostVerdict, PurgeScope},
    store::{HostSetting, HostTest, StoreError},
};

use super::{Fixture, ids};

on_both_databases! {
    a_new_host_is_exact_and_keeps_what_it_is_when_it_comes_again
    a_host_is_removed_from_its_company_only
    a_host_that_was_removed_is_found_no_more_until_somebody_adds_it
    a_test_is_noted_from_its_beginning_to_its_result
    the_patterns_of_shared_hosts_are_a_companys_own
    recent_images_are_published_and_the_newest_come_first
}

fn origin(url: &str) -> HostOrigin {
    HostOrigin::of(url).unwrap()
}

async fn only(t: &Fixture, company: CompanyId) -> HostSetting {
    let mut settings = t.store.host_settings(company).await.unwrap();
    assert_eq!(settings.len(), 1);
    settings.remove(0)
}

async fn a_new_host_is_exact_and_keeps_what_it_is_when_it_comes_again(t: &Fixture) {
    let company = t.company("shop").await;
    let host = origin("https://images.example.com");
    assert!(
        t.store
            .add_delivery_host(company, &host, true)
            .await
            .unwrap()
    );
    let setting = only(t, company).await;
    assert_eq!(setting.host.scope, PurgeScope::Exact);
    assert!(setting.host.check_root && setting.found);
    assert_eq!((setting.testing_since, setting.test), (None, None));

    let base = DeliveryHost {
        origin: host.clone(),
        scope: PurgeScope::Base,
        check_root: false,
    };
    t.store.put_delivery_host(company, &base).await.unwrap();
    assert!(
        !t.store
            .add_delivery_host(company, &host, false)
            .await
            .unwrap()
    );
    let setting = only(t, company).await;
    assert_eq!(setting.host, base);
    assert!(setting.found, "where it comes from stays");
    let unknown = CompanyId::from_uuid(t.clock.new_uuid());
    assert!(matches!(
        t.store.add_delivery_host(unknown, &host, false).await,
        Err(StoreError::NotFound)
    ));
}

async fn a_host_is_removed_from_its_company_only(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let host = origin("https://images.example.com");
    for company in [company, other] {
        t.store
            .add_delivery_host(company, &host, false)
            .await
            .unwrap();
    }
    t.store.remove_delivery_host(company, &host).await.unwrap();
    assert_eq!(t.store.host_settings(company).await.unwrap(), []);
    assert!(!only(t, other).await.found);
    assert!(matches!(
        t.store.remove_delivery_host(company, &host).await,
        Err(StoreError::NotFound)
    ));
}

async fn a_host_that_was_removed_is_found_no_more_until_somebody_adds_it(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let host = origin("https://images.example.com");
    for company in [company, other] {
        t.store.add_found_host(company, &host).await.unwrap();
        assert!(only(t, company).await.found);
    }
    t.store.remove_delivery_host(company, &host).await.unwrap();
    t.store.add_found_host(company, &host).await.unwrap();
    assert_eq!(t.store.host_settings(company).await.unwrap(), []);
    t.store.add_found_host(other, &host).await.unwrap();
    assert!(only(t, other).await.found);

    assert!(
        t.store
            .add_delivery_host(company, &host, false)
            .await
            .unwrap()
    );
    t.store.add_found_host(company, &host).await.unwrap();
    assert!(
        !only(t, company).await.found,
        "it stays as somebody added it"
    );
    let base = DeliveryHost {
        origin: host.clone(),
        scope: PurgeScope::Base,
        check_root: false,
    };
    t.store.put_delivery_host(company, &base).await.unwrap();
    t.store.add_found_host(company, &host).await.unwrap();
    assert_eq!(only(t, company).await.host, base);
    t.store.remove_delivery_host(company, &host).await.unwrap();
    t.store.add_found_host(company, &host).await.unwrap();
    assert_eq!(t.store.host_settings(company).await.unwrap(), []);
}

async fn a_test_is_noted_from_its_beginning_to_its_result(t: &Fixture) {
    let company = t.company("shop").await;
    let host = origin("https://images.example.com");
    t.store
        .add_delivery_host(company, &host, false)
        .await
        .unwrap();
    let began = t.now();
    let patience = Duration::from_mins(5);
    t.store
        .begin_host_test(company, &host, began, began.minus(patience))
        .await
        .unwrap();
    assert_eq!(only(t, company).await.testing_since, Some(began));

    let soon = t.later();
    assert!(matches!(
        t.store
            .begin_host_test(company, &host, soon, soon.minus(patience))
            .await,
        Err(StoreError::Conflict)
    ));
    t.clock.advance(patience);
    let late = t.now();
    t.store
        .begin_host_test(company, &host, late, late.minus(patience))
        .await
        .unwrap();
    assert_eq!(
        only(t, company).await.testing_since,
        Some(late),
        "one that was left"
    );

    for verdict in HostVerdict::ALL {
        let test = HostTest {
            verdict,
            note: "Größe, and a NUL: \u{1a}".to_owned(),
            asset: "shoe".to_owned(),
            at: t.later(),
        };
        t.store
            .finish_host_test(company, &host, &test)
            .await
            .unwrap();
        let setting = only(t, company).await;
        assert_eq!(
            (setting.testing_since, setting.test.as_ref()),
            (None, Some(&test))
        );
    }
    t.store.remove_delivery_host(company, &host).await.unwrap();
    let now = t.now();
    assert!(matches!(
        t.store.begin_host_test(company, &host, now, now).await,
        Err(StoreError::Conflict)
    ));
}

async fn the_patterns_of_shared_hosts_are_a_companys_own(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    assert_eq!(t.store.generic_hosts(company).await.unwrap(), None);
    t.store
        .set_generic_hosts(company, Some("^a$\n^b$"))
        .await
        .unwrap();
    assert_eq!(
        t.store.generic_hosts(company).await.unwrap().as_deref(),
        Some("^a$\n^b$")
    );
    assert_eq!(t.store.generic_hosts(other).await.unwrap(), None);
    t.store.set_generic_hosts(company, None).await.unwrap();
    assert_eq!(t.store.generic_hosts(company).await.unwrap(), None);
}

async fn recent_images_are_published_and_the_newest_come_first(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let mut assets: Vec<_> = ["old", "new", "hidden", "paper", "newer"]
        .iter()
        .map(|id| t.new_asset(id, ""))
        .collect();
    for asset in &mut assets {
        asset.changed_at = t.later();
    }
    assets[2].published = false;
    assets[3].asset_type = "Pdf".to_owned();
    t.store.put_assets(company, &assets, t.now()).await.unwrap();
    let recent = t.store.recent_images(company, 2).await.unwrap();
    assert_eq!(ids(&recent), ["newer", "new"]);
    assert_eq!(t.store.recent_images(company, 9).await.unwrap().len(), 3);
    assert_eq!(t.store.recent_images(other, 9).await.unwrap(), []);
    assert_eq!(t.store.recent_images(company, -1).await.unwrap(), []);
}
