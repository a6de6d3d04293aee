//! Settings: defaults, then `unstale.toml`, then `UNSTALE_*`, then flags; the last one that speaks wins.
//!
//! Everything is parsed here, once, into types that cannot be wrong later. A wrong value is one sentence that
//! names the setting. Secrets are redacted wherever a setting can be printed.

mod checks;
mod dispatch;
mod ips;
mod sync;

use std::{
    fmt, fs, io,
    net::SocketAddr,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

pub use self::{
    checks::CheckArgs,
    dispatch::{DispatchConfig, DispatchSettings},
    ips::IpsArgs,
    sync::{SyncArgs, SyncConfig},
};
use crate::{domain::CheckSettings, edge, ips::Timeouts, store::DatabaseUrl};

/// What is read when `--config` does not name another file; it need not exist.
const DEFAULT_FILE: &str = "unstale.toml";

/// The settings as flags and environment variables give them: text, or nothing. No `Debug`: a database's address may
/// hold a password.
#[derive(Clone, Default, clap::Args)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Settings file [default: unstale.toml, if there is one]
    #[arg(long, value_name = "FILE", env = "UNSTALE_CONFIG", global = true)]
    pub config: Option<PathBuf>,

    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "UNSTALE_LISTEN", global = true)]
    pub listen: Option<String>,

    /// What people type into the browser [default: http:// and the listener's address]
    #[arg(long, value_name = "URL", env = "UNSTALE_PUBLIC_URL", global = true)]
    pub public_url: Option<String>,

    /// `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME` [default: `sqlite://unstale.db`]
    #[arg(
        long,
        value_name = "URL",
        env = "UNSTALE_DATABASE_URL",
        hide_env_values = true,
        global = true
    )]
    pub database_url: Option<String>,

    /// File that holds the key for stored passwords; made when missing [default: unstale.key]
    #[arg(
        long,
        value_name = "FILE",
        env = "UNSTALE_SECRET_KEY_FILE",
        global = true
    )]
    pub secret_key_file: Option<PathBuf>,

    /// How the log is written: text or json [default: text]
    #[arg(long, value_name = "FORMAT", env = "UNSTALE_LOG_FORMAT", global = true)]
    pub log_format: Option<String>,

    /// How long Adobe may take to answer.
    #[command(flatten)]
    pub ips: IpsArgs,

    /// How catalogues are read.
    #[command(flatten)]
    pub sync: SyncArgs,

    /// Days after which what was submitted is deleted from the history [default: kept for ever]
    #[arg(long, value_name = "DAYS", env = "UNSTALE_KEEP_HISTORY", global = true)]
    pub keep_history: Option<String>,

    /// How delivery hosts are looked at, before and after a purge.
    #[command(flatten)]
    pub checks: CheckArgs,

    /// How submitted batches are sent.
    #[command(flatten)]
    pub dispatch: DispatchSettings,
}

/// The same settings as `unstale.toml` spells them. No `Debug`, for the same reason.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the words of the settings")]
struct File {
    listen: Option<String>,
    public_url: Option<String>,
    database_url: Option<String>,
    secret_key_file: Option<PathBuf>,
    log_format: Option<String>,
    ips_timeout: Option<u64>,
    ips_timeout_ms: Option<u64>,
    ips_connect_timeout_ms: Option<u64>,
    sync_pause: Option<u64>,
    sync_lease: Option<u64>,
    sync_idle: Option<u64>,
    keep_history: Option<u64>,
    checks: checks::CheckFile,
    dispatch: dispatch::DispatchFile,
}

/// Everything that is in force.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// What people type; decides the cookie's `Secure` flag.
    pub public_url: PublicUrl,
    /// Where everything is kept.
    pub database: DatabaseUrl,
    /// Where the key for stored passwords comes from.
    pub secret_key: SecretKeySource,
    /// How the log is written.
    pub log_format: LogFormat,
    /// How long Adobe may take to answer.
    pub ips: Timeouts,
    /// How catalogues are read.
    pub sync: SyncConfig,
    /// How long the history is kept; for ever when there is none.
    pub keep_history: Option<Duration>,
    /// How delivery hosts are looked at, before and after a purge.
    pub checks: CheckSettings,
    /// How long they may take to answer.
    pub edge: edge::Timeouts,
    /// How submitted batches are sent.
    pub dispatch: DispatchConfig,
}

