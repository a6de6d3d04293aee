//! What is said about URLs: each check, and that what is right is left in peace.

use super::{Place, Plan, Problem, ProblemKind, Severity, testing::Draft};
use crate::domain::{GenericHosts, PurgeScope};

fn draft() -> Draft {
    Draft::new("https://s7d9.scene7.com", "Acme").alias("Alias")
}

/// The problems of one Add URL line, without what is said about the list as a whole.
fn manual(url: &str) -> Vec<Problem> {
    let plan = draft().manual(url).form();
    let row = plan.get(0).unwrap();
    assert_eq!(row.url, url.trim());
    row.problems().cloned().collect()
}

fn kinds(url: &str) -> Vec<ProblemKind> {
    manual(url)
        .into_iter()
        .map(|problem| problem.kind)
        .collect()
}

fn options(plan: &Plan) -> Vec<&ProblemKind> {
    let of_options = plan
        .problems()
        .iter()
        .filter(|problem| problem.place == Place::Options);
    of_options.map(|problem| &problem.kind).collect()
}

#[test]
fn shapes_that_are_in_use_are_left_in_peace() {
    for url in [
        "https://s7d9.scene7.com/is/image/Acme/shoe?wid=300&fmt=webp-alpha,rgb",
        "https://s7d9.scene7.com/is/content/Acme/AdobeRIA-AVS.m3u8",
        "https://s7d9.scene7.com/is/content/Acme/scenery-AVS.m3u8?packagedStreaming=true",
        "https://s7d9.scene7.com/is/content/Alias/image.gif",
        "https://S7D9.scene7.com:443/is/image/Acme/Sleek:Swatch?req=userdata,json",
        "https://s7d9.scene7.com/is/image/Acme/test%3A4-3?wid=80&hei=60&fit=stretch",
        "https://s7d9.scene7.com/is/image/Acme/x?dpr=on,3&network=on&",
        "http://s7d9.scene7.com/is/agm/Acme/x",
        "https://s7d9.scene7.com/hls-vod/Acme/x.mp4.m3u8",
        "https://s7d9.scene7.com/is/image/Acme/x?bGF5ZXI9MQ==&a1b2",
    ] {
        assert_eq!(kinds(url), [], "{url}");
    }
}

#[test]
fn what_adobe_would_refuse_blocks() {
    let missing = || ProblemKind::MissingRoot {
        root: "Acme".to_owned(),
    };
    let foreign = |found: &str| ProblemKind::ForeignRoot {
        found: found.to_owned(),
        root: "Acme".to_owned(),
    };
    for (url, kind) in [
        (
            "ftp://s7d9.scene7.com/is/image/Acme/x",
            ProblemKind::NotHttp,
        ),
        ("shoe", ProblemKind::NotHttp),
        ("https:///is/image/Acme/x", ProblemKind::NoHost),
        (
            "https://s7d9.scene7.com/is/image/Acme/a b",
            ProblemKind::WhiteSpace,
        ),
        (
            "https://s7d9.scene7.com/is/image/Acme/a\tb",
            ProblemKind::WhiteSpace,
        ),
        (
            "https://s7d9.scene7.com/is/image/Acme/a\u{a0}b",
            ProblemKind::WhiteSpace,
        ),
        (
            "https://s7d9.scene7.com/is/image/Acme/a\0b",
            ProblemKind::ControlCharacter,
        ),
        (
            "https://s7d9.scene7.com/is/image/Acme/a\u{9c}b",
            ProblemKind::ControlCharacter,
        ),
        ("https://s7d9.scene7.com/is/image/Other/x", foreign("Other")),
        (
            "https://s7d9.scene7.com/is/content/Scene7SharedAssets/x",
            foreign("Scene7SharedAssets"),
        ),
        ("https://s7d9.scene7.com/is/image/", missing()),
        (
            "https://s7d9.scene7.com/s7viewers/html5/js/x.js",
            ProblemKind::NotDynamicMedia,
        ),
        ("https://s7d9.scene7.com", ProblemKind::NotDynamicMedia),
    ] {
        let problems = manual(url);
        assert_eq!(problems[0].kind, kind, "{url}");
        assert_eq!(problems[0].severity, Severity::Blocks, "{url}");
        assert!(draft().manual(url).form().blocks(), "{url}");
    }
}

