//! Why connecting, or asking Adobe for something, did not work: what happened, and what an administrator can do about it.

use super::AccountError;
use crate::{
    domain::CheckStep,
    ips::{Fault, FaultKind, IpsError},
    store::StoreError,
};

/// What happened and what to do, each a sentence or two for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub advice: String,
}

/// Why an account could not be connected.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Adobe says that e-mail address and password do not match.
    #[error("Adobe does not accept this e-mail address and password")]
    WrongPassword,
    /// The account may not be used.
    #[error("this account is not valid at Dynamic Media")]
    NotValid,
    /// The password has ended.
    #[error("the password of this account has expired")]
    PasswordOver,
    /// The account belongs to no company.
    #[error("this account belongs to no company")]
    NoCompany,
    /// The account does not belong to that company.
    #[error("this account does not belong to the company {company}")]
    NotAMember {
        /// The company's name.
        company: String,
    },
    /// Another company here is the one that the account would connect.
    #[error("this company of Dynamic Media is here already, as {company}")]
    AnotherIsIt {
        /// The other company's name, and where its pages start.
        company: String,
    },
    /// Adobe did not answer well.
    #[error("{error}")]
    Ips {
        /// What it was asked.
        question: Question,
        /// What it answered, or why it did not.
        error: IpsError,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What Adobe is asked about an account, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Whether it may sign in.
    Login,
    /// Who it is.
    User,
    /// Which companies it belongs to.
    Membership,
}

impl Question {
    /// As the error of an account that could not be connected.
    pub(super) fn failed(self) -> impl FnOnce(IpsError) -> ConnectError {
        move |error| ConnectError::Ips {
            question: self,
            error,
        }
    }

    /// The step of a test that fails with that error: whoever has answered one question was reached, and whoever has
    /// answered two has let the account in.
    fn step(self, error: &IpsError) -> CheckStep {
        match (self, error) {
            (
                _,
                IpsError::Fault(Fault {
                    code: Some(20_000 | 20_006),
                    ..
                }),
            ) => CheckStep::CompanyFound,
            (
                _,
                IpsError::Fault(Fault {
                    kind: FaultKind::Authentication,
                    ..
                }),
            )
            | (Self::Login, IpsError::Fault(_) | IpsError::InvalidRequest { .. })
            | (Self::User, _) => CheckStep::SignedIn,
            (Self::Membership, _) => CheckStep::CompanyFound,
            (Self::Login, _) => CheckStep::Reached,
        }
    }
}

impl ConnectError {
    /// The step of a test that fails with it.
    #[must_use]
    pub fn step(&self) -> CheckStep {
        match self {
            Self::WrongPassword | Self::NotValid | Self::PasswordOver => CheckStep::SignedIn,
            Self::NoCompany | Self::NotAMember { .. } | Self::AnotherIsIt { .. } => {
                CheckStep::CompanyFound
            }
            Self::Ips { question, error } => question.step(error),
            Self::Store(_) => CheckStep::Reached,
        }
    }

    /// Whether nothing was sent, so that nobody knows whether the address answers.
    pub(super) fn is_unsent(&self) -> bool {
        matches!(
            self,
            Self::Ips {
                question: Question::Login,
                error: IpsError::InvalidRequest { .. }
            }
        )
    }

    /// For a page. `None` when it is our own database that failed, which is no matter of forms.
    pub fn trouble(self) -> Result<Trouble, StoreError> {
        let advice = match &self {
            Self::WrongPassword => SIGN_IN_ADVICE,
            Self::NotValid => "Ask the company’s administrator at Dynamic Media to enable it.",
            Self::PasswordOver => "Set a new one at Dynamic Media Classic, then type it here.",
            Self::NoCompany => {
                "Ask the company’s administrator at Dynamic Media to add the account to the company. Check the \
                 region too: an account exists in its own region only."
            }
            Self::NotAMember { .. } => {
                "Connect it as another company, or use an account that belongs to this one."
            }
            Self::AnotherIsIt { .. } => {
                "Work with that one, or change its account; two companies here cannot be one there."
            }
            Self::Ips { error, .. } => return Ok(Trouble::of(error)),
            Self::Store(_) => "",
        };
        match self {
            Self::Store(error) => Err(error),
            other => Ok(Trouble {
                sentence: sentence(&other.to_string()),
                advice: advice.to_owned(),
            }),
        }
    }
}

impl AccountError {
    /// For a page of an administrator. `Err` when it is our own database that failed.
    pub fn trouble(self) -> Result<Trouble, StoreError> {
        let (sentence, advice) = match self {
            Self::Store(error) => return Err(error),
            Self::ChangedMeanwhile => (
                sentence(&self.to_string()),
                "Look at the account, then test again.",
            ),
            other => (
                format!("The stored account cannot be used: {other}."),
                "Type the account again, under Change the account.",
            ),
        };
        Ok(Trouble {
            sentence,
            advice: advice.to_owned(),
        })
    }

    /// For a page: what happened, and who can mend it. `Err` when it is our own database that failed.
    pub fn sentence(self) -> Result<String, StoreError> {
        match self {
            Self::Store(error) => Err(error),
            other => Ok(format!(
                "{} An administrator can look at Settings > Connection.",
                sentence(&other.to_string())
            )),
        }
    }
}

