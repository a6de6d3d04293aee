//! What the journeys share: a running Unstale, a browser, and the steps that several of them take.

mod browser;
mod look;
mod steps;
mod world;

pub use self::{
    browser::{Browser, Scripts},
    world::World,
};

/// Both people of the demo have this password.
pub const PASSWORD: &str = "fresh-pictures";
