//! How long Adobe may take to answer.
//!
//! `UNSTALE_IPS_TIMEOUT` is in whole seconds, which configurations hold already; `UNSTALE_IPS_TIMEOUT_MS` says the same in
//! milliseconds, and wins where both are given, be it one by a flag and the other by a variable; the settings file comes last.

use std::time::Duration;

use super::{ConfigError, milliseconds, number};
use crate::ips::Timeouts;

/// The settings as flags and environment variables give them.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct IpsArgs {
    /// Seconds to wait for an answer from Adobe, unless milliseconds are given too [default: 60]
    #[arg(
        long,
        value_name = "SECONDS",
        env = "UNSTALE_IPS_TIMEOUT",
        global = true
    )]
    pub ips_timeout: Option<String>,

    /// The same in milliseconds, in place of it [default: 60000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_IPS_TIMEOUT_MS",
        global = true
    )]
    pub ips_timeout_ms: Option<String>,

    /// Milliseconds in which a connection to Adobe must stand, which count as waiting [default: 10000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_IPS_CONNECT_TIMEOUT_MS",
        global = true
    )]
    pub ips_connect_timeout_ms: Option<String>,
}

/// What the settings file says.
#[derive(Clone, Copy)]
pub(super) struct IpsFile {
    pub(super) timeout: Option<u64>,
    pub(super) timeout_ms: Option<u64>,
    pub(super) connect_timeout_ms: Option<u64>,
}

const TOTAL: Duration = Duration::from_mins(1);
const CONNECT: Duration = Duration::from_secs(10);

/// Puts them together.
pub(super) fn load(given: IpsArgs, file: IpsFile) -> Result<Timeouts, ConfigError> {
    let (ms, seconds) = (&given.ips_timeout_ms, &given.ips_timeout);
    let total = match (ms, seconds, file.timeout_ms, file.timeout) {
        (None, Some(_), ..) | (None, None, None, Some(_)) => number(
            "UNSTALE_IPS_TIMEOUT",
            given.ips_timeout,
            file.timeout.unwrap_or_default(),
            1..=600,
        )
        .map(Duration::from_secs),
        _ => milliseconds(
            "UNSTALE_IPS_TIMEOUT_MS",
            given.ips_timeout_ms,
            file.timeout_ms,
            TOTAL,
            1..=600_000,
        ),
    }?;
    let connect = milliseconds(
        "UNSTALE_IPS_CONNECT_TIMEOUT_MS",
        given.ips_connect_timeout_ms,
        file.connect_timeout_ms,
        CONNECT,
        1..=600_000,
    )?;
    Ok(Timeouts {
        connect: connect.min(total),
        total,
    })
}
