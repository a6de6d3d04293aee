//! Words of the history: where an invalidation stands as a whole, and which assets its URLs are of.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Where an invalidation stands, by its batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidationState {
    /// Some of it is still to be sent or answered.
    Sending,
    /// Adobe has taken all of it.
    Accepted,
    /// Adobe has taken nothing, and refused URLs of it.
    Refused,
    /// Adobe has taken nothing, for any other reason.
    Failed,
    /// Adobe has taken some batches of it and not others.
    Partly,
    /// It was never to be sent: the list was given to the person.
    Downloaded,
}

impl InvalidationState {
    /// All states, in the order in which people are offered them.
    pub const ALL: [Self; 6] = [
        Self::Sending,
        Self::Accepted,
        Self::Refused,
        Self::Failed,
        Self::Partly,
        Self::Downloaded,
    ];

    /// The word that the database and addresses keep.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Partly => "partly",
            Self::Downloaded => "downloaded",
        }
    }

    /// The state that the word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Paths in which the root is followed by an asset's ID.
const ID_AFTER_ROOT: [&str; 2] = ["/is/image/", "/is/content/"];

/// The ID of the asset that a URL shows, as far as its path tells: `shoe` for `https://h/is/image/Acme/shoe:Crop?wid=1`.
/// Whoever typed the URL by hand cleared that asset too.
#[must_use]
pub fn shown_asset(url: &str) -> Option<Cow<'_, str>> {
    let (_, rest) = url.split_once("://")?;
    let rest = rest.split(['?', '#']).next()?;
    let path = &rest[rest.find('/')?..];
    let object = ID_AFTER_ROOT
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix))?;
    let (_, id) = object.split_once('/')?;
    let id = id.split(':').next()?;
    (!id.is_empty()).then(|| {
        percent_decode_str(id)
            .decode_utf8()
            .unwrap_or(Cow::Borrowed(id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_tells_which_asset_it_shows() {
        for (url, id) in [
            ("https://h/is/image/Acme/shoe", Some("shoe")),
            ("http://h:1/is/image/Acme/shoe:Crop?$p$", Some("shoe")),
            ("https://h/is/image/Acme/red%20shoe#x", Some("red shoe")),
            ("https://h/is/image/Acme/%ff", Some("%ff")),
            ("https://h/is/content/Acme/a/b.mp4?x", Some("a/b.mp4")),
            ("https://h/is/image/Acme/?x", None),
            ("https://h/is/image/Acme", None),
            ("https://h/is/imagery/Acme/shoe", None),
            ("https://h?u=/is/image/Acme/shoe", None),
            ("https://h", None),
            ("no url", None),
        ] {
            assert_eq!(shown_asset(url).as_deref(), id, "{url}");
        }
    }

    #[test]
    fn each_state_has_a_word_of_its_own() {
        for state in InvalidationState::ALL {
            assert_eq!(InvalidationState::from_word(state.as_str()), Some(state));
        }
        assert_eq!(InvalidationState::from_word("ACCEPTED"), None);
    }
}
