//! How delivery hosts are looked at: how many URLs, when, for how long.

use std::{fmt, time::Duration};

use serde::Deserialize;

use super::{ConfigError, number};
use crate::domain::CheckSettings;

/// The settings as flags and environment variables give them.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct CheckFlags {
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

pub(super) fn load(given: CheckFlags, file: &CheckFile) -> Result<CheckSettings, ConfigError> {
    let millis = |setting, given, file: Option<u64>, default, limits| {
        number(setting, given, file.unwrap_or(default), limits).map(Duration::from_millis)
    };
    let sample = number(
        "UNSTALE_CHECK_SAMPLE",
        given.check_sample,
        file.sample.unwrap_or(50),
        0..=1_000,
    )?;
    let interval = millis(
        "UNSTALE_CHECK_INTERVAL",
        given.check_interval,
        file.interval,
        5_000,
        1..=600_000,
    )?;
    Ok(CheckSettings {
        sample: usize::try_from(sample).unwrap_or(usize::MAX),
        allowed: millis(
            "UNSTALE_CHECK_ALLOWED",
            given.check_allowed,
            file.allowed,
            3_000,
            0..=60_000,
        )?,
        first: interval,
        interval,
        longest: millis(
            "UNSTALE_CHECK_LONGEST",
            given.check_longest,
            file.longest,
            60_000,
            1..=3_600_000,
        )?,
        window: millis(
            "UNSTALE_CHECK_WINDOW",
            given.check_window,
            file.window,
            600_000,
            0..=86_400_000,
        )?,
    })
}

/// As the table of a settings file would spell it.
pub(super) struct Table<'a>(pub &'a CheckSettings);

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "sample = {}", self.0.sample)?;
        writeln!(f, "allowed = {}", self.0.allowed.as_millis())?;
        writeln!(f, "interval = {}", self.0.interval.as_millis())?;
        writeln!(f, "longest = {}", self.0.longest.as_millis())?;
        writeln!(f, "window = {}", self.0.window.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_is_as_the_domain_has_it() {
        let loaded = load(CheckFlags::default(), &CheckFile::default()).unwrap();
        assert_eq!(loaded, CheckSettings::default());
    }
}
