//! Ids: newtypes over UUIDs, so that a batch's id is never taken for an asset's.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// The text is no id of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct InvalidId;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes a UUID for such an id.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself, for the database.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )*};
}

id! {
    /// A company: one Dynamic Media account.
    CompanyId
    /// A person who can sign in.
    PersonId
    /// An asset's row. The asset's ID in Dynamic Media is text, see [`Asset::id`](super::Asset::id).
    AssetKey
    /// An invalidation, from its first draft to its outcome.
    InvalidationId
    /// One request to Adobe.
    BatchId
    /// A URL that is looked at, for one invalidation.
    CheckId
    /// A file that is being imported.
    ImportId
}
