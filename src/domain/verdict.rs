//! The table of verdicts: from what was seen before and after a purge, and at the origin, to what can be said about a URL.
//!
//! B is what the edge gave before the purge, A what it gives after, O the origin's answer (the same URL with a random
//! `id=`). It never says *live* where A was not seen to differ from B or to be what the origin delivers.

use std::{fmt, time::Duration};

use super::{
    comparison::told,
    sighting::{Look, Sighting},
};
use crate::clock::Timestamp;

/// What can be said about a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The new picture is there.
    Live,
    /// There was a picture, and now there is none.
    Gone,
    /// The same as before the purge, and the origin has nothing else.
    NothingNewer,
    /// The old picture is still there.
    StillOld,
    /// The old picture came into the cache anew after the purge.
    CachedAgain,
    /// Nothing certain was seen.
    CouldNotCheck,
    /// Nobody looked.
    NotChecked,
}

impl Verdict {
    /// All verdicts, for parsing and tests.
    pub const ALL: [Self; 7] = [
        Self::Live,
        Self::Gone,
        Self::NothingNewer,
        Self::StillOld,
        Self::CachedAgain,
        Self::CouldNotCheck,
        Self::NotChecked,
    ];

    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Gone => "gone",
            Self::NothingNewer => "nothing-newer",
            Self::StillOld => "still-old",
            Self::CachedAgain => "cached-again",
            Self::CouldNotCheck => "could-not-check",
            Self::NotChecked => "not-checked",
        }
    }

    /// The verdict that the database's word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.as_str() == word)
    }

    /// Live in either way: what visitors get is what they should.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live | Self::Gone)
    }

    /// The picture from before the purge was given out after it.
    #[must_use]
    pub const fn is_old(self) -> bool {
        matches!(
            self,
            Self::NothingNewer | Self::StillOld | Self::CachedAgain
        )
    }

    /// Whether it stands: *live* at once, the others only when `window` has passed since the purge, which may take so long.
    #[must_use]
    pub fn is_final(self, purged_at: Timestamp, window: Duration, now: Timestamp) -> bool {
        self.is_live() || now >= purged_at.plus(window)
    }
}

/// When a URL was purged, as far as that can be known: between these two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purge {
    /// Nothing of its request was sent before.
    pub sent_at: Timestamp,
    /// Adobe had taken it by then.
    pub taken_at: Timestamp,
}

impl Purge {
    /// A purge that took no time.
    #[must_use]
    pub const fn at(instant: Timestamp) -> Self {
        Self {
            sent_at: instant,
            taken_at: instant,
        }
    }
}

/// Why nothing certain was seen, or what a verdict leaves open. Each is a sentence or two for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// No answer.
    NoAnswer(String),
    /// An answer that says nothing about the picture.
    Refused(u16),
    /// Not delivered now, and not known to have been delivered before.
    NotDelivered(u16),
    /// The origin delivers it, the edge does not.
    OnlyAtOrigin(u16),
    /// The edge delivers it, the origin does not any more.
    OnlyAtHost,
    /// The same as before, while the origin forbids it, as it does what it delivers no more.
    Forbidden,
    /// Neither the picture from before nor that of the origin.
    Neither,
    /// The same as before, and nothing tells since when the cache has it.
    Unproven,
    /// The same as before, though it came into the cache after the purge.
    SameAnew,
    /// Nothing to compare with.
    NothingToCompare {
        /// The origin was asked, but gave no answer, or one that may be the cache's.
        asked: bool,
    },
    /// Live, by the origin alone.
    NothingBefore,
    /// Still old, by the cache alone.
    NotRenewed,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer(why) => write!(f, "The address could not be looked at: {why}."),
            Self::Refused(status) if (300..400).contains(status) => write!(
                f,
                "The host leads on to another address (HTTP {status}), which is not followed."
            ),
            Self::Refused(status) => write!(
                f,
                "The host answered with HTTP {status}, which says nothing about the picture."
            ),
            Self::NotDelivered(status) => write!(
                f,
                "The host delivers nothing at this address (HTTP {status}). If there should be a picture, check that it is published and that the address is right."
            ),
            Self::OnlyAtOrigin(status) => write!(
                f,
                "Dynamic Media delivers the picture, but the host answers with HTTP {status}. Open the address yourself; if it stays so, an administrator should know."
            ),
            Self::OnlyAtHost => f.write_str(
                "Dynamic Media does not deliver this picture any more; the host still does. Purge it again; if that does not help, an administrator should know.",
            ),
            Self::Forbidden => f.write_str(
                "It looks as it did before the purge, while Dynamic Media answers with HTTP 403, as it does where it delivers a picture no more. If you took it away, purge it again; if not, an administrator should know.",
            ),
            Self::Neither => f.write_str(
                "The host delivers another picture than before the purge, but not the one that Dynamic Media has now. Purge it again.",
            ),
            Self::Unproven => f.write_str(
                "It looks as it did before the purge, and nothing tells whether the host has fetched it anew. If you published a new picture before you purged, purge again; if not, publish first.",
            ),
            Self::SameAnew => f.write_str(
                "The host says that it has asked Dynamic Media since the purge, and it looks as it did before. If there should be a new picture, publish it and purge again.",
            ),
            Self::NothingToCompare { asked: false } => f.write_str(
                "There is no picture from before the purge to compare with, and the origin cannot be asked for this address. Open it yourself.",
            ),
            Self::NothingToCompare { asked: true } => f.write_str(
                "There is no picture from before the purge to compare with, and nothing tells what the host gives from what Dynamic Media has now. Open it yourself.",
            ),
            Self::NothingBefore => f.write_str(
                "The host delivers what Dynamic Media has now; there is no copy from before the purge to compare it with. If it is not the new picture, publish it and purge again.",
            ),
            Self::NotRenewed => f.write_str(
                "The host still delivers the copy of this picture that it had before the purge. Purge it again; if that does not help, an administrator should know.",
            ),
        }
    }
}

