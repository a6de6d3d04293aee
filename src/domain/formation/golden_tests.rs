//! The golden vectors, by their numbers, and the rules that they stand for.
//!
//! Held elsewhere: G9 and G21 by the IPS client (escaping, fault codes); G15's disabled button, G18's refusal on
//! selection, G19, G20 and G22 by the pages and by submitting; G23 by `template`.

use super::{Origin, SkipReason, UrlRoot, count, testing::Draft};
use crate::domain::{PurgeScope, UrlOrigin};

const SERVER: &str = "http://my.publishserver.com:8080";

#[test]
fn g1_the_documented_example_holds_to_the_byte() {
    let draft = Draft::new(SERVER, "dms7snapshot")
        .asset("spinset", "SpinSet")
        .template(
            "<ID>\n\
         <ID>?$pdp-main$\n\
         <ID>?scl=1&qlt=100\n\
         https://my.publishserver.com:8080/is/image/dms7snapshot/<ID>\n\
         http://my.publishserver.com:8080/is/content/dms7snapshot/gspdf\n",
        );
    assert_eq!(
        draft.urls(),
        [
            "http://my.publishserver.com:8080/is/content/dms7snapshot/gspdf",
            "http://my.publishserver.com:8080/is/image/dms7snapshot/spinset",
            "http://my.publishserver.com:8080/is/image/dms7snapshot/spinset?$pdp-main$",
            "http://my.publishserver.com:8080/is/image/dms7snapshot/spinset?scl=1&qlt=100",
            "https://my.publishserver.com:8080/is/image/dms7snapshot/spinset",
        ]
    );
    assert!(!draft.form().blocks());
}

/// One template line, one image: one URL.
fn line(server: &str, root: &str, line: &str, id: &str) -> String {
    let urls = Draft::new(server, root).images(&[id]).template(line).urls();
    assert_eq!(urls.len(), 1, "{urls:?}");
    urls.concat()
}

#[test]
fn g2_to_g7_template_lines_are_filled_in() {
    for (g, root, text, id, url) in [
        (
            "G2",
            "company_name",
            "https://my.publishserver.com/is/image/company_name/<ID>?$product$",
            "A",
            "https://my.publishserver.com/is/image/company_name/A?$product$",
        ),
        (
            "G3",
            "company_name",
            "<ID>",
            "A",
            "https://my.publishserver.com/is/image/company_name/A",
        ),
        (
            "G4",
            "dms7snapshot",
            "http://my.publishserver.com:8080/is/content/dms7snapshot/<ID>",
            "backpack",
            "http://my.publishserver.com:8080/is/content/dms7snapshot/backpack",
        ),
        (
            "G6",
            "Company",
            "https://sample.scene7.com/is/image/Company/<ID>?$s7product$",
            "Backpack_B",
            "https://sample.scene7.com/is/image/Company/Backpack_B?$s7product$",
        ),
        (
            "G7",
            "Company",
            "https://server.com/is/image/Company/<ID>?$product$",
            "Backpack_B",
            "https://server.com/is/image/Company/Backpack_B?$product$",
        ),
    ] {
        assert_eq!(line("my.publishserver.com", root, text, id), url, "{g}");
    }
}

#[test]
fn g5_a_line_without_id_is_formed_once_with_or_without_assets() {
    let fixed = "http://my.publishserver.com:8080/is/content/dms7snapshot/backpack";
    let draft = Draft::new(SERVER, "dms7snapshot").template(fixed);
    assert_eq!(draft.urls(), [fixed]);
    let draft = draft.images(&["A", "B", "C"]);
    let plan = draft.form();
    assert_eq!(draft.urls(), [fixed]);
    assert_eq!(plan.get(0).unwrap().origins, [Origin::Fixed { line: 1 }]);
    assert!(
        plan.skipped()
            .iter()
            .all(|skip| skip.reason == SkipReason::NoTemplateLine)
    );
    assert_eq!(plan.skipped().len(), 3);
}

