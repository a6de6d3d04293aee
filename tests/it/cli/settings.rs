//! What the pages of Settings can set up, a script can set up.

use unstale::sandbox::{
    catalogue::{ALIAS_HANDLE, ALIAS_ROOT, COMPANY_HANDLE},
    ips::Only,
};

use super::Beside;

const ADMIN: [&str; 2] = ["--as", "admin@example.com"];

#[tokio::test(flavor = "multi_thread")]
async fn hosts_are_added_changed_listed_and_removed() {
    let beside = Beside::connected().await;
    let (exact, base) = (beside.sandbox.exact_url(), beside.sandbox.base_url());
    let complaint = beside.complains(&["host", "add", "not a host"]).await;
    assert!(complaint.contains("No host can be read"), "{complaint}");
    let picture = format!("{base}/is/image/dms7snapshot/spinset?wid=1");
    let added = beside.says(&["host", "add", &picture]).await;
    assert!(added.contains(base) && added.contains("exact"), "{added}");

    let set = [
        "host",
        "set",
        base,
        "--scope",
        "base",
        "--check-root",
        "false",
    ];
    let said = beside.says(&set).await;
    assert!(
        said.contains("is base, and the root in its URLs is not checked"),
        "{said}"
    );
    // What is not named stays.
    let said = beside
        .says(&["host", "set", base, "--check-root", "true"])
        .await;
    assert!(
        said.contains("is base, and the root in its URLs is checked"),
        "{said}"
    );
    let list = beside.says(&["host", "list"]).await;
    let line = |host: &str| {
        let line = list.lines().find(|line| line.starts_with(host));
        line.unwrap_or_else(|| panic!("no {host} in {list}"))
    };
    assert!(line(base).contains("added by hand"), "{list}");
    assert!(line(exact).contains("publish server"), "{list}");

    beside.says(&["host", "add", "s7d1.scene7.com"]).await;
    let shared = ["host", "set", "s7d1.scene7.com", "--scope", "base"];
    let complaint = beside.complains(&shared).await;
    assert!(
        complaint.contains("shares among many companies"),
        "{complaint}"
    );
    let patterns = beside.says(&["host", "shared", "--set", "^nothing$"]).await;
    assert_eq!(patterns, "^nothing$\n");
    beside.says(&shared).await;
    let complaint = beside.complains(&["host", "shared", "--restore"]).await;
    assert!(complaint.contains("s7d1.scene7.com"), "{complaint}");
    assert_eq!(beside.says(&["host", "shared"]).await, "^nothing$\n");

    beside.says(&["host", "remove", base]).await;
    for (host, said) in [
        (base, "no longer on the list"),
        (exact, "host of the publish server"),
    ] {
        let complaint = beside.complains(&["host", "remove", host]).await;
        assert!(complaint.contains(said), "{complaint}");
    }
    let complaint = beside
        .complains(&["host", "set", base, "--scope", "exact"])
        .await;
    assert!(complaint.contains("is not on the list"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_tested_without_a_server_and_the_result_stays_beside_it() {
    let beside = Beside::connected().await;
    let base = beside.sandbox.base_url();
    beside.says(&["host", "add", base]).await;
    let test = |more: &[&'static str]| [&["host", "test", base], more].concat();
    let complaint = beside.complains(&test(&ADMIN)).await;
    assert!(complaint.contains("name one with --sample"), "{complaint}");
    beside.says(&["sync"]).await;
    let complaint = beside
        .complains(&test(&["--as", "editor@example.com"]))
        .await;
    assert!(complaint.contains("no administrator"), "{complaint}");
    let unknown = [&ADMIN[..], &["--sample", "no-such-picture"]].concat();
    let complaint = beside.complains(&test(&unknown)).await;
    assert!(complaint.contains("no-such-picture"), "{complaint}");

    let sample = [&ADMIN[..], &["--sample", "backpack"]].concat();
    let said = beside.says(&test(&sample)).await;
    assert!(said.contains("One URL clears all sizes."), "{said}");
    assert!(said.contains("You can choose"), "{said}");
    let list = beside.says(&["host", "list"]).await;
    assert!(list.contains("One URL clears all sizes, 20"), "{list}");

    beside
        .sandbox
        .ips()
        .knobs(|knobs| knobs.no_permission = true);
    let complaint = beside.complains(&test(&sample)).await;
    assert!(
        complaint.contains("it cannot be told. Adobe did not take"),
        "{complaint}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_and_alias_are_set_one_by_one_and_the_rest_stays() {
    let beside = Beside::connected().await;
    let set = async |more: &[&str]| beside.says(&[&["company", "set"], more].concat()).await;
    let said = set(&["--preview-server", "preview.example.com"]).await;
    assert!(said.contains(beside.sandbox.exact_url()), "{said}");
    assert!(said.contains("https://preview.example.com"), "{said}");
    let said = set(&["--alias", ALIAS_ROOT, "--clear-alias", "false"]).await;
    let found = format!("{ALIAS_ROOT} (handle {ALIAS_HANDLE})");
    assert!(
        said.contains(&found) && said.contains("alias   no"),
        "{said}"
    );
    let said = set(&["--publish-server", "images.example.com"]).await;
    for kept in [
        "https://images.example.com",
        &found,
        "https://preview.example.com",
    ] {
        assert!(said.contains(kept), "{kept} in {said}");
    }
    let property = "application_server_prefix_published";
    let said = set(&["--publish-server-property", property]).await;
    assert!(said.contains(beside.sandbox.exact_url()), "{said}");
    for (wrong, sentence) in [
        (
            ["--publish-server", "ftp://h"],
            "publish server is no web address",
        ),
        (["--publish-server-property", "nowhere"], "These hold one:"),
        (["--alias", "a/b"], "no name of an alias"),
        (["--alias", "NoSuchAlias"], "could not be looked up"),
    ] {
        let complaint = beside
            .complains(&[&["company", "set"], &wrong[..]].concat())
            .await;
        assert!(complaint.contains(sentence), "{complaint}");
    }
    let said = set(&["--alias", "", "--publish-server", ""]).await;
    assert_eq!(said.matches("not set").count(), 1, "{said}");
    assert!(
        said.contains(beside.sandbox.exact_url()),
        "found again: {said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn presets_are_read_and_those_that_the_site_does_not_use_left_out() {
    let beside = Beside::connected().await;
    assert!(
        beside
            .says(&["preset", "list"])
            .await
            .contains("preset sync")
    );
    assert_eq!(
        beside.says(&["preset", "sync"]).await,
        "Presets read from Dynamic Media: 5.\n"
    );
    let said = beside.says(&["preset", "skip", "PLP", "large"]).await;
    assert_eq!(said, "The site uses 3 of 5 presets.\n");
    let said = beside.says(&["preset", "use", "PLP"]).await;
    assert_eq!(said, "The site uses 4 of 5 presets.\n");
    let list = beside.says(&["preset", "list"]).await;
    assert!(
        list.contains("yes   PLP") && list.contains("no    large"),
        "{list}"
    );
    let complaint = beside.complains(&["preset", "skip", "PLP", "plp"]).await;
    assert!(
        complaint.contains("there is no preset plp; nothing"),
        "{complaint}"
    );
    beside.sandbox.ips().knobs(|knobs| {
        knobs.only = Some(Only::Operation("getImageFormats"));
        knobs.fault = Some(20_003);
    });
    let complaint = beside.complains(&["preset", "sync"]).await;
    assert!(complaint.contains("20003"), "{complaint}");
    assert!(beside.says(&["preset", "list"]).await.contains("PLP"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_imported_saved_and_pushed_with_the_guards_of_the_page() {
    let beside = Beside::connected().await;
    let there = || {
        let settings = beside.sandbox.ips().settings(COMPANY_HANDLE);
        let name = "application_cdn_invalidation_template";
        settings.into_iter().find(|(it, _)| it == name).unwrap().1
    };
    let command = |words: &[&'static str]| [&["template"], words].concat();
    let complaint = beside.complains(&command(&["show"])).await;
    assert!(
        complaint.contains("no template was saved here yet"),
        "{complaint}"
    );
    let complaint = beside.complains(&command(&["push"])).await;
    assert!(
        complaint.contains("no template was saved here yet"),
        "{complaint}"
    );
    let theirs = beside.says(&command(&["show", "--there"])).await;
    assert_eq!(theirs.trim_end(), there());
    let import = [&["template", "import"], &ADMIN[..]].concat();
    assert!(beside.says(&import).await.contains("version 1"));
    assert_eq!(beside.says(&command(&["show"])).await, theirs);

    let file = beside.path().join("template.txt");
    std::fs::write(&file, "<ID>\n<ID>?a b\n").unwrap();
    let save = [&["template", "save", "template.txt"], &ADMIN[..]].concat();
    let saved = beside.run(&save).await;
    assert!(super::success(&saved).contains("version 2"));
    assert!(
        super::text(&saved.stderr).contains("line 2: "),
        "what is wrong is said"
    );
    assert_eq!(beside.says(&command(&["show"])).await, "<ID>\n<ID>?a b\n");
    let stale = [&save[..], &["--based-on", "1"]].concat();
    let complaint = beside.complains(&stale).await;
    assert!(
        complaint.contains("somebody saved another version"),
        "{complaint}"
    );
    std::fs::write(&file, "x".repeat(2_501)).unwrap();
    assert!(beside.complains(&save).await.contains("too long"));
    let from_input = [&["template", "save", "-"], &ADMIN[..]].concat();
    let saved = beside.run_with_input(&from_input, "<ID>?mine\n").await;
    assert!(super::success(&saved).contains("version 3"));

    // Theirs was changed since it was read: nothing is overwritten, and what stands there is read.
    let other = beside.another().await;
    let saved = other.run_with_input(&from_input, "<ID>?theirs").await;
    super::success(&saved);
    other.says(&command(&["push"])).await;
    assert_eq!(there(), "<ID>?theirs");
    let complaint = beside.complains(&command(&["push"])).await;
    assert!(
        complaint.contains("changed meanwhile, and nothing was done"),
        "{complaint}"
    );
    assert_eq!(there(), "<ID>?theirs");
    assert_eq!(
        beside.says(&command(&["show", "--there"])).await,
        "<ID>?theirs\n"
    );
    assert!(beside.says(&command(&["push"])).await.contains("read back"));
    assert_eq!(there(), "<ID>?mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reading_of_a_catalogue_is_timed_stopped_and_started() {
    let beside = Beside::connected().await;
    let said = beside.says(&["catalogue", "interval", "360"]).await;
    assert_eq!(
        said,
        "Changes of snapshot-outdoor are read every 6 hours.\n"
    );
    let complaint = beside.complains(&["catalogue", "interval", "7"]).await;
    assert!(
        complaint.contains("5, 15, 60, 360, 1440, 10080"),
        "{complaint}"
    );
    let store = beside.store().await;
    let company = store.companies().await.unwrap().remove(0).id;
    for (command, stopped) in [("stop", true), ("start", false)] {
        beside.says(&["catalogue", command]).await;
        let sync = store.catalogue_sync(company).await.unwrap();
        assert_eq!(
            (sync.stopped, sync.interval.as_secs()),
            (stopped, 6 * 3_600)
        );
    }
}
