//! What vision-language models are trained from, each in its own words for boxes; all are only written.

mod florence;
mod llava;
mod ms_swift;
mod paligemma;
mod qwen;

pub(crate) use florence::FLORENCE;
pub(crate) use llava::LLAVA;
pub(crate) use ms_swift::MS_SWIFT;
pub(crate) use paligemma::PALIGEMMA;
pub(crate) use qwen::{QWEN2_5_VL, QWEN3_VL};