/// Where the key for stored passwords comes from.
#[derive(Debug, Clone)]
pub enum SecretKeySource {
    /// `UNSTALE_SECRET_KEY`: 64 hexadecimal digits.
    Given(SecretString),
    /// A file, made with mode 0600 when it is missing.
    File(PathBuf),
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Scheme, host and port under which people reach Unstale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// Reads an address such as `https://unstale.example.com`; a path is not possible.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url =
            Url::parse(text).map_err(|error| format!("{text:?} is not an address: {error}"))?;
        let bare = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if bare {
            Ok(Self(url))
        } else {
            Err(format!(
                "{text:?} must be http:// or https://, a host and at most a port"
            ))
        }
    }

    /// As a browser spells it in `Origin`, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether people reach it over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

/// A setting that cannot be used. Its text never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The settings file was named and cannot be read.
    #[error("the settings file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The settings file is not what it should be.
    #[error("the settings file {} is not right: {reason}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What and where, on one line.
        reason: String,
    },
    /// One setting has a value that cannot be used.
    #[error("{setting} cannot be used: {reason}")]
    Value {
        /// The environment variable's name; flag and file use the same word.
        setting: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl Config {
    /// Puts the settings together. `secret_key` is `UNSTALE_SECRET_KEY`, which has no flag: the arguments of
    /// a process are there for everyone to read.
    pub fn load(settings: Settings, secret_key: Option<String>) -> Result<Self, ConfigError> {
        let file = read_file(settings.config.as_deref())?;

        let listen = settings
            .listen
            .or(file.listen)
            .unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen: SocketAddr = listen.parse().map_err(|_| ConfigError::Value {
            setting: "UNSTALE_LISTEN",
            reason: format!("{listen:?} is not an address and port such as 127.0.0.1:8080"),
        })?;

        let public_url = match settings.public_url.or(file.public_url) {
            Some(text) => PublicUrl::parse(&text),
            None => PublicUrl::parse(&format!("http://{listen}")),
        }
        .map_err(|reason| ConfigError::Value {
            setting: "UNSTALE_PUBLIC_URL",
            reason,
        })?;

        let database = settings
            .database_url
            .or(file.database_url)
            .unwrap_or_else(|| "sqlite://unstale.db".to_owned())
            .parse()
            .map_err(
                |error: crate::store::InvalidDatabaseUrl| ConfigError::Value {
                    setting: "UNSTALE_DATABASE_URL",
                    reason: error.to_string(),
                },
            )?;

        let secret_key = match secret_key {
            Some(key) => SecretKeySource::Given(key.into()),
            None => SecretKeySource::File(
                settings
                    .secret_key_file
                    .or(file.secret_key_file)
                    .unwrap_or_else(|| PathBuf::from("unstale.key")),
            ),
        };

        let log_format = settings.log_format.or(file.log_format);
        let log_format = match log_format.as_deref() {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(other) => {
                return Err(ConfigError::Value {
                    setting: "UNSTALE_LOG_FORMAT",
                    reason: format!("{other:?} is neither text nor json"),
                });
            }
        };

        let ips_file = ips::IpsFile {
            timeout: file.ips_timeout,
            timeout_ms: file.ips_timeout_ms,
            connect_timeout_ms: file.ips_connect_timeout_ms,
        };
        let sync_file = [file.sync_pause, file.sync_lease, file.sync_idle];
        let keep_history = match (&settings.keep_history, file.keep_history) {
            (None, None) => None,
            (_, days) => Some(number(
                "UNSTALE_KEEP_HISTORY",
                settings.keep_history,
                days.unwrap_or_default(),
                1..=36_500,
            )?),
        };

        let (checks, edge) = checks::load(settings.checks, &file.checks)?;

        Ok(Self {
            listen,
            public_url,
            database,
            secret_key,
            log_format,
            ips: ips::load(settings.ips, ips_file)?,
            sync: sync::load(settings.sync, sync_file)?,
            keep_history: keep_history.map(|days| Duration::from_hours(24 * days)),
            dispatch: DispatchConfig::load(settings.dispatch, &file.dispatch)?,
            checks,
            edge,
        })
    }
}

/// A number from a flag or variable, or the one of the file, within its limits.
fn number(
    setting: &'static str,
    given: Option<String>,
    otherwise: u64,
    limits: RangeInclusive<u64>,
) -> Result<u64, ConfigError> {
    let text = given.unwrap_or_else(|| otherwise.to_string());
    text.parse()
        .ok()
        .filter(|number| limits.contains(number))
        .ok_or_else(|| ConfigError::Value {
            setting,
            reason: format!(
                "{text} is not a whole number from {} to {}",
                limits.start(),
                limits.end()
            ),
        })
}

/// Milliseconds, in the same way.
fn milliseconds(
    setting: &'static str,
    given: Option<String>,
    file: Option<u64>,
    otherwise: Duration,
    limits: RangeInclusive<u64>,
) -> Result<Duration, ConfigError> {
    let otherwise = u64::try_from(otherwise.as_millis()).unwrap_or(u64::MAX);
    number(setting, given, file.unwrap_or(otherwise), limits).map(Duration::from_millis)
}

fn read_file(named: Option<&Path>) -> Result<File, ConfigError> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => {
            return Ok(File::default());
        }
        Err(source) => {
            return Err(ConfigError::Unreadable {
                path: path.to_owned(),
                source,
            });
        }
    };
    // The parser's full error quotes the line, which may hold a password; its message does not.
    toml::from_str(&text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| text[..span.start].lines().count().max(1));
        ConfigError::Malformed {
            path: path.to_owned(),
            reason: format!("line {line}: {}", error.message().replace('\n', " ")),
        }
    })
}

