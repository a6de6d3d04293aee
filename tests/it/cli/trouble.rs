//! What keeps Dynamic Media from answering is a clear sentence on the page, and a line of the log without secrets.

use unstale::sandbox::{
    ACCOUNT,
    ips::{Instead, Only},
};

use super::{Beside, Served};
use crate::support::browser::{Answer, Browser};

async fn connect(admin: &Browser, endpoint: &str, (email, password): (&str, &str)) -> Answer {
    let form = admin.get("/connect").await.form("#connect");
    let form = form
        .set("region", "other")
        .set("endpoint", endpoint)
        .set("email", email)
        .set("password", password);
    admin.submit(&form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_fails_says_why_on_the_page_and_in_the_log() {
    let beside = Beside::start().await;
    beside.add_people().await;
    let served = Served::start(beside.path(), &[("UNSTALE_IPS_TIMEOUT", "1")]);
    let admin = served.admin().await;
    let ips = beside.sandbox.ips_url();
    let no_tls = ips.replacen("http://", "https://", 1);
    let nobody = ("somebody@elsewhere.example", "not-known-in-this-region");
    for (endpoint, account, holds, sentence, advice) in [
        (
            "https://no-such-host.invalid/scene7/",
            ACCOUNT,
            false,
            "could not be reached",
            "name of",
        ),
        (
            &no_tls,
            ACCOUNT,
            false,
            "could not be reached",
            "certificate",
        ),
        (
            ips,
            ACCOUNT,
            true,
            "no complete answer came within 1 seconds",
            "in time",
        ),
        (
            ips,
            nobody,
            false,
            "(10001)",
            "accounts belong to one region",
        ),
    ] {
        beside.sandbox.ips().knobs(|knobs| knobs.hold = holds);
        let page = connect(&admin, endpoint, account).await;
        beside.sandbox.ips().knobs(|knobs| knobs.hold = false);
        assert_eq!(page.status, 422, "{endpoint}");
        let notice = page.text("[role=alert]").to_lowercase();
        assert!(notice.contains(sentence), "{sentence} in {notice}");
        assert!(notice.contains(advice), "{advice} in {notice}");
        let line = served
            .logs(&["WARN", "could not be connected", endpoint, sentence])
            .await;
        assert!(
            !line.contains(account.0) && !line.contains(account.1),
            "{line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_presets_and_a_push_that_fail_stand_in_the_log() {
    let beside = Beside::connected().await;
    let import = ["template", "import", "--as", "admin@example.com"];
    beside.says(&import).await;
    let served = Served::start(beside.path(), &[]);
    let admin = served.admin().await;
    let settings = "/c/snapshot-outdoor/settings";
    let fails = |operation: &'static str| {
        beside.sandbox.ips().knobs(|knobs| {
            knobs.only = Some(Only::Operation(operation));
            knobs.instead = Some(Instead::Html);
        });
    };
    fails("getImageFormats");
    let presets = admin.post(&format!("{settings}/presets/sync"), &[]).await;
    assert_eq!(presets.status, 502);
    served
        .logs(&["WARN", "the image presets could not be read"])
        .await;

    fails("updatePropertySet");
    let push = admin.get("/c/snapshot-outdoor/template/push").await;
    let push = admin.submit(&push.form("#exchange")).await;
    assert_eq!(push.status, 422);
    served
        .logs(&["WARN", "the template could not be pushed"])
        .await;

    fails("checkLogin");
    let test = format!("{settings}/connection/test");
    assert_eq!(admin.post(&test, &[]).await.status, 303);
    served
        .logs(&["WARN", "a test of the connection failed", "HTTP status"])
        .await;
    let log = served.log.lock().unwrap().clone();
    for secret in [ACCOUNT.0, ACCOUNT.1, "fresh-pictures"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_that_others_can_read_is_warned_of_at_the_start() {
    use std::{fs, os::unix::fs::PermissionsExt as _};
    let beside = Beside::start().await;
    beside.add_people().await;
    let served = Served::start(beside.path(), &[]);
    drop(served);
    let key = beside.path().join("unstale.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let served = Served::start(beside.path(), &[]);
    let line = served.logs(&["WARN", "unstale.key"]).await;
    assert!(
        line.contains("mode 644") && line.contains("chmod 600"),
        "{line}"
    );
    assert!(!line.contains(fs::read_to_string(&key).unwrap().trim()));
}
