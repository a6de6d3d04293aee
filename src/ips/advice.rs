//! What an error means and who can mend it, in sentences for people.
//!
//! For purges `domain::FailureKind` has the words; there some codes mean a URL. These are for everything else:
//! connecting, reading the catalogue, changing settings.

use super::{
    Fault, FaultKind, IpsError, NoConnection,
    http::{BROKEN_OFF, TOO_LARGE},
    soap::{HTML_PAGE, PASSWORD, USER},
};

impl IpsError {
    /// What happened and who can mend it. It says nothing that the server said; that is in the error's own text.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Unreachable { cause, .. } => no_connection(*cause),
            Self::TimedOut { .. } => {
                "Adobe did not answer in time. Try again in a few minutes; if it stays so, an administrator of Unstale can allow more time in the configuration."
            }
            Self::Closed { .. } => {
                "The connection ended before the whole answer came. Try again; if it stays so, ask whoever runs the network whether a proxy or a firewall cuts it."
            }
            Self::Fault(fault) => fault.advice(),
            Self::Partial {
                accepted: Some(0), ..
            } => "Adobe refused what was asked. The reason says why; correct it and try again.",
            Self::Partial { .. } => {
                "Adobe did a part of what was asked and refused the rest. The reason says which; correct it and try again."
            }
            Self::Unexpected {
                status, problem, ..
            } => unexpected(*status, problem),
            Self::InvalidRequest { field, .. } if *field == USER => {
                "The e-mail address holds a character that cannot be sent. Type it again by hand."
            }
            Self::InvalidRequest { field, .. } if *field == PASSWORD => {
                "The password holds a character that cannot be sent. Type it again by hand; if it is the right one, change it in Dynamic Media."
            }
            Self::InvalidRequest { .. } => {
                "The request holds a character that cannot be sent, usually an invisible one that came with a copy. Remove it and try again."
            }
        }
    }
}

fn no_connection(cause: NoConnection) -> &'static str {
    match cause {
        NoConnection::UnknownHost => {
            "The host name of Adobe's API could not be found. An administrator of Unstale can check the region or the address for a slip, and that this server can look up names on the internet."
        }
        NoConnection::Refused => {
            "Nothing answers at the address of Adobe's API. An administrator of Unstale can check the region or the address; if it is right, ask whoever runs the network whether a firewall stands between."
        }
        NoConnection::Tls => {
            "No secure connection could be made with Adobe's API. An administrator of Unstale can check that the address should start with https://, and that this server trusts the certificates of a proxy that may stand between."
        }
        NoConnection::TimedOut => {
            "No connection with Adobe's API stood in time. Try again; if it stays so, ask whoever runs the network whether this server may reach Adobe."
        }
        NoConnection::Other => {
            "Adobe's API could not be reached. Try again in a few minutes; if it stays so, ask whoever runs the network whether this server may reach Adobe."
        }
    }
}

fn unexpected(status: u16, problem: &str) -> &'static str {
    match (status, problem) {
        (_, TOO_LARGE) => {
            "The answer was larger than Unstale reads. An administrator of Unstale can check that the address is that of Adobe's API; if it is, report this to Unstale's makers."
        }
        (_, BROKEN_OFF) => {
            "The answer broke off. Try again; if it stays so, ask whoever runs the network whether a proxy or a firewall cuts it."
        }
        (502..=504, _) => {
            "Adobe's API is not available at the moment, perhaps for maintenance. Try again later."
        }
        (407, _) => {
            "A proxy between this server and Adobe asks who is calling. An administrator of Unstale can put the proxy's credentials into its configuration."
        }
        (404 | 405, _) => {
            "There is no API at this address. An administrator of Unstale can check the region or the address."
        }
        (300..=399, _) => {
            "The address leads on to another one, which Unstale does not follow because the password would go along. An administrator of Unstale can enter the address of Adobe's API itself."
        }
        (_, HTML_PAGE) => {
            "A web page came instead of an answer: maintenance at Adobe, or a proxy that steps in. Try again later; if it stays so, an administrator of Unstale can check the region or the address."
        }
        _ => {
            "The answer was not one that Adobe's API documents. Try again; if it stays so, an administrator of Unstale can check the region or the address."
        }
    }
}

impl Fault {
    /// What the refusal means and who can mend it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self.code {
            Some(code @ 10_000..=10_002) => authentication(code),
            Some(code @ 20_000..=20_009) => authorization(code),
            Some(code @ 30_000..=30_003) => api(code),
            _ => match self.kind {
                FaultKind::Authentication => {
                    "Adobe did not accept the account. An administrator of Unstale can check its e-mail address and password."
                }
                FaultKind::Authorization => {
                    "The account may not do this. The administrator of Dynamic Media can check its role and its companies."
                }
                FaultKind::Api | FaultKind::Other => {
                    "Adobe could not process the request, and the reason is all that is known. Try again; if it stays so, ask Adobe's support and quote it."
                }
            },
        }
    }
}

fn authentication(code: i32) -> &'static str {
    match code {
        10_000 => {
            "Adobe got no e-mail address or no password. An administrator of Unstale can enter both again."
        }
        10_001 => {
            "The e-mail address or the password is wrong, or the password has expired. An administrator of Unstale can enter them again; a new password comes from Dynamic Media's sign-in page. Accounts belong to one region: check that too."
        }
        _ => {
            "Adobe does not know this user, or has switched the account off. An administrator of Unstale can check the e-mail address and the region; the administrator of Dynamic Media can switch the account on."
        }
    }
}

