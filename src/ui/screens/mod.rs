//! What fills the window, a folder for each screen; none imports another.

mod evaluation;
mod picture;

pub(crate) use evaluation::EvaluationScreen;
pub(crate) use picture::PictureScreen;
