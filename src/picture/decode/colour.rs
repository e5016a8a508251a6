//! Colour profiles: pictures that were made for other screens are brought to sRGB, which the model and all exports take.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

/// Levels of a sample that a profile is tried on: a difference of one is rounding.
const ROUNDING: u8 = 1;

/// Pixels that are converted at a time.
const STRETCH: usize = 1 << 12;

/// Converts from the profile's colours to sRGB; pixels of a profile that comes to sRGB stay as they are, to the bit. A profile
/// of another kind of colours, such as inks, says nothing about these pixels and is ignored. `false` if it can't be read.
pub(super) fn to_srgb(pixels: &mut RgbImage, profile: &[u8], is_grey: bool) -> bool {
    // A hostile profile may cost its colours, not the picture.
    catch_unwind(AssertUnwindSafe(|| convert(pixels, profile, is_grey))).unwrap_or(None).is_some()
}

fn convert(pixels: &mut RgbImage, profile: &[u8], is_grey: bool) -> Option<()> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    let layout = match profile.color_space {
        DataColorSpace::Rgb => Layout::Rgb,
        DataColorSpace::Gray if is_grey => Layout::Gray,
        _ => return Some(()),
    };
    let srgb = ColorProfile::new_srgb();
    let transform = profile.create_transform_8bit(layout, &srgb, Layout::Rgb, TransformOptions::default()).ok()?;
    let mut samples = probe();
    let before = samples.clone();
    apply(&*transform, layout, &mut samples)?;
    if samples.iter().zip(&before).any(|(after, before)| after.abs_diff(*before) > ROUNDING) {
        apply(&*transform, layout, pixels)?;
    }
    Some(())
}

/// Greys and colours from all over the cube.
fn probe() -> Vec<u8> {
    const STEPS: std::ops::Range<u8> = 0..6;
    let greys = (0..=255).flat_map(|level| [level; 3]);
    let colours = STEPS.flat_map(|r| STEPS.flat_map(move |g| STEPS.flat_map(move |b| [r, g, b].map(|v| v * 51))));
    greys.chain(colours).collect()
}

fn apply(transform: &Transform8BitExecutor, layout: Layout, rgb: &mut [u8]) -> Option<()> {
    let mut before = Vec::with_capacity(3 * STRETCH);
    for stretch in rgb.chunks_mut(3 * STRETCH) {
        before.clear();
        match layout {
            Layout::Gray => before.extend(stretch.iter().step_by(3)),
            _ => before.extend_from_slice(stretch),
        }
        transform.transform(&before, stretch).ok()?;
    }
    Some(())
}
