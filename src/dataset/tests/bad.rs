//! What is no record is told and left out.
