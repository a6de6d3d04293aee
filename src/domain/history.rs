//! Words of the history: where an invalidation stands as a whole, what was seen of its URLs together, and which assets
//! they are of.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::Verdict;

/// Where an invalidation stands, by its batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidationState {
    /// Some of it is still to be sent or answered.
    Sending,
    /// Somebody holds back what is still to be sent.
    Paused,
    /// Adobe has taken all of it.
    Accepted,
    /// Adobe has taken nothing, and refused URLs of it.
    Refused,
    /// Adobe has taken nothing, for any other reason.
    Failed,
    /// Adobe has taken some of it and not the rest.
    Partly,
    /// Adobe has taken nothing, because somebody called all of it off.
    Cancelled,
    /// It was never to be sent: the list was given to the person.
    Downloaded,
}

impl InvalidationState {
    /// All states, in the order in which people are offered them.
    pub const ALL: [Self; 8] = [
        Self::Sending,
        Self::Paused,
        Self::Accepted,
        Self::Refused,
        Self::Failed,
        Self::Partly,
        Self::Cancelled,
        Self::Downloaded,
    ];

    /// The word that the database and addresses keep.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Paused => "paused",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Partly => "partly",
            Self::Cancelled => "cancelled",
            Self::Downloaded => "downloaded",
        }
    }

    /// The state that the word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What is known of a URL, or of all that an invalidation clears together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HistoryVerdict {
    /// There is more to be looked at by itself.
    Checking,
    /// What can be said; [`Verdict::NotChecked`] where nobody looked.
    Known(Verdict),
}

impl HistoryVerdict {
    /// All of them, in the order in which people are offered them.
    pub const ALL: [Self; 8] = [
        Self::Known(Verdict::Live),
        Self::Known(Verdict::Gone),
        Self::Known(Verdict::NothingNewer),
        Self::Known(Verdict::StillOld),
        Self::Known(Verdict::CachedAgain),
        Self::Known(Verdict::CouldNotCheck),
        Self::Checking,
        Self::Known(Verdict::NotChecked),
    ];

    /// The word that the database and addresses keep.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Known(verdict) => verdict.as_str(),
        }
    }

    /// What the word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.as_str() == word)
    }

    /// Of a URL that was looked at: its verdict counts once no further look is to come.
    #[must_use]
    pub fn of_url(verdict: Option<Verdict>, is_pending: bool) -> Self {
        if is_pending {
            Self::Checking
        } else {
            Self::Known(verdict.unwrap_or(Verdict::NotChecked))
        }
    }

    /// Of several URLs together: the one that asks most of somebody, once all are known. The database keeps to the same
    /// order, in the view `_invalidation_verdict`.
    #[must_use]
    pub fn together(urls: impl IntoIterator<Item = Self>) -> Self {
        urls.into_iter()
            .max_by_key(|verdict| verdict.weight())
            .unwrap_or(Self::Known(Verdict::NotChecked))
    }

    /// Unlike for several formats of one URL, *nothing newer* is not outweighed by *live*: that picture is another one.
    const fn weight(self) -> u8 {
        match self {
            Self::Known(Verdict::NotChecked) => 0,
            Self::Known(Verdict::Gone) => 1,
            Self::Known(Verdict::Live) => 2,
            Self::Known(Verdict::NothingNewer) => 3,
            Self::Known(Verdict::CouldNotCheck) => 4,
            Self::Known(Verdict::CachedAgain) => 5,
            Self::Known(Verdict::StillOld) => 6,
            Self::Checking => 7,
        }
    }
}

/// Paths in which the root is followed by an asset's ID.
const ID_AFTER_ROOT: [&str; 2] = ["/is/image/", "/is/content/"];

/// The ID of the asset that a URL shows, as far as its path tells: `shoe` for `https://h/is/image/Acme/shoe:Crop?wid=1`.
/// Whoever typed the URL by hand cleared that asset too. The path must name this root: under another one an asset of the
/// same ID is another picture.
#[must_use]
pub fn shown_asset_of<'a>(root: &str, url: &'a str) -> Option<Cow<'a, str>> {
    shown(url).and_then(|(own, id)| (own == root).then_some(id))
}

/// The root and the ID in a URL's path.
fn shown(url: &str) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let (_, rest) = url.split_once("://")?;
    let rest = rest.split(['?', '#']).next()?;
    let path = &rest[rest.find('/')?..];
    let object = ID_AFTER_ROOT
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix))?;
    let (root, id) = object.split_once('/')?;
    let id = without_crop(decoded(id));
    (!id.is_empty()).then(|| (decoded(root), id))
}

/// Without the name of a smart crop behind `:`, which browsers and tools may spell `%3A`.
fn without_crop(id: Cow<'_, str>) -> Cow<'_, str> {
    match (id.find(':'), id) {
        (None, id) => id,
        (Some(end), Cow::Borrowed(id)) => Cow::Borrowed(&id[..end]),
        (Some(end), Cow::Owned(mut id)) => {
            id.truncate(end);
            Cow::Owned(id)
        }
    }
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text)
        .decode_utf8()
        .unwrap_or(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_tells_which_asset_it_shows() {
        for (url, id) in [
            ("https://h/is/image/Acme/shoe", Some("shoe")),
            ("http://h:1/is/image/Acme/shoe:Crop?$p$", Some("shoe")),
            ("https://h/is/image/Acme/shoe%3ALarge?$p$", Some("shoe")),
            ("https://h/is/image/Acme/red%20shoe%3aL", Some("red shoe")),
            ("https://h/is/image/Acme/%3ALarge", None),
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
            assert_eq!(shown_asset_of("Acme", url).as_deref(), id, "{url}");
        }
    }

    #[test]
    fn under_another_root_the_same_id_is_another_asset() {
        let url = "https://h/is/image/Acme%20Shop/shoe?wid=1";
        let of = |root| shown_asset_of(root, url);
        assert_eq!(of("Acme Shop").as_deref(), Some("shoe"));
        assert_eq!(of("Other"), None);
    }

    #[test]
    fn each_state_has_a_word_of_its_own() {
        for state in InvalidationState::ALL {
            assert_eq!(InvalidationState::from_word(state.as_str()), Some(state));
        }
        assert_eq!(InvalidationState::from_word("ACCEPTED"), None);
        for verdict in HistoryVerdict::ALL {
            assert_eq!(HistoryVerdict::from_word(verdict.as_str()), Some(verdict));
        }
        for verdict in Verdict::ALL {
            let known = HistoryVerdict::Known(verdict);
            assert!(HistoryVerdict::ALL.contains(&known), "{verdict:?}");
        }
    }

    #[test]
    fn several_urls_together_have_the_verdict_that_asks_most_of_somebody() {
        use HistoryVerdict::{Checking, Known};
        let together = |urls: &[HistoryVerdict]| HistoryVerdict::together(urls.iter().copied());
        let (live, old) = (Known(Verdict::Live), Known(Verdict::StillOld));
        assert_eq!(together(&[]), Known(Verdict::NotChecked));
        assert_eq!(together(&[live, Known(Verdict::Gone)]), live);
        assert_eq!(together(&[live, old, Known(Verdict::CouldNotCheck)]), old);
        let unpublished = Known(Verdict::NothingNewer);
        assert_eq!(together(&[live, unpublished]), unpublished);
        assert_eq!(together(&[old, Checking]), Checking);
    }
}
