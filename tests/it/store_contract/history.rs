use std::{collections::BTreeSet, time::Duration};

use unstale::{
    clock::Timestamp,
    domain::{
        BatchId, BatchState, CompanyId, Failure, FailureKind, InvalidationId, InvalidationState,
        PersonId, Receipt, UrlOrigin,
    },
    store::{
        BatchOutcome, Draft, HistoryEntry, HistoryOrder, HistoryQuery, NewBatch, StoreError,
        Submission, SubmittedUrl, UrlFilter,
    },
};

use super::Fixture;
use crate::support::database::Backend;

on_both_databases! {
    the_history_is_found_by_what_is_in_it
    urls_are_found_by_any_part_whatever_it_is
    a_common_text_is_found_as_well_as_a_rare_one
    pages_go_on_where_the_last_one_ended_in_either_order
    a_beginning_that_many_share_is_found_as_well_as_a_rare_one
    the_history_is_sorted_by_how_many_urls_there_are
    what_a_base_url_clears_along_with_itself_is_found
    the_state_of_an_invalidation_follows_its_batches
    every_state_of_a_batch_counts_as_final_or_under_way
    an_asset_knows_when_it_was_cleared_last
    an_asset_of_the_same_id_under_another_root_is_another
    what_an_older_version_submitted_becomes_searchable
    batches_and_urls_of_many_are_read_at_once
    the_assets_that_were_selected_in_many_are_read_at_once
    a_note_is_kept_with_the_draft_and_stays_when_it_is_submitted
    a_copy_has_the_choices_and_is_a_draft
    what_colleagues_cleared_lately_is_known
    what_is_old_and_final_is_forgotten_and_nothing_else
    another_companys_history_is_not_there
}

/// Submits these URLs, added by hand.
async fn submitted(t: &Fixture, company: CompanyId, author: PersonId, urls: &[&str]) -> Submission {
    t.later();
    let draft = t.draft(company, author).await;
    let urls = urls.iter().zip(1..).map(|(url, position)| SubmittedUrl {
        position,
        url: (*url).to_owned(),
        origins: vec![UrlOrigin::Manual { line: 1 }],
        covers: Vec::new(),
    });
    let submission = Submission {
        batches: vec![NewBatch {
            id: BatchId::from_uuid(t.clock.new_uuid()),
            root: "shop".to_owned(),
            handle: None,
            urls: urls.collect(),
        }],
        ..t.submission(&draft, 0, 0)
    };
    t.store.submit(&submission).await.unwrap();
    submission
}

fn all() -> HistoryQuery {
    HistoryQuery {
        limit: 100,
        ..HistoryQuery::default()
    }
}

fn url(filter: UrlFilter) -> HistoryQuery {
    HistoryQuery {
        url: Some(filter),
        ..all()
    }
}

async fn found(t: &Fixture, company: CompanyId, query: &HistoryQuery) -> Vec<InvalidationId> {
    let page = t.store.history(company, query).await.unwrap();
    page.entries.iter().map(|entry| entry.id).collect()
}

fn accepted() -> BatchOutcome {
    BatchOutcome::Accepted(Receipt {
        handle: Some("p|1".to_owned()),
        estimated_seconds: Some(30),
        warnings: 0,
    })
}

fn failed(kind: FailureKind) -> BatchOutcome {
    BatchOutcome::Failed {
        failure: Failure {
            kind,
            code: Some(20_006),
            reason: "a reason".to_owned(),
        },
        named_url: None,
    }
}

/// Sends the next batch, with this end.
async fn finish(t: &Fixture, outcome: &BatchOutcome) {
    let batch = t.take().await.unwrap();
    t.finish(&batch, outcome).await.unwrap();
}

