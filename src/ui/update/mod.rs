//! Every change of the state.

mod batch;
mod export;
mod pictures;
mod results;
mod runs;
mod undo;

pub use batch::{Batch, Pace};
pub use export::{Annotated, ExportScale, Format, Savable};
pub use runs::Work;
pub(crate) use undo::Step;
pub use undo::Undo;
