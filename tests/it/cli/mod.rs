//! The program itself: what it says when it cannot start, what its commands do, and that it prints no secret.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use tempfile::TempDir;
use unstale::{
    clock::Clock,
    sandbox::{ACCOUNT, Sandbox, SandboxPorts, TWO_COMPANIES_ACCOUNT},
};

/// The program in an empty folder, with no setting from around the test.
fn unstale(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unstale"));
    command.current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("UNSTALE_")) {
        command.env_remove(name);
    }
    command.env_remove("RUST_LOG");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    unstale(folder).args(arguments).output().unwrap()
}

fn run_with_input(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = unstale(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The sentence of a program that did not start: one line on standard error, nothing else.
#[track_caller]
fn complaint(output: &Output) -> String {
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    assert!(!output.status.success(), "{said}{complained}");
    assert_eq!(said, "");
    assert_eq!(complained.trim_end().lines().count(), 1, "{complained}");
    assert!(complained.starts_with("unstale: "), "{complained}");
    complained
}

#[track_caller]
fn success(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn a_port_in_use_is_one_sentence() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for arguments in [
        &["--listen", &*address][..],
        &["demo", "--listen", &address],
    ] {
        let complaint = complaint(&run(folder.path(), arguments));
        assert!(complaint.contains("UNSTALE_LISTEN"), "{complaint}");
        assert!(complaint.contains(&address), "{complaint}");
    }
    assert_eq!(
        folder.path().read_dir().unwrap().count(),
        0,
        "nothing was made"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_one_sentence() {
    let folder = TempDir::new().unwrap();
    // Not a matter of permissions, which do not bind an administrator: a file is no folder.
    std::fs::write(folder.path().join("file"), "").unwrap();
    let listen = ["--listen", "127.0.0.1:0"];
    for (arguments, named) in [
        (
            &["--database-url", "sqlite://file/unstale.db"][..],
            "file/unstale.db",
        ),
        (
            &["--database-url", "sqlite://missing/unstale.db"],
            "missing/unstale.db",
        ),
        (
            &["--secret-key-file", "file/unstale.key"],
            "file/unstale.key",
        ),
        (&["demo", "--folder", "file/demo"], "file/demo"),
    ] {
        let complaint = complaint(&run(folder.path(), &[arguments, &listen].concat()));
        assert!(complaint.contains(named), "{complaint}");
    }
}

#[test]
fn a_file_that_is_no_database_is_one_sentence() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("unstale.db"), "x".repeat(4_096)).unwrap();
    let complaint = complaint(&run(folder.path(), &["migrate"]));
    assert!(complaint.contains("unstale.db"), "{complaint}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_one_sentence() {
    use sqlx::Connection as _;
    let folder = TempDir::new().unwrap();
    assert!(success(&run(folder.path(), &["migrate"])).contains("at this version"));
    let address = format!("sqlite://{}", folder.path().join("unstale.db").display());
    let mut database = sqlx::SqliteConnection::connect(&address).await.unwrap();
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                 values (9999, 'later', 1, x'00', 0)";
    sqlx::raw_sql(newer).execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    for command in ["migrate", "serve"] {
        let listen = ["--listen", "127.0.0.1:0"];
        let output = run(folder.path(), &[&[command][..], &listen].concat());
        let complaint = complaint(&output);
        assert!(complaint.contains("newer version"), "{complaint}");
    }
}

#[test]
fn a_wrong_setting_is_one_sentence_that_names_it() {
    let folder = TempDir::new().unwrap();
    for (setting, value) in [
        ("UNSTALE_LISTEN", "nowhere"),
        ("UNSTALE_PUBLIC_URL", "https://h/path"),
        ("UNSTALE_DATABASE_URL", "mysql://u:hunter2@h/db"),
        ("UNSTALE_LOG_FORMAT", "xml"),
        ("UNSTALE_IPS_TIMEOUT", "soon"),
        ("UNSTALE_SECRET_KEY", "hunter2"),
        ("UNSTALE_CONFIG", "missing.toml"),
    ] {
        let output = unstale(folder.path())
            .env("UNSTALE_LISTEN", "127.0.0.1:0")
            .env(setting, value)
            .output()
            .unwrap();
        let complaint = complaint(&output);
        let named = setting == "UNSTALE_CONFIG" && complaint.contains("missing.toml");
        assert!(named || complaint.contains(setting), "{complaint}");
        assert!(!complaint.contains("hunter2"), "{complaint}");
    }
}

#[test]
fn a_settings_file_that_is_not_right_is_one_sentence() {
    let folder = TempDir::new().unwrap();
    for text in ["lsten = 'x'", "listen = ", "database_url = 'hunter2"] {
        std::fs::write(folder.path().join("unstale.toml"), text).unwrap();
        let complaint = complaint(&run(folder.path(), &[]));
        assert!(complaint.contains("unstale.toml"), "{complaint}");
        assert!(!complaint.contains("hunter2"), "{complaint}");
    }
}

#[test]
fn config_check_prints_what_is_in_force_without_secrets() {
    let folder = TempDir::new().unwrap();
    let file = "listen = '127.0.0.1:1'\nips_timeout = 5\n";
    std::fs::write(folder.path().join("unstale.toml"), file).unwrap();
    let output = unstale(folder.path())
        .args(["config", "check", "--log-format", "json"])
        .env("UNSTALE_LISTEN", "127.0.0.1:2")
        .env(
            "UNSTALE_DATABASE_URL",
            "postgres://u:hunter2@h/db?password=hunter2",
        )
        .env("UNSTALE_SECRET_KEY", "a1".repeat(32))
        .output()
        .unwrap();
    let printed = success(&output);
    for line in [
        "listen = \"127.0.0.1:2\"",
        "public_url = \"http://127.0.0.1:2\"",
        "log_format = \"json\"",
        "ips_timeout = 5",
    ] {
        assert!(printed.contains(line), "{printed}");
    }
    assert!(printed.contains("h/db"), "{printed}");
    assert!(
        !printed.contains("hunter2") && !printed.contains("a1a1"),
        "{printed}"
    );
}

#[test]
fn people_are_added_by_command_and_only_once() {
    let folder = TempDir::new().unwrap();
    let add = |email, role, password| {
        let arguments = ["user", "add", email, "--role", role, "--password-stdin"];
        run_with_input(folder.path(), &arguments, password)
    };
    let added = success(&add("a@example.com", "admin", "long enough\n"));
    assert_eq!(added, "a@example.com can sign in as admin.\n");
    assert!(complaint(&add("A@Example.com", "editor", "long enough")).contains("already"));
    assert!(complaint(&add("b@example.com", "editor", "short")).contains("10 characters"));
    assert!(complaint(&add("b@example.com", "editor", "")).contains("no password"));
    for (email, role) in [("nobody", "editor"), ("c@example.com", "king")] {
        let refused = add(email, role, "long enough");
        assert_eq!(refused.status.code(), Some(2), "clap's own");
    }
}

/// Runs the program beside the sandbox, which lives in this process.
async fn beside(folder: &Path, arguments: Vec<String>, input: &'static str) -> Output {
    let folder = folder.to_owned();
    let run = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run_with_input(&folder, &arguments, input)
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn connect_arguments(endpoint: &str, email: &str, more: &[&str]) -> Vec<String> {
    let start = [
        "company",
        "connect",
        "--endpoint",
        endpoint,
        "--email",
        email,
    ];
    let all = start.iter().chain(&["--password-stdin"]).chain(more);
    all.map(|it| (*it).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_connected_listed_and_tested_by_command() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let clock = Clock::system();
    let sandbox = Sandbox::start(clock, SandboxPorts::default(), None).await;
    let sandbox = sandbox.unwrap();
    let ips = sandbox.ips_url();
    let connect = async |endpoint: &str, (email, _): (&str, &str), more: &[&str]| {
        let arguments = connect_arguments(endpoint, email, more);
        beside(folder, arguments, "sandbox-only\n").await
    };
    let company = async |words: &[&str]| {
        let all = ["company"].iter().chain(words);
        beside(folder, all.map(|it| (*it).to_owned()).collect(), "").await
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
    for cell in ["SLUG", "ROLE", "LAST TEST"] {
        assert!(lines[0].contains(cell), "{list}");
    }
    assert!(lines[1].starts_with("harbour-home") && lines[1].contains("failed, 20"));
    for cell in [
        "https://images.example.com",
        "dms7snapshot",
        "IpsCompanyAdmin",
        "ok, 20",
    ] {
        assert!(lines[2].contains(cell), "{list}");
    }
    let stored = std::fs::read(folder.join("unstale.db")).unwrap();
    let plain = b"sandbox-only";
    assert!(!stored.windows(plain.len()).any(|part| part == plain));
    sandbox.stop().await;
}

#[test]
fn help_names_every_command_and_setting() {
    let folder = TempDir::new().unwrap();
    let output = unstale(folder.path())
        .arg("--help")
        .env("UNSTALE_DATABASE_URL", "postgres://u:hunter2@h/db")
        .output()
        .unwrap();
    let help = success(&output);
    for word in [
        "serve",
        "demo",
        "migrate",
        "user",
        "company",
        "config",
        "UNSTALE_LISTEN",
        "UNSTALE_PUBLIC_URL",
        "UNSTALE_DATABASE_URL",
    ] {
        assert!(help.contains(word), "{word}");
    }
    assert!(!help.contains("hunter2"));
}

/// Ends the program with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn the_server_prints_where_it_is_and_stops_when_it_is_told_to() {
    let folder = TempDir::new().unwrap();
    let child = unstale(folder.path())
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut server = Running(child);
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(
        first.starts_with("Unstale listens on 127.0.0.1:"),
        "{first}"
    );
    let second = lines.next().unwrap().unwrap();
    assert!(second.contains("/setup with the token "), "{second}");

    let stop = Command::new("kill")
        .args(["-TERM", &server.0.id().to_string()])
        .status()
        .unwrap();
    assert!(stop.success());
    assert!(server.0.wait().unwrap().success());
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
    assert!(text(&refused.stderr).contains("--accept-good"));
    let bad = std::fs::read_to_string(folder.path().join("bad.csv")).unwrap();
    assert!(bad.contains("3,It has no id."), "{bad}");
    let imported = success(&import(&["assets.csv", "--accept-good"]));
    assert!(imported.contains("1 lines were imported"), "{imported}");
    let imported = success(&import(&["presets.csv", "--kind", "presets"]));
    assert!(imported.contains("1 presets are new"), "{imported}");
    assert!(complaint(&import(&["missing.csv"])).contains("missing.csv cannot be read"));
    assert!(complaint(&import(&["presets.csv"])).contains("id is not among them"));
    let nobody = ["import", "--company", "nobody", "presets.csv"];
    assert!(complaint(&run(folder.path(), &nobody)).contains("no company nobody"));
}
