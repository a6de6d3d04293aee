//! What two looks at one URL show: whether the host's copy is a new one. Pure.

use tokio::time::Instant;

use crate::edge::{CacheWord, Look};

/// A look, and when it was.
#[derive(Debug, Clone)]
pub(super) struct Sighting {
    pub(super) look: Look,
    at: Instant,
}

impl Sighting {
    pub(super) fn now(look: Look) -> Self {
        Self {
            look,
            at: Instant::now(),
        }
    }
}

/// What two looks show, when they show something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// The copy is a new one; how that is seen.
    Turned(&'static str),
    /// It is still the copy from before.
    Kept,
}

/// Ages are whole seconds, and caches round them differently.
const ROUNDING: u64 = 2;

/// Compares a look from before the purge with one from after it. `stale` says that the copy from before was older than
/// the origin's picture.
pub(super) fn judge(before: &Sighting, after: &Sighting, stale: bool) -> Option<Turn> {
    if before.look.hash != after.look.hash {
        return Some(Turn::Turned(
            "the host delivers another picture than before",
        ));
    }
    if stale {
        return Some(Turn::Kept);
    }
    match after.look.evidence.word {
        Some(CacheWord::Fetched | CacheWord::Confirmed) => {
            return Some(Turn::Turned(
                "the host asked Dynamic Media for it, as its own headers say",
            ));
        }
        Some(CacheWord::Hit) => return Some(Turn::Kept),
        None => {}
    }
    let (was, is) = (before.look.evidence.age?, after.look.evidence.age?);
    let kept = was + after.at.duration_since(before.at).as_secs();
    if is + ROUNDING < kept {
        Some(Turn::Turned("the age of the host's copy began anew"))
    } else if kept > ROUNDING {
        Some(Turn::Kept)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::edge::Evidence;

    fn seen(at: Instant, picture: u8, x_cache: Option<&str>, age: Option<&str>) -> Sighting {
        Sighting {
            at,
            look: Look {
                status: 200,
                hash: [picture; 32],
                evidence: Evidence::read(x_cache, age),
            },
        }
    }

    fn turned(turn: Option<Turn>) -> bool {
        matches!(turn, Some(Turn::Turned(_)))
    }

    #[test]
    fn another_picture_has_turned_whatever_the_headers_say() {
        let now = Instant::now();
        let before = seen(now, 1, Some("TCP_HIT"), None);
        assert!(turned(judge(
            &before,
            &seen(now, 2, Some("TCP_HIT"), None),
            false
        )));
    }

    #[test]
    fn a_picture_that_was_stale_and_stays_so_is_kept_even_without_headers() {
        let now = Instant::now();
        let before = seen(now, 1, None, None);
        assert_eq!(judge(&before, &before, true), Some(Turn::Kept));
        assert_eq!(judge(&before, &before, false), None);
    }

    #[test]
    fn the_caches_own_word_decides_about_the_same_picture() {
        let now = Instant::now();
        let before = seen(now, 1, Some("TCP_HIT"), Some("9"));
        assert!(turned(judge(
            &before,
            &seen(now, 1, Some("TCP_MISS"), Some("0")),
            false
        )));
        let kept = judge(
            &before,
            &seen(now, 1, Some("TCP_MEM_HIT"), Some("0")),
            false,
        );
        assert_eq!(kept, Some(Turn::Kept));
    }

    #[test]
    fn an_age_that_began_anew_has_turned_and_one_that_grows_has_not() {
        let now = Instant::now();
        let later = now + Duration::from_secs(5);
        let before = seen(now, 1, None, Some("40"));
        assert!(turned(judge(
            &before,
            &seen(later, 1, None, Some("3")),
            false
        )));
        let kept = judge(&before, &seen(later, 1, None, Some("45")), false);
        assert_eq!(kept, Some(Turn::Kept));
        let young = seen(now, 1, None, Some("0"));
        assert_eq!(judge(&young, &seen(now, 1, None, Some("0")), false), None);
    }
}