async fn the_history_is_found_by_what_is_in_it(t: &Fixture) {
    let company = t.company("shop").await;
    let (ann, bob) = (
        t.person("Ann@example.com").await,
        t.person("bob@example.com").await,
    );
    t.draft(company, ann).await;
    let first = submitted(t, company, ann, &["https://h/is/image/shop/shoe"]).await;
    let morning = t.now();
    let second = submitted(
        t,
        company,
        bob,
        &[
            "http://cdn.example/is/image/shop/boot?$p$",
            "https://h:443/x",
        ],
    )
    .await;
    let ids = [second.id, first.id];
    assert_eq!(found(t, company, &all()).await, ids);
    let page = t.store.history(company, &all()).await.unwrap();
    let entry = &page.entries[0];
    assert_eq!(
        (
            entry.author,
            entry.author_email.as_str(),
            entry.submitted_at
        ),
        (bob, "bob@example.com", second.now)
    );
    assert_eq!((entry.url_count, entry.note.as_str()), (2, ""));
    assert_eq!(page.next, None);
    finish(t, &accepted()).await;

    let person = |id| HistoryQuery {
        person: Some(id),
        ..all()
    };
    let state = |state| HistoryQuery {
        state: Some(state),
        ..all()
    };
    let asset = |id: &str| HistoryQuery {
        asset: Some(id.to_owned()),
        ..all()
    };
    let host = |host: &str| HistoryQuery {
        host: Some(host.to_owned()),
        ..all()
    };
    let days = |from, before| HistoryQuery {
        from,
        before,
        ..all()
    };
    let (one, two): (&[_], &[_]) = (&[first.id], &[second.id]);
    let both = |query: HistoryQuery| HistoryQuery {
        person: Some(ann),
        ..query
    };
    for (query, expected) in [
        (person(ann), one),
        (person(bob), two),
        (state(InvalidationState::Accepted), one),
        (state(InvalidationState::Sending), two),
        (state(InvalidationState::Partly), &[]),
        (asset("shoe"), one),
        (asset("boot"), two),
        (asset("Shoe"), &[]),
        (host("CDN.example"), two),
        (host("https://h"), &ids),
        (host("http://h"), &[]),
        (host("example"), &[]),
        (host("cdn.example:80"), two),
        (host("cdn.example:443"), &[]),
        (host("https://h:443"), &ids),
        (days(Some(second.now), None), two),
        (days(None, Some(second.now)), one),
        (days(Some(morning), Some(second.now)), one),
        (days(Some(t.later()), None), &[]),
        (days(None, Some(Timestamp::from_micros(1))), &[]),
        (both(asset("boot")), &[]),
        (both(host("h")), one),
    ] {
        assert_eq!(found(t, company, &query).await, expected, "{query:?}");
    }
    let people = t.store.people_of_history(company).await.unwrap();
    assert_eq!(
        people,
        [
            (ann, "Ann@example.com".to_owned()),
            (bob, "bob@example.com".to_owned())
        ]
    );
}

async fn urls_are_found_by_any_part_whatever_it_is(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let long = format!("https://h/is/image/shop/{}", "long/".repeat(200));
    let urls = [
        "https://h/is/image/shop/100%25_off?a='b'&c=\"d\"\\e",
        "https://h/is/image/shop/Größe-👟-\u{202e}שלום",
        "https://h/is/image/shop/100X25Yoff",
        &long,
    ];
    let mut ids = Vec::new();
    for url in urls {
        ids.push(
            submitted(t, company, author, &[url, "https://h/other"])
                .await
                .id,
        );
    }
    let contains = |text: &str| url(UrlFilter::Contains(text.to_owned()));
    let starts = |text: &str| url(UrlFilter::Starts(text.to_owned()));
    let is = |text: &str| url(UrlFilter::Is(text.to_owned()));
    let longer = format!("{long}x");
    for (query, expected) in [
        (contains("100%25_off"), vec![0]),
        (contains("%25_"), vec![0]),
        (contains("'b'&c=\"d\"\\E"), vec![0]),
        (contains("OFF"), vec![2, 0]),
        (contains("größe-👟"), vec![1]),
        (contains("\u{202e}שלום"), vec![1]),
        (contains("\" OR \"off"), vec![]),
        (contains("off* NEAR(100 25)"), vec![]),
        (contains("long/long"), vec![3]),
        (contains("no\0"), vec![]),
        (contains("/IS/image/SHOP/"), vec![3, 2, 1, 0]),
        (starts("https://h/is/image/shop/100"), vec![2, 0]),
        (starts("https://h/is/image/shop/100%"), vec![0]),
        (starts("HTTPS://h/is/image/shop/100"), vec![]),
        (starts(&long[..700]), vec![3]),
        (starts(&longer), vec![]),
        (is(urls[1]), vec![1]),
        (is(&long), vec![3]),
        (is(&long[..500]), vec![]),
        (is("https://h/is/image/shop/100"), vec![]),
    ] {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|index: usize| ids[index])
            .collect();
        assert_eq!(found(t, company, &query).await, expected, "{query:?}");
    }
    let elsewhere = HistoryQuery {
        host: Some("other".to_owned()),
        ..is(urls[1])
    };
    assert_eq!(found(t, company, &elsewhere).await, []);
    let here = HistoryQuery {
        host: Some("h".to_owned()),
        ..is(urls[1])
    };
    assert_eq!(found(t, company, &here).await, [ids[1]]);
    let of_no_url = HistoryQuery {
        asset: Some("shoe".to_owned()),
        ..url(UrlFilter::Starts("?src=https://h/".to_owned()))
    };
    assert_eq!(found(t, company, &of_no_url).await, []);
}

