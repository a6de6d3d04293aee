use unstale::store::{StoreError, TemplateVersion};

use super::Fixture;

on_both_databases! {
    every_save_is_a_version
    who_saves_over_a_newer_version_is_told
    of_two_saves_at_once_one_counts
}

async fn every_save_is_a_version(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let author = t.person("Ann@example.com").await;
    assert_eq!(t.store.template(company).await.unwrap(), None);

    let text = "<ID>\n<ID>?$pdp-main$\n\u{feff}größe";
    let first = t.now();
    assert_eq!(
        t.store
            .save_template(company, text, author, 0, first)
            .await
            .unwrap(),
        1
    );
    let second = t.later();
    assert_eq!(
        t.store
            .save_template(company, "", author, 1, second)
            .await
            .unwrap(),
        2
    );

    let version = |version, text: &str, saved_at| TemplateVersion {
        version,
        text: text.to_owned(),
        author: "Ann@example.com".to_owned(),
        saved_at,
    };
    let (one, two) = (version(1, text, first), version(2, "", second));
    assert_eq!(
        t.store.template(company).await.unwrap().as_ref(),
        Some(&two)
    );
    assert_eq!(
        t.store.template_versions(company).await.unwrap(),
        [two, one]
    );
    assert_eq!(t.store.template_versions(other).await.unwrap(), []);
    assert_eq!(
        t.store
            .save_template(other, "<ID>", author, 0, second)
            .await
            .unwrap(),
        1
    );
}

async fn who_saves_over_a_newer_version_is_told(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    t.store
        .save_template(company, "<ID>", author, 0, t.now())
        .await
        .unwrap();
    for seen in [0, 2] {
        let saved = t
            .store
            .save_template(company, "lost", author, seen, t.now())
            .await;
        assert!(matches!(saved, Err(StoreError::Conflict)), "{seen}");
    }
    assert_eq!(
        t.store.template(company).await.unwrap().unwrap().text,
        "<ID>"
    );
}

async fn of_two_saves_at_once_one_counts(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let other_node = t.db.reopen().await;
    for version in 0..10 {
        let (first, second) = tokio::join!(
            t.store
                .save_template(company, "first", author, version, t.now()),
            other_node.save_template(company, "second", author, version, t.now()),
        );
        let (won, lost) = if first.is_ok() {
            (first, second)
        } else {
            (second, first)
        };
        assert_eq!(won.unwrap(), version + 1);
        assert!(matches!(lost, Err(StoreError::Conflict)), "{lost:?}");
    }
}
