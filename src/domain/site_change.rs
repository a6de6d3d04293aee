//! What an administrator changes of a company's addresses, value by value: what was not touched keeps whatever it is by
//! then, which a reading of Dynamic Media may have found meanwhile.

use super::{Alias, PublishServer};

/// What happens to a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// It stays.
    #[default]
    Keep,
    /// It is this from now on; `None` when it is set no longer.
    To(Option<T>),
}

impl<T> Change<T> {
    /// Whether anything happens to it.
    #[must_use]
    pub const fn is_made(&self) -> bool {
        matches!(self, Self::To(_))
    }

    /// Whether it is taken away.
    #[must_use]
    pub const fn is_emptied(&self) -> bool {
        matches!(self, Self::To(None))
    }

    /// The new value, if there is one.
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::To(value) => value.as_ref(),
            Self::Keep => None,
        }
    }
}

/// A change of the addresses. A server that is set no longer may be found at Dynamic Media again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteChange {
    /// What public URLs start with.
    pub publish_server: Change<PublishServer>,
    /// The property at Dynamic Media that the publish server was taken from; `None` when it was typed.
    pub publish_server_property: Option<String>,
    /// The secure preview server.
    pub preview_server: Change<PublishServer>,
    /// The second root.
    pub alias: Change<Alias>,
    /// Whether new drafts start with *Also clear the alias*; `None` when it stays.
    pub clear_alias: Option<bool>,
}
