//! What the headers of an answer tell about the cache that it came through. A host may be silent; then they tell nothing.

/// What a cache says that it did, read from `X-Cache`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheWord {
    /// It gave what it had.
    Hit,
    /// It had nothing, or something that had changed, and asked the origin: `MISS`, `REFRESH_MISS`.
    Fetched,
    /// It asked the origin whether what it had was still right, and it was: `REFRESH_HIT`.
    Confirmed,
}

/// What one answer tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The cache's own word.
    pub word: Option<CacheWord>,
    /// Seconds since the copy came from the origin.
    pub age: Option<u64>,
}

impl CacheWord {
    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Fetched => "fetched",
            Self::Confirmed => "confirmed",
        }
    }

    /// What the database's word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Hit, Self::Fetched, Self::Confirmed]
            .into_iter()
            .find(|known| known.as_str() == word)
    }
}

/// A copy that is so many seconds old was not fetched for this answer; a second may be lost to rounding.
const STORED: u64 = 2;

impl Evidence {
    /// Reads the values of `X-Cache`, one for each cache, and of `Age`. A cache that stores what another one behind it
    /// said gives that word out again with every copy: beside an age it cannot be that of this answer.
    #[must_use]
    pub fn read<'a>(x_cache: impl IntoIterator<Item = &'a str>, age: Option<&str>) -> Self {
        let age = age.and_then(|age| age.trim().parse().ok());
        let word = word(x_cache);
        let is_repeated = age.is_some_and(|age| age >= STORED) && word != Some(CacheWord::Hit);
        Self {
            word: word.filter(|_| !is_repeated),
            age,
        }
    }

    /// Whether the cache tells that it had this answer already.
    #[must_use]
    pub fn was_stored(&self) -> bool {
        match self.word {
            Some(word) => word == CacheWord::Hit,
            None => self.age.is_some_and(|age| age >= STORED),
        }
    }

    /// Whether the cache says that it asked the origin for this answer.
    #[must_use]
    pub const fn asked_origin(&self) -> bool {
        matches!(self.word, Some(CacheWord::Fetched | CacheWord::Confirmed))
    }

    /// The same where a cache behind the edge has spoken too (`X-Cache-Remote`): what that one had was not fetched
    /// from the origin, whatever the edge itself did.
    #[must_use]
    pub fn behind<'a>(self, x_cache_remote: impl IntoIterator<Item = &'a str>) -> Self {
        match word(x_cache_remote) {
            Some(CacheWord::Hit) if self.asked_origin() => Self {
                word: Some(CacheWord::Hit),
                ..self
            },
            _ => self,
        }
    }
}

/// The word of all caches on the way, each of which may have a header or a part of one: where one gave what it had, the
/// answer is no newer than that. `TCP_REFRESH_FAIL_HIT` is an old copy because the origin was not there; then nobody's word
/// says anything.
fn word<'a>(x_cache: impl IntoIterator<Item = &'a str>) -> Option<CacheWord> {
    let values = x_cache.into_iter().flat_map(|value| value.split(','));
    let values: Vec<String> = values.map(str::to_ascii_uppercase).collect();
    if values.iter().any(|text| text.contains("REFRESH_FAIL")) {
        return None;
    }
    let words = values.iter().filter_map(|text| word_of_one(text));
    words.min_by_key(|word| match word {
        CacheWord::Hit => 0,
        CacheWord::Confirmed => 1,
        CacheWord::Fetched => 2,
    })
}

fn word_of_one(text: &str) -> Option<CacheWord> {
    if text.contains("MISS") {
        Some(CacheWord::Fetched)
    } else if text.contains("REFRESH") {
        Some(CacheWord::Confirmed)
    } else if text.contains("HIT") {
        Some(CacheWord::Hit)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_cache_are_understood() {
        for (text, expected) in [
            ("TCP_HIT from a23 (AkamaiGHost/11)", Some(CacheWord::Hit)),
            ("TCP_MEM_HIT from a23", Some(CacheWord::Hit)),
            ("TCP_MISS from a23", Some(CacheWord::Fetched)),
            ("TCP_REFRESH_HIT from a23", Some(CacheWord::Confirmed)),
            ("TCP_REFRESH_MISS from a23", Some(CacheWord::Fetched)),
            ("TCP_REFRESH_FAIL_HIT from a23", None),
            ("Miss from cloudfront", Some(CacheWord::Fetched)),
            ("TCP_MISS, TCP_REFRESH_FAIL_HIT", None),
            ("MISS, HIT", Some(CacheWord::Hit)),
            ("MISS, MISS", Some(CacheWord::Fetched)),
            ("TCP_MISS, TCP_REFRESH_HIT", Some(CacheWord::Confirmed)),
            ("configured", None),
            ("", None),
        ] {
            assert_eq!(word([text]), expected, "{text}");
        }
    }

    #[test]
    fn several_caches_may_have_a_header_each() {
        let read = |values: &[&'static str]| Evidence::read(values.iter().copied(), None).word;
        assert_eq!(read(&["TCP_MISS", "HIT"]), Some(CacheWord::Hit));
        assert_eq!(read(&["HIT", "TCP_MISS"]), Some(CacheWord::Hit));
        assert_eq!(read(&["MISS", "TCP_MISS"]), Some(CacheWord::Fetched));
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn an_age_is_a_number_or_nothing() {
        let age = |text| Evidence::read([], Some(text)).age;
        assert_eq!(age(" 12 "), Some(12));
        assert_eq!(age("soon"), None);
        assert_eq!(Evidence::read([], None), Evidence::default());
    }

    #[test]
    fn a_word_that_was_stored_with_a_copy_is_not_believed() {
        for (text, age, word, stored) in [
            ("TCP_MISS", "0", Some(CacheWord::Fetched), false),
            ("TCP_MISS", "1", Some(CacheWord::Fetched), false),
            ("TCP_MISS", "2", None, true),
            ("TCP_REFRESH_HIT", "500", None, true),
            ("TCP_HIT", "0", Some(CacheWord::Hit), true),
            ("TCP_HIT", "500", Some(CacheWord::Hit), true),
        ] {
            let evidence = Evidence::read([text], Some(age));
            assert_eq!((evidence.word, evidence.was_stored()), (word, stored));
            assert_eq!(evidence.age, age.parse().ok());
        }
    }

    #[test]
    fn what_a_cache_behind_the_edge_had_was_not_fetched_from_the_origin() {
        let missed = Evidence::read(["TCP_MISS"], None);
        assert_eq!(missed.behind(["TCP_HIT"]).word, Some(CacheWord::Hit));
        assert_eq!(missed.behind(["TCP_MISS"]), missed);
        assert_eq!(missed.behind([]), missed);
    }
}
