//! Slows down those who guess passwords: ten attempts a minute for an account from one address.

use std::{net::IpAddr, num::NonZeroU32};

use governor::{DefaultKeyedRateLimiter, Quota};

const ATTEMPTS_A_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Counts attempts by account and address.
#[derive(Debug)]
pub struct SignInLimiter(DefaultKeyedRateLimiter<(String, Option<IpAddr>)>);

impl Default for SignInLimiter {
    fn default() -> Self {
        Self(DefaultKeyedRateLimiter::keyed(Quota::per_minute(
            ATTEMPTS_A_MINUTE,
        )))
    }
}

impl SignInLimiter {
    /// Counts one attempt; false when there were too many.
    #[must_use]
    pub fn allows(&self, email: &str, address: Option<IpAddr>) -> bool {
        self.0.retain_recent();
        self.0
            .check_key(&(email.trim().to_lowercase(), address))
            .is_ok()
    }
}
