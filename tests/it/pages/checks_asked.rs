//! Checks beyond those that come by themselves: what somebody asks for on the outcome page, and its lists of what was looked
//! at.

use unstale::domain::PurgeScope;

use super::{
    checks::{PATIENCE, Stage, checks, judged, purge},
    listed,
};
use crate::support::{app::TestApp, browser::Answer, database::Backend};

#[tokio::test]
async fn what_stays_old_is_purged_again_together_and_checked_again_when_somebody_asks() {
    let app = TestApp::start().await;
    let urls: Vec<String> = (1..=3)
        .map(|wid| app.exact(&format!("spinset?wid={wid}")))
        .collect();
    for url in &urls {
        app.seen(url).await;
    }
    let stage = Stage::with(app, urls[0].clone(), PurgeScope::Exact, |switches| {
        switches.drop_purges = true;
    })
    .await;
    stage.publish();
    let path = purge(&stage.editor, &urls).await;
    let page = judged(&stage.app, &stage.editor, &path).await;
    assert!(
        page.text("#checks").contains("3 still old"),
        "{}",
        page.body
    );
    let old = page.form("form:has([value=purge-old])");
    let confirm = stage
        .editor
        .submit_and_follow(&old.press("do", "purge-old"))
        .await;
    assert_eq!(listed(&confirm), urls);

    // Meanwhile the CDN has cleared them all the same.
    stage.edge().switch(|switches| switches.drop_purges = false);
    stage.edge().purge(&urls);
    let again = page.form("#checks > form").press("do", "look-again");
    stage.editor.submit_and_follow(&again).await;
    let page = judged(&stage.app, &stage.editor, &path).await;
    assert!(page.text("#checks").contains("3 live"), "{}", page.body);
}

#[tokio::test]
async fn every_url_that_a_base_url_clears_is_sent_in_full_and_can_be_checked() {
    let app = TestApp::start().await;
    let urls: Vec<String> = (1..=60)
        .map(|wid| app.base(&format!("spinset?wid={wid}")))
        .collect();
    for url in &urls {
        app.seen(url).await;
    }
    let stage = Stage::with(app, urls[0].clone(), PurgeScope::Base, |switches| {
        switches.drop_purges = true;
    })
    .await;
    stage.publish();
    let path = purge(&stage.editor, &urls).await;
    let page = judged(&stage.app, &stage.editor, &path).await;
    let sample = checks(&stage.app, &path).await.len();
    assert!(sample < 60, "a sample");
    let full = page.form("form:has([value=full-urls])");
    let confirm = stage
        .editor
        .submit_and_follow(&full.press("do", "full-urls"))
        .await;
    assert_eq!(listed(&confirm).len(), 60, "not only those of the sample");
    let outcome = stage.editor.get(&path).await;
    let of_all = outcome.text("#urls .url-row .status");
    assert_eq!(of_all, "Still old", "its base URL stands for all of them");
    let summary = outcome.text("#checks > p[role=status]");
    assert!(
        summary.starts_with(&format!("Looked at {sample} URLs: ")),
        "{summary}"
    );

    let unchecked = stage.editor.get(&format!("{path}/unchecked")).await;
    assert_eq!(unchecked.count(".url-row"), 60 - sample);
    let all = page
        .form("form:has([value=check-all])")
        .press("do", "check-all");
    stage.editor.submit_and_follow(&all).await;
    judged(&stage.app, &stage.editor, &path).await;
    assert_eq!(checks(&stage.app, &path).await.len(), 60);
}

