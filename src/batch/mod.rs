//! Many pictures, on one machine or many: shared out, answered, and gone on with wherever it was stopped.
//!
//! Each process takes a [`Shard`] of the pictures and writes a [`Part`]: a file of lines that only ever grows, each line
//! whole before the next begins. A process that is killed loses the picture it was at; the next one drops a line that was
//! not finished and goes on. When a shard is through, a file beside its part says so. The lines say nothing of times, so
//! the same pictures give the same lines however often they were interrupted.

mod answered;
mod answering;
mod error;
mod item;
mod merge;
mod part;
mod run;
mod shard;
mod sources;
mod status;
mod stream;

pub use answered::Answered;
pub use answering::{answering, answering_many, one_by_one};
pub use error::BatchError;
pub use item::{Asked, Item, ItemId, ItemLine, source_of};
pub use merge::{Merged, merge};
pub use part::{Done, Part, Settings, Through};
pub use run::{Ended, Feed, How, News, Tally, Work, run};
pub use shard::{Shard, ShardChoice};
pub use sources::{dataset_at, items_of};
pub use status::{Folder, PartState, folder};
pub use stream::answer_lines;
