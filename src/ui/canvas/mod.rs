//! A picture with its boxes: zoom, boxes, the rectangle that a person draws. Any screen may paint one.

mod boxes;
mod region;
mod view;

pub(crate) use boxes::Boxes;
pub(crate) use region::{Rectangle, n_cells};
pub(crate) use view::{CanvasView, Drawing, Scene, canvas_ui};
