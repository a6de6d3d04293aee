//! Starting: one sentence for each setting and each place that does not work, and a stop when it is told to.

use std::{
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, TcpListener},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::{Running, complaint, run, run_with_input, success, unstale};

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

/// The first of five ports, one after the other, that a sandbox may have: the usual ones may be somebody's demo.
fn free_ports() -> u16 {
    let listen = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    loop {
        let first = listen(0).unwrap().local_addr().unwrap().port();
        let others = (1..5).map(|after| first.checked_add(after));
        if others
            .into_iter()
            .all(|port| port.is_some_and(|port| listen(port).is_ok()))
        {
            return first;
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_one_sentence() {
    let folder = TempDir::new().unwrap();
    // Not a matter of permissions, which do not bind an administrator: a file is no folder.
    std::fs::write(folder.path().join("file"), "").unwrap();
    let listen = ["--listen", "127.0.0.1:0"];
    let ports = free_ports().to_string();
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
        (
            &["demo", "--folder", "file/demo", "--sandbox-port", &ports],
            "file/demo",
        ),
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
        ("UNSTALE_SECRET_KEY", ""),
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
        "ips_timeout_ms = 5000",
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
        "host",
        "preset",
        "template",
        "catalogue",
        "sync",
        "import",
        "config",
        "UNSTALE_LISTEN",
        "UNSTALE_PUBLIC_URL",
        "UNSTALE_DATABASE_URL",
    ] {
        assert!(help.contains(word), "{word}");
    }
    assert!(!help.contains("hunter2"));
}

#[test]
fn the_help_of_a_command_lists_the_settings_that_it_uses_and_no_others() {
    let folder = TempDir::new().unwrap();
    let settings = [
        "--config",
        "--listen",
        "--public-url",
        "--database-url",
        "--secret-key-file",
        "--log-format",
        "--ips-timeout",
        "--sync-pause",
        "--keep-history",
        "--check-sample",
        "--dispatch-pause",
    ];
    let (stored, opened) = (&["--config", "--database-url"][..], "--secret-key-file");
    let asking = [stored, &[opened, "--log-format", "--ips-timeout"]].concat();
    let sending = [&asking[..], &["--check-sample", "--dispatch-pause"]].concat();
    for (command, listed) in [
        (&["serve"][..], &settings[..]),
        (&["config", "check"], &settings),
        (&["migrate"], stored),
        (&["user", "add"], stored),
        (&["import"], stored),
        (&["company", "add"], stored),
        (&["company", "list"], stored),
        (&["company", "disconnect"], stored),
        (&["company"], &[stored, &[opened, "--ips-timeout"]].concat()),
        (&["host", "test"], &sending),
        (&["host"], &sending),
        (
            &["preset", "list"],
            &[stored, &[opened, "--log-format"]].concat(),
        ),
        (&["sync"], &[&asking[..], &["--sync-pause"]].concat()),
    ] {
        let help = success(&run(folder.path(), &[command, &["--help"]].concat()));
        let shown = |setting: &&str| help.contains(&format!("{setting} <"));
        let shown: Vec<&str> = settings.into_iter().filter(shown).collect();
        assert_eq!(shown, listed, "{command:?}");
    }
    let demo = success(&run(folder.path(), &["demo", "--help"]));
    assert!(demo.contains("--listen") && !demo.contains("--database-url"));
    // What is not listed is taken all the same, wherever it stands.
    for arguments in [
        ["migrate", "--sync-pause", "soon"],
        ["--sync-pause", "soon", "migrate"],
    ] {
        let complaint = complaint(&run(folder.path(), &arguments));
        assert!(complaint.contains("UNSTALE_SYNC_PAUSE"), "{complaint}");
    }
}

/// What a server prints first.
#[track_caller]
fn first_lines(server: &mut Running) -> [String; 2] {
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    [(); 2].map(|()| lines.next().unwrap().unwrap())
}

#[cfg(unix)]
#[test]
fn the_server_prints_where_it_is_and_stops_when_it_is_told_to() {
    // Elsewhere nobody knows whether the end of a terminal is to be ignored.
    let hangup = cfg!(target_os = "linux").then_some("-HUP");
    for signal in ["-TERM", "-INT"].into_iter().chain(hangup) {
        let folder = TempDir::new().unwrap();
        let child = unstale(folder.path())
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut server = Running(child);
        let [first, second] = first_lines(&mut server);
        assert!(
            first.starts_with("Unstale listens on 127.0.0.1:"),
            "{first}"
        );
        assert!(second.contains("/setup with the token "), "{second}");

        let stop = Command::new("kill")
            .args([signal, &server.0.id().to_string()])
            .status()
            .unwrap();
        assert!(stop.success());
        assert!(server.0.wait().unwrap().success(), "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_ends_with_its_terminal_and_closes_its_database_unless_it_is_to_outlive_it() {
    let folder = TempDir::new().unwrap();
    // What is in it is moved into the database when that is closed.
    let log = folder.path().join("unstale.db-wal");
    let terminal = super::on_a_terminal(folder.path(), "--listen 127.0.0.1:0").spawn();
    let mut terminal = Running(terminal.unwrap());
    first_lines(&mut terminal);
    assert!(log.exists());
    drop(terminal);
    let began = std::time::Instant::now();
    while log.exists() {
        assert!(began.elapsed() < super::PATIENCE, "it is not closed");
        std::thread::yield_now();
    }

    let child = super::command("nohup", folder.path())
        .args([env!("CARGO_BIN_EXE_unstale"), "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut server = Running(child.unwrap());
    first_lines(&mut server);
    let status = format!("/proc/{}/status", server.0.id());
    let status = std::fs::read_to_string(status).unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = u64::from_str_radix(ignored.unwrap().trim(), 16).unwrap();
    assert_eq!(ignored & 1, 1, "SIGHUP is ignored still");
}
