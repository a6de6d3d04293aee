//! Checks, from the picture at the origin to the words on the outcome page: every row of the table of verdicts, behind an
//! edge that speaks and behind one that does not.

use std::time::Duration;

use unstale::{
    domain::{
        CheckFormat, CheckSettings, HostOrigin, InvalidationId, LookKind, PurgeScope, Verdict,
    },
    sandbox::{Edge, Switches},
    store::Check,
};

use super::{COMPANY, draft_with_urls, listed, next, settled, submit};
use crate::support::{
    app::{Start, TestApp},
    browser::{Answer, Browser, encode},
    database::Backend,
};

/// Longer than any of these takes.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// Submits these URLs, and waits until Adobe has taken them; the address of the outcome.
pub(super) async fn purge(browser: &Browser, urls: &[String]) -> String {
    let (_, details) = draft_with_urls(browser, &urls.join("\n")).await;
    let confirm = next(browser, &details).await;
    let path = submit(browser, &confirm).await;
    let page = settled(browser, &path).await;
    assert!(page.has(".status.accepted"), "{}", page.body);
    path
}

/// Moves the clock until every verdict is final; the outcome then.
pub(super) async fn judged(app: &TestApp, browser: &Browser, path: &str) -> Answer {
    let judged = async {
        loop {
            app.clock.advance(Duration::from_secs(61));
            // A minute that goes by during a look would belie how old an answer says that it is. What is due then may
            // itself wait for the clock.
            let _ = tokio::time::timeout(Duration::from_secs(2), looked_at_all(app, path)).await;
            let page = browser.get(path).await;
            assert_eq!(page.status, 200, "{}", page.body);
            let waits = page.body.contains("Looked at before the purge");
            if page.has(".check-row")
                && !waits
                && !page.has("#checks[hx-trigger='every 2s'], [value=check-no-more]")
            {
                return page;
            }
        }
    };
    tokio::time::timeout(PATIENCE, judged)
        .await
        .expect("the verdicts become final")
}

pub(super) async fn looked_at_all(app: &TestApp, path: &str) {
    let is_due = |check: &Check| check.next_look_at.is_some_and(|at| at <= app.clock.now());
    while checks(app, path).await.iter().any(is_due) {
        tokio::task::yield_now().await;
    }
}

