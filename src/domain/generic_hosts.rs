//! Generic hosts: those that Adobe shares among many companies. On them each full URL is a cache entry of its own, so
//! none of them can have the purge scope `base`.

use regex::{Regex, RegexBuilder};

use super::HostOrigin;

/// At most this many patterns; the documented hosts need one.
const MOST: usize = 20;
/// No pattern is longer, in characters.
const LONGEST: usize = 200;
/// What one compiled pattern may take, in bytes.
const SIZE: usize = 128 * 1024;

/// The patterns of generic hosts: regular expressions over the name of a host, whatever its case.
#[derive(Debug, Clone)]
pub struct GenericHosts(Vec<Regex>);

/// The text is no list of patterns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGenericHosts {
    /// Too many lines.
    #[error(
        "There are more than {MOST} patterns. Join some with |, such as ^(a|b)\\.example\\.com$."
    )]
    TooMany,
    /// One line is too long.
    #[error("Line {line} has more than {LONGEST} characters. Shorten it.")]
    TooLong {
        /// Counts from 1.
        line: usize,
    },
    /// One line is no regular expression.
    #[error(
        "Line {line} is not a regular expression: {reason}. Correct it, or restore the default."
    )]
    Pattern {
        /// Counts from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

impl GenericHosts {
    /// The hosts that Adobe's documentation shows: `s7d1`, `s7g10`, `s7ap1` and their like.
    pub const DEFAULT: &str = r"^s7[a-z]+\d+\.scene7\.com$";

    /// Reads patterns, one a line; blank lines do not count.
    pub fn parse(text: &str) -> Result<Self, InvalidGenericHosts> {
        let lines = text.lines().map(str::trim).zip(1..);
        let patterns = lines
            .filter(|(pattern, _)| !pattern.is_empty())
            .map(|(pattern, line)| compile(pattern, line))
            .collect::<Result<Vec<_>, _>>()?;
        if patterns.len() > MOST {
            return Err(InvalidGenericHosts::TooMany);
        }
        Ok(Self(patterns))
    }

    /// Whether a host is shared.
    #[must_use]
    pub fn matches(&self, host: &HostOrigin) -> bool {
        let name = host.name();
        // With a dot at its end it is the same host.
        let name = name.strip_suffix('.').unwrap_or(&name);
        self.0.iter().any(|pattern| pattern.is_match(name))
    }
}

fn compile(pattern: &str, line: usize) -> Result<Regex, InvalidGenericHosts> {
    if pattern.chars().count() > LONGEST {
        return Err(InvalidGenericHosts::TooLong { line });
    }
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(SIZE)
        .dfa_size_limit(SIZE)
        .nest_limit(20)
        .build()
        .map_err(|error| InvalidGenericHosts::Pattern {
            line,
            reason: reason(&error),
        })
}

/// The last line of the library's drawing says what is wrong.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.trim_start_matches("error:").trim().to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(url: &str) -> HostOrigin {
        HostOrigin::of(url).unwrap()
    }

    #[test]
    fn the_default_knows_adobes_shared_hosts_and_no_others() {
        let generic = GenericHosts::parse(GenericHosts::DEFAULT).unwrap();
        for url in [
            "https://s7d1.scene7.com",
            "http://S7G10.scene7.com:8080",
            "https://s7ap1.scene7.com",
            "https://s7ap1.scene7.com.",
        ] {
            assert!(generic.matches(&host(url)), "{url}");
        }
        for url in [
            "https://acme.scene7.com",
            "https://s7d1.scene7.com.example.com",
            "http://[::1]:80",
        ] {
            assert!(!generic.matches(&host(url)), "{url}");
        }
    }

    #[test]
    fn several_patterns_hold_and_blank_lines_do_not_count() {
        let generic = GenericHosts::parse("^a\\.example$\r\n\r\n  ^b\\.example$ ").unwrap();
        assert!(generic.matches(&host("https://A.example")));
        assert!(generic.matches(&host("https://b.example")));
        assert!(
            !GenericHosts::parse("\n")
                .unwrap()
                .matches(&host("https://b.example"))
        );
    }

    #[test]
    fn a_bad_pattern_is_named_by_its_line() {
        let error = |text: &str| GenericHosts::parse(text).unwrap_err().to_string();
        let unclosed = error("^ok$\n(unclosed");
        assert!(
            unclosed.starts_with("Line 2 is not a regular expression: unclosed group."),
            "{unclosed}"
        );
        assert!(error(&"x".repeat(201)).contains("Line 1 has more than 200"));
        assert!(error(&"x\n".repeat(21)).contains("more than 20 patterns"));
        assert!(error(r"\w{1000}{1000}").contains("too large"));
    }
}