#[tokio::test]
async fn somebody_who_still_sees_the_old_picture_learns_whether_it_was_cleared() {
    let stage = Stage::start(false).await;
    stage.publish();
    let path = stage.purge().await;
    judged(&stage.app, &stage.editor, &path).await;
    let ask = async |url: &str| {
        let page = stage.editor.get(&format!("{path}/still-old")).await;
        let form = page.form("main form").set("url", url);
        stage.editor.submit(&form).await
    };
    for foreign in [
        "http://169.254.169.254/latest",
        "https://elsewhere.example/x.jpg",
        "spinset",
    ] {
        let refused = ask(foreign).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text("[role=alert]").contains("delivery hosts"));
        assert_eq!(refused.attributes("#url", "value"), [foreign]);
    }
    let other = stage.app.exact("spinset?wid=77");
    stage.app.seen(&other).await;
    assert_eq!(ask(&other).await.status, 303);
    let page = judged(&stage.app, &stage.editor, &path).await;
    let row = page.texts(".check-row").remove(0);
    assert!(
        row.contains("wid=77") && row.contains("did not clear this address"),
        "{row}"
    );
    let offer = page
        .form("form:has([value=purge-again])")
        .press("do", "purge-again");
    let confirm = stage.editor.submit_and_follow(&offer).await;
    assert_eq!(listed(&confirm), [other.as_str()]);

    assert_eq!(ask(&format!(" {}#top ", stage.url)).await.status, 303);
    let page = judged(&stage.app, &stage.editor, &path).await;
    assert_eq!(page.count(".check-row"), 2, "it was there already");
    let rows = page.texts(".check-row");
    let own = rows.iter().find(|row| row.contains("wid=300")).unwrap();
    assert!(
        own.contains("This invalidation cleared this address."),
        "{own}"
    );
    assert_eq!(page.count("[value=purge-again]"), 2, "and is offered too");
}

#[tokio::test]
async fn a_host_is_the_same_in_capital_letters() {
    let app = TestApp::start().await;
    let bare = app.exact("spinset?wid=300");
    let capital = bare.replace("http://", "HTTP://");
    let stage = Stage::with(app, capital, PurgeScope::Exact, |_| {}).await;
    let path = stage.purge().await;
    judged(&stage.app, &stage.editor, &path).await;
    for url in [&bare, &stage.url] {
        let asked = [("url", url.as_str())];
        let still_old = format!("{path}/still-old");
        assert_eq!(stage.editor.post(&still_old, &asked).await.status, 303);
        judged(&stage.app, &stage.editor, &path).await;
        let checks = checks(&stage.app, &path).await;
        assert_eq!(checks.len(), 1, "{checks:?}");
        assert_eq!((checks[0].covered, &checks[0].url), (true, &stage.url));
    }
}

#[tokio::test]
async fn what_a_base_url_in_capital_letters_clears_is_covered() {
    let app = TestApp::start().await;
    let bare = app.base("spinset?wid=300");
    let capital = app.base("spinset?wid=400").replace("http://", "HTTP://");
    let stage = Stage::with(app, capital, PurgeScope::Base, |_| {}).await;
    let path = stage.purge().await;
    let asked = [("url", bare.as_str())];
    let still_old = format!("{path}/still-old");
    assert_eq!(stage.editor.post(&still_old, &asked).await.status, 303);
    let checks = checks(&stage.app, &path).await;
    let check = checks.iter().find(|check| check.url == bare);
    assert!(check.is_some_and(|check| check.covered), "{checks:?}");
}

#[tokio::test]
async fn what_was_not_purged_is_not_said_to_have_come_back() {
    let stage = Stage::on(Backend::Sqlite, |switches| switches.parent = true).await;
    let other = stage.app.exact("spinset?wid=77");
    stage.app.seen(&other).await;
    let path = stage.purge().await;
    judged(&stage.app, &stage.editor, &path).await;
    stage.publish();
    stage.edge().purge(std::slice::from_ref(&other));
    let asked = [("url", other.as_str())];
    stage
        .editor
        .post(&format!("{path}/still-old"), &asked)
        .await;
    let page = judged(&stage.app, &stage.editor, &path).await;
    let row = page.texts(".check-row").remove(0);
    assert!(row.contains("wid=77") && row.contains("Still old"), "{row}");
    assert!(!row.contains("The purge worked"), "{row}");
}

#[tokio::test]
async fn only_what_a_base_url_clears_is_said_to_be_covered_by_it() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let path = purge(&editor, &[app.base("spinset"), app.base("spinset?wid=9")]).await;
    for (address, covered) in [
        (app.base("spinset?wid=77"), true),
        (app.base("spinset?req=set"), true),
        (app.base("spinset").replace("/image/", "/content/"), false),
        (app.base("?imageSet=(spinset)&req=set"), false),
    ] {
        let form = [("url", address.as_str())];
        editor.post(&format!("{path}/still-old"), &form).await;
        let all = checks(&app, &path).await;
        let check = all.iter().find(|check| check.url == address).unwrap();
        assert_eq!(check.covered, covered, "{address}");
    }
}

