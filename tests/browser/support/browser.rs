//! One Chromium with a profile of its own, through Debian's `chromedriver`; gone when dropped.

use std::{
    env,
    ops::Deref,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use axum::http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{
    ChromiumLikeCapabilities as _, LoggingPrefsLogLevel, RequestData, SessionId,
    common::command::FormatRequestData, extensions::query::ElementPollerWithTimeout, prelude::*,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// Names the `chromedriver` to use, where it is not in the `PATH`.
const CHROMEDRIVER: &str = "CHROMEDRIVER";

/// How long a journey waits for what it expects. It takes a fraction of it, but for a machine under load.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often it looks.
const GLANCE: Duration = Duration::from_millis(40);

/// Whether pages may run scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// A browser window. Dereferences to the `WebDriver` session.
pub struct Browser {
    // In the order in which they end: Chromium, its driver, its profile.
    driver: WebDriver,
    _chromedriver: Child,
    _profile: TempDir,
}

impl Browser {
    /// A fresh one, 1280 wide, in the light scheme.
    pub async fn open(scripts: Scripts) -> Self {
        let (chromedriver, port) = start_chromedriver().await;
        let profile = tempfile::tempdir().unwrap();
        let capabilities = capabilities(profile.path(), scripts).unwrap();
        let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities)
            .poller(Arc::new(ElementPollerWithTimeout::new(PATIENCE, GLANCE)))
            .connect()
            .await
            .expect("chromedriver starts Chromium");
        let browser = Self {
            driver,
            _chromedriver: chromedriver,
            _profile: profile,
        };
        browser.dress(1280, 900, "light").await.unwrap();
        browser
    }

    /// Gives the window a size in CSS pixels and the page a colour scheme, `light` or `dark`. Nothing moves, so that
    /// no colour is measured on its way to another.
    pub async fn dress(&self, width: u32, height: u32, scheme: &str) -> WebDriverResult<()> {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await?;
        let media = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.devtools("Emulation.setEmulatedMedia", media).await?;
        Ok(())
    }

    /// A command of the `DevTools` protocol, which `WebDriver` has no word for.
    pub async fn devtools(
        &self,
        command: &'static str,
        parameters: Value,
    ) -> WebDriverResult<Value> {
        self.driver
            .cmd(DevTools {
                command,
                parameters,
            })
            .await?
            .value()
    }
}

impl Deref for Browser {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.driver
    }
}

#[derive(Debug)]
struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl FormatRequestData for DevTools {
    fn format_request(&self, session: &SessionId) -> RequestData {
        RequestData::new(Method::POST, format!("session/{session}/goog/cdp/execute"))
            .add_body(json!({"cmd": self.command, "params": self.parameters}))
    }
}

fn capabilities(
    profile: &Path,
    scripts: Scripts,
) -> WebDriverResult<thirtyfour::ChromeCapabilities> {
    let mut wanted = DesiredCapabilities::chrome();
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--hide-scrollbars",
        "--lang=en-GB",
    ] {
        wanted.add_arg(argument)?;
    }
    wanted.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    if scripts == Scripts::Off {
        let block = json!({"profile.managed_default_content_settings.javascript": 2});
        wanted.add_experimental_option("prefs", block)?;
    }
    Ok(wanted)
}

/// A port that is free on IPv4 may be taken on IPv6; then chromedriver ends, and another start finds another port.
const STARTS: usize = 5;

/// Starts it on a port of its choice, which it prints.
async fn start_chromedriver() -> (Child, u16) {
    for _ in 0..STARTS {
        if let Some(started) = try_chromedriver().await {
            return started;
        }
    }
    panic!("chromedriver says on no start on which port it listens");
}

async fn try_chromedriver() -> Option<(Child, u16)> {
    let mut child = Command::new(chromedriver())
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("chromedriver starts");
    let mut lines = BufReader::new(child.stdout.take()?).lines();
    let port = loop {
        let line = lines.next_line().await.unwrap()?;
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            break port.trim_end_matches('.').parse().unwrap();
        }
    };
    // Reads on to the end: a full pipe would hold it up.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Some((child, port))
}

fn chromedriver() -> PathBuf {
    let named = env::var_os(CHROMEDRIVER).map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let found = || {
        env::split_paths(&path)
            .map(|folder| folder.join("chromedriver"))
            .find(|file| file.is_file())
    };
    named.or_else(found).unwrap_or_else(|| {
        panic!(
            "chromedriver is not in the PATH and {CHROMEDRIVER} does not name it: install Debian's chromium-driver, \
             then run `make test`"
        )
    })
}
