use std::{collections::BTreeSet, time::Duration};

use unstale::{
    domain::{CompanyId, InvalidationId, Options, PresetChoice},
    store::{Draft, StoreError},
};

use super::Fixture;

on_both_databases! {
    a_draft_is_kept_as_it_was_given
    details_are_saved_under_the_version_that_was_seen
    a_submitted_invalidation_is_no_draft
    a_draft_is_deleted_with_what_belongs_to_it
    drafts_of_a_person_are_listed_by_their_last_change
    the_last_choice_is_that_of_the_draft_or_submission_touched_last
    untouched_drafts_are_deleted_and_submitted_ones_never
    a_draft_of_another_company_is_not_there
    a_draft_of_an_unknown_company_is_refused
}

async fn a_draft_is_kept_as_it_was_given(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let mut draft = t.new_draft(company, author);
    draft.presets = PresetChoice::Some(["$pdp\"main$", "größe"].map(str::to_owned).into());
    draft.manual_urls = "http://a\r\n\u{feff}https://b\r".into();
    t.store.create_draft(&draft).await.unwrap();
    assert_eq!(
        t.store.draft(company, draft.id).await.unwrap().as_ref(),
        Some(&draft)
    );
    assert!(matches!(
        t.store.create_draft(&draft).await,
        Err(StoreError::Duplicate)
    ));
    assert_eq!(
        t.store
            .draft(company, InvalidationId::from_uuid(t.clock.new_uuid()))
            .await
            .unwrap(),
        None
    );
}

async fn details_are_saved_under_the_version_that_was_seen(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let draft = t.draft(company, author).await;
    let changed = Draft {
        options: Options {
            presets: true,
            template: false,
            alias: false,
            fold: true,
        },
        split: true,
        presets: PresetChoice::Some(BTreeSet::new()),
        manual_urls: "x".repeat(5_000_000) + "\0",
        updated_at: t.later(),
        ..draft.clone()
    };
    assert_eq!(t.store.save_details(&changed).await.unwrap(), 2);
    let expected = Draft {
        version: 2,
        manual_urls: "x".repeat(5_000_000) + "\u{1a}",
        ..changed.clone()
    };
    assert!(t.store.draft(company, draft.id).await.unwrap() == Some(expected));

    assert!(matches!(
        t.store.save_details(&changed).await,
        Err(StoreError::Conflict)
    ));
    let unknown = t.new_draft(company, author);
    assert!(matches!(
        t.store.save_details(&unknown).await,
        Err(StoreError::NotFound)
    ));
}

async fn a_submitted_invalidation_is_no_draft(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let draft = t.draft(company, author).await;
    t.store.submit(&t.submission(&draft, 1, 1)).await.unwrap();

    assert_eq!(t.store.draft(company, draft.id).await.unwrap(), None);
    assert_eq!(t.store.open_drafts(company, author, 10).await.unwrap(), []);
    for version in [draft.version, draft.version + 1] {
        let saved = t
            .store
            .save_details(&Draft {
                version,
                ..draft.clone()
            })
            .await;
        assert!(matches!(saved, Err(StoreError::Conflict)), "{version}");
    }
    assert!(matches!(
        t.store.delete_draft(company, draft.id).await,
        Err(StoreError::NotFound)
    ));
    assert!(
        t.store
            .invalidation(company, draft.id)
            .await
            .unwrap()
            .is_some()
    );
}

async fn a_draft_is_deleted_with_what_belongs_to_it(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let draft = t.draft(company, author).await;
    let asset = t.assets(company, &["spinset"]).await.remove(0);
    t.store
        .add_draft_assets(company, draft.id, &[asset.key], t.now())
        .await
        .unwrap();
    t.store
        .remove_urls(company, draft.id, &["http://a".to_owned()], t.now())
        .await
        .unwrap();

    t.store.delete_draft(company, draft.id).await.unwrap();
    assert_eq!(t.store.invalidation(company, draft.id).await.unwrap(), None);
    assert_eq!(t.store.draft_assets(draft.id).await.unwrap(), []);
    assert_eq!(
        t.store.removed_urls(draft.id).await.unwrap(),
        BTreeSet::new()
    );
    assert!(matches!(
        t.store.delete_draft(company, draft.id).await,
        Err(StoreError::NotFound)
    ));
}