fn authorization(code: i32) -> &'static str {
    match code {
        20_000 => {
            "Adobe does not know this company here. Most often the region is wrong; an administrator of Unstale can check it and choose the company again."
        }
        20_001 => {
            "Adobe cannot use the user name of the request. An administrator of Unstale can check the account's e-mail address."
        }
        20_002 => {
            "Adobe does not know the user that the request is about. An administrator of Unstale can connect the account again."
        }
        20_003 => {
            "The account's role does not allow this. The administrator of Dynamic Media can make it a company administrator, or an administrator of Unstale can connect another account."
        }
        20_004 => {
            "The account may not act for another user. The administrator of Dynamic Media can allow it; Unstale never asks for it, so report this to Unstale's makers."
        }
        20_005 => {
            "Adobe does not allow a value of the request, usually one that belongs to another company. An administrator of Unstale can choose the company again."
        }
        20_006 => {
            "The account does not belong to this company. The administrator of Dynamic Media can add it, or an administrator of Unstale can choose another company."
        }
        20_007 => {
            "The user that the request is about is not one of this company. An administrator of Unstale can connect the account again."
        }
        20_008 => {
            "The account is not in the group of users that this asks for. The administrator of Dynamic Media can add it."
        }
        _ => {
            "The account lacks a permission, for a folder or for this operation. The administrator of Dynamic Media can grant it."
        }
    }
}

fn api(code: i32) -> &'static str {
    match code {
        30_000 => {
            "Something went wrong inside Adobe's API. Try again in a few minutes; if it stays so, ask Adobe's support and quote the reason."
        }
        30_001 => {
            "Adobe does not accept a value of the request; the reason says which. If it names something that was entered here, correct it and try again; otherwise an administrator of Unstale can report it to its makers."
        }
        30_002 => {
            "Adobe misses something in the request; the reason says what. An administrator of Unstale can connect the company again; if it stays so, report it to Unstale's makers."
        }
        _ => {
            "Adobe could not read the request. An administrator of Unstale can check that the address is that of Adobe's API; if it is, report this to Unstale's makers."
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, time::Duration};

    use super::*;

    const CODES: [i32; 17] = [
        10_000, 10_001, 10_002, 20_000, 20_001, 20_002, 20_003, 20_004, 20_005, 20_006, 20_007,
        20_008, 20_009, 30_000, 30_001, 30_002, 30_003,
    ];

    fn fault(kind: FaultKind, code: Option<i32>) -> IpsError {
        let reason = String::new();
        IpsError::Fault(Fault { kind, code, reason })
    }

    fn page(status: u16, problem: &str) -> IpsError {
        IpsError::Unexpected {
            status,
            problem: problem.to_owned(),
            excerpt: String::new(),
        }
    }

    /// Every error that means something of its own.
    fn all() -> Vec<IpsError> {
        let causes = [
            NoConnection::UnknownHost,
            NoConnection::Refused,
            NoConnection::Tls,
            NoConnection::TimedOut,
            NoConnection::Other,
        ];
        let unreachable = causes.map(|cause| IpsError::Unreachable {
            cause,
            reason: String::new(),
        });
        let pages = [
            page(200, TOO_LARGE),
            page(200, BROKEN_OFF),
            page(503, HTML_PAGE),
            page(407, HTML_PAGE),
            page(404, HTML_PAGE),
            page(302, HTML_PAGE),
            page(200, HTML_PAGE),
            page(200, "is not XML"),
        ];
        let kinds = [
            FaultKind::Authentication,
            FaultKind::Authorization,
            FaultKind::Other,
        ];
        let fields = [USER, PASSWORD, "asset ID"].map(|field| IpsError::InvalidRequest {
            field,
            character: '\u{1}',
        });
        let others = [
            IpsError::TimedOut {
                after: Duration::ZERO,
            },
            IpsError::Closed {
                reason: String::new(),
            },
            IpsError::Partial {
                accepted: Some(1),
                refused: 1,
                errors: Vec::new(),
            },
        ];
        CODES
            .map(|code| fault(FaultKind::Other, Some(code)))
            .into_iter()
            .chain(kinds.map(|kind| fault(kind, None)))
            .chain(unreachable)
            .chain(pages)
            .chain(fields)
            .chain(others)
            .collect()
    }

    #[test]
    fn every_code_and_every_other_error_has_a_sentence_of_its_own() {
        let errors = all();
        let sentences: HashSet<_> = errors.iter().map(IpsError::advice).collect();
        assert_eq!(sentences.len(), errors.len());
        for sentence in sentences {
            assert!(sentence.ends_with('.'), "{sentence}");
            assert!(sentence.len() > 60, "{sentence}");
        }
    }

    #[test]
    fn a_sentence_says_who_can_mend_it() {
        for error in all() {
            let sentence = error.advice();
            let who = [
                "administrator of Unstale",
                "administrator of Dynamic Media",
                "Adobe's support",
                "runs the network",
                "ry again",
                "by hand",
            ];
            assert!(who.iter().any(|who| sentence.contains(who)), "{sentence}");
        }
    }

    #[test]
    fn an_unknown_code_is_advised_on_by_its_kind() {
        for (kind, word) in [
            (FaultKind::Authentication, "password"),
            (FaultKind::Authorization, "role"),
            (FaultKind::Api, "support"),
        ] {
            for code in [None, Some(0), Some(19_999), Some(40_000)] {
                assert!(fault(kind, code).advice().contains(word));
            }
        }
    }
}
