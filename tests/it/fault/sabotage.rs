//! How Adobe's stand-in misbehaves, and what randomness the test has: a number that it prints, to be repeated.

use std::time::Duration;

use tokio::sync::watch;
use unstale::sandbox::ips::{AnswerForm, Instead, IpsSandbox, Knobs};

/// A generator that needs no library: good enough to choose at random.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    pub fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }
}

/// Changes the switches again and again until it is stopped; then Adobe behaves.
pub async fn misbehave(ips: IpsSandbox, mut random: Random, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let mood = random.below(36);
        let pause = random.millis(20, 120);
        ips.knobs(|knobs| *knobs = knobs_of(mood));
        // A request that is held for longer than the program waits.
        let pause = if mood == 0 {
            Duration::from_millis(1_300)
        } else {
            pause
        };
        let _ = tokio::time::timeout(pause, stopped.wait_for(|stopped| *stopped)).await;
    }
    ips.knobs(|knobs| *knobs = Knobs::default());
}

fn knobs_of(mood: u64) -> Knobs {
    let mut knobs = Knobs::default();
    match mood {
        0 => knobs.hold = true,
        1 => knobs.instead = Some(Instead::Html),
        2 | 3 => knobs.instead = Some(Instead::Unavailable),
        4 => knobs.instead = Some(Instead::Truncated),
        5 => knobs.instead = Some(Instead::Empty),
        6 | 7 => knobs.instead = Some(Instead::Closed),
        8 => knobs.instead = Some(Instead::Entities),
        9 => knobs.instead = Some(Instead::ExternalEntity),
        10 => knobs.instead = Some(Instead::Huge),
        11 => knobs.instead = Some(Instead::Bomb),
        12 => knobs.no_permission = true,
        13 => knobs.fault = Some(30_000),
        14 => knobs.answer = AnswerForm::Partial,
        15 => knobs.answer = AnswerForm::Counts,
        16 => knobs.soap12 = true,
        17 => {
            knobs.no_permission = true;
            knobs.fault_status = Some(200);
        }
        18 => knobs.refuse = Some("/is/image/".to_owned()),
        _ => {}
    }
    knobs
}
