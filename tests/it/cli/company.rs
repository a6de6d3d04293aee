//! Companies: connected, listed, tested, and filled by hand.

use std::process::{Command, Stdio};

use tempfile::TempDir;
use unstale::{
    domain::CompanyId,
    sandbox::{ACCOUNT, EXPIRING_ACCOUNT, TWO_COMPANIES_ACCOUNT},
    store::Store,
};

use super::{Beside, PATIENCE, complaint, run, success, text, unstale};

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_connected_listed_and_tested_by_command() {
    let beside = Beside::start().await;
    let ips = beside.sandbox.ips_url();
    let company = async |words: &[&str]| beside.run(&[&["company"], words].concat()).await;
    let connect = async |endpoint: &str, (email, _): (&str, &str), more: &[&str]| {
        beside.connect_at(endpoint, email, more).await
    };

    assert!(complaint(&company(&["test"]).await).contains("no company is connected"));
    assert!(success(&company(&["list"]).await).contains("No company"));
    assert!(complaint(&connect("nowhere", ACCOUNT, &[]).await).contains("--endpoint"));
    let server = ["--publish-server", "ftp://h"];
    let refused = connect(ips, ACCOUNT, &server).await;
    assert!(complaint(&refused).contains("--publish-server"));
    assert!(complaint(&connect(ips, ("nobody@example.com", ""), &[]).await).contains("password"));
    let several = complaint(&connect(ips, TWO_COMPANIES_ACCOUNT, &[]).await);
    for word in [
        "--company",
        "Harbour Home (root harbourhome)",
        "Snapshot Outdoor",
    ] {
        assert!(several.contains(word), "{several}");
    }
    let other = ["--company", "Elsewhere"];
    let refused = complaint(&connect(ips, TWO_COMPANIES_ACCOUNT, &other).await);
    assert!(
        refused.contains("does not belong to Elsewhere"),
        "{refused}"
    );

    let chosen = ["--company", "Harbour Home"];
    let connected = connect(ips, TWO_COMPANIES_ACCOUNT, &chosen).await;
    assert!(success(&connected).contains("/c/harbour-home"));
    assert!(text(&connected.stderr).contains("may look, but not purge"));
    let connected = success(&connect(ips, ACCOUNT, &[]).await);
    assert!(connected.contains("/c/snapshot-outdoor"), "{connected}");
    success(&connect(ips, ACCOUNT, &["--publish-server", "images.example.com"]).await);

    assert!(complaint(&company(&["test"]).await).contains("which company"));
    let tested = success(&company(&["test", "snapshot-outdoor"]).await);
    assert_eq!(tested.matches(" ok ").count(), 6, "{tested}");
    let failed = company(&["test", "Harbour Home"]).await;
    assert_eq!(failed.status.code(), Some(1));
    let steps = text(&failed.stdout);
    assert!(steps.contains("May purge             failed"), "{steps}");

    let list = success(&company(&["list"]).await);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 3, "{list}");
    for cell in ["SLUG", "REGION", "ROLE", "LAST TEST"] {
        assert!(lines[0].contains(cell), "{list}");
    }
    assert!(lines[1].starts_with("harbour-home") && lines[1].contains("failed, 20"));
    for cell in [
        "https://images.example.com",
        "dms7snapshot",
        ips,
        "IpsCompanyAdmin",
        "ok, 20",
    ] {
        assert!(lines[2].contains(cell), "{list}");
    }
    let stored = std::fs::read(beside.path().join("unstale.db")).unwrap();
    let plain = b"sandbox-only";
    assert!(!stored.windows(plain.len()).any(|part| part == plain));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_moved_to_another_region_by_command() {
    let (beside, elsewhere) = (Beside::connected().await, Beside::start().await);
    beside.says(&["sync"]).await;
    let account = async |endpoint: &str, (email, _): (&str, &str), more: &[&str]| {
        let start = [
            "company",
            "account",
            "--endpoint",
            endpoint,
            "--email",
            email,
        ];
        let arguments = [&start[..], &["--password-stdin"], more].concat();
        beside.run_with_input(&arguments, "sandbox-only\n").await
    };
    let there = elsewhere.sandbox.ips_url();
    assert!(complaint(&account("nowhere", ACCOUNT, &[]).await).contains("--endpoint"));
    let wrong = complaint(&account(there, ("nobody@example.com", ""), &[]).await);
    assert!(wrong.contains("password"), "{wrong}");
    let other = complaint(&account(there, ACCOUNT, &["--company", "other"]).await);
    assert!(other.contains("which company"), "{other}");

    beside.says(&["catalogue", "stop"]).await;
    let moved = account(there, EXPIRING_ACCOUNT, &["--company", "Snapshot Outdoor"]).await;
    let said = success(&moved);
    assert!(
        said.contains(EXPIRING_ACCOUNT.0) && said.contains(there),
        "{said}"
    );
    assert!(text(&moved.stderr).contains("password ends in 9 days"));
    let store = beside.store().await;
    let companies = store.companies().await.unwrap();
    assert_eq!(companies.len(), 1, "it is the same company");
    let connection = store.connection(companies[0].id).await.unwrap().unwrap();
    assert_eq!(connection.endpoint, there);
    let sync = store.catalogue_sync(companies[0].id).await.unwrap();
    assert!(!sync.stopped, "a new account ends a stop");
    beside.says(&["sync"]).await;
    let calls = elsewhere.sandbox.ips().calls();
    assert!(
        calls.iter().any(|call| call.page() == Some(1)),
        "it is read there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn connecting_warns_of_a_password_that_ends_soon_and_lets_the_reading_go_on() {
    let beside = Beside::start().await;
    success(&beside.connect(ACCOUNT, &[]).await);
    beside.says(&["catalogue", "stop"]).await;
    let connected = beside.connect(EXPIRING_ACCOUNT, &[]).await;
    success(&connected);
    let said = text(&connected.stderr);
    assert!(
        said.contains("The account’s password ends in 9 days."),
        "{said}"
    );
    assert!(!said.contains("may look"), "{said}");
    let store = beside.store().await;
    let company = store.companies().await.unwrap().remove(0).id;
    let sync = store.catalogue_sync(company).await.unwrap();
    assert!(!sync.stopped, "a new account ends a stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disconnected_company_keeps_everything_but_its_account() {
    let beside = Beside::connected().await;
    let unnamed = beside.run(&["company", "disconnect"]).await;
    assert_eq!(unnamed.status.code(), Some(2), "it must be named");
    let said = beside
        .says(&["company", "disconnect", "snapshot-outdoor"])
        .await;
    assert!(said.contains("its account was deleted here"), "{said}");
    let list = beside.says(&["company", "list"]).await;
    assert!(
        list.contains("snapshot-outdoor") && list.contains("not connected"),
        "{list}"
    );
    for command in [
        &["company", "disconnect", "snapshot-outdoor"][..],
        &["catalogue", "start"],
        &["sync"],
    ] {
        let complaint = beside.complains(command).await;
        assert!(complaint.contains("is not connected"), "{complaint}");
    }
}

#[test]
fn a_company_is_set_up_and_filled_by_command() {
    let folder = TempDir::new().unwrap();
    let add = |root: &str, slug: &str| {
        let mut arguments = vec!["company", "add", "--name", "Weekend Site", "--root", root];
        arguments.extend([
            "--publish-server",
            "weekendsite.example.com",
            "--slug",
            slug,
        ]);
        run(folder.path(), &arguments)
    };
    assert!(complaint(&add("a b", "weekend")).contains("The root is one part"));
    assert!(success(&add("WeekendSite", "weekend")).contains("/c/weekend"));
    assert!(complaint(&add("WeekendSite", "weekend")).contains("already"));

    let file = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    file(
        "assets.csv",
        "\u{feff}id;file_name\nGröße;a.tif\n;b.tif\n".as_bytes(),
    );
    file("presets.csv", b"name,modifier\nPLP,wid=450\n");
    let import = |arguments: &[&str]| {
        let given = [&["import", "--company", "weekend"], arguments].concat();
        run(folder.path(), &given)
    };
    let refused = import(&["assets.csv", "--bad-lines", "bad.csv"]);
    assert!(!refused.status.success());
    assert!(text(&refused.stdout).contains("Line 3: It has no id."));
    assert!(text(&refused.stderr).contains("1 of 2 lines is bad."));
    assert!(text(&refused.stderr).contains("--accept-good"));
    let bad = std::fs::read_to_string(folder.path().join("bad.csv")).unwrap();
    assert!(bad.contains("3,It has no id."), "{bad}");
    let imported = success(&import(&["assets.csv", "--accept-good"]));
    assert!(
        imported.contains("1 line imported; 1 asset new, 0 changed."),
        "{imported}"
    );
    let imported = success(&import(&["presets.csv", "--kind", "presets"]));
    assert!(imported.contains("1 preset new"), "{imported}");
    assert!(complaint(&import(&["missing.csv"])).contains("missing.csv cannot be read"));
    assert!(complaint(&import(&["presets.csv"])).contains("id is not among them"));
    let nobody = ["import", "--company", "nobody", "presets.csv"];
    assert!(complaint(&run(folder.path(), &nobody)).contains("which company? There are weekend"));

    // As the only company it need not be named; and its name will do.
    let only = ["import", "presets.csv", "--kind", "presets"];
    let imported = success(&run(folder.path(), &only));
    assert!(imported.contains("0 presets new"), "{imported}");
    let named = [&only[..], &["--company", "Weekend Site"]].concat();
    success(&run(folder.path(), &named));

    file("bad.csv", b"name,modifier\n,wid=450\n");
    for more in [&[][..], &["--accept-good"]] {
        let bad = [&["bad.csv", "--kind", "presets"], more].concat();
        let refused = import(&bad);
        assert_eq!(refused.status.code(), Some(1));
        let said = text(&refused.stderr);
        assert!(
            said.contains("No line of the file can be imported"),
            "{said}"
        );
    }
    let still = success(&run(folder.path(), &["preset", "list"]));
    assert!(still.contains("PLP"), "{still}");
}

#[test]
fn a_slug_wins_over_a_name_and_a_name_that_two_have_is_no_answer() {
    let folder = TempDir::new().unwrap();
    for (name, slug) in [("weekend", "w1"), ("Site", "weekend"), ("Site", "w3")] {
        let server = format!("{slug}.example.com");
        let mut arguments = vec!["company", "add", "--name", name, "--root", slug];
        arguments.extend(["--slug", slug, "--publish-server", &server]);
        success(&run(folder.path(), &arguments));
    }
    let hosts = |company| run(folder.path(), &["host", "list", "--company", company]);
    let listed = success(&hosts("weekend"));
    assert!(listed.contains("//weekend.example.com"), "{listed}");
    assert!(complaint(&hosts("Site")).contains("which company?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_into_a_connected_company_says_what_becomes_of_it() {
    let beside = Beside::connected().await;
    std::fs::write(beside.path().join("assets.csv"), "id\na\n").unwrap();
    let imported = beside.run(&["import", "assets.csv"]).await;
    assert!(success(&imported).contains("1 line imported"));
    let said = text(&imported.stderr);
    assert!(said.contains("with the next comparison"), "{said}");
}

/// An import of so many lines that it does not end before somebody stops it.
struct LongImport {
    beside: Beside,
    store: Store,
    company: CompanyId,
}

impl LongImport {
    async fn new() -> Self {
        let beside = Beside::connected().await;
        let lines: String = (0..300_000).map(|n| format!("imported-{n}\n")).collect();
        std::fs::write(beside.path().join("assets.csv"), format!("id\n{lines}")).unwrap();
        let store = beside.store().await;
        let company = store.companies().await.unwrap().remove(0).id;
        // Of a connected one it would say more.
        store.delete_connection(company).await.unwrap();
        Self {
            beside,
            store,
            company,
        }
    }

    /// Whether the first lines are there.
    async fn has_begun(&self) -> bool {
        let first = ["imported-0".to_owned()];
        let found = self.store.assets_by_id(self.company, &first).await;
        !found.unwrap().is_empty()
    }

    async fn begins(&self) {
        let begun = async {
            while !self.has_begun().await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, begun)
            .await
            .expect("it begins");
        let unfinished = self.store.unfinished_bulk_loads().await.unwrap();
        assert_eq!(unfinished, [self.company]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_stopped_says_what_it_keeps_and_leaves_searching_as_it_was() {
    let import = LongImport::new().await;
    let child = unstale(import.beside.path())
        .args(["import", "assets.csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    import.begins().await;
    let kill = ["-TERM", &child.id().to_string()];
    assert!(Command::new("kill").args(kill).status().unwrap().success());
    let ended = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap());
    let ended = ended.await.unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let said = complaint(&ended);
    assert!(
        said.contains("It was stopped: ")
            && said.contains("of 300000 lines were imported and stay"),
        "{said}"
    );
    let unfinished = import.store.unfinished_bulk_loads().await.unwrap();
    assert_eq!(unfinished, []);
    assert!(import.has_begun().await);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_terminal_is_closed_leaves_searching_as_it_was_too() {
    let import = LongImport::new().await;
    let terminal = super::on_a_terminal(import.beside.path(), "import assets.csv").spawn();
    let mut terminal = terminal.unwrap();
    import.begins().await;
    terminal.kill().unwrap();
    terminal.wait().unwrap();
    let tidied_up = async {
        while !import
            .store
            .unfinished_bulk_loads()
            .await
            .unwrap()
            .is_empty()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, tidied_up)
        .await
        .expect("the index is built");
    let last = ["imported-299999".to_owned()];
    let found = import.store.assets_by_id(import.company, &last).await;
    assert!(found.unwrap().is_empty(), "it was stopped");
}
