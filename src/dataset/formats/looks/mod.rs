//! What is made to be looked at: a page, drawings, painted pictures and cuttings.

mod drawn;
mod html;
mod shared;
mod svg;

pub(super) use drawn::{ANNOTATED, CAPTIONED, CROPS};
pub(super) use html::HTML;
pub(super) use svg::SVG;