async fn drafts_of_a_person_are_listed_by_their_last_change(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let (ann, bob) = (
        t.person("ann@example.com").await,
        t.person("bob@example.com").await,
    );
    let first = t.draft(company, ann).await;
    t.later();
    let second = t.draft(company, ann).await;
    t.draft(company, bob).await;
    t.draft(other, ann).await;
    t.store
        .save_details(&Draft {
            updated_at: t.later(),
            ..first.clone()
        })
        .await
        .unwrap();

    let listed = |drafts: Vec<Draft>| drafts.into_iter().map(|draft| draft.id).collect::<Vec<_>>();
    assert_eq!(
        listed(t.store.open_drafts(company, ann, 10).await.unwrap()),
        [first.id, second.id]
    );
    assert_eq!(
        listed(t.store.open_drafts(company, ann, 1).await.unwrap()),
        [first.id]
    );
    assert_eq!(
        listed(t.store.open_drafts(company, ann, -1).await.unwrap()),
        []
    );
}

async fn the_last_choice_is_that_of_the_draft_or_submission_touched_last(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let (ann, bob) = (
        t.person("ann@example.com").await,
        t.person("bob@example.com").await,
    );
    assert_eq!(t.store.last_choice(company, ann).await.unwrap(), None);

    let one = Options {
        presets: true,
        template: false,
        alias: false,
        fold: true,
    };
    let two = Options {
        presets: false,
        template: true,
        alias: true,
        fold: false,
    };
    let first = Draft {
        options: one,
        ..t.new_draft(company, ann)
    };
    t.store.create_draft(&first).await.unwrap();
    t.later();
    t.store
        .create_draft(&Draft {
            options: two,
            ..t.new_draft(company, ann)
        })
        .await
        .unwrap();
    assert_eq!(t.store.last_choice(company, ann).await.unwrap(), Some(two));

    t.later();
    t.store.submit(&t.submission(&first, 1, 1)).await.unwrap();
    assert_eq!(t.store.last_choice(company, ann).await.unwrap(), Some(one));

    t.later();
    let only_urls = Draft {
        options: two,
        manual_urls: "https://h/is/image/C/a".to_owned(),
        ..t.new_draft(company, ann)
    };
    t.store.create_draft(&only_urls).await.unwrap();
    assert_eq!(
        t.store.last_choice(company, ann).await.unwrap(),
        Some(one),
        "added URLs alone, as a resubmission has them, choose nothing"
    );
    assert_eq!(t.store.last_choice(company, bob).await.unwrap(), None);
    assert_eq!(t.store.last_choice(other, ann).await.unwrap(), None);
}

async fn untouched_drafts_are_deleted_and_submitted_ones_never(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let old = t.draft(company, author).await;
    let touched = t.draft(company, author).await;
    let submitted = t.submitted(company, author, 1).await;
    t.clock.advance(Duration::from_mins(1));
    t.store
        .remove_urls(company, touched.id, &[], t.now())
        .await
        .unwrap();

    assert_eq!(
        t.store
            .delete_drafts_untouched_since(old.updated_at)
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        t.store
            .delete_drafts_untouched_since(t.now())
            .await
            .unwrap(),
        1
    );
    assert_eq!(t.store.draft(company, old.id).await.unwrap(), None);
    assert!(t.store.draft(company, touched.id).await.unwrap().is_some());
    assert!(
        t.store
            .invalidation(company, submitted.id)
            .await
            .unwrap()
            .is_some()
    );
}

async fn a_draft_of_another_company_is_not_there(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let author = t.person("ann@example.com").await;
    let draft = t.draft(company, author).await;

    assert_eq!(t.store.draft(other, draft.id).await.unwrap(), None);
    let stolen = Draft {
        company: other,
        ..draft.clone()
    };
    assert!(matches!(
        t.store.save_details(&stolen).await,
        Err(StoreError::NotFound)
    ));
    assert!(matches!(
        t.store.delete_draft(other, draft.id).await,
        Err(StoreError::NotFound)
    ));
    assert_eq!(t.store.draft(company, draft.id).await.unwrap(), Some(draft));
}

async fn a_draft_of_an_unknown_company_is_refused(t: &Fixture) {
    let author = t.person("ann@example.com").await;
    let draft = t.new_draft(CompanyId::from_uuid(t.clock.new_uuid()), author);
    assert!(matches!(
        t.store.create_draft(&draft).await,
        Err(StoreError::NotFound)
    ));
}