#[test]
fn which_hosts_are_shared_is_said_from_outside() {
    let blocks = |url: &str, generic: &str| {
        let mut draft = draft().manual(url);
        draft.generic = GenericHosts::parse(generic).unwrap();
        draft.form().blocks()
    };
    for (url, ours, default) in [
        ("https://cdn.acme.example/x.js", true, false),
        ("https://s7d9.scene7.com/x.js", false, true),
    ] {
        assert_eq!(blocks(url, r"^cdn\.acme\.example$"), ours, "{url}");
        assert_eq!(blocks(url, GenericHosts::DEFAULT), default, "{url}");
    }
}

#[test]
fn an_id_to_be_replaced_is_explained_where_it_stands() {
    let by_hand = manual("https://s7d9.scene7.com/is/image/Acme/<ID>");
    assert!(
        by_hand[0]
            .sentence()
            .starts_with("In Add URL, “<ID>” is not replaced.")
    );
    let plan = draft()
        .template("https://s7d9.scene7.com/is/image/Acme/<id>")
        .form();
    let in_template = plan.problems().iter().map(Problem::sentence);
    assert!(
        in_template
            .into_iter()
            .any(|it| it.contains("Write <ID>, in capital letters"))
    );
}

#[test]
fn what_is_probably_a_mistake_warns() {
    let raw = |found| ProblemKind::RawCharacter { found };
    let left = |found: &str| ProblemKind::Placeholder {
        found: found.to_owned(),
    };
    for (rest, kind) in [
        ("ir/render/AcmeRender/x", ProblemKind::Rendering),
        ("e2/Acme/folder/x.mp4", ProblemKind::ClassicVideo),
        ("is/image/Acme/<ID>", left("<ID>")),
        ("is/image/Acme/&lt;ID&gt;", left("&lt;ID&gt;")),
        ("is/image/Acme/%3cID%3E?x", left("%3cID%3E")),
        ("is/image/Acme/ä{Id}", left("{Id}")),
        ("is/image/Acme/x?a=1&amp;b=2", ProblemKind::HtmlEntity),
        ("is/image/Acme/x#top", ProblemKind::Fragment),
        ("is/image/Acme?imageSet={a,b}&req=set", raw('{')),
        ("is/image/Acme/\"x\"", raw('"')),
        ("is/image/Acme/Größe", raw('ö')),
        ("is/image/Acme/x\u{200b}", raw('\u{200b}')),
        ("adobe/assets/urn:aaid:aem:1", ProblemKind::OpenApi),
    ] {
        let problems = manual(&format!("https://s7d9.scene7.com/{rest}"));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(
            (&problems[0].kind, problems[0].severity),
            (&kind, Severity::Warns)
        );
    }
}

#[test]
fn hosts_that_nobody_listed_warn_and_rule_sets_too() {
    let origin = "https://images.example.com".to_owned();
    let unknown = ProblemKind::UnknownHost { origin };
    assert_eq!(
        kinds("https://images.example.com/is/image/Acme/x"),
        std::slice::from_ref(&unknown)
    );
    assert_eq!(
        kinds("https://images.example.com/shoes/x"),
        [ProblemKind::RuleSet, unknown]
    );
    assert_eq!(
        kinds("https://delivery-p1-e2.adobeaemcloud.com/x"),
        [ProblemKind::OpenApi]
    );
    let listed = draft()
        .host("https://images.example.com", PurgeScope::Exact)
        .manual("https://images.example.com/is/image/Acme/x");
    assert_eq!(listed.form().get(0).unwrap().severity(), None);
}

#[test]
fn an_administrator_can_switch_the_root_check_off_for_a_host() {
    let mut draft = draft()
        .host("https://images.example.com", PurgeScope::Exact)
        .manual("https://images.example.com/is/image/Other/x\nhttps://images.example.com/shoes/x");
    draft.hosts[0].check_root = false;
    assert!(draft.form().urls().all(|url| url.severity().is_none()));
    draft.hosts[0].check_root = true;
    assert!(draft.form().blocks());
}