/// Where it stands, for a sentence.
impl fmt::Display for SecretKeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(_) => f.write_str("UNSTALE_SECRET_KEY"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// What is in force, as a settings file would spell it, secrets redacted.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "listen = {:?}", self.listen.to_string())?;
        writeln!(f, "public_url = {:?}", self.public_url.origin())?;
        writeln!(f, "database_url = {:?}", self.database.to_string())?;
        match &self.secret_key {
            SecretKeySource::Given(_) => writeln!(
                f,
                "# the key for stored passwords is given by UNSTALE_SECRET_KEY"
            )?,
            SecretKeySource::File(path) => {
                writeln!(f, "secret_key_file = {:?}", path.display().to_string())?;
            }
        }
        let log_format = match self.log_format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        writeln!(f, "log_format = {log_format:?}")?;
        writeln!(f, "ips_timeout_ms = {}", self.ips.total.as_millis())?;
        let connect = self.ips.connect.as_millis();
        writeln!(f, "ips_connect_timeout_ms = {connect}")?;
        writeln!(f, "sync_pause = {}", self.sync.pause.as_millis())?;
        writeln!(f, "sync_lease = {}", self.sync.lease.as_millis())?;
        writeln!(f, "sync_idle = {}", self.sync.idle.as_millis())?;
        match self.keep_history {
            Some(kept) => writeln!(f, "keep_history = {}", kept.as_secs() / (24 * 60 * 60)),
            None => writeln!(f, "# keep_history is not set: the history is kept for ever"),
        }?;
        // Tables: they come last.
        write!(
            f,
            "\n[checks]\n{}",
            checks::printed(&self.checks, self.edge)
        )?;
        write!(f, "\n[dispatch]\n{}", self.dispatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(text: &str, settings: Settings) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("unstale.toml");
        fs::write(&path, text).expect("a settings file");
        Config::load(
            Settings {
                config: Some(path),
                ..settings
            },
            None,
        )
    }

    #[test]
    fn a_flag_or_variable_wins_over_the_file_and_the_file_over_the_default() {
        let config = with_file(
            "listen = '127.0.0.1:1'\nips_timeout = 5",
            Settings::default(),
        )
        .unwrap();
        assert_eq!(config.listen.port(), 1);
        assert_eq!(config.ips.total, Duration::from_secs(5));
        assert_eq!(config.public_url.origin(), "http://127.0.0.1:1");

        let flags = Settings {
            listen: Some("127.0.0.1:2".to_owned()),
            ..Settings::default()
        };
        assert_eq!(
            with_file("listen = '127.0.0.1:1'", flags)
                .unwrap()
                .listen
                .port(),
            2
        );
    }

    #[test]
    fn a_wrong_value_names_its_setting_on_one_line() {
        let cases = [
            ("listen = 'nowhere'", "UNSTALE_LISTEN"),
            ("public_url = 'https://h/path'", "UNSTALE_PUBLIC_URL"),
            (
                "database_url = 'mysql://u:hunter2@h'",
                "UNSTALE_DATABASE_URL",
            ),
            ("log_format = 'xml'", "UNSTALE_LOG_FORMAT"),
            ("ips_timeout = 0", "UNSTALE_IPS_TIMEOUT cannot"),
            ("ips_timeout_ms = 0", "UNSTALE_IPS_TIMEOUT_MS cannot"),
            ("sync_lease = 1", "UNSTALE_SYNC_LEASE"),
            ("sync_pause = 60001", "UNSTALE_SYNC_PAUSE"),
            ("keep_history = 0", "UNSTALE_KEEP_HISTORY"),
            ("[checks]\nsample = 1001", "UNSTALE_CHECK_SAMPLE"),
            ("[checks]\ntimeout = 0", "UNSTALE_CHECK_TIMEOUT"),
            ("[checks]\ninterval = 0", "UNSTALE_CHECK_INTERVAL"),
            ("[dispatch]\npause = 600001", "UNSTALE_DISPATCH_PAUSE"),
            ("[dispatch]\nlease = 0", "UNSTALE_DISPATCH_LEASE"),
            ("lsten = 'x'", "lsten"),
        ];
        for (text, setting) in cases {
            let error = with_file(text, Settings::default())
                .unwrap_err()
                .to_string();
            assert!(error.contains(setting), "{error}");
            assert!(!error.contains('\n'), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn seconds_to_wait_for_adobe_keep_their_meaning_beside_milliseconds() {
        let total = |file, seconds: Option<&str>, ms: Option<&str>| {
            let ips = IpsArgs {
                ips_timeout: seconds.map(str::to_owned),
                ips_timeout_ms: ms.map(str::to_owned),
                ..IpsArgs::default()
            };
            let given = Settings {
                ips,
                ..Settings::default()
            };
            with_file(file, given).unwrap().ips.total.as_millis()
        };
        let (seconds, both) = ("ips_timeout = 5", "ips_timeout = 5\nips_timeout_ms = 40");
        assert_eq!(total("", None, None), 60_000);
        assert_eq!(total(seconds, None, None), 5_000);
        assert_eq!(total(both, None, None), 40);
        assert_eq!(total(both, Some("2"), None), 2_000, "flags win over files");
        assert_eq!(total(seconds, None, Some("30")), 30);
        assert_eq!(total(both, Some("2"), Some("30")), 30);
    }

    #[test]
    fn what_is_printed_can_be_read_again() {
        let printed = with_file(
            "ips_timeout_ms = 7\nsync_lease = 900\n[checks]\ntimeout = 70\n[dispatch]\npause = 7",
            Settings::default(),
        )
        .unwrap()
        .to_string();
        let again = with_file(&printed, Settings::default()).unwrap();
        assert_eq!(again.ips.connect, Duration::from_millis(7));
        assert_eq!(again.sync.lease, Duration::from_millis(900));
        assert_eq!(again.edge.total, Duration::from_millis(70));
        assert_eq!(again.dispatch.pause, Duration::from_millis(7));
        assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn no_password_is_printed() {
        let config = with_file(
            "database_url = 'postgres://u:hunter2@h/db'",
            Settings::default(),
        )
        .unwrap();
        assert!(!format!("{config} {config:?}").contains("hunter2"));

        let key = Config::load(Settings::default(), Some("hunter2".to_owned())).unwrap();
        assert!(!format!("{key} {key:?}").contains("hunter2"));
    }
}
