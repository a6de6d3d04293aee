//! What can go wrong between Adobe and us, and what it means for a batch.

use std::time::Duration;

use secrecy::SecretString;

use super::{redact::redact, soap};
use crate::domain::{Failure, FailureKind};

/// No reason that we keep is longer, in characters: whatever a server sends, our history stays readable.
const REASON_LIMIT: usize = 2_000;

/// Why an operation has no result. None of the texts holds the account's password, even if the server sent it back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IpsError {
    /// No connection: DNS, refused, TLS, or none in time. Nothing was sent.
    #[error("Adobe's API could not be reached: {reason}")]
    Unreachable {
        /// What kept the connection from standing.
        cause: NoConnection,
        /// The cause, in the words of the network library.
        reason: String,
    },
    /// Sent, but no complete answer in time. Whether Adobe took the request is unknown.
    #[error("no complete answer came within {} seconds", after.as_secs_f64())]
    TimedOut {
        /// How long we waited.
        after: Duration,
    },
    /// Sent, but the connection ended before an answer, or within it. Whether Adobe took the request is unknown.
    #[error("the connection ended before the whole answer came: {reason}")]
    Closed {
        /// The cause, in the words of the network library.
        reason: String,
    },
    /// Adobe refused.
    #[error(transparent)]
    Fault(Fault),
    /// Adobe answered and counted refusals, although it documents a fault for them and all or nothing.
    #[error("Adobe {}refused {refused}: {}", took(*accepted), errors.first().map_or("no reason given", |e| &e.1))]
    Partial {
        /// How many it took, where it tells.
        accepted: Option<i64>,
        /// How many it refused.
        refused: i64,
        /// Code and reason of each refusal that it explains.
        errors: Vec<(Option<i32>, String)>,
    },
    /// An answer that is none: HTML, empty, truncated, too large. Whether Adobe took the request is unknown.
    #[error("HTTP {status}, and the answer {problem}: {excerpt}")]
    Unexpected {
        /// The HTTP status.
        status: u16,
        /// What is wrong with it; continues the sentence "the answer ...".
        problem: String,
        /// How it begins: at most 500 characters, none of them a control character.
        excerpt: String,
    },
    /// The request cannot be written as XML. Nothing was sent.
    #[error("the {field} holds the character U+{:04X}, which XML cannot carry", u32::from(*character))]
    InvalidRequest {
        /// Which part of the request; continues the sentence "the ...".
        field: &'static str,
        /// The first character that XML 1.0 forbids.
        character: char,
    },
}

/// What kept a connection from standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoConnection {
    /// The name of the host is not known, or no name server answers.
    UnknownHost,
    /// The host is there, and nothing listens.
    Refused,
    /// It speaks no TLS, or shows a certificate that this machine does not trust.
    Tls,
    /// It did not stand in time.
    TimedOut,
    /// Anything else.
    Other,
}

/// A refusal in Adobe's own form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct Fault {
    /// The sort of fault.
    pub kind: FaultKind,
    /// Adobe's code, 10000 to 30003.
    pub code: Option<i32>,
    /// Adobe's reason; may be empty.
    pub reason: String,
}

/// Adobe's sorts of fault, by the element that carries the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// `authenticationFault`: who calls.
    Authentication,
    /// `authorizationFault`: what the caller may do, and with which company.
    Authorization,
    /// `ipsApiFault`: the request itself.
    Api,
    /// A fault without one of these.
    Other,
}

impl Fault {
    fn sentence(&self) -> String {
        let reason = match self.reason.as_str() {
            "" => "no reason given",
            reason => &line(reason),
        };
        match self.code {
            Some(code) => format!("Adobe refused ({code}): {reason}"),
            None => format!("Adobe refused: {reason}"),
        }
    }
}

/// One line of bearable length, for logs and pages.
fn line(reason: &str) -> String {
    let blank = |c: char| if c.is_control() { ' ' } else { c };
    reason.chars().take(REASON_LIMIT).map(blank).collect()
}

impl IpsError {
    /// What this means for a batch of URLs that was sent to be invalidated.
    #[must_use]
    pub fn failure(&self) -> Failure {
        let (kind, code, reason) = match self {
            Self::Fault(fault) => (
                batch_kind(fault.kind, fault.code, &fault.reason),
                fault.code,
                match fault.reason.as_str() {
                    "" => fault.to_string(),
                    reason => reason.to_owned(),
                },
            ),
            Self::Partial {
                accepted, errors, ..
            } => {
                let (code, reason) = errors
                    .first()
                    .map_or((None, ""), |(code, reason)| (*code, reason.as_str()));
                let kind = match (accepted, code) {
                    (Some(0), Some(_)) => batch_kind(FaultKind::Api, code, reason),
                    (Some(0), None) => FailureKind::BadUrl,
                    _ => FailureKind::Partial,
                };
                (kind, code, self.to_string())
            }
            Self::Unreachable { .. } => (FailureKind::Unreachable, None, self.to_string()),
            Self::TimedOut { .. } | Self::Closed { .. } => {
                (FailureKind::TimedOut, None, self.to_string())
            }
            Self::Unexpected { .. } => (FailureKind::Unexpected, None, self.to_string()),
            Self::InvalidRequest { field, .. } => {
                let kind = match *field {
                    soap::URL => FailureKind::BadUrl,
                    soap::USER | soap::PASSWORD => FailureKind::Account,
                    _ => FailureKind::Fault,
                };
                (kind, None, self.to_string())
            }
        };
        Failure {
            kind,
            code,
            reason: reason.chars().take(REASON_LIMIT).collect(),
        }
    }

