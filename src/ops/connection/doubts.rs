//! What an administrator should know of an account that works: it may not purge, or its password ends soon. Said where it
//! is connected, in the browser and by command.

use super::Trouble;
use crate::{
    clock::Timestamp,
    domain::{AccountFacts, MayPurge, PasswordLife},
};

/// What there is to say.
#[must_use]
pub fn doubts(facts: &AccountFacts, now: Timestamp) -> Vec<Trouble> {
    let mut doubts = Vec::new();
    if facts.may_purge() == MayPurge::No {
        let role = facts.role.as_deref().unwrap_or("unknown");
        doubts.push(Trouble {
            sentence: "This account may look, but not purge.".to_owned(),
            advice: format!("Its role is {role}. {ASK_FOR_ROLE}"),
        });
    }
    if let PasswordLife::EndsSoon { days } = facts.password(now) {
        doubts.push(Trouble {
            sentence: format!("The account’s password {}.", ends_within(days)),
            advice: "Set a new one at Dynamic Media Classic in time, then change the account under Settings, Connection."
                .to_owned(),
        });
    }
    doubts
}

/// What to do about an account that may not purge.
pub(super) const ASK_FOR_ROLE: &str = "Ask the company’s administrator at Dynamic Media to give it the role \
                                       IpsCompanyAdmin, or connect another account.";

/// That a password ends within days, without its beginning.
pub(super) fn ends_within(days: u64) -> String {
    match days {
        0 => "ends within a day".to_owned(),
        1 => "ends in 1 day".to_owned(),
        days => format!("ends in {days} days"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn role_and_password_are_doubted_each_for_itself() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let facts = |role: &str, days: u64| AccountFacts {
            name: String::new(),
            role: Some(role.to_owned()),
            is_ips_admin: false,
            password_expires: Some(now.plus(Duration::from_hours(24 * days))),
            company_name: String::new(),
            read_at: now,
        };
        let said = |role, days| {
            let doubts = doubts(&facts(role, days), now).into_iter();
            doubts.map(|doubt| doubt.sentence).collect::<Vec<_>>()
        };
        let (role, password) = (
            "This account may look, but not purge.",
            "The account’s password ends in 3 days.",
        );
        assert!(said("IpsCompanyAdmin", 90).is_empty());
        assert_eq!(said("IpsUser", 90), [role]);
        assert_eq!(said("IpsAdmin", 3), [password]);
        assert_eq!(said("IpsUser", 3), [role, password]);
    }
}
