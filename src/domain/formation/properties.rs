//! What holds for every input.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    Origin, Place, Plan, ProblemKind, count,
    testing::{Draft, asset_of},
    text, upper_bound,
};
use crate::domain::{PurgeScope, UrlOrigin};

/// IDs that are beginnings of one another, that need encoding, that repeat.
fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[ab]{1,3}".prop_map(|id| id),
        1 => select(vec!["a-1", "a b", "a+b", "A", "é", "e\u{301}", "<ID>", "..", ""]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn asset_type() -> impl Strategy<Value = &'static str> {
    select(vec![
        "Image", "Image", "Image", "SpinSet", "Pdf", "Video", "Word", "",
    ])
}

/// Lines for the template and for Add URL alike.
fn line() -> impl Strategy<Value = String> {
    let common = vec![
        "<ID>",
        "<ID>?a",
        "<ID>?b&c",
        "<ID>:Crop?a",
        "<ID>-1",
        "https://smart.example.com/is/image/C/<ID>?x",
        "https://smart.example.com/is/content/C/<ID>",
        "https://h/is/image/C/a",
        "https://h/is/image/K/a?x",
        "https://smart.example.com/is/image/C/a?x",
        "https://smart.example.com/is/image/C/a",
        "https://smart.example.com/is/image/K/a?y",
        "https://<ID>/is/image/<ID>/<ID>?<ID>",
        "http://s7d1.scene7.com/x",
        " https://h/is/image/C/a\t",
        "",
    ];
    prop_oneof![5 => select(common).prop_map(str::to_owned), 1 => any::<String>(), 1 => "[ -~]{0,40}"]
}

fn lines() -> impl Strategy<Value = String> {
    (vec(line(), 0..12), select(vec!["\n", "\r\n", "\r"])).prop_map(|(lines, end)| lines.join(end))
}

prop_compose! {
    fn draft()(
        assets in vec((id(), asset_type()), 0..12),
        presets in vec(select(vec!["p", "q", "odd name", "#"]), 0..4),
        template in lines(),
        manual in lines(),
        (with_presets, with_template, alias, fold) in any::<(bool, bool, bool, bool)>(),
        has_alias in any::<bool>(),
        removed in vec(line(), 0..4),
    ) -> Draft {
        let server = if fold { "https://smart.example.com" } else { "https://h" };
        let mut draft = Draft::new(server, "C")
            .host("https://smart.example.com", PurgeScope::Base)
            .presets(&presets)
            .template(&template)
            .manual(&manual);
        if has_alias {
            draft = draft.alias("K");
        }
        draft.assets = assets.iter().map(|(id, kind)| asset_of(id, kind, "")).collect();
        draft.options.presets = with_presets;
        draft.options.template = with_template;
        draft.options.alias = alias;
        draft.options.fold = fold;
        draft.removed = removed.into_iter().collect();
        draft
    }
}

/// All that a plan says, in terms that do not depend on the order of selection.
type Named = Vec<(String, bool, Vec<UrlOrigin>, Vec<(String, Vec<UrlOrigin>)>)>;

fn named(plan: &Plan, draft: &Draft) -> Named {
    let input = draft.input();
    let names = |origins: &[Origin]| origins.iter().map(|origin| origin.named(&input)).collect();
    plan.urls()
        .map(|url| {
            let covers = url
                .covers()
                .map(|url| (url.url.to_owned(), names(url.origins)))
                .collect();
            (url.url.to_owned(), url.removed, names(url.origins), covers)
        })
        .collect()
}

/// Everything that is cleared: the URLs and those that they cover.
fn cleared(plan: &Plan) -> BTreeSet<String> {
    plan.urls()
        .flat_map(|url| {
            url.covers()
                .map(|url| url.url)
                .chain([url.url])
                .collect::<Vec<_>>()
        })
        .map(str::to_owned)
        .collect()
}