#[tokio::test]
async fn all_that_was_looked_at_can_be_seen_page_by_page() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let urls: Vec<String> = (1..=120)
        .map(|wid| app.exact(&format!("spinset?wid={wid}")))
        .collect();
    let path = purge(&editor, &urls).await;
    let page = judged(&app, &editor, &path).await;
    let all = page
        .form("form:has([value=check-all])")
        .press("do", "check-all");
    editor.submit(&all).await;
    let first = judged(&app, &editor, &path).await;
    assert_eq!(first.count(".check-row"), 100);
    let next = first.attributes("#checks .pager a", "href").remove(0);
    let second = editor.get(&next).await;
    assert_eq!(second.count(".check-row"), 20);
    let mut seen = first.texts(".check-row .url-text");
    seen.extend(second.texts(".check-row .url-text"));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 120);
    let beyond = editor.get(&format!("{path}?checks=99")).await;
    assert_eq!(beyond.count(".check-row"), 20, "the nearest that there is");
}

#[tokio::test]
async fn what_asks_for_somebody_is_on_the_first_page_and_all_are_counted() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let url = |wid: u32| app.exact(&format!("spinset?wid={wid}"));
    let path = purge(&editor, &(1..=120).map(url).collect::<Vec<_>>()).await;
    let page = judged(&app, &editor, &path).await;
    let all = page
        .form("form:has([value=check-all])")
        .press("do", "check-all");
    editor.submit(&all).await;
    judged(&app, &editor, &path).await;
    app.execute(
        "update url_check set verdict = 'nothing-newer', next_look_at = 4000000000000000 where url like '%wid=118'; \
         update url_check set verdict = 'could-not-check', doubt = 'Because.' where url like '%wid=119'; \
         update url_check set verdict = 'still-old' where url like '%wid=120'",
    )
    .await;
    let first = editor.get(&path).await;
    let second = editor.get(&format!("{path}?checks=2")).await;
    let mut live: Vec<String> = (1..=117).map(url).collect();
    live.sort();
    let mut expected = [120, 119, 118].map(url).to_vec();
    expected.extend(live);
    assert_eq!(first.texts(".check-row .url-text"), expected[..100]);
    assert_eq!(second.texts(".check-row .url-text"), expected[100..]);

    let seen = "117 live, 1 still old, 1 with nothing newer, 1 could not be checked.";
    for page in [&first, &second] {
        let summary = page.text("#checks > p[role=status]");
        let again = "1 URL will be looked at again.";
        assert_eq!(summary, format!("Looked at 120 of 120: {seen} {again}"));
        let headline = page.text("#standing");
        assert!(
            headline.contains(&format!("Of 120 checked so far: {seen}")),
            "{headline}"
        );
        let rows = page.texts("#urls .url-row");
        assert_eq!(rows.len(), 120);
        let with = |badge: &str| {
            let rows = rows.iter().filter(|row| row.contains(badge));
            rows.map(String::as_str).collect::<Vec<_>>()
        };
        assert_eq!(with("Live").len(), 117);
        for (badge, wid) in [("Still old", 120), ("Could not check", 119)] {
            let rows = with(badge);
            let is_own = rows.len() == 1 && rows[0].contains(&url(wid));
            assert!(is_own, "{badge}: {rows:?}");
        }
        assert_eq!(
            page.count("#urls .url-row .status"),
            119,
            "one is not decided"
        );
    }
}

