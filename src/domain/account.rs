//! What Adobe says of the account that a company is connected with: who it is, what it may do, how long its password
//! lasts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// How long before its end a password is worth a warning.
const WARN_BEFORE: Duration = Duration::from_hours(14 * 24);

/// The account as Adobe described it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFacts {
    /// First and last name; may be empty.
    pub name: String,
    /// The role in the company, as Adobe spells it; `None` where it does not tell.
    pub role: Option<String>,
    /// One of Adobe's own administrators.
    pub is_ips_admin: bool,
    /// When the password ends, if it does.
    pub password_expires: Option<Timestamp>,
    /// The company's name there.
    pub company_name: String,
    /// When Adobe said so.
    pub read_at: Timestamp,
}

/// What an account may do to the CDN cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayPurge {
    /// It may invalidate.
    Yes,
    /// It may look only.
    No,
    /// Adobe does not tell the role: the first invalidation will.
    Unknown,
}

/// How long a password lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordLife {
    /// It has no end, or none that is near.
    Lasts,
    /// It ends within two weeks.
    EndsSoon {
        /// Whole days left.
        days: u64,
    },
    /// It has ended.
    Over,
}

impl AccountFacts {
    /// Whether the account may invalidate: Adobe asks for `IpsCompanyAdmin` or `IpsAdmin`.
    #[must_use]
    pub fn may_purge(&self) -> MayPurge {
        match self.role.as_deref() {
            _ if self.is_ips_admin => MayPurge::Yes,
            Some("IpsCompanyAdmin" | "IpsAdmin") => MayPurge::Yes,
            Some(_) => MayPurge::No,
            None => MayPurge::Unknown,
        }
    }

    /// How long the password lasts, seen from `now`.
    #[must_use]
    pub fn password(&self, now: Timestamp) -> PasswordLife {
        match self.password_expires {
            Some(end) if end <= now => PasswordLife::Over,
            Some(end) if end <= now.plus(WARN_BEFORE) => PasswordLife::EndsSoon {
                days: end.since(now).as_secs() / 86_400,
            },
            _ => PasswordLife::Lasts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(role: Option<&str>) -> AccountFacts {
        AccountFacts {
            name: String::new(),
            role: role.map(str::to_owned),
            is_ips_admin: false,
            password_expires: None,
            company_name: String::new(),
            read_at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn only_administrators_may_purge() {
        for (role, may) in [
            (Some("IpsCompanyAdmin"), MayPurge::Yes),
            (Some("IpsAdmin"), MayPurge::Yes),
            (Some("IpsUser"), MayPurge::No),
            (Some("ipscompanyadmin"), MayPurge::No),
            (None, MayPurge::Unknown),
        ] {
            assert_eq!(facts(role).may_purge(), may, "{role:?}");
        }
        let adobes_own = AccountFacts {
            is_ips_admin: true,
            ..facts(Some("IpsUser"))
        };
        assert_eq!(adobes_own.may_purge(), MayPurge::Yes);
    }

    #[test]
    fn a_password_is_warned_of_from_two_weeks_before_its_end() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let day = Duration::from_hours(24);
        let life = |expires| {
            let facts = AccountFacts {
                password_expires: expires,
                ..facts(None)
            };
            facts.password(now)
        };
        assert_eq!(life(None), PasswordLife::Lasts);
        assert_eq!(life(Some(now.plus(day * 15))), PasswordLife::Lasts);
        assert_eq!(
            life(Some(now.plus(day * 14))),
            PasswordLife::EndsSoon { days: 14 }
        );
        assert_eq!(
            life(Some(now.plus(day / 2))),
            PasswordLife::EndsSoon { days: 0 }
        );
        assert_eq!(life(Some(now)), PasswordLife::Over);
        assert_eq!(life(Some(now.minus(day))), PasswordLife::Over);
    }
}
