//! What fills the window, a folder for each screen; none imports another.

mod picture;

pub(crate) use picture::PictureScreen;