    /// The one of `urls` that this error is about: the longest that Adobe's reason quotes, or the first that XML cannot
    /// carry. Of a list that Adobe took but for some, only where that is one: others would pass for taken.
    #[must_use]
    pub fn named_url<'a>(&self, urls: &'a [String]) -> Option<&'a str> {
        match self {
            Self::Fault(fault) => quoted(&fault.reason, urls),
            Self::Partial {
                accepted: Some(accepted),
                refused,
                errors,
            } if *accepted == 0
                || *refused == 1
                    && usize::try_from(*accepted) == Ok(urls.len().saturating_sub(1)) =>
            {
                errors.iter().find_map(|(_, reason)| quoted(reason, urls))
            }
            Self::InvalidRequest { field, .. } if *field == soap::URL => urls
                .iter()
                .find(|url| soap::forbidden_in(url).is_some())
                .map(String::as_str),
            _ => None,
        }
    }

    /// The same without the secret, wherever the texts come from the server.
    pub(super) fn redacted(self, secret: &SecretString) -> Self {
        match self {
            Self::Fault(fault) => Self::Fault(Fault {
                reason: redact(&fault.reason, secret),
                ..fault
            }),
            Self::Partial {
                accepted,
                refused,
                errors,
            } => Self::Partial {
                accepted,
                refused,
                errors: errors
                    .into_iter()
                    .map(|(code, reason)| (code, redact(&reason, secret)))
                    .collect(),
            },
            other => other,
        }
    }
}

/// Continues "Adobe ...".
fn took(accepted: Option<i64>) -> String {
    match accepted {
        None | Some(0) => String::new(),
        Some(accepted) => format!("took {accepted} and "),
    }
}

/// The longest of `urls` that `reason` quotes: `.../shoe` is part of `.../shoe?$large$` too.
fn quoted<'a>(reason: &str, urls: &'a [String]) -> Option<&'a str> {
    // Some servers escape the reason twice.
    let unescaped = reason.replace("&amp;", "&");
    urls.iter()
        .filter(|url| !url.is_empty())
        .filter(|url| reason.contains(*url) || unescaped.contains(*url))
        .max_by_key(|url| url.len())
        .map(String::as_str)
}

/// The kind of failure by Adobe's code, for `cdnCacheInvalidation`: there an illegal company or parameter is a URL's.
fn batch_kind(kind: FaultKind, code: Option<i32>, reason: &str) -> FailureKind {
    match code {
        Some(10_000..=10_002) => FailureKind::Account,
        Some(20_003 | 20_009) => FailureKind::Permission,
        Some(20_000 | 20_005 | 20_006 | 30_001) => FailureKind::BadUrl,
        Some(30_000 | 30_003) if mentions_url(reason) => FailureKind::BadUrl,
        None if kind == FaultKind::Authentication => FailureKind::Account,
        _ => FailureKind::Fault,
    }
}

