//! Boxes with labels painted over pictures: one painter for the window and for files.
//!
//! [`marks()`] turns a caption into [`Mark`]s. The window hands their shapes to its own painter; [`annotate()`] takes the same
//! shapes through a small software rasteriser, at the picture's full resolution. So what is saved is what was seen.
//! Layout and colours are pure functions.

mod annotate;
pub mod caption_text;
pub mod layout;
mod mark;
mod marks;
mod paint;
pub mod palette;
pub mod raster;
mod room;

pub use annotate::{annotate, with_caption};
pub use mark::{Emphasis, Look, Mark};
pub use marks::marks;
pub use paint::{Target, mark_shapes};
pub use room::{NoRoom, check_room};
