//! How delivery hosts are looked at, before and after a purge: how many URLs, when, and for how long.

use serde::Deserialize;

use super::{ConfigError, milliseconds, number};
use crate::{domain::CheckSettings, edge::Timeouts};

/// The settings as flags and environment variables give them.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct CheckArgs {
    /// URLs of an invalidation that are looked at before and after, at most; 0 looks at none [default: 50]
    #[arg(
        long,
        value_name = "NUMBER",
        env = "UNSTALE_CHECK_SAMPLE",
        global = true
    )]
    pub check_sample: Option<String>,

    /// Milliseconds that all looks before a purge may take together [default: 3000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_CHECK_ALLOWED",
        global = true
    )]
    pub check_allowed: Option<String>,

    /// Milliseconds from the purge to the first look after it, and from that to the next; the pause doubles from look to
    /// look [default: 5000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_CHECK_INTERVAL",
        global = true
    )]
    pub check_interval: Option<String>,

    /// Milliseconds of the longest pause between two looks [default: 60000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_CHECK_LONGEST",
        global = true
    )]
    pub check_longest: Option<String>,

    /// Milliseconds after a purge until every verdict is final [default: 600000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_CHECK_WINDOW",
        global = true
    )]
    pub check_window: Option<String>,

    /// Milliseconds that one look may take; who looks at a URL loses it to another node after twelve times that
    /// [default: 15000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_CHECK_TIMEOUT",
        global = true
    )]
    pub check_timeout: Option<String>,

    /// Milliseconds of them in which the connection must stand [default: 5000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_CHECK_CONNECT_TIMEOUT",
        global = true
    )]
    pub check_connect_timeout: Option<String>,

    /// Milliseconds between two looks at the database for what is due, when nobody says so [default: 1000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_CHECK_IDLE",
        global = true
    )]
    pub check_idle: Option<String>,

    /// Milliseconds between two looks for what a process that died left unchecked [default: 60000]
    #[arg(
        long,
        value_name = "MILLISECONDS",
        env = "UNSTALE_CHECK_SWEEP",
        global = true
    )]
    pub check_sweep: Option<String>,
}

/// The table `[checks]` of the settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CheckFile {
    sample: Option<u64>,
    allowed: Option<u64>,
    interval: Option<u64>,
    longest: Option<u64>,
    window: Option<u64>,
    timeout: Option<u64>,
    connect_timeout: Option<u64>,
    idle: Option<u64>,
    sweep: Option<u64>,
}

/// Puts them together.
pub(super) fn load(
    given: CheckArgs,
    file: &CheckFile,
) -> Result<(CheckSettings, Timeouts), ConfigError> {
    let (whole, timeouts) = (CheckSettings::default(), Timeouts::default());
    let check_sample = number(
        "UNSTALE_CHECK_SAMPLE",
        given.check_sample,
        file.sample.unwrap_or(whole.sample as u64),
        0..=1_000,
    )?;
    let check_interval = milliseconds(
        "UNSTALE_CHECK_INTERVAL",
        given.check_interval,
        file.interval,
        whole.interval,
        1..=600_000,
    )?;
    let timeouts = Timeouts {
        connect: milliseconds(
            "UNSTALE_CHECK_CONNECT_TIMEOUT",
            given.check_connect_timeout,
            file.connect_timeout,
            timeouts.connect,
            1..=600_000,
        )?,
        total: milliseconds(
            "UNSTALE_CHECK_TIMEOUT",
            given.check_timeout,
            file.timeout,
            timeouts.total,
            1..=600_000,
        )?,
    };
    let settings = CheckSettings {
        sample: usize::try_from(check_sample).unwrap_or(usize::MAX),
        allowed: milliseconds(
            "UNSTALE_CHECK_ALLOWED",
            given.check_allowed,
            file.allowed,
            whole.allowed,
            0..=60_000,
        )?,
        first: check_interval,
        interval: check_interval,
        longest: milliseconds(
            "UNSTALE_CHECK_LONGEST",
            given.check_longest,
            file.longest,
            whole.longest,
            1..=3_600_000,
        )?,
        window: milliseconds(
            "UNSTALE_CHECK_WINDOW",
            given.check_window,
            file.window,
            whole.window,
            0..=86_400_000,
        )?,
        idle: milliseconds(
            "UNSTALE_CHECK_IDLE",
            given.check_idle,
            file.idle,
            whole.idle,
            10..=60_000,
        )?,
        sweep: milliseconds(
            "UNSTALE_CHECK_SWEEP",
            given.check_sweep,
            file.sweep,
            whole.sweep,
            10..=3_600_000,
        )?,
    };
    Ok((settings, timeouts))
}

/// As the table of a settings file would spell them.
pub(super) fn printed(checks: &CheckSettings, timeouts: Timeouts) -> String {
    let millis = [
        ("allowed", checks.allowed),
        ("interval", checks.interval),
        ("longest", checks.longest),
        ("window", checks.window),
        ("timeout", timeouts.total),
        ("connect_timeout", timeouts.connect),
        ("idle", checks.idle),
        ("sweep", checks.sweep),
    ];
    let mut lines = vec![format!("sample = {}", checks.sample)];
    lines.extend(millis.map(|(name, millis)| format!("{name} = {}", millis.as_millis())));
    lines.push(String::new());
    lines.join("\n")
}
