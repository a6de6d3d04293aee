//! How Adobe's stand-in misbehaves, and what randomness the test has: a number that it prints, to be repeated.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;
use unstale::{
    domain::PurgeScope,
    sandbox::{
        Sandbox, Switches,
        ips::{AnswerForm, Instead, Knobs},
    },
};

use super::door::Door;

/// A URL that ends with it is refused by Adobe, who does not say which it was. Nothing but Adobe finds fault with it.
pub const BAD: &str = "-bad";

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

/// Changes the switches again and again until it is stopped; then Adobe behaves. The switches that are not here are those of
/// operations that have nothing to do with a purge.
pub async fn misbehave(
    sandbox: Arc<Sandbox>,
    door: Arc<Door>,
    mut random: Random,
    mut stopped: watch::Receiver<bool>,
) {
    let edge = sandbox.edge(PurgeScope::Exact);
    while !*stopped.borrow() {
        let mood = random.below(46);
        // A request that is held for longer than the program waits.
        let pause = if is_held(mood) {
            Duration::from_millis(1_300)
        } else {
            random.millis(20, 120)
        };
        sandbox.ips().knobs(|knobs| *knobs = knobs_of(mood));
        edge.switch(|switches| *switches = switches_of(mood));
        if matches!(mood, 22 | 23 | 31 | 32) {
            door.close();
        }
        let _ = tokio::time::timeout(pause, stopped.wait_for(|stopped| *stopped)).await;
        door.open().await;
    }
    sandbox.ips().knobs(|knobs| *knobs = calm());
    edge.switch(|switches| *switches = Switches::default());
}

fn switches_of(mood: u64) -> Switches {
    Switches {
        failing: mood == 20,
        hold: mood == 21,
        silent: mood == 25,
        drop_purges: mood == 26,
        parent: mood == 27,
        ignore_query: mood == 28,
        huge: mood == 29,
        negotiates: matches!(mood, 34 | 35),
        purges_plain_only: mood == 35,
    }
}

const fn is_held(mood: u64) -> bool {
    matches!(mood, 0 | 33)
}

/// Adobe as it behaves at its best.
fn calm() -> Knobs {
    Knobs {
        refuse: Some(BAD.to_owned()),
        ..Knobs::default()
    }
}

fn knobs_of(mood: u64) -> Knobs {
    let mut knobs = calm();
    match mood {
        _ if is_held(mood) => knobs.hold = true,
        1 => knobs.instead = Some(Instead::Html),
        2 | 3 => knobs.instead = Some(Instead::Unavailable),
        4 => knobs.instead = Some(Instead::Truncated),
        5 => knobs.instead = Some(Instead::Empty),
        6 => knobs.instead = Some(Instead::Closed),
        7 => knobs.instead = Some(Instead::Cut),
        8 => knobs.instead = Some(Instead::Entities),
        9 => knobs.instead = Some(Instead::ExternalEntity),
        10 => knobs.instead = Some(Instead::Huge),
        11 => knobs.instead = Some(Instead::Bomb),
        12 => knobs.no_permission = true,
        13 => knobs.fault = Some(30_000),
        14 => knobs.answer = AnswerForm::Partial,
        15 => knobs.answer = AnswerForm::Counts,
        30 => knobs.fault = Some(10_001),
        24 => knobs.answer = AnswerForm::PartialOfTwo,
        16 => knobs.soap12 = true,
        17 => {
            knobs.no_permission = true;
            knobs.fault_status = Some(200);
        }
        18 => knobs.refuse = Some("/is/image/".to_owned()),
        19 => knobs.drop_purges = true,
        _ => {}
    }
    knobs
}