#[tokio::test]
async fn each_list_of_the_outcome_stays_where_it_is_while_the_other_goes_on() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let urls: Vec<String> = (1..=210)
        .map(|wid| app.exact(&format!("spinset?wid={wid}")))
        .collect();
    let path = purge(&editor, &urls).await;
    let page = judged(&app, &editor, &path).await;
    let all = page
        .form("form:has([value=check-all])")
        .press("do", "check-all");
    editor.submit(&all).await;
    judged(&app, &editor, &path).await;
    let link = |page: &Answer, css| page.attributes(css, "href").pop().unwrap();
    let at = |page: &Answer| {
        (
            page.text("#checks .pager span"),
            page.count("#urls .url-row"),
        )
    };

    let second = "Page 2 of 3".to_owned();
    let page = editor
        .get(&link(&editor.get(&path).await, "#checks .pager a"))
        .await;
    assert_eq!(at(&page), (second.clone(), 200));
    let page = editor.get(&link(&page, "#urls .pager a")).await;
    assert_eq!(at(&page), (second, 10), "the checks stayed");
    let href = link(&page, "#checks .pager a");
    let page = editor.get(&href).await;
    let third = ("Page 3 of 3".to_owned(), 10);
    assert_eq!(at(&page), third, "the URLs stayed");

    let again = page.form(".check-row form").press("do", "look-again");
    let page = editor.submit_and_follow(&again).await;
    assert_eq!(at(&page), third, "so they do when a button is pressed");
    let part = href
        .replace("#checks", "")
        .replace(&path, &format!("{path}/checks"));
    let request = editor.request(reqwest::Method::GET, &part);
    let part = editor.send(request.header("hx-request", "true")).await;
    let back = editor.get(&link(&part, ".pager a")).await;
    assert_eq!(at(&back), ("Page 2 of 3".to_owned(), 10));
}

#[tokio::test]
async fn a_sample_is_looked_at_and_the_rest_when_somebody_asks() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let urls: Vec<String> = (1..=60)
        .map(|wid| app.exact(&format!("spinset?wid={wid}")))
        .collect();
    let path = purge(&editor, &urls).await;
    let page = judged(&app, &editor, &path).await;
    assert!(
        page.text("#checks")
            .contains("Looked at 50 of 60: 50 live."),
        "{}",
        page.body
    );
    let unchecked = editor.get(&format!("{path}/unchecked")).await;
    assert_eq!(unchecked.count(".url-row"), 10);
    let check = unchecked.form("main form");
    let first = unchecked.texts(".url-row .url-text").remove(0);
    assert_eq!(editor.submit(&check.press("url", &first)).await.status, 303);
    judged(&app, &editor, &path).await;
    assert_eq!(checks(&app, &path).await.len(), 51);

    let all = page
        .form("form:has([value=check-all])")
        .press("do", "check-all");
    assert_eq!(editor.submit(&all).await.status, 303);
    let page = judged(&app, &editor, &path).await;
    assert!(
        page.text("#checks").contains("Looked at 60 of 60"),
        "{}",
        page.body
    );
    assert_eq!(
        editor
            .get(&format!("{path}/unchecked"))
            .await
            .count(".url-row"),
        0
    );
}

#[tokio::test]
async fn all_of_a_large_run_are_looked_at_by_one_press_until_somebody_has_enough() {
    let app = TestApp::start().await;
    let editor = app.editor().await;
    let urls: Vec<String> = (1..=460)
        .map(|wid| app.exact(&format!("spinset?wid={wid}")))
        .collect();
    let path = purge(&editor, &urls).await;
    let page = judged(&app, &editor, &path).await;
    let press = |page: &Answer, button: &str| {
        page.form(&format!("form:has([value={button}])"))
            .press("do", button)
    };
    // While nothing can be looked at, for the edge does not answer.
    let edge = app.sandbox.edge(PurgeScope::Exact);
    edge.switch(|switches| switches.hold = true);
    editor.submit(&press(&page, "check-all")).await;
    let page = editor.get(&path).await;
    let section = page.text("#checks");
    assert!(
        section.contains("The others follow, 200 at a time."),
        "{section}"
    );
    let begun = async {
        while checks(&app, &path).await.len() <= 50 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, begun).await.unwrap();
    let page = editor
        .submit_and_follow(&press(&page, "check-no-more"))
        .await;
    assert!(page.has("[value=check-all]"));
    edge.switch(|switches| switches.hold = false);
    judged(&app, &editor, &path).await;
    let looked_at = checks(&app, &path).await.len();
    assert!((51..460).contains(&looked_at), "{looked_at}");

    editor.submit(&press(&page, "check-all")).await;
    let page = judged(&app, &editor, &path).await;
    let section = page.text("#checks");
    assert!(section.contains("Looked at 460 of 460"), "{section}");
    assert!(page.has("[value=check-all]"), "it has ended");
}