/// Makes the first invalidation 11,000 of them; the others have no URLs.
async fn copy_first(t: &Fixture) {
    let copies = match t.db.backend {
        Backend::Sqlite => {
            "insert into invalidation (id, company_id, author_id, use_presets, use_template, clear_alias, fold, split, \
             manual_urls, version, created_at, updated_at, submitted_at, number, searchable, state) \
             with recursive n (n) as (select 2 union all select n + 1 from n where n < 11000) \
             select randomblob(16), company_id, author_id, use_presets, use_template, clear_alias, fold, split, \
             manual_urls, version, created_at, updated_at, submitted_at, n.n, 1, 'accepted' from invalidation, n \
             where number = 1; \
             insert into _history_trigram (rowid, trigrams) select number, '1 2 3' from invalidation where number > 1;"
        }
        Backend::Postgres => {
            "insert into invalidation (id, company_id, author_id, use_presets, use_template, clear_alias, fold, split, \
             manual_urls, version, created_at, updated_at, submitted_at, number, searchable, state) \
             select gen_random_uuid(), company_id, author_id, use_presets, use_template, clear_alias, fold, split, \
             manual_urls, version, created_at, updated_at, submitted_at, n, true, 'accepted' from invalidation, \
             generate_series(2, 11000) n where number = 1; \
             insert into _history_trigram select number, '{1,2,3}' from invalidation where number > 1; \
             select setval('_invalidation_number', 11000);"
        }
    };
    t.db.execute(copies).await;
}

/// So many that looking at each is no longer the way.
async fn a_common_text_is_found_as_well_as_a_rare_one(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let template = submitted(t, company, author, &["https://h/is/image/shop/common"]).await;
    copy_first(t).await;
    let rare = submitted(t, company, author, &["https://h/is/image/shop/rare-common"]).await;
    let contains = |text: &str| url(UrlFilter::Contains(text.to_owned()));
    let host = HistoryQuery {
        host: Some("H".to_owned()),
        ..contains("Common")
    };
    assert_eq!(found(t, company, &contains("RARE")).await, [rare.id]);
    assert_eq!(
        found(t, company, &contains("shop/")).await,
        [rare.id, template.id]
    );
    assert_eq!(found(t, company, &host).await, [rare.id, template.id]);
    assert_eq!(found(t, company, &contains("nowhere")).await, []);
    let oldest = HistoryQuery {
        order: HistoryOrder::OldestFirst,
        limit: 1,
        ..contains("common")
    };
    let page = t.store.history(company, &oldest).await.unwrap();
    assert_eq!(page.entries[0].id, template.id);
    let rest = HistoryQuery {
        after: page.next,
        ..oldest
    };
    assert_eq!(found(t, company, &rest).await, [rare.id]);
    // All but these two have no URLs of their own, and come last.
    for (order, expected) in [
        (HistoryOrder::MostUrlsFirst, [rare.id, template.id]),
        (HistoryOrder::FewestUrlsFirst, [template.id, rare.id]),
    ] {
        let by_size = HistoryQuery {
            order,
            ..contains("common")
        };
        assert_eq!(found(t, company, &by_size).await, expected, "{order:?}");
    }
}

