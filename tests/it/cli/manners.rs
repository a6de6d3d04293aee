//! How commands read and write: passwords by the line, never in silence over an open wire, and on where nobody reads.

use std::{io::Write as _, process::Stdio, time::Instant};

use tempfile::TempDir;

use super::{PATIENCE, Running, run, run_with_input, success, text, unstale};

#[test]
fn a_password_ends_with_its_line() {
    let folder = TempDir::new().unwrap();
    let child = unstale(folder.path())
        .args(["user", "add", "a@example.com", "--role", "admin"])
        .arg("--password-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn();
    let mut child = Running(child.unwrap());
    let mut input = child.0.stdin.take().unwrap();
    input.write_all(b"long enough\n").unwrap();
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.0.try_wait().unwrap() {
            break status;
        }
        assert!(began.elapsed() < PATIENCE, "it waits for the end");
        std::thread::yield_now();
    };
    assert!(status.success());
    drop(input);
}

#[test]
fn a_password_that_would_travel_in_plain_is_warned_of() {
    let folder = TempDir::new().unwrap();
    for (endpoint, warned) in [
        ("http://no-such-host.invalid/scene7/", true),
        ("https://no-such-host.invalid/scene7/", false),
    ] {
        let connect = ["company", "connect", "--endpoint", endpoint];
        let account = ["--email", "a@example.com", "--password-stdin"];
        let arguments = [&connect[..], &account].concat();
        let refused = run_with_input(folder.path(), &arguments, "secret\n");
        let said = text(&refused.stderr);
        assert_eq!(said.contains("is not encrypted"), warned, "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
}

#[test]
fn a_command_does_its_work_where_nobody_reads_what_it_says() {
    let folder = TempDir::new().unwrap();
    let add = ["company", "add", "--name", "Shop", "--root", "shop"];
    let server = ["--publish-server", "shop.example.com"];
    success(&run(folder.path(), &[&add[..], &server].concat()));
    std::fs::write(folder.path().join("assets.csv"), "id,colour\na,red\n").unwrap();
    for arguments in [&["company", "list"][..], &["import", "assets.csv"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = unstale(folder.path())
            .args(arguments)
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
            .wait_with_output()
            .unwrap();
        assert_eq!(text(&ended.stderr), "", "{arguments:?}");
        assert!(ended.status.success(), "{arguments:?}");
    }
    let again = success(&run(folder.path(), &["import", "assets.csv"]));
    assert!(again.contains("0 assets new"), "{again}");
}
