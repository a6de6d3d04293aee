//! How catalogues are read: pauses and leases.

use std::time::Duration;

use super::{ConfigError, milliseconds};

/// The settings as flags and environment variables give them.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SyncArgs {
    /// Milliseconds between two requests while a catalogue is read [default: 250]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_SYNC_PAUSE",
        global = true
    )]
    pub sync_pause: Option<String>,

    /// Milliseconds after which another node takes over from a reader that is silent [default: 30000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_SYNC_LEASE",
        global = true
    )]
    pub sync_lease: Option<String>,

    /// Milliseconds between two looks at whether a catalogue is to be read, when nobody says so [default: 5000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_SYNC_IDLE",
        global = true
    )]
    pub sync_idle: Option<String>,
}

/// What is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncConfig {
    /// Between two requests, for Adobe's sake.
    pub pause: Duration,
    /// A reader that is silent for so long loses its place to another.
    pub lease: Duration,
    /// Between two looks at what is due.
    pub idle: Duration,
}

impl Default for SyncConfig {
    fn default() -> Self {
        Self {
            pause: Duration::from_millis(250),
            lease: Duration::from_secs(30),
            idle: Duration::from_secs(5),
        }
    }
}

/// Puts them together; the settings file gives its numbers in the order of [`SyncArgs`].
pub(super) fn load(given: SyncArgs, file: [Option<u64>; 3]) -> Result<SyncConfig, ConfigError> {
    let whole = SyncConfig::default();
    let [pause, lease, idle] = file;
    Ok(SyncConfig {
        pause: milliseconds(
            "UNSTALE_SYNC_PAUSE",
            given.sync_pause,
            pause,
            whole.pause,
            0..=60_000,
        )?,
        lease: milliseconds(
            "UNSTALE_SYNC_LEASE",
            given.sync_lease,
            lease,
            whole.lease,
            100..=600_000,
        )?,
        idle: milliseconds(
            "UNSTALE_SYNC_IDLE",
            given.sync_idle,
            idle,
            whole.idle,
            10..=60_000,
        )?,
    })
}