pub(super) fn invalidation(path: &str) -> InvalidationId {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

pub(super) async fn checks(app: &TestApp, path: &str) -> Vec<Check> {
    let company = app.company().await.id;
    app.app
        .store
        .checks(company, invalidation(path))
        .await
        .unwrap()
}

/// An edge, an asset and one of its URLs, which the edge has had for a minute.
pub(super) struct Stage {
    pub(super) app: TestApp,
    pub(super) editor: Browser,
    pub(super) url: String,
    scope: PurgeScope,
}

impl Stage {
    pub(super) async fn on(backend: Backend, switch: impl FnOnce(&mut Switches)) -> Self {
        let app = TestApp::with(Start {
            backend,
            ..Start::default()
        })
        .await;
        let url = app.exact("spinset?wid=300");
        Self::with(app, url, PurgeScope::Exact, switch).await
    }

    pub(super) async fn with(
        app: TestApp,
        url: String,
        scope: PurgeScope,
        switch: impl FnOnce(&mut Switches),
    ) -> Self {
        app.sandbox.edge(scope).switch(switch);
        app.seen(&url).await;
        app.clock.advance(Duration::from_mins(1));
        let editor = app.editor().await;
        Self {
            app,
            editor,
            url,
            scope,
        }
    }

    pub(super) async fn start(silent: bool) -> Self {
        Self::on(Backend::Sqlite, |switches| switches.silent = silent).await
    }

    /// The same with a file, whose origin cannot be asked.
    async fn file(silent: bool) -> Self {
        let app = TestApp::start().await;
        let url = format!("{}/is/content/dms7snapshot/gspdf", app.sandbox.exact_url());
        Self::with(app, url, PurgeScope::Exact, |switches| {
            switches.silent = silent;
        })
        .await
    }

    pub(super) fn edge(&self) -> &Edge {
        self.app.sandbox.edge(self.scope)
    }

    pub(super) fn publish(&self) {
        self.app.sandbox.publish("spinset");
        self.app.clock.advance(Duration::from_secs(5));
    }

    pub(super) async fn purge(&self) -> String {
        purge(&self.editor, std::slice::from_ref(&self.url)).await
    }

    /// Purges it, and tells the final verdict with the page that shows it.
    pub(super) async fn verdict(&self) -> (Verdict, Answer) {
        let path = self.purge().await;
        let page = judged(&self.app, &self.editor, &path).await;
        let checks = checks(&self.app, &path).await;
        assert_eq!(checks.len(), 1, "{checks:?}");
        assert_eq!(
            checks[0].url, self.url,
            "the URL itself is what is looked at"
        );
        (checks[0].verdict.unwrap(), page)
    }
}

#[tokio::test]
async fn a_new_picture_is_live_whether_or_not_the_edge_speaks() {
    for silent in [false, true] {
        let stage = Stage::start(silent).await;
        stage.publish();
        let (verdict, page) = stage.verdict().await;
        assert_eq!(verdict, Verdict::Live);
        assert!(page.text(".check-row .status").starts_with("Live"));
        assert!(
            page.text("#checks").contains("Looked at 1 of 1: 1 live."),
            "{}",
            page.body
        );
        assert!(page.body.contains("This is what one place sees"));
    }
}

#[tokio::test]
async fn the_same_on_postgresql() {
    let stage = Stage::on(Backend::Postgres, |_| {}).await;
    stage.publish();
    assert_eq!(stage.verdict().await.0, Verdict::Live);
}

#[tokio::test]
async fn what_is_withdrawn_is_no_longer_delivered() {
    for silent in [false, true] {
        let stage = Stage::start(silent).await;
        stage.app.sandbox.origin().unpublish("spinset");
        let (verdict, page) = stage.verdict().await;
        assert_eq!(verdict, Verdict::Gone);
        assert!(
            page.text(".check-row .status")
                .starts_with("Live: no longer delivered")
        );
    }
}

#[tokio::test]
async fn nothing_newer_is_said_only_where_the_edge_shows_that_the_origin_was_asked() {
    let (verdict, page) = Stage::start(false).await.verdict().await;
    assert_eq!(verdict, Verdict::NothingNewer);
    assert!(
        page.text(".check-row .hint")
            .contains("publish it and purge again")
    );
    let (verdict, page) = Stage::start(true).await.verdict().await;
    assert_eq!(verdict, Verdict::CouldNotCheck);
    assert!(
        page.text(".check-row .hint")
            .contains("nothing tells whether the host has fetched it anew")
    );
}

#[tokio::test]
async fn a_dropped_purge_leaves_the_old_picture_whether_or_not_the_edge_speaks() {
    for silent in [false, true] {
        let stage = Stage::start(silent).await;
        stage.edge().switch(|switches| switches.drop_purges = true);
        stage.publish();
        let (verdict, page) = stage.verdict().await;
        assert_eq!(verdict, Verdict::StillOld);
        let again = page
            .form("form:has([value=purge-again])")
            .press("do", "purge-again");
        let confirm = stage.editor.submit_and_follow(&again).await;
        assert_eq!(
            listed(&confirm),
            [stage.url.as_str()],
            "a draft, which nobody has sent"
        );
        assert_eq!(stage.app.ips().calls().len(), 1);
    }
}

#[tokio::test]
async fn a_parent_cache_that_is_purged_later_fills_the_edge_with_the_old_picture_again() {
    for (silent, expected) in [(false, Verdict::CachedAgain), (true, Verdict::StillOld)] {
        let stage = Stage::on(Backend::Sqlite, |switches| {
            switches.parent = true;
            switches.silent = silent;
        })
        .await;
        stage.publish();
        let (verdict, page) = stage.verdict().await;
        assert_eq!(verdict, expected);
        assert!(page.has("[value=purge-again]"));
        stage.edge().purge_parent();
        assert_eq!(stage.verdict().await.0, Verdict::Live);
    }
}

#[tokio::test]
async fn a_picture_that_the_edge_did_not_have_is_live_when_it_is_the_origins() {
    let stage = Stage::start(false).await;
    let stage = Stage {
        url: stage.app.exact("spinset?wid=301"),
        ..stage
    };
    assert_eq!(stage.verdict().await.0, Verdict::Live);
}

/// Without a header nobody knows that the edge did not have it, and so not whether it is what was there before.
#[tokio::test]
async fn on_a_silent_edge_a_picture_that_it_did_not_have_is_not_called_live() {
    let stage = Stage::start(true).await;
    let stage = Stage {
        url: stage.app.exact("spinset?wid=301"),
        ..stage
    };
    assert_eq!(stage.verdict().await.0, Verdict::CouldNotCheck);
}

#[tokio::test]
async fn a_host_that_refuses_or_does_not_answer_is_no_verdict() {
    for silent in [false, true] {
        let stage = Stage::start(silent).await;
        stage.publish();
        stage.edge().switch(|switches| switches.failing = true);
        let (verdict, page) = stage.verdict().await;
        assert_eq!(verdict, Verdict::CouldNotCheck);
        let hint = page.text(".check-row .hint");
        assert!(hint.contains("HTTP 503"), "{hint}");
        assert!(!page.has("[value=purge-again]"));
    }
    // Nobody listens there.
    let app = TestApp::start().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let origin = HostOrigin::of(&host).unwrap();
    let company = app.company().await.id;
    let added = app.app.store.add_delivery_host(company, &origin, false);
    assert!(added.await.unwrap());
    let editor = app.editor().await;
    let path = purge(&editor, &[format!("{host}/is/image/dms7snapshot/spinset")]).await;
    let page = judged(&app, &editor, &path).await;
    let check = checks(&app, &path).await.remove(0);
    assert_eq!(check.verdict, Some(Verdict::CouldNotCheck));
    let hint = page.text(".check-row .hint");
    assert!(hint.contains("could not be looked at"), "{hint}");
}

#[tokio::test]
async fn a_file_is_judged_by_what_was_there_before() {
    for (silent, expected) in [(false, Verdict::StillOld), (true, Verdict::CouldNotCheck)] {
        let stage = Stage::file(silent).await;
        stage.edge().switch(|switches| switches.drop_purges = true);
        assert_eq!(stage.verdict().await.0, expected);

        let stage = Stage::file(silent).await;
        stage.app.sandbox.publish("gspdf");
        assert_eq!(stage.verdict().await.0, Verdict::Live);
    }
}

#[tokio::test]
async fn an_edge_that_leaves_the_query_out_of_its_key_does_not_show_the_origin() {
    let stage = Stage::on(Backend::Sqlite, |switches| switches.ignore_query = true).await;
    let path = stage.purge().await;
    judged(&stage.app, &stage.editor, &path).await;
    let check = checks(&stage.app, &path).await.remove(0);
    assert_ne!(
        check.verdict,
        Some(Verdict::NothingNewer),
        "O came from the cache"
    );
}

#[tokio::test]
async fn a_slow_host_delays_no_purge_beyond_what_is_allowed() {
    let stage = Stage::start(false).await;
    stage.publish();
    stage.edge().switch(|switches| switches.hold = true);
    let (_, details) = draft_with_urls(&stage.editor, &stage.url).await;
    let confirm = next(&stage.editor, &details).await;
    let path = submit(&stage.editor, &confirm).await;
    let sent = async {
        while stage.app.ips().calls().is_empty() {
            stage.app.clock.advance(Duration::from_secs(1));
            // Time enough for what is due now: the lease would end as well.
            for _ in 0..5 {
                stage.editor.get(&path).await;
            }
        }
    };
    tokio::time::timeout(PATIENCE, sent)
        .await
        .expect("it is sent");
    stage.edge().switch(|switches| switches.hold = false);
    judged(&stage.app, &stage.editor, &path).await;
    let check = checks(&stage.app, &path).await.remove(0);
    assert_eq!(
        check.verdict,
        Some(Verdict::Live),
        "it is what the origin has"
    );
    let company = stage.app.company().await.id;
    let looks = stage.app.app.store.looks(company, check.id).await.unwrap();
    let before = looks
        .iter()
        .find(|look| look.kind == LookKind::Before)
        .unwrap();
    assert!(
        before
            .look
            .as_ref()
            .unwrap_err()
            .contains("before the purge")
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_is_judged_by_its_validators() {
    let stage = Stage::on(Backend::Sqlite, |switches| switches.huge = true).await;
    stage.publish();
    let path = stage.purge().await;
    judged(&stage.app, &stage.editor, &path).await;
    let check = checks(&stage.app, &path).await.remove(0);
    assert_eq!(check.verdict, Some(Verdict::Live));
    let company = stage.app.company().await.id;
    for look in stage.app.app.store.looks(company, check.id).await.unwrap() {
        assert_eq!(look.look.unwrap().hash, None);
    }
}

#[tokio::test]
async fn before_and_after_stand_side_by_side_and_can_do_nothing() {
    let stage = Stage::start(false).await;
    let old = stage.app.seen(&stage.url).await;
    stage.publish();
    let (_, page) = stage.verdict().await;
    assert_eq!(page.texts(".looks figcaption"), ["Before", "After"]);
    let pictures = page.attributes(".looks img", "src");
    let before = stage.editor.get(&pictures[0]).await;
    let after = stage.editor.get(&pictures[1]).await;
    assert_eq!(before.body, old);
    assert_ne!(after.body, old);
    assert_eq!(before.header("content-type"), "image/svg+xml");
    assert_eq!(before.header("x-content-type-options"), "nosniff");
    let policy = before.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("sandbox"),
        "{policy}"
    );
    let anonymous = stage.app.anonymous().get(&pictures[0]).await;
    assert_ne!(anonymous.status, 200);
}

#[tokio::test]
async fn a_covered_url_is_looked_at_in_every_format_and_its_host_is_doubted_when_it_stays_old() {
    let app = TestApp::start().await;
    let url = app.base("spinset?wid=300");
    let stage = Stage::with(app, url, PurgeScope::Base, |switches| {
        switches.drop_purges = true;
    })
    .await;
    stage.publish();
    let (verdict, page) = stage.verdict().await;
    assert_eq!(verdict, Verdict::StillOld);
    assert_eq!(stage.app.ips().calls()[0].urls, [stage.app.base("spinset")]);
    let company = stage.app.company().await.id;
    let path = page
        .attributes("form[action$='/checks']", "action")
        .remove(0);
    let path = path.strip_suffix("/checks").unwrap();
    let check = checks(&stage.app, path).await.remove(0);
    let looks = stage.app.app.store.looks(company, check.id).await.unwrap();
    for format in CheckFormat::ALL {
        let kinds = looks.iter().filter(|look| look.format == format).count();
        assert_eq!(kinds, 3, "{format:?}");
    }
    assert!(
        !page.text(".check-row").contains("As AVIF:"),
        "all the same"
    );
    stage
        .app
        .execute(
            "update url_look set hash = zeroblob(32) where format <> 'avif' and kind <> 'before'",
        )
        .await;
    let row = stage.editor.get(path).await.text(".check-row");
    let told = "As AVIF: The same as before the purge; it is not what Dynamic Media has.";
    assert!(row.contains(told), "{row}");
    assert!(
        page.text("#checks .notice")
            .contains("Tell an administrator")
    );
    let admin = stage.app.admin().await.get(path).await;
    assert!(admin.has("#checks .notice a[href$='/settings/hosts']"));

    let full = page
        .form("form:has([value=full-urls])")
        .press("do", "full-urls");
    let confirm = stage.editor.submit_and_follow(&full).await;
    assert_eq!(listed(&confirm), [stage.url.as_str()]);

    // What was cleared by its base URL is known to be, and looked at, whatever is pressed.
    let again = page
        .form(".check-row form:has([value=purge-again])")
        .press("do", "purge-again");
    let record = stage.editor.get(&format!("{path}/record")).await;
    assert_eq!(record.texts(".more .more summary"), ["also clears 1"]);
    assert!(record.text(".more .cover-list").contains(&stage.url));
    let all_again = record.form("form[action$='/again']");
    let confirms = [
        stage.editor.submit_and_follow(&again).await,
        stage.editor.submit_and_follow(&all_again).await,
    ];
    for confirm in confirms {
        assert_eq!(listed(&confirm), [stage.app.base("spinset")]);
        let path = submit(&stage.editor, &confirm).await;
        let outcome = settled(&stage.editor, &path).await;
        assert!(outcome.text("#urls").contains("also clears 1"));
        assert!(outcome.text("#urls .cover-list").contains(&stage.url));
        judged(&stage.app, &stage.editor, &path).await;
        assert_eq!(checks(&stage.app, &path).await[0].url, stage.url);
    }
    let found = stage
        .editor
        .get(&format!(
            "/c/dms7snapshot/invalidations?{}",
            encode(&[("url", &stage.url), ("how", "is")])
        ))
        .await;
    assert_eq!(found.count("#results tbody tr"), 3);
    let csv = stage
        .editor
        .get("/c/dms7snapshot/invalidations/export.csv")
        .await;
    assert!(csv.body.contains(&stage.url));
}

/// The formats in which the only URL of an invalidation was looked at, before or after.
async fn formats(stage: &Stage, path: &str, kind: LookKind) -> Vec<CheckFormat> {
    let company = stage.app.company().await.id;
    let check = checks(&stage.app, path).await.remove(0);
    let looks = stage.app.app.store.looks(company, check.id).await.unwrap();
    let mut formats: Vec<_> = looks
        .iter()
        .filter(|look| look.kind == kind && look.look.is_ok())
        .map(|look| look.format)
        .collect();
    formats.sort_unstable();
    formats
}

#[tokio::test]
async fn an_old_copy_in_another_format_is_seen_on_any_host_that_negotiates() {
    for negotiates in [true, false] {
        let stage = Stage::on(Backend::Sqlite, |switches| {
            switches.negotiates = negotiates;
            switches.purges_plain_only = true;
        })
        .await;
        stage.app.seen_as(&stage.url, "image/webp").await;
        stage.publish();
        let path = stage.purge().await;
        let page = judged(&stage.app, &stage.editor, &path).await;
        let check = checks(&stage.app, &path).await.remove(0);
        let (verdict, looked_at) = if negotiates {
            (Verdict::StillOld, &CheckFormat::ALL[..])
        } else {
            (Verdict::Live, &CheckFormat::ALL[..1])
        };
        assert_eq!(check.verdict, Some(verdict), "{}", page.body);
        for kind in [LookKind::Before, LookKind::After] {
            assert_eq!(formats(&stage, &path, kind).await, looked_at, "{kind:?}");
        }
        let row = page.text(".check-row");
        assert_eq!(row.contains("As WebP: "), negotiates, "{row}");
    }
}

#[tokio::test]
async fn where_nobody_looked_before_the_look_after_tells_that_the_host_negotiates() {
    let stage = Stage::on(Backend::Sqlite, |switches| {
        switches.negotiates = true;
        switches.failing = true;
    })
    .await;
    let path = stage.purge().await;
    stage.edge().switch(|switches| switches.failing = false);
    judged(&stage.app, &stage.editor, &path).await;
    let after = formats(&stage, &path, LookKind::After).await;
    assert_eq!(after, CheckFormat::ALL);
}

#[tokio::test]
async fn a_url_that_asks_for_smart_imaging_is_looked_at_in_every_format() {
    let app = TestApp::start().await;
    let url = app.exact("spinset?wid=300&bfc=on");
    let stage = Stage::with(app, url, PurgeScope::Exact, |_| {}).await;
    stage.publish();
    let path = stage.purge().await;
    judged(&stage.app, &stage.editor, &path).await;
    let before = formats(&stage, &path, LookKind::Before).await;
    assert_eq!(before, CheckFormat::ALL);
}

#[tokio::test]
async fn what_a_host_did_not_hold_is_looked_at_again_before_it_cannot_be_checked() {
    let stage = Stage::start(false).await;
    stage.publish();
    let path = stage.purge().await;
    judged(&stage.app, &stage.editor, &path).await;
    stage.app.clock.advance(Duration::from_hours(1));
    let other = stage.app.exact("spinset?wid=88");
    let asked = [("url", other.as_str())];
    stage
        .editor
        .post(&format!("{path}/still-old"), &asked)
        .await;
    let page = judged(&stage.app, &stage.editor, &path).await;
    let row = page.texts(".check-row").remove(0);
    assert!(
        row.contains("wid=88") && row.contains("As Dynamic Media has it"),
        "{row}"
    );
}

#[tokio::test]
async fn where_nothing_could_be_looked_at_before_it_is_looked_at_after() {
    let start = Start {
        checks: CheckSettings {
            allowed: Duration::ZERO,
            ..CheckSettings::default()
        },
        ..Start::default()
    };
    let app = TestApp::with(start).await;
    let url = app.exact("spinset?wid=300");
    let stage = Stage::with(app, url, PurgeScope::Exact, |_| {}).await;
    stage.publish();
    assert_eq!(stage.verdict().await.0, Verdict::Live);
}

#[tokio::test]
async fn no_picture_of_an_earlier_look_stands_beside_one_that_failed() {
    let stage = Stage::start(false).await;
    stage.publish();
    let path = stage.purge().await;
    let page = judged(&stage.app, &stage.editor, &path).await;
    let after = "img[alt='What the host delivered at the last look']";
    assert!(page.has(after));
    stage.edge().switch(|switches| switches.failing = true);
    let again = page
        .form("form:has([value=look-again])")
        .press("do", "look-again");
    stage.editor.submit(&again).await;
    let page = judged(&stage.app, &stage.editor, &path).await;
    assert!(page.text(".check-row").contains("Could not check"));
    assert!(!page.has(after));
}

#[tokio::test]
async fn looking_goes_on_after_a_crash() {
    let stage = Stage::start(false).await;
    stage.publish();
    let path = stage.purge().await;
    let app = stage.app.crash_and_restart().await;
    let editor = app.editor().await;
    judged(&app, &editor, &path).await;
    assert_eq!(checks(&app, &path).await[0].verdict, Some(Verdict::Live));
}

#[tokio::test]
async fn a_host_that_is_not_the_companys_is_never_contacted() {
    let app = TestApp::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let foreign = format!(
        "http://{}/is/image/dms7snapshot/x",
        listener.local_addr().unwrap()
    );
    assert!(HostOrigin::of(&foreign).is_some());
    let editor = app.editor().await;
    let path = purge(&editor, &[foreign.clone(), app.exact("spinset")]).await;
    judged(&app, &editor, &path).await;
    let looked_at: Vec<_> = checks(&app, &path)
        .await
        .into_iter()
        .map(|check| check.url)
        .collect();
    assert_eq!(looked_at, [app.exact("spinset")]);
    let contacted = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
    assert!(contacted.is_err(), "nobody came");
}

/// Adobe's settings may name any address; only an administrator can say that a private one is meant.
#[tokio::test]
async fn a_private_host_that_was_found_is_not_contacted_before_somebody_has_said_so() {
    let app = TestApp::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    let origin = HostOrigin::of(&host).unwrap();
    let company = app.company().await.id;
    let added = app.app.store.add_found_host(company, &origin).await;
    added.unwrap();
    let editor = app.editor().await;
    let path = purge(&editor, &[format!("{host}/is/image/dms7snapshot/x")]).await;
    judged(&app, &editor, &path).await;
    let check = checks(&app, &path).await.remove(0);
    assert_eq!(check.verdict, Some(Verdict::CouldNotCheck));
    let contacted = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
    assert!(contacted.is_err(), "nobody came");
}

#[tokio::test]
async fn checks_are_for_those_who_are_signed_in() {
    let app = TestApp::start().await;
    let nobody = format!("{COMPANY}/invalidations/{}", app.clock.new_uuid());
    for page in ["checks", "still-old", "unchecked"] {
        let answer = app.anonymous().get(&format!("{nobody}/{page}")).await;
        assert_eq!(answer.status, 303, "{page}");
    }
    let editor = app.editor().await;
    assert_eq!(editor.get(&format!("{nobody}/still-old")).await.status, 404);
    let answer = editor
        .post(&format!("{nobody}/checks"), &[("do", "check-all")])
        .await;
    assert_eq!(answer.status, 404);
}
