//! A `base` host on which covered URLs stayed old: what an administrator reads beside it, and until when.

use unstale::domain::PurgeScope;

use super::{
    checks::Stage,
    hosts::{HOSTS, settings_of, test},
};
use crate::support::{app::TestApp, browser::Answer};

const DOUBT: &str = "This host may need “Each full URL”.";

/// A covered URL stays old on the `base` host. Its stage.
async fn stayed_old() -> Stage {
    let app = TestApp::start().await;
    let url = app.base("spinset?wid=300");
    let stage = Stage::with(app, url, PurgeScope::Base, |switches| {
        switches.drop_purges = true;
    })
    .await;
    stage.publish();
    stage.verdict().await;
    stage
}

async fn hosts(stage: &Stage) -> Answer {
    stage.app.admin().await.get(HOSTS).await
}

#[tokio::test]
async fn it_is_said_until_the_host_is_tested_anew() {
    let stage = stayed_old().await;
    let page = hosts(&stage).await;
    let doubted = page.texts(".panel:has(.notice.warns) h3");
    assert_eq!(doubted.len(), 1);
    assert!(doubted[0].starts_with(stage.app.sandbox.base_url()));
    let notice = page.text(".panel .notice.warns");
    assert!(notice.contains(DOUBT), "{notice}");
    assert!(notice.contains("In 1 invalidation since"), "{notice}");
    let link = page.attributes(".panel .notice.warns a", "href").remove(0);
    assert!(page.has(&link), "it leads to the test of that host");

    stage.verdict().await;
    let notice = hosts(&stage).await.text(".panel .notice.warns");
    assert!(notice.contains("In 2 invalidations since"), "{notice}");

    let tested = test(&stage.app, stage.app.sandbox.base_url(), "backpack").await;
    assert!(tested.is_ok());
    assert!(!hosts(&stage).await.body.contains(DOUBT));
}

#[tokio::test]
async fn it_is_gone_when_the_host_is_set_to_each_full_url() {
    let stage = stayed_old().await;
    let page = hosts(&stage).await;
    assert!(page.body.contains(DOUBT));
    let form = settings_of(&page, stage.app.sandbox.base_url()).set("scope", "exact");
    let page = stage.app.admin().await.submit_and_follow(&form).await;
    assert!(!page.body.contains(DOUBT));
}