/// Few are read by their index, many by walking along what lies around them; the far ones of many by one index or another.
async fn a_beginning_that_many_share_is_found_as_well_as_a_rare_one(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let beginning = "https://h/is/image/shop/many-";
    let many: Vec<String> = (0..10_001).map(|n| format!("{beginning}{n:05}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let first = submitted(t, company, author, &many).await.id;
    copy_first(t).await;
    let around = ["https://h/a", many[7], "https://h/z"];
    let around = submitted(t, company, author, &around).await.id;
    let other = submitted(t, company, author, &["https://h/is/image/shop/other?$p$"]);
    let other = other.await.id;
    let long = format!("https://h/is/image/shop/{}", "long/".repeat(150));
    let elsewhere = ["https://i/is/image/shop/other", &long];
    let elsewhere = submitted(t, company, author, &elsewhere).await.id;
    let starts = |text: &str| url(UrlFilter::Starts(text.to_owned()));
    for (more, expected) in [
        ("", vec![around, first]),
        ("0", vec![around, first]),
        ("00", vec![around, first]),
        ("0000", vec![around, first]),
        ("00007", vec![around, first]),
        ("1", vec![first]),
        ("2", vec![]),
    ] {
        let newest = starts(&format!("{beginning}{more}"));
        assert_eq!(found(t, company, &newest).await, expected, "{more}");
        let of_author = HistoryQuery {
            person: Some(author),
            host: Some("h".to_owned()),
            ..newest.clone()
        };
        assert_eq!(found(t, company, &of_author).await, expected, "{more}");
        let mut one = HistoryQuery { limit: 1, ..newest };
        for expected in expected {
            let page = t.store.history(company, &one).await.unwrap();
            assert_eq!(page.entries[0].id, expected, "{more}");
            one.after = page.next;
        }
        assert_eq!(one.after, None, "{more}");
    }
    // Whether the rows tell how their URLs begin, or, as those of an older node, do not.
    for _ in 0..2 {
        for (beginning, expected) in [
            ("https://", vec![elsewhere, other, around, first]),
            ("https://h", vec![elsewhere, other, around, first]),
            ("https://h/is/", vec![elsewhere, other, around, first]),
            ("https://h/is/image/shop/other?$", vec![other]),
            ("https://h/is/image/shop/long/long/l", vec![elsewhere]),
            ("https://i/is/image/shop/", vec![elsewhere]),
            ("https://i/is/image/shop/l", vec![]),
            ("https://h/a\nhttps://h", vec![]),
        ] {
            let query = starts(beginning);
            assert_eq!(found(t, company, &query).await, expected, "{beginning}");
            let of_author = HistoryQuery {
                person: Some(author),
                ..query
            };
            assert_eq!(found(t, company, &of_author).await, expected, "{beginning}");
        }
        for (host, expected) in [
            ("h", vec![elsewhere, other, around, first]),
            ("i", vec![elsewhere]),
            ("is", vec![]),
        ] {
            let mut query = HistoryQuery {
                host: Some(host.to_owned()),
                ..all()
            };
            assert_eq!(found(t, company, &query).await, expected, "{host}");
            query.url = Some(UrlFilter::Contains("OTHER".to_owned()));
            let expected: Vec<_> = expected
                .into_iter()
                .filter(|id| [other, elsewhere].contains(id))
                .collect();
            let expected = if host == "h" { vec![other] } else { expected };
            assert_eq!(found(t, company, &query).await, expected, "{host}");
        }
        for (part, expected) in [
            ("MANY-00007", vec![around, first]),
            ("many-09999", vec![first]),
            ("many-19999", vec![]),
        ] {
            let query = url(UrlFilter::Contains(part.to_owned()));
            assert_eq!(found(t, company, &query).await, expected, "{part}");
        }
        t.db.execute("update invalidation set beginnings = null")
            .await;
    }
}

async fn pages_go_on_where_the_last_one_ended_in_either_order(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let mut ids = Vec::new();
    for _ in 0..7 {
        ids.push(submitted(t, company, author, &["https://h/a"]).await.id);
    }
    for order in [HistoryOrder::OldestFirst, HistoryOrder::NewestFirst] {
        for filter in [None, Some(UrlFilter::Is("https://h/a".to_owned()))] {
            let mut query = HistoryQuery {
                order,
                url: filter,
                limit: 3,
                ..HistoryQuery::default()
            };
            let mut seen = Vec::new();
            loop {
                let page = t.store.history(company, &query).await.unwrap();
                assert!(page.entries.len() <= 3);
                seen.extend(page.entries.iter().map(|entry| entry.id));
                query.after = page.next;
                if query.after.is_none() {
                    break;
                }
                submitted(t, company, author, &["https://h/later"]).await;
            }
            seen.truncate(7);
            if order == HistoryOrder::OldestFirst {
                assert_eq!(seen, ids);
            } else {
                assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 7, "none twice");
            }
        }
    }
    for limit in [0, -1, i64::MIN] {
        let query = HistoryQuery {
            limit,
            ..HistoryQuery::default()
        };
        assert_eq!(found(t, company, &query).await, [], "{limit}");
    }
}

async fn what_a_base_url_clears_along_with_itself_is_found(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    submitted(t, company, author, &["https://h/is/image/shop/b"]).await;
    let draft = t.draft(company, author).await;
    let covered = "https://h/is/image/shop/a?$Zoom$&wid=300";
    let mut submission = t.submission(&draft, 1, 1);
    let sent = &mut submission.batches[0].urls[0];
    "https://h/is/image/shop/a".clone_into(&mut sent.url);
    sent.covers = vec![
        "https://h/is/image/shop/a?x=\"y\"".to_owned(),
        covered.to_owned(),
    ];
    t.store.submit(&submission).await.unwrap();
    let shorter = &covered[..covered.len() - 1];
    for filter in [
        UrlFilter::Is(covered.to_owned()),
        UrlFilter::Is("https://h/is/image/shop/a".to_owned()),
        UrlFilter::Starts(shorter.to_owned()),
        UrlFilter::Contains("$zoom$&WID=300".to_owned()),
        UrlFilter::Contains("x=\"y".to_owned()),
    ] {
        let query = url(filter);
        assert_eq!(
            found(t, company, &query).await,
            [submission.id],
            "{query:?}"
        );
        let of_host = HistoryQuery {
            host: Some("h".to_owned()),
            ..query
        };
        assert_eq!(found(t, company, &of_host).await, [submission.id]);
        let of_another = HistoryQuery {
            host: Some("other".to_owned()),
            ..of_host
        };
        assert_eq!(found(t, company, &of_another).await, []);
    }
    for filter in [
        UrlFilter::Is(shorter.to_owned()),
        UrlFilter::Starts("is/image/shop/a?".to_owned()),
        UrlFilter::Starts("https://h/is/image/shop/a?$zoom$".to_owned()),
    ] {
        let query = url(filter);
        assert_eq!(found(t, company, &query).await, [], "{query:?}");
    }
    let parts = t
        .store
        .history_urls(company, &[submission.batches[0].id])
        .await
        .unwrap();
    assert_eq!(parts[0].covers, submission.batches[0].urls[0].covers);
}

async fn the_history_is_sorted_by_how_many_urls_there_are(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let mut sized = Vec::new();
    for size in [2, 1, 3, 1, 2, 3, 1_usize] {
        let urls = ["https://h/a", "https://h/b", "https://h/c"];
        let submission = submitted(t, company, author, &urls[..size]).await;
        sized.push((size, submission.id));
    }
    let mut fewest: Vec<_> = (0..).zip(&sized).collect();
    fewest.sort_by_key(|(number, (size, _))| (*size, *number));
    let fewest: Vec<_> = fewest.into_iter().map(|(_, (_, id))| *id).collect();
    let most = fewest.iter().rev().copied().collect();
    for (order, expected) in [
        (HistoryOrder::FewestUrlsFirst, fewest),
        (HistoryOrder::MostUrlsFirst, most),
    ] {
        for (person, url) in [
            (None, None),
            (Some(author), None),
            (None, Some(UrlFilter::Is("https://h/a".to_owned()))),
            (None, Some(UrlFilter::Contains("//h/a".to_owned()))),
        ] {
            let mut query = HistoryQuery {
                order,
                person,
                url,
                limit: 2,
                ..HistoryQuery::default()
            };
            let mut seen = Vec::new();
            loop {
                let page = t.store.history(company, &query).await.unwrap();
                seen.extend(page.entries.iter().map(|entry| entry.id));
                query.after = page.next;
                if query.after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{query:?}");
        }
    }
}

async fn the_state_of_an_invalidation_follows_its_batches(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let (bad, timed_out) = (failed(FailureKind::BadUrl), failed(FailureKind::TimedOut));
    for (outcomes, state) in [
        ([accepted(), accepted()], InvalidationState::Accepted),
        ([accepted(), bad.clone()], InvalidationState::Partly),
        ([bad.clone(), bad.clone()], InvalidationState::Refused),
        ([timed_out.clone(), bad], InvalidationState::Refused),
        ([timed_out.clone(), timed_out], InvalidationState::Failed),
    ] {
        t.later();
        let submission = t.submitted(company, author, 2).await;
        let now = async || t.store.history(company, &all()).await.unwrap().entries[0].clone();
        for outcome in outcomes {
            let before = now().await;
            assert_eq!(
                (before.id, before.state),
                (submission.id, InvalidationState::Sending)
            );
            finish(t, &outcome).await;
        }
        assert_eq!(now().await.state, state);
    }
}

async fn every_state_of_a_batch_counts_as_final_or_under_way(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    t.submitted(company, author, 1).await;
    for state in BatchState::ALL {
        let sql = format!("update batch set state = '{}'", state.as_str());
        t.db.execute(Box::leak(sql.into_boxed_str())).await;
        let page = t.store.history(company, &all()).await.unwrap();
        let is_under_way = matches!(
            page.entries[0].state,
            InvalidationState::Sending | InvalidationState::Paused
        );
        assert_eq!(!is_under_way, state.is_final(), "{state:?}");
    }
}

/// The latest of what was submitted with an asset.
async fn latest(t: &Fixture, company: CompanyId, asset: &str) -> Option<HistoryEntry> {
    let query = HistoryQuery {
        asset: Some(asset.to_owned()),
        limit: 1,
        ..HistoryQuery::default()
    };
    let mut page = t.store.history(company, &query).await.unwrap();
    page.entries.pop()
}

async fn an_asset_knows_when_it_was_cleared_last(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let last = async |id: &str| {
        let entry = latest(t, company, id).await;
        entry.map(|entry| (entry.id, entry.author_email, entry.state))
    };
    assert_eq!(last("1-1").await, None);
    t.submitted(company, author, 1).await;
    t.later();
    let formed = t.submitted(company, author, 2).await;
    let email = || "ann@example.com".to_owned();
    let sending = InvalidationState::Sending;
    assert_eq!(last("1-1").await, Some((formed.id, email(), sending)));
    let typed = submitted(
        t,
        company,
        author,
        &[
            "https://h/is/image/shop/1-1:Crop?wid=9",
            "https://h/is/image/shop/red%20boot",
        ],
    )
    .await;
    assert_eq!(last("1-1").await, Some((typed.id, email(), sending)));
    assert_eq!(last("red boot").await, Some((typed.id, email(), sending)));
    assert_eq!(last("2-2").await, Some((formed.id, email(), sending)));
    assert_eq!(last(&"x".repeat(10_000)).await, None);
}

async fn an_asset_of_the_same_id_under_another_root_is_another(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let own = submitted(t, company, author, &["https://h/is/image/shop/shoe"]).await;
    let other = submitted(t, company, author, &["https://h/is/image/other/shoe"]).await;
    let last = async || latest(t, company, "shoe").await.map(|entry| entry.id);
    assert_eq!(found(t, company, &all()).await, [other.id, own.id]);
    assert_eq!(last().await, Some(own.id));
    t.db.execute("update invalidation set searchable = false")
        .await;
    while t.store.make_searchable().await.unwrap() {}
    assert_eq!(last().await, Some(own.id));
}

async fn what_an_older_version_submitted_becomes_searchable(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let old = submitted(t, company, author, &["https://h/is/image/shop/shoe"]).await;
    t.db.execute("delete from history_asset; delete from _history_trigram; update invalidation set searchable = false")
        .await;
    assert!(t.store.make_searchable().await.unwrap());
    assert!(!t.store.make_searchable().await.unwrap());
    let last = latest(t, company, "shoe").await;
    assert_eq!(last.map(|entry| entry.id), Some(old.id));
}

async fn batches_and_urls_of_many_are_read_at_once(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let one = t.submitted(company, author, 2).await;
    finish(t, &accepted()).await;
    finish(t, &failed(FailureKind::BadUrl)).await;
    t.later();
    let two = t.submitted(company, author, 1).await;
    let batches = t
        .store
        .batches_of(company, &[one.id, two.id])
        .await
        .unwrap();
    assert_eq!(batches.len(), 3);
    let of_one: Vec<_> = batches
        .iter()
        .filter(|batch| batch.invalidation == one.id)
        .collect();
    assert_eq!((of_one[0].position, of_one[1].position), (1, 2));
    let receipt = of_one[0].receipt.as_ref().unwrap();
    assert_eq!(
        (receipt.handle.as_deref(), receipt.estimated_seconds),
        (Some("p|1"), Some(30))
    );
    let failure = of_one[1].failure.as_ref().unwrap();
    assert_eq!(
        (failure.code, failure.reason.as_str()),
        (Some(20_006), "a reason")
    );
    let ids: Vec<_> = batches.iter().map(|batch| batch.id).collect();
    let urls = t.store.history_urls(company, &ids).await.unwrap();
    assert_eq!(urls.len(), 6);
    let first = urls.iter().find(|url| url.batch == one.batches[0].id);
    let first = first.unwrap();
    assert_eq!(first.position, 1);
    assert_eq!(first.url, one.batches[0].urls[0].url);
    assert_eq!(first.origins, one.batches[0].urls[0].origins);
    assert_eq!(t.store.batches_of(company, &[]).await.unwrap(), []);
    assert_eq!(t.store.history_urls(company, &[]).await.unwrap(), []);
}

async fn the_assets_that_were_selected_in_many_are_read_at_once(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let assets = t.assets(company, &["a", "b", "c"]).await;
    let mut submitted = Vec::new();
    for selected in [&[2, 0][..], &[1], &[]] {
        t.later();
        let mut draft = t.draft(company, author).await;
        let keys: Vec<_> = selected.iter().map(|at| assets[*at].key).collect();
        let add = t.store.add_draft_assets(company, draft.id, &keys, t.now());
        add.await.unwrap();
        draft = t.store.draft(company, draft.id).await.unwrap().unwrap();
        t.store.submit(&t.submission(&draft, 1, 1)).await.unwrap();
        submitted.push(draft.id);
    }
    t.db.execute("update asset set vanished_at = 1 where id = 'a'")
        .await;
    let named = |of: usize, asset: &str| (submitted[of], asset.to_owned());
    let read = t.store.history_assets(company, &submitted).await.unwrap();
    assert_eq!(read, [named(0, "c"), named(0, "a"), named(1, "b")]);
    let read = t.store.history_assets(company, &submitted[1..]);
    assert_eq!(read.await.unwrap(), [named(1, "b")]);
    assert_eq!(t.store.history_assets(company, &[]).await.unwrap(), []);
    let other = t.company("other").await;
    let read = t.store.history_assets(other, &submitted);
    assert_eq!(read.await.unwrap(), []);
}

async fn a_note_is_kept_with_the_draft_and_stays_when_it_is_submitted(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let draft = t.draft(company, author).await;
    assert_eq!(t.store.note(company, draft.id).await.unwrap(), "");
    let note = "new sole, ticket \"7\" 👟\0";
    t.store.save_note(company, draft.id, note).await.unwrap();
    let kept = t.store.note(company, draft.id).await.unwrap();
    assert_eq!(kept, note.replace('\0', "\u{1a}"));
    assert_eq!(
        t.store
            .draft(company, draft.id)
            .await
            .unwrap()
            .unwrap()
            .version,
        draft.version
    );
    t.store.submit(&t.submission(&draft, 1, 1)).await.unwrap();
    t.store.save_note(company, draft.id, "other").await.unwrap();
    let page = t.store.history(company, &all()).await.unwrap();
    assert_eq!(page.entries[0].note, kept);
}

async fn a_copy_has_the_choices_and_is_a_draft(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let bob = t.person("bob@example.com").await;
    let assets = t.assets(company, &["boot", "shoe"]).await;
    let draft = Draft {
        manual_urls: "https://h/x".to_owned(),
        ..t.new_draft(company, author)
    };
    t.store.create_draft(&draft).await.unwrap();
    let keys: Vec<_> = assets.iter().map(|asset| asset.key).collect();
    t.store
        .add_draft_assets(company, draft.id, &keys, t.now())
        .await
        .unwrap();
    let removed = ["https://h/gone".to_owned()];
    t.store
        .remove_urls(company, draft.id, &removed, t.now())
        .await
        .unwrap();
    let copy = InvalidationId::from_uuid(t.clock.new_uuid());
    let refused = t
        .store
        .copy_to_draft(company, draft.id, copy, bob, t.now())
        .await;
    assert!(
        matches!(refused, Err(StoreError::NotFound)),
        "a draft is nobody else's"
    );

    let version = t
        .store
        .draft(company, draft.id)
        .await
        .unwrap()
        .unwrap()
        .version;
    let submission = Submission {
        version,
        ..t.submission(&draft, 1, 1)
    };
    t.store.submit(&submission).await.unwrap();
    let now = t.later();
    t.store
        .copy_to_draft(company, draft.id, copy, bob, now)
        .await
        .unwrap();
    let copied = t.store.draft(company, copy).await.unwrap().unwrap();
    assert_eq!(
        (copied.author, copied.version, copied.created_at),
        (bob, 1, now)
    );
    assert_eq!(
        (copied.options, copied.presets, copied.manual_urls),
        (draft.options, draft.presets, draft.manual_urls)
    );
    let selected = t.store.draft_assets(copy).await.unwrap();
    assert_eq!(super::ids(&selected), ["boot", "shoe"]);
    assert_eq!(
        t.store
            .removed_urls(copy)
            .await
            .unwrap()
            .into_iter()
            .collect::<Vec<_>>(),
        removed
    );
}

async fn what_colleagues_cleared_lately_is_known(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let (ann, bob) = (
        t.person("ann@example.com").await,
        t.person("bob@example.com").await,
    );
    submitted(t, company, ann, &["https://h/old"]).await;
    t.clock.advance(Duration::from_mins(10));
    let since = t.later();
    submitted(t, company, ann, &["https://h/a", "https://h/b"]).await;
    submitted(t, company, bob, &["https://h/mine"]).await;
    submitted(t, other, ann, &["https://h/elsewhere"]).await;
    let last = submitted(t, company, ann, &["https://h/a"]).await;
    let urls = [
        "https://h/a",
        "https://h/b",
        "https://h/old",
        "https://h/mine",
        "https://h/elsewhere",
    ];
    let cleared = async || {
        t.store
            .recently_cleared(company, bob, since, &urls)
            .await
            .unwrap()
    };
    let found = cleared().await;
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        ["https://h/a", "https://h/b"]
    );
    let a = &found["https://h/a"];
    assert_eq!(
        (a.author_email.as_str(), a.submitted_at),
        ("ann@example.com", last.now)
    );
    t.db.execute("update batch set state = 'refused'").await;
    assert!(
        cleared().await.is_empty(),
        "what Adobe refused was not cleared"
    );
    let none = t.store.recently_cleared(company, bob, since, &[]).await;
    assert!(none.unwrap().is_empty());
}

async fn what_is_old_and_final_is_forgotten_and_nothing_else(t: &Fixture) {
    let (company, author) = (t.company("shop").await, t.person("ann@example.com").await);
    let old = submitted(t, company, author, &["https://h/is/image/shop/shoe"]).await;
    finish(t, &accepted()).await;
    let draft = t.draft(company, author).await;
    let large = t.draft(company, author).await;
    t.store
        .submit(&t.submission(&large, 3, 1_000))
        .await
        .unwrap();
    for _ in 0..3 {
        finish(t, &accepted()).await;
    }
    let under_way = submitted(t, company, author, &["https://h/is/image/shop/boot"]).await;
    let before = t.later();
    let young = submitted(t, company, author, &["https://h/is/image/shop/shoe"]).await;
    let taken = "update batch set state = 'accepted' where created_at = (select max(created_at) from batch)";
    t.db.execute(taken).await;

    let mut steps = 0;
    while t.store.forget_some(before).await.unwrap() {
        steps += 1;
        assert!(steps < 10);
    }
    assert!(steps > 1, "a little at a time");
    assert_eq!(found(t, company, &all()).await, [young.id, under_way.id]);
    assert!(t.store.draft(company, draft.id).await.unwrap().is_some());
    assert_eq!(t.store.invalidation(company, old.id).await.unwrap(), None);
    let shoe = HistoryQuery {
        asset: Some("shoe".to_owned()),
        ..all()
    };
    assert_eq!(found(t, company, &shoe).await, [young.id]);
    assert_eq!(
        t.store
            .history_urls(company, &[old.batches[0].id])
            .await
            .unwrap(),
        []
    );
}

async fn another_companys_history_is_not_there(t: &Fixture) {
    let (company, other) = (t.company("shop").await, t.company("other").await);
    let author = t.person("ann@example.com").await;
    let own = submitted(t, company, author, &["https://h/is/image/shop/shoe"]).await;
    for query in [
        all(),
        url(UrlFilter::Contains("shoe".to_owned())),
        url(UrlFilter::Is("https://h/is/image/shop/shoe".to_owned())),
        HistoryQuery {
            asset: Some("shoe".to_owned()),
            ..all()
        },
        HistoryQuery {
            person: Some(author),
            after: "9223372036854775807".parse().ok(),
            ..all()
        },
    ] {
        assert_eq!(found(t, other, &query).await, [], "{query:?}");
        assert_eq!(found(t, company, &query).await, [own.id], "{query:?}");
    }
    assert_eq!(t.store.people_of_history(other).await.unwrap(), []);
    assert_eq!(t.store.batches_of(other, &[own.id]).await.unwrap(), []);
    let urls = t.store.history_urls(other, &[own.batches[0].id]).await;
    assert_eq!(urls.unwrap(), []);
    assert!(matches!(
        t.store.note(other, own.id).await,
        Err(StoreError::NotFound)
    ));
    let copy = InvalidationId::from_uuid(t.clock.new_uuid());
    assert!(matches!(
        t.store
            .copy_to_draft(other, own.id, copy, author, t.now())
            .await,
        Err(StoreError::NotFound)
    ));
}
