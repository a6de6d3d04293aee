//! The template here and the one at Dynamic Media.

use unstale::sandbox::{
    ACCOUNT,
    catalogue::COMPANY_HANDLE,
    ips::{Only, UpdatedForm},
};

use super::{COMPANY, change_setting, connected, filled, settings};
use crate::support::{app::TestApp, browser::Browser};

const TEMPLATE: &str = "application_cdn_invalidation_template";

/// The template that stands at the sandbox.
fn there(app: &TestApp) -> String {
    let settings = app.ips().settings(COMPANY_HANDLE);
    let template = settings.into_iter().find(|(name, _)| name == TEMPLATE);
    template.unwrap().1
}

/// Changes the template at the sandbox, as somebody with Adobe's own tool would.
async fn change_there(app: &TestApp, text: &str) {
    change_setting(app, TEMPLATE, text).await;
}

/// Everything else in the sandbox's settings.
fn rest(app: &TestApp) -> Vec<(String, String)> {
    let mut settings = app.ips().settings(COMPANY_HANDLE);
    settings.retain(|(name, _)| name != TEMPLATE);
    settings
}

async fn here(app: &TestApp) -> (i32, String) {
    let company = app.company().await.id;
    let template = app.app.store.template(company).await.unwrap().unwrap();
    (template.version, template.text)
}

fn page(name: &str) -> String {
    format!("{COMPANY}/{name}")
}

/// Has the settings read again.
async fn read_again(admin: &Browser) {
    admin.post(&settings("connection/test"), &[]).await;
}

#[tokio::test]
async fn another_template_at_dynamic_media_is_said_compared_and_imported() {
    let (app, admin) = connected().await;
    let same = admin.get(&page("template")).await;
    assert!(
        same.text("#foreign")
            .contains("The same as at Dynamic Media")
    );
    let theirs = there(&app);
    app.change_template("<ID>?here=1").await;

    let template = admin.get(&page("template")).await;
    assert!(template.text("#foreign").contains("another template"));
    assert_eq!(template.textarea("#template"), "<ID>?here=1");
    let import = admin.get(&page("template/import")).await;
    assert_eq!(import.texts(".diff .del"), ["− <ID>?here=1"]);
    assert_eq!(here(&app).await.1, "<ID>?here=1", "looking changes nothing");
    let saved = admin.submit(&import.form("#exchange")).await;
    assert_eq!(saved.location(), page("template?saved=true"));
    assert_eq!(here(&app).await.1, theirs);
}

#[tokio::test]
async fn the_template_of_a_company_that_it_was_connected_to_before_is_not_shown() {
    let (app, admin) = connected().await;
    // As if it had been another company of the same region and root until now.
    app.execute("update company set handle = 'c|99'").await;
    assert!(admin.get(&page("template")).await.has("#foreign"));
    app.ips().knobs(|knobs| {
        knobs.only = Some(Only::Operation("getPropertySets"));
        knobs.fault = Some(20_003);
    });
    let connection = admin.get(&settings("connection")).await;
    let form = filled(&app, &connection, "#change-account", ACCOUNT);
    assert_eq!(admin.submit(&form).await.status, 303);
    assert_eq!(app.company().await.handle.unwrap(), COMPANY_HANDLE);
    assert!(!admin.get(&page("template")).await.has("#foreign"));
    app.ips().knobs(|knobs| knobs.fault = None);
    read_again(&admin).await;
    assert!(admin.get(&page("template")).await.has("#foreign"));
}

#[tokio::test]
async fn ours_is_pushed_read_back_and_leaves_every_other_setting() {
    let (app, admin) = connected().await;
    app.change_template("<ID>?here=1\n<ID>?ö&<b>").await;
    let others = rest(&app);
    for form in [
        UpdatedForm::EmptyReturn,
        UpdatedForm::EmptyBody,
        UpdatedForm::Nothing,
    ] {
        app.ips().knobs(|knobs| knobs.updated = form);
        let (version, _) = here(&app).await;
        app.change_template(&format!("<ID>?here={version}&<b>"))
            .await;
        let push = admin.get(&page("template/push")).await;
        let pushed = admin.submit_and_follow(&push.form("#exchange")).await;
        let notice = pushed.text(".notice.success");
        assert!(notice.contains("read back, and is the same"), "{notice}");
        assert_eq!(there(&app), here(&app).await.1, "{form:?}");
        assert_eq!(rest(&app), others);
        assert!(pushed.text("#foreign").contains("The same"));
    }
}