/// A verdict, with the reason where it needs one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What can be said.
    pub verdict: Verdict,
    /// Always there with [`Verdict::CouldNotCheck`]; with others where they rest on less than usual.
    pub doubt: Option<Doubt>,
}

impl Judgement {
    /// How much it asks of somebody, for the verdict on a URL of which several formats were looked at. That one format has
    /// nothing newer is not hidden by another that is live by the origin alone: it may be as old.
    const fn weight(&self) -> u8 {
        match self.verdict {
            Verdict::NotChecked => 0,
            Verdict::Live if matches!(self.doubt, Some(Doubt::NothingBefore)) => 1,
            Verdict::NothingNewer => 2,
            Verdict::Live => 3,
            Verdict::Gone => 4,
            Verdict::CouldNotCheck => 5,
            Verdict::CachedAgain => 6,
            Verdict::StillOld => 7,
        }
    }
}

impl Verdict {
    const fn but(self, doubt: Doubt) -> Judgement {
        Judgement {
            verdict: self,
            doubt: Some(doubt),
        }
    }
}

impl From<Verdict> for Judgement {
    fn from(verdict: Verdict) -> Self {
        Self {
            verdict,
            doubt: None,
        }
    }
}

impl From<Doubt> for Judgement {
    fn from(doubt: Doubt) -> Self {
        Verdict::CouldNotCheck.but(doubt)
    }
}

/// What was seen of a URL in one format.
#[derive(Debug, Clone, Copy)]
pub struct Looks<'a> {
    /// B. `None` when nobody looked before the purge.
    pub before: Option<&'a Look>,
    /// A.
    pub after: &'a Look,
    /// O. `None` where the origin cannot be asked.
    pub origin: Option<&'a Look>,
}

/// The verdict on a URL, over all the formats in which it was looked at: the one that asks most of somebody, so that one
/// old format is not hidden by others that are new.
#[must_use]
pub fn judge<'a>(formats: impl IntoIterator<Item = Looks<'a>>, purge: Purge) -> Judgement {
    formats
        .into_iter()
        .map(|looks| judge_one(&looks, purge))
        .fold(Verdict::NotChecked.into(), |worst: Judgement, next| {
            if next.weight() > worst.weight() {
                next
            } else {
                worst
            }
        })
}

fn judge_one(looks: &Looks<'_>, purge: Purge) -> Judgement {
    let after = match looks.after {
        Ok(after) if after.says_nothing() => return Doubt::Refused(after.status).into(),
        Ok(after) => after,
        Err(why) => return Doubt::NoAnswer(why.clone()).into(),
    };
    let before = told(looks.before);
    let origin = told(looks.origin).filter(|origin| origin.is_from_origin(after));
    if !after.is_delivered() {
        return not_delivered(before, after, origin);
    }
    let old = before.and_then(|before| after.same_as(before));
    let current = origin.and_then(|origin| after.same_picture_as(origin));
    let judged = match (current, old) {
        (Some(true), Some(true)) if !before.is_some_and(Sighting::was_fetched) => {
            Verdict::NothingNewer.into()
        }
        // Without a copy from before, that the edge has what the origin delivers is all that can be asked for.
        (Some(true), Some(true) | None) => Verdict::Live.but(Doubt::NothingBefore),
        (Some(true) | None, Some(false)) => Verdict::Live.into(),
        (Some(false), Some(true) | None) if after.is_newer_than(purge.taken_at) => {
            Verdict::CachedAgain.into()
        }
        (Some(false), Some(true) | None) => Verdict::StillOld.into(),
        (Some(false), Some(false)) => Doubt::Neither.into(),
        (None, Some(true)) if after.is_older_than(purge.sent_at) => {
            Verdict::StillOld.but(Doubt::NotRenewed)
        }
        (None, Some(true)) if after.is_newer_than(purge.taken_at) => Doubt::SameAnew.into(),
        (None, Some(true)) if told(looks.origin).is_some_and(Sighting::is_forbidden) => {
            Verdict::StillOld.but(Doubt::Forbidden)
        }
        (None, Some(true)) => Doubt::Unproven.into(),
        (None, None) => Doubt::NothingToCompare {
            asked: looks.origin.is_some(),
        }
        .into(),
    };
    if origin.is_some_and(Sighting::is_gone) {
        return judged.verdict.but(Doubt::OnlyAtHost);
    }
    judged
}

fn not_delivered(
    before: Option<&Sighting>,
    after: &Sighting,
    origin: Option<&Sighting>,
) -> Judgement {
    if origin.is_some_and(Sighting::is_delivered) {
        Doubt::OnlyAtOrigin(after.status).into()
    } else if before.is_some_and(Sighting::is_delivered) {
        Verdict::Gone.into()
    } else {
        Doubt::NotDelivered(after.status).into()
    }
}
