//! Decoded model text to a caption with linked phrases.
//!
//! Model text is data, never an error: `markup` knows the tags, `links` makes links of them, `parse` the caption, and what
//! the rules pass over in silence becomes a [`Warning`] (`oddities`). `certainty` has the score of a box.

mod certainty;
mod links;
mod markup;
mod oddities;
mod parse;
mod warning;

pub use certainty::{Corner, score};
pub use markup::Marked;
pub use parse::{Grounded, parse, parse_growing, parse_marked};
pub use warning::Warning;