#[tokio::test]
async fn a_push_that_does_not_hold_is_not_called_done() {
    let (app, admin) = connected().await;
    let before = there(&app);
    app.change_template("<ID>?here=1").await;
    app.ips().knobs(|knobs| knobs.drop_updates = true);
    let push = admin.get(&page("template/push")).await;
    let refused = admin.submit(&push.form("#exchange")).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text("[role=alert]")
            .contains("another text stands there")
    );
    assert_eq!(there(&app), before);

    app.ips().knobs(|knobs| {
        knobs.drop_updates = false;
        knobs.fault = Some(20_009);
        knobs.only = Some(Only::Operation("updatePropertySet"));
    });
    let push = admin.get(&page("template/push")).await;
    let refused = admin.submit(&push.form("#exchange")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text("[role=alert]").contains("20009"));
}

#[tokio::test]
async fn nothing_is_exchanged_on_what_was_seen_before_a_change() {
    let (app, admin) = connected().await;
    app.change_template("<ID>?here=1").await;
    let push = admin.get(&page("template/push")).await.form("#exchange");
    let import = admin.get(&page("template/import")).await.form("#exchange");

    // Ours is another version than the one that was seen.
    app.change_template("<ID>?here=2").await;
    let before = there(&app);
    for stale in [&push, &import] {
        let refused = admin.submit(stale).await;
        assert_eq!(refused.status, 409);
        assert!(refused.text("[role=alert]").contains("changed meanwhile"));
    }
    assert_eq!(
        (there(&app), here(&app).await.1),
        (before, "<ID>?here=2".to_owned())
    );

    // Theirs is another one than was read last; nobody has read it since.
    let push = admin.get(&page("template/push")).await.form("#exchange");
    app.clock.advance(std::time::Duration::from_secs(1));
    change_there(&app, "<ID>?changed-there").await;
    let refused = admin.submit(&push).await;
    assert_eq!(refused.status, 409);
    assert_eq!(there(&app), "<ID>?changed-there");
    assert_eq!(
        refused.texts(".diff .del"),
        ["− <ID>?changed-there"],
        "it shows it now"
    );
}

#[tokio::test]
async fn the_same_text_read_anew_is_what_was_seen() {
    let (app, admin) = connected().await;
    app.change_template("<ID>?here=1").await;
    let push = admin.get(&page("template/push")).await.form("#exchange");
    app.clock.advance(std::time::Duration::from_secs(1));
    read_again(&admin).await;
    assert_eq!(admin.submit(&push).await.status, 303);
    assert_eq!(there(&app), "<ID>?here=1");
}

#[tokio::test]
async fn a_template_that_is_too_long_or_oddly_broken_is_dealt_with_openly() {
    let (app, admin) = connected().await;
    let long = format!("<ID>\n{}", "x".repeat(2_600));
    change_there(&app, &long).await;
    read_again(&admin).await;
    let template = admin.get(&page("template")).await;
    assert!(
        template
            .text("#foreign")
            .contains("105 characters too long")
    );
    let import = admin.get(&page("template/import")).await;
    let (version, _) = here(&app).await;
    let refused = admin.submit(&import.form("#exchange")).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text("[role=alert]")
            .contains("105 characters too long")
    );
    assert_eq!(here(&app).await.0, version);

    app.clock.advance(std::time::Duration::from_secs(1));
    change_there(&app, "<ID>\u{2028}<ID>?a\r<ID>?b").await;
    read_again(&admin).await;
    let import = admin.get(&page("template/import")).await;
    assert_eq!(admin.submit(&import.form("#exchange")).await.status, 303);
    assert_eq!(here(&app).await.1, "<ID>\n<ID>?a\n<ID>?b");
}