#[test]
fn g8_with_both_options_off_an_image_gives_its_base_url() {
    let draft = Draft::new("S", "C").images(&["A"]);
    assert_eq!(draft.urls(), ["https://S/is/image/C/A"]);
}

#[test]
fn g10_presets_come_with_the_base_url() {
    let base = "http://s7d7.scene7.com/is/image/JJEsquire/11008047";
    let draft = Draft::new("http://s7d7.scene7.com", "JJEsquire")
        .images(&["11008047"])
        .presets(&["thumbnail", "product", "large"]);
    let expected =
        ["", "?$large$", "?$product$", "?$thumbnail$"].map(|query| format!("{base}{query}"));
    assert_eq!(draft.urls(), expected);
}

#[test]
fn g11_on_a_base_host_the_base_url_covers_its_query_strings() {
    let base = "https://weekendsite.scene7.com/is/image/co/image";
    let draft = Draft::new("https://weekendsite.scene7.com", "co")
        .host("https://weekendsite.scene7.com", PurgeScope::Base)
        .manual(&format!("{base}\n{base}?wid=300\n{base}?$PLP$"));
    let plan = draft.form();
    assert_eq!(draft.urls(), [base]);
    let covered: Vec<_> = plan
        .get(0)
        .unwrap()
        .covers()
        .map(|url| url.url.to_owned())
        .collect();
    assert_eq!(
        covered,
        [format!("{base}?$PLP$"), format!("{base}?wid=300")]
    );
}

#[test]
fn g12_on_a_generic_host_each_full_url_is_sent() {
    let base = "https://s7d1.scene7.com/is/image/co/image";
    let draft = Draft::new("https://s7d1.scene7.com", "co")
        .host("https://s7d1.scene7.com", PurgeScope::Exact)
        .manual(&format!("{base}\n{base}?wid=300"));
    assert_eq!(draft.urls(), [base.to_owned(), format!("{base}?wid=300")]);
    assert!(draft.form().urls().all(|url| url.covers().len() == 0));
}

#[test]
fn g13_a_crop_needs_a_line_of_its_own() {
    assert_eq!(
        line("S", "C", "<ID>:Large", "A"),
        "https://S/is/image/C/A:Large"
    );
}

#[test]
fn g14_the_service_path_is_not_doubled() {
    assert_eq!(
        line("https://h/is/image/", "C", "<ID>", "A"),
        "https://h/is/image/C/A"
    );
}

fn numbered(urls: usize) -> String {
    let lines: Vec<_> = (0..urls)
        .map(|n| format!("https://h/is/image/C/{n}\n"))
        .collect();
    lines.concat()
}

#[test]
fn g15_a_thousand_and_one_lines_are_counted_as_such() {
    let draft = Draft::new("https://h", "C").manual(&numbered(1_001));
    let count = count(&draft.input());
    assert_eq!((count.urls, count.manual), (1_001, 1_001));
}

#[test]
fn g16_a_duplicate_line_does_not_count() {
    let draft =
        Draft::new("https://h", "C").manual(&format!("{}https://h/is/image/C/7", numbered(1_000)));
    assert_eq!(count(&draft.input()).manual, 1_000);
    let plan = draft.form();
    let twice = plan.find("https://h/is/image/C/7").unwrap();
    assert_eq!(
        twice.origins,
        [Origin::Manual { line: 8 }, Origin::Manual { line: 1_001 }]
    );
}

#[test]
fn g17_a_pdf_alone_gives_nothing_and_says_so() {
    let draft = Draft::new("https://h", "C").asset("catalogue", "Pdf");
    for draft in [
        draft.clone(),
        draft.clone().presets(&["a"]),
        draft.template("<ID>?a"),
    ] {
        let plan = draft.form();
        assert_eq!(plan.urls().len(), 0);
        assert_eq!(plan.skipped()[0].reason, SkipReason::NotAutoFormed);
    }
}

