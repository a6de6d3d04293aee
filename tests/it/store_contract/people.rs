use unstale::{
    domain::{PersonId, Role},
    store::StoreError,
};

use super::Fixture;

on_both_databases! {
    a_person_is_found_by_id_and_by_address_whatever_its_case
    an_address_is_taken_whatever_its_case
    the_first_admin_is_added_once
    of_two_first_admins_at_once_one_is_added
    the_company_looked_at_last_is_remembered
}

async fn a_person_is_found_by_id_and_by_address_whatever_its_case(t: &Fixture) {
    let new = t.new_person("Änne@Example.com", Role::Admin);
    t.store.add_person(&new).await.unwrap();

    let person = t.store.person(new.id).await.unwrap().unwrap();
    assert_eq!(
        (person.id, person.email.as_str(), person.role),
        (new.id, "Änne@Example.com", Role::Admin)
    );
    assert!(!person.disabled);
    assert_eq!(person.last_company, None);

    let found = t
        .store
        .person_by_email(&"äNNE@EXAMPLE.COM".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(found, Some((person, new.password_hash)));

    let unknown = PersonId::from_uuid(t.clock.new_uuid());
    assert_eq!(t.store.person(unknown).await.unwrap(), None);
    assert_eq!(
        t.store
            .person_by_email(&"bob@example.com".parse().unwrap())
            .await
            .unwrap(),
        None
    );
}

async fn an_address_is_taken_whatever_its_case(t: &Fixture) {
    t.person("ann@example.com").await;
    let again = t.new_person("Ann@EXAMPLE.com", Role::Editor);
    assert!(matches!(
        t.store.add_person(&again).await,
        Err(StoreError::Duplicate)
    ));
}

async fn the_first_admin_is_added_once(t: &Fixture) {
    assert!(!t.store.has_people().await.unwrap());
    let first = t.new_person("ann@example.com", Role::Admin);
    assert!(t.store.add_first_admin(&first).await.unwrap());
    assert!(t.store.has_people().await.unwrap());
    assert_eq!(
        t.store.person(first.id).await.unwrap().unwrap().role,
        Role::Admin
    );

    let second = t.new_person("bob@example.com", Role::Admin);
    assert!(!t.store.add_first_admin(&second).await.unwrap());
    assert_eq!(t.store.person(second.id).await.unwrap(), None);
}

async fn of_two_first_admins_at_once_one_is_added(t: &Fixture) {
    let other_node = t.db.reopen().await;
    for _ in 0..20 {
        let ann = t.new_person("ann@example.com", Role::Admin);
        let bob = t.new_person("bob@example.com", Role::Admin);
        let (first, second) = tokio::join!(
            t.store.add_first_admin(&ann),
            other_node.add_first_admin(&bob)
        );
        assert!(first.unwrap() != second.unwrap());
        t.db.execute("delete from person").await;
    }
}

async fn the_company_looked_at_last_is_remembered(t: &Fixture) {
    let (person, company) = (t.person("ann@example.com").await, t.company("shop").await);
    t.store.set_last_company(person, company).await.unwrap();
    assert_eq!(
        t.store.person(person).await.unwrap().unwrap().last_company,
        Some(company)
    );

    let nobody = PersonId::from_uuid(t.clock.new_uuid());
    assert!(matches!(
        t.store.set_last_company(nobody, company).await,
        Err(StoreError::NotFound)
    ));
}
