//! SOAP 1.1 as Adobe speaks it: an operation becomes a message, an answer becomes a value or a fault. Pure text
//! to value; it must not do I/O.

mod instant;
mod leaf;
mod mend;
mod read;
mod scan;
mod write;

pub(super) use self::{
    instant::{Round, write as date_time},
    leaf::{Leaf, Word},
    read::{HTML_PAGE, Items, Unread, number, read, read_nothing},
    write::{Elements, PASSWORD, URL, USER, forbidden_in, request},
};

use super::IpsError;

/// One operation of the API. A new one is a file beside `cdn_cache_invalidation.rs` that implements this.
pub(super) trait Operation {
    /// Its name: the `SOAPAction`, and the stem of its `Param` and `Return` elements.
    const NAME: &'static str;
    /// The most that we read of an answer, in bytes after decompression.
    const ANSWER_LIMIT: usize = 16 * 1024 * 1024;
    /// The children of the `Return` element, as serde reads them. Local names only: any namespace will do.
    type Answer: serde::de::DeserializeOwned;
    /// The result in our words.
    type Output;

    /// Writes the children of the `Param` element, in the order of Adobe's schema.
    fn write(&self, param: &mut Elements) -> Result<(), IpsError>;

    /// Finds the answer among these bytes.
    fn find(bytes: &[u8]) -> Result<Self::Answer, Unread> {
        read(bytes, &format!("{}Return", Self::NAME))
    }

    /// Turns the answer into our words, or into [`IpsError::Partial`].
    fn read(answer: Self::Answer) -> Result<Self::Output, IpsError>;
}