const SIGN_IN_ADVICE: &str = "Check both, and the region: an account exists in its own region only. A password that has \
                              expired is refused in the same way; Dynamic Media Classic sets a new one.";

impl Trouble {
    /// The trouble behind an answer of Adobe's, or its absence, while a connection is set up or tested.
    #[must_use]
    pub fn of(error: &IpsError) -> Self {
        let what = match error {
            IpsError::Unexpected { status, .. } => format!(
                "what answers at this address does not speak as Adobe’s API does (HTTP status {status})"
            ),
            other => other.to_string(),
        };
        Self {
            sentence: sentence(&what),
            advice: error.advice().to_owned(),
        }
    }

    /// The same in one go, wherever else Adobe was asked. What Adobe itself said is quoted; anything else would be a network
    /// library's words.
    #[must_use]
    pub fn told(error: &IpsError) -> String {
        match error {
            IpsError::Fault(_) | IpsError::Partial { .. } => Self::of(error).whole(),
            _ => error.advice().to_owned(),
        }
    }

    /// Sentence and advice.
    #[must_use]
    pub fn whole(self) -> String {
        format!("{} {}", self.sentence, self.advice)
    }
}

/// Begins with a capital and ends with a full stop.
fn sentence(text: &str) -> String {
    let mut rest = text.trim().chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string());
    let mut text = first.unwrap_or_default() + rest.as_str();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ips::Endpoint, vault::Unopenable};

    fn fault(kind: FaultKind, code: i32) -> IpsError {
        IpsError::Fault(Fault {
            kind,
            code: Some(code),
            reason: "because".to_owned(),
        })
    }

    #[test]
    fn a_failure_names_the_step_it_belongs_to() {
        use FaultKind::{Authentication, Authorization};
        use Question::{Login, Membership, User};
        let late = IpsError::TimedOut {
            after: std::time::Duration::from_secs(1),
        };
        let odd = IpsError::InvalidRequest {
            field: "user",
            character: '\u{1}',
        };
        for (error, step) in [
            (ConnectError::WrongPassword, CheckStep::SignedIn),
            (ConnectError::NoCompany, CheckStep::CompanyFound),
        ] {
            assert_eq!(error.step(), step, "{error}");
        }
        for (question, error, step) in [
            (Login, fault(Authentication, 10_001), CheckStep::SignedIn),
            (Login, fault(Authorization, 20_003), CheckStep::SignedIn),
            (Login, fault(Authorization, 20_006), CheckStep::CompanyFound),
            (Login, odd, CheckStep::SignedIn),
            (Login, late.clone(), CheckStep::Reached),
            (User, late.clone(), CheckStep::SignedIn),
            (Membership, late, CheckStep::CompanyFound),
            (
                Membership,
                fault(Authorization, 20_003),
                CheckStep::CompanyFound,
            ),
            (
                Membership,
                fault(Authentication, 10_001),
                CheckStep::SignedIn,
            ),
        ] {
            let error = question.failed()(error);
            assert_eq!(error.step(), step, "{question:?} {error}");
        }
    }

    #[test]
    fn an_account_that_cannot_be_used_is_told_in_sentences_that_end_once() {
        for error in [
            AccountError::NotConnected,
            AccountError::ChangedMeanwhile,
            AccountError::Unopenable(Unopenable),
            AccountError::Endpoint(Endpoint::parse("nowhere").unwrap_err()),
        ] {
            let trouble = error.trouble().unwrap();
            let words = trouble.sentence.trim_end_matches('.');
            assert_eq!(words.len() + 1, trouble.sentence.len(), "{trouble:?}");
            assert!(words.ends_with(char::is_alphanumeric), "{trouble:?}");
        }
    }

    #[test]
    fn what_adobe_said_is_told_and_what_a_network_library_said_is_not() {
        let told = Trouble::told(&fault(FaultKind::Api, 30_000));
        assert!(
            told.starts_with("Adobe refused (30000): because. "),
            "{told}"
        );
        assert!(told.ends_with("quote the reason."), "{told}");
        let cut = IpsError::Closed {
            reason: "ECONNRESET".to_owned(),
        };
        assert!(!Trouble::told(&cut).contains("ECONNRESET"));
    }

    #[test]
    fn every_trouble_is_a_sentence_with_an_advice_and_shows_no_page_of_somebody_else() {
        let html = IpsError::Unexpected {
            status: 502,
            problem: "is no XML".to_owned(),
            excerpt: "<html>secret".to_owned(),
        };
        for error in [
            ConnectError::PasswordOver,
            Question::Login.failed()(fault(FaultKind::Api, 30_000)),
            Question::Login.failed()(html),
        ] {
            let trouble = error.trouble().unwrap();
            assert!(
                trouble.sentence.starts_with(char::is_uppercase),
                "{trouble:?}"
            );
            assert!(trouble.sentence.ends_with('.') && trouble.advice.ends_with('.'));
            assert!(!trouble.sentence.contains("secret"), "{trouble:?}");
        }
    }
}