#[test]
fn a_root_that_another_one_starts_with_is_told_from_it() {
    let start = "https://s7d9.scene7.com/is/image/Acme";
    let plan = draft()
        .manual(&format!("{start}\n{start}Other/x\n{start}/x"))
        .form();
    let foreign = plan.find(&format!("{start}Other/x")).unwrap();
    assert_eq!(foreign.severity(), Some(Severity::Blocks));
    assert_eq!(
        plan.urls().filter(|url| url.severity().is_some()).count(),
        1
    );
}

#[test]
fn time_stamps_and_versions_are_mentioned() {
    let url = "https://s7d9.scene7.com/is/image/Acme/x?ts=1700000000&$p$&ID=ab&id=7&wid=3";
    assert_eq!(kinds(url), [ProblemKind::Timestamp, ProblemKind::Version]);
    assert_eq!(manual(url)[0].severity, Severity::Info);
    assert_eq!(
        kinds("https://s7d9.scene7.com/is/image/Acme/x?ts=&id=1a"),
        []
    );
}

#[test]
fn what_can_be_mended_is_offered_mended() {
    for (written, offer) in [
        (
            "https://s7d9.scene7.com/is/image/acme/acme?x",
            "https://s7d9.scene7.com/is/image/Acme/acme?x",
        ),
        (
            "https://s7d9.scene7.com/is/content/ALIAS/x",
            "https://s7d9.scene7.com/is/content/Alias/x",
        ),
        (
            "https://s7d9.scene7.com/is/static/Acme/x",
            "https://s7d9.scene7.com/is/content/Acme/x",
        ),
        (
            "https://s7d9.scene7.com/is/image/Acme/x?a&amp;b",
            "https://s7d9.scene7.com/is/image/Acme/x?a&b",
        ),
        (
            "https://s7d9.scene7.com/is/image/Acme/x?a#b",
            "https://s7d9.scene7.com/is/image/Acme/x?a",
        ),
        (
            "/is/image/Acme/x",
            "https://s7d9.scene7.com/is/image/Acme/x",
        ),
        (
            "//s7d9.scene7.com/is/image/Acme/x",
            "https://s7d9.scene7.com/is/image/Acme/x",
        ),
        (
            "s7d9.scene7.com/is/image/Acme/x",
            "https://s7d9.scene7.com/is/image/Acme/x",
        ),
    ] {
        let problems = manual(written);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].offer.as_deref(), Some(offer));
        assert_eq!(kinds(offer), []);
    }
}

#[test]
fn a_template_line_is_spoken_of_once_however_many_urls_it_forms() {
    let draft = draft()
        .images(&["A", "B"])
        .template("<ID>?a\n<ID>?<id>\nhttps://h/is/image/<ID>");
    let plan = draft.form();
    let lines: Vec<_> = plan
        .problems()
        .iter()
        .filter(|p| p.place != Place::Options)
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0].place, Place::Template { line: 3 });
    assert_eq!(
        lines[0].kind,
        ProblemKind::MissingRoot {
            root: "Acme".to_owned()
        }
    );
    assert_eq!(lines[1].place, Place::Template { line: 2 });
    assert_eq!(lines[1].offer.as_deref(), Some("<ID>?<ID>"));
    let blocked: Vec<_> = plan
        .urls()
        .filter(|url| url.severity() == Some(Severity::Blocks))
        .map(|url| url.url)
        .collect();
    assert_eq!(blocked, ["https://h/is/image/A", "https://h/is/image/B"]);
}

#[test]
fn an_id_that_looks_like_a_placeholder_is_none() {
    let plan = draft()
        .images(&["<ID>", "{ID}", "a#b&amp;"])
        .template("<ID>")
        .form();
    assert!(
        plan.urls()
            .all(|url| url.severity() != Some(Severity::Warns))
    );
}

#[test]
fn a_removed_url_or_an_unused_line_blocks_nothing() {
    let foreign = "https://s7d9.scene7.com/is/image/Other/x";
    assert!(draft().manual(foreign).form().blocks());
    assert!(!draft().manual(foreign).remove(foreign).form().blocks());
    let line = "https://s7d9.scene7.com/is/image/Other/<ID>";
    assert!(draft().template(line).images(&["A"]).form().blocks());
    let unused = draft().template(line).form();
    assert!(!unused.blocks());
    assert_eq!(unused.problems()[0].severity, Severity::Blocks);
}

