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

impl Evidence {
    /// Reads the values of `X-Cache` and `Age`.
    #[must_use]
    pub fn read(x_cache: Option<&str>, age: Option<&str>) -> Self {
        Self {
            word: x_cache.and_then(word),
            age: age.and_then(|age| age.trim().parse().ok()),
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
    pub fn behind(self, x_cache_remote: Option<&str>) -> Self {
        match x_cache_remote.and_then(word) {
            Some(CacheWord::Hit) if self.asked_origin() => Self {
                word: Some(CacheWord::Hit),
                ..self
            },
            _ => self,
        }
    }
}

/// `TCP_REFRESH_FAIL_HIT` is an old copy because the origin was not there, and says nothing.
fn word(x_cache: &str) -> Option<CacheWord> {
    let text = x_cache.to_ascii_uppercase();
    if text.contains("REFRESH_FAIL") {
        None
    } else if text.contains("MISS") {
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
            ("configured", None),
            ("", None),
        ] {
            assert_eq!(word(text), expected, "{text}");
        }
    }

    #[test]
    fn an_age_is_a_number_or_nothing() {
        assert_eq!(Evidence::read(None, Some(" 12 ")).age, Some(12));
        assert_eq!(Evidence::read(None, Some("soon")).age, None);
        assert_eq!(Evidence::read(None, None), Evidence::default());
    }

    #[test]
    fn what_a_cache_behind_the_edge_had_was_not_fetched_from_the_origin() {
        let missed = Evidence::read(Some("TCP_MISS"), None);
        assert_eq!(missed.behind(Some("TCP_HIT")).word, Some(CacheWord::Hit));
        assert_eq!(missed.behind(Some("TCP_MISS")), missed);
        assert_eq!(missed.behind(None), missed);
    }
}
