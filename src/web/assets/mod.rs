//! The asset picker: finding assets among a million, and choosing many of them. Every choice is stored at once.
//!
//! [`wanted`] is what an address asks for, [`show`] the page and its parts, [`fresh`] how current it is, [`ask`] what Dynamic
//! Media knows where nothing is found, [`choose`] what its buttons do; [`paste`] takes lists of IDs, [`sets`] finds the sets
//! that an image is in, [`shared`] is for who follows a view to a draft that is not theirs. Without a script each button of the one form stores
//! its ticks and leads on; with it, the same addresses answer with parts of the page.

pub mod ask;
pub mod choose;
pub mod count;
pub mod folders;
pub mod fresh;
mod kinds;
mod limit;
mod marks;
mod nothing;
pub mod paste;
mod rows;
pub mod sets;
pub mod shared;
pub mod show;
mod wanted;

pub use self::{
    choose::add_supported,
    fresh::{AsOf, Than, alone},
    nothing::nothing_replaced,
    wanted::{LONGEST_SEARCH, recent_query},
};
