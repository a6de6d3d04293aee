//! What a look after a purge showed beside the others: as before or not, as the origin has it or not. For the record of
//! what was seen; the verdict on it is [`judge`](super::judge)'s.

use super::{
    sighting::{Look, Sighting},
    verdict::Looks,
};

/// The look after the purge, compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// The HTTP status.
    pub status: u16,
    /// Something was delivered.
    pub is_delivered: bool,
    /// The same as before the purge; `None` when that cannot be told.
    pub as_before: Option<bool>,
    /// Before the purge the cache held no copy, and fetched one for that look.
    pub was_fetched_before: bool,
    /// What the origin has; `None` when that cannot be told.
    pub as_origin: Option<bool>,
}

impl Comparison {
    /// Compares.
    ///
    /// # Errors
    ///
    /// Why the look got no answer.
    pub fn of<'a>(looks: &Looks<'a>) -> Result<Self, &'a str> {
        let after = looks.after.as_ref().map_err(String::as_str)?;
        let before = told(looks.before);
        let origin = told(looks.origin).filter(|origin| origin.is_from_origin(after));
        Ok(Self {
            status: after.status,
            is_delivered: after.is_delivered(),
            as_before: before.and_then(|before| after.same_as(before)),
            was_fetched_before: before.is_some_and(Sighting::was_fetched),
            as_origin: origin.and_then(|origin| after.same_picture_as(origin)),
        })
    }
}

/// The look, when it says something about the picture.
pub(super) fn told(look: Option<&Look>) -> Option<&Sighting> {
    let sighting = look?.as_ref().ok()?;
    (!sighting.says_nothing()).then_some(sighting)
}
