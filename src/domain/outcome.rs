//! What became of a batch, and the four headlines of the contract.

/// The contract's error messages, word for word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headline {
    /// No company, or settings that cannot be read or are missing.
    UrlsNotRetrieved,
    /// Adobe refused a URL.
    UrlsNotDefinedCorrectly,
    /// Any other failure.
    NotInvalidated,
    /// Submit with an empty list.
    NoUrls,
}

impl Headline {
    /// The words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::UrlsNotRetrieved => "Failed to retrieve URLs for selected assets.",
            Self::UrlsNotDefinedCorrectly => {
                "Some URLs are not defined correctly. Correct and resubmit."
            }
            Self::NotInvalidated => "Failed to invalidate CDN cache.",
            Self::NoUrls => "No URLs entered to be invalidated.",
        }
    }
}

/// What Adobe answers when it takes a batch: accepted, which is not yet to say cleared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// Adobe's name for the purge, when it gives one. Opaque.
    pub handle: Option<String>,
    /// How long Adobe expects the purge to take, in seconds, from 0 to 3,600; `None` when it does not say.
    pub estimated_seconds: Option<i32>,
    /// How many warnings came with it.
    pub warnings: i32,
}

/// Why a batch did not go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What sort of failure.
    pub kind: FailureKind,
    /// Adobe's fault code, when it sent one.
    pub code: Option<i32>,
    /// Adobe's reason, or ours: a sentence without secrets.
    pub reason: String,
}

/// The sorts of failure, each with its headline and advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Adobe refused a URL: another company's, or not valid.
    BadUrl,
    /// Adobe took some URLs of the batch and refused others, though it documents all or nothing.
    Partial,
    /// The account was not accepted (codes 10000 to 10002).
    Account,
    /// The account may not purge (codes 20003, 20009).
    Permission,
    /// Adobe could not be reached.
    Unreachable,
    /// No answer in time after the request was sent: whether Adobe took it is unknown.
    TimedOut,
    /// An answer that is none: HTML, empty, truncated, too large.
    Unexpected,
    /// Any other fault.
    Fault,
    /// The company is not connected to an Adobe account.
    NotConnected,
}

impl FailureKind {
    /// All kinds, for parsing and tests.
    pub const ALL: [Self; 9] = [
        Self::BadUrl,
        Self::Partial,
        Self::Account,
        Self::Permission,
        Self::Unreachable,
        Self::TimedOut,
        Self::Unexpected,
        Self::Fault,
        Self::NotConnected,
    ];

    /// Those after which nobody knows what was cleared.
    pub const UNCERTAIN: [Self; 3] = [Self::Partial, Self::TimedOut, Self::Unexpected];

    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadUrl => "bad-url",
            Self::Partial => "partial",
            Self::Account => "account",
            Self::Permission => "permission",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed-out",
            Self::Unexpected => "unexpected",
            Self::Fault => "fault",
            Self::NotConnected => "not-connected",
        }
    }

    /// The kind that the database's word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The contract's words for it.
    #[must_use]
    pub const fn headline(self) -> Headline {
        match self {
            Self::BadUrl | Self::Partial => Headline::UrlsNotDefinedCorrectly,
            Self::NotConnected => Headline::UrlsNotRetrieved,
            _ => Headline::NotInvalidated,
        }
    }

    /// Whether it is certain that nothing was cleared. Without a clear answer nobody knows.
    #[must_use]
    pub fn cleared_nothing(self) -> bool {
        !Self::UNCERTAIN.contains(&self)
    }

    /// What Adobe refused, where it would refuse every other request with the same account: the company's other batches
    /// are held back then, because repeated refusals may lock the account.
    #[must_use]
    pub const fn holds_back(self) -> Option<&'static str> {
        match self {
            Self::Account => Some("Adobe did not accept the account"),
            Self::Permission => Some("Adobe does not let the account clear the cache"),
            _ => None,
        }
    }

    /// What happened and who can mend it, for the person who submitted. What was cleared depends on more than the last
    /// request.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::BadUrl => {
                "Adobe refused a URL, and with it the whole batch. Remove or correct the URL, then submit again."
            }
            Self::Partial => {
                "Adobe took some of the URLs and refused others; the reason below says which. Remove or correct those, then submit again: clearing a URL twice does no harm."
            }
            Self::Account => {
                "Adobe did not accept the account. An administrator can check its e-mail address and password."
            }
            Self::Permission => {
                "The account may not clear the cache. It needs the role of a company administrator in Dynamic Media."
            }
            Self::Unreachable => "Adobe could not be reached. Try again in a few minutes.",
            Self::TimedOut => {
                "No whole answer came, so it is not known whether Adobe took the request. Submitting again is safe."
            }
            Self::Unexpected => {
                "The answer was not one that Adobe's API documents, so nothing is taken for granted. Try again; if it stays so, an administrator can check the address of the API."
            }
            Self::Fault => "Adobe could not process the request.",
            Self::NotConnected => {
                "The company's Dynamic Media account is missing or cannot be read; the reason is below. An administrator can connect it again."
            }
        }
    }
}