/// Whether a reason speaks of a URL: quotes one or has the word. `urlArray` is not that word.
fn mentions_url(reason: &str) -> bool {
    reason.contains("://")
        || reason
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word.eq_ignore_ascii_case("url") || word.eq_ignore_ascii_case("urls"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: i32, reason: &str) -> IpsError {
        IpsError::Fault(Fault {
            kind: FaultKind::Other,
            code: Some(code),
            reason: reason.to_owned(),
        })
    }

    #[test]
    fn every_code_has_its_kind() {
        use FailureKind::{Account, BadUrl, Fault, Permission};
        let table = [
            (Account, &[10_000, 10_001, 10_002][..]),
            (Permission, &[20_003, 20_009]),
            (BadUrl, &[20_000, 20_005, 20_006, 30_001]),
            (
                Fault,
                &[
                    20_001, 20_002, 20_004, 20_007, 20_008, 30_000, 30_002, 30_003, 0, -1,
                ],
            ),
        ];
        for (kind, codes) in table {
            for &code in codes {
                let failure = fault(code, "because").failure();
                assert_eq!(failure.kind, kind, "{code}");
                assert_eq!(failure.code, Some(code));
                assert_eq!(failure.reason, "because");
            }
        }
    }

    #[test]
    fn a_general_fault_is_about_a_url_when_its_reason_says_so() {
        for (reason, kind) in [
            ("Invalid URL: x", FailureKind::BadUrl),
            ("cannot parse 'https://h/is/image/C/a'", FailureKind::BadUrl),
            ("two urls are wrong", FailureKind::BadUrl),
            ("urlArray has too many items", FailureKind::Fault),
            ("the curl of the field", FailureKind::Fault),
        ] {
            assert_eq!(fault(30_000, reason).failure().kind, kind, "{reason}");
            assert_eq!(fault(30_003, reason).failure().kind, kind, "{reason}");
            assert_eq!(fault(30_002, reason).failure().kind, FailureKind::Fault);
        }
    }

    #[test]
    fn a_fault_without_a_reason_still_says_something() {
        assert_eq!(
            fault(20_004, "").failure().reason,
            "Adobe refused (20004): no reason given"
        );
    }

    #[test]
    fn a_reason_without_end_is_cut() {
        let error = fault(30_000, &"ö\n".repeat(1_000_000));
        assert_eq!(error.failure().reason.chars().count(), 2_000);
        let shown = error.to_string();
        assert_eq!(
            shown.chars().count(),
            "Adobe refused (30000): ".len() + 2_000
        );
        assert!(!shown.contains('\n'), "one line of a log stays one");
    }

    #[test]
    fn the_url_named_is_the_longest_that_the_reason_quotes() {
        let urls = [
            "https://h/is/image/C/shoe",
            "https://h/is/image/C/shoe?scl=1&qlt=100",
            "https://h/is/image/C/shoe?scl=1",
            "https://h/is/image/C/hat",
            "",
        ]
        .map(str::to_owned);
        for (reason, named) in [
            ("illegal: https://h/is/image/C/shoe.", Some(0)),
            ("illegal: https://h/is/image/C/shoe?scl=1&qlt=100", Some(1)),
            (
                "illegal: https://h/is/image/C/shoe?scl=1&amp;qlt=100",
                Some(1),
            ),
            ("illegal company", None),
            ("", None),
        ] {
            assert_eq!(
                fault(20_006, reason).named_url(&urls),
                named.map(|index: usize| urls[index].as_str()),
                "{reason}"
            );
        }
    }

    #[test]
    fn a_partial_answer_names_its_url_and_keeps_the_code() {
        let urls = ["hat", "cap", "tie", "bow"].map(|id| format!("https://h/is/image/C/{id}"));
        let error = IpsError::Partial {
            accepted: Some(3),
            refused: 1,
            errors: vec![(Some(20_006), format!("illegal: {}", urls[0]))],
        };
        assert_eq!(error.named_url(&urls), Some(urls[0].as_str()));
        for (accepted, refused) in [(Some(2), 2), (None, 1), (Some(3), 2), (Some(4), 1)] {
            let of_several = IpsError::Partial {
                accepted,
                refused,
                errors: vec![(None, format!("illegal: {}", urls[0]))],
            };
            assert_eq!(
                of_several.named_url(&urls),
                None,
                "{accepted:?} and {refused}"
            );
        }
        let failure = error.failure();
        assert_eq!(failure.kind, FailureKind::Partial);
        assert_eq!(failure.code, Some(20_006));
        assert!(
            failure.reason.contains("took 3 and refused 1"),
            "{failure:?}"
        );
    }

    #[test]
    fn counts_of_a_list_that_was_refused_as_a_whole_are_a_refusal() {
        let urls = ["hat", "cap"].map(|id| format!("https://h/is/image/C/{id}"));
        let error = IpsError::Partial {
            accepted: Some(0),
            refused: 1,
            errors: vec![(Some(30_001), format!("invalid: {}", urls[1]))],
        };
        assert_eq!(error.named_url(&urls), Some(urls[1].as_str()));
        let failure = error.failure();
        assert_eq!(failure.kind, FailureKind::BadUrl);
        assert!(failure.reason.starts_with("Adobe refused 1: invalid"));
        let of_code = |code| {
            let errors = vec![(code, "no permission".to_owned())];
            let refused = IpsError::Partial {
                accepted: Some(0),
                refused: 1,
                errors,
            };
            refused.failure().kind
        };
        assert_eq!(of_code(Some(20_003)), FailureKind::Permission);
        assert_eq!(of_code(None), FailureKind::BadUrl);
    }

    #[test]
    fn a_character_that_xml_cannot_carry_names_its_url() {
        let urls = ["https://h/a", "https://h/\u{1}"].map(str::to_owned);
        let error = IpsError::InvalidRequest {
            field: soap::URL,
            character: '\u{1}',
        };
        assert_eq!(error.named_url(&urls), Some(urls[1].as_str()));
        assert_eq!(error.failure().kind, FailureKind::BadUrl);
        assert_eq!(
            error.failure().reason,
            "the URL holds the character U+0001, which XML cannot carry"
        );
    }

    #[test]
    fn an_unknown_outcome_is_never_called_unreachable() {
        let timed_out = IpsError::TimedOut {
            after: Duration::from_millis(1_500),
        };
        assert_eq!(timed_out.failure().kind, FailureKind::TimedOut);
        assert_eq!(
            timed_out.failure().reason,
            "no complete answer came within 1.5 seconds"
        );
        let closed = IpsError::Closed {
            reason: "reset".to_owned(),
        };
        assert_eq!(closed.failure().kind, FailureKind::TimedOut);
    }
}