proptest! {
    #[test]
    fn urls_are_sorted_and_without_duplicates(draft in draft()) {
        let urls = draft.urls();
        prop_assert!(urls.windows(2).all(|pair| pair[0].chars().lt(pair[1].chars())), "{urls:?}");
    }

    #[test]
    fn every_url_has_an_origin_and_every_asset_is_one_or_is_skipped(draft in draft()) {
        let plan = draft.form();
        prop_assert!(plan.urls().all(|url| !url.origins.is_empty()));
        prop_assert!(plan.urls().flat_map(|url| url.covers()).all(|url| !url.origins.is_empty()));
        let formed: BTreeSet<usize> = plan
            .urls()
            .flat_map(|url| url.origins.iter().filter_map(|origin| origin.asset()))
            .map(|asset| asset as usize)
            .collect();
        let skipped: BTreeSet<usize> = plan.skipped().iter().map(|skip| skip.asset).collect();
        prop_assert!(formed.is_disjoint(&skipped));
        let all: BTreeSet<usize> = (0..draft.assets.len()).collect();
        prop_assert_eq!(&formed | &skipped, all);
    }

    #[test]
    fn a_manual_line_is_never_altered(draft in draft()) {
        let plan = draft.form();
        let cleared = cleared(&plan);
        for (line, url) in text::entries(&draft.manual) {
            prop_assert!(cleared.contains(url), "{:?}", url);
            let origin = Origin::Manual { line };
            prop_assert_eq!(plan.urls().filter(|url| url.origins.contains(&origin)).count(), 1);
        }
    }

    #[test]
    fn a_manual_line_is_judged_the_same_whatever_stands_before_it(draft in draft()) {
        let plan = draft.form();
        for (line, url) in text::entries(&draft.manual) {
            let alone = Draft { manual: url.to_owned(), template: String::new(), assets: Vec::new(), ..draft.clone() }.form();
            let kinds = |plan: &Plan, line| -> Vec<ProblemKind> {
                let place = Place::Manual { line };
                let here = plan.problems().iter().filter(|problem| problem.place == place);
                here.map(|problem| problem.kind.clone()).collect()
            };
            prop_assert_eq!(kinds(&plan, line), kinds(&alone, 1));
            let sent = alone.get(0).unwrap();
            prop_assert_eq!(plan.find(sent.url).map(|url| url.root), Some(sent.root));
        }
    }

    #[test]
    fn the_order_of_selection_changes_nothing((draft, order) in draft().prop_flat_map(|draft| {
        let order = Just(draft.assets.clone()).prop_shuffle();
        (Just(draft), order)
    })) {
        let shuffled = Draft { assets: order, ..draft.clone() };
        prop_assert_eq!(named(&draft.form(), &draft), named(&shuffled.form(), &shuffled));
    }

    #[test]
    fn forming_twice_gives_the_same(draft in draft()) {
        let (first, second) = (draft.form(), draft.form());
        prop_assert_eq!(named(&first, &draft), named(&second, &draft));
        prop_assert_eq!(first.problems(), second.problems());
    }

    #[test]
    fn folding_loses_no_url(draft in draft()) {
        let mut unfolded = draft.clone();
        unfolded.options.fold = false;
        let mut folded = draft;
        folded.options.fold = true;
        let before: BTreeSet<String> = unfolded.urls().into_iter().collect();
        let plan = folded.form();
        let after = cleared(&plan);
        prop_assert!(before.is_subset(&after));
        // What is added are base URLs of what is covered.
        for url in plan.urls().filter(|url| !before.contains(url.url)) {
            prop_assert!(url.covers().len() > 0);
        }
        for url in plan.urls() {
            for covered in url.covers() {
                prop_assert!(covered.url[url.url.len()..].starts_with('?'));
                prop_assert_eq!(&covered.url[..url.url.len()], url.url);
            }
        }
    }

    #[test]
    fn counting_gives_what_forming_gives(draft in draft()) {
        let plan = draft.form();
        prop_assert_eq!(count(&draft.input()), plan.count());
        prop_assert_eq!(plan.count().urls, plan.sent().count());
        let is_manual = |origin: &Origin| matches!(origin, Origin::Manual { .. });
        let manual = plan.urls().filter(|url| url.origins.iter().any(is_manual)).count();
        prop_assert_eq!(plan.count().manual, manual);
        prop_assert!(plan.urls().len() <= upper_bound(&draft.input()));
    }

    #[test]
    fn batches_hold_what_is_sent_once_and_one_root_each(draft in draft()) {
        let plan = draft.form();
        let mut batched = Vec::new();
        for batch in plan.batches() {
            prop_assert!((1..=1_000).contains(&batch.urls.len()));
            prop_assert!(batch.urls.iter().all(|url| plan.get(*url).unwrap().root == batch.root));
            batched.extend(batch.urls);
        }
        batched.sort_unstable();
        prop_assert_eq!(batched, plan.sent().map(|url| url.index()).collect::<Vec<_>>());
    }

    #[test]
    fn problems_are_sorted_and_found_again_at_their_urls(draft in draft()) {
        let plan = draft.form();
        prop_assert!(plan.problems().windows(2).all(|pair| pair[0] < pair[1]));
        for url in plan.urls() {
            let worst = url.problems().next().map(|problem| problem.severity);
            prop_assert_eq!(url.severity(), worst);
            for problem in url.problems() {
                prop_assert!(url.origins.iter().any(|origin| origin.places().any(|place| place == problem.place)));
                prop_assert!(!problem.sentence().is_empty());
            }
        }
    }
}
