//! The model's input: a picture squeezed to a square and brought to the vision tower's scale.
//!
//! As the published processor does it: proportions are ignored, because boxes are fractions of the whole picture, and
//! nothing is cropped (Hugging Face `CLIPImageProcessor` with the published `preprocessor_config.json`).

use candle_core::{Device, Result, Tensor};
use image::RgbImage;

use super::resample;

/// Mean of red, green and blue over CLIP's training pictures, on a scale of 0 to 1.
#[allow(clippy::excessive_precision, reason = "digits as published")]
const MEAN: [f32; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];

/// Standard deviation of the same samples.
#[allow(clippy::excessive_precision, reason = "digits as published")]
const STD: [f32; 3] = [0.268_629_54, 0.261_302_58, 0.275_777_11];

/// The highest level of a sample.
const WHITE: f32 = 255.0;

/// The picture as the model sees it: `[1, 3, size, size]`, f32, red, green and blue planes, each sample `(v/255 − mean) / std`.
///
/// # Errors
/// When the device has no memory left for it.
pub fn pixel_values(picture: &RgbImage, size: usize, device: &Device) -> Result<Tensor> {
    let edge = u32::try_from(size).map_err(candle_core::Error::wrap)?;
    let square = resample::resize(picture, edge, edge);
    let values: Vec<f32> = (0..3).flat_map(|channel| plane(&square, channel)).collect();
    Tensor::from_vec(values, (1, 3, size, size), device) // [1, 3, size, size]
}

/// One colour of all pixels. The mean and deviation are scaled up rather than the sample down, as the processor's
/// default backend does it: the same to the last bit.
fn plane(square: &RgbImage, channel: usize) -> impl Iterator<Item = f32> {
    let scaled = |of: [f32; 3]| of.get(channel).map_or(WHITE, |v| v * WHITE);
    let (mean, std) = (scaled(MEAN), scaled(STD));
    square.iter().skip(channel).step_by(3).map(move |&v| (f32::from(v) - mean) / std)
}
