//! The doubt whether a host clears by base URL: covered URLs stayed old there since it was tested last.

use std::collections::BTreeSet;

use crate::{
    domain::{InvalidationId, PurgeScope},
    store::{HostSetting, StayedOld},
    web::view::{Moment, counted},
};

/// What stands beside a host whose covered URLs stayed old.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HostDoubt {
    /// In how many invalidations: `2 invalidations`.
    pub invalidations: String,
    /// Since the first of them.
    pub since: Moment,
}

impl HostDoubt {
    /// `None` for a host that gives no reason, is set to `exact`, or was tested anew.
    pub fn of(setting: &HostSetting, stayed_old: &[StayedOld]) -> Option<Self> {
        if setting.host.scope == PurgeScope::Exact {
            return None;
        }
        let tested_at = setting.test.as_ref().map(|test| test.at);
        let here = stayed_old.iter().filter(|it| {
            it.host == setting.host.origin && tested_at.is_none_or(|tested| it.purged_at > tested)
        });
        let first = here.clone().map(|it| it.purged_at).min()?;
        let invalidations: BTreeSet<InvalidationId> = here.map(|it| it.invalidation).collect();
        Some(Self {
            invalidations: counted(invalidations.len() as u64, "invalidation"),
            since: first.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        clock::Timestamp,
        domain::{DeliveryHost, HostOrigin, HostVerdict},
        store::HostTest,
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    fn setting(scope: PurgeScope, tested_at: Option<i64>) -> HostSetting {
        HostSetting {
            host: DeliveryHost {
                origin: HostOrigin::of("https://own.example").unwrap(),
                scope,
                check_root: true,
            },
            found: false,
            testing_since: None,
            test: tested_at.map(|second| HostTest {
                verdict: HostVerdict::Turned,
                note: String::new(),
                asset: String::new(),
                at: at(second),
            }),
        }
    }

    fn old(host: &str, invalidation: u128, second: i64) -> StayedOld {
        StayedOld {
            host: HostOrigin::of(host).unwrap(),
            invalidation: InvalidationId::from_uuid(Uuid::from_u128(invalidation)),
            purged_at: at(second),
        }
    }

    #[test]
    fn invalidations_are_counted_since_the_last_test_of_the_host() {
        let stayed_old = [
            old("https://own.example", 3, 60),
            old("https://own.example", 2, 40),
            old("https://own.example", 2, 40),
            old("https://own.example", 1, 20),
            old("https://other.example", 4, 10),
        ];
        let doubt = |scope, tested_at| HostDoubt::of(&setting(scope, tested_at), &stayed_old);
        let never = doubt(PurgeScope::Base, None).unwrap();
        assert_eq!(never.invalidations, "3 invalidations");
        assert_eq!(never.since, at(20).into());
        let tested = doubt(PurgeScope::Base, Some(50)).unwrap();
        assert_eq!(tested.invalidations, "1 invalidation");
        assert_eq!(doubt(PurgeScope::Base, Some(60)), None);
        assert_eq!(doubt(PurgeScope::Exact, None), None);
        assert_eq!(HostDoubt::of(&setting(PurgeScope::Base, None), &[]), None);
    }
}
