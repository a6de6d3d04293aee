//! The program itself: what it says when it cannot start, what its commands do, and that it prints no secret.

mod company;
mod key;
mod manners;
mod script;
mod settings;
mod start;
mod sync;
mod trouble;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use tempfile::TempDir;
use unstale::{
    clock::Clock,
    sandbox::{ACCOUNT, Sandbox, SandboxPorts},
    store::Store,
};

use crate::support::browser::Browser;

/// The program in an empty folder, with no setting from around the test.
fn unstale(folder: &Path) -> Command {
    command(env!("CARGO_BIN_EXE_unstale"), folder)
}

fn command(program: &str, folder: &Path) -> Command {
    // Whoever runs the tests by `nohup` has the end of a terminal ignored, and would hand that on.
    let mut command = if cfg!(target_os = "linux") {
        let mut env = Command::new("env");
        env.args(["--default-signal=HUP", program]);
        env
    } else {
        Command::new(program)
    };
    command.current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("UNSTALE_")) {
        command.env_remove(name);
    }
    command.env_remove("RUST_LOG");
    command
}

/// The same on a terminal of its own, which `script` is: it ends with that.
#[cfg(target_os = "linux")]
fn on_a_terminal(folder: &Path, arguments: &str) -> Command {
    let unstale = format!("exec {} {arguments}", env!("CARGO_BIN_EXE_unstale"));
    let mut terminal = command("script", folder);
    terminal
        .args(["--quiet", "--return", "--flush", "--command"])
        .args([&unstale, "/dev/null"])
        .env("COLUMNS", "120")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    terminal
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

/// Ends the program with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that runs until the test ends, and what it has written into its log.
struct Served {
    _server: Running,
    url: String,
    log: Arc<Mutex<String>>,
}

impl Served {
    /// Starts it in a folder, with settings of its own, and waits until it listens.
    fn start(folder: &Path, settings: &[(&str, &str)]) -> Self {
        // The browser asks for a provider even where nothing is encrypted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let mut command = unstale(folder);
        for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env_remove(proxy).env_remove(proxy.to_lowercase());
        }
        let child = command
            .args(["--listen", &address])
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut server = Running(child.unwrap());
        let log = Arc::<Mutex<String>>::default();
        let (lines, kept) = (server.0.stderr.take().unwrap(), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let mut said = BufReader::new(server.0.stdout.take().unwrap()).lines();
        let first = said.next().unwrap().unwrap();
        assert!(first.contains(&address), "{first}");
        Self {
            _server: server,
            url: format!("http://{address}"),
            log,
        }
    }

    /// The administrator's browser.
    async fn admin(&self) -> Browser {
        let browser = Browser::new(&self.url, self.url.clone());
        let fields = [
            ("email", "admin@example.com"),
            ("password", "fresh-pictures"),
        ];
        assert_eq!(browser.post("/sign-in", &fields).await.status, 303);
        browser
    }

    /// Waits until the log holds a line with all of these, and returns it.
    async fn logs(&self, words: &[&str]) -> String {
        let found = async {
            loop {
                let log = self.log.lock().unwrap().clone();
                let mut lines = log.lines();
                if let Some(line) = lines.find(|line| words.iter().all(|it| line.contains(it))) {
                    return line.to_owned();
                }
                tokio::task::yield_now().await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("no {words:?} in {}", self.log.lock().unwrap()))
    }
}

/// Longer than any of it takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder for the program, beside a sandbox in this process.
struct Beside {
    folder: TempDir,
    sandbox: Arc<Sandbox>,
}

impl Beside {
    async fn start() -> Self {
        let sandbox = Sandbox::start(Clock::system(), SandboxPorts::default(), None).await;
        Self::at(Arc::new(sandbox.unwrap()))
    }

    fn at(sandbox: Arc<Sandbox>) -> Self {
        let folder = TempDir::new().unwrap();
        Self { folder, sandbox }
    }

    /// With a company that is connected, and an administrator and an editor of Unstale.
    async fn connected() -> Self {
        Self::start().await.with_company().await
    }

    /// Another Unstale, connected to the same company.
    async fn another(&self) -> Self {
        Self::at(Arc::clone(&self.sandbox)).with_company().await
    }

    async fn with_company(self) -> Self {
        self.add_people().await;
        let connected = self.connect(ACCOUNT, &[]).await;
        assert!(success(&connected).contains("/c/snapshot-outdoor"));
        self
    }

    async fn add_people(&self) {
        for (email, role) in [
            ("admin@example.com", "admin"),
            ("editor@example.com", "editor"),
        ] {
            let arguments = ["user", "add", email, "--role", role, "--password-stdin"];
            success(&self.run_with_input(&arguments, "fresh-pictures").await);
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, "").await
    }

    async fn run_with_input(&self, arguments: &[&str], input: &'static str) -> Output {
        let folder = self.path().to_owned();
        let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
        let run = move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            run_with_input(&folder, &arguments, input)
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    /// What a command says that does its work.
    async fn says(&self, arguments: &[&str]) -> String {
        success(&self.run(arguments).await)
    }

    /// The sentence of a command that does not.
    async fn complains(&self, arguments: &[&str]) -> String {
        complaint(&self.run(arguments).await)
    }

    async fn connect(&self, (email, _): (&str, &str), more: &[&str]) -> Output {
        self.connect_at(self.sandbox.ips_url(), email, more).await
    }

    async fn connect_at(&self, endpoint: &str, email: &str, more: &[&str]) -> Output {
        let start = [
            "company",
            "connect",
            "--endpoint",
            endpoint,
            "--email",
            email,
        ];
        let arguments = [&start[..], &["--password-stdin"], more].concat();
        self.run_with_input(&arguments, "sandbox-only\n").await
    }

    /// The program's database, as another node would open it.
    async fn store(&self) -> Store {
        let address = format!("sqlite://{}", self.path().join("unstale.db").display());
        Store::open(&address.parse().unwrap()).await.unwrap()
    }
}
