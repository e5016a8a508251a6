//! A picture with its boxes: zoom, boxes, the rectangle that a person draws.

mod boxes;
mod region;
pub(crate) mod view;

pub(crate) use boxes::{Boxes, DIFFERS};
pub(crate) use region::n_cells;
pub(crate) use view::{CanvasView, Drawing, Scene, canvas_ui};
