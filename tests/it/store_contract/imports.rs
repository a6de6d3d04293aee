use std::time::Duration;

use unstale::{
    domain::{CompanyId, ImportId},
    store::{ImportFile, ImportState, StoreError},
};

use super::Fixture;

on_both_databases! {
    a_file_is_kept_with_its_parts
    a_file_moves_from_the_state_in_which_it_was_seen
    a_file_goes_with_all_its_parts
    old_files_are_thrown_away
}

async fn file(t: &Fixture, company: CompanyId) -> ImportFile {
    let file = ImportFile {
        id: ImportId::from_uuid(t.clock.new_uuid()),
        company,
        kind: "assets".to_owned(),
        name: "Größen.csv".to_owned(),
        state: ImportState::Receiving,
        report: "{}".to_owned(),
        created_at: t.later(),
        touched_at: t.now(),
    };
    t.store.add_import(&file).await.unwrap();
    file
}

async fn a_file_is_kept_with_its_parts(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let first = file(t, company).await;
    let second = file(t, company).await;
    for (number, bytes) in [&[0, 255, b'\n'][..], b"x"].iter().enumerate() {
        let number = i64::try_from(number).unwrap();
        t.store
            .add_import_part(company, first.id, number, bytes)
            .await
            .unwrap();
    }
    let part = async |number| {
        t.store
            .import_part(company, first.id, number)
            .await
            .unwrap()
    };
    assert_eq!(part(0).await, Some(vec![0, 255, b'\n']));
    assert_eq!(part(1).await, Some(vec![b'x']));
    assert_eq!(part(2).await, None);
    assert_eq!(t.store.import_part(other, first.id, 0).await.unwrap(), None);
    assert_eq!(
        t.store.import(company, first.id).await.unwrap().as_ref(),
        Some(&first)
    );
    assert_eq!(t.store.import(other, first.id).await.unwrap(), None);
    assert_eq!(t.store.imports(company).await.unwrap(), [second, first]);
    assert_eq!(t.store.imports(other).await.unwrap(), []);
}

async fn a_file_moves_from_the_state_in_which_it_was_seen(t: &Fixture) {
    let company = t.company("shop").await;
    let mut seen = file(t, company).await;
    for state in ImportState::ALL {
        let now = t.later();
        let stale = seen.clone();
        t.store
            .move_import(&seen, state, "{\"good\":1}", now)
            .await
            .unwrap();
        seen = t.store.import(company, seen.id).await.unwrap().unwrap();
        assert_eq!(
            (seen.state, seen.touched_at, &*seen.report),
            (state, now, "{\"good\":1}")
        );
        assert!(matches!(
            t.store.move_import(&stale, state, "{}", t.later()).await,
            Err(StoreError::Conflict)
        ));
    }
}

async fn a_file_goes_with_all_its_parts(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let file = file(t, company).await;
    t.store
        .add_import_part(company, file.id, 0, b"x")
        .await
        .unwrap();
    t.store.delete_import(other, file.id).await.unwrap();
    assert!(t.store.import(company, file.id).await.unwrap().is_some());
    t.store.delete_import(company, file.id).await.unwrap();
    assert_eq!(t.store.import(company, file.id).await.unwrap(), None);
    assert_eq!(
        t.store.import_part(company, file.id, 0).await.unwrap(),
        None
    );
    assert!(matches!(
        t.store.add_import_part(company, file.id, 1, b"x").await,
        Err(StoreError::NotFound)
    ));
}

async fn old_files_are_thrown_away(t: &Fixture) {
    let company = t.company("shop").await;
    file(t, company).await;
    t.clock.advance(Duration::from_hours(1));
    let between = t.now();
    let young = file(t, company).await;
    assert_eq!(t.store.delete_imports_before(between).await.unwrap(), 1);
    assert_eq!(t.store.imports(company).await.unwrap(), [young]);
}
