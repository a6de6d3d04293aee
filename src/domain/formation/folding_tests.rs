//! Folding: what a base host clears with one URL, and what it does not.

use super::{Origin, ProblemKind, count, testing::Draft};
use crate::domain::PurgeScope;

const HOST: &str = "https://smart.example.com";

fn draft() -> Draft {
    Draft::new(HOST, "C").host(HOST, PurgeScope::Base)
}

#[test]
fn a_single_query_string_is_sent_as_its_base_url_too() {
    let draft = draft().manual("https://smart.example.com/is/image/C/A?wid=300");
    let plan = draft.form();
    assert_eq!(draft.urls(), ["https://smart.example.com/is/image/C/A"]);
    let row = plan.get(0).unwrap();
    assert_eq!(row.origins, [Origin::Manual { line: 1 }]);
    assert_eq!(row.covers().len(), 1);
}

#[test]
fn a_crop_is_a_base_of_its_own() {
    let draft = draft()
        .images(&["A"])
        .template("<ID>\n<ID>?a\n<ID>:Crop?a\n<ID>:Crop?b\n<ID>-1?a");
    assert_eq!(
        draft.urls(),
        [
            "https://smart.example.com/is/image/C/A",
            "https://smart.example.com/is/image/C/A-1",
            "https://smart.example.com/is/image/C/A:Crop",
        ]
    );
    let plan = draft.form();
    let covers: Vec<_> = plan.urls().map(|url| url.covers().len()).collect();
    assert_eq!(covers, [1, 1, 2]);
}

#[test]
fn origins_belong_to_the_url_that_they_formed_and_to_its_base() {
    let draft = draft()
        .images(&["A"])
        .presets(&["p"])
        .template("<ID>?$p$")
        .manual("https://smart.example.com/is/image/C/A");
    let plan = draft.form();
    let row = plan.get(0).unwrap();
    let preset = Origin::Preset {
        asset: 0,
        preset: 0,
    };
    let template = Origin::Template { asset: 0, line: 1 };
    assert_eq!(
        row.origins,
        [
            Origin::Base { asset: 0 },
            Origin::Manual { line: 1 },
            preset,
            template
        ]
    );
    let covered = row.covers().next().unwrap();
    assert_eq!(covered.url, "https://smart.example.com/is/image/C/A?$p$");
    assert_eq!(covered.origins, [preset, template]);
}

#[test]
fn what_one_row_covers_does_not_run_into_the_next() {
    let draft = draft().images(&["A", "B"]).template("<ID>\n<ID>?a\n<ID>?b");
    let plan = draft.form();
    for (asset, row) in [0, 1].into_iter().zip(plan.urls()) {
        let origin = |line| Origin::Template { asset, line };
        assert_eq!(row.origins, [origin(1), origin(2), origin(3)]);
        let covered: Vec<_> = row.covers().map(|url| url.origins).collect();
        assert_eq!(covered, [[origin(2)], [origin(3)]]);
    }
}

#[test]
fn what_a_base_purge_does_not_reach_never_folds() {
    for url in [
        "https://smart.example.com/is/content/C/A?type=x",
        "https://smart.example.com/is/image/C?imageSet=(a,b)&req=set",
        "https://smart.example.com/is/image/C/?x",
        "https://smart.example.com/is/image/C/A#b?x",
        "https://other.example.com/is/image/C/A?x",
        "http://smart.example.com/is/image/C/A?x",
        // Blocked: it must stay visible as a row of its own.
        "https://smart.example.com/is/image/Foreign/A?x",
        "https://smart.example.com/is/image/C/A?x y",
    ] {
        assert_eq!(draft().manual(url).urls(), [url]);
    }
}

#[test]
fn without_folding_everything_is_sent_and_the_possibility_mentioned() {
    let mut draft = draft().images(&["A"]).template("<ID>?a\n<ID>?b");
    draft.options.fold = false;
    let plan = draft.form();
    assert_eq!(plan.urls().len(), 2);
    assert!(
        plan.problems()
            .iter()
            .any(|p| p.kind == ProblemKind::CouldFold { urls: 2 })
    );
}

#[test]
fn folded_urls_count_once() {
    let manual = (0..1_200).map(|n| format!("https://smart.example.com/is/image/C/A?wid={n}\n"));
    let draft = draft().manual(&manual.collect::<String>());
    let count = count(&draft.input());
    assert_eq!((count.urls, count.manual), (1, 1));
}

#[test]
fn a_removed_base_url_takes_what_it_covers_along() {
    let draft = draft()
        .manual("https://smart.example.com/is/image/C/A?x")
        .remove("https://smart.example.com/is/image/C/A");
    assert_eq!(count(&draft.input()).urls, 0);
    // A covered URL is not on the list, so it cannot be taken off it.
    let draft = draft.remove("https://smart.example.com/is/image/C/A?x");
    assert_eq!(draft.form().urls().filter(|url| url.removed).count(), 1);
}
