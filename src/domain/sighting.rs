//! What one look at a URL showed, and whether two looks showed the same picture.

use std::time::Duration;

use super::{CacheWord, Evidence};
use crate::clock::Timestamp;

/// An answer, as far as it can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// When.
    pub at: Timestamp,
    /// The HTTP status.
    pub status: u16,
    /// SHA-256 of the body; `None` when the body was too large to be read.
    pub hash: Option<[u8; 32]>,
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`, as it came.
    pub last_modified: Option<String>,
    /// The body's length in bytes, when it is known.
    pub length: Option<u64>,
    /// What the cache said.
    pub evidence: Evidence,
    /// How long a browser that gets this answer may keep it without asking again; `None` when it is not said.
    pub keeps: Option<Duration>,
}

/// A look: what it showed, or why it showed nothing.
pub type Look = Result<Sighting, String>;

/// Ages are whole seconds, and clocks differ a little.
const ROUNDING: Duration = Duration::from_secs(1);

impl Sighting {
    /// A picture, or whatever is delivered there.
    #[must_use]
    pub const fn is_delivered(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// An answer that says nothing about the picture: a redirect, a refusal of the one who asks, a server's failure.
    #[must_use]
    pub const fn says_nothing(&self) -> bool {
        matches!(self.status, 401 | 407 | 408 | 425 | 429)
            || !(self.is_delivered() || (self.status >= 400 && self.status < 500))
    }

    /// There is no such picture any more, for certain.
    #[must_use]
    pub const fn is_gone(&self) -> bool {
        matches!(self.status, 404 | 410)
    }

    /// Dynamic Media's answer for what it does not deliver, and that of many a firewall.
    #[must_use]
    pub const fn is_forbidden(&self) -> bool {
        self.status == 403
    }

    /// Whether it is the same that another look at the **same URL** showed; `None` when that cannot be told.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> Option<bool> {
        self.compare(other, true)
    }

    /// The same for a look at **another URL** of the same picture: its `ETag` says nothing.
    #[must_use]
    pub fn same_picture_as(&self, other: &Self) -> Option<bool> {
        self.compare(other, false)
    }

    /// Whether this look, at the secure preview server, showed another picture than one at the origin: then a newer version
    /// waits to be published. Only bodies tell: what two servers say of a picture besides may differ without a reason.
    #[must_use]
    pub fn is_newer_than_published(&self, origin: &Self) -> bool {
        let both = self.is_delivered() && origin.is_delivered();
        both && self
            .hash
            .zip(origin.hash)
            .is_some_and(|(one, two)| one != two)
    }

    fn compare(&self, other: &Self, same_url: bool) -> Option<bool> {
        if !(self.is_delivered() && other.is_delivered()) {
            return Some(!self.is_delivered() && !other.is_delivered());
        }
        if let (Some(one), Some(two)) = (self.hash, other.hash) {
            return Some(one == two);
        }
        if let (Some(one), Some(two)) = (self.length, other.length)
            && one != two
        {
            return Some(false);
        }
        if same_url && let (Some(one), Some(two)) = (&self.etag, &other.etag) {
            return Some(strong(one) == strong(two));
        }
        match (&self.last_modified, &other.last_modified) {
            (Some(one), Some(two)) => Some(one == two),
            _ => None,
        }
    }

    /// The cache itself says that it had no such picture, and got it from the origin.
    #[must_use]
    pub fn was_fetched(&self) -> bool {
        self.evidence.word == Some(CacheWord::Fetched)
    }

    /// The copy was in the cache before an instant, for certain.
    #[must_use]
    pub fn is_older_than(&self, instant: Timestamp) -> bool {
        !self.evidence.asked_origin()
            && self
                .entered()
                .is_some_and(|entered| entered.plus(ROUNDING) < instant)
    }

    /// The copy came into the cache after an instant, for certain.
    #[must_use]
    pub fn is_newer_than(&self, instant: Timestamp) -> bool {
        if self.evidence.asked_origin() {
            return self.at > instant;
        }
        self.entered()
            .is_some_and(|entered| entered.minus(ROUNDING) > instant)
    }

    /// When the copy came into the cache, by its age.
    fn entered(&self) -> Option<Timestamp> {
        let age = Duration::from_secs(self.evidence.age?);
        Some(self.at.minus(age))
    }

    /// Whether this answer, to the URL with a random `id=`, can be taken for the origin's: the edge did not have it.
    /// `edge` is the look at the URL itself that was made with it.
    ///
    /// Either it is not what the edge has: a cache that passed over the query would have given its own copy of the URL. Or
    /// the cache says that it asked the origin, or its copy is just born, while the one of the URL itself was stored: a
    /// cache that says *miss* of both may only repeat what one behind it said when the copy was fetched.
    ///
    /// A refusal other than *gone* may be that of a firewall which does not like an `id=`, and says nothing of the picture.
    #[must_use]
    pub fn is_from_origin(&self, edge: &Self) -> bool {
        let tells = self.is_delivered() || self.is_gone();
        if !tells || self.evidence.word == Some(CacheWord::Hit) {
            return false;
        }
        let is_new = self.evidence.asked_origin() || self.evidence.age == Some(0);
        (is_new && edge.evidence.was_stored()) || self.same_picture_as(edge) == Some(false)
    }
}

fn strong(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}

#[cfg(test)]
pub(in crate::domain) mod testing {
    use super::*;

    /// A look that showed this picture, by a host that says nothing else.
    pub(in crate::domain) fn seen(picture: u8, at: i64) -> Sighting {
        Sighting {
            at: Timestamp::from_micros(at * 1_000_000),
            status: 200,
            hash: Some([picture; 32]),
            etag: None,
            last_modified: None,
            length: None,
            evidence: Evidence::default(),
            keeps: None,
        }
    }

    /// The same with `X-Cache` and `Age`.
    pub(in crate::domain) fn spoken(picture: u8, at: i64, x_cache: &str, age: u64) -> Sighting {
        Sighting {
            evidence: Evidence::read([x_cache], Some(&age.to_string())),
            ..seen(picture, at)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::*, *};

    fn large(etag: Option<&str>, modified: Option<&str>, length: Option<u64>) -> Sighting {
        Sighting {
            hash: None,
            etag: etag.map(str::to_owned),
            last_modified: modified.map(str::to_owned),
            length,
            ..seen(0, 0)
        }
    }

    #[test]
    fn bodies_are_compared_first() {
        let tagged = |picture, tag: &str| Sighting {
            etag: Some(tag.to_owned()),
            ..seen(picture, 0)
        };
        assert_eq!(tagged(1, "a").same_as(&tagged(1, "b")), Some(true));
        assert_eq!(tagged(1, "a").same_as(&tagged(2, "a")), Some(false));
    }

    #[test]
    fn validators_are_compared_where_bodies_were_too_large() {
        for (one, two, same) in [
            (
                large(Some("\"a\""), None, None),
                large(Some("W/\"a\""), None, None),
                Some(true),
            ),
            (
                large(Some("a"), None, None),
                large(Some("b"), None, None),
                Some(false),
            ),
            (
                large(None, Some("x"), Some(1)),
                large(None, Some("x"), Some(1)),
                Some(true),
            ),
            (
                large(None, Some("x"), Some(1)),
                large(None, Some("x"), Some(2)),
                Some(false),
            ),
            (large(None, None, Some(1)), large(None, None, Some(1)), None),
            (
                large(Some("a"), None, None),
                large(None, Some("x"), None),
                None,
            ),
        ] {
            assert_eq!(one.same_as(&two), same, "{one:?} {two:?}");
        }
    }

    #[test]
    fn etags_of_two_different_urls_say_nothing() {
        let one = large(Some("a"), Some("x"), None);
        let two = large(Some("b"), Some("x"), None);
        assert_eq!(one.same_picture_as(&two), Some(true));
        assert_eq!(
            large(Some("a"), None, None).same_picture_as(&large(Some("a"), None, None)),
            None
        );
    }

    #[test]
    fn a_picture_is_not_a_refusal() {
        let refused = Sighting {
            status: 403,
            ..seen(1, 0)
        };
        assert_eq!(seen(1, 0).same_as(&refused), Some(false));
        assert_eq!(
            refused.same_as(&Sighting {
                status: 404,
                ..seen(2, 0)
            }),
            Some(true)
        );
        for status in [302, 401, 429, 500, 503] {
            assert!(
                Sighting {
                    status,
                    ..seen(1, 0)
                }
                .says_nothing(),
                "{status}"
            );
        }
        assert!(!refused.says_nothing());
    }

    #[test]
    fn a_newer_version_is_claimed_only_where_two_pictures_were_seen_and_differ() {
        let refused = Sighting {
            status: 403,
            ..seen(2, 0)
        };
        assert!(seen(2, 0).is_newer_than_published(&seen(1, 0)));
        assert!(!seen(1, 0).is_newer_than_published(&seen(1, 0)));
        assert!(!refused.is_newer_than_published(&seen(1, 0)));
        assert!(!seen(2, 0).is_newer_than_published(&refused));
        let untold = large(Some("a"), Some("x"), Some(1));
        assert!(!untold.is_newer_than_published(&large(Some("b"), Some("y"), Some(2))));
    }

    #[test]
    fn the_origin_is_believed_only_where_the_edge_did_not_have_the_answer() {
        let edge = spoken(1, 10, "TCP_HIT", 60);
        assert!(spoken(1, 10, "TCP_MISS", 0).is_from_origin(&edge));
        assert!(!spoken(1, 10, "TCP_HIT", 60).is_from_origin(&edge));
        assert!(!spoken(2, 10, "TCP_HIT", 60).is_from_origin(&edge));
        // A cache that says the same of the URL itself may repeat what it was told long ago.
        let missed = spoken(1, 10, "TCP_MISS", 0);
        assert!(!spoken(1, 10, "TCP_MISS", 0).is_from_origin(&missed));
        assert!(spoken(2, 10, "TCP_MISS", 0).is_from_origin(&missed));
        assert!(!spoken(1, 10, "TCP_MISS", 500).is_from_origin(&edge));
        // Without a word: an age, or another picture.
        let aged = |picture, age: u64| Sighting {
            evidence: Evidence::read([], Some(&age.to_string())),
            ..seen(picture, 10)
        };
        assert!(aged(1, 0).is_from_origin(&aged(1, 5)));
        assert!(!aged(1, 0).is_from_origin(&aged(1, 1)));
        assert!(!seen(1, 10).is_from_origin(&seen(1, 10)));
        assert!(seen(2, 10).is_from_origin(&seen(1, 10)));
        for (status, believed) in [
            (404, true),
            (410, true),
            (400, false),
            (403, false),
            (451, false),
            (429, false),
            (503, false),
        ] {
            let missing = Sighting {
                status,
                ..spoken(2, 10, "TCP_MISS", 0)
            };
            assert_eq!(missing.is_from_origin(&edge), believed, "{status}");
        }
    }

    #[test]
    fn a_copy_is_older_or_newer_only_where_that_is_certain() {
        let purge = Timestamp::from_micros(100_000_000);
        assert!(spoken(1, 110, "TCP_HIT", 60).is_older_than(purge));
        assert!(!spoken(1, 110, "TCP_HIT", 10).is_older_than(purge));
        assert!(!seen(1, 110).is_older_than(purge));
        assert!(spoken(1, 110, "TCP_MISS", 0).is_newer_than(purge));
        assert!(spoken(1, 110, "TCP_HIT", 5).is_newer_than(purge));
        assert!(!spoken(1, 110, "TCP_HIT", 10).is_newer_than(purge));
        assert!(!seen(1, 110).is_newer_than(purge));
    }
}
