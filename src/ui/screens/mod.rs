//! What fills the window, a folder for each screen; none imports another.

pub(crate) mod picture;
