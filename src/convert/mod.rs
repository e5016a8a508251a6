//! A checkpoint as one smaller file: its weights are quantized, which means rounded to fewer bits. The file is opened like
//! any other checkpoint and needs nothing of the original.
//!
//! Norms, biases and positions stay in 32 bits, the patch embedding and the resampler in 16; a [`Format`] is for the
//! matrices of the decoder and of the vision tower, and for the token embedding. In 8 and 4 bits those are packed as they lie
//! in memory, and 4 bits are calibrated on some pictures, as a [`Recipe`] says.

mod background;
mod error;
mod format;
mod quantize;
mod target;

pub use background::{Conversion, ConversionEvent, Converted, start_conversion};
pub use error::ConvertError;
pub use format::{Format, Recipe};
pub use quantize::{Progress, convert};
pub use target::{NewFile, origin, target};
