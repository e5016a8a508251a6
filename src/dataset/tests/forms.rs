//! The forms in which data comes from elsewhere: GRIT's many, img2dataset's, the original's, and what other programs write.