#[test]
fn g18_an_unsupported_asset_never_yields_anything() {
    let draft = Draft::new("https://h", "C")
        .images(&["A"])
        .asset("letter", "Word")
        .presets(&["a"])
        .template("<ID>\nhttps://h/is/content/C/<ID>");
    let plan = draft.form();
    assert!(plan.urls().all(|url| !url.url.contains("letter")));
    assert_eq!(plan.skipped().len(), 1);
    assert_eq!(
        (plan.skipped()[0].asset, plan.skipped()[0].reason),
        (1, SkipReason::Unsupported)
    );
}

#[test]
fn g24_every_id_of_an_explicit_line_is_replaced() {
    assert_eq!(
        line(
            "h",
            "C",
            "https://h/is/image/C/<ID>?layer=1&src=is(C/<ID>)",
            "A"
        ),
        "https://h/is/image/C/A?layer=1&src=is(C/A)"
    );
}

#[test]
fn g25_blanks_and_line_ends_around_a_line_do_not_count() {
    let clean = Draft::new("https://h", "C")
        .images(&["A"])
        .template("<ID>?x\n<ID>?y")
        .urls();
    let untidy = "\u{feff} \t<ID>?x  \r\n\r\n \r\u{a0}<ID>?y\t\r";
    assert_eq!(
        Draft::new("https://h", "C")
            .images(&["A"])
            .template(untidy)
            .urls(),
        clean
    );
}

#[test]
fn g26_a_blank_in_an_id_is_encoded() {
    let draft = Draft::new("https://h", "C").images(&["red shoe"]);
    assert_eq!(draft.urls(), ["https://h/is/image/C/red%20shoe"]);
}

#[test]
fn g27_an_id_is_not_normalised() {
    let draft = Draft::new("https://h", "C").images(&["Gr\u{f6}\u{df}e", "Gro\u{308}\u{df}e"]);
    assert_eq!(
        draft.urls(),
        [
            "https://h/is/image/C/Gr%C3%B6%C3%9Fe",
            "https://h/is/image/C/Gro%CC%88%C3%9Fe"
        ]
    );
}

#[test]
fn g28_a_plus_is_encoded_and_its_raw_spelling_offered() {
    let draft = Draft::new("https://h", "C").images(&["a+b"]);
    assert_eq!(draft.urls(), ["https://h/is/image/C/a%2Bb"]);
    let plan = draft.form();
    let row = plan.get(0).unwrap();
    let offers: Vec<_> = row
        .problems()
        .filter_map(|problem| problem.offer.as_deref())
        .collect();
    assert_eq!(offers, ["https://h/is/image/C/a+b"]);
    // Taking the offer ends it.
    let taken = draft.manual(offers[0]).form();
    assert!(
        taken
            .problems()
            .iter()
            .all(|problem| problem.offer.is_none())
    );
}

#[test]
fn g29_an_alias_has_urls_and_a_batch_of_its_own() {
    let draft = Draft::new("https://h", "C")
        .alias("K")
        .images(&["A"])
        .template("<ID>");
    assert_eq!(
        draft.urls(),
        ["https://h/is/image/C/A", "https://h/is/image/K/A"]
    );
    let batches = draft.form().batches();
    let batches: Vec<_> = batches
        .iter()
        .map(|batch| (batch.root, batch.urls.as_slice()))
        .collect();
    assert_eq!(
        batches,
        [(UrlRoot::Company, &[0][..]), (UrlRoot::Alias, &[1][..])]
    );
}

#[test]
fn the_four_combinations_of_the_options() {
    let image = Draft::new("https://h", "C").images(&["A"]);
    let both = image.clone().presets(&["p"]).template("<ID>?x");
    let template = image.clone().template("<ID>?x");
    let presets = image.clone().presets(&["p"]);
    for (draft, queries) in [
        (image, &[""][..]),
        (presets, &["", "?$p$"]),
        (template, &["?x"]),
        (both, &["", "?$p$", "?x"]),
    ] {
        let expected: Vec<_> = queries
            .iter()
            .map(|q| format!("https://h/is/image/C/A{q}"))
            .collect();
        assert_eq!(draft.urls(), expected);
    }
}

