//! The pictures that are open: each with its pixels and answers, and the list of them.

mod collection;
mod entry;

pub(in crate::ui) use self::entry::CHANGED_SINCE;
pub use self::{
    collection::{Added, Collection},
    entry::{Content, Entry, EntryId},
};