#[test]
fn choices_that_give_little_are_remarked_on() {
    let only_base = draft().images(&["A"]).form();
    assert!(options(&only_base).contains(&&ProblemKind::OnlyBaseUrls));
    let smart = draft()
        .images(&["A"])
        .host("https://s7d9.scene7.com", PurgeScope::Base)
        .form();
    assert!(!options(&smart).contains(&&ProblemKind::OnlyBaseUrls));
    assert!(!options(&draft().form()).contains(&&ProblemKind::OnlyBaseUrls));
    assert!(options(&draft().template(" \n").form()).contains(&&ProblemKind::EmptyTemplate));
    assert!(options(&draft().presets(&[]).form()).contains(&&ProblemKind::NoPresets));
}

#[test]
fn the_other_scheme_is_mentioned_once_for_each_host() {
    let twin = |listed: &str, missing: &str| ProblemKind::SchemeTwin {
        listed: listed.to_owned(),
        missing: missing.to_owned(),
    };
    let text =
        "https://a.example.com/1\nhttps://A.example.com/2\nhttp://b:8080/1\nhttps://b:8080/1";
    let plan = draft().manual(text).form();
    assert_eq!(
        options(&plan),
        [&twin("https://a.example.com", "http://a.example.com")]
    );
}

#[test]
fn a_preset_name_is_checked_once_for_all_assets() {
    let plan = draft()
        .images(&["A", "B"])
        .presets(&["ok", "two words"])
        .form();
    assert!(plan.blocks());
    let place = Place::Preset { index: 1 };
    assert_eq!(
        plan.problems().iter().filter(|p| p.place == place).count(),
        1
    );
    let blocked = plan.urls().filter(|url| url.severity().is_some()).count();
    assert_eq!(blocked, 4); // two assets, two roots
}

#[test]
fn raw_spellings_are_offered_for_every_url_of_an_asset() {
    let plan = draft()
        .images(&["a b", "c+d"])
        .template("<ID>?x\n<ID>")
        .form();
    let problem = plan
        .problems()
        .iter()
        .find(|p| p.place == Place::Asset { index: 1 })
        .unwrap();
    assert_eq!(
        problem.offer.as_deref(),
        Some(
            "https://s7d9.scene7.com/is/image/Acme/c+d\nhttps://s7d9.scene7.com/is/image/Acme/c+d?x\n\
             https://s7d9.scene7.com/is/image/Alias/c+d\nhttps://s7d9.scene7.com/is/image/Alias/c+d?x"
        )
    );
    assert!(
        plan.problems()
            .iter()
            .all(|p| p.place != Place::Asset { index: 0 })
    );
}

#[test]
fn a_problem_that_a_url_has_twice_is_told_once() {
    let plan = draft()
        .images(&["c+d"])
        .presets(&["p"])
        .template("<ID>")
        .form();
    let row = plan.get(0).unwrap();
    assert_eq!(row.origins.len(), 2);
    assert_eq!(row.problems().count(), 1);
}

#[test]
fn odd_texts_are_taken_as_they_are() {
    let long = format!(
        "https://s7d9.scene7.com/is/image/Acme/{}",
        "x".repeat(100_000)
    );
    assert_eq!(kinds(&long), []);
    for url in [
        "\0",
        "\u{feff}\u{feff}",
        "http://",
        "https://%",
        "http://[::1",
        "é",
        "<",
        "&",
        "https://ä/is/image/Acme/ö",
    ] {
        let plan = draft().manual(url).form();
        for problem in plan.problems() {
            assert!(problem.sentence().ends_with('.'), "{problem:?}");
        }
    }
}

#[test]
fn every_sentence_says_something_and_stays_short() {
    let long = "x".repeat(10_000);
    let text = format!(
        "https://s7d9.scene7.com/is/image/{long}/x\nhttps://{long}/x\nhttps://s7d9.scene7.com/e2/x\nx\nhttps:///\n\
         https://h.example.com/ir/render/x\nhttps://s7d9.scene7.com/is/image/Acme/<id>?a b#\0&amp;ts=1&id=2"
    );
    let plan = draft()
        .images(&[&format!("{long}+")])
        .manual(&text)
        .presets(&[])
        .form();
    assert!(plan.problems().len() > 12);
    for problem in plan.problems() {
        let sentence = problem.sentence();
        assert!((20..400).contains(&sentence.len()), "{sentence}");
    }
}