#[test]
fn relative_lines_are_for_images_and_explicit_ones_for_all_supported_assets() {
    let draft = Draft::new("https://h", "C")
        .images(&["A"])
        .asset("doc", "Pdf")
        .template("<ID>?r\nhttps://h/is/content/C/<ID>.pdf");
    assert_eq!(
        draft.urls(),
        [
            "https://h/is/content/C/A.pdf",
            "https://h/is/content/C/doc.pdf",
            "https://h/is/image/C/A?r",
        ]
    );
    assert!(draft.form().skipped().is_empty());
}

#[test]
fn what_follows_a_relative_id_is_untouched() {
    assert_eq!(
        line("h", "C", "<ID>?src=is(C/<ID>)&", "A"),
        "https://h/is/image/C/A?src=is(C/<ID>)&"
    );
}

#[test]
fn equal_urls_merge_and_keep_all_their_origins() {
    let url = "https://h/is/image/C/A";
    let draft = Draft::new("https://h", "C")
        .images(&["A"])
        .presets(&["p"])
        .template(&format!("<ID>\n{url}\nhttps://h/is/image/C/<ID>"))
        .manual(&format!(" {url} \n{url}"));
    let plan = draft.form();
    let row = plan.find(url).unwrap();
    assert_eq!(
        row.origins,
        [
            Origin::Base { asset: 0 },
            Origin::Template { asset: 0, line: 1 },
            Origin::Template { asset: 0, line: 3 },
            Origin::Fixed { line: 2 },
            Origin::Manual { line: 1 },
            Origin::Manual { line: 2 },
        ]
    );
    let preset = plan.find(&format!("{url}?$p$")).unwrap().origins[0];
    let named = preset.named(&draft.input());
    assert_eq!(
        named,
        UrlOrigin::Preset {
            asset: "A".to_owned(),
            preset: "p".to_owned()
        }
    );
}

#[test]
fn an_alias_is_left_out_when_it_is_not_wanted_but_a_url_that_names_it_is_its_own() {
    let mut draft = Draft::new("https://h", "C")
        .alias("K")
        .images(&["A"])
        .manual("https://h/is/content/K/x.pdf");
    draft.options.alias = false;
    let plan = draft.form();
    let roots: Vec<_> = plan.urls().map(|url| (url.url, url.root)).collect();
    assert_eq!(
        roots,
        [
            ("https://h/is/content/K/x.pdf", UrlRoot::Alias),
            ("https://h/is/image/C/A", UrlRoot::Company),
        ]
    );
    assert!(!plan.blocks());
}

#[test]
fn formed_urls_belong_to_the_root_that_they_are_formed_for() {
    let draft = Draft::new("https://h", "C")
        .alias("K")
        .images(&["A"])
        .template("<ID>");
    let roots: Vec<_> = draft.form().urls().map(|url| url.root).collect();
    assert_eq!(roots, [UrlRoot::Company, UrlRoot::Alias]);
}

#[test]
fn removed_urls_stay_listed_and_are_not_sent() {
    let draft = Draft::new("https://h", "C")
        .images(&["A", "B", "C"])
        .remove("https://h/is/image/C/B")
        .remove("https://h/is/image/C/unknown")
        .remove("");
    let plan = draft.form();
    assert_eq!(plan.urls().len(), 3);
    assert!(plan.get(1).unwrap().removed);
    assert_eq!(plan.count().urls, 2);
    assert_eq!(
        plan.sent().map(|url| url.index()).collect::<Vec<_>>(),
        [0, 2]
    );
    assert_eq!(plan.batches()[0].urls, [0, 2]);
}

#[test]
fn a_batch_has_at_most_a_thousand_urls() {
    let draft = Draft::new("https://h", "C").manual(&numbered(2_001));
    let plan = draft.form();
    let sizes: Vec<_> = plan
        .batches()
        .iter()
        .map(|batch| batch.urls.len())
        .collect();
    assert_eq!(sizes, [1_000, 1_000, 1]);
}
