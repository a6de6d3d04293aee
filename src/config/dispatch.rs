//! How submitted batches are sent: pauses, leases, repeats, and how many requests a day are no reason for a warning.

use std::{fmt, time::Duration};

use serde::Deserialize;

use super::{ConfigError, number};

/// The settings as flags and environment variables give them.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DispatchSettings {
    /// Milliseconds between two requests to Adobe for one company [default: 2000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_DISPATCH_PAUSE",
        global = true
    )]
    pub dispatch_pause: Option<String>,

    /// Milliseconds after which a node that is silent has lost what it was sending [default: 15000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_DISPATCH_LEASE",
        global = true
    )]
    pub dispatch_lease: Option<String>,

    /// Milliseconds between two looks at the database when nobody says that there is work [default: 5000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_DISPATCH_IDLE",
        global = true
    )]
    pub dispatch_idle: Option<String>,

    /// How often a batch is sent again when Adobe cannot be reached or does not answer [default: 6]
    #[arg(
        long,
        value_name = "NUMBER",
        env = "UNSTALE_DISPATCH_REPEATS",
        global = true
    )]
    pub dispatch_repeats: Option<String>,

    /// Milliseconds before the first repeat; each further one waits twice as long [default: 5000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_DISPATCH_REPEAT_PAUSE",
        global = true
    )]
    pub dispatch_repeat_pause: Option<String>,

    /// Requests to Adobe in 24 hours above which Unstale warns, for each company [default: 500]
    #[arg(
        long,
        value_name = "NUMBER",
        env = "UNSTALE_DISPATCH_DAILY",
        global = true
    )]
    pub dispatch_daily: Option<String>,
}

/// The table `[dispatch]` of the settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DispatchFile {
    pause: Option<u64>,
    lease: Option<u64>,
    idle: Option<u64>,
    repeats: Option<u64>,
    repeat_pause: Option<u64>,
    daily: Option<u64>,
}

/// What is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DispatchConfig {
    /// Between two requests of one company.
    pub pause: Duration,
    /// A node that is silent for so long has lost what it was sending.
    pub lease: Duration,
    /// Between two looks at the database.
    pub idle: Duration,
    /// How often a batch is sent again after failures that may pass.
    pub repeats: u32,
    /// Before the first repeat; each further one waits twice as long.
    pub repeat_pause: Duration,
    /// Requests in 24 hours above which there is a warning.
    pub daily: u64,
}

impl DispatchConfig {
    pub(super) fn load(given: DispatchSettings, file: DispatchFile) -> Result<Self, ConfigError> {
        let millis = |setting, given, file: Option<u64>, default, limits| {
            number(setting, given, file.unwrap_or(default), limits).map(Duration::from_millis)
        };
        let repeats = number(
            "UNSTALE_DISPATCH_REPEATS",
            given.dispatch_repeats,
            file.repeats.unwrap_or(6),
            0..=20,
        )?;
        Ok(Self {
            pause: millis(
                "UNSTALE_DISPATCH_PAUSE",
                given.dispatch_pause,
                file.pause,
                2_000,
                0..=600_000,
            )?,
            lease: millis(
                "UNSTALE_DISPATCH_LEASE",
                given.dispatch_lease,
                file.lease,
                15_000,
                100..=600_000,
            )?,
            idle: millis(
                "UNSTALE_DISPATCH_IDLE",
                given.dispatch_idle,
                file.idle,
                5_000,
                10..=60_000,
            )?,
            repeats: u32::try_from(repeats).unwrap_or(u32::MAX),
            repeat_pause: millis(
                "UNSTALE_DISPATCH_REPEAT_PAUSE",
                given.dispatch_repeat_pause,
                file.repeat_pause,
                5_000,
                0..=600_000,
            )?,
            daily: number(
                "UNSTALE_DISPATCH_DAILY",
                given.dispatch_daily,
                file.daily.unwrap_or(500),
                1..=1_000_000,
            )?,
        })
    }
}

/// As the table of a settings file would spell it.
impl fmt::Display for DispatchConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "pause = {}", self.pause.as_millis())?;
        writeln!(f, "lease = {}", self.lease.as_millis())?;
        writeln!(f, "idle = {}", self.idle.as_millis())?;
        writeln!(f, "repeats = {}", self.repeats)?;
        writeln!(f, "repeat_pause = {}", self.repeat_pause.as_millis())?;
        writeln!(f, "daily = {}", self.daily)
    }
}
