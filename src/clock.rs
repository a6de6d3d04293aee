//! The only source of time, ids and randomness, so that tests can hold all three still.
//!
//! Instants are microseconds since the Unix epoch, in UTC, in memory and in both databases: integers sort
//! and compare the same everywhere, dates as text do not.

use std::{sync::Arc, time::Duration};

use rand::RngExt as _;
use time::OffsetDateTime;
use tokio::sync::watch;
use uuid::Uuid;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant that many microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This instant moved forward; stays at the end of time rather than overflow.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }

    /// This instant moved back; stays at the beginning of time rather than overflow.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(micros))
    }

    /// How long after `earlier` this is; zero when it is not.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The calendar's view of it, in UTC. Instants outside the years that `time` knows become the epoch.
    #[must_use]
    pub fn to_utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// Tells the time and makes ids and secrets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    /// Moved by a test; those who sleep watch it.
    Manual(Arc<watch::Sender<Timestamp>>),
}

impl Clock {
    /// The machine's own clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`Clock::advance`] moves it.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(watch::Sender::new(start))))
    }

    /// Moves a manual clock forward, for all its clones.
    ///
    /// # Panics
    ///
    /// On the system clock, which cannot be moved.
    pub fn advance(&self, by: Duration) {
        let Source::Manual(now) = &self.0 else {
            panic!("the system clock cannot be moved");
        };
        now.send_modify(|now| *now = now.plus(by));
    }

    /// Waits for so long; on a manual clock, until it has been moved so far.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now().plus(duration)).await;
    }

    /// Waits until it is so late. Who acts on what was due at an instant sleeps from that instant on: a manual clock may
    /// have been moved since.
    pub async fn sleep_until(&self, until: Timestamp) {
        match &self.0 {
            Source::System => tokio::time::sleep(until.since(self.now())).await,
            Source::Manual(now) => {
                let mut now = now.subscribe();
                // It fails only when the clock is gone, and `self` is right here.
                let _ = now.wait_for(|now| *now >= until).await;
            }
        }
    }

    /// A duration somewhere between half of it and all of it, so that those who failed together do not come back
    /// together.
    #[must_use]
    pub fn jittered(&self, duration: Duration) -> Duration {
        let share = f64::from(u32::from_be_bytes(random_bytes())) / f64::from(u32::MAX);
        duration.mul_f64(0.5 + share / 2.0)
    }

    /// Now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the wall clock"
    )]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => {
                let nanos = OffsetDateTime::now_utc().unix_timestamp_nanos();
                Timestamp(i64::try_from(nanos / 1_000).unwrap_or(i64::MAX))
            }
            Source::Manual(now) => *now.borrow(),
        }
    }

    /// A new id: `UUIDv7`, so that ids sort by the time at which they were made.
    #[must_use]
    pub fn new_uuid(&self) -> Uuid {
        let millis = u64::try_from(self.now().0 / 1_000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random_bytes()).into_uuid()
    }

    /// Bytes that nobody can guess, for keys and tokens.
    #[must_use]
    pub fn secret_bytes<const N: usize>(&self) -> [u8; N] {
        random_bytes()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that makes randomness"
)]
fn random_bytes<const N: usize>() -> [u8; N] {
    rand::rng().random()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_sleeps_on_a_manual_clock_wakes_when_it_was_moved_far_enough() {
        let clock = Clock::manual(Timestamp::from_micros(0));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(2)).await }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        sleeper.await.unwrap();
    }

    #[test]
    fn jitter_keeps_between_half_and_all() {
        let clock = Clock::system();
        let waits: Vec<_> = (0..100)
            .map(|_| clock.jittered(Duration::from_secs(10)))
            .collect();
        let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
        assert!(*least >= Duration::from_secs(5) && *most <= Duration::from_secs(10));
        assert!(least < most);
    }
}
