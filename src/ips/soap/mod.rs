//! SOAP 1.1 as Adobe speaks it: an operation becomes a message, an answer becomes a value or a fault. Pure text
//! to value; it must not do I/O.

mod read;
mod write;

pub(super) use self::{
    read::{Items, Unread, number, read},
    write::{Elements, PASSWORD, URL, USER, forbidden_in, request},
};

use super::IpsError;

/// One operation of the API. A new one is a file beside `cdn_cache_invalidation.rs` that implements this.
pub(super) trait Operation {
    /// Its name: the `SOAPAction`, and the stem of its `Param` and `Return` elements.
    const NAME: &'static str;
    /// The children of the `Return` element, as serde reads them. Local names only: any namespace will do.
    type Answer: serde::de::DeserializeOwned;
    /// The result in our words.
    type Output;

    /// Writes the children of the `Param` element, in the order of Adobe's schema.
    fn write(&self, param: &mut Elements) -> Result<(), IpsError>;

    /// Turns the answer into our words, or into [`IpsError::Partial`].
    fn read(answer: Self::Answer) -> Result<Self::Output, IpsError>;
}
