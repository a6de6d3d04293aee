//! How delivery hosts are looked at, before and after a purge: how many URLs, when, and for how long.

use std::time::Duration;

use serde::Deserialize;

use super::{ConfigError, number};
use crate::domain::CheckSettings;

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
}

/// Puts them together.
pub(super) fn load(given: CheckArgs, file: &CheckFile) -> Result<CheckSettings, ConfigError> {
    let whole = CheckSettings::default();
    let check_sample = number(
        "UNSTALE_CHECK_SAMPLE",
        given.check_sample,
        file.sample.unwrap_or(whole.sample as u64),
        0..=1_000,
    )?;
    let milliseconds = |setting, given, file: Option<u64>, otherwise: Duration, limits| {
        let otherwise = u64::try_from(otherwise.as_millis()).unwrap_or(u64::MAX);
        number(setting, given, file.unwrap_or(otherwise), limits).map(Duration::from_millis)
    };
    let check_interval = milliseconds(
        "UNSTALE_CHECK_INTERVAL",
        given.check_interval,
        file.interval,
        whole.interval,
        1..=600_000,
    )?;
    Ok(CheckSettings {
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
    })
}

/// As the table of a settings file would spell them.
pub(super) fn printed(checks: &CheckSettings) -> String {
    format!(
        "sample = {}\nallowed = {}\ninterval = {}\nlongest = {}\nwindow = {}\n",
        checks.sample,
        checks.allowed.as_millis(),
        checks.interval.as_millis(),
        checks.longest.as_millis(),
        checks.window.as_millis()
    )
}
