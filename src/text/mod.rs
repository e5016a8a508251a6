//! From what a person wants to token ids, and from token ids back to text.
//!
//! [`Task`] is what is wanted ([`TaskKind::row`] is the table of tasks), [`Prompt`] the ids that say it, [`Tokenizer`] the
//! table both ways, [`Tags`] the ids that are not words. What a person types is always words: only [`Task::Raw`] may contain
//! tags, and never an image.

mod charsmap;
mod error;
mod file;
mod prompt;
mod row;
mod tags;
mod task;
mod tokenizer;

pub use error::TextError;
pub use prompt::Prompt;
pub use row::{Entry, MissingPart, Needs, RegionUse, TaskParts, TaskRow, Words};
pub use tags::{Tag, Tags};
pub use task::{Exchange, Task, TaskKind};
pub use tokenizer::{Tokenizer, Unfamiliar};
